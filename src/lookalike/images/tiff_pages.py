"""The pages of a TIFF, told apart from overviews and masks, without decoding anything."""

from __future__ import annotations

import struct

MOST_DIRECTORIES = 100_000
"""As many are looked at. A chain of tiny directories would otherwise cost more than any picture."""
MOST_TAGS = 64
"""Tags are sorted, and the two that are asked for come first: more of them need not be read."""
NEW_SUBFILE_TYPE, SUBFILE_TYPE = 254, 255
REDUCED_OR_MASK = 1 | 4
"""Bits of the new tag."""
REDUCED = 2
"""A value of the old one."""
SHORT = 3


def tiff_pages(data: bytes | bytearray) -> list[int]:
    """The numbers of the directories that are pages; the first is one whatever it says.

    The chain ends at a directory that was seen before, or lies outside the file.
    """
    order = "<" if data[:2] == b"II" else ">"
    is_big = struct.unpack_from(order + "H", data, 2)[0] == 43
    count_of, tag, after = (
        (struct.Struct(order + code) for code in ("Q", "HHQI4x", "Q"))
        if is_big
        else (struct.Struct(order + code) for code in ("H", "HHII", "I"))
    )
    pages: list[int] = []
    seen: set[int] = set()
    at = after.unpack_from(data, 8 if is_big else 4)[0]
    while at and at not in seen and len(seen) < MOST_DIRECTORIES:
        seen.add(at)
        try:
            (count,) = count_of.unpack_from(data, at)
            first = at + count_of.size
            (following,) = after.unpack_from(data, first + count * tag.size)
            tags = [
                tag.unpack_from(data, first + k * tag.size) for k in range(min(count, MOST_TAGS))
            ]
        except struct.error:  # cut off
            break
        if not pages or not _is_derived(tags, order):
            pages.append(len(seen) - 1)
        at = following
    return pages or [0]


def _is_derived(tags: list[tuple[int, int, int, int]], order: str) -> bool:
    """Whether a directory holds a smaller version of another one, or a mask."""
    for number, kind, _, field in tags:
        value = field
        if kind == SHORT:  # it stands in the first two bytes of the field
            value = field & 0xFFFF if order == "<" else field >> 16
        if number == NEW_SUBFILE_TYPE:
            return bool(value & REDUCED_OR_MASK)
        if number == SUBFILE_TYPE:
            return value == REDUCED
    return False
