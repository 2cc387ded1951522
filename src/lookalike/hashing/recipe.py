"""`Recipe`: turns one input into a row of a table, in this process or another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any

from lookalike.algorithms import Algorithm, get_algorithm
from lookalike.checks import one_of
from lookalike.errors import ImageError, Status, WorkerStartError
from lookalike.hashes import pack_bits
from lookalike.hashing.frames.sampled import Sampled
from lookalike.hashing.row import Failure, Row
from lookalike.images import (
    BytesSource,
    Encoded,
    How,
    JpegHasher,
    Stamp,
    WholeNeededError,
    check_limits,
    hash_source,
    read_source,
)
from lookalike.sight.thumb import LEAST_SIDE
from lookalike.sight.thumbs import thumb_with_glance
from lookalike.sources import Kind, trouble_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from lookalike.hashing.options import Damaged, Reading
    from lookalike.images import Hashed, Picture, Source
    from lookalike.sources import Input
    from lookalike.work.processes import Workers

READINGS = ("fast", "exact")
DAMAGED = ("report", "hash")


@dataclass(frozen=True)
class Recipe:
    """How to hash an image, and within which limits. It can be sent to another process."""

    algorithms: tuple[str, ...]
    """Their canonical names."""
    least_side: int | None
    """The argument of `read_picture`."""
    max_pixels: int
    max_bytes: int
    take_damaged: bool
    """Whether to hash the readable part of an image that cannot be decoded completely."""
    only_first: bool = True
    """Whether to read only the first frame of an image."""
    with_thumb: bool = False
    """Whether the rows have thumbs."""

    @cached_property
    def kinds(self) -> list[Algorithm]:
        """The algorithms."""
        return [get_algorithm(name) for name in self.algorithms]

    def __getstate__(self) -> dict[str, Any]:
        """The fields alone: algorithms cannot be pickled, their names can."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    def row(self, one: Input) -> Row:
        """Make the row of an image. Raises the errors of `read_picture`."""
        found, source = self._hashed(one.source)
        return _row_of(found, one) if found else self._row_by_picture(one, source)

    def hashes(self, source: Source) -> tuple[bytes, ...]:
        """The hashes of an image, one per algorithm. Raises the errors of `read_picture`."""
        found, source = self._hashed(source)
        if found:
            return found.hashes
        _picture, bits = self.read(source)
        return tuple(map(pack_bits, bits))

    def _hashed(self, source: Source) -> tuple[Hashed | None, Source]:
        """What the kernel makes of a source at once, or None, and what to read it from then."""
        if self._jpegs is None or not isinstance(source, Encoded):
            return None, source
        return hash_source(source, self._jpegs, self.least_side, self.max_bytes)

    @cached_property
    def _jpegs(self) -> JpegHasher | None:
        """Hashes JPEGs in the kernel. None if it cannot make all of the hashes."""
        kinds = []
        for kind in self.kinds:
            one = kind.reduced
            if self.least_side is None or one is None or one.in_kernel is None:
                return None
            family, size = one.in_kernel
            kinds.append((family, size, one.least_side, one.doubtful_within, one.most_doubtful))
        return JpegHasher(kinds, LEAST_SIDE if self.with_thumb else 0, self.max_pixels)

    def _row_by_picture(self, one: Input, source: Source) -> Row:
        picture, hashes = self.read(source)
        if picture.damage and picture.nearly_flat:  # so are many that have nothing in common
            raise ImageError(Status.DAMAGED, f"{picture.damage}; there is too little of it to hash")
        sampled = Sampled(picture, self.kinds, hashes, only_first=self.only_first)
        if sampled.damage and not self.take_damaged:
            raise sampled.damage
        return Row(
            location=one.location,
            stamp=picture.stamp or one.stamp or Stamp(picture.byte_count),
            byte_count=picture.byte_count,
            width=picture.width,
            height=picture.height,
            format=picture.format,
            frames=picture.frames,
            digest=picture.digest,
            is_beginning=picture.is_beginning and one.location.kind is Kind.FILE,
            flat_digest=sampled.flat_digest,
            hashes=sampled.first,
            damage=sampled.damage.reason if sampled.damage else picture.damage,
            marks=sampled.marks,
            samples=sampled.samples,
            end_unseen=picture.is_beginning,
            thumb=thumb_with_glance(picture) if self.with_thumb else b"",
        )

    def read(self, source: Source) -> tuple[Picture, list[NDArray[np.bool_]]]:
        """Return a picture and the bits of its hashes. Raises the errors of `read_picture`.

        Each algorithm gets the picture reduced as for it alone. So its hash does not depend on what
        else is asked for. A reduced picture may leave too many bits in doubt, or whether it has
        enough detail. Then every pixel is read, for that algorithm. Without enough detail, it
        matches only if every pixel is equal.
        """
        picture = self._read(source, self.least_side)
        if not picture.is_reduced:
            return picture, [kind.compute(picture) for kind in self.kinds]
        found = [_sure_bits(kind, picture) for kind in self.kinds]
        sure = [bits for bits in found if bits is not None]
        if len(sure) == len(found) and not picture.doubtful:
            return picture, sure
        whole = picture.whole_file
        picture = self._read(BytesSource(whole) if whole else source, None)
        pairs = zip(self.kinds, found, strict=True)
        return picture, [kind.compute(picture) if bits is None else bits for kind, bits in pairs]

    @cached_property
    def _also(self) -> tuple[int, ...]:
        """The least sides of algorithms, and of the thumb, that are smaller than `least_side`."""
        sides = {kind.least_side for kind in self.kinds} | (
            {LEAST_SIDE} if self.with_thumb else set()
        )
        return tuple(sorted(side for side in sides if side and side != self.least_side))

    def _read(self, source: Source, least_side: int | None) -> Picture:
        also = () if least_side is None else self._also
        how = How(self.max_pixels, self.max_bytes, False, least_side, self.take_damaged, None, also)
        return read_source(source, how)


