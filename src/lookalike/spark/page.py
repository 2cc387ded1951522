"""A page of sampled pairs by distance, to choose the limit before anything is removed."""

from __future__ import annotations

import base64
import html
import struct
import zlib
from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from lookalike.errors import LookalikeError
from lookalike.hashing.schema import location_of
from lookalike.images.thumbnail import read_thumbnail
from lookalike.sources import Inputs, Kind
from lookalike.spark.blocks.packing import REFERENCE
from lookalike.text import plural

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray
    from pyspark.sql import DataFrame

    from lookalike.sources import Choice, Location

PAGE = "pairs.html"
PER_DISTANCE = 12
SIDE = 200
SHOWN = "id bigint, key string, picture binary"
STYLE = (
    "body{font:15px sans-serif;margin:2em;max-width:70em}figure{margin:0}"
    "div{display:inline-grid;grid-template-columns:1fr 1fr;gap:4px;margin:0 24px 24px 0}"
    "div{width:420px}img{max-width:100%}figcaption{font-size:11px;overflow-wrap:anywhere}"
)


def page_of(
    pairs: DataFrame, sides: Sequence[DataFrame], counts: Sequence[int], choice: Choice
) -> str:
    """The page as HTML.

    `pairs`: the rows of the stage with the pairs. `sides`: the rows of the images, and of those
    searched against. `counts`: how many pairs there are of each distance.
    """
    left, right, distance = _sampled(pairs)
    pictures: dict[int, tuple[str, bytes | None]] = {}
    for side, rows in enumerate(sides):
        ids = np.unique(np.concatenate([left, right]))
        wanted = ids[(ids >= REFERENCE) == bool(side)] & (REFERENCE - 1)
        chosen = rows.where(rows["id"].isin(wanted.tolist()))
        places = chosen.select("id", "path", "raw_path", "kind", "inner_at").repartition(8)
        for one in places.mapInArrow(partial(_shown, choice=choice), SHOWN).collect():
            picture = None if one.picture is None else bytes(one.picture)
            pictures[one.id | (REFERENCE if side else 0)] = one.key, picture
    parts = [f"<!doctype html><meta charset=utf-8><title>Pairs by distance</title><style>{STYLE}"]
    parts.append("</style><h1>Pairs by distance</h1><p>Some of the pairs of different hashes.")
    for bits, count in enumerate(counts):
        parts.append(f"<h2>{plural(bits, 'bit')}: {plural(count, 'pair')}</h2>")
        for at in np.flatnonzero(distance == bits).tolist():
            ends = (pictures.get(int(side[at])) for side in (left, right))
            parts.append(f"<div>{''.join(map(_figure, ends))}</div>")
    return "\n".join(parts)


def _sampled(
    pairs: DataFrame,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint16]]:
    """A few pairs of each distance."""
    chosen = pairs.where("by_rule").select("sample_left", "sample_right", "sample_distance")
    types: tuple[Any, ...] = (np.int64, np.int64, np.uint16)
    columns: list[list[NDArray[Any]]] = [[np.empty(0, kind)] for kind in types]
    for row in chosen.collect():
        for column, data, kind in zip(columns, row, types, strict=True):
            column.append(np.frombuffer(data, kind))
    left, right, distance = map(np.concatenate, columns)
    order = np.random.default_rng(1).permutation(len(distance))
    kept = [order[distance[order] == bits][:PER_DISTANCE] for bits in np.unique(distance)]
    at = np.concatenate([np.empty(0, np.intp), *kept])
    return left[at], right[at], distance[at]


def _shown(batches: Iterator[pa.RecordBatch], choice: Choice) -> Iterator[pa.RecordBatch]:
    """Small pictures of some images. Runs in a task."""
    import pyarrow as pa

    for batch in batches:
        rows = batch.to_pylist()
        found = []
        for row in rows:
            raw = row["raw_path"]
            path = row["path"] if raw is None else raw.decode("utf-8", "surrogatepass")
            location = location_of(Kind(row["kind"]), path, row["inner_at"])
            found.append((row["id"], row["path"], picture_at(location, choice)))
        columns = list(zip(*found, strict=True)) or [(), (), ()]
        kinds = (pa.int64(), pa.string(), pa.binary())
        arrays = [pa.array(column, kind) for column, kind in zip(columns, kinds, strict=True)]
        yield pa.RecordBatch.from_arrays(arrays, ["id", "key", "picture"])


def picture_at(location: Location, choice: Choice) -> bytes | None:
    """The image at a location as a small PNG. None if it cannot be read again."""
    try:
        for one in Inputs([location.path], choice):
            if one.location == location:
                return png_of(read_thumbnail(one.source, SIDE, SIDE).pixels)
    except LookalikeError:  # it is gone, or this worker has no package for its address
        return None
    return None


def png_of(pixels: NDArray[np.uint8]) -> bytes:
    """A PNG of `(height, width)` grey or `(height, width, 3)` RGB pixels."""
    height, width = pixels.shape[:2]
    lines = np.concatenate([np.zeros((height, 1), np.uint8), pixels.reshape(height, -1)], axis=1)
    kind = 0 if pixels.ndim == 2 else 2
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)),
        (b"IDAT", zlib.compress(lines.tobytes())),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )


def _figure(one: tuple[str, bytes | None] | None) -> str:
    if one is None:
        return "<figure></figure>"
    key, picture = one
    shown = "it cannot be read again"
    if picture is not None:
        shown = f'<img src="data:image/png;base64,{base64.b64encode(picture).decode()}">'
    return f"<figure>{shown}<figcaption>{html.escape(key)}</figcaption></figure>"
