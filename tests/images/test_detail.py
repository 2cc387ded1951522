"""Which pictures have too little detail for a hash, or detail along one axis only."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

import lookalike
from lookalike import hash_images
from lookalike.images import Mark, Picture, read_picture
from pictures import Pixels, photo

PHOTOS = Path(__file__).parents[3] / "shared" / "photos"
SEEDS = range(6)


def levels(values: NDArray[np.floating[Any]]) -> Pixels:
    return values.round().clip(0, 255).astype(np.uint8)


def random_of(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


# Pictures that vary along one axis only


def barcode(seed: int, width: int = 300, height: int = 100) -> Pixels:
    """Bars of 1 to 4 modules."""
    random, unit = random_of(seed), 1 + seed % 3
    widths = unit * random.integers(1, 5, width)
    row = np.repeat(np.arange(width) % 2 * 255, widths)[:width]
    return np.tile(row.astype(np.uint8), (height, 1))


def padded_barcode(seed: int) -> Pixels:
    """A bar code on white. It is closer to some edges than others, so it varies on both axes."""
    top, bottom, left, right = random_of(seed).integers(5, 60, 4).tolist()
    return np.pad(barcode(seed), ((top, bottom), (left, right)), constant_values=255)


def gradient(seed: int) -> Pixels:
    """Five transitions from one shade to the next."""
    stops = random_of(seed).integers(0, 256, 5)
    row = np.interp(np.arange(320), np.linspace(0, 319, 5), stops)
    return np.tile(levels(row), (200, 1))


def gradient_down(seed: int) -> Pixels:
    return np.ascontiguousarray(gradient(seed).T)


def slanted_gradient(seed: int) -> Pixels:
    """The sum of a column and a row, which products can approximate to any precision."""
    down, across = random_of(seed).uniform(20, 110, 2)
    y, x = np.mgrid[:200, :300]
    return levels(10 + down * y / 200 + across * x / 300)


def stripes(seed: int) -> Pixels:
    wide = random_of(seed).uniform(4, 60)
    return np.tile(levels((np.arange(330) // wide % 2) * 180 + 40.0), (230, 1))


def strip(seed: int) -> Pixels:
    """One pixel high."""
    return random_of(seed).integers(0, 256, (1, 500), np.uint8)


def halves(seed: int) -> Pixels:
    light, dark = random_of(seed).permutation(8)[:2] * 30 + 20
    pixels = np.full((240, 320), light, np.uint8)
    pixels[:, 60 + 30 * seed :] = dark
    return pixels


def square(seed: int) -> Pixels:
    y, x = random_of(seed).integers(10, 150, 2)
    pixels = np.full((240, 320), 250, np.uint8)
    pixels[y : y + 40, x : x + 60] = 60
    return pixels


ONE_AXIS = [
    barcode, padded_barcode, gradient, gradient_down, slanted_gradient, stripes, strip, halves,
    square,
]  # fmt: skip


def as_drawn(image: Image.Image) -> Image.Image:
    return image


def as_jpeg(image: Image.Image) -> Image.Image:
    data = io.BytesIO()
    image.save(data, "JPEG", quality=60)
    return Image.open(data)


def scaled(image: Image.Image) -> Image.Image:
    size = max(1, image.width * 7 // 10), max(1, image.height * 7 // 10)
    return image.resize(size, Image.Resampling.LANCZOS)


def blurred(image: Image.Image) -> Image.Image:
    return image.filter(ImageFilter.GaussianBlur(1.5))


def noisy(image: Image.Image) -> Image.Image:
    pixels = np.asarray(image)
    return Image.fromarray(levels(pixels + random_of(9).normal(0, 2, pixels.shape)))


COPIES = [as_drawn, as_jpeg, scaled, blurred, noisy]
every_copy = pytest.mark.parametrize("copy", COPIES, ids=lambda copy: copy.__name__)
every_kind = pytest.mark.parametrize("kind", ONE_AXIS, ids=lambda kind: kind.__name__)


def copied(pixels: Pixels, copy: Callable[[Image.Image], Image.Image]) -> Picture:
    return Picture(np.array(copy(Image.fromarray(pixels))))


@pytest.mark.parametrize(
    ("kind", "copy"),
    [
        pytest.param(kind, copy, id=f"{kind.__name__}, {copy.__name__}")
        for kind in ONE_AXIS
        for copy in COPIES
        # A strip of one pixel stays one when resized and blurred, but not with grain added.
        if kind is not strip or copy in {as_drawn, as_jpeg}
    ],
)
def test_what_varies_along_one_axis_is_degenerate(
    kind: Callable[[int], Pixels], copy: Callable[[Image.Image], Image.Image]
) -> None:
    """A constant plus the product of one column and one row is degenerate, and so are its
    copies.
    """
    for seed in SEEDS:
        picture = copied(kind(seed), copy)
        assert not picture.flat
        assert picture.degenerate
        assert picture.marks == Mark.DEGENERATE


@every_kind
def test_pictures_of_one_axis_match_only_themselves(kind: Callable[[int], Pixels]) -> None:
    """Twelve different ones form no group. A repeated one does, and the result says why."""
    different = [kind(seed) for seed in range(5)]
    result = lookalike.find_duplicates([*different, photo(300, 200)])
    assert len(result.groups) == 0
    assert (result.flat_count, result.degenerate_count) == (0, 5)
    assert [image.marks for image in result.images] == [("degenerate",)] * 5 + [()]
    (group,) = lookalike.find_duplicates([*different, different[3]]).groups
    assert group.positions.tolist() == [3, 5]
    one, other = different[:2]
    compared = lookalike.compare(one, other, max_distance=64)
    assert (compared.alike, compared.degenerate, compared.flat) == (False, True, False)
    assert lookalike.compare(one, one).alike


# What does not


def disc(seed: int) -> Pixels:
    """A disc, small or large, on plain ground."""
    image = Image.new("L", (400, 300), 255 - 60 * (seed % 2))
    wide, (x, y) = (20, 30, 50, 90, 150, 250)[seed], random_of(seed).integers(0, 45, 2)
    ImageDraw.Draw(image).ellipse([x, y, x + wide, y + wide], fill=30)
    return np.array(image)


def slanted_lines(seed: int) -> Pixels:
    image, random = Image.new("L", (500, 400), 255), random_of(seed)
    for _ in range(seed + 1):
        (x, z), (y, w) = random.integers(0, 500, 2), random.integers(0, 400, 2)
        ImageDraw.Draw(image).line([(x, y), (z, w)], fill=0, width=2)
    return np.array(image)


def squares(seed: int) -> Pixels:
    """Squares, as in a QR code."""
    drawn = random_of(seed).integers(0, 2, (25, 25)) * 255
    return np.pad(np.kron(drawn, np.ones((8, 8))).astype(np.uint8), 32, constant_values=255)


def object_on_gradient(seed: int) -> Pixels:
    y, x = np.mgrid[:300, :400]
    pixels = 60 + 60 * (x / 400 + y / 300)
    across, down, wide = random_of(seed).uniform(0.25, 0.75, 3)
    inside = (x / 400 - across) ** 2 + (y / 300 - down) ** 2 < (wide / 4) ** 2
    return levels(np.where(inside, 220 - 180 * (seed % 2), pixels))


def fog(seed: int) -> Pixels:
    """A photograph with almost no contrast."""
    faded: Pixels = (photo(400, 300, seed)[..., 0] // 8 + 180).astype(np.uint8)
    return faded


def page(seed: int) -> Pixels:
    """Lines of text from margin to margin."""
    image, random = Image.new("L", (850, 1100), 255), random_of(seed)
    font = ImageFont.load_default(size=14 + seed)
    for line in range((2, 5, 12, 25, 40, 40)[seed]):
        text = "".join(random.choice(list("abcdefghiklmnoprstuv    "), 100))
        width = font.getlength(text)
        text = text[: int(len(text) * 650 / width)]
        ImageDraw.Draw(image).text((100, 80 + line * 24), text, font=font, fill=0)
    return np.array(image)


DETAILED = [disc, slanted_lines, squares, object_on_gradient, fog, page]


@every_copy
@pytest.mark.parametrize("kind", DETAILED, ids=lambda kind: kind.__name__)
def test_what_has_detail_on_both_axes_is_not_degenerate(
    kind: Callable[[int], Pixels], copy: Callable[[Image.Image], Image.Image]
) -> None:
    """However little detail there is, in one place or in rows."""
    for seed in SEEDS:
        assert copied(kind(seed), copy).marks == Mark(0)


@pytest.mark.slow
@pytest.mark.skipif(not PHOTOS.is_dir(), reason="needs the photographs")
def test_photographs_have_detail() -> None:
    """All photographs but the nearly flat ones."""
    nearly_flat = {"kodak-pixpro-fz201.jpg", "issue-80.jpg", "issue-308.jpg"}
    for folder in ("camera", "rooms", "orientation"):
        for path in sorted((PHOTOS / folder).glob("*.jpg")):
            if path.name not in nearly_flat:
                assert read_picture(path, least_side=256).marks == Mark(0), path


# Large pages


def blank_page(seed: int, grain: float = 4) -> Pixels:
    """A blank page as a scanner sees it, with grain and a few specks of dust."""
    random = random_of(seed)
    pixels = (
        248 - 3 * seed + random.normal(0, grain, (1650, 1275))
        if grain
        else np.full((1650, 1275), 250.0)
    )
    for y, x, wide in random.integers(1, (1640, 1265, 8), (12, 3)):
        pixels[y : y + wide, x : x + wide] = 40
    return levels(pixels)


def thin_lines(seed: int) -> Image.Image:
    """Lines one pixel wide on a page of 2550 x 3300."""
    image, random = Image.new("L", (2550, 3300), 255), random_of(seed)
    for x, y, z, w in random.integers(200, (2350, 3100, 2350, 3100), (8, 4)):
        ImageDraw.Draw(image).line([(x, y), (z, w)], fill=0, width=1)
    return image


def halved(image: Image.Image) -> Image.Image:
    return image.resize((image.width // 2, image.height // 2), Image.Resampling.LANCZOS)


def test_thin_lines_on_large_pages_are_detail() -> None:
    """Each page matches its half size and no other page."""
    pages = [thin_lines(seed) for seed in range(3)]
    result = lookalike.find_duplicates([*pages, *map(halved, pages)])
    assert result.flat_count == result.degenerate_count == 0
    assert [group.positions.tolist() for group in result.groups] == [[0, 3], [1, 4], [2, 5]]


@pytest.mark.parametrize("grain", [0, 2, 6])
@pytest.mark.parametrize("quality", [0, 60, 90])
def test_a_blank_page_stays_blank_when_it_is_scanned(grain: float, quality: int) -> None:
    """A page with grain, JPEG blocks and dust stays blank in both readings. A short line is
    detail.
    """
    for seed in range(2):
        blank = Image.fromarray(blank_page(seed, grain))
        written = blank.copy()
        ImageDraw.Draw(written).line([(600, 700), (720, 800)], fill=40, width=2)
        for image, flat in ((blank, True), (written, False)):
            source: bytes | Image.Image = image
            if quality:
                data = io.BytesIO()
                image.save(data, "JPEG", quality=quality)
                source = data.getvalue()
            for reading in ("fast", "exact"):
                (found,) = hash_images([source], reading=reading).images
                assert found.flat is flat


# Fast and exact reading

NAMES = [
    f"{name}{size}"
    for name in ("ahash", "dhash", "dhash_vertical", "phash", "phash_simple", "whash")
    for size in ("", ":16")
]


def nearly_flat() -> Iterator[bytes]:
    """Faded photographs, small things on plain ground, and slopes, with grain and in colour."""
    for seed in range(48):
        random = random_of(seed)
        short = (350, 450, 600, 900)[seed % 4]
        long = short * 5 // 4
        ground = random.choice([[0, 0, 0], [12, 12, 12], [250, 250, 250], [30, 60, 200]])
        pixels = np.tile(ground.astype(np.float64), (short, long, 1))
        if seed % 3 == 0:
            pixels += photo(long, short, seed) * random.uniform(0.04, 0.12) - 8
        elif seed % 3 == 1:
            y, x = random.integers(0, short // 2, 2)
            pixels[y : y + short // 5, x : x + short // 4] = photo(short // 4, short // 5, seed)
        else:
            y, x = np.mgrid[:short, :long] / short
            pixels += (random.uniform(8, 20) * (x + y * y - x * y))[..., None]
        pixels += random.normal(0, (0, 3, 8)[seed % 5 % 3], pixels.shape)
        data = io.BytesIO()
        Image.fromarray(levels(pixels)).save(
            data, "JPEG", quality=(40, 60, 80, 97)[seed // 3 % 4], progressive=seed % 7 == 0
        )
        yield data.getvalue()


@pytest.mark.slow
def test_nearly_flat_pictures_have_nearly_the_same_hashes_in_both_readings() -> None:
    """At most a sixteenth of the bits differ, for every algorithm and hash size. They have the same
    marks, except that the first scan may be enough for the fast reading.
    """
    pictures = list(nearly_flat())
    exact = hash_images(pictures, algorithms=NAMES, reading="exact")
    for name in NAMES:
        fast = hash_images(pictures, algorithms=name)
        bits = np.bitwise_count(fast.hashes[name].data ^ exact.hashes[name].data).sum(axis=1)
        assert bits.max() <= exact.hashes[name].bits / 16, name
        flat = {at: mark & ~Mark.FIRST_SCAN for at, mark in fast.marks.items()}
        assert {at: mark for at, mark in flat.items() if mark} == exact.marks, name


@pytest.mark.slow
def test_one_image_and_many_are_read_alike() -> None:
    """`hash_image` reads exactly the same images exactly as `hash_images` does."""
    for data in list(nearly_flat())[:9]:
        for name in ("phash", "whash"):
            (hashed,) = hash_images(data, algorithms=name).hashes[name]
            assert hashed == lookalike.hash_image(data, algorithm=name)