def _row_of(found: Hashed, one: Input) -> Row:
    return Row(
        location=one.location,
        stamp=found.stamp or one.stamp or Stamp(found.byte_count),
        byte_count=found.byte_count,
        width=found.width,
        height=found.height,
        format=found.format,
        frames=1,
        digest=found.digest,
        is_beginning=found.is_beginning and one.location.kind is Kind.FILE,
        flat_digest=b"",
        hashes=found.hashes,
        marks=found.marks,
        end_unseen=found.is_beginning,
        thumb=found.thumb,
    )


def _sure_bits(kind: Algorithm, picture: Picture) -> NDArray[np.bool_] | None:
    """The bits of a reduced picture. None if it leaves a doubt, so every pixel is needed."""
    assert kind.reduced is not None
    own = picture.at(kind.reduced.least_side)
    return None if own.doubtful else kind.reduced.bits(own)


def recipe_for(
    algorithms: str | Iterable[str],
    *,
    reading: Reading,
    max_pixels: int,
    max_bytes: int,
    damaged: Damaged,
    only_first: bool = True,
    with_thumb: bool = False,
) -> Recipe:
    """Make a recipe. Raises `ValueError` and `TypeError` for unknown algorithms and options."""
    if isinstance(algorithms, str) or not isinstance(algorithms, Iterable):
        algorithms = [algorithms]
    kinds = list({kind.name: kind for kind in map(get_algorithm, algorithms)}.values())
    if not kinds:
        raise ValueError("algorithms must name at least one algorithm")
    check_limits(max_pixels, max_bytes)
    one_of(damaged, "damaged", DAMAGED)
    names = tuple(kind.name for kind in kinds)
    least_side = least_side_for(kinds, reading)
    if least_side is not None and with_thumb:
        least_side = max(least_side, LEAST_SIDE)
    take_damaged = damaged == "hash"
    return Recipe(names, least_side, max_pixels, max_bytes, take_damaged, only_first, with_thumb)


def least_side_for(kinds: Sequence[Algorithm], reading: str) -> int | None:
    """The least side to which `read_picture` may reduce a picture for these algorithms."""
    one_of(reading, "reading", READINGS)
    sides = [kind.least_side for kind in kinds]
    known = [side for side in sides if side is not None]
    return max(known) if reading == "fast" and len(known) == len(sides) else None


def hash_here(one: Input, recipe: Recipe) -> Row | Failure:
    """Hash an input in this process."""
    try:
        return recipe.row(one)
    except BaseException as error:  # noqa: BLE001  # a Rust panic is not an Exception
        return _failure(one, error)


def hash_sent(one: Input, recipe: Recipe) -> Row | Failure | None:
    """Hash an input in a worker process. None if only the beginning was sent and all is needed."""
    try:
        return recipe.row(one)
    except WholeNeededError:
        return None
    except BaseException as error:  # noqa: BLE001  # a Rust panic is not an Exception
        return _failure(one, error)


def hash_elsewhere(
    one: Input, recipe: Recipe, workers: Workers[Input, Row | Failure | None]
) -> Row | Failure:
    """Hash an input by `hash_sent` in another process, unless the image must stay in this one."""
    for least_side in (recipe.least_side, None):
        try:
            source = one.source.sent(least_side, recipe.max_bytes)
        except BaseException as error:  # noqa: BLE001  # whatever an `Item` raises
            return _failure(one, error)
        if source is None:
            return hash_here(one, recipe)
        try:
            outcome = workers(one._replace(source=source))
        except WorkerStartError:  # only `Workers` raises it here
            raise
        except BaseException as error:  # noqa: BLE001  # as when the item cannot be pickled
            return _failure(one, error)
        if outcome is not None:
            return outcome
    return _failure(one, WholeNeededError())  # a source that never gives all of its bytes


def _failure(one: Input, error: BaseException) -> Failure:
    return Failure.of(one.location.key, trouble_of(error))
