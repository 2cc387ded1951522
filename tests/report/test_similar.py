"""One picture against all: what is found, in which order, and how it is shown."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from numpy.typing import NDArray

import lookalike
from files import save
from lookalike import find_similar
from lookalike.cli.commands import commands
from lookalike.report.similar import COLUMNS, SimilarResult
from pictures import photo, uniform
from serving import Server
from sight_pictures import EDITS, scene


def found(result: SimilarResult) -> dict[str, list[str]]:
    """The names of what was found, by the name of each picture."""
    names: dict[str, list[str]] = {Path(one.path).name: [] for one in result.pictures}
    for one in result.matches:
        names[Path(one.picture).name].append(Path(one.image.path).name)
        assert one.rank == len(names[Path(one.picture).name])
    return names


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Copies of one picture of all kinds, and others."""
    one = photo(160, 120, 1)
    save(tmp_path / "one.png", one)
    (tmp_path / "copy.png").write_bytes((tmp_path / "one.png").read_bytes())
    save(tmp_path / "pixels.bmp", one)
    save(tmp_path / "good.jpg", one, quality=90)
    save(tmp_path / "bad.jpg", one, quality=5)
    save(tmp_path / "turned.png", np.ascontiguousarray(np.rot90(one)))
    save(tmp_path / "other.png", photo(160, 120, 2))
    save(tmp_path / "grey.png", uniform(50, 40, 90))
    save(tmp_path / "grey.bmp", uniform(50, 40, 90))
    return tmp_path


def test_everything_similar_is_listed_by_how_sure_it_is(folder: Path) -> None:
    """Equal bytes, equal pixels, and then by agreement. The picture is in the folder itself, and is
    not found.
    """
    result = find_similar(folder / "one.png", folder)
    (names,) = found(result).values()
    assert names[:2] == ["copy.png", "pixels.bmp"]
    assert names[4] == "bad.jpg"
    reasons = dict(zip(names, (one.reason for one in result.matches), strict=True))
    assert (reasons["copy.png"], reasons["pixels.bmp"]) == ("same bytes", "same pixels")
    assert "alike, turned by 90°" in reasons["turned.png"]
    assert reasons["good.jpg"].endswith("% alike")
    agreements = [one.agreement or 0 for one in result.matches]
    assert agreements == sorted(agreements, reverse=True)
    assert len(result.matches) == 5


def test_by_bits_the_nearest_hash_comes_first(folder: Path) -> None:
    """Within the distance, and as `distance` says."""
    result = find_similar(folder / "one.png", folder, verify=False, max_distance=64)
    distances = [one.distance for one in result.matches]
    assert distances[2:] == sorted(distances[2:])
    assert {Path(one.image.path).name for one in result.matches} >= {"other.png", "turned.png"}
    for one in result.matches:
        assert one.distance == lookalike.distance(folder / "one.png", one.image.path)
        assert one.agreement is None


def test_several_pictures_may_find_the_same_image(folder: Path, tmp_path: Path) -> None:
    """A picture without a match is listed with none. Blank ones match by their pixels."""
    given = tmp_path / "given"
    save(given / "first.jpg", photo(80, 60, 1))
    save(given / "second.jpg", photo(90, 68, 1))
    save(given / "third.jpg", photo(90, 68, 7))
    save(given / "blank.png", uniform(50, 40, 90))
    result = find_similar(given, folder)
    names = found(result)
    assert len(names["first.jpg"]) == len(names["second.jpg"]) == 6
    assert names["third.jpg"] == []
    assert sorted(names["blank.png"]) == ["grey.bmp", "grey.png"]


def pixels(count: int) -> Iterator[NDArray[Any]]:
    """A stream of pictures."""
    for seed in range(count):
        yield photo(120, 90, seed)


@pytest.mark.parametrize("verify", [True, False])
def test_a_stream_is_searched_like_a_list(verify: bool) -> None:
    """Nothing of it can be read again, so the thumbs decide."""
    one = find_similar([photo(60, 45, 3)], pixels(6), verify=verify)
    other = find_similar([photo(60, 45, 3)], list(pixels(6)), verify=verify)
    assert [(match.image.path, match.evidence) for match in one.matches] == [
        (match.image.path, match.evidence) for match in other.matches
    ]
    assert [match.image.path for match in one.matches] == ["[4]"]


@pytest.mark.slow
def test_the_pairs_are_those_of_comparing_each(folder: Path) -> None:
    """`compare` says the same of every pair, and gives the same numbers."""
    names = sorted(folder.iterdir())
    for picture in names:
        result = find_similar(picture, [one for one in names if one != picture], reading="exact")
        assert {Path(one.image.path) for one in result.matches} == {
            one for one in names if one != picture and lookalike.compare(picture, one).alike
        }
        for one in result.matches:
            said = lookalike.compare(picture, one.image.path)
            assert (one.distance, one.evidence) == (said.distance, said.evidence)
            assert (one.turned, one.mirrored) == (said.turned, said.mirrored)
            if not one.same_pixels:
                assert one.agreement == pytest.approx(said.agreement, abs=1e-4)


@pytest.mark.thorough
def test_a_url_is_fetched_once_and_looked_for_by_points(server: Server, tmp_path: Path) -> None:
    """Its bytes are kept, so that it is looked at as closely as a file."""
    picture = save(tmp_path / "served" / "crop.png", EDITS["crop"](scene(1)))
    url = server.serve("/crop.png", picture.read_bytes())
    save(tmp_path / "all" / "whole.png", scene(1))
    save(tmp_path / "all" / "other.png", scene(2))
    result = find_similar(url, tmp_path / "all", thorough=True)
    assert [(Path(one.image.path).name, one.evidence) for one in result.matches] == [
        ("whole.png", "points")
    ]
    assert "found by points" in result.matches[0].reason
    assert result.facts.thumbs_only == 0


def run(*arguments: str) -> str:
    done = CliRunner().invoke(commands, ["find", *arguments])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_the_command_lists_one_line_per_image(folder: Path) -> None:
    """As text, as JSON and as CSV."""
    arguments = (str(folder / "one.png"), "--in", str(folder))
    lines = run(*arguments).splitlines()
    assert lines[0].endswith("one.png: 5 similar images")
    assert lines[1].split()[:2] == ["same", "bytes"]
    assert lines[7] == "1 picture looked for in 8 images: 5 found."
    document = json.loads(run(*arguments, "--json", "--quiet"))
    (picture,) = document["pictures"]
    assert [one["rank"] for one in picture["similar"]] == [1, 2, 3, 4, 5]
    assert picture["similar"][0]["reason"] == "same bytes"
    assert document["images"] == 8
    rows = list(csv.DictReader(io.StringIO(run(*arguments, "--csv", "--quiet"))))
    assert list(rows[0]) == list(COLUMNS)
    assert [row["rank"] for row in rows] == ["1", "2", "3", "4", "5"]


def test_a_search_for_pictures_is_not_read_back_as_a_result(folder: Path) -> None:
    """It has no groups, so nothing in it is a duplicate to be removed."""
    text = find_similar(folder / "one.png", folder).to_json()
    with pytest.raises(ValueError, match="not the JSON of a result"):
        lookalike.Result.from_json(text)


def test_against_and_in_exclude_each_other(folder: Path) -> None:
    """A usage error says so."""
    arguments = ["find", str(folder / "one.png"), "--in", str(folder), "--against", str(folder)]
    done = CliRunner().invoke(commands, arguments)
    assert done.exit_code == 2
    assert "--against and --in cannot both be given" in done.stderr
