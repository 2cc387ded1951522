"""Keepers, and links within groups, against plain comparisons of made-up tables."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pytest

from lookalike.hashing.builder import TableBuilder
from lookalike.hashing.row import Row
from lookalike.hashing.table import HashTable
from lookalike.matching.keepers import REASONS, RULES
from lookalike.matching.links import Evidence
from lookalike.matching.rules import Rule
from lookalike.scan import result_of
from lookalike.sources.location import Kind, Location, Stamp


def random_table(seed: int) -> HashTable:
    """Images with few hashes, sizes, digests and names, so many are equal."""
    chance = np.random.default_rng(seed)
    builder = TableBuilder(["phash"])
    for _ in range(60):
        width, height, count, name, kind = chance.integers(1, 4, 5).tolist()
        builder.add(
            Row(
                location=Location(Kind.MEMORY, f"{'x' * name}{chance.integers(5)}"),
                stamp=Stamp(1),
                byte_count=1000 * count,
                width=width,
                height=height,
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


def plain_values(table: HashTable, at: int) -> list[object]:
    """The values that the rules use, in order."""
    image = table.images[at]
    return [
        False,  # no image is a reference
        at not in table.damages, at not in table.ends_unseen, image.format == "NEF",
        image.frames > 1, image.pixels, image.frames, image.bytes, len(image.path), image.path,
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(10))
def test_the_keeper_is_what_sorting_finds(seed: int) -> None:
    """The keeper is the best by each rule in turn, with the deciding rule and both values."""
    table = random_table(seed)
    groups = list(result_of(table, Rule("phash", 1)).groups)
    assert groups
    for group in groups:
        values = {at: plain_values(table, at) for at in sorted(group.positions.tolist())}
        best = list(values)
        for number, one in enumerate(RULES):
            found: list[Any] = [values[at][number] for at in best]
            wanted = min(found) if one.least else max(found)
            best = [at for at in best if values[at][number] == wanted]
        keeper, *others = (values[at] for at in group.positions.tolist())
        assert group.positions[0] == best[0]
        decided = REASONS.index(group.keeper_reason)
        assert group.keeper_values[0] == keeper[decided]
        tied = [other[decided] for other in others if other[:decided] == keeper[:decided]]
        assert group.keeper_values[1] in tied
        if decided < len(RULES) - 1:
            assert keeper[decided] not in tied


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
