"""What a person told apart stays apart in every search, whatever happens to the files."""

from __future__ import annotations

import io
import json
from collections.abc import Collection, Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from blake3 import blake3
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

import jpegs
import lookalike
from files import save
from hash_tables import Drawn, animation, groups_of, table_of
from lookalike import Apart, ApartContent, ApartSet, find_duplicates, find_similar
from lookalike.hashing.content import Content, Depth
from lookalike.matching.allowed.sides import Sides
from lookalike.matching.rules import Rule
from lookalike.report.words import summary_lines
from lookalike.scan import result_of
from lookalike.sources.location import Location
from pairs_seen import Seeing, drawn_pictures
from pictures import photo, uniform
from sight_pictures import EDITS, scene


def names(result: lookalike.Result) -> list[set[str]]:
    """The names in each group."""
    return [{Path(one.path).name for one in group.members} for group in result.groups]


def jpeg(seed: int, quality: int) -> bytes:
    file = io.BytesIO()
    Image.fromarray(photo(160, 120, seed)).save(file, "JPEG", quality=quality)
    return file.getvalue()


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Three copies of one picture. `c` is near both others."""
    for name, quality in (("a", 90), ("b", 20), ("c", 60)):
        path = tmp_path / "photos" / f"{name}.jpg"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(jpeg(1, quality))
    return tmp_path / "photos"


MODES: list[dict[str, Any]] = [{}, {"verify": False}, {"thorough": True}]


@pytest.mark.parametrize("mode", MODES)
def test_two_told_apart_are_never_in_one_group(files: Path, mode: dict[str, Any]) -> None:
    """Not even by way of a third, which goes to one of the two."""
    apart = Apart.of([files / "a.jpg", files / "b.jpg"])
    assert names(find_duplicates(files, **mode)) == [{"a.jpg", "b.jpg", "c.jpg"}]
    (group,) = names(find_duplicates(files, apart=apart, **mode))
    assert "c.jpg" in group
    assert len(group) == 2
    every = Apart.of([files / "a.jpg", files / "b.jpg", files / "c.jpg"])
    result = find_duplicates(files, apart=every, **mode)
    assert not result.groups
    assert result.facts.told_apart == 3
    assert "3 images have been told apart from others" in "\n".join(summary_lines(result))


@pytest.mark.parametrize("mode", MODES)
def test_other_copies_of_the_same_bytes_stay_apart_too(files: Path, mode: dict[str, Any]) -> None:
    """They are the same content, and may be together."""
    (files / "a2.jpg").write_bytes((files / "a.jpg").read_bytes())
    apart = Apart.of([files / "a.jpg", files / "b.jpg"], [files / "a.jpg", files / "c.jpg"])
    found = names(find_duplicates(files, apart=apart, **mode))
    assert {"a.jpg", "a2.jpg"} in found
    assert {"b.jpg", "c.jpg"} in found


@pytest.mark.parametrize("mode", MODES)
def test_a_reference_that_was_told_apart_is_not_found(files: Path, mode: dict[str, Any]) -> None:
    """Another one is, if there is one."""
    apart = Apart.of([files / "a.jpg", files / "b.jpg"])
    result = find_duplicates([files / "a.jpg"], against=[files / "b.jpg"], apart=apart, **mode)
    assert not result.groups
    both = [files / "b.jpg", files / "c.jpg"]
    result = find_duplicates([files / "a.jpg"], against=both, apart=apart, **mode)
    assert names(result) == [{"a.jpg", "c.jpg"}]
    similar = find_similar(files / "a.jpg", both, apart=apart, **mode)
    assert [Path(one.image.path).name for one in similar.matches] == ["c.jpg"]


def test_crops_found_by_points_stay_apart(tmp_path: Path) -> None:
    """Also if only a thorough search finds them."""
    save(tmp_path / "a.png", scene(1))
    save(tmp_path / "b.png", EDITS["crop"](scene(1)))
    assert len(find_duplicates(tmp_path, thorough=True).groups) == 1
    apart = Apart.of([tmp_path / "a.png", tmp_path / "b.png"])
    assert not find_duplicates(tmp_path, thorough=True, apart=apart).groups


@pytest.mark.parametrize("verify", [True, False])
def test_animations_and_blank_pictures_stay_apart(tmp_path: Path, verify: bool) -> None:
    """These are compared in ways of their own."""
    (tmp_path / "a.gif").write_bytes(animation(1, 2, 3))
    (tmp_path / "b.gif").write_bytes(animation(1, 2, 3) + b"\0")
    save(tmp_path / "w1.png", uniform(40, 30, 255))
    save(tmp_path / "w2.bmp", uniform(40, 30, 255))
    save(tmp_path / "w3.tiff", uniform(40, 30, 255))
    assert len(find_duplicates(tmp_path, verify=verify).groups) == 2
    apart = Apart.of(
        [tmp_path / "a.gif", tmp_path / "b.gif"], [tmp_path / "w1.png", tmp_path / "w2.bmp"]
    )
    (group,) = names(find_duplicates(tmp_path, verify=verify, apart=apart))
    assert "w3.tiff" in group
    assert len(group) == 2


# What happens to files


def with_rating(data: bytes) -> bytes:
    """The same JPEG with a comment put in after its first marker, as a program for photos does."""
    comment = b"rating: 5"
    return data[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + data[2:]


@pytest.mark.parametrize("mode", [*MODES, {"algorithm": "dhash"}, {"algorithm": "ahash:16"}])
def test_a_rating_a_move_and_another_algorithm_change_nothing(
    files: Path, mode: dict[str, Any]
) -> None:
    """A content is known by its pixels, too, whatever the algorithm of the search is."""
    apart = Apart.of([files / "a.jpg", files / "b.jpg"])
    (files / "c.jpg").unlink()
    moved = files / "new" / "other name.jpeg"
    moved.parent.mkdir()
    moved.write_bytes(with_rating((files / "a.jpg").read_bytes()))
    (files / "a.jpg").unlink()
    assert len(find_duplicates(files, **mode).groups) == 1
    for reading in ("fast", "exact"):
        result = find_duplicates(files, apart=apart, reading=reading, **mode)
        assert not result.groups
        assert result.facts.told_apart == 2


def test_the_pixels_in_another_format_are_the_same_content(files: Path) -> None:
    """A PNG with the very pixels of a JPEG stays apart from what that was told apart from."""
    apart = Apart.of([files / "a.jpg", files / "b.jpg"])
    with Image.open(files / "a.jpg") as image:
        image.save(files / "a.png")
    (files / "a.jpg").unlink()
    (files / "c.jpg").unlink()
    assert not find_duplicates(files, apart=apart).groups


def test_an_edited_picture_is_another_content(files: Path) -> None:
    """What a person said holds for what was seen, and not for a name."""
    apart = Apart.of([files / "a.jpg", files / "b.jpg"])
    (files / "a.jpg").write_bytes(jpeg(1, 70))
    (files / "c.jpg").unlink()
    assert len(find_duplicates(files, apart=apart).groups) == 1


@pytest.mark.thorough
def test_a_progressive_file_of_which_only_the_beginning_is_read_is_recognised(
    tmp_path: Path,
) -> None:
    """Its digest in the scan is not that of its bytes, so it is read once more."""
    for name, quality in (("a", 90), ("b", 85)):
        (tmp_path / f"{name}.jpg").write_bytes(
            jpegs.jpeg(jpegs.huge(), quality=quality, progressive=True)
        )
    result = find_duplicates(tmp_path, verify=False)
    assert result.table.beginnings == {0, 1}
    assert len(result.groups) == 1
    apart = Apart.of([tmp_path / "a.jpg", tmp_path / "b.jpg"])
    assert not find_duplicates(tmp_path, apart=apart, verify=False).groups


def test_sets_travel_as_json(files: Path) -> None:
    """What another machine wrote holds here."""
    apart = Apart.of([files / "a.jpg", files / "b.jpg"])
    again = Apart.from_json(apart.to_json())
    assert again == apart
    (group,) = names(find_duplicates(files, apart=again))
    assert len(group) == 2


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"version": 2}, "its version is 2, and this lookalike knows version 1"),
        ({"lookalike": "catalogue"}, "expected the JSON that `apart export` writes"),
        ({"sets": [{"note": "", "made_at": 0, "contents": [{"digest": "00"}]}]}, "not the JSON"),
        ({"sets": 5}, "not the JSON"),
        ({"sets": [{"note": "", "made_at": 0, "contents": []}]}, "two or more different contents"),
    ],
)
def test_other_json_is_refused(files: Path, change: dict[str, Any], message: str) -> None:
    """With what is wrong."""
    document = json.loads(Apart.of([files / "a.jpg", files / "b.jpg"]).to_json())
    with pytest.raises(ValueError, match=message):
        Apart.from_json(json.dumps(document | change))


def test_a_folder_without_images_has_none_that_were_told_apart(files: Path, tmp_path: Path) -> None:
    """Nor do sets of nothing keep anything apart."""
    apart = Apart.of([files / "a.jpg", files / "b.jpg"])
    (tmp_path / "empty").mkdir()
    assert find_duplicates(tmp_path / "empty", apart=apart).image_count == 0
    assert len(find_duplicates(files, apart=Apart()).groups) == 1


def test_what_cannot_be_told_apart_is_refused(files: Path) -> None:
    """Equal bytes, a single image, and what is not there."""
    (files / "a2.jpg").write_bytes((files / "a.jpg").read_bytes())
    with pytest.raises(ValueError, match="have the same bytes"):
        Apart.of([files / "a.jpg", files / "a2.jpg"])
    with pytest.raises(ValueError, match="two or more images"):
        Apart.of([files / "a.jpg"])
    with pytest.raises(TypeError, match="expected two or more images"):
        Apart.of(str(files / "a.jpg"))
    with pytest.raises(lookalike.ImageError, match=r"missing.jpg"):
        Apart.of([files / "a.jpg", files / "missing.jpg"])


def test_without_sets_nothing_is_read_for_them(files: Path) -> None:
    """And with sets of other contents, nothing is read again either. What looks like one is."""
    read: list[Depth] = []

    def reading(
        locations: Collection[Location], depth: Depth
    ) -> Iterator[tuple[Location, Content | None]]:
        read.append(depth)
        return iter([(one, None) for one in locations])

    table = lookalike.hash_images([photo_bmp(seed) for seed in range(6)])
    others = Apart.of([photo_bmp(seed) for seed in (7, 8)])
    rated = Apart.of([photo_bmp(1) + b"rated", photo_bmp(8)])
    for known in (None, Apart(), others):
        result_of(table, Rule.of("phash", 0), reading, apart=known)
    assert read == []
    result_of(table, Rule.of("phash", 0), reading, apart=rated)
    assert read == [Depth.PIXELS]


def photo_bmp(seed: int) -> bytes:
    file = io.BytesIO()
    Image.fromarray(photo(60, 40, seed)).save(file, "BMP")
    return file.getvalue()


# Random pictures and hashes


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(4))
def test_by_sight_only_what_was_said_keeps_the_same_pictures_apart(seed: int) -> None:
    """No group has two that were told apart. Two that are the same are in one group, unless these
    groups have two that were told apart.
    """
    pictures = drawn_pictures(seed, 24)
    chance = np.random.default_rng(seed)
    pairs = [chance.choice(24, 2, replace=False).tolist() for _ in range(40)]
    told = [{pictures[a], pictures[b]} for a, b in pairs if pictures[a] != pictures[b]]
    apart = Apart.of(*map(sorted, told))
    seeing = Seeing(pictures, 12)
    found = find_duplicates(pictures, apart=apart, reading="exact", max_distance=12)
    group_of = {at: set(group) for group in groups_of(found) for at in group}
    kept_apart = 0
    for i, j in combinations(range(24), 2):
        ours, theirs = group_of.get(i, {i}), group_of.get(j, {j})
        contents = {pictures[at] for at in ours | theirs}
        conflict = any(one <= contents for one in told)
        assert not (ours == theirs and conflict)
        if seeing.same(i, j) and ours != theirs:
            assert conflict
            kept_apart += 1
    assert kept_apart


def apart_of(drawn: Drawn, pairs: list[tuple[int, int]]) -> tuple[Apart, list[set[int]]]:
    """Sets of contents, and their digests."""
    sets, told = [], []
    for pair in pairs:
        digests = {drawn.digests[at % len(drawn.digests)] for at in pair}
        if len(digests) == 2:
            contents = [
                ApartContent(one.to_bytes(16, "big") + blake3(b"").digest(16)) for one in digests
            ]
            sets.append(ApartSet(tuple(contents)))
            told.append(digests)
    return Apart(tuple(sets)), told


@pytest.mark.slow
@settings(deadline=None)
@given(
    st.builds(Drawn, st.integers(0, 1 << 30), st.integers(2, 14), st.just(0)),
    st.integers(0, 5),
    st.lists(st.tuples(st.integers(0, 13), st.integers(0, 13)), max_size=6),
)
def test_by_bits_groups_are_as_large_as_what_was_said_allows(
    drawn: Drawn, most: int, pairs: list[tuple[int, int]]
) -> None:
    """No group has two that were told apart. Each is connected by near pairs. Two groups with a
    near pair cannot be one.
    """
    apart, told = apart_of(drawn, pairs)
    groups = groups_of(result_of(drawn.table, Rule.of("phash", most), apart=apart))
    count = len(drawn.hashes)
    sets = {at: {at} for at in range(count)}
    for group in groups:
        together = set(group)
        sets |= dict.fromkeys(group, together)
        digests = {drawn.digests[at] for at in group}
        assert not any(one <= digests for one in told)
        reached, left = {group[0]}, set(group[1:])
        while near := {b for b in left for a in reached if drawn.distance(a, b) <= most}:
            reached |= near
            left -= near
        assert not left
    for i, j in combinations(range(count), 2):
        if drawn.distance(i, j) <= most and sets[i] is not sets[j]:
            digests = {drawn.digests[at] for at in sets[i] | sets[j]}
            assert any(one <= digests for one in told)


@settings(deadline=None)
@given(
    st.builds(Drawn, st.integers(0, 1 << 30), st.integers(1, 10), st.integers(1, 10)),
    st.integers(0, 5),
    st.booleans(),
    st.lists(st.tuples(st.integers(0, 19), st.integers(0, 19)), max_size=6),
)
def test_against_references_nothing_told_apart_is_linked(
    drawn: Drawn, most: int, within: bool, pairs: list[tuple[int, int]]
) -> None:
    """An image is with a reference if any is near it that it was not told apart from."""
    apart, told = apart_of(drawn, pairs)
    rule = Rule.of("phash", most, against=True, within=within)
    sides = Sides(drawn.is_reference, within)
    groups = groups_of(result_of(drawn.table, rule, apart=apart, sides=sides))
    found = {at for group in groups for at in group}
    for group in groups:
        digests = {drawn.digests[at] for at in group}
        assert not any(one <= digests for one in told)
    for i in np.flatnonzero(~drawn.is_reference).tolist() if not within else ():
        near = [
            j
            for j in np.flatnonzero(drawn.is_reference).tolist()
            if drawn.distance(i, j) <= most
            and not any(one == {drawn.digests[i], drawn.digests[j]} for one in told)
        ]
        alone = not any(drawn.digests[i] in one for one in told)
        if alone:
            assert (i in found) == bool(near)
        elif not near:
            assert i not in found


@pytest.mark.slow
def test_one_pair_among_many_equal_images_is_told_apart() -> None:
    """50,000 of one hash are not compared in pairs. The two are not together, and the others are
    with one of them.
    """
    count = 50_000
    table = table_of([7] * count, list(range(count)))
    contents = tuple(ApartContent(at.to_bytes(16, "big") + bytes(16)) for at in (3, 1000))
    (group,) = result_of(table, Rule.of("phash", 0), apart=Apart((ApartSet(contents),))).groups
    assert len(group) == count - 1
    assert set(range(count)) - set(group.positions.tolist()) == {1000}
