"""`lookalike formats`: formats listed as readable are read, and the others say how to get them."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from lookalike import ImageError, Status, hash_image
from lookalike.cli.commands import commands
from lookalike.images.formats.formats import formats
from lookalike.images.pillow import opening


def drawn(format_name: str) -> bytes:
    """A picture in a format that Pillow writes."""
    pixels = np.random.default_rng(1).integers(0, 256, (8, 8, 3), dtype=np.uint8).repeat(8, 0)
    file = io.BytesIO()
    Image.fromarray(pixels.repeat(8, 1)).save(file, format_name)
    return file.getvalue()


COMMON = ["JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "PPM", "ICO", "TGA", "PCX", "DDS"]


@pytest.mark.parametrize("name", COMMON)
def test_common_formats_are_listed_and_read(name: str) -> None:
    """Formats that every Pillow has are listed as readable, and a picture in them is hashed."""
    listed = {one.name: one for one in formats()}
    assert listed[name].readable
    assert listed[name].through
    assert not listed[name].remedy
    assert hash_image(drawn(name)).bits == 64


def test_only_jpeg_is_fast() -> None:
    """Every pixel is decoded in all other formats."""
    assert [one.name for one in formats() if one.fast] == ["JPEG"]


def test_what_is_not_read_says_how_to_get_it() -> None:
    """Each unreadable format has a remedy and no library."""
    missing = [one for one in formats() if not one.readable]
    assert {"SVG", "PDF", "DICOM", "OpenEXR"} <= {one.name for one in missing}
    assert all(one.remedy and not one.through for one in missing)


@pytest.mark.parametrize("installed", [True, False])
def test_raw_files_are_listed_as_what_is_read_of_them(
    installed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Raw files with previews are read, and the others only with rawpy. Each says how."""
    spec = object() if installed else None
    monkeypatch.setattr("lookalike.images.formats.formats.find_spec", lambda name: spec)
    listed = {one.name: one for one in formats()}
    for name in ("DNG", "NEF", "CR2", "CR3", "ARW", "ORF", "RAF", "RW2", "PEF", "SRW"):
        assert listed[name].readable
        assert "preview" in listed[name].through
        assert "rawpy" in listed[name].through
    assert listed["X3F"].readable == installed
    assert "rawpy" in (listed["X3F"].through or listed["X3F"].remedy)


def test_a_format_whose_plugin_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without pillow-heif, HEIF is listed as unreadable with its install line, as in the failure of
    such a file.
    """
    without = [name for name in opening.openable() if name != "HEIF"]
    monkeypatch.setattr(opening, "openable", lambda: without)
    monkeypatch.setattr("lookalike.images.formats.formats.openable", lambda: without)
    heif = next(one for one in formats() if one.name == "HEIF")
    assert not heif.readable
    assert heif.remedy == "pip install pillow-heif"
    with pytest.raises(ImageError, match="pip install pillow-heif") as caught:
        hash_image(b"\0\0\0\x18ftypheic" + bytes(64))
    assert caught.value.status == Status.UNSUPPORTED


def test_the_command_prints_a_table_or_json() -> None:
    """The table has one line per format, and JSON says the same."""
    table = CliRunner().invoke(commands, ["formats"])
    assert table.exit_code == 0
    lines = {line.split()[0]: line for line in table.output.splitlines()}
    assert "yes" in lines["PNG"]
    printed = CliRunner().invoke(commands, ["formats", "--json"])
    assert [one["name"] for one in json.loads(printed.output)] == [one.name for one in formats()]


def test_pages_are_counted() -> None:
    """An animation is hashed by its first frame, and the row has its number of frames."""
    from lookalike import find_duplicates

    frames = [Image.new("RGB", (40, 40), (k * 60, 90, 20)) for k in range(3)]
    file = io.BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
    result = find_duplicates([file.getvalue(), drawn("PNG")])
    assert [image.frames for image in result.images] == [3, 1]
