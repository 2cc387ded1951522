"""Packed blocks: thousands of hashes or edges in one row of binary columns.

Spark moves rows one by one, which takes several times longer than joining them. So a row that is
shuffled holds a whole block.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

ENOUGH = 1 << 20
"""About how many rows a task packs at a time."""
TASKS_PER_CORE = 3
"""With fewer, cores wait for the last task."""
REFERENCE = 1 << 62
"""This bit is set in the ids of images that belong to the set searched against."""
_FACTOR = np.uint64(0x9E3779B97F4A7C15)


class Nodes(NamedTuple):
    """Some hashes, each with the id of the image that stands for all images with this hash."""

    words: NDArray[np.uint64]
    """`(n, words)`."""
    ids: NDArray[np.int64]
    """`(n,)`."""

    @classmethod
    def concatenated(cls, parts: Sequence[Nodes], width: int) -> Nodes:
        """The nodes of many blocks as one. `width`: the number of words of a hash."""
        words = np.concatenate([np.empty((0, width), np.uint64), *(part.words for part in parts)])
        return cls(words, np.concatenate([np.empty(0, np.int64), *(part.ids for part in parts)]))

    def among(self, wanted: NDArray[np.bool_] | NDArray[np.integer] | slice) -> Nodes:
        """Some of the nodes."""
        return Nodes(np.ascontiguousarray(self.words[wanted]), self.ids[wanted])


class Edges(NamedTuple):
    """Pairs of images that belong together, by their ids."""

    left: NDArray[np.int64]
    right: NDArray[np.int64]

    @classmethod
    def concatenated(cls, parts: Iterable[Edges]) -> Edges:
        """The edges of many blocks as one."""
        every = list(parts)
        none = np.empty(0, np.int64)
        return cls(
            np.concatenate([none, *(part.left for part in every)]),
            np.concatenate([none, *(part.right for part in every)]),
        )


def mixed(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """`(n,)`: a well mixed number for each row of `(n, words)`, the same on every machine."""
    out = np.zeros(len(numbers), np.uint64)
    for word in numbers.T:
        out ^= word
        out *= _FACTOR
        out ^= out >> np.uint64(29)
        out *= _FACTOR
        out ^= out >> np.uint64(32)
    return out


def buckets_of(numbers: NDArray[np.uint64], bits: int) -> NDArray[np.uint16]:
    """`(n,)`: one of `2 ** bits` buckets for each row of `(n, words)`. At most 16 bits."""
    if not bits:
        return np.zeros(len(numbers), np.uint16)
    return (mixed(numbers) >> np.uint64(64 - bits)).astype(np.uint16)


def slices_of(buckets: NDArray[np.uint16]) -> Iterator[tuple[int, NDArray[np.intp]]]:
    """Yield each bucket that occurs, and the rows in it."""
    order = np.argsort(buckets, kind="stable")
    found, starts = np.unique(buckets[order], return_index=True)
    if len(found):
        yield from zip(found.tolist(), np.split(order, starts[1:]), strict=True)


def bucket_bits(count: int, size: int, least: int = 0) -> int:
    """How many bits of buckets give about `size` rows each, and at least `least` buckets."""
    wanted = max(-(-count // size), least, 1)
    return min((wanted - 1).bit_length(), 14)


def fixed(column: pa.Array, width: int) -> NDArray[np.uint8]:
    """`(n, width)`: a binary column without nulls, of which every value has that many bytes.

    Raises `ValueError` for a value of another length.
    """
    count = len(column)
    if not count:
        return np.empty((0, width), np.uint8)
    buffers = column.buffers()
    offsets = np.frombuffer(buffers[1], np.int32)[column.offset : column.offset + count + 1]
    if (np.diff(offsets) != width).any():
        raise ValueError(f"a hash must have {width} bytes")
    data = np.frombuffer(buffers[2], np.uint8)[offsets[0] : offsets[-1]]
    return data.reshape(count, width)


def arrays_in(column: pa.ChunkedArray | pa.Array, dtype: Any) -> list[NDArray[Any]]:
    """The arrays that the rows of a binary column hold, without copies."""
    return [np.frombuffer(value.as_buffer(), dtype) for value in column]


def arrow_schema(columns: str) -> pa.Schema:
    """The Arrow schema of columns that are given in SQL, such as `task int, ids binary`."""
    import pyarrow as pa

    types = {"int": pa.int32(), "bigint": pa.int64(), "boolean": pa.bool_(), "binary": pa.binary()}
    return pa.schema((name, types[kind]) for name, kind in map(str.split, columns.split(", ")))


def batch_of(rows: Iterable[Sequence[object]], columns: str) -> pa.RecordBatch:
    """Rows as a batch with these columns, as in `arrow_schema`."""
    import pyarrow as pa

    schema = arrow_schema(columns)
    values = list(zip(*rows, strict=True)) or [()] * len(schema)
    arrays = [pa.array(column, one.type) for column, one in zip(values, schema, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def nodes_of(batch: pa.RecordBatch | pa.Table, width: int) -> Iterator[Nodes]:
    """The nodes in each row with `words` and `ids`. `width`: the words of a hash."""
    words = arrays_in(batch.column("words"), np.uint64)
    for some, ids in zip(words, arrays_in(batch.column("ids"), np.int64), strict=True):
        yield Nodes(some.reshape(-1, width), ids)


def edges_of(batch: pa.RecordBatch | pa.Table) -> Edges:
    """The edges in all rows with `left` and `right`."""
    sides = (arrays_in(batch.column(name), np.int64) for name in ("left", "right"))
    return Edges.concatenated(Edges(*one) for one in zip(*sides, strict=True))


def packed(array: NDArray[Any]) -> bytes:
    """The bytes of an array, little-endian as on all machines that Spark runs on."""
    return np.ascontiguousarray(array).tobytes()
