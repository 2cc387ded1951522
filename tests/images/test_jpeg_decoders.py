"""Fast reading gives the same whether the kernel or libjpeg-turbo decodes a JPEG."""

from typing import Any

import numpy as np
import pytest

from jpegs import (
    every_kind,
    exif,
    frame_at,
    jpeg,
    patched,
    scene,
    with_segments,
    without_segments,
    xmp,
)
from lookalike import ImageError, Status, hash_images
from lookalike.hashing.recipe import Recipe, recipe_for
from lookalike.hashing.row import Row
from lookalike.images import read_picture
from lookalike.images.jpeg import luma
from lookalike.sources import Input, Kind, source_of
from lookalike.sources.location import Location

ALGORITHMS = (
    "phash",
    "dhash",
    "ahash",
    "whash",
    "phash_simple",
    "dhash_vertical",
    "phash:16",
    "phash:5",
    "dhash:12",
    "ahash:7",
    "whash:4",
    "phash@imagededup",
)
IN_KERNEL = ("phash", "dhash", "ahash", "dhash_vertical", "phash:16", "whash:4")
FILES = {
    **every_kind(scene(707, 530, 1)),
    "large": jpeg(scene(1637, 1301, 2)),
    "large progressive": jpeg(scene(1637, 1301, 3), progressive=True),
    "over its first scan": jpeg(scene(2400, 1700, 5), progressive=True, quality=95),
    **{
        f"turned by {value}": with_segments(jpeg(scene(900 + value, 700, 4)), exif(value))
        for value in range(10)
    },
    "turned by XMP": with_segments(jpeg(scene(901, 707)), xmp(b'<a tiff:Orientation="8"/>')),
    "turned by both": with_segments(
        jpeg(scene(901, 707)), xmp(b"<tiff:Orientation>8<"), exif(6, order=">")
    ),
    "in two parts": without_segments(jpeg(scene(640, 480)), 0xFE) + jpeg(scene(64, 48)),
    "broken": jpeg(scene(707, 530, 1))[:-3000],
    "flat": jpeg(np.full((700, 900, 3), 90, np.uint8)),
}


def use_turbo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(luma.DECODER, luma.TURBO)


def rows(**options: Any) -> dict[str, list[Any]]:
    """Everything that is known about each file, or why it was not read."""
    columns = hash_images(list(FILES.values()), **options).columns()
    return {name: list(values) for name, values in columns.items()}


@pytest.mark.parametrize("damaged", ["report", "hash"])
@pytest.mark.parametrize("name", ALGORITHMS)
def test_both_give_equal_rows(name: str, damaged: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """For every algorithm, with damaged files and without."""
    found = rows(algorithms=[name], damaged=damaged)
    use_turbo(monkeypatch)
    assert found == rows(algorithms=[name], damaged=damaged)


def test_usual_files_are_hashed_without_a_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel does it in one call, for all algorithms at once. The rows are complete."""
    usual = [name for name in FILES if name.startswith(("large", "turned", "over"))]
    expected = hash_images([FILES[name] for name in usual], algorithms=IN_KERNEL).columns()
    monkeypatch.setattr(Recipe, "read", lambda *_: pytest.fail("it made a picture"))
    table = hash_images([FILES[name] for name in usual], algorithms=IN_KERNEL)
    assert not table.failures
    assert {name: list(values) for name, values in table.columns().items()} == {
        name: list(values) for name, values in expected.items()
    }


def test_libjpeg_turbo_is_used_on_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable is looked at for each file, and any other value of it changes nothing."""
    asked = []
    monkeypatch.setattr(luma, "decode", lambda *_: asked.append(1))
    monkeypatch.setenv(luma.DECODER, "anything")
    assert read_picture(FILES["large"], least_side=160).pixels.shape == (163, 205)
    assert not asked
    use_turbo(monkeypatch)
    read_picture(FILES["large"], least_side=160)
    assert asked


@pytest.mark.parametrize("marker", [0xC0, 0xC2])
def test_a_file_too_short_for_its_size_is_damaged(marker: int) -> None:
    """It is refused before memory is taken, and no slower decoder gets it."""
    data = jpeg(scene(80, 60), progressive=marker == 0xC2)
    huge = patched(data, frame_at(data) + 5, 0x1B, 0x58, 0xFF, 0xDC)
    with pytest.raises(ImageError) as caught:
        read_picture(huge, least_side=96)
    assert caught.value.status is Status.DAMAGED
    assert "are too few for 65500 x 7000 pixels" in caught.value.reason


SETS = [("phash", "dhash"), ("phash", "whash", "ahash"), ("dhash", "phash:16", "phash")]


@pytest.mark.parametrize("decoder", ["", luma.TURBO])
@pytest.mark.parametrize("names", SETS)
def test_a_hash_does_not_depend_on_others(
    names: tuple[str, ...], decoder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hash that is made beside others is the one that is made alone."""
    monkeypatch.setenv(luma.DECODER, decoder)
    files = list(FILES.values())
    together = hash_images(files, algorithms=names).hashes
    for name in names:
        alone = hash_images(files, algorithms=[name]).hashes[name]
        assert np.array_equal(together[name].words, alone.words)


def row(name: str, *, with_thumb: bool) -> Row:
    recipe = recipe_for(
        name,
        reading="fast",
        max_pixels=10**8,
        max_bytes=10**8,
        damaged="report",
        with_thumb=with_thumb,
    )
    return recipe.row(Input(Location(Kind.MEMORY, "[0]"), None, source_of(FILES["large"])))


def test_a_hash_does_not_depend_on_the_thumb() -> None:
    """The thumb of the second look is the same beside any algorithm, too."""
    names = ("phash", "dhash", "ahash:4")
    with_thumbs = [row(name, with_thumb=True) for name in names]
    assert [one.hashes for one in with_thumbs] == [
        row(name, with_thumb=False).hashes for name in names
    ]
    assert len({one.thumb for one in with_thumbs}) == 1
