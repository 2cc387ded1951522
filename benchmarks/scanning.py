"""How long finding all pairs of hashes within 10 bits takes, compared with NumPy and FAISS."""

from __future__ import annotations

from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from lookalike import HashArray
from lookalike._native import kernel
from lookalike.index import Linear

from .measure import Report, arguments, peak_memory, peer, positive, time_in_turn

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from .measure import Row, Timing

MAX_DISTANCE = 10
ALGORITHMS = {64: "phash", 128: "phash:11", 256: "phash:16"}
"""By width in bits. `phash:11` has 121 bits, which is as close to 128 as any gets."""
SLOW_ABOVE = 10_000
MEMORY_COUNT = 100_000
NUMPY_ROWS = 64
THREADS = (1, 2)


def draw(count: int, bits: int) -> HashArray:
    """Random hashes. One in a hundred is a copy of another with up to 12 bits drawn again.

    Without these copies, there would be almost no pairs.
    """
    random = np.random.default_rng(bits)
    data = random.integers(0, 256, (count, bits // 8), np.uint8)
    rows = random.choice(count, 2 * (count // 100), replace=False)
    for copy, original in rows.reshape(-1, 2):
        data[copy] = data[original]
        places = random.integers(0, bits, 12)
        np.bitwise_xor.at(data[copy], places // 8, random.integers(0, 2, 12) << places % 8)
    if bits == 128:
        data[:, 0] &= 1  # zero bits are in front
    return HashArray(data, ALGORITHMS[bits])


def by_lookalike(hashes: HashArray, path: str, threads: int) -> int:
    """The number of pairs, by the linear scan on one of the kernel's paths."""
    kernel.force_isa(path)
    blocks = Linear(hashes.words).pairs(MAX_DISTANCE, workers=threads)
    return sum(len(block.i) for block in blocks)


def by_numpy(hashes: HashArray) -> int:
    """The number of pairs, by NumPy, some rows at a time."""
    words = np.ascontiguousarray(hashes.data.view(np.uint64).T)
    found = 0
    for row in range(0, len(hashes), NUMPY_ROWS):
        counts = [np.bitwise_count(w[row : row + NUMPY_ROWS, None] ^ w[row:]) for w in words]
        distances = counts[0] if len(counts) == 1 else np.sum(counts, axis=0, dtype=np.uint16)
        i, j = np.nonzero(distances <= MAX_DISTANCE)
        found += int(np.count_nonzero(i < j))
    return found


def by_faiss(faiss: Any, index: Any, data: NDArray[np.uint8], threads: int) -> int:
    """The number of pairs, by a flat index, which finds each twice and every hash itself."""
    faiss.omp_set_num_threads(threads)
    limits, _, _ = index.range_search(data, MAX_DISTANCE + 1)  # its radius is exclusive
    return (int(limits[-1]) - len(data)) // 2


def flat_index(faiss: Any, hashes: HashArray) -> Any:
    """The hashes in FAISS."""
    index = faiss.IndexBinaryFlat(hashes.data.shape[1] * 8)
    index.add(hashes.data)
    return index


def ways_to_scan(hashes: HashArray, faiss: Any, slow: bool) -> dict[str, Callable[[], int]]:
    """Every alternative by name. A name ends in its number of threads."""
    ways: dict[str, Callable[[], int]] = {}
    for path in kernel.isas():
        if slow or path != "scalar":
            for threads in THREADS:
                ways[f"lookalike {path}, {threads}"] = partial(by_lookalike, hashes, path, threads)
    if slow:
        ways["NumPy, 1"] = partial(by_numpy, hashes)
    if faiss:
        index = flat_index(faiss, hashes)
        for threads in THREADS:
            ways[f"FAISS flat, {threads}"] = partial(by_faiss, faiss, index, hashes.data, threads)
    return ways


def memory_of_lookalike(count: int, threads: int) -> Callable[[], int]:
    """What `peak_memory` measures for lookalike."""
    hashes = draw(count, 64)
    by_lookalike(hashes[:100], "", threads)
    return partial(by_lookalike, hashes, "", threads)


def memory_of_faiss(count: int, threads: int) -> Callable[[], int]:
    """What `peak_memory` measures for FAISS, including filling the index."""
    faiss = import_module("faiss")
    hashes = draw(count, 64)
    by_faiss(faiss, flat_index(faiss, hashes[:100]), hashes.data[:100], threads)
    return lambda: by_faiss(faiss, flat_index(faiss, hashes), hashes.data, threads)


def main() -> None:
    parser = arguments(__doc__, "benchmarks.scanning --n 10000 50000 --bits 64", rounds=3)
    parser.add_argument(
        "--n", type=positive, nargs="+", default=[10_000, 100_000], help="numbers of hashes"
    )
    parser.add_argument(
        "--bits",
        type=int,
        nargs="+",
        default=list(ALGORITHMS),
        choices=ALGORITHMS,
        help="widths of a hash",
    )
    parser.add_argument(
        "--slow",
        action="store_true",
        help="every width at every n, and above 10,000 hashes the portable kernel and NumPy too",
    )
    options = parser.parse_args()
    faiss = peer("faiss", "faiss-cpu")
    report = Report(__doc__, ["faiss-cpu"] if faiss else [])
    for count in options.n:
        for bits in options.bits:
            if options.slow or count == options.n[0] or bits == options.bits[0]:
                slow = options.slow or count <= SLOW_ABOVE
                compare(report, draw(count, bits), bits, faiss, slow, options.rounds)
    for threads in THREADS:
        work = f"{MEMORY_COUNT:,} of 64 bits"
        peak = peak_memory(memory_of_lookalike, MEMORY_COUNT, threads)
        report.add_memory(work, f"lookalike, {threads}", peak)
    if faiss:
        peak = peak_memory(memory_of_faiss, MEMORY_COUNT, THREADS[-1])
        report.add_memory(work, f"FAISS flat, {THREADS[-1]}", peak)
    report.notes += [
        "Behind each name, its threads. All have found the same number of pairs.",
        "A rate counts each pair once; FAISS, which has no join, has to compare it twice.",
    ]
    report.print(options.json)


def compare(
    report: Report, hashes: HashArray, bits: int, faiss: Any, slow: bool, rounds: int
) -> None:
    """Time every way to scan some hashes, and check that all find the same number of pairs."""
    timings = time_in_turn(ways_to_scan(hashes, faiss, slow), rounds)
    kernel.force_isa("")
    work = f"{len(hashes):,} of {bits} bits"
    found = {name: timing.result for name, timing in timings.items()}
    if len(set(found.values())) > 1:
        raise SystemExit(f"{work}: not the same number of pairs: {found}")

    def more(name: str, timing: Timing[int]) -> Row:
        compared = len(hashes) * (len(hashes) - 1) / 2
        threads = int(name.rpartition(" ")[2])
        return {
            "1e9 pairs/s/core": compared / timing.seconds / threads / 1e9,
            "found": timing.result,
        }

    report.add_timings(work, timings, "FAISS flat, 1", more)


if __name__ == "__main__":
    main()
