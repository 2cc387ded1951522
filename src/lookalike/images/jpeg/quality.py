"""Estimates the quality that a JPEG was saved with, from its quantisation table.

Sources: ITU-T T.81 (1992), table K.1 and section B.2.4.1, and the scaling of that table by quality
in jcparam.c of the Independent JPEG Group's library.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from lookalike.files import without_waiting
from lookalike.images.jpeg.header import (
    DQT,
    SOF_HUFFMAN,
    SOF_OTHERS,
    SOS,
    START,
    from_head,
    segments,
)

COEFFICIENTS = 64
FIRST_TABLE = 8
"""Where the number of the first component's table is in the segment of a frame."""

LUMA = np.array(
    [
        16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40,
        26, 24, 22, 22, 24, 49, 35, 37, 29, 40, 58, 51, 61, 60, 57, 51,
        56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87,
        95, 98, 103, 104, 103, 62, 77, 113, 121, 112, 100, 120, 92, 101, 103, 99,
    ],
    np.int64,
)  # fmt: skip
"""Table K.1 in zigzag order, as files have it."""
QUALITIES = np.arange(1, 101)
SCALES = np.where(QUALITIES < 50, 5000 // QUALITIES, 200 - 2 * QUALITIES)
"""In percent of the table."""
TABLES = np.clip((LUMA * SCALES[:, None] + 50) // 100, 1, 255)
"""What the library writes at each quality."""


def quality_of(path: str) -> int | None:
    """The quality of a JPEG file, from 1 to 100. None for other files, and unreadable ones.

    It is exact for the library's own tables. For others, it is the quality of the nearest one.
    """
    try:
        with open(path, "rb", opener=without_waiting) as file:
            if not (head := file.read(len(START))).startswith(START):
                return None
            table = from_head(file, head, _table_of)
    except (OSError, ValueError):  # ValueError: a null byte in the name
        return None
    return _nearest(table) if table else None


def _table_of(data: bytes) -> tuple[int, ...]:
    """The steps of the first component, or nothing without its table."""
    tables: dict[int, tuple[int, ...]] = {}
    number = 0
    for marker, body, end in segments(data, {DQT, SOS, *SOF_HUFFMAN, *SOF_OTHERS}):
        if marker == SOS:
            break
        if marker == DQT:
            tables |= _tables(data[body:end])
        elif body + FIRST_TABLE < end:
            number = data[body + FIRST_TABLE]
    return tables.get(number, ())


def _tables(body: bytes) -> dict[int, tuple[int, ...]]:
    found, at = {}, 0
    while at < len(body):
        kind = np.dtype(">u2" if body[at] >> 4 else "u1")
        steps = body[at + 1 : at + 1 + COEFFICIENTS * kind.itemsize]
        if len(steps) == COEFFICIENTS * kind.itemsize:
            found[body[at] & 15] = tuple(np.frombuffer(steps, kind).tolist())
        at += 1 + COEFFICIENTS * kind.itemsize
    return found


@lru_cache
def _nearest(table: tuple[int, ...]) -> int:
    return int(QUALITIES[np.abs(TABLES - np.array(table)).sum(axis=1).argmin()])
