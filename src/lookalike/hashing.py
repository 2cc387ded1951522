"""Images to hashes: one, two to compare, or a whole set in threads."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Literal, TypeAlias

from lookalike.algorithms import Algorithm, get_algorithm
from lookalike.errors import ImageError, Status
from lookalike.hashes import Hash, pack_bits
from lookalike.images import DEFAULT_MAX_PIXELS, check_limits, read_picture
from lookalike.parallel import ordered_map, worker_count
from lookalike.progress import silent
from lookalike.sources import ImageSources, Input, Inputs, at_hand
from lookalike.table import Failure, HashTable, Row

Reading: TypeAlias = Literal["fast", "exact"]

READINGS = ("fast", "exact")

if TYPE_CHECKING:
    from lookalike.images import ImageSource, Picture
    from lookalike.progress import Progress


def hash_image(
    image: ImageSource,
    *,
    algorithm: str = "phash",
    reading: Reading = "fast",
    max_pixels: int = DEFAULT_MAX_PIXELS,
) -> Hash:
    """The hash of one image.

    `image`: a path, an http or https URL, the bytes of a file, a file open for reading bytes, a
    Pillow image, or a uint8 array `(height, width)` or `(height, width, 3)`, RGB. EXIF orientation
    is applied, and what is transparent is seen on white. `reading`: `fast` reads no more of a JPEG
    than the hash needs, and may differ from `exact`, which reads every pixel, in a bit or two.

    Raises `ImageError`, with a status and a reason, where the image cannot be read; `ValueError`
    for an unknown algorithm or an array of another shape; `MissingExtraError` for a URL without
    httpx.
    """
    kind = get_algorithm(algorithm)
    picture = read_named(image, max_pixels, least_side_for([kind], reading))
    return Hash(pack_bits(kind.compute(picture)), kind.name)


def least_side_for(kinds: Sequence[Algorithm], reading: str) -> int | None:
    """What `read_picture` is to leave of a picture for some algorithms."""
    if reading not in READINGS:
        raise ValueError(f"reading must be {' or '.join(map(repr, READINGS))}, not {reading!r}")
    sides = [kind.least_side for kind in kinds]
    known = [side for side in sides if side is not None]
    return max(known) if reading == "fast" and len(known) == len(sides) else None


def read_named(
    image: ImageSource, max_pixels: int = DEFAULT_MAX_PIXELS, least_side: int | None = None
) -> Picture:
    """`read_picture`, but it fetches URLs, and its `ImageError` names the path."""
    try:
        return read_picture(at_hand(image), max_pixels=max_pixels, least_side=least_side)
    except ImageError as error:
        path = os.fsdecode(image) if isinstance(image, str | os.PathLike) else None
        raise ImageError(error.status, error.reason, path) from error


def distance(
    first: ImageSource,
    second: ImageSource,
    *,
    algorithm: str = "phash",
    reading: Reading = "fast",
) -> int:
    """In how many bits the hashes of two images differ. Raises as `hash_image` does."""
    hash_of = partial(hash_image, algorithm=algorithm, reading=reading)
    return hash_of(first) - hash_of(second)


def hash_images(
    images: ImageSources,
    *,
    algorithms: str | Iterable[str] = "phash",
    reading: Reading = "fast",
    recursive: bool = True,
    hidden: bool = False,
    workers: int | None = None,
    max_pixels: int = DEFAULT_MAX_PIXELS,
    progress: Progress | None = None,
) -> HashTable:
    """Hash many images, each decoded once for all algorithms.

    `images`: a folder, a path, a URL, anything else that `hash_image` takes, or any number of
    these. Folders are walked in the order of their names, into their sub-folders if `recursive`,
    past hidden files unless `hidden`. An image that is named twice is hashed twice. `reading` is
    that of `hash_image`.

    `table.images`, `table.hashes["phash"]` and `table.failures` are in the order of the inputs. An
    image that cannot be read is a failure; the rest goes on.
    """
    inputs = Inputs(images, recursive=recursive, hidden=hidden, repeats=True)
    return hash_inputs(
        inputs,
        algorithms,
        reading=reading,
        workers=workers,
        max_pixels=max_pixels,
        progress=progress or silent,
    )


def hash_inputs(
    inputs: Inputs,
    algorithms: str | Iterable[str],
    *,
    reading: Reading,
    workers: int | None,
    max_pixels: int,
    progress: Progress,
) -> HashTable:
    """Hash all inputs, in threads, while they are still being listed."""
    if isinstance(algorithms, str) or not isinstance(algorithms, Iterable):
        algorithms = [algorithms]
    kinds = list({kind.name: kind for kind in map(get_algorithm, algorithms)}.values())
    if not kinds:
        raise ValueError("algorithms must name at least one algorithm")
    check_limits(max_pixels)
    least_side = least_side_for(kinds, reading)
    table = HashTable([kind.name for kind in kinds])
    listing = _Listing(inputs)
    hasher = partial(_hash_input, kinds=kinds, max_pixels=max_pixels, least_side=least_side)
    for done, outcome in enumerate(ordered_map(hasher, listing, worker_count(workers)), start=1):
        table.add(outcome)
        progress("reading", done, listing.total)
    table.skipped = dict(sorted(inputs.skipped.items()))
    return table


class _Listing:
    """The inputs, listed well ahead of their reading, so that their number is soon known.

    Only paths are listed ahead: pictures that a generator makes one after the other are not
    gathered in memory.
    """

    AHEAD = 64

    def __init__(self, inputs: Inputs) -> None:
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
            if self.total is not None or (self._listed and not self._listed[-1].is_path):
                return
            one = next(self._source, None)
            if one is None:
                self.total = self._count
                return
            self._listed.append(one)
            self._count += 1


def _hash_input(
    one: Input, kinds: Sequence[Algorithm], max_pixels: int, least_side: int | None
) -> Row | Failure:
    try:
        if isinstance(one.source, ImageError):
            raise one.source
        picture = read_picture(at_hand(one.source), max_pixels=max_pixels, least_side=least_side)
        if picture.flat and picture.is_reduced:  # it matches only where every pixel is equal
            picture = read_picture(at_hand(one.source), max_pixels=max_pixels)
        return _row(one.key, picture, kinds)
    except ImageError as error:
        return Failure(one.key, error.status, error.reason)
    except MemoryError:
        return Failure(one.key, Status.TOO_LARGE, "hashing it takes more memory than there is")
    except ValueError as error:  # an array that cannot be an image
        return Failure(one.key, Status.NOT_AN_IMAGE, str(error))


def _row(path: str, picture: Picture, kinds: Sequence[Algorithm]) -> Row:
    return Row(
        path=path,
        byte_count=picture.byte_count,
        width=picture.width,
        height=picture.height,
        format=picture.format,
        frames=picture.frames,
        digest=picture.digest,
        is_beginning=picture.is_beginning,
        flat_digest=picture.pixel_digest() if picture.flat else b"",
        hashes=tuple(pack_bits(kind.compute(picture)) for kind in kinds),
    )
