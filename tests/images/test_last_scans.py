"""A large progressive JPEG of which a later scan is cut off is not kept over a whole copy."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lookalike import find_duplicates


@pytest.fixture(scope="module")
def photo() -> Image.Image:
    random = np.random.default_rng(5)
    large, small = (
        Image.fromarray(random.integers(0, 256, (rows, columns, 3), np.uint8)).resize(
            (2000, 1500), Image.Resampling.BICUBIC
        )
        for rows, columns in ((6, 8), (375, 500))
    )
    return Image.blend(large, small, 0.4)


@pytest.mark.thorough
@pytest.mark.parametrize("share", [0.7, 0.9, 0.99, None])
def test_what_breaks_off_in_a_later_scan_is_not_kept(
    tmp_path: Path, photo: Image.Image, share: float | None
) -> None:
    """Though it ends properly, and has more pixels; one that is whole is kept for them."""
    whole, small = tmp_path / "large.jpg", tmp_path / "small.jpg"
    photo.save(whole, quality=90, progressive=True)
    photo.resize((1000, 750)).save(small)
    if share is not None:
        data = whole.read_bytes()
        whole.write_bytes(data[: int(share * len(data))] + b"\xff\xd9")
    (group,) = find_duplicates(tmp_path, workers=1).groups
    (other,) = group.duplicates
    if share is None:
        assert (group.keeper.path, other.image.damage) == (str(whole), "")
    else:
        assert group.keeper.path == str(small)
        assert "some of its data is" in other.image.damage
