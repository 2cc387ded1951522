"""Files of several frames match if all their frames agree, not only the first."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, features

from lookalike import ImageError, Result, Status, compare, find_duplicates, hash_image
from lookalike.hashing.builder import TableBuilder
from lookalike.hashing.frames.moments import Samples, moments_of
from lookalike.hashing.row import Row
from lookalike.hashing.table import HashTable
from lookalike.images import MOMENTS, Mark, frames_at, read_picture
from lookalike.images.pillow import later_frames
from lookalike.index import members_of
from lookalike.matching.related import MOST_RELATED
from lookalike.matching.rules import Rule
from lookalike.matching.sequences import agreement
from lookalike.scan import result_of
from lookalike.sources.location import Kind, Location, Stamp
from pictures import photo, uniform

LOOKALIKE = Path(sys.executable).with_name("lookalike")
FORMATS = ["gif", "webp", "png", "tif"] + ["avif"] * bool(features.check("avif"))


def film(seed: int, count: int, first: int | None = None, size: int = 120) -> list[Image.Image]:
    """Unrelated pictures after a first one that may be any."""
    seeds = [1000 * seed + k for k in range(count)]
    if first is not None:
        seeds[0] = first
    return [Image.fromarray(photo(size * 4 // 3, size, one)) for one in seeds]


def written(path: Path, frames: list[Image.Image]) -> Path:
    """A file of these frames, in the format of its name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    frames[0].save(path, save_all=True, append_images=frames[1:])
    return path


def groups_of(result: Result) -> list[set[str]]:
    """The names of the members of each group."""
    return [
        {Path(one.path).name for one in (group.keeper, *(two.image for two in group.duplicates))}
        for group in result.groups
    ]


def related_of(result: Result) -> list[tuple[str, str, int, int]]:
    return [
        (Path(one.first).name, Path(one.second).name, one.agreeing, one.compared)
        for one in result.related
    ]


@pytest.mark.parametrize("kind", FORMATS)
def test_films_that_only_begin_alike_are_related_and_not_grouped(kind: str, tmp_path: Path) -> None:
    """This holds for equal and different lengths."""
    written(tmp_path / f"a.{kind}", film(1, 5, first=7))
    written(tmp_path / f"b.{kind}", film(2, 8, first=7))
    written(tmp_path / f"c.{kind}", film(3, 5, first=7))
    result = find_duplicates(tmp_path)
    assert groups_of(result) == []
    assert {one.frames for one in result.images} == {5, 8}
    pairs = [tuple(f"{letter}.{kind}" for letter in pair) for pair in ("ab", "ac", "bc")]
    assert related_of(result) == [
        (*pairs[0], 1, 8), (*pairs[1], 1, 5), (*pairs[2], 1, 8),
    ]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("kind", FORMATS)
def test_a_film_matches_its_copies(kind: str, tmp_path: Path) -> None:
    """It matches copies in another format or of half the size, but not a film that continues
    differently.
    """
    written(tmp_path / f"a.{kind}", film(1, 9, size=240))
    written(tmp_path / "copy.png", film(1, 9, size=240))
    written(tmp_path / f"half.{kind}", film(1, 9))
    written(tmp_path / f"other.{kind}", film(2, 9, first=1000, size=240))
    result = find_duplicates(tmp_path)
    assert groups_of(result) == [{f"a.{kind}", "copy.png", f"half.{kind}"}]
    assert max(one.distance for one in result.groups[0].duplicates) <= result.max_distance
    assert len(related_of(result)) == 1


def test_a_copy_of_half_the_frame_rate_matches(tmp_path: Path) -> None:
    """A slow movement is sampled at the same moments. The reverse direction does not match."""
    wide = photo(480, 120, 5)
    frames = [Image.fromarray(wide[:, 3 * k : 3 * k + 160]) for k in range(61)]
    written(tmp_path / "a.png", frames)
    written(tmp_path / "half.png", frames[::2])
    written(tmp_path / "back.png", frames[::-1])
    assert groups_of(find_duplicates(tmp_path)) == [{"a.png", "half.png"}]


