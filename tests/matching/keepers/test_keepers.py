"""Keepers, and links within groups, against plain comparisons of made-up tables."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
import pytest

from lookalike.hashing.builder import TableBuilder
from lookalike.hashing.row import Row
from lookalike.hashing.table import HashTable
from lookalike.matching.links import Evidence
from lookalike.matching.rules import Rule
from lookalike.scan import result_of
from lookalike.sources.location import Kind, Location, Stamp

TIMES = [None, 0, 1, 2, 50, 3600, 7201, 3600 * 30]
"""In seconds. Some are equal but for whole hours and 2 s."""


def random_table(seed: int) -> HashTable:
    """Images with few hashes, sizes, digests and names, so many are equal."""
    chance = np.random.default_rng(seed)
    builder = TableBuilder(["phash"])
    for _ in range(60):
        width, height, count, name, kind = chance.integers(1, 4, 5).tolist()
        time = TIMES[chance.integers(len(TIMES))]
        builder.add(
            Row(
                location=Location(Kind.MEMORY, f"{'x/' * name}{chance.integers(5)}"),
                stamp=Stamp(1, None if time is None else time * 10**9),
                byte_count=1000 * count,
                width=100 * width + int(chance.integers(2)),
                height=100 * height,
                format=["JPEG", "PNG", "NEF"][kind - 1] if chance.random() < 0.3 else "JPEG",
                frames=int(chance.integers(1, 3)) if chance.random() < 0.2 else 1,
                digest=int(chance.integers(30)).to_bytes(16, "big"),
                is_beginning=False,
                flat_digest=b"",
                hashes=((int(chance.choice([0, 1, 3, 7, 15, 255 << 30])) << 8).to_bytes(8, "big"),),
                damage="it breaks off" if chance.random() < 0.2 else "",
                end_unseen=bool(chance.random() < 0.2),
            )
        )
    return builder.finish()


class Step(NamedTuple):
    """One rule: whether an image is best among those left, and its value."""

    reason: str
    is_best: Callable[[int, list[int]], bool]
    value: Callable[[int], Any]


def by_most(reason: str, value: Callable[[int], Any]) -> Step:
    """A rule by which the largest value is best."""
    return Step(reason, lambda at, left: value(at) == max(map(value, left)), value)


def by_least(reason: str, value: Callable[[int], Any]) -> Step:
    """A rule by which the smallest value is best."""
    return Step(reason, lambda at, left: value(at) == min(map(value, left)), value)


def steps_for(table: HashTable) -> list[Step]:
    """The default rules, spelled out."""
    images = table.images

    def pixels(at: int) -> int:
        return images[at].pixels

    def modified(at: int) -> int:
        time = images[at].stamp.modified_ns
        return 2**63 - 1 if time is None else time

    def as_large(at: int, left: list[int]) -> bool:
        return pixels(at) >= 0.99 * max(map(pixels, left))

    def as_old(at: int, left: list[int]) -> bool:
        apart = (modified(at) - min(map(modified, left))) / 10**9
        return min(apart % 3600, -apart % 3600) <= 2 and apart <= 26 * 3600 + 2

    def largest(at: int, left: list[int]) -> bool:
        return images[at].bytes == max(
            images[one].bytes for one in left if images[one].format == images[at].format
        )

    return [
        by_most("undamaged", lambda at: at not in table.damages),
        by_most("read to its end", lambda at: at not in table.ends_unseen),
        by_most("raw file", lambda at: images[at].format == "NEF"),
        by_most("more than one frame", lambda at: images[at].frames > 1),
        Step("most pixels", as_large, pixels),
        by_most("most frames", lambda at: images[at].frames),
        Step("most bytes", largest, lambda at: images[at].bytes),
        Step("oldest", as_old, modified),
        by_least("fewest folders", lambda at: images[at].path.count("/")),
        by_least("first by name", lambda at: images[at].path),
    ]


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(20))
def test_the_keeper_is_what_striking_out_finds(seed: int) -> None:
    """The keeper is the best by each rule in turn, with the deciding rule and both values."""
    table = random_table(seed)
    groups = list(result_of(table, Rule("phash", 1)).groups)
    assert groups
    for group in groups:
        left = sorted(group.positions.tolist())
        for step in steps_for(table):
            best = [at for at in left if step.is_best(at, left)]
            if len(best) == 1:
                break
            left = best
        others = [at for at in left if at != best[0]]
        assert (int(group.positions[0]), group.keeper_reason) == (best[0], step.reason)
        assert group.keeper_values[0] == step.value(best[0])
        assert group.keeper_values[1] in map(step.value, others)


@pytest.mark.parametrize("seed", range(5))
def test_links_are_the_pairs_that_match_directly(seed: int) -> None:
    """All pairs of members within the distance are links, and equal bytes are marked."""
    table = random_table(seed)
    hashes = table.hashes["phash"]
    for group in result_of(table, Rule("phash", 1)).groups:
        expected = []
        for i, j in combinations(sorted(group.positions.tolist()), 2):
            if (distance := hashes[i] - hashes[j]) <= 1:
                same = (table.digests[i] == table.digests[j]).all()
                expected.append((i, j, distance, Evidence.BYTES if same else Evidence.NEAR))
        assert list(zip(*(column.tolist() for column in group.links[:4]), strict=True)) == expected


def test_a_chain_does_not_link_its_ends() -> None:
    """A chain of A, B and C has two links, and none between A and C."""
    builder = TableBuilder(["phash"])
    for at, number in enumerate([0, 0b11, 0b1111]):
        builder.add(
            Row(
                location=Location(Kind.MEMORY, f"{at}"), stamp=Stamp(1), byte_count=1,
                width=1, height=1, format="PNG", frames=1,
                digest=at.to_bytes(16, "big"), is_beginning=False, flat_digest=b"",
                hashes=(number.to_bytes(8, "big"),),
            )
        )  # fmt: skip
    (group,) = result_of(builder.finish(), Rule("phash", 2)).groups
    assert list(zip(group.links.i.tolist(), group.links.j.tolist(), strict=True)) == [
        (0, 1),
        (1, 2),
    ]
    assert group.links.distance.tolist() == [2, 2]
