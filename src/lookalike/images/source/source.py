"""`Source`: what one image is read from.

There are two kinds. `Encoded` has the bytes of a file, from any origin. `Decoded` has pixels. No
code beyond the door checks the class of a source.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

from lookalike.images.decoding import decoded
from lookalike.images.limits import check_bytes

if TYPE_CHECKING:
    from lookalike.images.contents import Contents
    from lookalike.images.how import How
    from lookalike.images.jpeg.hashed import Hashed, JpegHasher
    from lookalike.images.picture import Picture


class Source(ABC):
    """One image to be read, perhaps more than once."""

    __slots__ = ()

    is_light: ClassVar[bool] = True
    """Whether it holds only the location of the image, and no data."""

    @property
    def key(self) -> str | None:
        """The name that the caller gave it, or None if it has none."""
        return None

    @abstractmethod
    def picture(self, how: How) -> Picture:
        """The first frame. Raises `ImageError`."""

    @abstractmethod
    def sent(self, least_side: int | None, max_bytes: int) -> Source | None:
        """What another process should read instead, or None if this process must read it.

        Data that only this process can reach is fetched here. Raises `ImageError` if that fails.
        """


class Encoded(Source):
    """The bytes of a file."""

    __slots__ = ()

    @abstractmethod
    def contents(self, least_side: int | None, max_bytes: int) -> Contents:
        """All bytes, or with a `least_side` perhaps only those that `decode_lumas` needs.

        Raises `ImageError`, also if there are more than `max_bytes`.
        """

    def picture(self, how: How) -> Picture:
        return decoded(self.contents, how)

    def hashed(
        self, hasher: JpegHasher, least_side: int | None, max_bytes: int
    ) -> tuple[Hashed | None, Source]:
        """What a hasher makes of it, or None, and what to read it from then.

        Raises the errors of `contents`.
        """
        contents = self.contents(least_side, max_bytes)
        return hasher.hashed(contents), OpenedSource(contents, self)

    def sent(self, least_side: int | None, max_bytes: int) -> Source:
        return BytesSource(self.contents(least_side, max_bytes))


class BytesSource(Encoded):
    """Contents in memory: passed by a caller, or read from a file before."""

    __slots__ = ("_contents",)

    is_light = False

    def __init__(self, contents: Contents) -> None:
        self._contents = contents

    def contents(self, least_side: int | None, max_bytes: int) -> Contents:
        """Raises `WholeNeededError` if all bytes are needed but only the beginning is here."""
        check_bytes(self._contents.size, max_bytes)
        if least_side is None and self._contents.is_beginning:
            raise WholeNeededError
        return self._contents

    def sent(self, least_side: int | None, max_bytes: int) -> Source:  # noqa: ARG002
        return self


class OpenedSource(Encoded):
    """A source whose contents for fast reading are here already, so they are not read again."""

    __slots__ = ("_contents", "_source")

    def __init__(self, contents: Contents, source: Encoded) -> None:
        self._contents = contents
        self._source = source

    def contents(self, least_side: int | None, max_bytes: int) -> Contents:
        if least_side is None and self._contents.is_beginning:
            return self._source.contents(least_side, max_bytes)
        return self._contents


class WholeNeededError(Exception):
    """The whole file is needed, but only its beginning is in memory."""


class Decoded(Source):
    """Pixels. They stay in this process: they are decoded, or their decoder is open here."""

    __slots__ = ()

    is_light = False

    def sent(self, least_side: int | None, max_bytes: int) -> None:  # noqa: ARG002
        return None
