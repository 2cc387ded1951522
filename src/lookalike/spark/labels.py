"""Stage 5: from edges to labels. The label of an image is the smallest id it is connected with."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from lookalike.spark.blocks.packing import (
    ENOUGH,
    Edges,
    arrow_schema,
    batch_of,
    bucket_bits,
    buckets_of,
    edges_of,
    packed,
    slices_of,
)
from lookalike.spark.blocks.stars import Step, labels_of, large_star, small_star
from lookalike.spark.stages import in_groups, without_dictionary

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray
    from pyspark.sql import DataFrame

    from lookalike.spark.stages import Stage

Connect: TypeAlias = Literal["auto", "driver", "stars"]
CONNECTS = ("auto", "driver", "stars")
MOST_IN_DRIVER = 1 << 25
"""Up to how many edges `auto` connects in the driver. They take about 2 GB there."""
BUCKET = 1 << 20
"""About how many edges a task has."""
MOST_ROUNDS = 60
ROUND = "round="
BLOCK = "left binary, right binary"
DEALT = f"bucket int, {BLOCK}"
STEP = f"edges bigint, changes bigint, {BLOCK}"
LABELS = "id bigint, label bigint"


def find_labels(
    stage: Stage, parts: Sequence[DataFrame], edges: int, connect: Connect
) -> dict[str, Any]:
    """Write a label for every image with an edge. `parts`: rows with `left` and `right`."""
    found = None
    for rows in parts:
        some = rows.where(rows["edges"] > 0).select("left", "right")
        found = some if found is None else found.unionAll(some)
    assert found is not None
    if connect == "driver" or (connect == "auto" and edges <= MOST_IN_DRIVER):
        return _in_driver(stage, found)
    return _by_stars(stage, found, edges)


def _in_driver(stage: Stage, edges: DataFrame) -> dict[str, Any]:
    import pyarrow as pa

    ids, labels = labels_of(edges_of(edges.toArrow()))
    blocks = (slice(begin, begin + ENOUGH) for begin in range(0, len(ids), ENOUGH))
    # Each block is a batch of its own, and so is sent to a task alone.
    batches = [batch_of([(packed(ids[at]), packed(labels[at]))], BLOCK) for at in blocks]
    table = pa.Table.from_batches(batches, arrow_schema(BLOCK))
    rows = stage.folder.spark.createDataFrame(table).mapInArrow(_unpacked, LABELS)
    rows.write.options(**without_dictionary("id", "label")).parquet(stage.path)
    return {"connected": "in the driver", "labels": len(ids)}


def _unpacked(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """A row for each image and its label. Runs in a task."""
    for batch in batches:
        yield _label_rows(*edges_of(batch))


def _by_stars(stage: Stage, edges: DataFrame, count: int) -> dict[str, Any]:
    """Alternate large and small stars. The rows of each round are written, and found again."""
    spark = stage.folder.spark
    bits = bucket_bits(2 * count, BUCKET, spark.sparkContext.defaultParallelism)
    last, changes = _last_round(stage)
    if last:
        edges = _stars(stage, _round(stage, last))
    while changes:
        if last == MOST_ROUNDS:
            raise RuntimeError(f"labels still change after {MOST_ROUNDS} rounds")
        last += 1
        large = f"{stage.folder.address}/large={last}"
        both = edges.mapInArrow(partial(_dealt, bits=bits, both=True), DEALT)
        moved = _step(both, bits, large_star, large, stage)
        once = _stars(stage, large).mapInArrow(partial(_dealt, bits=bits, both=False), DEALT)
        changes = moved + _step(once, bits, small_star, _round(stage, last), stage)
        edges = _stars(stage, _round(stage, last))
        stage.folder.write(f"_round_{last}.json", json.dumps({"changes": changes}))
    labels = edges.mapInArrow(_labels, LABELS).dropDuplicates(["id"])
    labels.write.options(**without_dictionary("id", "label")).parquet(stage.path)
    return {"connected": f"by stars, in {last} rounds"}


def _stars(stage: Stage, path: str) -> DataFrame:
    return stage.folder.spark.read.schema(STEP).parquet(path)


def _round(stage: Stage, number: int) -> str:
    return f"{stage.folder.address}/{ROUND}{number}"


def _last_round(stage: Stage) -> tuple[int, int]:
    """The number of the last complete round, and how many changes it made. 0 and 1 if none."""
    last, changes = 0, 1
    while (text := stage.folder.read(f"_round_{last + 1}.json")) and stage.folder.exists(
        f"{ROUND}{last + 1}/_SUCCESS"
    ):
        last, changes = last + 1, json.loads(text)["changes"]
    return last, changes


def _step(dealt: DataFrame, bits: int, star: Any, path: str, stage: Stage) -> int:
    """Make one kind of star of edges, and write them. Returns how many changed."""
    from pyspark.sql import functions as sql

    stars = in_groups(dealt, ["bucket"], 1 << bits, partial(_star, star=star), STEP)
    stars.write.mode("overwrite").parquet(path)
    changes = _stars(stage, path).agg(sql.sum("changes")).collect()[0][0]
    return int(changes or 0)


def _dealt(batches: Iterator[pa.RecordBatch], bits: int, both: bool) -> Iterator[pa.RecordBatch]:
    """Deal edges to buckets by one end, the larger one unless `both`. Runs in a task."""
    waiting: list[Edges] = []
    for batch in batches:
        waiting.append(edges_of(batch))
        if sum(len(one.left) for one in waiting) >= ENOUGH:
            yield _dealt_edges(waiting, bits, both)
            waiting = []
    if waiting:
        yield _dealt_edges(waiting, bits, both)


def _dealt_edges(parts: Sequence[Edges], bits: int, both: bool) -> pa.RecordBatch:
    left, right = Edges.concatenated(parts)
    less, more = np.minimum(left, right), np.maximum(left, right)
    edges = Edges(np.r_[less, more], np.r_[more, less]) if both else Edges(more, less)
    buckets = buckets_of(edges.left.view(np.uint64)[:, None], bits)
    return batch_of(
        ((one, packed(edges.left[at]), packed(edges.right[at])) for one, at in slices_of(buckets)),
        DEALT,
    )


def _star(rows: pa.Table, star: Any) -> pa.Table:
    """Make the stars of one bucket. Runs in a task."""
    import pyarrow as pa

    step: Step = star(edges_of(rows))
    row = (len(step.edges.left), step.changes, *map(packed, step.edges))
    return pa.Table.from_batches([batch_of([row], STEP)])


def _labels(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """A row for each end of stars. The centre of a star is in many rows, and may come twice."""
    for batch in batches:
        edges = edges_of(batch)
        centres = np.unique(edges.right)
        yield _label_rows(np.r_[edges.left, centres], np.r_[edges.right, centres])


def _label_rows(ids: NDArray[np.int64], labels: NDArray[np.int64]) -> pa.RecordBatch:
    import pyarrow as pa

    return pa.RecordBatch.from_pydict({"id": pa.array(ids), "label": pa.array(labels)})
