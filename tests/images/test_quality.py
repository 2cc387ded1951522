"""The estimated quality of a JPEG."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from files import save
from lookalike.images.jpeg.quality import quality_of
from pictures import photo


@pytest.mark.parametrize("mode", ["RGB", "L"])
@pytest.mark.parametrize("progressive", [False, True])
def test_it_is_that_which_the_usual_library_was_given(
    tmp_path: Path, mode: str, progressive: bool
) -> None:
    image = Image.fromarray(photo(32, 24, 1)).convert(mode)
    file = tmp_path / "a.jpg"
    for quality in range(1, 101):
        image.save(file, quality=quality, progressive=progressive)
        assert quality_of(str(file)) == quality


def test_a_scaled_table_of_another_library_has_the_nearest_quality(tmp_path: Path) -> None:
    """Other tables are finer or coarser as a whole. One in words of 16 bits is read as well."""
    image = Image.fromarray(photo(32, 24, 1))
    found = []
    for step in (2, 20, 200, 300):
        image.save(tmp_path / "a.jpg", qtables=[[step] * 64] * 2)
        found.append(quality_of(str(tmp_path / "a.jpg")))
    assert found == sorted(found, key=lambda one: -(one or 0))
    assert (found[0] or 0) > 95
    assert (found[-1] or 100) < 15


def test_long_metadata_before_the_table_is_no_trouble(tmp_path: Path) -> None:
    out = BytesIO()
    Image.fromarray(photo(32, 24, 1)).save(out, "JPEG", quality=83)
    filler = b"\xff\xed\xff\xff" + bytes(0xFFFD)
    (tmp_path / "a.jpg").write_bytes(out.getvalue()[:2] + 5 * filler + out.getvalue()[2:])
    assert quality_of(str(tmp_path / "a.jpg")) == 83


def test_other_files_have_none(tmp_path: Path) -> None:
    """Nor have those that are cut off, without a table, missing, or have names that none can."""
    png = save(tmp_path / "a.png", photo(32, 24, 1))
    (tmp_path / "cut.jpg").write_bytes(save(tmp_path / "b.jpg", photo(32, 24, 1)).read_bytes()[:60])
    (tmp_path / "bare.jpg").write_bytes(b"\xff\xd8\xff\xda\0\x02")
    for path in (png, tmp_path / "cut.jpg", tmp_path / "bare.jpg", tmp_path / "none", tmp_path):
        assert quality_of(str(path)) is None
    assert quality_of("a\0b") is None