def test_two_of_three_agreeing_frames_are_no_match(tmp_path: Path) -> None:
    """The share counts frames, not moments, and a single different frame is enough."""
    frames = film(1, 3)
    written(tmp_path / "a.tif", frames)
    written(tmp_path / "b.tif", [*frames[:2], *film(2, 1)])
    result = find_duplicates(tmp_path)
    assert (groups_of(result), related_of(result)) == ([], [("a.tif", "b.tif", 2, 3)])
    assert result.related[0].share == 2 / 3


def test_films_that_begin_in_black_are_told_by_what_comes_then(tmp_path: Path) -> None:
    """A blank first frame neither links two files nor hides what they share."""
    black = [Image.fromarray(np.repeat(uniform(160, 120, 0)[..., None], 3, 2))]
    written(tmp_path / "a.png", black + film(1, 7))
    written(tmp_path / "a.webp", black + film(1, 7))
    written(tmp_path / "b.png", black + film(2, 7))
    written(tmp_path / "begins as a.png", [*black, *film(1, 1), *film(3, 6)])
    result = find_duplicates(tmp_path)
    assert groups_of(result) == [{"a.png", "a.webp"}]
    assert related_of(result) == [("a.png", "begins as a.png", 2, 8)]
    assert not any(one.flat for one in result.images)


def test_a_film_without_any_detail_matches_only_where_all_pixels_are_equal(tmp_path: Path) -> None:
    """This includes a still of the same picture, but not a film of other colours."""
    black, white = (Image.fromarray(uniform(64, 48, value)) for value in (0, 255))
    written(tmp_path / "a.tif", [black, white])
    written(tmp_path / "b.tif", [black, white])
    written(tmp_path / "c.tif", [black, black])
    written(tmp_path / "d.tif", [white, black])
    black.save(tmp_path / "still.png")
    result = find_duplicates(tmp_path)
    assert groups_of(result) == [{"a.tif", "b.tif"}, {"c.tif", "still.png"}]
    assert (result.flat_count, result.related) == (5, [])


def test_a_still_is_related_to_the_films_that_begin_with_it(tmp_path: Path) -> None:
    """It does not group them with each other, though both begin with it."""
    written(tmp_path / "a.webp", film(1, 8, first=7))
    written(tmp_path / "b.webp", film(2, 8, first=7))
    film(3, 1, first=7)[0].save(tmp_path / "still.png")
    result = find_duplicates(tmp_path)
    assert groups_of(result) == []
    assert [pair[:2] for pair in related_of(result)] == [
        ("a.webp", "b.webp"), ("a.webp", "still.png"), ("b.webp", "still.png"),
    ]  # fmt: skip


def test_a_still_never_beats_a_film_that_always_shows_it(tmp_path: Path) -> None:
    """This holds however many pixels it has. Between films, pixels decide, then frames."""
    small, large = Image.fromarray(photo(160, 120, 1)), Image.fromarray(photo(640, 480, 1))
    large.save(tmp_path / "still.png")
    written(tmp_path / "a.tif", [small] * 4)
    [group] = find_duplicates(tmp_path).groups
    assert (group.keeper.format, group.keeper_reason) == ("TIFF", "more than one frame")
    written(tmp_path / "b.tif", [large] * 3)
    [group] = find_duplicates(tmp_path).groups
    assert (Path(group.keeper.path).name, group.keeper_reason) == ("b.tif", "most pixels")
    written(tmp_path / "c.tif", [large] * 5)
    [group] = find_duplicates(tmp_path).groups
    assert (Path(group.keeper.path).name, group.keeper_reason) == ("c.tif", "most frames")


def with_overview(path: Path, kind: int) -> None:
    """A TIFF of a picture and a smaller one with this subfile type."""
    picture, smaller = Image.fromarray(photo(160, 120, 1)), Image.fromarray(photo(80, 60, 2))
    smaller.encoderinfo = {"tiffinfo": {254: kind}}
    picture.save(path, save_all=True, append_images=[smaller])


