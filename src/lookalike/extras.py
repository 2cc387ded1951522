"""Optional packages, imported where they are used."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from lookalike.errors import MissingExtraError


@contextmanager
def extra(package: str, reason: str) -> Iterator[None]:
    """Around the import of a package: if it is missing, raises `MissingExtraError`, which gives the
    reason, such as "to_frame needs pandas", and names the command that installs it."""
    try:
        yield
    except ImportError as error:
        raise MissingExtraError(f"{reason}: pip install {package}") from error
