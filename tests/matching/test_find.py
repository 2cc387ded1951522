"""The main job, from files to groups."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import threading
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

import lookalike
from files import save
from lookalike.hashing.builder import TableBuilder
from lookalike.hashing.row import Row
from lookalike.hashing.table import HashTable
from lookalike.matching.rules import Rule
from lookalike.matching.widths import widest_distance
from lookalike.report.rows import COLUMNS
from lookalike.scan import result_of as scan_result_of
from lookalike.sources.location import Kind, Location, Stamp
from pictures import photo, uniform


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two scenes with copies, one without, two flat pairs, and unreadable files."""
    save(tmp_path / "b.png", photo(160, 120, 1))
    save(tmp_path / "a.jpg", photo(160, 120, 1), quality=60)
    save(tmp_path / "sub" / "large.png", photo(320, 240, 1))
    save(tmp_path / "x.png", photo(160, 120, 2))
    (tmp_path / "sub" / "y.png").write_bytes((tmp_path / "x.png").read_bytes())
    save(tmp_path / "z.png", photo(160, 120, 3))
    save(tmp_path / "grey-1.png", uniform(50, 40, 100))
    save(tmp_path / "grey-2.bmp", uniform(50, 40, 100))
    save(tmp_path / "grey-3.png", uniform(50, 40, 101))
    (tmp_path / "broken.jpg").write_bytes((tmp_path / "a.jpg").read_bytes()[:500])
    (tmp_path / "empty.png").touch()
    (tmp_path / "notes.txt").write_text("no image")
    return tmp_path


def shown(result: lookalike.Result, folder: Path) -> list[list[str]]:
    """The names in each group, the keeper's first."""
    return [
        [
            str(Path(one.path).relative_to(folder))
            for one in [group.keeper, *(duplicate.image for duplicate in group.duplicates)]
        ]
        for group in result.groups
    ]


def test_a_folder_gives_groups_failures_and_skipped_files(folder: Path) -> None:
    """Every file of a folder is in a group, alone, a failure or counted as skipped."""
    result = lookalike.find_duplicates(folder)
    assert shown(result, folder) == [
        ["sub/large.png", "b.png", "a.jpg"],
        ["grey-1.png", "grey-2.bmp"],
        ["x.png", "sub/y.png"],
    ]
    assert [(Path(one.path).name, one.status) for one in result.failures] == [
        ("broken.jpg", "damaged"),
        ("empty.png", "empty"),
    ]
    assert len(result.images) == 9
    assert result.skipped == {"text": 1}
    assert result.flat_count == 3
    assert (result.algorithm, result.max_distance) == ("phash", 12)


def test_flat_pictures_pair_only_with_equal_pixels(folder: Path) -> None:
    """All uniform greys have one pHash, but only those of equal pixels are duplicates."""
    hashes = {lookalike.hash_image(path) for path in folder.glob("grey-*")}
    assert len(hashes) == 1
    result = lookalike.find_duplicates(folder, max_distance=64)
    assert ["grey-1.png", "grey-2.bmp"] in shown(result, folder)
    assert not any("grey-3.png" in names for names in shown(result, folder))


def test_exact_duplicates_are_marked(folder: Path) -> None:
    """A copy of the same bytes is exact, but the same picture in another file is not."""
    exact = {
        Path(one.image.path).name: one.exact
        for group in lookalike.find_duplicates(folder).groups
        for one in group.duplicates
    }
    assert exact == {"b.png": False, "a.jpg": False, "grey-2.bmp": False, "y.png": True}


def test_max_distance_is_inclusive(tmp_path: Path) -> None:
    """Two images match at exactly their distance, and not below it."""
    paths = [
        save(tmp_path / "1.png", photo(160, 120, 1)),
        save(tmp_path / "2.png", photo(160, 120, 2)),
    ]
    distance = lookalike.distance(*paths)
    assert distance > 0
    assert len(lookalike.find_duplicates(paths, verify=False, max_distance=distance).groups) == 1
    assert not lookalike.find_duplicates(paths, verify=False, max_distance=distance - 1).groups


