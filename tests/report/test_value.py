"""A result is a value: fixed when it is made, then written and read back."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import lookalike
from files import save
from jpegs import huge_jpeg
from lookalike import LookalikeError, Result, find_duplicates
from lookalike.report.rows import COLUMNS
from lookalike.report.words import text_of
from pictures import photo, uniform

ROW = (
    "path", "kind", "inner", "bytes", "width", "height", "format", "frames", "marks", "damage",
    "hash", "digest", "modified_ns", "identity",
)  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Copies, equal pixels in other files, a smaller one, flat ones, an animation, a failure."""
    folder = tmp_path / "photos"
    save(folder / "a.png", photo(160, 120, 1))
    shutil.copy(folder / "a.png", folder / "b.png")
    save(folder / "c.bmp", photo(160, 120, 1))
    save(folder / "d.png", photo(80, 60, 1))
    save(folder / "grey-1.png", uniform(50, 40, 100))
    save(folder / "grey-2.bmp", uniform(50, 40, 100))
    large = huge_jpeg()
    (folder / "large-1.jpg").write_bytes(large)
    (folder / "large-2.jpg").write_bytes(large)
    frames = [Image.fromarray(photo(64, 48, k)) for k in (7, 8, 9)]
    for name in ("film-1.webp", "film-2.webp"):
        frames[0].save(folder / name, save_all=True, append_images=frames[1:], lossless=True)
    frames[0].save(folder / "film-3.webp", save_all=True, append_images=frames[2:], lossless=True)
    (folder / "broken.jpg").write_bytes(large[:300])
    (folder / "na\u00efve \udcff.txt").write_text("no image")
    return folder


def written(result: Result) -> tuple[str, str, str]:
    """All the written forms of a result."""
    return result.to_json(), result.to_csv(), text_of(result, summary=True)


@pytest.mark.slow
@pytest.mark.parametrize("isolate", [False, pytest.param(True, marks=pytest.mark.thorough)])
def test_deleting_every_file_changes_nothing(folder: Path, isolate: bool) -> None:
    """JSON, CSV and text are as before, even if first requested afterwards."""
    before = written(find_duplicates(folder, isolate=isolate))
    result = find_duplicates(folder)
    assert result.table.beginnings
    shutil.rmtree(folder)
    assert written(result) == before
    duplicates = [one for group in result.groups for one in group.duplicates]
    exact = {Path(one.image.path).name for one in duplicates if one.exact}
    assert exact == {"b.png", "large-2.jpg", "film-2.webp"}
    assert {Path(one.image.path).name for one in duplicates if one.same_pixels} == {
        "b.png", "c.bmp", "grey-2.bmp", "large-2.jpg", "film-2.webp",
    }  # fmt: skip


def test_json_comes_back(folder: Path, tmp_path: Path) -> None:
    """The result read back has the same groups, counts, failures, rows, JSON, CSV and text."""
    first = find_duplicates(folder)
    assert len(first.groups) == 4
    assert len(first.related) == 1
    page = first.write_report(tmp_path / "report.html", paths=False)
    assert "1 pair of images has something else in common." in page.read_text()
    second = Result.from_json(first.to_json())
    assert second.to_dict() == first.to_dict() == json.loads(first.to_json())
    assert written(second) == written(first)
    assert list(second.rows()) == list(first.rows())
    for name in (
        "failures", "related", "skipped", "damaged", "warnings", "image_count", "flat_count",
        "degenerate_count", "duplicate_count", "bytes_to_save", "rule",
    ):  # fmt: skip
        assert getattr(second, name) == getattr(first, name), name
    for ours, theirs in zip(first.groups, second.groups, strict=True):
        assert ours.members == theirs.members
        assert ours.duplicates == theirs.duplicates
        assert ours.keeper_reason == theirs.keeper_reason
        assert ours.keeper_values == theirs.keeper_values
        assert ours.max_distance_within == theirs.max_distance_within
        assert ours.marks == theirs.marks


def test_what_json_does_not_hold_raises(folder: Path) -> None:
    """Pairs and links of a result that was read back raise. Those of the original do not."""
    first = find_duplicates(folder)
    second = Result.from_json(first.to_json())
    assert len(first.pairs.i) > 0
    assert len(first.groups[0].links.i) > 0
    with pytest.raises(LookalikeError, match="search again"):
        _ = second.pairs
    with pytest.raises(LookalikeError, match="search again"):
        _ = second.groups[0].links


