"""The rows of `hashes/`: one per input, as Spark stores them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from lookalike.algorithms import get_algorithm
from lookalike.hashing.exchange import KEYS, METADATA, RAW_PATH, arrow_schema
from lookalike.hashing.frames.moments import moments_of
from lookalike.hashing.schema import COLUMNS, Type
from lookalike.hashing.table import HashTable
from lookalike.images import PREPARATION
from lookalike.sight.thumb import BYTES as THUMB_BYTES
from lookalike.sight.thumbs import KEPT_BYTES
from lookalike.sight.turned import QUARTERS, UPRIGHT, hashes_of
from lookalike.spark.settings import SOUGHT, TURNED, UPRIGHT_COLUMN, Settings

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

HASH = "hash"
THUMB = "thumb"
ROW_BITS = 32
"""An id is the number of a shard, and in its lowest bits the number of the input in that shard."""
_SQL = {
    Type.TEXT: "string",
    Type.WHOLE: "bigint",
    Type.NATURAL: "bigint",
    Type.TRUTH: "boolean",
    Type.SIXTEEN: "binary",
    Type.SAMPLES: "struct<flat: array<boolean>, hashes: array<binary>>",
}
"""Spark has neither unsigned numbers nor binary values of one length."""


def row_schema(settings: Settings) -> str:
    """The columns of `hashes/`, in SQL."""
    columns = {"id": "bigint", "shard": "bigint", "shard_digest": "string"}
    columns |= {one.name: _SQL[one.type] for one in COLUMNS}
    columns |= dict.fromkeys((HASH, RAW_PATH, SOUGHT, *settings.columns), "binary")
    if settings.rule.verify:
        columns[THUMB] = "binary"
    return ", ".join(f"`{name}` {kind}" for name, kind in columns.items())


def rows_of(
    table: HashTable,
    thumbs: Sequence[bytes],
    settings: Settings,
    shard: int,
    digest: str,
    first: int,
) -> pa.RecordBatch:
    """The rows of some inputs of a shard. `first`: the number of the first of them."""
    import pyarrow as pa

    arrow = table.to_arrow()
    count = len(arrow)
    columns = {
        "id": pa.array((shard << ROW_BITS) + first + np.arange(count)),
        "shard": pa.array(np.full(count, shard)),
        "shard_digest": pa.array([digest] * count),
    }
    columns |= {one.name: _plain(arrow.column(one.name)) for one in COLUMNS}
    columns[HASH] = _plain(arrow.column(settings.rule.algorithm))
    columns[RAW_PATH] = arrow.column(RAW_PATH)
    read = np.ones(count, np.bool_)
    read[list(table.failed_at)] = False
    columns[SOUGHT] = _spread(_sought(table, settings.rule.algorithm), read)
    if settings.rule.verify:
        columns |= {
            name: _spread(values, read)
            for name, values in _of_thumbs(table, thumbs, settings).items()
        }
        columns[THUMB] = _spread(list(thumbs), read)
    (batch,) = pa.table(columns).combine_chunks().to_batches() or (None,)
    return batch


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    import pyarrow as pa

    if pa.types.is_fixed_size_binary(column.type):
        return column.cast(pa.binary())
    return column.cast(pa.int64()) if pa.types.is_uint32(column.type) else column


def _spread(values: list[bytes | None], read: NDArray[np.bool_]) -> pa.Array:
    """A column of all inputs from the values of those that were read."""
    import pyarrow as pa

    every = np.full(len(read), None, object)
    every[read] = np.fromiter(values, object, len(values))
    return pa.array(every, pa.binary())


def _sought(table: HashTable, algorithm: str) -> list[bytes | None]:
    """The hash by which each image is searched: that of its first frame with any detail.

    Images that match at every moment match at that one. Flat images are not searched.
    """
    data = table.hashes[algorithm].data
    sought: list[bytes | None] = [one.tobytes() for one in data]
    for at in table.samples:
        moments = moments_of(table, at, algorithm)
        if not all(moments.flat):
            sought[at] = moments.hashes[moments.flat.index(False)].tobytes()
    for at in table.flat_digests:
        sought[at] = None
    return sought


def _of_thumbs(
    table: HashTable, thumbs: Sequence[bytes], settings: Settings
) -> dict[str, list[bytes | None]]:
    """The hashes of the thumbs of stills with enough detail, upright and turned."""
    names = {UPRIGHT_COLUMN: UPRIGHT, **dict(zip(TURNED, QUARTERS, strict=True))}
    pixels = np.frombuffer(b"".join(thumbs), np.uint8).reshape(-1, KEPT_BYTES)
    found = hashes_of(pixels[:, :THUMB_BYTES], tuple(names[name] for name in settings.columns))
    others = {*table.flat_digests, *table.samples}
    return {
        name: [None if at in others else one.tobytes() for at, one in enumerate(hashes)]
        for name, hashes in zip(settings.columns, found, strict=True)
    }


def table_of(rows: pa.Table, algorithm: str) -> HashTable:
    """The table of some rows, all of images that were read."""
    kind = get_algorithm(algorithm)
    schema = arrow_schema([kind.name])
    columns = [rows.column(HASH if name == kind.name else name) for name in schema.names]
    about = dict(zip(KEYS, ((kind.name,), {}, PREPARATION), strict=True))
    import pyarrow as pa

    return HashTable.from_arrow(
        pa.table(
            [column.cast(one.type) for column, one in zip(columns, schema, strict=True)],
            schema=schema.with_metadata({METADATA: json.dumps(about)}),
        )
    )
