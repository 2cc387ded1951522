"""The groups of a second look are those of a plain look at every pair of pictures."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from PIL import Image

import lookalike
from discs import DISCS
from lookalike import find_duplicates
from lookalike.images import read_picture, source_of
from lookalike.images.picture import turn
from lookalike.index import Block, searcher_for
from lookalike.sight.look import look_whole
from lookalike.sight.paper import LEAST_OF_PAGES, Shares, is_paper
from lookalike.sight.seen import Seen
from lookalike.sight.thumb import thumb_of
from lookalike.sight.turned import UPRIGHT, hashes_of
from pictures import Pixels, photo

QUARTERS = (3, 6, 8)
"""The EXIF orientations of turned pictures."""


def drawn(seed: int, count: int = 26) -> list[Any]:
    """Pictures of few scenes: copies of all kinds, mixtures of two, and many that are equal."""
    chance = np.random.default_rng(seed)
    inputs: list[Any] = []
    for _ in range(count):
        one, other = (photo(120, 90, int(scene)) for scene in chance.integers(0, 5, 2))
        share = chance.choice([0, 0, 0.15, 0.3, 0.45])
        pixels = (one * (1 - share) + other * share).astype(np.uint8)
        turned = turn(pixels, int(chance.choice([1, 1, 1, *QUARTERS])))
        image = Image.fromarray(np.ascontiguousarray(turned))
        if chance.random() < 0.3:
            image = image.resize((image.width // 2, image.height // 2))
        file = io.BytesIO()
        image.save(file, "JPEG", quality=int(chance.choice([10, 30, 90])))
        inputs.append(file.getvalue() if chance.random() < 0.7 else np.asarray(image))
        if chance.random() < 0.2:
            inputs.append(inputs[-1])
    return [*inputs, *(photo(120, 90, 100 + 2 * seed + k) for k in range(2))]


def phashes(thumbs: Sequence[Pixels], orientation: int) -> list[int]:
    """The hashes of turned pictures as whole numbers."""
    flat = np.array([thumb.ravel() for thumb in thumbs])
    return [int.from_bytes(one.tobytes(), "big") for one in hashes_of(flat, (orientation,))[0]]


def same(one: Pixels, other: Pixels, orientation: int, least: float = 0) -> bool:
    """Whether two thumbs agree, the other one turned, and agree at least that much."""
    pair = np.stack([one, np.ascontiguousarray(turn(other, orientation))])
    looks = look_whole(pair, np.zeros(1, np.uint32), np.ones(1, np.uint32))
    return bool(looks.same()[0] and looks.agreement[0] >= least)


def expected_groups(inputs: Sequence[Any], max_distance: int) -> list[list[int]]:
    """Every pair is looked at in every orientation in which its hashes are near."""
    pictures = [read_picture(source_of(one)) for one in inputs]
    greys = [Seen.of(one).grey for one in pictures]
    assert not any(map(is_paper, greys))
    pages = [Shares.of(grey).like_a_page() for grey in greys]
    thumbs = [thumb_of(one) for one in pictures]
    hashes = [
        int.from_bytes(bytes(lookalike.hash_image(one, reading="exact")), "big") for one in inputs
    ]
    turned = {orientation: phashes(thumbs, orientation) for orientation in QUARTERS}
    back = {6: 8, 8: 6, 3: 3}
    sets = {at: {at} for at in range(len(inputs))}
    for i, j in combinations(sets, 2):
        near = [orientation for orientation in QUARTERS if orientation != 8]
        ways = [UPRIGHT] if (hashes[i] ^ hashes[j]).bit_count() <= max_distance else []
        for way in near:
            ways += [way] * ((hashes[i] ^ turned[way][j]).bit_count() <= max_distance)
            ways += [back[way]] * ((hashes[j] ^ turned[way][i]).bit_count() <= max_distance)
        if pictures[i].digest == pictures[j].digest or any(
            same(thumbs[i], thumbs[j], way, LEAST_OF_PAGES * (pages[i] and pages[j]))
            for way in ways
        ):
            joined = sets[i] | sets[j]
            sets |= dict.fromkeys(joined, joined)
    found = {frozenset(one) for one in sets.values() if len(one) > 1}
    return sorted(map(sorted, found))


def groups_of(result: lookalike.Result) -> list[list[int]]:
    return [sorted(group.positions.tolist()) for group in result.groups]


@pytest.mark.slow
@pytest.mark.parametrize("max_distance", [0, 5, 12, 20])
@pytest.mark.parametrize("seed", range(6))
def test_groups_are_those_of_looking_at_every_pair(seed: int, max_distance: int) -> None:
    """Nothing is lost by the order of the looks or by passing over connected pairs."""
    inputs = drawn(seed)
    result = find_duplicates(inputs, reading="exact", max_distance=max_distance)
    assert groups_of(result) == expected_groups(inputs, max_distance)


@pytest.mark.slow
def test_the_drawn_sets_have_groups_of_all_kinds() -> None:
    """The comparison above means something: some pictures are turned, some chained, some alone."""
    results = [find_duplicates(drawn(seed), reading="exact") for seed in range(6)]
    duplicates = [one for result in results for group in result.groups for one in group.duplicates]
    assert {one.turned for one in duplicates} == {0, 90, 180, 270}
    assert {one.evidence for one in duplicates} == {"bytes", "agreement", "chain"}
    alone = sum(
        len(result.images) - len(result.groups) - result.duplicate_count for result in results
    )
    assert alone >= 12
    assert sum(len(result.groups) for result in results) >= 18


def test_equal_hashes_are_looked_at_in_pairs() -> None:
    """Three pictures of one hash, two times each, are three groups."""
    inputs = [draw() for draw in DISCS.values()]
    inputs += [one.copy() for one in inputs]
    for one in inputs[3:]:
        one[0, 0] += 1
    assert len({lookalike.hash_image(one, algorithm="whash") for one in inputs}) == 1
    groups = groups_of(find_duplicates(inputs, algorithm="whash", max_distance=0))
    assert groups == [[0, 3], [1, 4], [2, 5]]


@pytest.mark.parametrize("seed", range(3))
def test_the_result_does_not_depend_on_workers(seed: int) -> None:
    """One thread and many give the same JSON and the same links."""
    inputs = drawn(seed, 40)
    one, *others = (find_duplicates(inputs, workers=workers) for workers in (1, 2, 5))
    for other in others:
        assert other.to_json() == one.to_json()
        for ours, theirs in zip(one.groups, other.groups, strict=True):
            columns: Any = zip(ours.links, theirs.links, strict=True)
            assert all(np.array_equal(mine, yours) for mine, yours in columns)


@pytest.mark.parametrize("seed", range(3))
def test_the_result_does_not_depend_on_the_order_of_candidates(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A search may find its pairs in other blocks and in any order."""
    inputs = drawn(seed, 40)
    plain = find_duplicates(inputs)
    chance = np.random.default_rng(seed)

    def shuffled(blocks: Iterator[Block]) -> Iterator[Block]:
        every = [tuple(map(int, row)) for block in blocks for row in zip(*block, strict=True)]
        chance.shuffle(every)
        for begin in range(0, len(every), 3):
            i, j, distance = zip(*every[begin : begin + 3], strict=True)
            yield Block(
                np.array(i, np.uint32), np.array(j, np.uint32), np.array(distance, np.uint16)
            )

    class Shuffled:
        def __init__(self, *arguments: Any) -> None:
            self.searcher = searcher_for(*arguments)

        def pairs(self, *arguments: Any, **keywords: Any) -> Iterator[Block]:
            return shuffled(self.searcher.pairs(*arguments, **keywords))

        def matches(self, *arguments: Any, **keywords: Any) -> Iterator[Block]:
            return shuffled(self.searcher.matches(*arguments, **keywords))

    monkeypatch.setattr("lookalike.matching.verify.candidates.searcher_for", Shuffled)
    assert find_duplicates(inputs).to_json() == plain.to_json()


@pytest.mark.parametrize("limit", ["CHUNK", "LEAST_AT_ONCE"])
@pytest.mark.parametrize("seed", range(3))
def test_groups_do_not_depend_on_how_many_pairs_are_looked_at_together(
    seed: int, limit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Few at a time connect the same pictures, though by other links."""
    inputs = drawn(seed, 40)
    plain = groups_of(find_duplicates(inputs))
    monkeypatch.setattr(f"lookalike.matching.verify.confirming.{limit}", 3)
    monkeypatch.setattr("lookalike.matching.verify.candidates.CHUNK", 5)
    assert groups_of(find_duplicates(inputs)) == plain
