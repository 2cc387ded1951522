"""Twins in NumPy of the search for near points, made from its documentation and its key bits."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

HEADER = Path(__file__).parents[1] / "src/lookalike/_native/sight/key_bits.h"
KEYS = np.array(
    [
        [int(one) for one in row.split(",")]
        for row in re.findall(r"\{([\d,\s]+)\}", HEADER.read_text(encoding="utf-8"))
    ]
)
"""`(4, 28)`: the bits of each key, the most significant first."""
MATCH = np.dtype([("entry", np.uint32), ("query", np.uint16), ("distance", np.uint16)])
GOLDEN = 0x9E3779B1


def bits_of(descriptors: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """`(n, 256)`: the first bit of each byte is its lowest."""
    return np.unpackbits(descriptors, axis=1, bitorder="little")


def keys_of(descriptors: NDArray[np.uint8], table: int) -> NDArray[np.uint64]:
    """`(n,)`: the key of each descriptor."""
    chosen = bits_of(descriptors)[:, KEYS[table]].astype(np.uint64)
    return chosen @ (np.uint64(1) << np.arange(27, -1, -1, dtype=np.uint64))


def weakest_of(margins: NDArray[np.uint8]) -> NDArray[np.uint16]:
    """`(n, 4)`: the places of the three smallest margins of each key, 5 bits each."""
    packed = np.zeros((len(margins), 4), np.uint16)
    for table in range(4):
        order = np.argsort(margins[:, KEYS[table]], axis=1, kind="stable")[:, :3]
        packed[:, table] = ((27 - order) << [0, 5, 10]).sum(1)
    return packed


def distances(left: NDArray[np.uint8], right: NDArray[np.uint8]) -> NDArray[np.int64]:
    """`(n, m)`: the distance in bits of each to each."""
    a, b = bits_of(left).astype(np.float32), bits_of(right).astype(np.float32)
    apart: NDArray[np.float32] = a.sum(1)[:, None] + b.sum(1) - 2 * a @ b.T
    return apart.astype(np.int64)


def near(
    stored: NDArray[np.uint8], queries: NDArray[np.uint8], max_distance: int
) -> NDArray[np.void]:
    """All matches within a distance, by comparing all with all."""
    found = distances(queries, stored)
    row, entry = np.nonzero(found <= max_distance)
    matches = np.zeros(len(row), MATCH)
    matches["entry"], matches["query"], matches["distance"] = entry, row, found[row, entry]
    return matches


def probed(
    stored: NDArray[np.uint8],
    present: NDArray[np.bool_],
    queries: NDArray[np.uint8],
    weakest: NDArray[np.uint16],
    max_distance: int,
) -> NDArray[np.void]:
    """The matches that the tables lead to. `present`: which rows of `stored` have a descriptor."""
    found = distances(queries, stored)
    sample_bits = 40 - max(int(np.ceil(np.log2(len(stored)))), 1)
    apart = bits_of(queries)[:, None, 192 : 192 + sample_bits]
    apart = (apart != bits_of(stored)[None, :, 192 : 192 + sample_bits]).sum(2)
    is_near = (found <= max_distance) & (apart <= sample_bits * 3 // 10 + 1) & present
    is_probed = np.zeros_like(is_near)
    shift = 32 - int(np.clip(np.ceil(np.log2(max(len(stored) // 6, 1))), 8, 24))
    for table in range(4):
        buckets = (keys_of(stored, table) * GOLDEN & 0xFFFFFFFF) >> shift
        numbers, counts = np.unique(buckets[present], return_counts=True)
        is_kept = ~np.isin(buckets, numbers[counts > 255])
        keys = keys_of(queries, table)
        for probe in range(8):
            changed = keys.copy()
            for k in range(3):
                flip = (weakest[:, table] >> (5 * k) & 31).astype(np.uint64)
                changed ^= np.uint64(probe >> k & 1) << flip
            mine = (changed * GOLDEN & 0xFFFFFFFF) >> shift
            is_probed |= (mine[:, None] == buckets) & is_kept
    row, entry = np.nonzero(is_near & is_probed)
    matches = np.zeros(len(row), MATCH)
    matches["entry"], matches["query"], matches["distance"] = entry, row, found[row, entry]
    return matches
