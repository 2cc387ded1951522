"""A search against references, compared with looking at every pair of the two sets."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from hash_tables import Drawn, animation, groups_of, table_of
from lookalike import find_duplicates
from lookalike.hashing.content import Content, Depth
from lookalike.hashing.memory import Memory
from lookalike.images import read_picture, source_of
from lookalike.matching.allowed.sides import Sides
from lookalike.matching.rules import Rule
from lookalike.scan import result_of
from lookalike.sight.glance import BYTES as GLANCE_BYTES
from lookalike.sight.seen import Seen
from lookalike.sight.thumb import thumb_of
from lookalike.sight.thumbs import Thumbs
from lookalike.sight.turned import QUARTERS
from lookalike.sources.location import Location
from pairs_seen import Seeing, drawn_pictures
from pictures import photo
from sight_pictures import EDITS, scene

# By bits


SEARCHES = st.builds(Drawn, st.integers(0, 1 << 30), st.integers(0, 14), st.integers(0, 14))


@settings(deadline=None)
@given(SEARCHES, st.integers(0, 5))
def test_by_bits_each_new_image_is_with_its_nearest_reference(drawn: Drawn, most: int) -> None:
    """An image is in a group if any reference is near it. The group is one of the nearest, and one
    with the same bytes if there is one.
    """
    groups = groups_of(drawn.found(False, most))
    reference_of = {at: group[0] for group in groups for at in group[1:]}
    for group in groups:
        assert drawn.is_reference[group].tolist() == [True] + [False] * (len(group) - 1)
    old = np.flatnonzero(drawn.is_reference).tolist()
    for at in np.flatnonzero(~drawn.is_reference).tolist():
        nearest = min((drawn.distance(at, one) for one in old), default=99)
        assert (at in reference_of) == (nearest <= most)
        if at in reference_of:
            assert drawn.distance(at, reference_of[at]) == nearest
            copies = {one for one in old if drawn.digests[one] == drawn.digests[at]}
            if copies and at not in drawn.flat:
                assert reference_of[at] in copies
    assert sum(map(len, groups)) == len({at for group in groups for at in group})


@pytest.mark.slow
@settings(deadline=None)
@given(SEARCHES, st.integers(0, 5))
def test_within_no_link_is_left_that_could_be_made(drawn: Drawn, most: int) -> None:
    """Near images are apart only if each is with a reference. No group has two of these, and each
    is connected by near pairs.
    """
    groups = groups_of(drawn.found(True, most))
    group_of = {at: number for number, group in enumerate(groups) for at in group}
    with_reference = {
        number for number, group in enumerate(groups) if drawn.is_reference[group].any()
    }
    assert all(drawn.is_reference[group].sum() <= 1 for group in groups)
    assert all(drawn.is_reference[groups[number][0]] for number in with_reference)
    count = len(drawn.hashes)
    for i in np.flatnonzero(~drawn.is_reference).tolist():
        for j in set(range(count)) - {i}:
            if drawn.distance(i, j) > most:
                continue
            ours = group_of.get(i)
            if drawn.is_reference[j]:
                assert ours in with_reference
            elif group_of.get(j) != ours or ours is None:
                assert {ours, group_of.get(j)} <= with_reference
    for group in groups:
        reached, left = {group[0]}, set(group[1:])
        while near := {b for b in left for a in reached if drawn.distance(a, b) <= most}:
            reached |= near
            left -= near
        assert not left


@pytest.mark.slow
@settings(deadline=None)
@given(SEARCHES, st.integers(0, 5), st.booleans())
def test_pairs_and_links_are_between_the_sets(drawn: Drawn, most: int, within: bool) -> None:
    """Without `within`, all of them have the reference of their group."""
    result = drawn.found(within, most)
    for group in result.groups:
        links = group.links
        for i, j in zip(links.i.tolist(), links.j.tolist(), strict=True):
            assert drawn.distance(i, j) <= most
            assert not (drawn.is_reference[i] and drawn.is_reference[j])
            assert within or (drawn.is_reference[i] or drawn.is_reference[j])
    assert len(result.pairs.i) == sum(len(group.links.i) for group in result.groups)


@pytest.mark.slow
def test_many_equal_references_are_not_compared_with_each_other() -> None:
    """100,000 references of one hash would be 5 billion pairs, and the test would not end."""
    count, new = 100_000, 20
    table = table_of([7] * count, list(range(count)))
    sides = Sides(np.arange(count) >= new)
    rule = Rule.of("phash", 10, against=True)
    (group,) = result_of(table, rule, sides=sides).groups
    assert group.keeper_reason == "reference"
    assert len(group) == new + 1


# By a second look


@pytest.mark.thorough
@pytest.mark.parametrize("within", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_by_sight_an_image_is_found_if_any_reference_is_the_same(seed: int, within: bool) -> None:
    """What is found among the new images does not depend on the order of the looks."""
    files, new = drawn_pictures(seed, 30), 15
    seeing = Seeing(files, 12)
    result = find_duplicates(
        files[:new], against=files[new:], within=within, reading="exact", max_distance=12
    )
    groups = groups_of(result)
    group_of = {at: number for number, group in enumerate(groups) for at in group}
    for group in groups:
        assert sum(at >= new for at in group) == (1 if not within else sum(group[0:1]) >= new)
        if not within:
            assert all(seeing.same(group[0], at) for at in group[1:])
    for at in range(new):
        mine = groups[group_of[at]] if at in group_of else []
        if any(seeing.same(at, one) for one in range(new, len(files))):
            assert mine
            assert mine[0] >= new
        elif not within:
            assert not mine
        elif any(seeing.same(at, one) for one in set(range(new)) - {at}):
            assert mine
    assert groups


def test_references_are_not_read_a_second_time_for_each_other() -> None:
    """Of 3,000 references with one hash and one thumb, only one is read again, for the new image
    that it is the same as.
    """
    count = 3_000
    table = table_of([7] * count, list(range(count)))
    thumb = thumb_of(read_picture(source_of(photo(120, 90, 1))))
    thumbs = Thumbs(QUARTERS)
    for _ in range(count):
        thumbs.add(thumb.tobytes() + bytes(GLANCE_BYTES))
    thumbs.finish()
    read: list[str] = []
    grey = Seen.of(read_picture(source_of(photo(120, 90, 1))))

    def reading(
        locations: Collection[Location], depth: Depth
    ) -> Iterator[tuple[Location, Content | None]]:
        for one in locations:
            read.append(one.key)
            digest = int(one.key[1:-1]).to_bytes(16, "big")
            yield one, Content(1, digest, seen=grey if depth is Depth.SIGHT else None)

    rule = Rule.of("phash", verify=True, against=True)
    sides = Sides(np.arange(count) > 0)
    result = result_of(table, rule, reading, memory=Memory(thumbs), sides=sides)
    assert groups_of(result) == [[1, 0]]
    assert set(read) == {"[0]", "[1]"}


@pytest.mark.thorough
def test_a_thorough_search_finds_edits_in_both_directions_only() -> None:
    """A new crop of a reference and a new picture of which the reference is a crop are found. Two
    new crops of one picture that is no reference are not, unless `within`.
    """
    crop, frame = EDITS["crop"], EDITS["frame"]
    new = [crop(scene(1)), scene(2), crop(scene(3)), frame(scene(3))]
    old = [scene(1), crop(scene(2)), frame(scene(1)), scene(4)]
    found = find_duplicates(new, against=old, thorough=True)
    groups = groups_of(found)
    assert [group[1:] for group in groups] == [[0], [1]]
    assert groups[0][0] in {4, 6}
    assert groups[1][0] == 5
    within = find_duplicates(new, against=old, thorough=True, within=True)
    assert sorted(groups_of(within)[-1]) == [2, 3]
    assert not any({4, 6} <= set(group) for group in groups_of(within))


# Animations


@pytest.mark.thorough
@pytest.mark.parametrize("verify", [False, True])
def test_animations_are_compared_between_the_sets(verify: bool) -> None:
    """Two with the same frames match, and those that only begin alike are related, but not two
    references, nor two new ones.
    """
    new: list[Any] = [animation(1, 2, 3), animation(5, 6), animation(5, 7), photo(60, 45, 8)]
    old = [animation(1, 2, 4), animation(1, 2, 3) + b"\0", animation(5, 8), animation(5, 9)]
    old.append(animation(8, 8))
    result = find_duplicates(new, against=old, verify=verify)
    assert groups_of(result) == [[5, 0], [8, 3]]
    pairs = {(one.first, one.second) for one in result.related}
    assert {("[1]", "[6]"), ("[1]", "[7]"), ("[2]", "[6]"), ("[2]", "[7]")} <= pairs
    assert all(int(first[1:-1]) < 4 <= int(second[1:-1]) for first, second in pairs)
    within = find_duplicates(new, against=old, verify=verify, within=True)
    more = {(one.first, one.second) for one in within.related}
    assert ("[1]", "[2]") in more
    assert ("[6]", "[7]") not in more


def pixels_of(seeds: list[int]) -> list[NDArray[Any]]:
    return [photo(120, 90, seed) for seed in seeds]


@pytest.mark.parametrize("algorithm", ["phash", "dhash", "whash"])
def test_every_algorithm_finds_turned_copies_of_references(algorithm: str) -> None:
    """Whichever of the two is turned."""
    new, old = pixels_of([1, 2, 3]), pixels_of([2, 1, 4])
    turned = [np.ascontiguousarray(np.rot90(one)) for one in new]
    for ours, theirs in ((turned, old), (new, [np.ascontiguousarray(np.rot90(a)) for a in old])):
        result = find_duplicates(ours, against=theirs, algorithm=algorithm)
        assert groups_of(result) == [[4, 0], [3, 1]]
        assert {one.turned for group in result.groups for one in group.duplicates} <= {90, 270}


@pytest.mark.parametrize("workers", [2, 3])
def test_the_number_of_threads_does_not_matter(workers: int) -> None:
    """The result is the same."""
    new, old = pixels_of([1, 2, 3]), pixels_of([3, 1, 1])
    one = find_duplicates(new, against=old, workers=workers)
    assert one.to_json() == find_duplicates(new, against=old, workers=1).to_json()
