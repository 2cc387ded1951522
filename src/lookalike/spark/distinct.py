"""Stage 3: the different hashes, each with the smallest id of the images that have it.

Images with equal hashes become edges to that one, so 300,000 of them do not become 45 billion
pairs. Flat and degenerate pictures are equal if their pixels are, and are not searched.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from lookalike._native import kernel
from lookalike.hashes import words_of
from lookalike.spark.blocks.packing import (
    ENOUGH,
    REFERENCE,
    Edges,
    Nodes,
    batch_of,
    bucket_bits,
    buckets_of,
    fixed,
    nodes_of,
    packed,
    slices_of,
)
from lookalike.spark.stages import in_groups, small_rows, without_dictionary

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray
    from pyspark.sql import DataFrame

    from lookalike.spark.settings import Search, Settings
    from lookalike.spark.stages import Stage

TURNED_ROLE = 2
"""Roles from here on are those of turned pictures."""
BUCKET = 1 << 19
"""About how many hashes one task finds the different ones of."""
DEALT = "search int, bucket int, role int, words binary, ids binary"
SCHEMA = (
    "search int, role int, nodes bigint, words binary, ids binary, counts binary, "
    "edges bigint, left binary, right binary"
)
"""`counts`: how many images have each hash, as int64."""


def find_distinct(stage: Stage, hashes: Sequence[Stage], settings: Settings) -> dict[str, Any]:
    """Write the different hashes. Returns how many there are for each search and role.

    `hashes`: those of the images, and of those searched against, if any.
    """
    spark = stage.folder.spark
    count = sum(one.facts["inputs"] for one in hashes)
    bits = bucket_bits(count, BUCKET, spark.sparkContext.defaultParallelism)
    dealt = None
    for side, one in enumerate(hashes):
        columns = {column for one in settings.searches for _, column in one.columns}
        work = partial(_dealt, searches=settings.searches, side=side, bits=bits)
        found = one.map_rows(["id", *sorted(columns)], work, DEALT)
        dealt = found if dealt is None else dealt.unionAll(found)
    assert dealt is not None
    work = partial(_distinct, searches=settings.searches)
    # Usually one search has nearly all of them.
    nodes = in_groups(dealt, ["search", "bucket"], 1 << bits, work, SCHEMA)
    with small_rows(spark):
        nodes.write.options(**without_dictionary("words", "ids", "counts")).parquet(stage.path)
    return _facts(stage.written(), settings)


def _facts(rows: DataFrame, settings: Settings) -> dict[str, Any]:
    nodes = dict.fromkeys((one.name for one in settings.searches), 0)
    hashes = edges = 0
    for one in rows.select("search", "role", "nodes", "edges").collect():
        name = settings.searches[one.search].name
        nodes[name] += one.nodes
        edges += one.edges
        if name == "hashes" and one.role < TURNED_ROLE:
            hashes += one.nodes
    return {"hashes": hashes, "edges": edges, "nodes": nodes}


def _dealt(
    batches: Iterator[pa.RecordBatch], searches: Sequence[Search], side: int, bits: int
) -> Iterator[pa.RecordBatch]:
    """Deal the hashes of images to buckets. Runs in a task."""
    import pyarrow as pa

    waiting: list[pa.RecordBatch] = []
    for batch in batches:
        waiting.append(batch)
        if sum(map(len, waiting)) >= ENOUGH:
            yield from _dealt_rows(pa.Table.from_batches(waiting), searches, side, bits)
            waiting.clear()
    if waiting:
        yield from _dealt_rows(pa.Table.from_batches(waiting), searches, side, bits)


def _dealt_rows(
    rows: pa.Table, searches: Sequence[Search], side: int, bits: int
) -> Iterator[pa.RecordBatch]:
    ids = rows.column("id").to_numpy() | (REFERENCE if side else 0)
    for number, search in enumerate(searches):
        for role, column in search.columns:
            hashes = rows.column(column).combine_chunks()
            valid = hashes.is_valid().to_numpy(zero_copy_only=False)
            words = words_of(fixed(hashes.drop_null(), search.width))
            nodes = Nodes(words, ids[valid])
            yield batch_of(
                (
                    (number, bucket, role + side, packed(nodes.words[at]), packed(nodes.ids[at]))
                    for bucket, at in slices_of(buckets_of(words, bits))
                ),
                DEALT,
            )


def _distinct(rows: pa.Table, searches: Sequence[Search]) -> pa.Table:
    """The different hashes of one bucket. Runs in a task."""
    import pyarrow as pa
    import pyarrow.compute as pc

    number = rows.column("search")[0].as_py()
    search = searches[number]
    width = -(-search.bits // 64)
    written: list[tuple[Any, ...]] = []
    firsts: list[Nodes] = []
    for role in sorted(pc.unique(rows.column("role")).to_pylist()):
        of_role = rows.filter(pc.equal(rows.column("role"), role))
        nodes, counts, edges = _firsts(Nodes.concatenated(list(nodes_of(of_role, width)), width))
        firsts.append(nodes)
        written.append((number, role, *_packed_nodes(nodes, counts), *_packed_edges(edges)))
    if search.max_distance is None and len(firsts) == 2:
        edges = _equal(*firsts)
        written.append((number, 0, 0, b"", b"", b"", *_packed_edges(edges)))
    return pa.Table.from_batches([batch_of(written, SCHEMA)])


def _firsts(nodes: Nodes) -> tuple[Nodes, NDArray[np.int64], Edges]:
    """Each different hash with its smallest id, its count, and an edge from every other id."""
    class_of, first = kernel.distinct(nodes.words)
    least = np.full(len(first), np.iinfo(np.int64).max)
    np.minimum.at(least, class_of, nodes.ids)
    of_each = least[class_of]
    others = nodes.ids != of_each
    edges = Edges(of_each[others], nodes.ids[others])
    return Nodes(nodes.words[first], least), np.bincount(class_of, minlength=len(first)), edges


def _equal(ours: Nodes, theirs: Nodes) -> Edges:
    """The edges between equal hashes of the two sides."""
    every = np.concatenate([ours.words, theirs.words])
    class_of, first = kernel.distinct(every)
    mine = np.full(len(first), -1)
    mine[class_of[: len(ours.ids)]] = ours.ids
    left = mine[class_of[len(ours.ids) :]]
    return Edges(left[left >= 0], theirs.ids[left >= 0])


def _packed_nodes(nodes: Nodes, counts: NDArray[np.int64]) -> tuple[int, bytes, bytes, bytes]:
    return len(nodes.ids), packed(nodes.words), packed(nodes.ids), packed(counts)


def _packed_edges(edges: Edges) -> tuple[int, bytes, bytes]:
    return len(edges.left), packed(edges.left), packed(edges.right)
