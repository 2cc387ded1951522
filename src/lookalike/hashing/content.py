"""`Content`: what an input holds. Inputs are read a second time to compare their contents."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from blake3 import blake3

from lookalike.errors import WorkerStartError
from lookalike.images import MOMENTS, Encoded, Source, read_picture
from lookalike.images.picture import DIGEST_BYTES
from lookalike.sources import trouble_of
from lookalike.work.threads import threaded_map

if TYPE_CHECKING:
    from lookalike.hashing.request import Request
    from lookalike.sources import Input
    from lookalike.sources.again import Again
    from lookalike.sources.location import Location

Wanted: TypeAlias = "tuple[Source, bool]"
"""What to read, and whether to decode it."""


class Content(NamedTuple):
    """What one input holds."""

    size: int
    """The size of the file in bytes."""
    digest: bytes
    """A digest of all bytes, made like the digests in a table."""
    pixels: bytes = b""
    """A digest of the pixels of all frames, equal for equal pixels. Empty if it is unknown."""


@dataclass(frozen=True)
class Limits:
    """How much may be read."""

    max_pixels: int
    max_bytes: int

    def content(self, wanted: Wanted) -> Content:
        """What a source holds. Raises the errors of `read_picture`."""
        source, decode = wanted
        if not decode:
            assert isinstance(source, Encoded)  # plain pixels need no second reading
            contents = source.contents(None, self.max_bytes)
            return Content(contents.size, blake3(contents.data).digest(DIGEST_BYTES))
        picture = read_picture(source, max_pixels=self.max_pixels, max_bytes=self.max_bytes)
        shown = [picture.pixel_digest()]
        if 1 < picture.frames <= MOMENTS:  # with more frames, not every one is read
            shown += [frame.pixel_digest() for frame in picture.later]
        known = len(shown) == picture.frames and not picture.is_preview
        pixels = shown[0] if len(shown) == 1 else blake3(b"".join(shown)).digest(DIGEST_BYTES)
        return Content(picture.byte_count, picture.digest, pixels if known else b"")


class SecondReading:
    """Reads inputs of a scan a second time, in the same way and within the same limits."""

    def __init__(self, again: Again, request: Request) -> None:
        self._again = again
        self._limits = Limits(request.recipe.max_pixels, request.recipe.max_bytes)
        self._isolation = request.isolation
        self._workers = request.workers

    def __call__(
        self, locations: Collection[Location], decode: bool
    ) -> Iterator[tuple[Location, Content | None]]:
        """Yield what the inputs at these locations hold, in any order.

        The content is None if reading fails. An input that cannot be read again at all is left out.
        """
        with self._reader() as read:

            def found(one: Input) -> tuple[Location, Content | None]:
                try:
                    return one.location, read((one.source, decode))
                except WorkerStartError:
                    raise
                except BaseException as error:  # noqa: BLE001  # after any error, nothing is known
                    trouble_of(error)  # raises the error again if it asks the program to end
                    return one.location, None

            yield from threaded_map(found, self._again.inputs(locations), self._workers)

    @contextmanager
    def _reader(self) -> Iterator[Callable[[Wanted], Content]]:
        if self._isolation is None:
            yield self._limits.content
            return
        from lookalike.images.formats.plugins import callers_modules, import_modules
        from lookalike.work.processes import Workers

        prepare = partial(import_modules, callers_modules())
        with Workers(self._limits.content, self._isolation, prepare) as workers:

            def read(wanted: Wanted) -> Content:
                source, decode = wanted
                sent = source.sent(None, self._limits.max_bytes)
                return self._limits.content(wanted) if sent is None else workers((sent, decode))

            yield read
