"""`HashTable`: the facts about each image of a set, and its hashes, in columns.

It uses columns because one Python object per image takes gigabytes for ten million images.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from lookalike.errors import Status
from lookalike.hashes import Hash, HashArray
from lookalike.hashing.columns import taken
from lookalike.hashing.row import Failure, ImageInfo, Row, status_of
from lookalike.hashing.schema import COLUMNS, location_of, row_of
from lookalike.images.mark import Mark
from lookalike.images.raw.formats import RAW_FORMATS
from lookalike.sources.location import Location, Stamp

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pyarrow import Table

    from lookalike.hashing.columns import Blocks, Codes, Values
    from lookalike.hashing.frames.moments import Samples
    from lookalike.hashing.paths import Paths


class HashTable:
    """The images of a set with their hashes, and the failures. Both are in the order of the inputs.

    `table.images[k]` is an `ImageInfo`, and `table.hashes["phash"][k]` its hash. A table never
    changes. `TableBuilder`, `from_columns` and `from_arrow` make tables.
    """

    def __init__(
        self,
        columns: Mapping[str, Any],
        hashes: Mapping[str, Blocks],
        failures: Sequence[Failure],
        failed_at: array[int],
        skipped: Mapping[str, int],
    ) -> None:
        """Only for `TableBuilder`. The contents of the columns are not copied."""
        self._columns = dict(columns)
        self._hashes = dict(hashes)
        self._failures = failures
        self._failed_at = failed_at
        self._skipped = dict(sorted(skipped.items()))

    @classmethod
    def from_columns(
        cls,
        columns: Mapping[str, Sequence[Any]],
        algorithms: Sequence[str],
        *,
        skipped: Mapping[str, int] = MappingProxyType({}),
    ) -> HashTable:
        """Make a table from plain values, as returned by `columns`.

        There must be a column for each of `COLUMNS` and each of `algorithms`. Each must hold one
        value per input. Raises `ValueError` if a column is missing or holds an invalid value.
        """
        from lookalike.hashing.exchange import table_from

        return table_from(columns, algorithms, skipped)

    @classmethod
    def from_arrow(cls, table: Table) -> HashTable:
        """Make a table from the result of `to_arrow`. Raises `ValueError` for any other table.

        Warns if the hashes come from a version that prepared pictures differently.
        """
        from lookalike.hashing.exchange import from_arrow
        from lookalike.index.stored.preparation import warn_if_older

        found, preparation = from_arrow(table)
        warn_if_older("an Arrow table", preparation)
        return found

    def to_arrow(self) -> Table:
        """Make an Arrow table with one row per input, in order. `docs/tables.md` describes it.

        Raises `MissingExtraError` without pyarrow.
        """
        from lookalike.hashing.exchange import to_arrow

        return to_arrow(self)

    def columns(self) -> dict[str, list[Any]]:
        """Plain values for all inputs, by the names of `COLUMNS` and of the algorithms.

        For an input that could not be read, only the path, status and reason are not None.
        """
        columns = {
            column.name: [column.form.plain(one) for one in _all(self._columns[column.name])]
            for column in COLUMNS
            if column.hold
        }
        columns["status"] = [str(status_of(reason)) for reason in columns["reason"]]
        columns |= {name: list(_all(blocks)) for name, blocks in self._hashes.items()}
        for name, values in columns.items() if self._failures else ():
            columns[name] = self._with_failures(name, values)
        return columns

    def _with_failures(self, name: str, values: list[Any]) -> list[Any]:
        """A column with the values of the images and failures, in the order of the inputs."""
        failed = {
            at: one.to_dict().get(name)
            for at, one in zip(self._failed_at, self._failures, strict=True)
        }
        read = iter(values)
        total = len(values) + len(failed)
        return [failed[at] if at in failed else next(read) for at in range(total)]

    def with_damages(self, damages: Mapping[int, str], seen: Iterable[int]) -> HashTable:
        """A copy of the table in which some images are damaged and some ends are seen.

        `damages`: the reasons, by position. `seen`: positions. All other columns are shared.
        """
        changed = {
            "reason": self._columns["reason"].updated(damages),
            "end_unseen": self._columns["end_unseen"].without(seen),
        }
        return HashTable(
            self._columns | changed, self._hashes, self._failures, self._failed_at, self._skipped
        )

    def __len__(self) -> int:
        return len(self.paths)

    def __repr__(self) -> str:
        names = ", ".join(self.algorithms)
        return f"<HashTable: {len(self)} images by {names}, {len(self.failures)} failures>"

    @property
    def algorithms(self) -> tuple[str, ...]:
        """The canonical names of the algorithms."""
        return tuple(self._hashes)

    @property
    def paths(self) -> Sequence[str]:
        """The path of each image."""
        paths: Paths = self._columns["path"]
        return paths

    @property
    def failures(self) -> list[Failure]:
        """The inputs that could not be read."""
        return list(self._failures)

    @property
    def failed_at(self) -> array[int]:
        """The position of each failure among all inputs."""
        return self._failed_at[:]

    @property
    def skipped(self) -> dict[str, int]:
        """How many files were left out, by kind."""
        return dict(self._skipped)

    @property
    def flat_digests(self) -> Mapping[int, bytes]:
        """Digests of flat or degenerate images, by position. They are equal for equal pixels."""
        return self._others("flat_digest")

    @property
    def damages(self) -> Mapping[int, str]:
        """Why some images could not be decoded completely, by position."""
        return self._others("reason")

    @property
    def samples(self) -> Mapping[int, Samples]:
        """The samples of images with several frames, if these were read, by position."""
        return self._others("samples")

    @cached_property
    def marks(self) -> Mapping[int, Mark]:
        """The marks of the images that have any, by position."""
        return MappingProxyType(self._columns["marks"].other_than(Mark(0)))

    @cached_property
    def beginnings(self) -> frozenset[int]:
        """The positions of the files whose beginning alone was read."""
        return frozenset(self._columns["is_beginning"].true_at())

    @cached_property
    def ends_unseen(self) -> frozenset[int]:
        """The positions of the images whose end has not been read so far."""
        return frozenset(self._columns["end_unseen"].true_at())

    @property
    def damaged(self) -> list[Failure]:
        """The images that were hashed although they cannot be decoded completely, and why."""
        return [
            Failure(self.paths[at], Status.DAMAGED, reason) for at, reason in self.damages.items()
        ]

    @property
    def images(self) -> Images:
        """The images that were read, as a sequence of `ImageInfo`."""
        return Images(self)

    @cached_property
    def hashes(self) -> dict[str, HashArray]:
        """The hashes of all images, by the name of the algorithm."""
        return {
            name: HashArray(_array_of(blocks), algorithm=name)
            for name, blocks in self._hashes.items()
        }

    @cached_property
    def digests(self) -> NDArray[np.uint8]:
        """`(n, 16)`: equal for images of the same bytes, or the same pixels without a file."""
        return _array_of(self._columns["digest"])

    @cached_property
    def sizes(self) -> NDArray[np.int64]:
        """`(n, 3)`: bytes, width and height of each image."""
        columns = (self._columns[name] for name in ("bytes", "width", "height"))
        return np.column_stack([np.array(one, np.int64) for one in columns])

    @property
    def formats(self) -> Codes[str]:
        """The format of each image, by position."""
        formats: Codes[str] = self._columns["format"]
        return formats

    def values(self, name: str) -> Values:
        """One of `schema.COLUMNS`: its value for the image at each position."""
        values: Values = self._columns[name]
        return values

    def take(self, name: str, at: NDArray[np.intp]) -> list[Any]:
        """The values of one of `schema.COLUMNS` for the images at some positions."""
        return taken(self._columns[name], at)

    def location(self, at: int) -> Location:
        """Where the image at a position is."""
        columns = self._columns
        return location_of(columns["kind"][at], columns["path"][at], columns["inner_at"][at])

    def stamp(self, at: int) -> Stamp:
        """The stamp of the file of the image at a position, when it was read."""
        columns = self._columns
        return Stamp(columns["file_bytes"][at], columns["modified_ns"][at], columns["identity"][at])

    def size(self, at: int) -> tuple[int, int, int]:
        """Bytes, width and height of the image at a position."""
        columns = self._columns
        return columns["bytes"][at], columns["width"][at], columns["height"][at]

    def is_raw(self, at: int) -> bool:
        """Whether the image at a position is a camera's raw file."""
        return self.formats[at] in RAW_FORMATS

    def frames(self, at: int) -> int:
        """How many frames the image at a position has."""
        count: int = self._columns["frames"][at]
        return count

    def row(self, at: int) -> Row:
        """The row that was added for the image at a position."""
        values = {name: column[at] for name, column in self._columns.items()}
        return row_of(values, tuple(blocks[at] for blocks in self._hashes.values()))

    def image(self, at: int) -> ImageInfo:
        """The image at a position."""
        row = self.row(at)
        return ImageInfo(
            path=row.path,
            bytes=row.byte_count,
            width=row.width,
            height=row.height,
            format=row.format,
            frames=row.frames,
            flat=bool(row.flat_digest) and Mark.DEGENERATE not in row.marks,
            hashes={name: Hash(row.hashes[k], name) for k, name in enumerate(self.algorithms)},
            location=row.location,
            stamp=row.stamp,
            digest=row.digest,
            damage=row.damage,
            marks=row.marks.words,
        )

    def _others(self, name: str) -> Mapping[int, Any]:
        others: Mapping[int, Any] = self._columns[name].others
        return others


def _all(values: Values) -> Iterable[Any]:
    return (values[at] for at in range(len(values)))


def _array_of(blocks: Blocks) -> NDArray[np.uint8]:
    """A read-only view of the bytes, without a copy."""
    array = np.frombuffer(blocks.data, np.uint8).reshape(-1, blocks.width)
    array.flags.writeable = False
    return array


class Images(Sequence[ImageInfo]):
    """The images of a table. Each is made on access."""

    def __init__(self, table: HashTable) -> None:
        self._table = table

    def __len__(self) -> int:
        return len(self._table)

    @overload
    def __getitem__(self, at: int) -> ImageInfo: ...
    @overload
    def __getitem__(self, at: slice) -> list[ImageInfo]: ...
    def __getitem__(self, at: int | slice) -> ImageInfo | list[ImageInfo]:
        if isinstance(at, slice):
            return [self._table.image(k) for k in range(*at.indices(len(self)))]
        return self._table.image(range(len(self))[at])

    def __repr__(self) -> str:
        return f"<{len(self)} images>"
