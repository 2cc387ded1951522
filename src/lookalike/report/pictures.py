"""Pictures of a result's images, read again and encoded anew for pages and notebooks."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple, Self

from lookalike.errors import Status, WorkerStartError
from lookalike.images import DEFAULT_MAX_BYTES, DEFAULT_MAX_PIXELS, read_thumbnail
from lookalike.images.thumbnail import MOST_SIDE
from lookalike.sources import trouble_of
from lookalike.sources.again import Again
from lookalike.sources.choice import Choice
from lookalike.sources.location import Kind
from lookalike.work.threads import threaded_map, worker_count

if TYPE_CHECKING:
    from lookalike.hashing.row import ImageInfo
    from lookalike.images import Source
    from lookalike.sources import Input
    from lookalike.sources.location import Location, Stamp
    from lookalike.work.isolation import Isolation

CHANGED = "it was changed after the search"
NOT_AGAIN = "it cannot be read a second time"


class Shown(NamedTuple):
    """A picture as it is shown, or why there is none."""

    jpeg: bytes
    """The upright picture without any metadata. Empty if it cannot be shown."""
    width: int = 0
    height: int = 0
    """Of the JPEG, in pixels."""
    reason: str = ""
    """Why it cannot be shown."""
    gone: bool = False
    """Whether the reason is that the file changed or went after the search."""


class Wanted(NamedTuple):
    """What to read, and how. It can be sent to another process."""

    source: Source
    side: int
    stamp: Stamp | None
    """The stamp that the file must have, or None if its source has none."""
    max_pixels: int
    max_bytes: int
    part: Part | None = None
    """The part to show at full size, instead of the whole picture."""


class Part(NamedTuple):
    """A rectangle of an upright picture, in its pixels."""

    x: int
    y: int
    width: int
    height: int


class PictureReader:
    """Reads images of results a second time. Nothing is fetched from anywhere.

    Use it as a context manager. It can read local files, and images in local archives and Parquet
    files. Several threads may call it.
    """

    def __init__(
        self,
        *,
        workers: int | None = None,
        isolation: Isolation | None = None,
        max_pixels: int = DEFAULT_MAX_PIXELS,
        max_bytes: int = DEFAULT_MAX_BYTES,
    ) -> None:
        """`isolation`: read in separate processes with these limits."""
        self._workers = worker_count(workers)
        self._isolation = isolation
        self._limits = max_pixels, max_bytes
        self._again = Again(None, Choice(hidden=True, archives=True))
        self._open = ExitStack()
        self._read: Callable[[Wanted], Shown] = picture_of

    def __enter__(self) -> Self:
        if self._isolation is not None:
            from lookalike.images.formats.plugins import callers_modules, import_modules
            from lookalike.work.processes import Workers

            prepare = partial(import_modules, callers_modules())
            self._read = self._open.enter_context(Workers(picture_of, self._isolation, prepare))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._open.close()

    def pictures(self, images: Collection[ImageInfo], side: int) -> dict[str, Shown]:
        """The pictures of some images by path, each within a square of `side` pixels.

        An image that cannot be read has a reason instead.
        """
        shown, wanted = _sorted_out(images)
        read = partial(self._shown, wanted, side)
        inputs = self._again.inputs(wanted.keys())
        return shown | dict(threaded_map(read, inputs, self._workers))

    def picture(self, image: ImageInfo, side: int, part: Part | None = None) -> Shown:
        """The picture of one image, or a part of it at full size, read in the caller's thread."""
        shown, wanted = _sorted_out([image])
        for one in self._again.inputs(wanted.keys()):
            shown |= [self._shown(wanted, side, one, part)]
        return shown[image.path]

    def _shown(
        self,
        wanted: dict[Location, ImageInfo],
        side: int,
        one: Input,
        part: Part | None = None,
    ) -> tuple[str, Shown]:
        image = wanted[one.location]
        stamp = image.stamp if one.location.kind is Kind.FILE else None
        try:
            source: Source | None = one.source
            if self._isolation is not None:
                source = one.source.sent(None, self._limits[1])
            if source is None:  # it is decoded already, so this process may as well finish it
                return image.path, picture_of(Wanted(one.source, side, stamp, *self._limits, part))
            return image.path, self._read(Wanted(source, side, stamp, *self._limits, part))
        except WorkerStartError:
            raise
        except BaseException as error:  # noqa: BLE001  # one image's failure is not the page's
            found = trouble_of(error)
            return image.path, Shown(b"", 0, 0, found.reason, found.status is Status.MISSING)


def _sorted_out(
    images: Collection[ImageInfo],
) -> tuple[dict[str, Shown], dict[Location, ImageInfo]]:
    """Why some images cannot be read, by path, and those that may be, by location."""
    shown: dict[str, Shown] = {}
    wanted: dict[Location, ImageInfo] = {}
    for image in images:
        kind = image.location.kind
        if kind is Kind.FILE:
            wanted[image.location] = image
        shown[image.path] = Shown(b"", reason=NOT_AGAIN)
        if kind is Kind.MEMBER or kind is Kind.ROW:
            if _is_unchanged(image):
                wanted[image.location] = image
            else:
                shown[image.path] = Shown(b"", reason=CHANGED, gone=True)
    return shown, wanted


def _is_unchanged(image: ImageInfo) -> bool:
    """Whether the archive or Parquet file of an image is as it was."""
    if image.stamp.modified_ns is None:  # it was read from an address
        return True
    try:
        return Path(image.location.path).stat().st_mtime_ns == image.stamp.modified_ns
    except (OSError, ValueError):
        return False


def picture_of(wanted: Wanted) -> Shown:
    """The picture of one image. Raises the errors of `read_picture`."""
    side = wanted.side if wanted.part is None else MOST_SIDE
    found = read_thumbnail(
        wanted.source,
        side,
        side,
        take_damaged=True,
        max_pixels=wanted.max_pixels,
        max_bytes=wanted.max_bytes,
    )
    if wanted.stamp is not None and _differ(found.stamp, wanted.stamp):
        return Shown(b"", reason=CHANGED, gone=True)
    if wanted.part is not None:
        x, y, width, height = wanted.part
        found = found._replace(pixels=found.pixels[y : y + height, x : x + width])
    height, width = found.pixels.shape[:2]
    return Shown(found.to_jpeg(), width, height)


def _differ(one: Stamp | None, other: Stamp) -> bool:
    """Whether a file changed. Its inode is ignored, because a restored file may have another."""
    return one is None or one[:2] != other[:2]
