"""`Movie`: what a film beside a picture says of itself, to tell whether it is its Live Photo half.

Sources: ISO/IEC 14496-12, and Apple's QuickTime File Format.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from typing import IO, NamedTuple

from lookalike.files import without_waiting

CONTENT_ID = b"com.apple.quicktime.content.identifier"
SINCE_1904 = 2_082_844_800
"""Seconds from 1904, where QuickTime begins to count, to 1970."""
MOST_MOOV = 1 << 24
MOST_BOXES = 1024


class Movie(NamedTuple):
    """Facts about one film."""

    content_id: str = ""
    created_ns: int | None = None
    """In nanoseconds since 1970, in UTC."""
    seconds: float | None = None
    """How long it is."""


def read_movie(path: str) -> Movie | None:
    """What a file says of itself. None if it cannot be read or is not a film."""
    try:
        with open(path, "rb", opener=without_waiting) as file:
            moov = _moov(file)
    except (OSError, ValueError):  # ValueError: a null byte in the name
        return None
    if moov is None:
        return None
    created, seconds = _duration(moov)
    return Movie(_content_id(moov), created, seconds)


def _moov(file: IO[bytes]) -> bytes | None:
    """The box that describes the film. It may stand after the pictures and sound."""
    for _ in range(MOST_BOXES):
        head = file.read(8)
        if len(head) < 8:
            return None
        size, kind = struct.unpack(">I4s", head)
        begin = 8
        if size == 1:
            large = file.read(8)
            if len(large) < 8:
                return None
            begin, (size,) = 16, struct.unpack(">Q", large)
        if kind == b"moov":
            return file.read(min(size - begin, MOST_MOOV)) if size > begin else None
        if size < begin:  # 0 means that it is the last
            return None
        file.seek(size - begin, os.SEEK_CUR)
    return None


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        if size < 8:
            return
        yield kind, data[at + 8 : at + size]
        at += size


def _duration(moov: bytes) -> tuple[int | None, float | None]:
    head = dict(_boxes(moov)).get(b"mvhd", b"")
    try:
        wide = head[:1] == b"\1"
        created, _, scale, length = struct.unpack_from(">QQIQ" if wide else ">IIII", head, 4)
    except struct.error:
        return None, None
    since = (created - SINCE_1904) * 1_000_000_000 if created > SINCE_1904 else None
    return since, length / scale if scale else None


def _content_id(moov: bytes) -> str:
    """The value of the key, from the lists of keys and of values."""
    meta = dict(_boxes(moov)).get(b"meta", b"")
    boxes = dict(_boxes(meta)) or dict(_boxes(meta[4:]))
    if b"keys" not in boxes:
        boxes = dict(_boxes(meta[4:]))
    keys = [key for _, key in _boxes(boxes.get(b"keys", b"")[8:])]
    if CONTENT_ID not in keys:
        return ""
    wanted = struct.pack(">I", keys.index(CONTENT_ID) + 1)
    for kind, value in _boxes(boxes.get(b"ilst", b"")):
        if kind == wanted:
            return dict(_boxes(value)).get(b"data", b"")[8:].decode("utf-8", "replace").strip("\0 ")
    return ""
