"""Converts tables from plain columns, and to and from Arrow.

`docs/tables.md` describes the Arrow schema. pyarrow is an extra, which is imported where it is
used.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lookalike.algorithms import get_algorithm
from lookalike.errors import Status
from lookalike.extras import extra
from lookalike.hashing.builder import TableBuilder
from lookalike.hashing.row import Failure, Row
from lookalike.hashing.schema import COLUMNS, Type, row_of
from lookalike.images import PREPARATION
from lookalike.images.picture import DIGEST_BYTES
from lookalike.text import visible

if TYPE_CHECKING:
    from pyarrow import Schema, Table

    from lookalike.hashing.table import HashTable

RAW_PATH = "raw_path"
"""The column for paths that are not valid text. Arrow's strings must be valid text."""
METADATA = b"lookalike"
"""The key of the metadata of a whole table, in JSON."""
KEYS = ("algorithms", "skipped", "preparation")
"""The keys of that JSON."""
ALWAYS = ("path", "status")
"""The columns that are never null in Arrow."""


def table_from(
    columns: Mapping[str, Sequence[Any]], algorithms: Sequence[str], skipped: Mapping[str, int]
) -> HashTable:
    """See `HashTable.from_columns`."""
    algorithms = [get_algorithm(name).name for name in algorithms]
    names = [*(column.name for column in COLUMNS), *algorithms]
    lengths = {name: len(columns[name]) if name in columns else None for name in names}
    missing = [name for name, length in lengths.items() if length is None]
    if missing:
        raise ValueError(f"no column {', '.join(missing)} among {', '.join(columns)}")
    if len(set(lengths.values())) > 1:
        raise ValueError(f"columns must be of one length, not {lengths}")
    builder = TableBuilder(algorithms)
    for values in zip(*(columns[name] for name in names), strict=True):
        plain = dict(zip(names, values, strict=True))
        try:
            builder.add(_outcome(plain, algorithms))
        except (TypeError, OverflowError) as error:
            raise ValueError(f"the row of {plain['path']!r} cannot be held: {error}") from error
    return builder.finish(skipped)


def _outcome(plain: dict[str, Any], algorithms: Sequence[str]) -> Row | Failure:
    """The outcome in one row of plain values. It has a digest if the image was read."""
    if plain["digest"] is None:
        return Failure(plain["path"], Status(plain["status"]), plain["reason"])
    native = {column.name: column.form.native(plain[column.name]) for column in COLUMNS}
    return row_of(native, tuple(plain[name] for name in algorithms))


def to_arrow(table: HashTable) -> Table:
    """See `HashTable.to_arrow`."""
    with extra("pyarrow", "to_arrow needs pyarrow"):
        import pyarrow as pa

    columns = table.columns()
    paths = columns["path"]
    for name in ("path", "reason"):
        columns[name] = [text and visible(text) for text in columns[name]]
    columns[RAW_PATH] = [
        None if path == text else path.encode("utf-8", "surrogatepass")
        for path, text in zip(paths, columns["path"], strict=True)
    ]
    schema = arrow_schema(table.algorithms)
    about = dict(zip(KEYS, (table.algorithms, table.skipped, PREPARATION), strict=True))
    schema = schema.with_metadata({METADATA: json.dumps(about)})
    return pa.table({name: columns[name] for name in schema.names}, schema=schema)


def arrow_schema(algorithms: Sequence[str]) -> Schema:
    """The Arrow schema of a table with the hashes of these algorithms."""
    import pyarrow as pa

    types = {
        Type.TEXT: pa.string(),
        Type.WHOLE: pa.int64(),
        Type.NATURAL: pa.uint32(),
        Type.TRUTH: pa.bool_(),
        Type.SIXTEEN: pa.binary(DIGEST_BYTES),
        Type.SAMPLES: pa.struct({"flat": pa.list_(pa.bool_()), "hashes": pa.list_(pa.binary())}),
    }
    fields = [pa.field(one.name, types[one.type], one.name not in ALWAYS) for one in COLUMNS]
    fields += [pa.field(name, pa.binary(get_algorithm(name).width)) for name in algorithms]
    return pa.schema([*fields, pa.field(RAW_PATH, pa.binary())])


def from_arrow(table: Table) -> tuple[HashTable, int]:
    """The table, and the version of the preparation of its pictures."""
    from pyarrow import ArrowException

    try:
        about = json.loads((table.schema.metadata or {})[METADATA])
        algorithms, skipped, preparation = map(about.__getitem__, KEYS)
        schema = arrow_schema(algorithms)
        columns = {one.name: table.column(one.name).cast(one.type).to_pylist() for one in schema}
    except (KeyError, TypeError, ValueError, ArrowException) as error:
        raise ValueError(f"not a table that HashTable.to_arrow made: {error!r}") from error
    columns["path"] = [
        path if raw is None else raw.decode("utf-8", "surrogatepass")
        for path, raw in zip(columns["path"], columns[RAW_PATH], strict=True)
    ]
    return table_from(columns, algorithms, skipped), preparation
