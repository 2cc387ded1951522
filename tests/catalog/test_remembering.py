"""`find_duplicates(..., catalog=c)`: the same result, but only what changed is opened."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from files import save
from library import draw_library, set_back
from pictures import photo
from remembering import Searched, searched

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
