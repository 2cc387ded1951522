"""The rows of a Parquet file with a column of images, or of their locations.

pyarrow is an extra, which is imported for the first Parquet file.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from lookalike.errors import ImageError, Status
from lookalike.extras import extra
from lookalike.images import BytesSource, Contents, Unreadable
from lookalike.sources.archives.limits import Tally, absurdity

if TYPE_CHECKING:
    from pyarrow import DataType, Scalar, Schema
    from pyarrow.parquet import ParquetFile

    from lookalike.images import Item, Source
    from lookalike.sources.choice import Choice

BUFFER = 1 << 20
"""How many bytes of a column are read at a time."""
BATCH_ROWS = 64
BATCH_BYTES = 16 << 20
"""About how many bytes of a column are unpacked at a time."""
WORST_BATCH_BYTES = 256 << 20
"""The limit like `BATCH_BYTES` if every row holds the largest possible value of the column."""


def require_pyarrow() -> None:
    """Raise `MissingExtraError` unless pyarrow is installed."""
    with extra("pyarrow", "Parquet files need pyarrow"):
        import pyarrow.parquet  # noqa: F401


def rows(file: Item, choice: Choice, start: int = 0) -> Iterator[tuple[int, Source | str]]:
    """Yield every row number from `start` on, and the image or the name of an image in that row.

    Raises `ImageError` if the file is broken, no column can be chosen, or a limit is exceeded.
    Raises `MissingExtraError` without pyarrow.
    """
    require_pyarrow()
    from pyarrow import ArrowException

    tally = Tally(choice.archive_limits, file.size or 0)
    try:
        for number, value in _values(file, choice.column, start, tally):
            yield number, _found(value, tally)
    except (ArrowException, ValueError, OSError) as error:  # ValueError: a name is not valid text
        if getattr(error, "errno", None):  # from the system, not from Arrow
            raise
        raise ImageError(Status.DAMAGED, f"it cannot be read as Parquet: {error}") from error


def _values(
    file: Item, wanted: str | None, start: int, tally: Tally
) -> Iterator[tuple[int, Scalar[Any]]]:
    """Yield row numbers and values, group by group, a few rows at a time."""
    from pyarrow.parquet import ParquetFile

    with (
        file.open() as stream,
        ParquetFile(stream, pre_buffer=False, buffer_size=BUFFER) as parquet,
    ):
        column = chosen_column(parquet.schema_arrow, wanted)
        number = 0
        for group in range(parquet.num_row_groups):
            count = parquet.metadata.row_group(group).num_rows
            if number + count <= start:
                number += count
                continue
            for batch in parquet.iter_batches(
                _batch_rows(parquet, group, column, tally), [group], [column], use_threads=False
            ):
                for value in batch.column(0):
                    if number >= start:
                        yield number, value
                    number += 1


def _batch_rows(parquet: ParquetFile, group: int, column: str, tally: Tally) -> int:
    """How many rows to unpack at a time. Raises `ImageError` if the group is too large."""
    metadata = parquet.metadata.row_group(group)
    chunks = [metadata.column(at) for at in range(metadata.num_columns)]
    chunks = [one for one in chunks if one.path_in_schema.split(".")[0] == column]
    unpacked = sum(one.total_uncompressed_size for one in chunks)
    packed = sum(one.total_compressed_size for one in chunks)
    if error := absurdity(unpacked, packed):
        raise error
    tally.count_bytes(unpacked)
    mean = unpacked / max(metadata.num_rows, 1)
    most = BATCH_BYTES / max(mean, 1)
    if any(one.has_dictionary_page for one in chunks):  # all rows may share one long value
        most = min(most, WORST_BATCH_BYTES / max(unpacked, 1))
    return max(1, min(BATCH_ROWS, int(most)))


def _found(value: Scalar[Any], tally: Tally) -> Source | str:
    from pyarrow import StructScalar
    from pyarrow.types import is_large_string, is_string

    tally.count_member()
    if isinstance(value, StructScalar) and value.is_valid:
        data = value["bytes"]
        value = value["path"] if not data.is_valid and "path" in value else data
    if not value.is_valid:
        return Unreadable(ImageError(Status.EMPTY, "the row holds no image"))
    buffer = value.as_buffer()
    if error := tally.objection(buffer.size, buffer.size):
        return Unreadable(error)
    content: bytes = buffer.to_pybytes()
    if is_string(value.type) or is_large_string(value.type):
        return content.decode("utf-8", "surrogateescape")
    return BytesSource(Contents(content, len(content)))


def chosen_column(schema: Schema, wanted: str | None) -> str:
    """The column that holds the images: the wanted one, or the only possible one.

    Columns that Hugging Face datasets marks as images come first, then bytes, then text. Raises
    `ImageError` if no column can be chosen.
    """
    if wanted is not None:
        if wanted not in schema.names:
            reason = f"it has no column {wanted!r}, but {', '.join(schema.names)}"
            raise ImageError(Status.UNSUPPORTED, reason)
        kind = schema.field(wanted).type
        if not _holds_bytes(kind) and not _holds_text(kind):
            reason = f"column {wanted!r} is of {kind}, neither images nor paths"
            raise ImageError(Status.UNSUPPORTED, reason)
        return wanted
    marked = _marked(schema)
    images: list[str] = [field.name for field in schema if _holds_bytes(field.type)]
    texts: list[str] = [field.name for field in schema if _holds_text(field.type)]
    for candidates in ([name for name in images if name in marked], images, texts):
        if len(candidates) > 1:
            reason = f"several columns may hold images; name one of: {', '.join(candidates)}"
            raise ImageError(Status.UNSUPPORTED, reason)
        if candidates:
            return candidates[0]
    raise ImageError(Status.NOT_AN_IMAGE, "it has no column that can hold images or paths")


def _marked(schema: Schema) -> set[str]:
    """The columns that Hugging Face datasets marks as images."""
    import json

    try:
        features = json.loads((schema.metadata or {})[b"huggingface"])["info"]["features"]
        return {name for name, one in features.items() if one.get("_type") == "Image"}
    except (KeyError, ValueError, TypeError, AttributeError):
        return set()


def _holds_bytes(kind: DataType) -> bool:
    """Whether a column holds bytes, or structs of bytes and perhaps a path."""
    from pyarrow import types

    if types.is_struct(kind):
        at = kind.get_field_index("bytes")
        return at >= 0 and _holds_bytes(kind.field(at).type)
    return bool(
        types.is_binary(kind)
        or types.is_large_binary(kind)
        or types.is_fixed_size_binary(kind)
        or types.is_binary_view(kind)
    )


def _holds_text(kind: DataType) -> bool:
    from pyarrow import types

    return bool(types.is_string(kind) or types.is_large_string(kind))
