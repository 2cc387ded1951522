"""`Mark`: facts to know about a picture before trusting its hashes."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Flag, auto


class Mark(Flag):
    """Facts about a picture that change what a match with it means. A picture may have several."""

    FLAT = auto()
    """It has too little detail, so it matches only if every pixel is equal."""
    DEGENERATE = auto()
    """It varies along one axis only, so most bits of a hash say nothing. Treated as flat."""
    PREVIEW = auto()
    """Its pixels are the preview that a camera stored in its raw file."""
    FIRST_SCAN = auto()
    """Only the first scan of a progressive JPEG was read."""
    FIRST_FRAMES = auto()
    """It has more frames than the bound allows to be sampled, so it matches less easily."""

    @property
    def words(self) -> tuple[str, ...]:
        """The marks in words, such as `("flat", "first scan")`."""
        return tuple(one.name.lower().replace("_", " ") for one in self if one.name)

    @classmethod
    def of(cls, words: Iterable[str]) -> Mark:
        """The marks that these words name. Raises `ValueError` for unknown words."""
        marks = cls(0)
        for word in words:
            name = word.upper().replace(" ", "_")
            if name not in cls.__members__:
                known = ", ".join((~cls(0)).words)
                raise ValueError(f"marks must be some of {known}, not {word!r}")
            marks |= cls[name]
        return marks
