"""Converts tables from plain columns, and to and from Arrow.

`docs/tables.md` describes the Arrow schema. pyarrow is an extra, which is imported where it is
used.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from lookalike.algorithms import get_algorithm
from lookalike.errors import Status
from lookalike.extras import extra
from lookalike.hashing.builder import TableBuilder
from lookalike.hashing.columns import Blocks, Coded, Codes, Identities, Numbers, Sparse
from lookalike.hashing.paths import Paths
from lookalike.hashing.row import Failure, Row
from lookalike.hashing.schema import COLUMNS, EVERY, SAME, Type, row_of
from lookalike.images import PREPARATION
from lookalike.images.picture import DIGEST_BYTES
from lookalike.sources.kinds import MARK
from lookalike.sources.location import Kind
from lookalike.text import visible

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pyarrow import ChunkedArray, Schema, Table

    from lookalike.hashing.schema import Column
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
        columns = table.select(schema.names).cast(schema)
    except (KeyError, TypeError, ValueError, ArrowException) as error:
        raise ValueError(f"not a table that HashTable.to_arrow made: {error!r}") from error
    builder = TableBuilder(algorithms)
    was_read = columns.column("digest").is_valid().to_numpy()
    begin = 0
    for end in (*np.flatnonzero(~was_read).tolist(), len(was_read)):
        if end > begin:
            builder.extend(_many(columns.slice(begin, end - begin), algorithms), end - begin)
        if end < len(was_read):
            (row,) = columns.slice(end, 1).select([*EVERY, RAW_PATH]).to_pylist()
            path = _path(row["path"], row[RAW_PATH])
            builder.add(Failure(path, Status(row["status"]), row["reason"]))
        begin = end + 1
    return builder.finish(skipped), preparation


def _many(rows: Table, algorithms: Sequence[str]) -> dict[str, Any]:
    """The columns of images that were read, as `TableBuilder.extend` takes them.

    Raises `ValueError` for values that are missing or contradict each other.
    """
    held = [column for column in COLUMNS if column.hold]
    many = {column.name: _values(rows.column(column.name), column) for column in held}
    for name in algorithms:
        many[name] = _bytes(rows.column(name), get_algorithm(name).width)
    if rows.column(RAW_PATH).null_count < len(rows):
        raw = rows.column(RAW_PATH).to_pylist()
        many["path"] = list(map(_path, many["path"], raw))
    _check_inner(many["path"], many["kind"], many["inner_at"])
    return many


def _values(values: ChunkedArray, column: Column) -> Any:
    """The values of a column, in the form that it takes."""
    from pyarrow import compute

    assert column.hold
    held = column.hold()
    may_lack = column.form is not SAME or isinstance(held, Numbers)
    if values.null_count and not may_lack:
        raise ValueError(f"an image that was read has no {column.name}")
    if isinstance(held, Paths):
        return values.to_pylist()
    if isinstance(held, Codes):
        coded = values.combine_chunks().dictionary_encode("encode")
        distinct = [column.form.native(one) for one in coded.dictionary.to_pylist()]
        return Coded(coded.indices.to_numpy(), distinct)
    if isinstance(held, Sparse):
        usual = column.form.plain(held.usual)
        is_other = values.is_valid() if usual is None else compute.not_equal(values, usual)
        at = np.flatnonzero(is_other.to_numpy())
        others = map(column.form.native, values.take(at).to_pylist())
        return dict(zip(at.tolist(), others, strict=True))
    if isinstance(held, Numbers):
        return values.fill_null(Numbers.NONE).to_numpy()
    if isinstance(held, Blocks | Identities):
        return _bytes(values.fill_null(bytes(DIGEST_BYTES)), DIGEST_BYTES)
    return values.to_numpy()


def _bytes(values: ChunkedArray, width: int) -> NDArray[np.uint8]:
    """`(n, width)`: byte strings of one length. Raises `ValueError` for missing ones."""
    if values.null_count:
        raise ValueError("an image that was read has no hash")
    array = values.combine_chunks()
    data = np.frombuffer(array.buffers()[1], np.uint8) if len(array) else np.empty(0, np.uint8)
    return data[array.offset * width : (array.offset + len(array)) * width].reshape(-1, width)


def _path(text: str, raw: bytes | None) -> str:
    """A path, from its valid text and the bytes of one that is not valid."""
    return text if raw is None else raw.decode("utf-8", "surrogatepass")


def _check_inner(paths: Sequence[str], kinds: Coded[Kind], inner_at: NDArray[np.uint32]) -> None:
    """Check that the names of members begin where they are said to. Raises `ValueError`."""
    has_inner = np.array([kind in {Kind.MEMBER, Kind.ROW} for kind in kinds.distinct], np.bool_)
    inner = has_inner[kinds.numbers]
    marked = np.flatnonzero(inner | (inner_at > 0))
    columns = (marked.tolist(), inner_at[marked].tolist(), inner[marked].tolist())
    for at, begin, is_inner in zip(*columns, strict=True):
        begins_there = begin >= len(MARK) and paths[at].startswith(MARK, begin - len(MARK))
        if not (begins_there and is_inner):
            raise ValueError(f"inner_at is {begin}: nothing begins there in the path {paths[at]!r}")
