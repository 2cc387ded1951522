"""The rule for pictures laid on each other whole."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from lookalike import hash_image
from lookalike.images.picture import Picture, turn
from lookalike.sight.look import Looks, Rule, look_whole
from pictures import photo, uniform

Pixels = NDArray[np.uint8]
Edit = Callable[[Image.Image], Image.Image]

PHOTOS = Path(__file__).parents[3] / "shared" / "photos"


def lanczos(picture: Image.Image) -> Pixels:
    """The grid that pHash makes."""
    return Picture(np.asarray(picture.convert("RGB"))).grey_grid(32, 32)


def area_mean(picture: Image.Image) -> Pixels:
    """The mean of each cell."""
    return np.asarray(picture.convert("L").resize((32, 32), Image.Resampling.BOX))


def as_jpeg(picture: Image.Image, quality: int) -> Image.Image:
    data = io.BytesIO()
    picture.convert("RGB").save(data, "JPEG", quality=quality)
    return Image.open(data).convert("RGB")


EDITS: dict[str, Edit] = {
    "half size": lambda p: p.resize((p.width // 2, p.height // 2)),
    "64 pixels": lambda p: p.resize((64, 48)),
    "squeezed": lambda p: p.resize((p.width * 3 // 4, p.height)),
    "quality 20": lambda p: as_jpeg(p, 20),
    "quality 5": lambda p: as_jpeg(p, 5),
    "brighter": lambda p: ImageEnhance.Brightness(p).enhance(1.3),
    "less contrast": lambda p: ImageEnhance.Contrast(p).enhance(0.6),
    "grey": lambda p: ImageOps.grayscale(p).convert("RGB"),
    "blurred": lambda p: p.filter(ImageFilter.GaussianBlur(2)),
    "cropped": lambda p: p.crop((4, 3, p.width - 6, p.height - 2)),
}

GRIDS = [lanczos, area_mean]


def pictures() -> list[Image.Image]:
    return [Image.fromarray(photo(200, 150, seed)) for seed in range(12)]


def pairs(count: int) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Each of the first `count` with each of the next `count`."""
    first, second = np.divmod(np.arange(count * count, dtype=np.uint32), np.uint32(count))
    return first, second + np.uint32(count)


@pytest.mark.slow
@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
@pytest.mark.parametrize("grid", GRIDS)
def test_only_copies_are_the_same(grid: Callable[[Image.Image], Pixels], edit: Edit) -> None:
    """An edit without geometry leaves a picture the same, and no other becomes the same."""
    originals = pictures()
    thumbs = np.stack([grid(p) for p in originals] + [grid(edit(p)) for p in originals])
    found = look_whole(thumbs, *pairs(len(originals))).same()
    np.testing.assert_array_equal(found.reshape(12, 12), np.eye(12, dtype=bool))


@pytest.mark.parametrize("orientation", range(1, 8))
def test_turned_copies_are_the_same_in_their_orientation(orientation: int) -> None:
    """A turned copy is found in the orientation that it needs."""
    stored = np.stack([lanczos(p) for p in pictures()])
    shown = np.stack([turn(thumb, orientation + 1) for thumb in stored])
    thumbs = np.concatenate([shown, stored])
    first, second = (side[:: len(stored) + 1] for side in pairs(len(stored)))
    turned = np.full(len(first), orientation, np.uint8)
    assert look_whole(thumbs, first, second, turned).same().all()


def looks(correlation: float, good: float, blocks: int, bad: float = 0) -> Looks:
    row = np.zeros((1, 9), np.float32)
    row[0, [1, 2, 5, 7]] = good, blocks, correlation, bad
    return Looks(row)


@pytest.mark.parametrize(
    ("correlation", "good", "blocks", "same"),
    [
        (0.73, 0.71, 24, True),
        (0.71, 0.9, 200, False),
        (0.9, 0.69, 200, False),
        (0.92, 1.0, 23, False),
        (0.94, 0.89, 23, False),
        (0.94, 0.91, 23, True),
        (0.0, 0.0, 0, False),
    ],
)
def test_few_blocks_must_agree_better(
    correlation: float, good: float, blocks: int, same: bool
) -> None:
    """Each limit decides alone, and below 24 blocks the limits are higher."""
    assert looks(correlation, good, blocks).same().tolist() == [same]
    assert not looks(correlation, good, blocks, bad=0.16).same().any()


def test_no_texture_is_never_the_same() -> None:
    """A plain picture says nothing, however low the limits are."""
    thumbs = np.stack([uniform(32, 32, 90)] * 2)
    found = look_whole(thumbs, np.array([0], np.uint32), np.array([1], np.uint32))
    assert not found.same(Rule(0, 0, 24, 0, 0)).any()


def test_agreement_is_from_0_to_1() -> None:
    """A negative picture has no agreement, and an equal one nearly all."""
    thumb = lanczos(pictures()[0])
    found = look_whole(
        np.stack([thumb, 255 - thumb]), np.zeros(2, np.uint32), np.arange(2, dtype=np.uint32)
    )
    assert found.agreement[0] > 0.95
    assert found.agreement[1] == 0


@pytest.mark.slow
def test_no_two_rooms_are_the_same() -> None:
    """Of 400 rooms, each pair within 12 bits of pHash is different, except for one equal pair."""
    files = sorted((PHOTOS / "rooms").glob("*.jpg"))
    if not files:
        pytest.skip("the shared photographs are not here")
    words = np.array([list(bytes(hash_image(file))) for file in files], np.uint8)
    near = np.bitwise_count(words[:, None] ^ words[None]).sum(-1, dtype=np.int64) <= 12
    first, second = (side.astype(np.uint32) for side in np.nonzero(np.triu(near, 1)))
    thumbs = np.stack([lanczos(Image.open(file)) for file in files])
    same = look_whole(thumbs, first, second).same()
    found = [(files[i].name, files[j].name) for i, j in zip(first[same], second[same], strict=True)]
    assert found == [("12_bathroom.jpg", "12_bedroom.jpg")]
