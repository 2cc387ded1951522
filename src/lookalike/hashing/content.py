"""`Content`: what an input holds, when it is read once more to compare it with others."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from blake3 import blake3

from lookalike.errors import WorkerStartError
from lookalike.images import (
    MOMENTS,
    ImageSource,
    Origin,
    contents_of,
    is_item,
    read_picture,
)
from lookalike.images.picture import DIGEST_BYTES
from lookalike.sources import Input, trouble_of
from lookalike.work.threads import threaded_map, worker_count

if TYPE_CHECKING:
    from lookalike.sources.again import Again
    from lookalike.work.isolation import Isolation

Request: TypeAlias = "tuple[str | bytes, bool]"
"""What to read, and whether to decode it."""


class Content(NamedTuple):
    """What one input holds."""

    size: int
    """Of the file, in bytes."""
    digest: bytes
    """As the one of a table, of all bytes."""
    pixels: bytes = b""
    """What images of equal pixels in all frames have in common; empty where that is not known."""


@dataclass(frozen=True)
class Limits:
    """How much may be read."""

    max_pixels: int
    max_bytes: int

    def content(self, source: ImageSource | Origin, decode: bool) -> Content:
        """What `source` holds. Raises as `read_picture` does."""
        if not decode:
            assert isinstance(source, str | bytes | Origin) or is_item(source)
            contents = contents_of(source, None, self.max_bytes)
            return Content(contents.size, blake3(contents.data).digest(DIGEST_BYTES))
        picture = read_picture(source, max_pixels=self.max_pixels, max_bytes=self.max_bytes)
        shown = [picture.pixel_digest()]
        if 1 < picture.frames <= MOMENTS:  # of more, not every frame is looked at
            shown += [frame.pixel_digest() for frame in picture.later]
        known = len(shown) == picture.frames and not picture.is_preview
        pixels = shown[0] if len(shown) == 1 else blake3(b"".join(shown)).digest(DIGEST_BYTES)
        return Content(picture.byte_count, picture.digest, pixels if known else b"")


def content_of(request: Request, limits: Limits) -> Content:
    """What the source in `request` holds."""
    return limits.content(*request)


@dataclass(frozen=True)
class SecondReading:
    """Reads inputs of a scan once more, as it did: in threads or processes, within its limits."""

    again: Again
    limits: Limits
    isolation: Isolation | None
    workers: int | None

    def __call__(self, keys: Collection[str], decode: bool) -> Iterator[tuple[str, Content | None]]:
        """What the inputs of these keys hold, in any order; None where that cannot be found out.

        An input that cannot be read again at all is left out.
        """
        with self._reader() as read:

            def found(one: Input) -> tuple[str, Content | None]:
                try:
                    return one.key, read(one, decode)
                except WorkerStartError:
                    raise
                except BaseException as error:  # noqa: BLE001  # whatever it is, nothing is known
                    trouble_of(error)  # raises what asks for the end of the program
                    return one.key, None

            inputs = self.again.inputs(keys)
            yield from threaded_map(found, inputs, worker_count(self.workers))

    @contextmanager
    def _reader(self) -> Iterator[Callable[[Input, bool], Content]]:
        if self.isolation is None:
            yield lambda one, decode: self.limits.content(_sound(one), decode)
            return
        from lookalike.images.formats.plugins import callers_modules, import_modules
        from lookalike.work.processes import Workers

        prepare = partial(import_modules, callers_modules())
        with Workers(partial(content_of, limits=self.limits), self.isolation, prepare) as workers:

            def read(one: Input, decode: bool) -> Content:
                source = _sound(one)
                if isinstance(source, Origin) or is_item(source):
                    source = bytes(contents_of(source, None, self.limits.max_bytes).data)
                if isinstance(source, str | bytes):
                    return workers((source, decode))
                return self.limits.content(source, decode)  # no decoder sees it

            yield read


def _sound(one: Input) -> ImageSource | Origin:
    if isinstance(one.source, BaseException):
        raise one.source
    return one.source