@pytest.mark.parametrize(
    ("members", "keeper", "reason"),
    [
        ({"a.png": (80, 1), "b.png": (160, 1)}, "b.png", "most pixels"),
        ({"a.png": (160, 9), "b.png": (160, 1)}, "b.png", "most bytes"),
        ({"ab.png": (160, 1), "b.png": (160, 1)}, "b.png", "shortest path"),
        ({"b.png": (160, 1), "a.png": (160, 1)}, "a.png", "first by name"),
    ],
)
def test_the_keeper_is_chosen_by_pixels_bytes_path_name(
    tmp_path: Path, members: dict[str, tuple[int, int]], keeper: str, reason: str
) -> None:
    """Most pixels, then most bytes, then the shortest path, then the first by name. The reason is
    given.
    """
    for name, (width, compression) in members.items():
        pixels = photo(width, width * 3 // 4, 1)
        save(tmp_path / name, pixels, compress_level=compression)
    (group,) = lookalike.find_duplicates(tmp_path).groups
    assert Path(group.keeper.path).name == keeper
    assert group.keeper_reason == reason


@pytest.mark.parametrize("algorithm", ["ahash", "phash:16", "dhash", "whash", "phash@imagededup"])
def test_every_algorithm_finds_a_smaller_copy(folder: Path, algorithm: str) -> None:
    """A picture and its copy of half the size are one group by any algorithm."""
    result = lookalike.find_duplicates(folder, algorithm=algorithm)
    assert {"sub/large.png", "b.png", "a.jpg"} in map(set, shown(result, folder))
    assert result.algorithm == algorithm


def test_the_result_does_not_depend_on_workers_or_runs(folder: Path) -> None:
    """One worker and many give the same JSON, byte for byte."""
    documents = {
        lookalike.find_duplicates(folder, workers=workers).to_json() for workers in (1, 2, 5, 5)
    }
    assert len(documents) == 1


def test_anything_that_holds_an_image_can_be_searched() -> None:
    """Arrays, bytes and Pillow images are named by their place among the inputs."""
    file = io.BytesIO()
    Image.fromarray(photo(160, 120, 1)).save(file, "PNG")
    images: list[lookalike.ImageSource] = [
        photo(160, 120, 1),
        Image.fromarray(photo(160, 120, 2)),
        file.getvalue(),
        photo(80, 60, 1),
    ]
    (group,) = lookalike.find_duplicates(images).groups
    assert [group.keeper.path, *(one.image.path for one in group.duplicates)] == [
        "[0]",
        "[2]",
        "[3]",
    ]


def test_a_file_that_is_named_twice_is_no_duplicate_of_itself(folder: Path) -> None:
    """Other names, links and the folder around a file do not make it two files."""
    (folder / "link.png").symlink_to(folder / "z.png")
    (folder / "hard.png").hardlink_to(folder / "z.png")
    result = lookalike.find_duplicates([folder, folder / "z.png", str(folder / "z.png")])
    assert not any("z.png" in names or "link.png" in names for names in shown(result, folder))
    assert result.skipped["same file"] == 4


def test_pairs_are_those_of_a_plain_comparison(folder: Path) -> None:
    """`pairs` lists every two images within the distance, though groups hold equal hashes as
    one.
    """
    for copy in range(5):
        save(folder / f"copy-{copy}.png", photo(160, 120, 1), compress_level=copy)
    result = lookalike.find_duplicates(folder, verify=False, max_distance=20)
    images = result.images
    expected = []
    for i, j in combinations(range(len(images)), 2):
        distance = images[i].hashes["phash"] - images[j].hashes["phash"]
        flat = images[i].flat or images[j].flat
        if distance <= 20 and not flat:
            expected.append((i, j, distance))
    greys = [
        k for k, one in enumerate(images) if Path(one.path).name in ("grey-1.png", "grey-2.bmp")
    ]
    expected.append((greys[0], greys[1], 0))
    assert list(zip(*(column.tolist() for column in result.pairs), strict=True)) == sorted(expected)


def test_no_duplicates_are_no_pairs(tmp_path: Path) -> None:
    """Without groups the pairs are empty arrays, and an empty folder is not an error."""
    result = lookalike.find_duplicates(tmp_path)
    assert (len(result.images), len(result.groups), len(result.pairs.i)) == (0, 0, 0)


def table_of(numbers: list[int], flat: set[int] | None = None) -> HashTable:
    """A table of made-up images with these hashes."""
    builder = TableBuilder(["phash"])
    for at, number in enumerate(numbers):
        builder.add(
            Row(
                location=Location(Kind.MEMORY, f"{at:06}"),
                stamp=Stamp(1),
                byte_count=1,
                width=1,
                height=1,
                format="PNG",
                frames=1,
                is_beginning=False,
                digest=at.to_bytes(16, "big"),
                flat_digest=bytes(16) if at in (flat or set()) else b"",
                hashes=(number.to_bytes(8, "big"),),
            )
        )
    return builder.finish()


def result_of(table: HashTable, max_distance: int) -> lookalike.Result:
    """The grouping of a table."""
    return scan_result_of(table, Rule("phash", max_distance))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 300).map(lambda n: n * 0x0101_0101), max_size=60),
    st.sets(st.integers(0, 59), max_size=4),
    st.integers(0, 12),
)
def test_groups_are_the_connected_sets(
    numbers: list[int], flat: set[int], max_distance: int
) -> None:
    """Groups are what a plain walk over all matching pairs connects, ordered by their first
    images.
    """
    flat = {at for at in flat if at < len(numbers)}

    def match(i: int, j: int) -> bool:
        if i in flat or j in flat:
            return i in flat and j in flat
        return (numbers[i] ^ numbers[j]).bit_count() <= max_distance

    expected: list[list[int]] = []
    left = set(range(len(numbers)))
    while left:
        waiting, connected = [min(left)], set()
        while waiting:
            here = waiting.pop()
            connected.add(here)
            left.discard(here)
            waiting += [j for j in left if match(here, j)]
            left -= set(waiting)
        if len(connected) > 1:
            expected.append(sorted(connected))
    result = result_of(table_of(numbers, flat), max_distance)
    assert [sorted(group.positions.tolist()) for group in result.groups] == expected
    for group, members in zip(result.groups, expected, strict=True):
        widest = max((numbers[i] ^ numbers[j]).bit_count() for i in members for j in members)
        if not flat & set(members):
            assert group.max_distance_within == widest


