"""`find_duplicates(..., catalog=c)`: the same result, but only what changed is opened."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from files import save
from library import draw_library, set_back
from pictures import photo
from remembering import Searched, killed, searched

pytestmark = pytest.mark.thorough

ARCHIVES = {"album.zip", "album.tar"}
"""Their lists of members are read each time."""


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw_library(tmp_path_factory.mktemp("drawn") / "library")


@pytest.fixture(scope="module")
def plain(drawn: Path) -> Searched:
    """A search without a catalogue."""
    return searched(drawn)


def same(one: Searched, other: Searched) -> bool:
    assert one.text == other.text
    assert one.csv == other.csv
    assert one.json == other.json
    return True


def test_three_searches_say_the_same_and_the_second_opens_nothing(
    drawn: Path, plain: Searched, tmp_path: Path
) -> None:
    """The first search with a catalogue, and those after it, give the bytes of one without."""
    first = searched(drawn, tmp_path / "c")
    assert same(first, plain)
    assert first.opened
    for _ in range(2):
        again = searched(drawn, tmp_path / "c")
        assert same(again, plain)
        assert set(again.opened) <= ARCHIVES


@pytest.fixture
def library(drawn: Path, tmp_path: Path) -> Path:
    """A copy of the folder, to be changed."""
    shutil.copytree(drawn, tmp_path / "library", symlinks=True)
    set_back()
    return tmp_path / "library"


def test_a_new_file_opens_itself_and_each_candidate_at_most_once(
    library: Path, tmp_path: Path
) -> None:
    """It is near one picture, has the pixels of others, and is a form of known layout."""
    searched(library, tmp_path / "c")
    save(library / "edits/new.png", photo(300, 225, 5))
    shutil.copy(library / "copies/pixels.png", library / "copies/new.png")
    save(library / "copies/new.tif", photo(200, 150, 3))
    form = library / "paper/new.png"
    shutil.copy(library / "paper/form1.png", form)
    form.write_bytes(form.read_bytes() + b" ")
    set_back(*library.rglob("new.*"))
    plain = searched(library)
    found = searched(library, tmp_path / "c")
    assert same(found, plain)
    names = set(found.opened) - ARCHIVES
    new = {"new.png", "new.tif"}
    assert new <= names
    assert names - new <= {
        "plain.png", "small.jpg", "turned.png", "other colours.png", "pixels.png", "pixels.bmp",
        "form0.png", "form1.png", "form2.png", "form0 again.jpg",
    }  # fmt: skip
    assert all(found.opened[name] == 1 for name in names - new), found.opened
    again = searched(library, tmp_path / "c")
    assert same(again, plain)
    assert set(again.opened) <= ARCHIVES


def test_what_changed_is_read_again(library: Path, tmp_path: Path) -> None:
    """Files that are edited, gone, renamed and moved give what they give without a catalogue."""
    searched(library, tmp_path / "c")
    save(library / "edits/stranger.png", photo(480, 360, 5))
    (library / "edits/plain.png").unlink()
    (library / "copies/second.jpg").rename(library / "copies/a renamed one.jpg")
    (library / "odd").rename(library / "at the end")
    (library / "edits/link.png").unlink()
    found = searched(library, tmp_path / "c")
    assert same(found, searched(library))
    assert found.opened["a renamed one.jpg"] == 0
    assert found.opened["film.gif"] == 0
    assert found.opened["stranger.png"] >= 1


@pytest.mark.parametrize(
    "keywords",
    [
        pytest.param({"verify": False}, id="no second look"),
        pytest.param({"algorithm": "dhash"}, id="dhash"),
        pytest.param({"colour": True, "min_agreement": 0.5}, id="colour"),
        pytest.param({"damaged": "hash"}, id="damaged"),
        pytest.param({"isolate": True}, id="processes"),
        pytest.param({"exclude": ["paper"], "hidden": True}, id="exclude"),
        pytest.param({"recursive": False}, id="no folders"),
    ],
)
def test_other_searches_agree_too(
    drawn: Path, tmp_path_factory: pytest.TempPathFactory, shared: Path, keywords: dict[str, Any]
) -> None:
    """They share one catalogue, and each opens nothing when it comes again."""
    plain = searched(drawn, **keywords)
    assert same(searched(drawn, shared, **keywords), plain)
    again = searched(drawn, shared, **keywords)
    assert same(again, plain)
    assert set(again.opened) <= ARCHIVES


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shared") / "c"


def test_a_thorough_search_agrees(drawn: Path, shared: Path) -> None:
    """It reads the files for their points, but its result is the same."""
    plain = searched(drawn, thorough=True)
    for _ in range(2):
        assert same(searched(drawn, shared, thorough=True), plain)


def test_thumbs_may_be_deleted(drawn: Path, plain: Searched, tmp_path: Path) -> None:
    """They are made again from the files, once."""
    searched(drawn, tmp_path / "c")
    assert (tmp_path / "c/thumbs").stat().st_mode & 0o777 == 0o700
    shutil.rmtree(tmp_path / "c/thumbs")
    assert same(searched(drawn, tmp_path / "c"), plain)
    again = searched(drawn, tmp_path / "c")
    assert same(again, plain)
    assert set(again.opened) <= ARCHIVES


def test_damaged_thumbs_are_made_again(drawn: Path, plain: Searched, tmp_path: Path) -> None:
    """Half a record, or the record of another content, is not taken for a thumb."""
    searched(drawn, tmp_path / "c")
    for path in (tmp_path / "c/thumbs").iterdir():
        data = bytearray(path.read_bytes())
        data[: len(data) // 2] = data[-(len(data) // 2) :]
        path.write_bytes(data[:-100])
    assert same(searched(drawn, tmp_path / "c"), plain)


@pytest.mark.parametrize("after", [1, 9, 40, 60])
def test_a_killed_search_goes_on(drawn: Path, plain: Searched, tmp_path: Path, after: int) -> None:
    """Whatever it was doing, the next one gives the same result."""
    killed(drawn, tmp_path / "c", after)
    assert same(searched(drawn, tmp_path / "c"), plain)
    assert set(searched(drawn, tmp_path / "c").opened) <= ARCHIVES
