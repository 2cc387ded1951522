"""Equal bytes, equal pixels and near matches are distinguished."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import lookalike
from files import save
from jpegs import huge_jpeg
from lookalike.matching.copies import first_equal
from lookalike.matching.links import Evidence
from pictures import photo


def evidence(result: lookalike.Result) -> dict[str, tuple[bool, bool]]:
    """Evidence for the duplicates of the only group, by name: equal bytes, equal pixels."""
    (group,) = result.groups
    return {Path(one.image.path).name: (one.exact, one.same_pixels) for one in group.duplicates}


def in_format(pixels: Any, form: str, **options: Any) -> bytes:
    """The bytes of a file."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, form, **options)
    return file.getvalue()


@pytest.mark.slow
@pytest.mark.parametrize("isolate", [False, pytest.param(True, marks=pytest.mark.thorough)])
def test_the_same_pixels_in_other_formats_are_told_from_other_pixels(
    tmp_path: Path, isolate: bool
) -> None:
    """BMP, PNG, TIFF and lossless WebP hold equal pixels. A single different sample is only
    near.
    """
    pixels = photo(200, 150, 1)
    save(tmp_path / "a.bmp", pixels)
    save(tmp_path / "b.png", pixels)
    save(tmp_path / "c.tif", pixels)
    save(tmp_path / "d.webp", pixels, lossless=True)
    pixels[70, 70, 1] ^= 1
    save(tmp_path / "e.png", pixels)
    found = evidence(lookalike.find_duplicates(tmp_path, isolate=isolate))
    assert found.pop("e.png") == (False, False)
    assert len(found) == 3
    assert set(found.values()) == {(False, True)}


def test_metadata_and_orientation_do_not_count(tmp_path: Path) -> None:
    """Pictures are compared upright. One stored on its side and turned by EXIF is equal, but the
    same stored pixels without the turn are not.
    """
    pixels = photo(200, 150, 1)
    save(tmp_path / "a.png", pixels)
    exif = Image.Exif()
    exif[0x0112] = 6
    save(tmp_path / "b.png", np.rot90(pixels), exif=exif)
    exif[0x0112] = 1
    exif[0x010E] = "a description"
    save(tmp_path / "c.png", pixels, exif=exif)
    assert set(evidence(lookalike.find_duplicates(tmp_path)).values()) == {(False, True)}
    assert len(evidence(lookalike.find_duplicates(tmp_path))) == 2


def test_alpha_counts(tmp_path: Path) -> None:
    """They look equal on white, but only one of the two is transparent."""
    pixels = photo(200, 150, 1)
    pixels[:20] = 255
    alpha = np.full((150, 200, 1), 255, np.uint8)
    save(tmp_path / "a.png", pixels)
    save(tmp_path / "b.tif", np.concatenate([pixels, alpha], axis=2))
    alpha[:20] = 0
    save(tmp_path / "c.png", np.concatenate([pixels, alpha], axis=2))
    result = lookalike.find_duplicates(tmp_path)
    (group,) = result.groups
    found = {group.keeper.path: "keep"} | {
        one.image.path: str(one.same_pixels) for one in group.duplicates
    }
    named = {Path(path).name: words for path, words in found.items()}
    assert named == {"a.png": "True", "b.tif": "keep", "c.png": "False"}


def test_every_frame_counts(tmp_path: Path) -> None:
    """Films with equal first frames are equal only if all others are, to the last sample."""
    frames = [photo(64, 48, k) for k in (1, 2, 3)]
    others = [one.copy() for one in frames]
    others[2][5, 5] ^= 1
    for name, film, method in (("a", frames, 0), ("b", frames, 4), ("c", others, 0)):
        first, *later = map(Image.fromarray, film)
        first.save(
            tmp_path / f"{name}.webp", save_all=True, append_images=later, lossless=True,
            method=method, quality=100 if method else 0,
        )  # fmt: skip
    result = lookalike.find_duplicates(tmp_path)
    (group,) = result.groups
    assert (tmp_path / "a.webp").read_bytes() != (tmp_path / "b.webp").read_bytes()
    names = {at: Path(result.images[at].path).stem for at in group.positions.tolist()}
    links = zip(group.links.i.tolist(), group.links.j.tolist(), group.links.evidence, strict=True)
    found = {names[i] + names[j]: evidence for i, j, evidence in links}
    assert found["ab"] == Evidence.PIXELS
    assert Evidence.PIXELS not in {evidence for pair, evidence in found.items() if pair != "ab"}


