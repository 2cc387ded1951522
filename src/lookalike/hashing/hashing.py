"""Hashes images: one, two to compare, or a whole set in threads."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from functools import lru_cache, partial
from operator import attrgetter
from typing import TYPE_CHECKING

from lookalike.algorithms import get_algorithm
from lookalike.checks import one_of
from lookalike.errors import ImageError, UnexpectedError
from lookalike.hashes import Hash
from lookalike.hashing.builder import TableBuilder
from lookalike.hashing.recipe import READINGS, hash_elsewhere, hash_here, hash_sent, recipe_for
from lookalike.hashing.request import request_for
from lookalike.images import DEFAULT_MAX_BYTES, DEFAULT_MAX_PIXELS
from lookalike.images.limits import check_limits
from lookalike.sources import source_of
from lookalike.work.pacing import paced_map
from lookalike.work.progress import silent
from lookalike.work.threads import threaded_map

if TYPE_CHECKING:
    from lookalike.hashing.options import Damaged, Reading
    from lookalike.hashing.recipe import Recipe
    from lookalike.hashing.request import Request
    from lookalike.hashing.row import Failure, Known, Row
    from lookalike.hashing.table import HashTable
    from lookalike.images import ImageSource
    from lookalike.sources import ArchiveLimits, Fetch, ImageSources, Input
    from lookalike.work.isolation import Isolation
    from lookalike.work.progress import Progress


def hash_image(
    image: ImageSource,
    *,
    algorithm: str = "phash",
    reading: Reading = "fast",
    fetch: Fetch = "any",
    max_pixels: int = DEFAULT_MAX_PIXELS,
    max_bytes: int = DEFAULT_MAX_BYTES,
) -> Hash:
    """Hash one image.

    `image`: a path, an http or https URL, an address such as `s3://bucket/a.jpg`, a path in an
    archive such as `photos.zip!/a.jpg`, the bytes of a file, a file open for reading bytes, an
    `Item`, a Pillow image, or a NumPy array. The shape of an array is `(height, width)` or
    `(height, width, 1)` for grey, `(height, width, 2)` for grey and alpha, `(height, width, 3)` for
    RGB, or `(height, width, 4)` for RGB and alpha. Its type is bool, uint8, uint16, float32 or
    float64. Grey uint16 values are stretched if they do not fill their range, like 16-bit files.
    Floats must lie within 0 to 1 and are never stretched.

    EXIF orientation is applied. Transparent images are shown on white, or on black if they are flat
    on white. `reading`: `fast` decodes only as much of a JPEG as the hash needs, `exact` every
    pixel. The two hashes rarely differ in more than a sixteenth of their bits. `Options` explains
    `fetch` and the limits.

    Raises `ImageError`, with a status and a reason, if the image cannot be read. Raises
    `ValueError` for an unknown algorithm, or an array of another shape, type or range. Raises
    `MissingExtraError` for a URL without httpx.
    """
    name = get_algorithm(algorithm).name
    one_of(reading, "reading", READINGS)
    check_limits(max_pixels, max_bytes)
    recipe = _recipe_for(name, reading, max_pixels, max_bytes)
    try:
        (data,) = recipe.hashes(source_of(image, fetch, max_bytes))
    except ImageError as error:
        raise named(error, image) from error
    return Hash(data, recipe.kinds[0].name)


@lru_cache(maxsize=64)
def _recipe_for(algorithm: str, reading: Reading, max_pixels: int, max_bytes: int) -> Recipe:
    """The recipe of `hash_image`. Cached, because it is often called with the same arguments."""
    return recipe_for(
        algorithm,
        reading=reading,
        max_pixels=max_pixels,
        max_bytes=max_bytes,
        damaged="report",
    )


def named(error: ImageError, image: ImageSource) -> ImageError:
    """Return the same error with the path of the image, if it has one."""
    path = os.fsdecode(image) if isinstance(image, str | os.PathLike) else None
    if isinstance(error, UnexpectedError):
        return UnexpectedError(error.reason, error.traceback, path)
    return ImageError(error.status, error.reason, path)


def distance(
    first: ImageSource,
    second: ImageSource,
    *,
    algorithm: str = "phash",
    reading: Reading = "fast",
) -> int:
    """The number of bits in which the hashes of two images differ. Raises as `hash_image` does."""
    hash_of = partial(hash_image, algorithm=algorithm, reading=reading)
    return hash_of(first) - hash_of(second)


def hash_images(
    images: ImageSources,
    *,
    algorithms: str | Iterable[str] = "phash",
    reading: Reading = "fast",
    recursive: bool = True,
    hidden: bool = False,
    follow_links: bool = True,
    include: str | Iterable[str] = (),
    exclude: str | Iterable[str] = (),
    archives: bool = False,
    archive_limits: ArchiveLimits | None = None,
    column: str | None = None,
    fetch: Fetch = "any",
    workers: int | None = None,
    max_pixels: int = DEFAULT_MAX_PIXELS,
    max_bytes: int = DEFAULT_MAX_BYTES,
    damaged: Damaged = "report",
    isolate: bool = False,
    timeout: float | None = None,
    memory: int | None = None,
    progress: Progress | None = None,
) -> HashTable:
    """Hash many images. Each is decoded once for all algorithms.

    `images`: a folder, an archive, a path, a URL, anything else that `hash_image` accepts, or any
    number of these. Folders are walked in the order of their names. Sub-folders are searched if
    `recursive`, and hidden files are left out unless `hidden`. Symbolic links are listed under the
    file that they lead to, or left out without `follow_links`. An image that is named twice is
    hashed twice. `reading` is the same as for `hash_image`. With `fast`, the algorithm that needs
    the most pixels decides for all. `Options` explains the other keywords.

    `table.images`, `table.hashes["phash"]` and `table.failures` are in the order of the inputs. An
    image that cannot be read becomes a failure, and the other images are still read. Errors raised
    by an iterator of yours are passed on.
    """
    request = request_for(
        images, algorithms, repeats=True, only_first=True,
        reading=reading, recursive=recursive, hidden=hidden, follow_links=follow_links,
        include=include, exclude=exclude, archives=archives, archive_limits=archive_limits,
        column=column, fetch=fetch, workers=workers, max_pixels=max_pixels, max_bytes=max_bytes,
        damaged=damaged, isolate=isolate, timeout=timeout, memory=memory,
    )  # fmt: skip
    return hash_inputs(request, progress or silent)


def hash_inputs(
    request: Request,
    progress: Progress,
    *,
    known: Known | None = None,
    collect: Callable[[Row | Failure], None] | None = None,
) -> HashTable:
    """Hash all inputs, in threads or processes, while they are still being listed.

    `known` is the place for a memory of earlier scans. It is called for each input, in the threads
    that read. An input whose outcome it returns is not read. Its errors are passed on.
    `collect` is called with each outcome, in the order of the inputs, in the caller's thread.
    """
    builder = TableBuilder(request.recipe.algorithms)
    listing = _Listing(request.inputs)
    with closing(outcomes_of(listing, request, known=known)) as outcomes:
        for done, outcome in enumerate(outcomes, start=1):
            builder.add(outcome)
            if collect is not None:
                collect(outcome)
            progress("reading", done, listing.total)
    return builder.finish(request.inputs.skipped)


def outcomes_of(
    inputs: Iterable[Input], request: Request, *, known: Known | None = None
) -> Generator[Row | Failure]:
    """Hash inputs as the request says, but not those of the request. Yields outcomes in order.

    The inputs are drawn in the caller's thread, only a few before the outcomes are taken. `known`
    is as for `hash_inputs`. Close the generator to end early.
    """
    # One process may hang while the others go on.
    in_threads = threaded_map if request.isolation else paced_map
    with hasher(request.recipe, request.isolation) as read:
        work = partial(_known_or_read, known, read) if known else read
        yield from in_threads(work, inputs, request.workers, attrgetter("is_light"))


def _known_or_read(
    known: Known, read: Callable[[Input], Row | Failure], one: Input
) -> Row | Failure:
    outcome = known(one)
    return read(one) if outcome is None else outcome


@contextmanager
def hasher(
    recipe: Recipe, isolation: Isolation | None
) -> Iterator[Callable[[Input], Row | Failure]]:
    """Yield the function that hashes an input. It is called in threads."""
    if isolation is None:
        yield partial(hash_here, recipe=recipe)
        return
    from lookalike.images.formats.plugins import callers_modules, import_modules
    from lookalike.work.processes import Workers

    prepare = partial(import_modules, callers_modules())
    with Workers(partial(hash_sent, recipe=recipe), isolation, prepare) as workers:
        yield partial(hash_elsewhere, recipe=recipe, workers=workers)


class _Listing:
    """Lists the inputs well before they are read, so that their number is known early.

    Only names and items are listed ahead. Pictures from a generator do not pile up in memory.
    """

    AHEAD = 64

    def __init__(self, inputs: Iterable[Input]) -> None:
        self.total: int | None = None
        self._source = iter(inputs)
        self._listed: deque[Input] = deque()
        self._count = 0

    def __iter__(self) -> Iterator[Input]:
        while True:
            self._list_more()
            if not self._listed:
                return
            yield self._listed.popleft()

    def _list_more(self) -> None:
        for _ in range(self.AHEAD):
            if self.total is not None or (self._listed and not self._listed[-1].is_light):
                return
            one = next(self._source, None)
            if one is None:
                self.total = self._count
                return
            self._listed.append(one)
            self._count += 1
