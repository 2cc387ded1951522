"""Stage 6: the groups, as `find_duplicates` makes them of the images with one label.

Images that match have one label. So a task can take the images of some labels for a set of their
own, and do with them what one machine does with all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from lookalike.hashing.content import SecondReading
from lookalike.hashing.memory import Memory
from lookalike.matching.verify.verified import orientations_for
from lookalike.report.rows import match_columns
from lookalike.scan import result_of
from lookalike.sight.thumbs import Thumbs
from lookalike.sight.turned import UPRIGHT
from lookalike.sources.again import Again
from lookalike.sources.location import Kind
from lookalike.spark.blocks.labelled import PACKED, labelled, packed_by_label, unpacked
from lookalike.spark.blocks.packing import REFERENCE, TASKS_PER_CORE, bucket_bits
from lookalike.spark.matches import MATCHES, matches_in
from lookalike.spark.rows import THUMB, table_of
from lookalike.spark.stages import in_groups, small_rows, without_dictionary

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

    from lookalike.hashing.content import Content, Depth
    from lookalike.matching.rereading import Read
    from lookalike.sources.location import Location
    from lookalike.spark.settings import Settings
    from lookalike.spark.stages import Stage

BUCKET = 1 << 15
"""About how many edges the images have that a task looks at together. It writes a file of them."""
MOST_SENT = 4_000_000
"""Up to how many labels are sent to all workers, so that the rows of other images need not move."""
GROUPS = (
    "id bigint, shard bigint, key string, raw_path binary, group bigint, keeper boolean, "
    "keeper_reason string, distance int, exact boolean, same_pixels boolean, evidence string, "
    "agreement double, turned int, mirrored boolean, colour_differs boolean, bytes bigint"
)
"""The columns of the result. A group is named by the smallest id among its images."""
LEFT_OUT = ("shard_digest", "sought", "upright", "turned_6", "turned_3")


def write_result(
    stage: Stage, hashes: Sequence[Stage], labels: DataFrame, count: int, settings: Settings
) -> dict[str, Any]:
    """Write the rows of all images in groups, or of all that were found in the reference set.

    `hashes`: those of the images, and of those searched against, if any. `count`: how many edges
    there are. Returns how many groups and duplicates there are.
    """
    spark = stage.folder.spark
    if settings.against:
        labels = _of_both_sides(labels)
    bits = bucket_bits(count, BUCKET, TASKS_PER_CORE * spark.sparkContext.defaultParallelism)
    names = [name for name in hashes[0].rows().columns if name not in LEFT_OUT]
    packed = None
    for side, one in enumerate(hashes):
        found = _packed_members(side, one, names, labels, 2 * count, bits)
        packed = found if packed is None else packed.unionAll(found)
    assert packed is not None
    work = partial(_rows_of, settings=settings)
    schema = MATCHES if settings.against else GROUPS
    rows = in_groups(packed, ["bucket"], 1 << bits, work, schema)
    with small_rows(spark):
        rows.write.options(**without_dictionary("id", "key", "bytes")).parquet(stage.path)
    return _facts(stage, settings)


def _packed_members(
    side: int, hashes: Stage, columns: list[str], labels: DataFrame, count: int, bits: int
) -> DataFrame:
    """The rows of the images of one side, with their labels, dealt to buckets of these.

    `count`: at least how many labels there are.
    """
    from pyspark.sql import functions as sql

    work = partial(packed_by_label, bits=bits)
    if count <= MOST_SENT and hashes.files():
        found = labels.toArrow().sort_by("id")
        arrays = tuple(found.column(name).to_numpy() for name in ("id", "label"))
        sent = hashes.folder.spark.sparkContext.broadcast(arrays)
        with_label = partial(labelled, sent=sent, side=side)
        return hashes.map_rows(columns, lambda batches: work(with_label(batches)), PACKED)
    rows = hashes.rows().select(*columns)
    if side:
        rows = rows.withColumn("id", sql.col("id").bitwiseOR(sql.lit(REFERENCE)))
    chosen = sql.broadcast(labels) if count <= MOST_SENT else labels
    return rows.join(chosen, "id").mapInArrow(work, PACKED)


def _of_both_sides(labels: DataFrame) -> DataFrame:
    """The labels that images of both sides have. The smallest id is always of the first side."""
    from pyspark.sql import functions as sql

    most = labels.groupBy("label").agg(sql.max("id").alias("most"))
    both = most.where((sql.col("most") >= REFERENCE) & (sql.col("label") < REFERENCE))
    return labels.join(both.select("label"), "label", "left_semi")


def _facts(stage: Stage, settings: Settings) -> dict[str, Any]:
    asked = ["count(*)"] if settings.against else ["count_if(keeper)", "count_if(not keeper)"]
    counts = stage.written().selectExpr(*asked).collect()[0]
    return {"groups": counts[0], "duplicates": counts[-1]}


def _rows_of(blocks: pa.Table, settings: Settings) -> pa.Table:
    """The rows of the result from those of all images of some labels. Runs in a task."""
    import pyarrow as pa

    settings.check_here()
    make = matches_of_rows if settings.against else groups_of_rows
    return pa.Table.from_batches([make(unpacked(blocks), settings)])


def groups_of_rows(rows: pa.Table, settings: Settings) -> pa.RecordBatch:
    """The members of the groups among some images. Images of one label come together."""
    table = table_of(rows, settings.rule.algorithm)
    thumbs = thumbs_of(rows, settings) if settings.rule.verify else None
    result = result_of(
        table, settings.rule, reading_of(settings), memory=Memory(thumbs), workers=1,
        max_bytes=settings.options["max_bytes"],
    )  # fmt: skip
    return _group_rows(rows, result.columns, settings)


def _group_rows(rows: pa.Table, columns: Any, settings: Settings) -> pa.RecordBatch:
    import pyarrow as pa

    members = columns.members
    some = rows.select(["id", "shard", "path", "raw_path", "bytes"]).take(members)
    ids = some.column("id").to_numpy()
    least = np.minimum.reduceat(ids, columns.starts) if len(columns) else ids
    reasons = np.full(len(members), None, object)
    reasons[columns.starts] = [columns.reasons[number] for number in columns.reason.tolist()]
    values: dict[str, Any] = {**match_columns(columns, settings.rule, np.arange(len(members)))}
    values |= {name: some.column(name) for name in ("id", "shard", "raw_path", "bytes")}
    values |= {
        "key": some.column("path"),
        "group": np.repeat(least, columns.sizes),
        "keeper": columns.is_keeper,
        "keeper_reason": reasons,
    }
    return batch_from(values, GROUPS, pa)


def matches_of_rows(rows: pa.Table, settings: Settings) -> pa.RecordBatch:
    """The images that match one of the reference set. Images of one label come together."""
    import pyarrow as pa

    table = table_of(rows, settings.rule.algorithm)
    ids = rows.column("id").to_numpy()
    thumbs = thumbs_of(rows, settings) if settings.rule.verify else None
    found = matches_in(table, settings.rule, ids >= REFERENCE, thumbs, reading_of(settings))
    ours, theirs = (rows.take(at) for at in (found.image, found.reference))
    values = {
        "id": ours.column("id"),
        "shard": ours.column("shard"),
        "key": ours.column("path"),
        "raw_path": ours.column("raw_path"),
        "reference": theirs.column("path"),
        "reference_id": theirs.column("id").to_numpy() & (REFERENCE - 1),
        "distance": found.distance,
        "exact": found.exact,
        "agreement": [None if np.isnan(one) else round(float(one), 4) for one in found.agreement],
    }
    return batch_from(values, MATCHES, pa)


def batch_from(values: dict[str, Any], columns: str, pa: Any) -> pa.RecordBatch:
    """A batch of columns, whose types are given in SQL."""
    types = {
        "int": pa.int32(), "bigint": pa.int64(), "boolean": pa.bool_(), "binary": pa.binary(),
        "string": pa.string(), "double": pa.float64(),
    }  # fmt: skip
    fields = [pa.field(name, types[kind]) for name, kind in map(str.split, columns.split(", "))]
    arrays = [_array(values[field.name], field.type, pa) for field in fields]
    return pa.RecordBatch.from_arrays(arrays, schema=pa.schema(fields))


def _array(values: Any, kind: Any, pa: Any) -> pa.Array:
    array = values if hasattr(values, "cast") else pa.array(values)
    array = array.combine_chunks() if hasattr(array, "combine_chunks") else array
    return array.cast(kind)


def thumbs_of(rows: pa.Table, settings: Settings) -> Thumbs:
    """The thumbs of some rows, as a scan collects them."""
    upright = () if settings.rule.algorithm == "phash" else (UPRIGHT,)
    thumbs = Thumbs((*upright, *orientations_for(settings.rule)))
    for thumb in rows.column(THUMB):
        thumbs.add(thumb.as_py())
    thumbs.finish()
    return thumbs


def reading_of(settings: Settings) -> Read:
    """Reads files a second time. Only those with a path: another look into an archive is too dear.

    For the others, as for URLs, what the first reading left open stays open.
    """
    request = settings.request([])
    second = SecondReading(Again((), request.inputs.choice), request)

    def read(
        locations: Collection[Location], depth: Depth
    ) -> Iterator[tuple[Location, Content | None]]:
        files = [one for one in locations if one.kind is Kind.FILE]
        return second(files, depth)

    return read
