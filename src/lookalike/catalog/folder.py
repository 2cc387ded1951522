"""Where a catalogue is. Asking that loads nothing else of it."""

from __future__ import annotations

import os
from pathlib import Path

NAME = "catalog.db"
"""The file of the database in the folder of a catalogue."""
VARIABLE = "LOOKALIKE_CATALOG"
"""The environment variable that names another folder than the default one."""


def default_folder() -> Path:
    """Where the catalogue of this user is: the folder in the environment, or the usual place."""
    from platformdirs import user_data_path

    named = os.environ.get(VARIABLE)
    return Path(named) if named else user_data_path("lookalike", appauthor=False) / "catalog"
