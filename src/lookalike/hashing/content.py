"""`Content`: what an input holds. Inputs are read a second time to compare their contents."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from blake3 import blake3

from lookalike.errors import ImageError, WorkerStartError
from lookalike.images import MOMENTS, BytesSource, Encoded, Source, lost_at_end, read_picture
from lookalike.images.metadata import Metadata, metadata_in
from lookalike.images.picture import DIGEST_BYTES
from lookalike.sight.colours import FINE_SIDE, colours_of
from lookalike.sight.points.forms import LEAST_SIDE, Query, query_form
from lookalike.sight.seen import GREY_SIDE, Seen
from lookalike.sight.thumbs import thumb_with_glance
from lookalike.sources import trouble_of
from lookalike.work.threads import threaded_map

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from lookalike.hashing.recipe import Recipe
    from lookalike.hashing.request import Request
    from lookalike.images import Picture
    from lookalike.sources import Input
    from lookalike.sources.again import Again
    from lookalike.sources.location import Location


class Depth(IntEnum):
    """How much of an input to find out."""

    BYTES = 0
    """The digest of its bytes."""
    PIXELS = 1
    """The digest of its pixels, too."""
    THUMB = 2
    """Its thumb and the glance, as the scan made them."""
    SIGHT = 3
    """What a closer look needs."""
    POINTS = 4
    """Its keypoints."""
    COLOURS = 5
    """Its colours on a fine grid."""
    END = 6
    """What is missing at its end."""
    ALL = 7
    """The bytes, the pixels, what a closer look needs, and the end, with one opening."""


JPEG = b"\xff\xd8"
"""The first bytes of files whose end may be unseen."""

Wanted: TypeAlias = "tuple[Source, Depth]"
"""What to read, and how much of it."""


class Content(NamedTuple):
    """What one input holds."""

    size: int
    """The size of the file in bytes."""
    digest: bytes
    """A digest of all bytes, made like the digests in a table."""
    pixels: bytes = b""
    """A digest of the pixels of all frames, equal for equal pixels. Empty if it is unknown."""
    thumb: bytes = b""
    """Its thumb, with a glance behind it."""
    seen: Seen | None = None
    query: Query | None = None
    """Its keypoints, in the form in which others like it are looked for."""
    lost: str | None = None
    """What is missing at its end, in words. Empty if nothing is, None if it is unknown."""
    metadata: Metadata | None = None
    """What it says of its picture."""
    colours: NDArray[np.uint8] | None = None
    """`(FINE_SIDE, FINE_SIDE, 3)` RGB."""


@dataclass(frozen=True)
class Reader:
    """Reads the contents of inputs."""

    recipe: Recipe
    """How the scan read them."""

    def content(self, wanted: Wanted) -> Content:
        """What a source holds. Raises the errors of `read_picture`."""
        source, depth = wanted
        if depth is Depth.BYTES:
            assert isinstance(source, Encoded)  # plain pixels need no second reading
            contents = source.contents(None, self.recipe.max_bytes)
            return Content(contents.size, blake3(contents.data).digest(DIGEST_BYTES))
        if depth is Depth.THUMB:
            picture, _ = self.recipe.read(source)
            return Content(picture.byte_count, picture.digest, thumb=thumb_with_glance(picture))
        if depth is Depth.POINTS:
            picture = self._picture(source, least_side=LEAST_SIDE)
            return Content(picture.byte_count, picture.digest, query=query_form(picture))
        if depth is Depth.COLOURS:
            picture = self._picture(source, within=(FINE_SIDE, FINE_SIDE))
            colours = colours_of(picture, FINE_SIDE)
            return Content(picture.byte_count, picture.digest, colours=colours)
        if depth is Depth.SIGHT:
            picture = self._picture(source, within=(GREY_SIDE, GREY_SIDE))
            return Content(picture.byte_count, picture.digest, seen=Seen.of(picture))
        return self._all(source) if depth is Depth.ALL else self._pixels(source)

    def _all(self, source: Source) -> Content:
        assert isinstance(source, Encoded)
        contents = source.contents(None, self.recipe.max_bytes)
        held = BytesSource(contents)
        seen = self.content((held, Depth.SIGHT))
        try:
            pixels = self._pixels(held).pixels
        except ImageError:  # it is damaged
            pixels = b""
        is_jpeg = contents.data.startswith(JPEG)
        return seen._replace(
            pixels=pixels,
            lost=lost_at_end(contents.data) if is_jpeg else None,
            metadata=metadata_in(bytes(contents.data)),
        )

    def _pixels(self, source: Source) -> Content:
        picture = read_picture(
            source, max_pixels=self.recipe.max_pixels, max_bytes=self.recipe.max_bytes
        )
        shown = [picture.pixel_digest()]
        if 1 < picture.frames <= MOMENTS:  # with more frames, not every one is read
            shown += [frame.pixel_digest() for frame in picture.later]
        known = len(shown) == picture.frames and not picture.is_preview
        pixels = shown[0] if len(shown) == 1 else blake3(b"".join(shown)).digest(DIGEST_BYTES)
        return Content(picture.byte_count, picture.digest, pixels if known else b"")

    def _picture(
        self,
        source: Source,
        *,
        least_side: int | None = None,
        within: tuple[int, int] | None = None,
    ) -> Picture:
        """A picture that is only looked at. The scan took it, damaged or not."""
        return read_picture(
            source,
            max_pixels=self.recipe.max_pixels,
            max_bytes=self.recipe.max_bytes,
            take_damaged=self.recipe.take_damaged,
            least_side=least_side,
            within=within,
        )


class SecondReading:
    """Reads inputs of a scan a second time, in the same way and within the same limits."""

    def __init__(self, again: Again, request: Request) -> None:
        self._again = again
        self._reader = Reader(request.recipe)
        self._isolation = request.isolation
        self._workers = request.workers

    def __call__(
        self, locations: Collection[Location], depth: Depth
    ) -> Iterator[tuple[Location, Content | None]]:
        """Yield what the inputs at these locations hold, in any order.

        The content is None if reading fails. An input that cannot be read again at all is left out.
        """
        with self._reading() as read:

            def found(one: Input) -> tuple[Location, Content | None]:
                try:
                    return one.location, read((one.source, depth))
                except WorkerStartError:
                    raise
                except BaseException as error:  # noqa: BLE001  # after any error, nothing is known
                    trouble_of(error)  # raises the error again if it asks the program to end
                    return one.location, None

            yield from threaded_map(found, self._again.inputs(locations), self._workers)

    @contextmanager
    def _reading(self) -> Iterator[Callable[[Wanted], Content]]:
        if self._isolation is None:
            yield self._reader.content
            return
        from lookalike.images.formats.plugins import callers_modules, import_modules
        from lookalike.work.processes import Workers

        prepare = partial(import_modules, callers_modules())
        with Workers(self._reader.content, self._isolation, prepare) as workers:

            def read(wanted: Wanted) -> Content:
                source, depth = wanted
                sent = source.sent(None, self._reader.recipe.max_bytes)
                return self._reader.content(wanted) if sent is None else workers((sent, depth))

            yield read