def test_a_chain_shows_its_width() -> None:
    """If only a chain links two members, the group and the duplicate show their distance."""
    (group,) = result_of(table_of([0, 0b11, 0b1111, 0b111111]), 2).groups
    assert group.max_distance_within == 6
    assert [one.distance for one in group.duplicates] == [2, 4, 6]


@pytest.mark.slow
def test_hundreds_of_thousands_of_equal_hashes_are_one_node() -> None:
    """300,000 equal images are grouped without their 45 billion pairs, which are refused."""
    result = result_of(table_of([7] * 300_000), 10)
    (group,) = result.groups
    assert len(group) == 300_000
    with pytest.raises(lookalike.LookalikeError, match="pairs of images are too many"):
        _ = result.pairs


def test_the_width_of_a_large_group_is_a_bound() -> None:
    """Above 10,000 distinct hashes, the bound is twice the largest distance from one hash."""
    data = np.arange(10_001, dtype=">u8").view(np.uint8).reshape(-1, 8)
    assert widest_distance(lookalike.HashArray(data[:-1], "phash")) == (14, True)
    bound, exact = widest_distance(lookalike.HashArray(data, "phash"))
    assert not exact
    assert 14 <= bound <= 2 * 14


def test_csv_and_frame_hold_the_same_rows(folder: Path) -> None:
    """Both have a row for every member of a group and every failure."""
    result = lookalike.find_duplicates(folder)
    rows = list(csv.DictReader(io.StringIO(result.to_csv())))
    frame = result.to_frame()
    assert tuple(rows[0]) == COLUMNS == tuple(frame.columns)
    assert [row["path"] for row in rows] == list(frame["path"])
    assert [row["status"] for row in rows] == ["ok"] * 7 + ["damaged", "empty"]
    assert [row["keeper"] for row in rows] == [
        "true", "false", "false", "true", "false", "true", "false", "", "",
    ]  # fmt: skip
    assert rows[6]["exact"] == "true"
    assert frame["exact"].tolist()[:7] == [False] * 6 + [True]
    assert frame["marks"].tolist()[0] is None
    assert frame["keeper_reason"].tolist()[1] is None
    assert frame["bytes"].isna().tolist() == [False] * 7 + [True, True]