def test_an_empty_result_comes_back(tmp_path: Path) -> None:
    """Without images there are no groups, and everything can be written and read."""
    first = find_duplicates(tmp_path)
    assert written(Result.from_json(first.to_json())) == written(first)
    assert json.loads(first.to_json())["groups"] == []


@pytest.mark.parametrize(
    "text",
    ["[]", "{}", '{"format": 2, "groups": []}', '{"format": true}', '{"format": 1}', "nothing"],
)
def test_other_json_is_refused(text: str) -> None:
    """JSON that is not a result, or has another format, raises `ValueError`."""
    with pytest.raises(ValueError, match=r"result|Expecting"):
        Result.from_json(text)


def test_format_1_has_these_keys(folder: Path) -> None:
    """Format 1 may gain keys, but never loses or changes one of these."""
    document = json.loads(find_duplicates(folder).to_json())
    assert document["format"] == 1
    assert set(document) >= {
        "format", "groups", "related", "failures", "damaged", "warnings", "images", "flat",
        "degenerate", "skipped", "algorithm", "max_distance", "preparation", "version",
    }  # fmt: skip
    group = document["groups"][0]
    assert set(group) >= {
        "keeper", "keeper_reason", "keeper_values", "duplicates", "max_distance_within",
        "max_distance_is_exact", "marks",
    }  # fmt: skip
    assert set(group["keeper"]) >= set(ROW)
    assert set(group["duplicates"][0]) >= {*ROW, "distance", "exact", "same_pixels"}
    assert set(document["failures"][0]) == {"path", "status", "reason"}
    assert document["version"] == lookalike.__version__


def test_a_row_says_what_the_image_is(folder: Path) -> None:
    """Size, dimensions, format, hash and digest are those of the file."""
    result = find_duplicates(folder)
    group = result.to_dict()["groups"][0]
    row = group["keeper"]
    image = result.groups[0].keeper
    assert row["path"] == image.path == str(folder / "a.png")
    assert row["bytes"] == (folder / "a.png").stat().st_size
    assert (row["width"], row["height"], row["format"], row["frames"]) == (160, 120, "PNG", 1)
    assert (row["kind"], row["inner"]) == ("file", "")
    assert row["hash"] == str(image.hashes["phash"])
    assert row["digest"] == result.table.digests[result.groups[0].positions[0]].tobytes().hex()
    by_name = {
        Path(one["path"]).name: (one["exact"], one["same_pixels"]) for one in group["duplicates"]
    }
    assert by_name == {"b.png": (True, True), "c.bmp": (False, True), "d.png": (False, False)}
    assert group["keeper_reason"] == "first by name"
    assert group["keeper_values"] == [str(folder / "a.png"), str(folder / "b.png")]


def test_csv_says_the_same(folder: Path) -> None:
    """The keeper's row has the reason, and the duplicates say what is equal."""
    rows = list(find_duplicates(folder).rows())
    assert all(tuple(row) == COLUMNS for row in rows)
    assert [(row["keeper_reason"], row["exact"], row["same_pixels"]) for row in rows[:2]] == [
        ("first by name", False, False),
        (None, True, True),
    ]


def test_the_docs_name_every_column(folder: Path) -> None:
    """`docs/command.md` explains the rows of JSON, and lists the columns of the CSV in order."""
    docs = (Path(__file__).parents[2] / "docs" / "command.md").read_text("utf-8")
    table = docs.partition("| key of a row |")[2].partition("\n\n|")[0]
    assert all(f"`{name}`" in table for name in ROW)
    listed = docs.partition("The columns are `group`")[2].partition(".")[0]
    assert re.findall(r"`(\w+)`", f"`group`{listed}") == list(COLUMNS)


def test_text_is_aligned(folder: Path) -> None:
    """The paths of a group begin in one column, and the first one says what is equal."""
    save(folder / "\u5bb6\u65cf.bmp", photo(160, 120, 1))
    lines = text_of(find_duplicates(folder), summary=False).splitlines()
    group = lines[1 : lines.index("")]
    assert [line[:11].strip() for line in group[:4]] == [
        "keep",
        "exact copy",
        "same pixels",
        "same pixels",
    ]
    assert len({line.index(str(folder)) for line in group}) == 1
    formats = [line.index("  BMP" if "BMP" in line else "  PNG") for line in group]
    narrower = [2 * ("\u5bb6" in line) for line in group]  # two characters of double width
    assert len(set(np.add(formats, narrower).tolist())) == 1
    assert "\x1b[" in text_of(find_duplicates(folder), summary=False, colour=True)
