"""`Gallery`: pictures for the page, decoded in the background and kept for a while."""

from __future__ import annotations

import threading
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeAlias

from lookalike.report.pictures import Part

if TYPE_CHECKING:
    from lookalike.hashing.row import ImageInfo
    from lookalike.report.pictures import PictureReader, Shown

Key: TypeAlias = "tuple[str, int, Part | None]"

SIDES = (320, 1600, 8192)
"""The longest sides that the page may ask for. The last one shows most pictures whole."""
PART = 4096
"""Parts of larger pictures are of so many pixels a side, except those at the ends."""
MOST_BYTES = 64 << 20
"""How many bytes of pictures are kept."""
THREADS = 2


class Gallery:
    """Pictures by image and side. Use it as a context manager."""

    def __init__(self, reader: PictureReader) -> None:
        self._reader = reader
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="lookalike-picture")
        self._kept: OrderedDict[Key, Shown] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        self._reader.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._reader.__exit__(kind, error, traceback)

    def warm_up(self, images: list[ImageInfo]) -> None:
        """Read some images, so that all that reading needs is loaded before the page asks."""
        for image in images:
            self.picture(image, SIDES[1])

    def picture(self, image: ImageInfo, side: int, part: Part | None = None) -> Future[Shown]:
        """The picture, or a part of it, soon. It can be cancelled while it waits for its turn."""
        key = image.path, side, part
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None:
                self._kept.move_to_end(key)
                done: Future[Shown] = Future()
                done.set_result(kept)
                return done
        return self._pool.submit(self._read, image, side, part)

    def part(self, image: ImageInfo, column: int, row: int) -> Future[Shown]:
        """A part at full size. Raises `IndexError` outside of the picture."""
        x, y = column * PART, row * PART
        width, height = min(PART, image.width - x), min(PART, image.height - y)
        if width <= 0 or height <= 0:
            raise IndexError("there is no such part")
        return self.picture(image, SIDES[-1], Part(x, y, width, height))

    def _read(self, image: ImageInfo, side: int, part: Part | None) -> Shown:
        shown = self._reader.picture(image, side, part)
        if shown.jpeg:  # a failure may pass
            self._keep((image.path, side, part), shown)
        return shown

    def _keep(self, key: Key, shown: Shown) -> None:
        with self._lock:
            if key in self._kept:
                return
            self._kept[key] = shown
            self._bytes += len(shown.jpeg)
            while self._bytes > MOST_BYTES:
                _, oldest = self._kept.popitem(last=False)
                self._bytes -= len(oldest.jpeg)
