"""Reads Parquet files in tasks, without Spark."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import pyarrow as pa

Work: TypeAlias = "Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]"
PART_BYTES = 1 << 27
"""The most of a file that a task reads, if its row groups are no larger."""
BATCH = 1 << 16
"""The most rows of a batch."""


def parts_of(files: list[tuple[str, int]]) -> pa.Table:
    """A row for each part of some files. `files`: their paths and sizes."""
    import pyarrow as pa

    counts = [(path, max(1, -(-size // PART_BYTES))) for path, size in files]
    return pa.Table.from_pylist(
        [
            {"path": path, "part": part, "parts": count}
            for path, count in counts
            for part in range(count)
        ]
    )


def work_on_parts(
    batches: Iterator[pa.RecordBatch], columns: list[str], work: Work
) -> Iterator[pa.RecordBatch]:
    """Do the work with the rows of parts of files. Runs in a task."""
    parts = (row for batch in batches for row in batch.to_pylist())
    return work(found for part in parts for found in _rows_of(**part, columns=columns))


def _rows_of(path: str, part: int, parts: int, columns: list[str]) -> Iterator[pa.RecordBatch]:
    """The rows of every so many-th row group of a file."""
    from pyarrow.parquet import ParquetFile

    with ParquetFile(path) as file:
        groups = list(range(part, file.num_row_groups, parts))
        if groups:
            yield from file.iter_batches(BATCH, groups, columns, use_threads=False)
