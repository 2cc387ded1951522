"""Stage 4: the pairs of hashes within the distance, and what they connect."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from lookalike.spark.blocks.bands import SAMPLE, Spread
from lookalike.spark.blocks.joining import joined
from lookalike.spark.blocks.packing import ENOUGH, TASKS_PER_CORE, Nodes, batch_of, nodes_of, packed
from lookalike.spark.stages import in_groups, without_dictionary

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

    from lookalike.spark.settings import Search, Settings
    from lookalike.spark.stages import Stage

BLOCK = 1 << 22
"""The most hashes of a block."""
TARGET = 1 << 20
"""About how many hashes a task should join."""
LEAST = 1 << 12
DEALT = "band int, task int, second boolean, role int, words binary, ids binary"
SCHEMA = (
    "by_rule boolean, band int, task int, edges bigint, left binary, right binary, counts binary, "
    "sample_left binary, sample_right binary, sample_distance binary"
)


def find_pairs(stage: Stage, distinct: Stage, settings: Settings, block: int) -> dict[str, Any]:
    """Write the edges of all searches. Returns the counts of pairs, and how they were found.

    `block`: the most hashes of one value that a task joins with themselves.
    """
    from pyspark.sql import functions as sql

    spreads: dict[str, Any] = {}
    joins = None
    for number, search in enumerate(settings.searches):
        if search.max_distance is None:
            continue
        total = distinct.facts["nodes"][search.name]
        rows = distinct.rows().where((sql.col("search") == number) & (sql.col("nodes") > 0))
        spread = _spread_of(rows, search, total, block)
        spreads[search.name] = spread.plain()
        found = _joined(rows, search, spread)
        joins = found if joins is None else joins.unionAll(found)
    assert joins is not None
    joins.write.options(**without_dictionary("left", "right")).parquet(stage.path)
    return _facts(stage, settings) | {"spreads": spreads}


def _spread_of(rows: DataFrame, search: Search, total: int, block: int) -> Spread:
    """How to spread the hashes of a search, from a sample of them."""
    assert search.max_distance is not None
    width = -(-search.bits // 64)
    share = min(1.0, SAMPLE / max(total, 1))
    # The hashes of a block are in no order that matters.
    some = rows.selectExpr(f"substring(words, 1, int(ceil(nodes * {share!r})) * {8 * width}) some")
    data = b"".join(one.some for one in some.collect())
    sample = np.frombuffer(data, np.uint64).reshape(-1, width)
    cores = rows.sparkSession.sparkContext.defaultParallelism
    each = total * (search.max_distance + 1) // (TASKS_PER_CORE * cores)
    target = max(min(TARGET, each, block), min(LEAST, block))
    return Spread.of(sample, total, search.bits, search.max_distance, target=target, most=block)


def _joined(rows: DataFrame, search: Search, spread: Spread) -> DataFrame:
    roles = sorted({role for join in search.joins for role in join})
    chosen = rows.where(rows["role"].isin(roles)).select("role", "words", "ids")
    dealt = chosen.mapInArrow(partial(_dealt, spread=spread), DEALT)
    work = partial(_join, search=search, spread=spread)
    return in_groups(dealt, ["band", "task"], spread.tasks, work, SCHEMA)


def _dealt(batches: Iterator[pa.RecordBatch], spread: Spread) -> Iterator[pa.RecordBatch]:
    """Deal the hashes to the tasks of each band. Runs in a task."""
    waiting: defaultdict[int, list[Nodes]] = defaultdict(list)
    for batch in batches:
        roles = batch.column("role").to_pylist()
        for role, nodes in zip(roles, nodes_of(batch, spread.words), strict=True):
            some = waiting[role]
            some.append(nodes)
            if sum(len(one.ids) for one in some) >= ENOUGH:
                yield from _dealt_nodes(role, waiting.pop(role), spread)
    for role, some in waiting.items():
        yield from _dealt_nodes(role, some, spread)


def _dealt_nodes(role: int, some: list[Nodes], spread: Spread) -> Iterator[pa.RecordBatch]:
    nodes = Nodes.concatenated(some, spread.words)
    for at in range(len(spread.bands)):
        parts = spread.parts(nodes, at)
        rows = (
            (at, part.task, part.second, role, packed(part.nodes.words), packed(part.nodes.ids))
            for part in parts
        )
        yield batch_of(rows, DEALT)


def _join(rows: pa.Table, search: Search, spread: Spread) -> pa.Table:
    """Join the hashes of one task of a band. Runs in a task."""
    import pyarrow as pa

    parts: defaultdict[tuple[int, bool], list[Nodes]] = defaultdict(list)
    keys = zip(*(rows.column(name).to_pylist() for name in ("role", "second")), strict=True)
    for key, nodes in zip(keys, nodes_of(rows, spread.words), strict=True):
        parts[key].append(nodes)
    blocks = {key: Nodes.concatenated(some, spread.words) for key, some in sorted(parts.items())}
    band, task = (rows.column(name)[0].as_py() for name in ("band", "task"))
    found = joined(blocks, search.joins, spread, band)
    row = (search.name == "hashes", band, task, len(found.edges.left), *map(packed, found.packed))
    return pa.Table.from_batches([batch_of([row], SCHEMA)])


def _facts(stage: Stage, settings: Settings) -> dict[str, Any]:
    rows = stage.written().select("by_rule", "edges", "counts").collect()
    counts = np.zeros(settings.rule.max_distance + 1, np.int64)
    for one in rows:
        if one.by_rule:
            counts += np.frombuffer(one.counts, np.int64)
    return {"edges": sum(one.edges for one in rows), "pairs": counts.tolist()}
