"""Detects lost data in a JPEG that ends properly, by libjpeg's warnings.

Pillow decodes whatever there is and says nothing. simplejpeg's strict decoder stops at libjpeg's
first warning, and many warnings are harmless. So the file is decoded again without the part that
caused the warning. This is repeated until there are no more warnings or data is lost.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import partial
from itertools import pairwise

import simplejpeg

from lookalike.errors import ImageError
from lookalike.images.jpeg.header import DHT, DQT, END, SOF_HUFFMAN, SOF_OTHERS, SOS, START
from lookalike.images.jpeg.scans import NO_END, look_through, segments

MOST_LOOKS = 100
"""How often one file is decoded at most. Warnings beyond that are not seen."""
BEHIND = bytes(1 << 14)
"""Padding after the end. Near the end of a file libjpeg uses its slower reader, and that does not
warn about the same bytes."""
DAC, DRI, RESTARTS = 0xCC, 0xDD, range(0xD0, 0xD8)
DECODED = {DHT, DQT, DAC, DRI, SOS, *SOF_HUFFMAN, *SOF_OTHERS}
"""The segments that are needed to decode a picture."""
SEQUENTIAL = {0xC0, 0xC1, 0xC9}

LOST = re.compile("premature end of data segment|bad (Huffman|arithmetic) code")
RESTART = re.compile(r"found marker 0x(\w\w) instead of RST([0-7])")
SURPLUS = re.compile(r"(\d+) extraneous bytes before marker 0x(\w\w)")

_restarts = re.compile(rb"\xff[\xd0-\xd7]").finditer


def lost_data(data: bytes | bytearray) -> str:
    """The reason to believe that data is lost, in plain words. Empty if there is none.

    Raises `ImageError` like `look_through`.
    """
    if not data.startswith(START):
        return ""
    if missing := look_through(data).missing:
        return missing
    warning = _warning(data)
    if warning and not means_loss(warning):
        bare = _Trimming(_bare(data))
        while bare.go_on():
            pass
        warning = bare.warning
    return f"some of its data is lost: {warning}" if means_loss(warning) else ""


def lost_at_end(data: bytes | bytearray) -> str:
    """The same of a file of which the beginning was sound, by decoding it to its end."""
    try:
        scans = look_through(data)
        return scans.missing or ("" if scans.ended else NO_END) or lost_data(data)
    except ImageError as error:
        return error.reason


def means_loss(warning: str) -> bool:
    """Whether a warning of libjpeg says that data is lost."""
    restart = RESTART.search(warning)
    if restart:
        return not _is_renamed(int(restart[1], 16), int(restart[2]))
    return LOST.search(warning) is not None


def _is_renamed(marker: int, expected: int) -> bool:
    """Whether libjpeg accepts a restart marker as the expected one despite a different number.

    It does if the number is too far off to be explained by missing or repeated intervals.
    """
    return marker in RESTARTS and (marker - RESTARTS[0] - expected) % 8 in {0, 3, 4, 5}


def _warning(data: bytes | bytearray) -> str:
    """libjpeg's first warning or error. Empty if there is none."""
    try:
        simplejpeg.decode_jpeg(data, "GRAY", min_height=1, min_width=1)
    except ValueError as error:
        return str(error)
    return ""


def _bare(data: bytes | bytearray) -> bytearray:
    """A JPEG without the parts that are not decoded, so they cannot cause warnings."""
    bare = bytearray(START[:2])
    found = [*segments(data)]
    sequential = any(one.marker in SEQUENTIAL for one in found)
    ends = [*(one.begin for one in found[1:]), len(data)]
    for segment, end in zip(found, ends, strict=False):
        if segment.marker not in DECODED:
            continue
        bare += data[segment.begin : segment.end]
        if segment.marker == SOS:
            if sequential:  # it has all coefficients, whatever its header says
                bare[-3:] = b"\0\x3f\0"
            bare += _with_restarts_in_order(data[segment.end : end])
    return bare + END


def _with_restarts_in_order(scan: bytes | bytearray) -> bytes | bytearray:
    out = bytearray(scan)
    for expected, found in enumerate(_restarts(scan)):
        at = found.start() + 1
        if _is_renamed(scan[at], expected % 8):
            out[at] = RESTARTS[expected % 8]
    return out


class _Trimming:
    """A JPEG from which surplus bytes at the end of intervals or scans are cut, step by step."""

    def __init__(self, data: bytearray) -> None:
        self._data = data
        self._looks = 0
        self.warning = self._look(len(data))
        """The first warning at present."""

    def go_on(self) -> bool:
        """Cut some of the surplus. False if that is impossible, or has already taken too long."""
        surplus = SURPLUS.search(self.warning)
        if not surplus or self._looks > MOST_LOOKS:
            return False
        ends = [0, *_ends_of_intervals(self._data)]
        if len(ends) < 2:  # it has no scan
            return False
        # The surplus is at the end of the shortest beginning that causes the warning.
        last = bisect_left(ends, True, lo=1, hi=len(ends) - 1, key=self._has_surplus)
        # The count includes surplus of earlier intervals, if it was too little for a warning.
        for at in range(last, 0, -1):
            if self._looks > MOST_LOOKS:
                break
            begin, end = ends[at - 1], ends[at]
            counts = range(1, min(int(surplus[1]), end - begin) + 1)
            cut = bisect_left(counts, True, key=partial(self._lacks, end))
            if cut:
                del self._data[end - cut : end]
                self.warning = self._look(len(self._data))
                return True
        return False

    def _has_surplus(self, end: int) -> bool:
        return SURPLUS.search(self._look(end)) is not None

    def _lacks(self, end: int, count: int) -> bool:
        """Whether the interval that ends there needs some of its last `count` bytes."""
        return LOST.search(self._look(end - count)) is not None

    def _look(self, end: int) -> str:
        self._looks += 1
        return _warning(self._data[:end] + END + BEHIND)


def _ends_of_intervals(data: bytes | bytearray) -> Iterator[int]:
    """Where data ends: before a restart marker, or at the end of a scan."""
    found = [*segments(data)]
    for segment, following in pairwise(found):
        if segment.marker == SOS:
            for restart in _restarts(data, segment.end, following.begin):
                yield restart.start()
            yield following.begin
