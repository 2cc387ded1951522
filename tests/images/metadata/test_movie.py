"""What films beside pictures say of themselves."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lookalike.images.metadata import Movie, read_movie
from lookalike.images.metadata.movie import SINCE_1904
from photo_metadata import box, movie


def test_identifier_time_and_length_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.mov"
    path.write_bytes(movie(content_id="4F-11", created=SINCE_1904 + 100, seconds=2.5))
    assert read_movie(str(path)) == Movie("4F-11", 100 * 10**9, 2.5)


def test_wide_boxes_and_times_are_read(tmp_path: Path) -> None:
    head = struct.pack(">IQQIQ", 1 << 24, SINCE_1904 + 100, 0, 10, 30) + bytes(80)
    wide = struct.pack(">I4sQ", 1, b"mdat", 20) + b"data"
    path = tmp_path / "a.mov"
    path.write_bytes(wide + box(b"moov", box(b"mvhd", head)))
    assert read_movie(str(path)) == Movie("", 100 * 10**9, 3.0)


def test_other_files_are_no_films(tmp_path: Path) -> None:
    path = tmp_path / "a.mov"
    path.write_bytes(b"no film at all")
    assert read_movie(str(path)) is None
    assert read_movie(str(tmp_path / "missing.mov")) is None
    assert read_movie(str(tmp_path)) is None


@settings(deadline=None)
@given(st.data())
def test_no_broken_film_breaks_the_reader(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    film = bytearray(movie(content_id="4F-11"))
    for _ in range(data.draw(st.integers(1, 4))):
        film[data.draw(st.integers(0, len(film) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / "broken.mov"
    path.write_bytes(film[: data.draw(st.integers(0, len(film)))])
    found = read_movie(str(path))
    assert found is None or isinstance(found, Movie)