@pytest.mark.parametrize(("kind", "frames"), [(0, 2), (1, 1), (2, 2), (3, 1), (4, 1), (5, 1)])
def test_overviews_and_masks_of_a_tiff_are_no_pages(kind: int, frames: int, tmp_path: Path) -> None:
    """Bits 0 and 2 of the subfile type mark them. Bit 1 marks one of many pages."""
    with_overview(tmp_path / "a.tif", kind)
    Image.fromarray(photo(160, 120, 1)).save(tmp_path / "b.png")
    result = find_duplicates(tmp_path)
    assert result.images[0].frames == frames
    assert len(result.groups) == (frames == 1)


@pytest.mark.parametrize("name", ["a.mpo", "a.ico", "a.icns"])
def test_further_images_that_nobody_plays_are_no_frames(name: str, tmp_path: Path) -> None:
    """Two files that differ only in these are grouped as stills."""
    first = Image.fromarray(photo(64, 64, 1))
    for at, more in enumerate((2, 3)):
        path = tmp_path / f"{at} {name}"
        other = Image.fromarray(photo(32, 32, more))
        if name.endswith("mpo"):
            first.save(path, save_all=True, append_images=[other])
        else:
            first.save(path, sizes=[(32, 32), (64, 64)], append_images=[other])
    result = find_duplicates(tmp_path)
    assert {one.frames for one in result.images} == {1}
    assert len(groups_of(result)) == 1


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["gif", "tif"])
def test_frames_beyond_the_bound_are_not_looked_at(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If only the first was read, equal bytes match and nothing else. If some were, a file with as
    many does. The mark says so.
    """
    a = written(tmp_path / f"a.{kind}", film(1, 8))
    written(tmp_path / f"b.{kind}", film(1, 8)).write_bytes(a.read_bytes())
    written(tmp_path / f"c.{kind}", film(1, 9))
    written(tmp_path / "still.png", film(1, 1))
    monkeypatch.setattr(later_frames, "MOST_PIXELS", 160 * 120 - 1)
    result = find_duplicates(tmp_path)
    assert groups_of(result) == [{f"a.{kind}", f"b.{kind}"}]
    assert {one.marks for one in result.images if one.frames > 1} == {("first frames",)}
    assert len(result.related) == 3
    monkeypatch.setattr(later_frames, "MOST_PIXELS", 3 * 160 * 120)
    written(tmp_path / f"c.{kind}", [*film(1, 4), *film(2, 4)])
    result = find_duplicates(tmp_path)
    assert groups_of(result) == [{f"{letter}.{kind}" for letter in "abc"}]
    assert list(result.groups[0].marks.values()) == [["first frames"]] * 3


@pytest.mark.slow
def test_processes_of_their_own_see_the_same_frames(tmp_path: Path) -> None:
    """The answer is the same with and without isolation, and with any number of workers."""
    for seed in (1, 1, 2):
        for kind in ("gif", "tif"):
            name = f"{len(list(tmp_path.iterdir()))}.{kind}"
            written(tmp_path / name, film(seed, 6, first=7))
    here = find_duplicates(tmp_path, workers=1).to_json()
    assert json.loads(here)["related"]
    assert find_duplicates(tmp_path, workers=2, isolate=True).to_json() == here


@pytest.mark.parametrize("kind", ["gif", "png"])
def test_a_film_that_breaks_off_is_damaged(kind: str, tmp_path: Path) -> None:
    """It is a failure by default. Its readable part can be hashed, and is marked."""
    whole = written(tmp_path / f"a.{kind}", film(1, 8)).read_bytes()
    cut = tmp_path / f"cut.{kind}"
    cut.write_bytes(whole[: len(whole) * 3 // 4])
    result = find_duplicates(tmp_path)
    assert [(one.path, one.status) for one in result.failures] == [(str(cut), Status.DAMAGED)]
    result = find_duplicates(tmp_path, damaged="hash")
    assert ([one.path for one in result.damaged], result.failures) == ([str(cut)], [])
    assert groups_of(result) == []
    with pytest.raises(ImageError, match="cut"):
        compare(whole, cut)


def test_the_hash_of_a_film_is_that_of_its_first_frame(tmp_path: Path) -> None:
    """It is read without the other frames, so damage in them does not matter."""
    whole = written(tmp_path / "a.webp", film(1, 8)).read_bytes()
    first = written(tmp_path / "first.webp", film(1, 1))
    assert hash_image(whole) == hash_image(first)
    png = written(tmp_path / "a.png", film(1, 8)).read_bytes()
    assert hash_image(png[: len(png) * 3 // 4]) == hash_image(png)


@pytest.mark.slow
def test_every_output_says_that_only_the_beginning_agrees(tmp_path: Path) -> None:
    """Text, JSON, CSV and `compare` say so, and its exit code says that the two are not alike."""
    a = written(tmp_path / "a.gif", film(1, 8, first=7))
    b = written(tmp_path / "b.gif", film(2, 8, first=7))
    same = written(tmp_path / "same.png", film(1, 8, first=7))

    def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run([LOOKALIKE, *arguments], capture_output=True, text=True, check=False)

    assert f"{a} begins like {b}: 1 of 8 frames agree" in run("find", tmp_path).stdout
    assert json.loads(run("find", tmp_path, "--json").stdout)["related"] == [
        {
            "first": str(a),
            "second": str(b),
            "agreeing": 1,
            "compared": 8,
            "kind": "begins alike",
            "agreement": None,
        }
    ]
    rows = list(csv.DictReader(io.StringIO(run("find", tmp_path, "--csv").stdout)))
    assert [row["status"] for row in rows] == ["ok", "ok", "related"]
    assert (rows[2]["path"], rows[2]["group"]) == (str(a), "")
    assert rows[2]["reason"] == f"begins like {b}: 1 of 8 frames agree"
    done = run("compare", a, b)
    assert done.returncode == 1
    assert "The first frames are alike; 1 of 8 frames agree." in done.stdout
    done = run("compare", a, same)
    assert done.returncode == 0
    assert "8 of 8 frames agree." in done.stdout


@pytest.mark.parametrize("count", [1, 2, 3, 7, 8, 9, 50, 1000, 10**9])
def test_the_moments_reach_from_the_first_frame_to_the_last(count: int) -> None:
    """They are evenly spread, and limited to the number of frames."""
    at = frames_at(count)
    assert (at[0], at[-1], len(at), len(set(at))) == (0, count - 1, MOMENTS, min(count, MOMENTS))
    assert all(abs(frame - (count - 1) * k / 7) <= 0.5 for k, frame in enumerate(at))


@pytest.mark.parametrize("algorithm", ["colorhash", "dhash:16", "phash:128", "ahash@imagededup"])
def test_films_are_compared_by_any_algorithm(algorithm: str, tmp_path: Path) -> None:
    """Hashes may have any length, even if those of all moments are too long to search."""
    written(tmp_path / "a.png", film(1, 8))
    written(tmp_path / "b.tif", film(1, 8))
    written(tmp_path / "c.png", [*film(1, 7), *(film(2, 1))])
    result = find_duplicates(tmp_path, algorithm=algorithm, max_distance=0)
    assert groups_of(result) == [{"a.png", "b.tif"}]
    assert related_of(result) == [("a.png", "c.png", 7, 8)]
    assert result.pairs.distance.tolist() == [0]


# Tables of rows, without pictures


def table_of(rows: list[tuple[int, list[int | None]]]) -> HashTable:
    """The number of frames per image, and the hashes of the sampled ones. None means flat."""
    builder = TableBuilder(["phash"])
    for at, (count, hashes) in enumerate(rows):
        packed = [(one or 0).to_bytes(8, "big") for one in hashes]
        digest = at.to_bytes(16, "big")
        flat = tuple(one is None for one in hashes)
        builder.add(
            Row(
                location=Location(Kind.MEMORY, f"{at:05}"), stamp=Stamp(1),
                byte_count=1, width=1, height=1, format="GIF", frames=count,
                digest=digest, is_beginning=False, flat_digest=digest if all(flat) else b"",
                hashes=(packed[0],),
                samples=Samples(flat, (b"".join(packed),)) if count > 1 else None,
            )
        )  # fmt: skip
    return builder.finish()


def searched(table: HashTable, max_distance: int) -> Result:
    return result_of(table, Rule("phash", max_distance))


def random_rows(seed: int) -> list[tuple[int, list[int | None]]]:
    """Rows of few hashes, some of them a bit or two apart, so many are alike."""
    chance = np.random.default_rng(seed)
    hashes: list[int | None] = [0b1, 0b11, 0b1111, 0xFF << 40, 0xFF << 41, None]
    rows: list[tuple[int, list[int | None]]] = []
    for _ in range(60):
        count = int(chance.choice([1, 1, 2, 3, 9]))
        sampled = int(chance.choice([1, 2, 8, 8, 8])) if count > 1 else 1
        likely = chance.dirichlet([0.4] * len(hashes))
        picks = chance.choice(len(hashes), size=min(sampled, count, MOMENTS), p=likely)
        rows.append((count, [hashes[k] for k in picks]))
    return rows


def hamming(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> int:
    return int(np.bitwise_count(one ^ other).sum())


@pytest.mark.parametrize("seed", range(12))
def test_the_search_finds_what_comparing_every_pair_finds(seed: int) -> None:
    """Groups, pairs and distances agree, for stills and films of any number of frames, sampled or
    not.
    """
    table = table_of(random_rows(seed))
    moments = [moments_of(table, at, "phash") for at in range(len(table))]
    links: dict[tuple[int, int], int] = {}
    for i, j in combinations(range(len(table)), 2):
        found = agreement(moments[i], moments[j], 2)
        if found.matches and i not in table.flat_digests and j not in table.flat_digests:
            links[i, j] = found.distance
    root = list(range(len(table)))
    for _ in table.paths:
        for i, j in links:
            root[i] = root[j] = min(root[i], root[j])
    result = searched(table, 2)
    expected = [members.tolist() for members in members_of(np.array(root))]
    assert [sorted(group.positions.tolist()) for group in result.groups] == expected
    pairs = result.pairs
    ours = zip(pairs.i.tolist(), pairs.j.tolist(), pairs.distance.tolist(), strict=True)
    assert {(i, j): distance for i, j, distance in ours} == links
    assert any(i in table.samples for i, _ in links), "no film was linked"
    first = [one.flat.index(False) if False in one.flat else MOMENTS for one in moments]
    begin_alike = {
        frozenset([root[i], root[j]])
        for i, j in combinations(range(len(table)), 2)
        if root[i] != root[j]
        and (i in table.samples or j in table.samples)
        and first[i] == first[j] < MOMENTS
        and hamming(moments[i].hashes[first[i]], moments[j].hashes[first[j]]) <= 2
    }
    related = [frozenset([root[int(one.first)], root[int(one.second)]]) for one in result.related]
    assert len(set(related)) == len(related) > 0
    assert set(related) == begin_alike


@pytest.mark.slow
def test_many_films_of_one_beginning_are_few_comparisons_and_few_pairs() -> None:
    """Of 20,000 with one title, the two that agree are found, without listing all others."""
    count = 20_000
    chance = np.random.default_rng(1)
    later: NDArray[np.uint64] = chance.integers(0, 1 << 63, (count, 7), np.uint64)
    later[-1] = later[0]
    table = table_of([(8, [1, *(int(one) for one in row)]) for row in later])
    result = searched(table, 10)
    assert [group.positions.tolist() for group in result.groups] == [[0, count - 1]]
    assert len(result.related) == MOST_RELATED


def test_marks_tell_a_film_that_was_not_seen_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """The picture of the first frame has no such mark, because no more was requested."""
    file = io.BytesIO()
    film(1, 3)[0].save(file, "TIFF", save_all=True, append_images=film(2, 2))
    picture = read_picture(file.getvalue())
    assert (picture.frames, Mark.FIRST_FRAMES in picture.marks) == (3, False)
    assert len(list(picture.later)) == 2
