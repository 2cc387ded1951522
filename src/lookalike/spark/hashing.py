"""Stage 2: every input becomes a row with a hash, or with the reason why not.

A task hashes whole shards, and its file appears once it is complete. So the files that are there
hold complete shards, whatever was killed, and only the other shards are hashed again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from lookalike.hashing.builder import TableBuilder
from lookalike.hashing.hashing import hasher
from lookalike.hashing.row import Failure, Row
from lookalike.spark.listing import names_in
from lookalike.spark.rows import row_schema, rows_of

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

    from lookalike.hashing.recipe import Recipe
    from lookalike.sources import Input
    from lookalike.spark.settings import Settings
    from lookalike.spark.stages import Stage
    from lookalike.work.isolation import Isolation

FLUSH = 2048
"""After how many inputs their rows are handed to Spark."""
MOST_TASKS = 50_000
VERSION_2 = "mapreduce.fileoutputcommitter.algorithm.version"
"""With version 2 of Hadoop's committer, the file of a task is in its place once the task ends. With
version 1, only once all tasks have ended."""


def hash_inputs(stage: Stage, shards: DataFrame, settings: Settings) -> dict[str, Any]:
    """Hash the shards that no complete file holds. Returns how many inputs have each status."""
    listed = {one.shard: one.digest for one in shards.select("shard", "digest").collect()}
    tried: set[int] = set()
    while True:
        missing = listed.keys() - _accepted(stage, listed) - tried
        if tried and not missing:  # what is still missing has no inputs, as an empty archive
            return _facts(stage)
        _hash(stage, shards, sorted(missing), settings)
        tried |= missing or {-1}


def _hash(stage: Stage, shards: DataFrame, missing: list[int], settings: Settings) -> None:
    import pyarrow as pa

    numbers = pa.table({"shard": pa.array(missing, pa.int64())})
    wanted = stage.folder.spark.createDataFrame(numbers)
    tasks = min(max(len(missing), 1), MOST_TASKS)
    work = partial(hashed, settings=settings)
    rows = shards.join(wanted, "shard").repartition(tasks).mapInArrow(work, row_schema(settings))
    rows.write.mode("append").option(VERSION_2, "2").parquet(stage.path)


def _accepted(stage: Stage, listed: dict[int, str]) -> set[int]:
    """The shards in complete files. Deletes files with shards that are not listed as they were.

    A task of a killed driver may still have finished its file, so a shard may be in two of them.
    """
    shards_in: dict[str, list[tuple[int, str]]] = {}
    for file, shard, digest in _files(stage):
        shards_in.setdefault(file, []).append((shard, digest))
    accepted: set[int] = set()
    for file, shards in sorted(shards_in.items()):
        numbers = {number for number, _ in shards}
        if accepted & numbers or any(listed.get(number) != digest for number, digest in shards):
            stage.folder.delete_file(file)
        else:
            accepted |= numbers
    return accepted


def _files(stage: Stage) -> list[tuple[str, int, str]]:
    """The complete files of all runs, each with its shards and their digests."""
    from pyspark.sql import functions as sql

    runs = stage.runs()
    if not runs:
        return []
    rows = stage.rows_of(runs)
    named = rows.select(sql.input_file_name().alias("file"), "shard", "shard_digest")
    return [tuple(one) for one in named.distinct().collect()]


def _facts(stage: Stage) -> dict[str, Any]:
    """How many inputs have each status, and how many shards there are."""
    runs = stage.runs()
    counts = stage.rows_of(runs).groupBy("status").count().collect()
    statuses = {one["status"]: one["count"] for one in counts}
    total = sum(statuses.values())
    return {"statuses": dict(sorted(statuses.items())), "inputs": total, "runs": runs}


def hashed(batches: Iterator[pa.RecordBatch], settings: Settings) -> Iterator[pa.RecordBatch]:
    """The rows of the inputs of some shards. Runs in a task."""
    settings.check_here()
    for batch in batches:
        for shard, digest, names in zip(
            *(batch.column(name).to_pylist() for name in ("shard", "digest", "names")), strict=True
        ):
            yield from _hashed_shard(shard, digest, names_in(names), settings)


def _hashed_shard(
    shard: int, digest: str, names: list[str], settings: Settings
) -> Iterator[pa.RecordBatch]:
    request = settings.request(names)
    read = _reader(request.recipe, request.isolation)
    first, waiting = 0, list[Row | Failure]()

    def rows() -> pa.RecordBatch:
        builder = TableBuilder(request.recipe.algorithms)
        for outcome in waiting:
            builder.add(outcome)
        thumbs = [one.thumb for one in waiting if isinstance(one, Row)]
        return rows_of(builder.finish(), thumbs, settings, shard, digest, first)

    for one in request.inputs:
        waiting.append(read(one))
        if len(waiting) == FLUSH:
            yield rows()
            first += len(waiting)
            waiting = []
    if waiting:
        yield rows()


@lru_cache(maxsize=1)
def _reader(recipe: Recipe, isolation: Isolation | None) -> Callable[[Input], Row | Failure]:
    """What hashes an input. A Python worker of Spark makes it once and keeps it for all tasks.

    The process that decodes ends together with this one, when its pipe is closed.
    """
    manager = hasher(recipe, isolation)
    _kept.append(manager)
    return manager.__enter__()


_kept: list[Any] = []
