"""Warns if stored hashes were made from pictures that are now prepared differently."""

from __future__ import annotations

import os
import warnings

from lookalike.errors import PreparationWarning
from lookalike.images import PREPARATION


def warn_if_older(path: str | os.PathLike[str], found: int | None) -> None:
    """Warn the caller of the function that calls this one. `found`: the number in the file at
    `path`, or None."""
    if found == PREPARATION:
        return
    made = f"with preparation {found}" if found else "before preparations were numbered"
    text = (
        f"{os.fsdecode(path)}: its hashes were made {made}, and this version of lookalike has "
        f"preparation {PREPARATION}. Pictures that are partly transparent, or deeper than 8 bits, "
        "may have other hashes now. Hash these again. All others are unchanged."
    )
    warnings.warn(PreparationWarning(text), stacklevel=3)
