"""How long it takes to make a result, and to write it as text, JSON and summary."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from statistics import median
from time import process_time
from typing import TYPE_CHECKING

import numpy as np

from lookalike.hashing.builder import TableBuilder
from lookalike.hashing.row import Row
from lookalike.matching.rules import Rule
from lookalike.report.result import Result
from lookalike.report.words import summary_lines, text_of
from lookalike.scan import result_of
from lookalike.sources.location import Kind, Location, Stamp

if TYPE_CHECKING:
    from lookalike.hashing.table import HashTable

TARGET = 2.0
"""Seconds for text, JSON and summary of 100,000 groups."""


def table_of(groups: int, size: int) -> HashTable:
    """Images in groups of `size`, a bit or two apart within each group."""
    builder = TableBuilder(["phash"])
    scenes = np.random.default_rng(1).integers(0, 1 << 63, groups, np.uint64).tolist()
    for at in range(groups * size):
        scene, copy = divmod(at, size)
        builder.add(
            Row(
                location=Location(Kind.MEMORY, f"photos/{scene:07}/{copy}.jpg"),
                stamp=Stamp(1),
                byte_count=1_000_000 + at,
                width=4000 - copy,
                height=3000,
                format="JPEG",
                frames=1,
                digest=at.to_bytes(16, "big"),
                is_beginning=False,
                flat_digest=b"",
                hashes=((scenes[scene] ^ (1 << copy)).to_bytes(8, "big"),),
            )
        )
    return builder.finish()


def seconds(work: Callable[[], object], rounds: int) -> float:
    """The median processor time of some rounds. Processor time, because others may share the
    machine.
    """
    times = []
    for _ in range(rounds):
        begin = process_time()
        work()
        times.append(process_time() - begin)
    return median(times)


def main() -> None:
    """Print a line per piece of work, with its share of the time allowed for writing."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--groups", type=int, default=100_000)
    options.add_argument("--size", type=int, default=2, help="members of each group")
    options.add_argument("--rounds", type=int, default=3)
    chosen = options.parse_args()
    table = table_of(chosen.groups, chosen.size)
    rule = Rule.of("phash", 4)
    result = result_of(table, rule)
    text = result.to_json()
    allowed = TARGET * chosen.groups / 100_000
    works: dict[str, Callable[[], object]] = {
        "link and settle": lambda: result_of(table, rule),
        "text": lambda: text_of(result, summary=False),
        "JSON": result.to_json,
        "summary": lambda: summary_lines(result),
        "CSV": result.to_csv,
        "from JSON": lambda: Result.from_json(text),
    }
    print(f"{len(result.groups):,} groups of {chosen.size}, {len(text) / 1e6:.0f} MB of JSON")
    times = {name: seconds(work, chosen.rounds) for name, work in works.items()}
    for name, time in times.items():
        print(f"{name:>16}  {time:6.2f} s  {time / allowed:5.2f} of the target")
    together = times["text"] + times["JSON"] + times["summary"]
    print(f"text, JSON and summary: {together:.2f} s, {together / allowed:.2f} of the target")


if __name__ == "__main__":
    main()
