"""The rows of images that have a label, in packed blocks of many labels each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from lookalike.spark.blocks.packing import REFERENCE, batch_of, buckets_of, slices_of

if TYPE_CHECKING:
    import pyarrow as pa

ENOUGH = 1 << 17
"""About how many rows a task packs at a time."""
PACKED = "bucket int, rows binary"


def labelled(batches: Iterator[pa.RecordBatch], sent: Any, side: int) -> Iterator[pa.RecordBatch]:
    """The rows that have a label, with it. Runs in a task."""
    import pyarrow as pa

    ids, labels = sent.value
    for batch in batches:
        own = batch.column("id").to_numpy() | (REFERENCE if side else 0)
        at = np.minimum(np.searchsorted(ids, own), len(ids) - 1)
        chosen = np.flatnonzero(ids[at] == own) if len(ids) else np.empty(0, np.intp)
        found = batch.take(pa.array(chosen))
        found = found.set_column(batch.schema.get_field_index("id"), "id", pa.array(own[chosen]))
        yield found.append_column("label", pa.array(labels[at[chosen]]))


def packed_by_label(batches: Iterator[pa.RecordBatch], bits: int) -> Iterator[pa.RecordBatch]:
    """Deal rows to buckets by their labels. Runs in a task."""
    waiting: list[pa.RecordBatch] = []
    for batch in batches:
        waiting.append(batch)
        if sum(map(len, waiting)) >= ENOUGH:
            yield _packed_rows(waiting, bits)
            waiting = []
    if waiting:
        yield _packed_rows(waiting, bits)


def _packed_rows(batches: list[pa.RecordBatch], bits: int) -> pa.RecordBatch:
    import pyarrow as pa

    rows = pa.Table.from_batches(batches).combine_chunks()
    labels = rows.column("label").to_numpy().view(np.uint64)
    buckets = slices_of(buckets_of(labels[:, None], bits))
    return batch_of(((one, _bytes_of(rows.take(pa.array(at)))) for one, at in buckets), PACKED)


def _bytes_of(rows: pa.Table) -> bytes:
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, rows.schema) as stream:
        stream.write_table(rows)
    return bytes(sink.getvalue())


def unpacked(blocks: pa.Table) -> pa.Table:
    """The rows in some blocks, by id as on one machine."""
    import pyarrow as pa

    found = (pa.ipc.open_stream(one.as_buffer()) for one in blocks.column("rows"))
    return pa.concat_tables(stream.read_all() for stream in found).sort_by("id")
