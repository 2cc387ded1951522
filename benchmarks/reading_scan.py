"""How many pictures are read per second: by threads, and from start to groups."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

import lookalike

from .measure import peer, time_in_turn
from .reading_pictures import SCALES, bare_grey

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .measure import Report
    from .reading_pictures import Jpeg, Pictures

WORKERS = (1, 2)
COUNTS = {"small": 300, "large": 16}
SCANNED = 1000
SCAN_TARGET = 1.25

FIND = "import sys; from lookalike.cli import main; sys.argv[0] = 'lookalike'; main()"
FLOOR = """
import os, sys
from concurrent.futures import ThreadPoolExecutor
import simplejpeg
def decode(path):
    with open(path, "rb") as file:
        data = file.read()
    return simplejpeg.decode_jpeg(data, "GRAY").size
with ThreadPoolExecutor(2) as pool:
    sum(pool.map(decode, [entry.path for entry in os.scandir(sys.argv[1])]))
"""
IMGDD = "import sys, imgdd; imgdd.dupes(path=sys.argv[1], algo='dHash')"
COMPILED = {name: one for name, one in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""So that modules are not compiled at each start. Those of an installed package never are."""


def throughput(report: Report, pictures: Pictures, folder: Path, rounds: int) -> None:
    """Threads of lookalike and of bare decodes, over links to one file."""
    for size, count in COUNTS.items():
        jpeg = pictures.jpeg(size)
        links = _links(jpeg, count, folder / f"links-{size}")
        ways: dict[str, Callable[[], object]] = {}
        for workers in WORKERS:
            ways[f"bare grey decode, {workers}"] = partial(_bare, links, SCALES[size], workers)
            for reading in ("fast", "exact"):
                ways[f"{reading}, {workers}"] = partial(
                    lookalike.hash_images, links, reading=reading, workers=workers
                )
        timings = time_in_turn(ways, rounds)
        for name, timing in timings.items():
            alone = timings[name[:-1] + "1"].seconds
            report.add(
                "pictures a second",
                {
                    "work": f"phash, {jpeg.title}",
                    "by, threads": name,
                    "a second": count / timing.seconds,
                    "times one thread": alone / timing.seconds,
                },
            )


def scan(report: Report, pictures: Pictures, folder: Path, rounds: int) -> None:
    """The command, from start to groups, compared with bare decodes alone, and with imgdd."""
    details = pictures.details(SCANNED, folder / "details")
    size = sum(entry.stat().st_size for entry in os.scandir(details)) / 1e6
    find = ["find", str(details), "--workers", "2", "--quiet", "--json"]
    ways: dict[str, Callable[[], object]] = {
        "bare grey decodes": partial(_run, FLOOR, [str(details)]),
        "lookalike find": partial(_run, FIND, find),
        "lookalike find, dhash without the second look": partial(
            _run, FIND, [*find, "--algorithm", "dhash", "--no-verify"]
        ),
    }
    if peer("imgdd", "imgdd"):
        ways["imgdd, dHash"] = partial(_run, IMGDD, [str(details)])
    _run(FIND, find)  # compiles the modules
    timings = time_in_turn(ways, rounds)
    work = f"{SCANNED:,} pictures, {size:.0f} MB, from start to end, two threads"
    report.add_timings(work, timings, "bare grey decodes")
    ratio = timings["lookalike find"].seconds / timings["bare grey decodes"].seconds
    report.add(
        "targets",
        {
            "work": f"{SCANNED:,} pictures from start to groups",
            "by": "fast",
            "ratio": ratio,
            "to": "two threads of bare grey decodes, with their start",
            "target": SCAN_TARGET,
            "reached": "yes" if ratio <= SCAN_TARGET else "no",
        },
    )


def _links(jpeg: Jpeg, count: int, folder: Path) -> Path:
    folder.mkdir()
    for number in range(count):
        (folder / f"{number:05}.jpg").hardlink_to(jpeg.path)
    return folder


def _bare(folder: Path, scale: int, workers: int) -> int:
    with ThreadPoolExecutor(workers) as pool:
        return sum(pool.map(partial(bare_grey, scale=scale), folder.iterdir()))


def _run(script: str, arguments: list[str]) -> int:
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, env=COMPILED
    )
    if done.returncode not in {0, 1}:
        raise RuntimeError(done.stderr.decode())
    return len(done.stdout)
