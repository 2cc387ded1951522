"""`Recipe`: how one input becomes a row of a table, in this process or in another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal, TypeAlias

from numpy import ndarray

from lookalike.algorithms import Algorithm, get_algorithm
from lookalike.errors import ImageError, Status, WorkerStartError
from lookalike.hashing.sampled import Sampled
from lookalike.hashing.table import Failure, Row
from lookalike.images import (
    Contents,
    Origin,
    check_limits,
    contents_of,
    is_item,
    read_picture,
)
from lookalike.sources import Input, at_hand, trouble_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from lookalike.images import ImageSource, Picture
    from lookalike.work.processes import Workers

Reading: TypeAlias = Literal["fast", "exact"]
Damaged: TypeAlias = Literal["report", "hash"]

Request: TypeAlias = "tuple[str, str | bytes | Origin]"
"""A key, and what to read."""

READINGS = ("fast", "exact")
DAMAGED = ("report", "hash")


@dataclass(frozen=True)
class Recipe:
    """What to make of an image, and within which limits. It can be sent to another process."""

    algorithms: tuple[str, ...]
    """Their canonical names."""
    least_side: int | None
    """As `read_picture` takes it."""
    max_pixels: int
    max_bytes: int
    take_damaged: bool
    """Whether to hash what there is of an image that cannot be decoded to its end."""
    only_first: bool = True
    """Whether to look at no more than the first frame of an image."""

    @cached_property
    def kinds(self) -> list[Algorithm]:
        """The algorithms."""
        return [get_algorithm(name) for name in self.algorithms]

    def row(self, key: str, source: ImageSource | Origin) -> Row:
        """What to keep of an image. Raises as `read_picture` does."""
        picture, hashes = self.read(source)
        if picture.damage and picture.nearly_flat:  # so are many that have nothing in common
            raise ImageError(Status.DAMAGED, f"{picture.damage}; there is too little of it to hash")
        sampled = Sampled(picture, self.kinds, hashes, only_first=self.only_first)
        if sampled.damage and not self.take_damaged:
            raise sampled.damage
        return Row(
            path=key,
            byte_count=picture.byte_count,
            width=picture.width,
            height=picture.height,
            format=picture.format,
            frames=picture.frames,
            digest=picture.digest,
            is_beginning=picture.is_beginning and isinstance(source, str) and source == key,
            flat_digest=sampled.flat_digest,
            hashes=sampled.first,
            damage=sampled.damage.reason if sampled.damage else picture.damage,
            marks=sampled.marks,
            samples=sampled.samples,
            end_unseen=picture.is_beginning,
        )

    def read(self, source: ImageSource | Origin) -> tuple[Picture, list[NDArray[np.bool_]]]:
        """A picture and the bits of its hashes. Raises as `read_picture` does.

        It is read exactly where fewer of its pixels leave a doubt: about too many of its bits, or
        whether it has enough detail, as it matches only where every pixel is equal if not.
        """
        picture = self._read(source, self.least_side)
        if not picture.is_reduced:
            return picture, [kind.compute(picture) for kind in self.kinds]
        if not picture.doubtful:
            found = [kind.reduced.bits(picture) for kind in self.kinds if kind.reduced]
            sure = [bits for bits in found if bits is not None]
            if len(sure) == len(self.kinds):
                return picture, sure
        picture = self._read(picture.whole_file or source, None)
        return picture, [kind.compute(picture) for kind in self.kinds]

    def _read(self, source: ImageSource | Origin, least_side: int | None) -> Picture:
        return read_picture(
            source,
            max_pixels=self.max_pixels,
            max_bytes=self.max_bytes,
            least_side=least_side,
            take_damaged=self.take_damaged,
        )


def recipe_for(
    algorithms: str | Iterable[str],
    *,
    reading: Reading,
    max_pixels: int,
    max_bytes: int,
    damaged: Damaged,
    only_first: bool = True,
) -> Recipe:
    """What a caller asks for. Raises `ValueError` and `TypeError` for what there is not."""
    if isinstance(algorithms, str) or not isinstance(algorithms, Iterable):
        algorithms = [algorithms]
    kinds = list({kind.name: kind for kind in map(get_algorithm, algorithms)}.values())
    if not kinds:
        raise ValueError("algorithms must name at least one algorithm")
    check_limits(max_pixels, max_bytes)
    if damaged not in DAMAGED:
        raise ValueError(f"damaged must be {' or '.join(map(repr, DAMAGED))}, not {damaged!r}")
    names = tuple(kind.name for kind in kinds)
    least_side = least_side_for(kinds, reading)
    return Recipe(names, least_side, max_pixels, max_bytes, damaged == "hash", only_first)


def least_side_for(kinds: Sequence[Algorithm], reading: str) -> int | None:
    """What `read_picture` is to leave of a picture for some algorithms."""
    if reading not in READINGS:
        raise ValueError(f"reading must be {' or '.join(map(repr, READINGS))}, not {reading!r}")
    sides = [kind.least_side for kind in kinds]
    known = [side for side in sides if side is not None]
    return max(known) if reading == "fast" and len(known) == len(sides) else None


def hash_here(one: Input, recipe: Recipe) -> Row | Failure:
    """What becomes of an input, worked out in this process."""
    return _outcome(one, lambda: recipe.row(one.key, _found(one)))


def hash_elsewhere(
    one: Input, recipe: Recipe, workers: Workers[Request, Row | Failure]
) -> Row | Failure:
    """The same, worked out in another process by `outcome_of`, which reads files itself.

    What comes from elsewhere is fetched here, and its bytes are sent. Arrays and opened images stay
    here: no decoder sees them, or it already has its hands on them.
    """

    def row() -> Row | Failure:
        found = _found(one)
        if isinstance(found, str | bytes):
            return workers((one.key, found))
        if not (isinstance(found, Origin) or is_item(found)):
            return recipe.row(one.key, found)
        try:
            part = contents_of(found, recipe.least_side, recipe.max_bytes)
            return workers((one.key, Fetched(part)))
        except WholeNeededError:
            return workers((one.key, Fetched(contents_of(found, None, recipe.max_bytes))))

    return _outcome(one, row)


def outcome_of(request: Request, recipe: Recipe) -> Row | Failure:
    """What becomes of the key and the source in `request`. Raises `WholeNeededError`."""
    key, source = request
    return _outcome(Input(key, b""), lambda: recipe.row(key, source))


def _found(one: Input) -> ImageSource | Origin:
    if isinstance(one.source, ImageError):
        raise one.source
    return at_hand(one.source)


def _outcome(one: Input, row: Callable[[], Row | Failure]) -> Row | Failure:
    """The row; or whatever is raised over this input, as its failure."""
    try:
        return row()
    except (WorkerStartError, WholeNeededError):
        raise
    except BaseException as error:  # noqa: BLE001  # the failure names it, and says where it was
        if isinstance(error, ValueError) and isinstance(one.source, ndarray):
            return Failure(one.key, Status.NOT_AN_IMAGE, str(error))
        return Failure.of(one.key, trouble_of(error))


class WholeNeededError(Exception):
    """The beginning of a file that was sent is not enough."""


class Fetched(Origin):
    """Contents that another process has read."""

    def __init__(self, contents: Contents) -> None:
        self._contents = contents

    def contents(self, least_side: int | None, max_bytes: int) -> Contents:  # noqa: ARG002
        if least_side is None and len(self._contents.data) < self._contents.size:
            raise WholeNeededError
        return self._contents
