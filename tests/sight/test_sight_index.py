"""`SightIndex`: adding, removing, saving and opening are exact, and edited copies are found."""

from __future__ import annotations

import threading
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import sight_twin
from lookalike import Index, IndexFileError, SightIndex, Verdict
from lookalike._native import kernel
from lookalike.images import read_picture
from lookalike.sight.points.forms import Query, Stored, query_form, stored_form
from lookalike.sight.points.part import Part
from lookalike.sight.points.pictures import Pictures
from lookalike.sight.points.search import NEAR, search, weights_of
from sight_pictures import EDITS, cropped, scene

SCENES = 12


@cache
def pixels(seed: int) -> NDArray[np.uint8]:
    """One of the pictures."""
    return scene(seed)


@cache
def form(seed: int) -> Stored:
    """What is stored of it."""
    return stored_form(read_picture(pixels(seed)))


@cache
def query(seed: int, edit: str) -> Query:
    """An edited copy of it, as a query."""
    return query_form(read_picture(EDITS[edit](pixels(seed))))


def index_of(*seeds: int) -> SightIndex:
    """An index of some of the pictures, with their seeds as keys."""
    index = SightIndex()
    index.add(seeds, [form(seed) for seed in seeds])
    return index


@pytest.mark.parametrize("edit", EDITS)
def test_edited_copies_are_found_and_nothing_else(edit: str) -> None:
    """Each query finds the one picture that it was made from."""
    index = index_of(*range(SCENES))
    for seed in range(0, SCENES, 3):
        (match,) = index.query(query(seed, edit))
        assert (match.key, match.verdict) == (seed, Verdict.SAME)
        assert match.mirrored == (edit == "mirror")
        assert match.agreement > 0.9


def test_the_transform_and_the_overlap_say_where_the_stored_picture_is() -> None:
    """15 % are cut off on every side: the corners of the whole are as far outside of the crop."""
    (match,) = index_of(*range(4)).query(query(2, "crop"))
    (a, b, c), (d, e, f) = match.transform
    for x, y in (0, 0), (1, 0), (1, 1):
        expected = np.subtract((x, y), 0.15) / 0.7
        np.testing.assert_allclose((a * x + b * y + c, d * x + e * y + f), expected, atol=0.02)
    assert match.overlap[0] == pytest.approx(0.49, abs=0.05)
    assert match.overlap[1] == pytest.approx(1, abs=0.05)


def test_two_crops_of_one_picture_share_a_part() -> None:
    """Each shows much that the other does not."""
    whole = scene(50, 800, 600, 500)
    index = SightIndex()
    index.add("left", whole[:420, :560].copy())
    (match,) = index.query(whole[180:, 240:].copy())
    assert match.verdict == Verdict.PART


def test_images_are_added_as_arrays_bytes_and_paths(tmp_path: Path) -> None:
    """Any source of an image gives the same entry."""
    path = tmp_path / "a.pgm"
    height, width = pixels(1).shape
    path.write_bytes(b"P5 %d %d 255\n" % (width, height) + pixels(1).tobytes())
    index = SightIndex()
    index.add(["array", "bytes", "path"], [pixels(1), path.read_bytes(), path])
    found = index.query(path)
    assert {match.key for match in found} == {"array", "bytes", "path"}
    assert len({match[1:] for match in found}) == 1


class Steps:
    """An index in two forms: one that is changed step by step, and what it should contain."""

    def __init__(self, folder: Path) -> None:
        self.index, self.path = SightIndex(), folder / "index"
        self.keys: list[int] = []

    def add(self, seeds: list[int]) -> None:
        self.index.add(seeds, [form(seed) for seed in seeds])
        self.keys += seeds

    def remove(self, seeds: list[int]) -> None:
        present = [seed for seed in dict.fromkeys(seeds) if seed in self.keys]
        self.index.remove(present)
        self.keys = [key for key in self.keys if key not in present]

    def reopen(self, _: list[int]) -> None:
        self.index.save(self.path)
        self.index = SightIndex.open(self.path)
        self.index.check()

    def search(self, seeds: list[int]) -> None:
        expected = index_of(*self.keys)
        for seed in seeds:
            for edit in "crop", "mirror":
                found = self.index.query(query(seed, edit))
                assert found == expected.query(query(seed, edit))
                assert [match.key for match in found] == [seed] * self.keys.count(seed)


@settings(deadline=None, max_examples=30)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["add", "remove", "reopen", "search"]),
            st.lists(st.integers(0, 5), max_size=3),
        ),
        max_size=8,
    )
)
def test_any_steps_give_the_same_as_a_new_index(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, list[int]]]
) -> None:
    """Entries are added, removed, saved, opened and searched in any order."""
    state = Steps(tmp_path_factory.mktemp("steps"))
    for name, seeds in [*steps, ("search", [0, 3])]:
        getattr(state, name)(seeds)
        assert list(state.index) == state.keys
        assert len(state.index) == len(state.keys)
        assert [seed in state.index for seed in range(6)] == [s in state.keys for s in range(6)]


