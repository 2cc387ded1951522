"""`Shelf` and `Scratch`: what is written stays readable, however little room there is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lookalike.files import Scratch
from lookalike.sight.shelf import Shelf
from pictures import noise
from tight import files_within, room


@pytest.mark.parametrize("kilobytes", [0, 4, 20, 1000])
def test_a_shelf_gives_back_every_picture(tmp_path: Path, kilobytes: int) -> None:
    """From the file or from memory, of any shape."""
    drawn = {number: noise(30 + number, 50, number) for number in range(12)}
    drawn[99] = np.dstack([drawn[0]] * 3)
    with room(tmp_path, kilobytes):
        shelf = Shelf()
        for number, picture in drawn.items():
            assert number not in shelf
            shelf.add(number, picture)
        for number, picture in drawn.items():
            np.testing.assert_array_equal(shelf[number], picture)
            assert number in shelf


def test_what_did_not_fit_leaves_no_trace() -> None:
    """After a write that failed, a smaller one follows what was there before."""
    scratch = Scratch()
    assert scratch.append(b"a" * 700) == 0
    with files_within(1):
        with pytest.raises(OSError, match="too large"):
            scratch.append(b"b" * 700)
        assert scratch.length == 700
        assert scratch.append(b"c" * 100) == 700
    assert scratch.read(690, 20) == b"a" * 10 + b"c" * 10
    assert bytes(scratch.mapped(scratch.length)) == b"a" * 700 + b"c" * 100


def test_what_is_mapped_outlives_the_file() -> None:
    """It is read from there after the file was closed."""
    scratch = Scratch()
    scratch.append(np.arange(100, dtype=np.uint16).data)
    mapped = scratch.mapped(200)
    scratch.close()
    np.testing.assert_array_equal(np.frombuffer(mapped, np.uint16), np.arange(100))
    assert bytes(Scratch().mapped(0)) == b""
