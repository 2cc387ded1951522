"""Group the images of a table of stored hashes.

    python examples/group_hashes.py --make 1000000 hashes.csv
    python examples/group_hashes.py hashes.csv

It reads a CSV file with the columns path and phash (16 hex digits) and no others, and finds all
groups of images within a distance. It prints their number, the largest groups, and how long each
step took.
"""

import argparse
import csv
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import lookalike

DIGITS = 16
COLUMNS = b"path,phash"
NEWLINE, RETURN, COMMA = b"\n\r,"
IS_HEX = np.isin(np.arange(256), list(b"0123456789abcdefABCDEF"))


class Table:
    """A CSV file in memory: its hashes as an array, and any path on request."""

    def __init__(self, file: Path) -> None:
        content = np.fromfile(file, np.uint8)
        first_line = content[: len(COLUMNS) + 1].tobytes().rstrip(b"\r\n")
        if first_line != COLUMNS:
            raise SystemExit(f"{file}: the first line must be {COLUMNS.decode()}")
        behind = np.zeros(DIGITS, np.uint8)  # so no window ends beyond the end
        behind[0] = NEWLINE
        content = np.append(content, behind[int(content[-1] == NEWLINE) :])
        newlines = np.flatnonzero(content == NEWLINE)
        starts, ends = newlines[:-1] + 1, newlines[1:]
        ends = ends - (content[ends - 1] == RETURN) - DIGITS  # where the digits begin
        require((ends > starts) & (content[ends - 1] == COMMA), file)
        windows = np.lib.stride_tricks.sliding_window_view(content, DIGITS)
        digits = windows[ends]
        require(IS_HEX[digits].all(axis=1), file)
        data = bytes.fromhex(digits.tobytes().decode("latin-1"))
        self.hashes = np.frombuffer(data, np.uint8).reshape(-1, DIGITS // 2)
        """`(n, 8)`, as an index takes them."""
        self._content, self._starts, self._ends = content, starts, ends - 1

    def path(self, row: int) -> str:
        """The text before a hash."""
        line = self._content[self._starts[row] : self._ends[row]].tobytes().decode()
        return next(csv.reader([line]))[0]


def require(is_right: NDArray[np.bool_], file: Path) -> None:
    """Exit with a message that names the first wrong line."""
    if not is_right.all():
        line = 2 + int(np.argmin(is_right))
        raise SystemExit(f"{file}, line {line}: not a path, a comma and {DIGITS} hex digits")


def make(count: int, file: Path) -> None:
    """Write a file of random hashes. About a tenth are up to four bits from an earlier one."""
    random = np.random.default_rng(0)
    hashes = random.integers(0, 256, (count, DIGITS // 2), dtype=np.uint8)
    copies = 1 + np.flatnonzero(random.random(count - 1) < 0.1)
    hashes[copies] = hashes[random.integers(0, copies)]
    for _ in range(4):
        bits = random.integers(0, 64, len(copies))
        hashes[copies, bits // 8] ^= (1 << bits % 8).astype(np.uint8)
    with file.open("w", encoding="utf-8", newline="") as out:
        out.write(f"{COLUMNS.decode()}\n")
        for row, one in enumerate(hashes):
            out.write(f"photos/{row // 1000:04}/{row % 1000:03}.jpg,{one.tobytes().hex()}\n")


def largest_first(groups: list[NDArray[np.intp]]) -> list[NDArray[np.intp]]:
    """The groups with the most members first."""
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
