"""A plain list of entries that answers as an index must, and ways to sort small indexes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

import numpy as np
import pytest
from numpy.typing import NDArray

from lookalike import Hash, HashArray, Index
from lookalike.index import Block
from lookalike.index import index as index_module
from lookalike.index.search import multi_index
from lookalike.index.search import plan as plan_module
from lookalike.index.search.bands import BitStatistics, sample_of
from lookalike.index.search.plan import Plan, make_plan, plan_with

Key: TypeAlias = int | str
Found: TypeAlias = tuple[Key, int]
"""A key and a distance."""


class Kind(NamedTuple):
    """What an index is made for."""

    algorithm: str | None
    bits: int

    @property
    def width(self) -> int:
        return -(-self.bits // 8)

    def new(self) -> Index:
        return Index(self.algorithm, bits=None if self.algorithm else self.bits)

    def array(self, hashes: Iterable[int]) -> NDArray[np.uint8]:
        """`(n, width)`, as an index takes them."""
        data = b"".join(one.to_bytes(self.width, "big") for one in hashes)
        return np.frombuffer(data, np.uint8).reshape(-1, self.width)

    def forms(self, hashes: list[int]) -> list[object]:
        """The same hashes in each form that an index takes."""
        array = self.array(hashes)
        digits = [f"{one:0{-(-self.bits // 4)}x}" for one in hashes]
        forms: list[object] = [array, list(array), digits, (one.upper() for one in digits)]
        if self.algorithm is not None:
            forms.append(HashArray(array, self.algorithm))
            forms.append([Hash(row.tobytes(), self.algorithm) for row in array])
        return forms

    def clusters(self, seed: int, count: int, centres: int, flips: float) -> list[int]:
        """`count` hashes around some centres, each bit flipped with a probability."""
        random = np.random.default_rng(seed)
        middle = random.random((max(centres, 1), self.bits)) < (0.5 if centres else 0)
        bits = middle[random.integers(0, len(middle), count)]
        bits ^= random.random((count, self.bits)) < flips
        return [int("".join(map(str, row)), 2) for row in bits.astype(int).tolist()]


KINDS = [
    *(Kind(None, bits) for bits in (8, 12, 64)),
    *(Kind("colorhash", 42), Kind("phash", 64), Kind("phash:12", 144), Kind("dhash:16", 256)),
]


class Model:
    """Entries in a list, which are all compared for every answer."""

    def __init__(self, kind: Kind, entries: Iterable[tuple[Key, int]] = ()) -> None:
        self.kind = kind
        self.entries = list(entries)

    @property
    def keys(self) -> list[Key]:
        return [key for key, _ in self.entries]

    @property
    def array(self) -> NDArray[np.uint8]:
        return self.kind.array(one for _, one in self.entries)

    def add(self, keys: Iterable[Key], hashes: Iterable[int]) -> None:
        self.entries += zip(keys, hashes, strict=True)

    def remove(self, keys: Iterable[Key]) -> None:
        gone = set(keys)
        self.entries = [entry for entry in self.entries if entry[0] not in gone]

    def near(self, query: int, max_distance: int) -> list[tuple[int, int]]:
        """Positions and distances, by distance, then position."""
        distances = between(self.kind.array([query]), self.array)[0].tolist()
        near = [(at, distance) for at, distance in enumerate(distances) if distance <= max_distance]
        return sorted(near, key=lambda found: found[::-1])

    def query(self, query: int, max_distance: int) -> list[Found]:
        return [(self.entries[at][0], distance) for at, distance in self.near(query, max_distance)]

    def pairs(self, max_distance: int) -> set[tuple[int, int, int]]:
        return {pair for pair in self.pairs_with(self, max_distance) if pair[0] < pair[1]}

    def pairs_with(self, other: Model, max_distance: int) -> set[tuple[int, int, int]]:
        distances = between(self.array, other.array)
        i, j = np.nonzero(distances <= max_distance)
        return {*zip(i.tolist(), j.tolist(), distances[i, j].tolist(), strict=True)}

    def groups(self, max_distance: int) -> list[list[int]]:
        near = between(self.array, self.array) <= max_distance
        before, root = None, np.arange(len(near))
        while before is None or (root != before).any():
            before, root = root, np.where(near, root, len(near)).min(axis=1, initial=len(near))
        sets = [np.flatnonzero(root == least).tolist() for least in np.unique(root)]
        return [members for members in sets if len(members) > 1]


def between(left: NDArray[np.uint8], right: NDArray[np.uint8]) -> NDArray[np.int64]:
    """The distances of each of some hashes to each of others."""
    distances: NDArray[np.int64] = np.bitwise_count(left[:, None] ^ right).sum(2, dtype=np.int64)
    return distances


def collected(blocks: Iterable[Block]) -> set[tuple[int, int, int]]:
    """The pairs of all blocks, of which none may be repeated."""
    pairs = [
        pair
        for block in blocks
        for pair in zip(*(column.tolist() for column in block), strict=True)
    ]
    assert len(pairs) == len(set(pairs))
    return set(pairs)


def small_tails(patch: pytest.MonkeyPatch, least: int = 8, most: int = 16) -> None:
    """Sorts entries when this many are unsorted."""
    patch.setattr(index_module, "LEAST_TAIL", least)
    patch.setattr(index_module, "MOST_TAIL", most)


def costly_comparisons(patch: pytest.MonkeyPatch) -> None:
    """Makes the planner choose a multi-index for a few hashes."""
    patch.setattr(plan_module, "COMPARE", dict.fromkeys(plan_module.COMPARE, 1e-3))


def bands_of(patch: pytest.MonkeyPatch, size: int) -> None:
    """Plans every search with bands of at most this many bits, whatever the cost."""

    def planned(words: NDArray[np.uint64], bits: int, max_distance: int) -> Plan:
        if len(words) < 2:
            return make_plan(words, bits, max_distance)
        sample = sample_of(words)
        statistics = BitStatistics(sample, bits)
        bands = -(-len(statistics.varying) // size)
        if not bands:
            return make_plan(words, bits, max_distance)
        return plan_with(sample, statistics, len(words), bits, bands)

    patch.setattr(multi_index, "make_plan", planned)
    patch.setattr(Plan, "is_linear", lambda plan, distance: distance >= len(plan.schedule))
