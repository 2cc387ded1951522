"""`Facts`: a row without its place, as it is packed into a block."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from lookalike.hashing.row import Row
from lookalike.images.mark import Mark

if TYPE_CHECKING:
    from lookalike.hashing.moments import Samples
    from lookalike.sources.location import Location, Stamp

IS_BEGINNING, END_UNSEEN, HAS_EXTRA = 1, 2, 4
"""Flags of a record."""
RECORD = struct.Struct("<qIIIHHB16s")
"""Size, width, height, frames, format, marks, flags, digest. The hash follows."""


def record_type(width: int) -> np.dtype[np.void]:
    """The same for NumPy. `width`: the bytes of a hash."""
    return np.dtype(
        [
            ("size", "<i8"), ("width", "<u4"), ("height", "<u4"), ("frames", "<u4"),
            ("format", "<u2"), ("marks", "<u2"), ("flags", "u1"),
            ("digest", "u1", 16), ("hash", "u1", width),
        ]
    )  # fmt: skip


class Extra(NamedTuple):
    """What only few images have."""

    damage: str = ""
    flat_digest: bytes = b""
    samples: Samples | None = None

    @classmethod
    def of(cls, row: Row) -> Extra | None:
        """The extra facts of a row. None if it has none."""
        extra = cls(row.damage, row.flat_digest, row.samples)
        return None if extra == NOTHING else extra


NOTHING = Extra()


def packed(row: Row, format_id: int) -> bytes:
    """The record of a row."""
    flags = (
        IS_BEGINNING * row.is_beginning
        | END_UNSEEN * row.end_unseen
        | HAS_EXTRA * (Extra.of(row) is not None)
    )
    record = RECORD.pack(
        row.byte_count, row.width, row.height, row.frames,
        format_id, row.marks.value, flags, row.digest,
    )  # fmt: skip
    return record + row.hashes[0]


class Facts(NamedTuple):
    """What a recipe found out about a content."""

    record: bytes
    format: str
    extra: Extra = NOTHING
    thumb: bytes = b""

    def row(self, location: Location, stamp: Stamp) -> Row:
        """The row of an image with this content."""
        size, width, height, frames, _, marks, flags, digest = RECORD.unpack_from(self.record)
        return Row(
            location=location,
            stamp=stamp,
            byte_count=size,
            width=width,
            height=height,
            format=self.format,
            frames=frames,
            digest=digest,
            is_beginning=bool(flags & IS_BEGINNING),
            flat_digest=self.extra.flat_digest,
            hashes=(self.record[RECORD.size :],),
            damage=self.extra.damage,
            marks=Mark(marks),
            samples=self.extra.samples,
            end_unseen=bool(flags & END_UNSEEN),
            thumb=self.thumb,
        )


def has_extra(record: bytes) -> bool:
    """Whether a record has extra facts, in a table of their own."""
    return bool(record[RECORD.size - 17] & HAS_EXTRA)


def with_format(record: bytes, format_id: int) -> bytes:
    """The record with another number for its format. Raises `ValueError` if it is too short."""
    if len(record) <= RECORD.size:
        raise ValueError(f"a record has more than {RECORD.size} bytes, not {len(record)}")
    values = list(RECORD.unpack_from(record))
    values[4] = format_id
    return RECORD.pack(*values) + record[RECORD.size :]
