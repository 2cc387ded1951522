"""Pictures with alpha are seen on white, or on black if white shows nothing."""

from __future__ import annotations

import io
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from lookalike import compare, find_duplicates, hash_image
from lookalike.images import Picture, read_picture
from pictures import blobs, photo

Pixels = NDArray[np.uint8]

FORMATS: dict[str, tuple[str, dict[str, Any]]] = {
    "png": ("RGBA", {}),
    "grey.png": ("LA", {}),
    "tif": ("RGBA", {}),
    "grey.tif": ("LA", {}),
    "webp": ("RGBA", {"lossless": True}),
    "gif": ("RGBA", {}),
    "tga": ("RGBA", {}),
    "ico": ("RGBA", {"sizes": [(96, 96)]}),
}


def icon(seed: int, colour: str = "white", side: int = 96) -> Image.Image:
    """Some discs and bars of one colour on a transparent ground."""
    chance, picture = random.Random(seed), Image.new("RGBA", (side, side))
    draw = ImageDraw.Draw(picture)
    for k in range(6):
        x, y = (chance.randrange(side * 3 // 4) for _ in range(2))
        box = (x, y, x + chance.randrange(8, side // 3), y + chance.randrange(8, side // 3))
        (draw.ellipse if k % 2 else draw.rectangle)(box, fill=colour)
    return picture


def half(picture: Image.Image) -> Image.Image:
    return picture.resize((picture.width // 2, picture.height // 2), Image.Resampling.LANCZOS)


def encoded(picture: Image.Image | Pixels, format_: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    image.save(file, format_, **options)
    return file.getvalue()


def rgba(colour: Pixels, alpha: Pixels | int) -> Pixels:
    return np.dstack([colour, np.broadcast_to(np.uint8(alpha), colour.shape[:2])])


def groups(folder: Path) -> list[set[str]]:
    result = find_duplicates(folder)
    return [
        {Path(result.images[at].path).name for at in group.positions} for group in result.groups
    ]


@pytest.mark.parametrize("ending", FORMATS)
def test_a_white_icon_matches_its_half_size_and_no_other_icon(ending: str, tmp_path: Path) -> None:
    """White shapes on transparent ground are pictures of those shapes, in every format with
    alpha.
    """
    mode, options = FORMATS[ending]
    for seed in range(8):
        icon(seed).convert(mode).save(tmp_path / f"{seed}.{ending}", **options)
    half(icon(3)).convert(mode).save(tmp_path / "half.png")
    assert groups(tmp_path) == [{f"3.{ending}", "half.png"}]


@pytest.mark.parametrize("colour", ["white", "#fffdfa", "black", "#808080", "#c03040"])
def test_an_icon_of_any_colour_matches_its_half_size_and_no_other(colour: str) -> None:
    """This holds whether it is seen on white or on black."""
    small = hash_image(half(icon(0, colour)))
    assert hash_image(icon(0, colour)) - small <= 4
    assert all(hash_image(icon(seed, colour)) - small > 10 for seed in range(1, 9))


def test_compare_tells_white_icons_apart() -> None:
    """`compare` sees them as `find_duplicates` does."""
    same, other = compare(icon(1), half(icon(1))), compare(icon(1), icon(2))
    assert (same.alike, same.flat) == (True, False)
    assert (other.alike, other.flat) == (False, False)


def test_black_is_as_exact_as_white() -> None:
    """Every value under every alpha is `(c * a + 127) // 255` on black."""
    alpha = np.arange(256, dtype=np.uint8)[:, None].repeat(8, 1)
    light = np.arange(248, 256, dtype=np.uint8)[None].repeat(256, 0)
    picture = read_picture(rgba(np.dstack([light] * 3), alpha))
    expected = (light.astype(int) * alpha + 127) // 255
    np.testing.assert_array_equal(picture.pixels, np.dstack([expected] * 3))


@pytest.mark.parametrize("picture", [photo(90, 60, 1), 255 - photo(90, 60, 2) // 8], ids=str)
def test_what_shows_on_white_keeps_its_hash(picture: Pixels) -> None:
    """A picture with alpha that is not flat on white has the hash of how it looks on white."""
    alpha = blobs(90, 60, 7)
    on_white = (picture * (alpha / 255)[..., None] + 255 - alpha[..., None] + 1e-9).round()
    seen, expected = read_picture(rgba(picture, alpha)), Picture(on_white.astype(np.uint8))
    assert not expected.flat
    assert np.abs(seen.pixels.astype(int) - expected.pixels).max() <= 1
    assert hash_image(rgba(picture, alpha)) - hash_image(on_white.astype(np.uint8)) <= 2


@pytest.mark.parametrize("level", [255, 250, 90, 0])
def test_a_flat_picture_with_opaque_alpha_is_the_one_without(level: int) -> None:
    """An opaque alpha channel changes neither hash nor digest, and nothing is seen on black."""
    plain = np.full((20, 30, 3), level, np.uint8)
    one, other = read_picture(rgba(plain, 255)), read_picture(plain)
    np.testing.assert_array_equal(one.pixels, plain)
    assert one.pixel_digest() == other.pixel_digest()
    assert hash_image(rgba(plain, 255)) == hash_image(plain)


def test_the_digest_is_that_of_the_picture_in_every_format() -> None:
    """Equal colours and alpha give one digest in every format. Half the alpha gives another."""
    picture = np.asarray(icon(5))
    sources: list[Pixels | bytes] = [
        picture,
        encoded(picture, "PNG"),
        encoded(picture, "TIFF", compression="tiff_lzw"),
        encoded(picture, "WEBP", lossless=True, exact=True),
        encoded(icon(5).convert("LA"), "PNG"),
        encoded(icon(5), "GIF"),
    ]
    assert len({read_picture(source).pixel_digest() for source in sources}) == 1
    weaker = picture // np.array([1, 1, 1, 2], np.uint8)
    assert read_picture(weaker).pixel_digest() != read_picture(picture).pixel_digest()


def test_a_faint_trace_of_alpha_tells_flat_pictures_apart() -> None:
    """Pictures that are flat on white and on black match only if their alpha is equal."""
    white = np.full((40, 40, 3), 255, np.uint8)
    alphas = [np.full((40, 40), level, np.uint8) for level in (3, 3, 4)]
    one, same, other = (read_picture(rgba(white, alpha)) for alpha in alphas)
    assert one.flat
    assert other.flat
    assert one.pixel_digest() == same.pixel_digest() != other.pixel_digest()
    assert compare(rgba(white, alphas[0]), rgba(white, alphas[1])).alike
    assert not compare(rgba(white, alphas[0]), rgba(white, alphas[2])).alike


@pytest.mark.parametrize("format_", ["PNG", "TIFF", "WEBP"])
def test_colours_that_nobody_sees_do_not_count(format_: str) -> None:
    """Fully transparent pictures are flat and equal, and no opaque picture equals them."""
    hidden = [rgba(photo(40, 30, seed), 0) for seed in (1, 2)]
    files = [encoded(one, format_, lossless=True, exact=True) for one in hidden]
    one, other = map(read_picture, files)
    assert one.flat
    assert one.pixel_digest() == other.pixel_digest()
    for level in (0, 255):
        opaque = read_picture(np.full((30, 40, 3), level, np.uint8))
        assert opaque.pixel_digest() != one.pixel_digest()


def test_alpha_is_turned_with_the_picture() -> None:
    """Two files that look alike, one of them stored on its side, have one digest."""
    picture, exif = icon(4), Image.Exif()
    exif[0x0112] = 6
    aside = encoded(picture.rotate(90), "PNG", exif=exif)
    upright, turned = read_picture(encoded(picture, "PNG")), read_picture(aside)
    assert upright.pixel_digest() == turned.pixel_digest()
    assert hash_image(aside) == hash_image(picture)


def test_an_animation_is_seen_by_its_first_frame() -> None:
    """White shapes in the first frame of a GIF or WebP are hashed."""
    for format_, options in (("GIF", {}), ("WEBP", {"lossless": True}), ("PNG", {})):
        more = {"save_all": True, "append_images": [icon(9)], **options}
        animated = encoded(icon(8), format_, **more)
        assert hash_image(animated) - hash_image(icon(8)) == 0
        assert read_picture(animated).frames == 2
