"""The page of sampled pairs shows what can still be read, and is never the end of a job."""

from __future__ import annotations

import io
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from files import encoded, save
from lookalike.sources import Choice, Kind, Location
from lookalike.spark.page import SIDE, picture_at, png_of
from pictures import gradient, photo
from spark_sets import write_tars


@pytest.mark.parametrize("pixels", [photo(31, 17), gradient(16, 40)])
def test_its_pictures_are_png_files(pixels: NDArray[np.uint8]) -> None:
    """With the pixels they were made of."""
    with Image.open(io.BytesIO(png_of(pixels))) as shown:
        assert np.array_equal(np.asarray(shown), pixels)


def test_files_and_members_are_shown_small(tmp_path: Path) -> None:
    """Wherever they are found again."""
    large = save(tmp_path / "large.jpg", photo(600, 300))
    files = {f"{seed}.png": encoded(photo(16, 12, seed)) for seed in (1, 2)}
    (tar,) = write_tars(tmp_path / "tars", files, 1)
    places = [
        (Location(Kind.FILE, str(large)), (SIDE, SIDE // 2)),
        (Location(Kind.MEMBER, str(tar), "2.png"), (16, 12)),
    ]
    for place, size in places:
        data = picture_at(place, Choice())
        assert data is not None
        with Image.open(io.BytesIO(data)) as shown:
            assert shown.size == size


@pytest.mark.skipif(find_spec("s3fs") is not None, reason="s3fs is installed")
def test_what_cannot_be_read_again_is_left_out(tmp_path: Path) -> None:
    """It is gone, broken, or at an address that this machine cannot open."""
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"no picture")
    places = [
        Location(Kind.FILE, str(tmp_path / "gone.jpg")),
        Location(Kind.FILE, str(broken)),
        Location(Kind.MEMBER, str(tmp_path / "gone.tar"), "1.png"),
        Location(Kind.MEMBER, "s3://bucket/a.tar", "1.png"),
        Location(Kind.ADDRESS, "nowhere://bucket/a.jpg"),
    ]
    assert [picture_at(place, Choice()) for place in places] == [None] * 5
