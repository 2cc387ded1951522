"""Stage 1: the inputs, listed by the driver in shards that are hashed as a whole."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from blake3 import blake3

from lookalike.sources import Inputs
from lookalike.sources.kinds import is_archive, is_parquet
from lookalike.sources.location import Kind
from lookalike.sources.places.addresses import is_address

if TYPE_CHECKING:
    import pyarrow as pa

    from lookalike.sources import Choice, ImageSources, Input
    from lookalike.spark.stages import Stage

PER_SHARD = 1000
"""How many single files a shard has. An archive or Parquet file is a shard of its own."""
SHARDS = "shard bigint, digest string, names array<binary>"
AT_ONCE = 2000
"""How many shards are written at a time. The driver never holds more."""


class Shard(NamedTuple):
    """Inputs that are hashed by one task."""

    shard: int
    digest: str
    """Changes if a name, size or time changes."""
    names: list[bytes]
    """See `names_in`."""


def shards_of(images: ImageSources, choice: Choice) -> Iterator[Shard]:
    """List the inputs in shards. Nothing is opened.

    Raises `TypeError` for images without a name, since tasks elsewhere must find them.
    """
    names: list[bytes] = []
    lines: list[str] = []
    number = 0

    def shard() -> Shard:
        return Shard(number, blake3(_encoded("\0".join(lines))).hexdigest(length=16), names)

    for one in Inputs(images, choice, opened=False):
        name = _name_of(one)
        is_container = is_archive(name) or is_parquet(name)
        if names and (is_container or len(names) == PER_SHARD):
            yield shard()
            names, lines, number = [], [], number + 1
        names.append(_encoded(name))
        stamp = one.stamp
        lines.append(f"{name}\0{stamp and (stamp.size, stamp.modified_ns)}")
        if is_container:
            yield shard()
            names, lines, number = [], [], number + 1
    if names:
        yield shard()


def _name_of(one: Input) -> str:
    if one.location.kind in {Kind.MEMORY, Kind.ITEM}:
        raise TypeError(
            f"image {one.key} has no path or address by which the tasks of a job could read it"
        )
    name = one.location.key
    is_remote = one.location.kind is Kind.URL or is_address(name)
    return name if is_remote else os.path.abspath(name)  # noqa: PTH100  # links stay as they are


def _encoded(text: str) -> bytes:
    """The bytes of a name, which need not be valid text."""
    return text.encode("utf-8", "surrogatepass")


def names_in(plain: list[bytes]) -> list[str]:
    """The names of a shard as they were listed."""
    return [name.decode("utf-8", "surrogatepass") for name in plain]


def list_inputs(stage: Stage, images: ImageSources, choice: Choice) -> dict[str, Any]:
    """Write the shards. Returns their number, that of the names, and a digest of all."""
    import pyarrow as pa

    spark = stage.folder.spark
    total, count, digest = 0, 0, blake3()
    waiting: list[Shard] = []

    def write() -> None:
        columns = [list(column) for column in zip(*waiting, strict=True)] or [[], [], []]
        table = pa.table(columns, schema=_schema())
        spark.createDataFrame(table).coalesce(1).write.mode("append").parquet(stage.path)
        waiting.clear()

    for one in shards_of(images, choice):
        waiting.append(one)
        total, count = total + 1, count + len(one.names)
        digest.update(one.digest.encode())
        if len(waiting) == AT_ONCE:
            write()
    if waiting or not total:
        write()
    return {"shards": total, "names": count, "digest": digest.hexdigest(length=16)}


def _schema() -> pa.Schema:
    import pyarrow as pa

    return pa.schema(
        [("shard", pa.int64()), ("digest", pa.string()), ("names", pa.list_(pa.binary()))]
    )