@pytest.mark.skipif(sys.platform != "linux", reason="names of any bytes exist on Linux only")
def test_names_that_are_no_text_survive(tmp_path: Path) -> None:
    """Names with odd bytes, newlines and emoji appear in valid JSON and CSV."""
    import os

    names = [os.fsdecode(b"\xff\xfe.png"), "new\nline.png", "smile \U0001f600.png", 'q"uote,.png']
    for name in names:
        save(tmp_path / name, photo(160, 120, 1))
    result = lookalike.find_duplicates(tmp_path)
    document = json.loads(result.to_json().encode())
    (group,) = document["groups"]
    found = {one["path"] for one in [group["keeper"], *group["duplicates"]]}
    assert found == {str(tmp_path / name) for name in names}
    assert len(list(csv.reader(io.StringIO(result.to_csv())))) == 1 + len(names)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"algorithm": "phish"}, ValueError, "no algorithm 'phish'"),
        ({"algorithm": 8}, TypeError, "not 8"),
        ({"max_distance": -1}, ValueError, "0 to 64 for phash, not -1"),
        ({"max_distance": 65}, ValueError, "0 to 64 for phash, not 65"),
        ({"max_distance": 2.5}, TypeError, "not 2.5"),
        ({"max_distance": True}, TypeError, "not True"),
        ({"workers": 0}, ValueError, "1 to 4096, not 0"),
        ({"workers": "two"}, TypeError, "not 'two'"),
        ({"max_pixels": 0}, ValueError, "1 or more, not 0"),
    ],
)
def test_wrong_arguments_are_named_before_any_work(
    arguments: dict[str, object], error: type[Exception], message: str
) -> None:
    """A wrong argument raises at once with its value, before the source yields an image."""

    def images() -> object:
        pytest.fail("an image was asked for")
        yield

    with pytest.raises(error, match=message):
        lookalike.find_duplicates(images(), **arguments)  # type: ignore[arg-type]


@pytest.mark.parametrize(("verify", "stage"), [(True, "confirming"), (False, "linking")])
def test_progress_tells_all_stages(folder: Path, verify: bool, stage: str) -> None:
    """The callback reports every input read, the linking or confirming, and the comparison."""
    save(folder / "z.bmp", photo(160, 120, 3))
    calls: list[tuple[str, int, int | None]] = []
    lookalike.find_duplicates(folder, verify=verify, progress=lambda *call: calls.append(call))
    assert [call[1] for call in calls if call[0] == "reading"] == list(range(1, 13))
    stages = ["reading", stage, "comparing"]
    if verify:
        stages.append("comparing with keepers")
    assert list(dict.fromkeys(call[0] for call in calls)) == stages
    ends = {name: (done, total) for name, done, total in calls}
    assert ends["reading"] == (12, 12)
    assert all(done == total for done, total in ends.values())


def test_an_interrupted_scan_stops(folder: Path) -> None:
    """A KeyboardInterrupt ends the scan, and its threads end after their current picture."""

    def interrupt(stage: str, done: int, total: int | None) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        lookalike.find_duplicates(folder, progress=interrupt)
    for one in threading.enumerate():
        if one.name.startswith("lookalike"):
            one.join(timeout=10)
            assert not one.is_alive()


def test_no_main_guard_is_needed(folder: Path) -> None:
    """A plain script without `if __name__ == "__main__"` can search, as there are no processes."""
    script = f"import lookalike; print(len(lookalike.find_duplicates({str(folder)!r}).groups))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "3"


def test_compare_agrees_with_find(folder: Path) -> None:
    """Two images compare as the search for duplicates sees them, and flat ones by their pixels."""
    alike = lookalike.compare(folder / "x.png", folder / "sub" / "y.png")
    assert (alike.alike, alike.exact, alike.distance, alike.flat) == (True, True, 0, False)
    assert not lookalike.compare(folder / "x.png", folder / "z.png").alike
    greys = lookalike.compare(folder / "grey-1.png", folder / "grey-3.png")
    assert (greys.alike, greys.distance, greys.flat) == (False, 0, True)
    assert lookalike.compare(folder / "grey-1.png", folder / "grey-2.bmp").alike
    assert not lookalike.compare(folder / "grey-1.png", folder / "x.png", max_distance=64).alike
    with pytest.raises(lookalike.ImageError, match="empty.png: it has no bytes"):
        lookalike.compare(folder / "x.png", folder / "empty.png")
