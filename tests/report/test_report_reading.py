"""Pictures of a report are read within limits, whatever became of the files."""

from __future__ import annotations

from pathlib import Path

import pytest

import lookalike
from files import save
from lookalike.report.pictures import PictureReader
from lookalike.work.isolation import Isolation
from pictures import photo


@pytest.mark.slow
@pytest.mark.usefixtures("bad_format")
def test_a_decoder_that_hangs_or_crashes_costs_one_picture(tmp_path: Path) -> None:
    """Read apart, its picture is missing with a reason, and all others are there."""
    paths = [save(tmp_path / f"{name}.png", photo(80, 60, 1)) for name in "abcd"]
    result = lookalike.find_duplicates(paths)
    paths[1].write_bytes(b"BAD!hang")
    paths[2].write_bytes(b"BAD!crash")
    with PictureReader(isolation=Isolation(timeout=8), workers=2) as reader:
        shown = reader.pictures(result.groups[0].members, 64)
        alone = reader.picture(result.groups[0].members[0], 64)
    found = {Path(path).name: one for path, one in shown.items()}
    assert found["b.png"].reason == "reading it took more than 8 seconds"
    assert found["c.png"].reason.startswith("reading it ")
    assert all(found[f"{name}.png"].jpeg for name in "ad")
    assert alone.jpeg


def test_limits_hold_for_pictures_too(tmp_path: Path) -> None:
    """A file that has grown since the search is not decoded beyond the limit on pixels."""
    paths = [save(tmp_path / f"{name}.png", photo(80, 60, 1)) for name in "ab"]
    result = lookalike.find_duplicates(paths)
    save(paths[1], photo(400, 300, 1))
    with PictureReader(max_pixels=80 * 60) as reader:
        shown = reader.pictures(result.groups[0].members, 64)
    assert shown[str(paths[0])].jpeg
    assert "pixels" in shown[str(paths[1])].reason
