"""`Source`: what one image is read from.

There are two kinds: `Encoded` has the bytes of a file, wherever these come from, and `Decoded` has
pixels. Nothing beyond the door asks which class a source is of.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

from lookalike.images.decoding import decoded
from lookalike.images.limits import check_bytes

if TYPE_CHECKING:
    from lookalike.images.contents import Contents
    from lookalike.images.how import How
    from lookalike.images.picture import Picture


class Source(ABC):
    """One image to be read, perhaps more than once."""

    __slots__ = ()

    is_light: ClassVar[bool] = True
    """Whether it holds nothing of the image, only where that is."""

    @property
    def key(self) -> str | None:
        """What the caller named it; None for all that has no name of its own."""
        return None

    @abstractmethod
    def picture(self, how: How) -> Picture:
        """Its first frame. Raises `ImageError`."""

    @abstractmethod
    def sent(self, least_side: int | None, max_bytes: int) -> Source | None:
        """What another process is to read in its place; None for what is read in this one.

        What only this process can reach is fetched here. Raises `ImageError` where it cannot be.
        """


class Encoded(Source):
    """The bytes of a file."""

    __slots__ = ()

    @abstractmethod
    def contents(self, least_side: int | None, max_bytes: int) -> Contents:
        """All of them; with a `least_side`, perhaps no more than `decode_luma` needs for it.

        Raises `ImageError`, also where they are more than `max_bytes`.
        """

    def picture(self, how: How) -> Picture:
        return decoded(self.contents, how)

    def sent(self, least_side: int | None, max_bytes: int) -> Source:
        return BytesSource(self.contents(least_side, max_bytes))


class BytesSource(Encoded):
    """Contents that are in memory: those a caller gave, or what was read of a file before."""

    __slots__ = ("_contents",)

    is_light = False

    def __init__(self, contents: Contents) -> None:
        self._contents = contents

    def contents(self, least_side: int | None, max_bytes: int) -> Contents:
        """Raises `WholeNeededError` where these are not all, and all are asked for."""
        check_bytes(self._contents.size, max_bytes)
        if least_side is None and len(self._contents.data) < self._contents.size:
            raise WholeNeededError
        return self._contents

    def sent(self, least_side: int | None, max_bytes: int) -> Source:  # noqa: ARG002
        return self


class WholeNeededError(Exception):
    """The beginning of a file, which is all that is in memory, is not enough."""


class Decoded(Source):
    """Pixels. They stay in this process: no decoder is at work on them, or it is already."""

    __slots__ = ()

    is_light = False

    def sent(self, least_side: int | None, max_bytes: int) -> None:  # noqa: ARG002
        return None
