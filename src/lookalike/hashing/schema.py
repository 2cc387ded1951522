"""The one list of columns: what a table stores per image, and what reports have besides.

Arrow, JSON, CSV, data frames and databases follow it.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import partial
from typing import Any, NamedTuple

from lookalike.errors import Status
from lookalike.hashing.columns import Blocks, Codes, Flags, Identities, Numbers, Sparse, Values
from lookalike.hashing.frames.moments import Samples
from lookalike.hashing.paths import Paths
from lookalike.hashing.row import Row
from lookalike.images.mark import Mark
from lookalike.images.picture import DIGEST_BYTES
from lookalike.sources.kinds import MARK
from lookalike.sources.location import Kind, Location, Stamp


class Type(StrEnum):
    """The type of a column's values outside of Python: in Arrow, in JSON, in a database."""

    TEXT = "string"
    WHOLE = "int64"
    NATURAL = "uint32"
    TRUTH = "bool"
    SHARE = "float"
    SIXTEEN = "fixed_size_binary[16]"
    """16 bytes."""
    SAMPLES = "struct<flat: list<item: bool>, hashes: list<item: binary>>"


class Form(NamedTuple):
    """Converts a value to a plain one for Arrow and databases, and back."""

    plain: Callable[[Any], Any]
    native: Callable[[Any], Any]


def _same(value: Any) -> Any:
    return value


SAME = Form(_same, _same)


class Column(NamedTuple):
    """One column: its name, its meaning, and how it is stored."""

    name: str
    type: Type
    about: str
    hold: Callable[[], Values] | None = None
    """Makes the container of its values. None if they follow from other columns."""
    of: str = ""
    """The attribute of a row that holds its value."""
    form: Form = SAME
    shown: Callable[[Any], Any] | None = None
    """Converts a value to its form in JSON, if that is different."""


def _words(marks: Mark) -> str | None:
    return ", ".join(marks.words) or None


def _list_of_words(marks: Mark) -> list[str]:
    return list(marks.words) if marks else []


def _marks(words: str | None) -> Mark:
    return Mark.of(words.split(", ") if words else ())


def _samples(plain: dict[str, Any] | None) -> Samples | None:
    return Samples(tuple(plain["flat"]), tuple(plain["hashes"])) if plain else None


KINDS = Form(str, Kind)
STATUSES = Form(str, Status)
MARKS = Form(_words, _marks)
IDENTITY = Form(
    lambda number: None if number is None else number.to_bytes(16, "big"),
    lambda data: None if data is None else int.from_bytes(data, "big"),
)
MAYBE_TEXT = Form(lambda text: text or None, lambda text: text or "")
MAYBE_BYTES = Form(lambda data: data or None, lambda data: data or b"")
SAMPLES = Form(
    lambda one: one and {"flat": list(one.flat), "hashes": list(one.hashes)},
    _samples,
)


COLUMNS = (
    Column(
        "path", Type.TEXT, "what the image is called, unique among the inputs",
        Paths, "path",
    ),
    Column(
        "kind", Type.TEXT, "what kind of place that is: file, member, row, url, …",
        Codes[Kind], "location.kind", form=KINDS, shown=str,
    ),
    Column(
        "inner_at", Type.NATURAL,
        "the character of the path at which the member's name or row's number begins; else 0",
        partial(array, "I"), "inner_at",
    ),
    Column(
        "bytes", Type.WHOLE, "size of the image's own file, or of the pixels that came without one",
        partial(array, "q"), "byte_count",
    ),
    Column(
        "file_bytes", Type.WHOLE, "size of the file or archive that was read",
        partial(array, "q"), "stamp.size",
    ),
    Column(
        "modified_ns", Type.WHOLE, "when that was last modified, in nanoseconds since 1970",
        Numbers, "stamp.modified_ns",
    ),
    Column(
        "identity", Type.SIXTEEN, "the numbers of its device and inode, 8 bytes each",
        Identities, "stamp.identity", form=IDENTITY,
    ),
    Column(
        "width", Type.NATURAL, "in pixels, upright",
        partial(array, "I"), "width",
    ),
    Column(
        "height", Type.NATURAL, "in pixels, upright",
        partial(array, "I"), "height",
    ),
    Column(
        "format", Type.TEXT, "as Pillow names it; empty for pixels that came without a file",
        Codes[str], "format",
    ),
    Column(
        "frames", Type.NATURAL, "how many frames or pages it has",
        partial(Sparse, 1), "frames",
    ),
    Column(
        "marks", Type.TEXT, "what to know before trusting its hashes, separated by commas",
        Codes[Mark], "marks", form=MARKS, shown=_list_of_words,
    ),
    Column(
        "digest", Type.SIXTEEN, "equal for images of the same bytes",
        partial(Blocks, DIGEST_BYTES), "digest", shown=bytes.hex,
    ),
    Column(
        "is_beginning", Type.TRUTH, "whether the digest is of the file's beginning and size alone",
        Flags, "is_beginning",
    ),
    Column(
        "end_unseen", Type.TRUTH, "whether only the beginning of the file was read",
        Flags, "end_unseen",
    ),
    Column(
        "flat_digest", Type.SIXTEEN, "of a flat image: equal for images of the same pixels",
        partial(Sparse, b""), "flat_digest", form=MAYBE_BYTES,
    ),
    Column(
        "samples", Type.SAMPLES,
        "of several frames that were looked at: whether each is flat, their hashes by algorithm",
        partial(Sparse, None), "samples", form=SAMPLES,
    ),
    Column(
        "status", Type.TEXT, "ok; damaged, of an image that was hashed as far as it goes; or why "
        "the input could not be read",
        of="status", form=STATUSES,
    ),
    Column(
        "reason", Type.TEXT, "the same in plain words, unless ok",
        partial(Sparse, ""), "damage", form=MAYBE_TEXT,
    ),
)  # fmt: skip
"""The columns of a table except the hashes. Each algorithm has a column of its own name."""