def exhaustive(pictures: Pictures, asked: Query) -> NDArray[np.uint64]:
    """What `kernel.near_points` would find by comparing all with all."""
    found = sight_twin.near(pictures.descriptors.reshape(-1, 32), asked.descriptors, NEAR)
    there = found["entry"] % 100 < pictures.counts[found["entry"] // 100]
    return np.ascontiguousarray(found[there]).view(np.uint64)


@pytest.mark.slow
def test_a_query_finds_what_a_comparison_of_all_descriptors_finds() -> None:
    """With the same limit, votes and rule: at least 0.995 of it, and nothing else."""
    pictures = Pictures.of([form(seed) for seed in range(SCENES)])
    part = Part(pictures, 0)
    found, expected = set(), set()
    for seed in range(SCENES):
        for edit in EDITS:
            asked = query(seed, edit)
            ours = search([part], asked)
            found |= {(seed, edit, at) for at in ours.position[ours.verdict == 1].tolist()}
            matches = exhaustive(pictures, asked)
            handed = asked.in_kernel()
            weights = weights_of([matches], [None], len(asked.descriptors))
            pictures_found, _, bounds, theirs = kernel.sight_candidates(
                part.gallery, handed, matches, weights, None, 1, 20
            )
            verdicts, _, _ = kernel.sight_verify(
                part.gallery, handed, pictures_found, bounds, theirs
            )
            same = pictures_found[verdicts == 1].tolist()
            expected |= {(seed, edit, at) for at in same}
    assert len(expected) >= SCENES * len(EDITS)
    assert len(found & expected) >= 0.995 * len(expected)
    assert not found - expected


@pytest.mark.slow
def test_pictures_are_found_among_many_screenshots_of_one_program() -> None:
    """Each screenshot has more in common with the other ones, but that is less worth."""
    program = scene(200, 800, 600, 400)
    index = SightIndex()
    screenshots = []
    for seed in range(36):
        shot = program.copy()
        shot[150:450, 200:600] = pixels(seed)
        screenshots.append(shot)
        index.add([f"shot {seed}", f"picture {seed}"], [shot, pixels(seed)])
    for seed in range(0, 36, 6):
        found = {one.key: one.verdict for one in index.query(screenshots[seed])}
        assert found[f"picture {seed}"] == Verdict.SAME


def test_wrong_keys_add_and_remove_nothing() -> None:
    """Errors name the key, and the index stays as it was."""
    index = index_of(0, 1)
    with pytest.raises(TypeError, match="a key must be"):
        index.add("text", form(2))
    with pytest.raises(ValueError, match="as many keys as images, not 2 and 1"):
        index.add([2, 3], [form(2)])
    with pytest.raises(KeyError, match="7"):
        index.remove([0, 7])
    assert list(index) == [0, 1]


def test_an_image_that_cannot_be_read_adds_nothing() -> None:
    """The others of the same call are not added either."""
    index = index_of(0)
    with pytest.raises(Exception, match="unrecognised image format"):
        index.add([1, 2], [pixels(1), b"no image"])
    assert list(index) == [0]


def test_pictures_without_points_are_found_by_nothing() -> None:
    """One grey has no place that could be found again."""
    plain = np.full((300, 400), 90, np.uint8)
    index = index_of(0)
    index.add(1, plain)
    assert index.query(plain) == []
    assert SightIndex().query(pixels(0)) == []


def test_indexes_of_hashes_and_of_pictures_are_not_mixed_up(tmp_path: Path) -> None:
    """The message says how to open the file."""
    index_of(0).save(tmp_path / "pictures")
    with pytest.raises(IndexFileError, match=r"open it with SightIndex\.open"):
        Index.open(tmp_path / "pictures")
    hashes = Index("phash")
    hashes.save(tmp_path / "hashes")
    with pytest.raises(IndexFileError, match=r"of phash hashes.*open it with Index\.open"):
        SightIndex.open(tmp_path / "hashes")


def test_a_changed_byte_is_found_by_check_and_save(tmp_path: Path) -> None:
    """The damaged file is not copied under new checksums."""
    path = tmp_path / "index"
    index_of(0, 1).save(path)
    data = bytearray(path.read_bytes())
    data[-3000] ^= 1
    path.write_bytes(data)
    index = SightIndex.open(path)
    for call in index.check, lambda: index.save(tmp_path / "other"):
        with pytest.raises(IndexFileError, match="damaged section"):
            call()
    assert not (tmp_path / "other").exists()


def test_stored_pictures_take_at_most_5_kilobytes(tmp_path: Path) -> None:
    """With their keys, in a file of many."""
    count = 200
    index = SightIndex()
    index.add(range(count), [form(0)] * count)
    index.save(tmp_path / "index")
    assert (tmp_path / "index").stat().st_size < 5000 * count


def test_threads_search_while_others_add() -> None:
    """Each search sees at least what was there when it began."""
    index = index_of(*range(4))
    failures: list[object] = []

    def look() -> None:
        for _ in range(20):
            found = index.query(query(2, "crop"))
            if [match.key for match in found] != [2]:
                failures.append(found)

    threads = [threading.Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    for seed in range(4, 10):
        index.add(seed, form(seed))
        index.add(100 + seed, form(seed))
        index.remove(100 + seed)
    for thread in threads:
        thread.join()
    assert not failures
    assert len(index) == 10


def test_a_part_that_was_cut_away_is_not_needed() -> None:
    """A quarter of the area is left."""
    (match,) = index_of(*range(SCENES)).query(cropped(pixels(4), 0.5))
    assert match.key == 4


def test_a_match_of_paper_says_so() -> None:
    """Either the stored picture or the query may be mostly of one grey."""
    sheet = np.pad(pixels(3)[:150, :200], 180, constant_values=250)
    index = index_of(3)
    index.add(99, sheet)
    found = {match.key: match.is_paper for match in index.query(sheet)}
    assert found[99]
    assert not any(match.is_paper for match in index.query(query(3, "crop")) if match.key == 3)
