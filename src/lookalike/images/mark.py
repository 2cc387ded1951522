"""`Mark`: what to know about a picture before trusting its hashes."""

from __future__ import annotations

from enum import Flag, auto


class Mark(Flag):
    """Facts about one picture that change what a match with it means. It may have several."""

    FLAT = auto()
    """It has too little detail, so it matches only where every pixel is equal."""
    DEGENERATE = auto()
    """It varies along one axis only, so most bits of a hash say nothing. Treated as flat."""
    PREVIEW = auto()
    """Its pixels are the preview that a camera put into its raw file."""
    FIRST_SCAN = auto()
    """Only the first scan of a progressive JPEG was read."""
    FIRST_FRAMES = auto()
    """It has more frames than could be looked at within the bound, so it matches less easily."""

    @property
    def words(self) -> tuple[str, ...]:
        """The marks as people read them, such as `("flat", "first scan")`."""
        return tuple(one.name.lower().replace("_", " ") for one in self if one.name)
