"""The kernel's reader of JPEG against libjpeg-turbo, by scale.

Both decode all files of a folder in turn, and no file twice in a row: one that is read again and
again teaches the processor its branches.
"""

from __future__ import annotations

import io
import statistics
from functools import partial
from time import process_time
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from lookalike._native import kernel
from lookalike.images.jpeg.decoding import decode
from lookalike.images.jpeg.header import end_of_scan, read_header
from lookalike.images.jpeg.luma import averages_alone

from .reading_pictures import jpegs_in

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from lookalike.images.jpeg.header import JpegHeader

    from .measure import Report
    from .reading_pictures import Pictures

TARGETS = {8: 2.2, 4: 1.9, 2: 1.9}
"""How many times as fast as libjpeg-turbo, by scale."""
TARGET_FIRST, TARGET_WHOLE = 6.0, 30.0
"""The same for the first scan of a large progressive file, and for all of it at an eighth."""
DRAWN = 24
"""How many pictures are drawn without photographs."""
MOST_PROGRESSIVE = 12


class File(NamedTuple):
    """A file in memory."""

    data: bytes
    header: JpegHeader


def decoders(
    report: Report, pictures: Pictures, folder: Path, photos: Path | None, rounds: int
) -> None:
    """A row per scale, and two of progressive files."""
    where = photos or pictures.details(DRAWN, folder / "decoder")
    files = [one for path in jpegs_in(where) if (one := _file(path.read_bytes()))]
    baseline = [one for one in files if not one.header.progressive]
    for scale, target in TARGETS.items():
        ways: dict[str, Callable[[File], object]] = {
            "kernel": partial(_kernel, scale=scale),
            "libjpeg-turbo": partial(_turbo, scale=scale),
        }
        _add(
            report, f"baseline at 1/{scale}, {len(baseline)} files", ways, baseline, rounds, target
        )
    large = [_progressive(pictures, number) for number in range(MOST_PROGRESSIVE)]
    first: dict[str, Callable[[File], object]] = {
        "kernel": partial(_kernel, scale=8, first_scan=True),
        "libjpeg-turbo": _turbo_first,
    }
    whole: dict[str, Callable[[File], object]] = {
        "kernel": partial(_kernel, scale=8),
        "libjpeg-turbo": partial(_turbo, scale=8),
    }
    _add(report, "large progressive, first scan", first, large, rounds, TARGET_FIRST)
    _add(report, "large progressive at 1/8", whole, large, rounds, TARGET_WHOLE)


def _add(
    report: Report,
    work: str,
    ways: Mapping[str, Callable[[File], object]],
    files: Sequence[File],
    rounds: int,
    target: float,
) -> None:
    taken: dict[str, list[list[float]]] = {name: [[] for _ in files] for name in ways}
    for _ in range(rounds):
        for number, one in enumerate(files):
            for name, way in ways.items():
                begin = process_time()
                way(one)
                taken[name][number].append(process_time() - begin)
    medians = {name: [statistics.median(times) for times in taken[name]] for name in ways}
    ratio = sum(medians["libjpeg-turbo"]) / sum(medians["kernel"])
    each = zip(medians["libjpeg-turbo"], medians["kernel"], strict=True)
    report.add(
        "decoding alone",
        {
            "work": work,
            "ms per file": 1000 * sum(medians["kernel"]) / len(files),
            "times as fast": ratio,
            "median": statistics.median(theirs / ours for theirs, ours in each),
            "target": target,
            "reached": "yes" if ratio >= target else "no",
        },
    )


def _file(data: bytes) -> File | None:
    """None for a file that is not decoded here, or that libjpeg-turbo warns of."""
    header = read_header(data)
    if header is None or header.components == 1 or decode(data, header, "GRAY", 8) is None:
        return None
    return File(data, header)


def _progressive(pictures: Pictures, number: int) -> File:
    """The large picture, cropped so that each file is another one."""
    image = pictures.image("large")
    crop = image.crop((8 * number, 8 * number, image.width, image.height))
    data = io.BytesIO()
    crop.save(data, "JPEG", quality=90, progressive=True)
    found = _file(data.getvalue())
    assert found is not None
    return found


def _kernel(one: File, scale: int, *, first_scan: bool = False) -> None:
    verdict, _ = kernel.jpeg_luma(np.frombuffer(one.data, np.uint8), scale, first_scan)
    assert verdict == "read"


def _turbo(one: File, scale: int) -> None:
    assert decode(one.data, one.header, "GRAY", scale) is not None


def _turbo_first(one: File) -> None:
    end = end_of_scan(one.data, one.header.scan)
    assert end is not None
    assert decode(averages_alone(one.data, end), one.header, "GRAY", 8) is not None
