"""Reads the rows of a stage for Python.

Spark hands rows over one by one, which takes it several times longer than pyarrow takes to read
them. So where the files of a stage are on a file system of this machine, which all workers share,
tasks get only the names of files. Files anywhere else are read by Spark.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from lookalike.spark.blocks.packing import TASKS_PER_CORE

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

    from lookalike.spark.stages import Stage

Work: TypeAlias = "Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]"
PART_BYTES = 1 << 27
"""About how much of a file a task reads at least, if that leaves enough tasks."""
BATCH = 1 << 16
"""The most rows of a batch."""


def map_rows(stage: Stage, columns: Sequence[str], work: Work, schema: str) -> DataFrame:
    """What `work` makes of all batches of some columns in each task."""
    import pyarrow as pa

    files = stage.files()
    if not files:
        return stage.rows().select(*columns).mapInArrow(work, schema)
    parts = [
        (path, part, count)
        for path, size in files
        for count in [-(-size // PART_BYTES)]
        for part in range(count)
    ]
    table = pa.table(list(map(pa.array, zip(*parts, strict=True))), ["path", "part", "parts"])
    spark = stage.folder.spark
    least = TASKS_PER_CORE * spark.sparkContext.defaultParallelism
    tasks = max(least, sum(size for _, size in files) // PART_BYTES)
    named = spark.createDataFrame(table).repartition(min(tasks, len(parts)))
    return named.mapInArrow(partial(_read, columns=list(columns), work=work), schema)


def _read(
    batches: Iterator[pa.RecordBatch], columns: list[str], work: Work
) -> Iterator[pa.RecordBatch]:
    """Do the work with the rows in parts of files. Runs in a task."""
    parts = (row for batch in batches for row in batch.to_pylist())
    return work(found for part in parts for found in _rows_of(**part, columns=columns))


def _rows_of(path: str, part: int, parts: int, columns: list[str]) -> Iterator[pa.RecordBatch]:
    """The rows of every so many-th row group of a file."""
    from pyarrow.parquet import ParquetFile

    with ParquetFile(path) as file:
        groups = list(range(part, file.num_row_groups, parts))
        if groups:
            yield from file.iter_batches(BATCH, groups, columns, use_threads=False)