IMAGE = Column("image", Type.TEXT, "the same as `path`")
FAILURE = Column("failure", Type.TEXT, "the status and the reason, if the image was not read")

OF_REPORTS = (
    Column("group", Type.WHOLE, "the number of the group, from 1"),
    Column("keeper", Type.TRUTH, "whether it is the image of its group to keep"),
    Column("keeper_reason", Type.TEXT, "why it is kept; only for the keeper"),
    Column("distance", Type.WHOLE, "the distance from the keeper, in bits"),
    Column("exact", Type.TRUTH, "whether the bytes are the same as the keeper's"),
    Column("same_pixels", Type.TRUTH, "whether all decoded pixels are the same as the keeper's"),
    Column("evidence", Type.TEXT, "why it matches: bytes, pixels, agreement, points, bits, chain"),
    Column("agreement", Type.SHARE, "how well its pixels agree with the keeper's, from 0 to 1"),
    Column("turned", Type.WHOLE, "the degrees to turn it clockwise to lie on the keeper"),
    Column("mirrored", Type.TRUTH, "whether to mirror it left to right before that"),
    Column("colour_differs", Type.TRUTH, "whether its colours differ from the keeper's"),
    Column("set", Type.TEXT, "new or reference, if the search was against references"),
    Column("inner", Type.TEXT, "the name of the member or the number of the row; else empty"),
    Column("damage", Type.TEXT, "why the image could not be decoded completely; else empty"),
    Column("hash", Type.TEXT, "the hash of the first frame, in hex"),
    IMAGE,
    FAILURE,
)
"""What reports have besides. It follows from the columns of a table and from groups."""

BY_NAME = {column.name: column for column in (*COLUMNS, *OF_REPORTS)}

OWN = [column.name for column in COLUMNS if column.name in Row._fields]
"""The columns that are attributes of a row under the same name."""

EVERY = ("path", "status", "reason")
"""The columns that every input has, whether it was read or not."""


def location_of(kind: Kind, path: str, inner_at: int) -> Location:
    """Make a location from its key and the start of the inner part, or 0 if it has none."""
    if not inner_at:
        return Location(kind, path)
    return Location(kind, path[: max(inner_at - len(MARK), 0)], path[inner_at:])


def row_of(values: Mapping[str, Any], hashes: tuple[bytes, ...]) -> Row:
    """Make a row from the value of each column. Raises `ValueError` for contradictory values."""
    path, inner_at = values["path"], values["inner_at"]
    row = Row(
        location=location_of(values["kind"], path, inner_at),
        stamp=Stamp(values["file_bytes"], values["modified_ns"], values["identity"]),
        byte_count=values["bytes"],
        hashes=hashes,
        damage=values["reason"],
        **{name: values[name] for name in OWN},
    )
    if row.path != path or row.inner_at != inner_at:
        raise ValueError(f"inner_at is {inner_at}: nothing begins there in the path {path!r}")
    return row