@pytest.mark.parametrize("kind", ["zip", "tar", "list"])
def test_archives_and_bytes_are_compared_too(tmp_path: Path, kind: str) -> None:
    """Equal images are found in archives and lists of bytes, which can be read again."""
    pixels = photo(200, 150, 1)
    files = {"a.bmp": in_format(pixels, "BMP"), "b.png": in_format(pixels, "PNG")}
    pixels[70, 70] ^= 1
    files["c.png"] = in_format(pixels, "PNG")
    images: Any = list(files.values())
    if kind == "zip":
        images = tmp_path / "photos.zip"
        with zipfile.ZipFile(images, "w") as archive:
            for name, data in files.items():
                archive.writestr(name, data)
    elif kind == "tar":
        images = tmp_path / "photos.tar.gz"
        with tarfile.open(images, "w:gz") as tape:
            for name, data in files.items():
                member = tarfile.TarInfo(name)
                member.size = len(data)
                tape.addfile(member, io.BytesIO(data))
    found = evidence(lookalike.find_duplicates(images))
    assert list(found.values()) == [(False, True), (False, False)]


def test_what_is_there_once_is_not_compared() -> None:
    """A generator's files cannot be read again, so their pixels are not known to be equal."""
    pixels = photo(200, 150, 1)
    images = [in_format(pixels, "BMP"), in_format(pixels, "PNG")]
    assert evidence(lookalike.find_duplicates(iter(images))) == {"[1]": (False, False)}
    assert evidence(lookalike.find_duplicates(images)) == {"[1]": (False, True)}


def test_a_file_that_changed_after_it_was_read_is_not_known_to_be_equal(tmp_path: Path) -> None:
    """Its current pixels are not those that were hashed. Unchanged, it is equal."""
    pixels = photo(200, 150, 1)
    save(tmp_path / "a.bmp", pixels)
    save(tmp_path / "b.png", pixels)

    def change(stage: str, done: int, total: int | None) -> None:
        if stage == "linking":
            save(tmp_path / "b.png", pixels, compress_level=1)

    assert evidence(lookalike.find_duplicates(tmp_path)) == {"b.png": (False, True)}
    found = lookalike.find_duplicates(tmp_path, verify=False, progress=change)
    assert evidence(found) == {"b.png": (False, False)}


def test_a_file_that_is_gone_is_not_known_to_be_equal(tmp_path: Path) -> None:
    """Nothing is raised if a file with an equal beginning disappears before the comparison."""
    data = huge_jpeg()
    for name in "abc":
        (tmp_path / f"{name}.jpg").write_bytes(data)

    def remove(stage: str, done: int, total: int | None) -> None:
        if stage == "linking" and (tmp_path / "b.jpg").exists():
            (tmp_path / "b.jpg").unlink()

    result = lookalike.find_duplicates(tmp_path, verify=False, progress=remove)
    assert result.table.beginnings == {0, 1, 2}
    assert evidence(result) == {"c.jpg": (True, True), "b.jpg": (False, False)}


def test_nothing_is_read_again_where_the_scan_has_settled_it(tmp_path: Path) -> None:
    """Copies that were read whole, and pictures of other sizes or hashes, need no comparison."""
    save(tmp_path / "a.png", photo(160, 120, 1))
    (tmp_path / "b.png").write_bytes((tmp_path / "a.png").read_bytes())
    save(tmp_path / "c.png", photo(80, 60, 1))
    stages: list[str] = []
    lookalike.find_duplicates(tmp_path, progress=lambda stage, *_: stages.append(stage))
    assert "comparing" not in stages
    save(tmp_path / "d.bmp", photo(160, 120, 1))
    lookalike.find_duplicates(tmp_path, progress=lambda stage, *_: stages.append(stage))
    assert stages.count("comparing") == 2  # one of the copies, and the one of other bytes


def test_first_equal_is_what_a_dictionary_finds() -> None:
    """Each row gets the number of the first that equals it."""
    chance = np.random.default_rng(3)
    for count in (0, 1, 200):
        one, two = chance.integers(0, 5, count), chance.integers(0, 3, (count, 2))
        firsts: dict[tuple[int, ...], int] = {}
        rows = [(int(a), *b) for a, b in zip(one, two.tolist(), strict=True)]
        expected = [firsts.setdefault(row, at) for at, row in enumerate(rows)]
        assert first_equal(one, two).tolist() == expected
