"""Group the images of a table of stored hashes.

    python examples/group_hashes.py --make 1000000 hashes.csv
    python examples/group_hashes.py hashes.csv

reads a CSV file with the columns path and phash (16 hex digits), finds all groups of images within a
distance, and prints how many there are, the largest ones, and how long each step took.
"""

import argparse
import csv
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import lookalike

DIGITS = 16
NEWLINE, RETURN, COMMA = b"\n\r,"


class Table:
    """A CSV file in memory: the hashes as an array, and each path only when it is asked for."""

    def __init__(self, file: Path) -> None:
        self._data = np.fromfile(file, np.uint8)
        if not len(self._data) or self._data[-1] != NEWLINE:
            self._data = np.append(self._data, np.uint8(NEWLINE))
        newlines = np.flatnonzero(self._data == NEWLINE)
        self._starts = newlines[:-1] + 1  # the first line names the columns
        ends = newlines[1:]
        ends = ends - (self._data[ends - 1] == RETURN)
        wrong = (ends - self._starts <= DIGITS) | (self._data[ends - DIGITS - 1] != COMMA)
        if wrong.any():
            line = int(np.argmax(wrong)) + 2
            raise SystemExit(f"{file}, line {line}: not a path, a comma and {DIGITS} hex digits")
        self._ends = ends - DIGITS - 1
        digits = self._data[ends[:, None] + np.arange(-DIGITS, 0)]
        data = bytes.fromhex(digits.tobytes().decode("latin-1"))
        self.hashes = np.frombuffer(data, np.uint8).reshape(-1, DIGITS // 2)
        """`(n, 8)`, as an index takes them."""

    def path(self, row: int) -> str:
        """What stands in front of a hash."""
        line = self._data[self._starts[row] : self._ends[row]].tobytes().decode()
        return next(csv.reader([line]))[0]


def make(count: int, file: Path) -> None:
    """Write a file of random hashes, a tenth of which are near ones before them."""
    random = np.random.default_rng(0)
    hashes = random.integers(0, 256, (count, DIGITS // 2), dtype=np.uint8)
    copies = np.flatnonzero(random.random(count) < 0.1)[1:]
    originals = random.integers(0, copies)
    for _ in range(4):  # up to four bits of each
        bits = random.integers(0, 64, len(copies))
        hashes[copies] = hashes[originals] if _ == 0 else hashes[copies]
        hashes[copies, bits // 8] ^= (1 << bits % 8).astype(np.uint8)
    digits = hashes.tobytes().hex()
    with file.open("w", encoding="utf-8", newline="") as out:
        out.write("path,phash\n")
        for row in range(count):
            at = row * DIGITS
            out.write(f"photos/{row // 1000:04}/{row % 1000:03}.jpg,{digits[at : at + DIGITS]}\n")


def largest_first(groups: list[NDArray[np.intp]]) -> list[NDArray[np.intp]]:
    """The groups of most members in front."""
    return sorted(groups, key=len, reverse=True)


def main() -> None:
    """Read, index, group, print."""
    parser = argparse.ArgumentParser(description="group the images of a table of hashes")
    parser.add_argument("file", type=Path, help="a CSV file with the columns path and phash")
    parser.add_argument("--make", type=int, metavar="N", help="write a file of N hashes to try")
    parser.add_argument("--max-distance", type=int, default=8, help="in bits (default: 8)")
    arguments = parser.parse_args()
    if arguments.make is not None:
        make(arguments.make, arguments.file)
        return

    times = [time.perf_counter()]
    table = Table(arguments.file)
    times.append(time.perf_counter())
    index = lookalike.Index("phash")
    index.add(np.arange(len(table.hashes)), table.hashes)  # a key is the number of its line
    times.append(time.perf_counter())
    groups = index.groups(arguments.max_distance)
    times.append(time.perf_counter())

    images = sum(map(len, groups))
    print(f"{len(table.hashes):,} hashes, {len(groups):,} groups with {images:,} images")
    for group in largest_first(groups)[:3]:
        some = ", ".join(table.path(int(row)) for row in group[:3])
        print(f"  {len(group)} images: {some}{', ...' if len(group) > 3 else ''}")
    reading, adding, grouping = np.diff(times)
    print(f"reading {reading:.2f} s, adding {adding:.2f} s, grouping {grouping:.2f} s")


if __name__ == "__main__":
    main()
