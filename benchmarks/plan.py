"""How long it takes to plan which duplicates can go, without a disk.

python -m benchmarks.plan                  # 100,000 groups of two
python -m benchmarks.plan --size 4
"""

from __future__ import annotations

import argparse
from statistics import median
from time import process_time
from typing import TYPE_CHECKING

import numpy as np

from lookalike.hashing.builder import TableBuilder
from lookalike.hashing.row import Row
from lookalike.images.metadata import NOTHING, Metadata
from lookalike.matching.rules import Rule
from lookalike.planning.choices import Choices
from lookalike.planning.planning import planned
from lookalike.scan import result_of
from lookalike.sources.beside import Disk, Folder
from lookalike.sources.beside.disk import State
from lookalike.sources.location import Kind, Location, Stamp

if TYPE_CHECKING:
    from lookalike.hashing.table import HashTable
    from lookalike.report.result import Result

TARGET = 3.0
"""Seconds for 100,000 groups of two."""
PER_FOLDER = 500
"""How many files each folder has."""


def table_of(groups: int, size: int) -> HashTable:
    """Images in groups of `size`. In every other group, all have the same bytes."""
    builder = TableBuilder(["phash"])
    scenes = np.random.default_rng(1).integers(0, 1 << 63, groups, np.uint64).tolist()
    for at in range(groups * size):
        scene, copy = divmod(at, size)
        copy *= scene % 2
        builder.add(
            Row(
                location=Location(Kind.FILE, path_of(at)),
                stamp=Stamp(1_000_000 + scene - copy, scene),
                byte_count=1_000_000 + scene - copy,
                width=4000 - 100 * copy,
                height=3000,
                format="JPEG",
                frames=1,
                digest=(scene * size + copy).to_bytes(16, "big"),
                is_beginning=False,
                flat_digest=b"",
                hashes=((scenes[scene] ^ (copy > 0)).to_bytes(8, "big"),),
            )
        )
    return builder.finish()


def path_of(at: int) -> str:
    """The path of an image."""
    return f"/photos/{at // PER_FOLDER:05}/IMG_{at:07}.JPG"


class Remembered(Disk):
    """A disk whose answers are in memory, as large folders would give them."""

    def __init__(self, result: Result) -> None:
        table = result.table
        every = np.arange(len(table))
        names = ("path", "file_bytes", "modified_ns")
        columns = zip(*(table.take(name, every) for name in names), strict=True)
        self._states = {
            path: State(size, time, at + 1, 1, 1, True)
            for at, (path, size, time) in enumerate(columns)
        }
        folders: dict[str, list[str]] = {}
        for path in self._states:
            folder, _, name = path.rpartition("/")
            folders.setdefault(folder, []).append(name)
        self._folders = {path: Folder(names) for path, names in folders.items()}
        super().__init__()

    def folder(self, path: str) -> Folder:
        """The names in a folder."""
        return self._folders.get(path, Folder(()))

    def state(self, path: str) -> State | None:
        """The state of a file."""
        return self._states.get(path)

    def metadata(self, path: str) -> Metadata | None:  # noqa: ARG002
        """Nothing."""
        return NOTHING

    def real(self, path: str) -> str:
        """There are no links."""
        return path


def timed(result: Result, disk: Disk) -> tuple[float, float]:
    """The processor time of planning, and that of writing the plan. Freeing it is not counted."""
    begin = process_time()
    found = planned(result, Choices.of(), disk)
    middle = process_time()
    text = found.to_json()
    end = process_time()
    print(f"{found!r}, {len(text) / 1e6:.0f} MB")
    return middle - begin, end - middle


def main() -> None:
    """Print the processor time of planning and of writing the plan."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--groups", type=int, default=100_000)
    options.add_argument("--size", type=int, default=2, help="members of each group")
    options.add_argument("--rounds", type=int, default=3)
    chosen = options.parse_args()
    result = result_of(table_of(chosen.groups, chosen.size), Rule("phash", 1))
    disk = Remembered(result)
    times = [timed(result, disk) for _ in range(chosen.rounds)]
    planning, writing = (median(column) for column in zip(*times, strict=True))
    print(f"planning {planning:.2f} s, {planning / TARGET:.2f} of what is allowed")
    print(f"writing {writing:.2f} s")


if __name__ == "__main__":
    main()
