"""The scans of a JPEG: how many there are and whether some are missing, from its markers alone.

Markers are found as in libjpeg: anything between two segments is skipped.

Source: ITU-T T.81 (1992), annexes B and G.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from lookalike._native import kernel
from lookalike.errors import ImageError, Status
from lookalike.images.jpeg.header import EOI, SOF_HUFFMAN, SOF_OTHERS, SOI, SOS, START, next_marker

MAX_SCANS = 500
"""The limit that libjpeg-turbo offers to programs. simplejpeg and Pillow do not use it.

libjpeg writes 10 scans. Each scan may take as long as a whole baseline file.
"""
LONGEST_KNOWN = 1 << 12
"""The most bytes of an outline that is worth caching. That of libjpeg's ten scans takes 150."""
COEFFICIENTS = 64
NOT_SENT = b"\xff"
FRAMES = SOF_HUFFMAN | SOF_OTHERS
PROGRESSIVE = {0xC2, 0xC6, 0xCA, 0xCE}
WITHOUT_SEGMENT = {*range(0x01, 0xC0), *range(0xD0, 0xDA)}
"""Markers without a segment, and codes that are not markers."""
NO_END = "some of its data is missing: it has no end marker"


class Segment(NamedTuple):
    """A marker and its segment. The data of a scan follows the segment of its header."""

    marker: int
    begin: int
    """Where the marker is."""
    body: int
    end: int


class Scans(NamedTuple):
    """What the markers of a JPEG's first image say."""

    missing: str
    """What is missing, in plain words. Empty if nothing is."""
    ended: bool
    """Whether an end marker follows them."""


def segments(data: bytes | bytearray) -> Iterator[Segment]:
    """The segments of a JPEG's first image. If there is an end marker, it comes last."""
    at, size = 2, len(data)
    while found := next_marker(data, at):
        begin = found.start()
        marker = data[begin + 1]
        body = end = begin + 2
        if marker not in WITHOUT_SEGMENT:
            body, end = begin + 4, end + int.from_bytes(data[end : begin + 4])
            if not body <= end <= size:
                return
        yield Segment(marker, begin, body, end)
        if marker in {SOI, EOI}:  # if another image begins, this one has lost its end
            return
        at = end


def look_through(data: bytes | bytearray | memoryview) -> Scans:
    """Walk the markers of a JPEG. Raises `ImageError` if it has more than `MAX_SCANS` scans."""
    outline = kernel.jpeg_outline(np.frombuffer(data, np.uint8), MAX_SCANS + 1).tobytes()
    return _known(outline) if len(outline) <= LONGEST_KNOWN else _said(outline)


def _said(outline: bytes) -> Scans:
    """What an outline from the kernel says: the segments of frames and scans, and the end."""
    frame, progressive, ended = b"", False, False
    headers: list[bytes] = []
    alone = START[:2] + outline
    for marker, _, begin, end in segments(alone):
        body = alone[begin:end]
        if marker == SOS:
            headers.append(body)
            if len(headers) > MAX_SCANS:
                many = len(headers)
                reason = f"it has {many} scans or more; the limit is {MAX_SCANS}"
                raise ImageError(Status.TOO_LARGE, reason)
            if len(headers) == 1 and not progressive and not _missing(frame, False, headers):
                return Scans("", ended=True)  # libjpeg looks no further
        elif marker in FRAMES:
            frame, progressive = body[5:], marker in PROGRESSIVE
        elif marker == EOI:
            ended = True
    return Scans(_missing(frame, progressive, headers), ended)


_known = lru_cache(maxsize=64)(_said)
"""Cached, because most files have the same outline."""


def _missing(frame: bytes, progressive: bool, headers: Sequence[bytes]) -> str:
    """What has not been sent."""
    sent = _Sent(frame, progressive)
    for header in headers:
        sent.add(header)
    return sent.missing()


class _Sent:
    """Which coefficients the scans have sent, and to which bit."""

    def __init__(self, frame: bytes, progressive: bool) -> None:
        """`frame`: the number of components, and what the frame says about each."""
        self._progressive = progressive
        names = frame[1 : 1 + 3 * frame[0] : 3] if frame else b""
        self._bits = {name: bytearray(NOT_SENT * COEFFICIENTS) for name in names}
        """For each component, by name: the lowest bit that was sent of each coefficient."""
        self._with_gaps: set[int] = set()
        """Components with a scan that refines data that no scan has sent before."""
        self._scans = 0

    def add(self, header: bytes) -> None:
        """Add a scan. Its header has the components, the coefficients and the bits."""
        count = header[0] if header else 0
        if len(header) != 4 + 2 * count:  # libjpeg refuses it
            return
        self._scans += 1
        first, last, before, bits = header[-3], header[-2], header[-1] >> 4, header[-1] & 15
        if not self._progressive:
            first, last, before, bits = 0, COEFFICIENTS - 1, 0, 0
        for name in header[1 : 1 + 2 * count : 2]:
            if name not in self._bits or not first <= last < COEFFICIENTS:
                continue
            known = self._bits[name]
            if before and known[first : last + 1].translate(None, bytes(range(before + 1))):
                self._with_gaps.add(name)
            known[first : last + 1] = bytes([bits]) * (last + 1 - first)

    def missing(self) -> str:
        """What has not been sent, in plain words. Empty if nothing is missing."""
        for at, (name, bits) in enumerate(self._bits.items(), start=1):
            if name in self._with_gaps or any(bits):
                scans = "1 scan" if self._scans == 1 else f"{self._scans} scans"
                detail = "" if bits.startswith(NOT_SENT) else "the detail of "
                return f"some of its data is missing: {scans} without {detail}component {at}"
        return ""
