"""The registry of algorithms, and each algorithm compared with its published recipe in plain
NumPy.
"""

from collections.abc import Callable, Iterable
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.typing import NDArray

import twin
from lookalike import algorithm_names, get_algorithm
from lookalike._native import kernel
from lookalike.algorithms import grids
from lookalike.images import picture as picture_module
from lookalike.images.detail import FLAT_RANGE, SIDE
from lookalike.images.picture import Picture
from pictures import Pixels, blobs, colour, gradient, noise, photo, stripes, uniform

Bits = NDArray[np.bool_]
Grid = NDArray[np.float64]

every_algorithm = pytest.mark.parametrize("name", algorithm_names())


def bits_of(pixels: Pixels, name: str) -> Bits:
    return get_algorithm(name).compute(Picture(pixels))


# The registry


@pytest.mark.parametrize("name", [name for name in algorithm_names() if name != "colorhash"])
def test_a_plain_name_is_64_bits(name: str) -> None:
    """It has 8 bytes and 16 hex digits, whether or not the size is given."""
    family, at, flavour = name.partition("@")
    for spelling in (name, f"{family}:8{at}{flavour}"):
        algorithm = get_algorithm(spelling)
        assert algorithm.name == name
        assert algorithm.shape == (8, 8)
        assert (algorithm.bits, algorithm.width, algorithm.digits) == (64, 8, 16)


@pytest.mark.parametrize(
    ("name", "bits", "width", "digits"),
    [
        ("phash:2", 4, 1, 1),
        ("dhash:3", 9, 2, 3),
        ("dhash_vertical:5", 25, 4, 7),
        ("ahash:12", 144, 18, 36),
        ("whash:16", 256, 32, 64),
        ("phash:128", 16384, 2048, 4096),
        ("phash_simple:3", 9, 2, 3),
        ("colorhash", 42, 6, 11),
        ("colorhash:1", 14, 2, 4),
        ("colorhash:8", 112, 14, 28),
    ],
)
def test_a_size_is_part_of_the_name(name: str, bits: int, width: int, digits: int) -> None:
    """A hash has its grid of bits, in the fewest bytes and digits that hold them."""
    algorithm = get_algorithm(name)
    assert algorithm.name == name
    assert (algorithm.bits, algorithm.width, algorithm.digits) == (bits, width, digits)


@pytest.mark.parametrize(
    "name",
    ["", "PHASH", "phash ", "colour", "phash@", "phash@imagehash", "dhash_vertical@imagededup"],
)
def test_an_unknown_name_is_refused(name: str) -> None:
    """The message shows the name and all valid ones."""
    with pytest.raises(ValueError, match=r"^no algorithm ") as caught:
        get_algorithm(name)
    assert all(known in str(caught.value) for known in [repr(name), *algorithm_names()])


@pytest.mark.parametrize(
    ("family", "expected"),
    [
        ("ahash", "2 to 128"),
        ("phash", "2 to 128"),
        ("dhash", "2 to 128"),
        ("dhash_vertical", "2 to 128"),
        ("whash", "a power of two from 2 to 128"),
    ],
)
@pytest.mark.parametrize(
    "size",
    ["", "0", "1", "129", "512", "-8", "+8", "8.0", " 8", "8 ", "0x8", "1_6", "\u0668", "8:8"],
)
def test_an_impossible_size_is_refused(family: str, expected: str, size: str) -> None:
    """The message lists the possible sizes."""
    name = f"{family}:{size}"
    with pytest.raises(ValueError, match=r"^the size of ") as caught:
        get_algorithm(name)
    assert str(caught.value) == f"the size of {name!r} must be {expected}, not {size!r}"


@pytest.mark.parametrize("size", range(2, 129))
def test_a_wavelet_hash_has_a_power_of_two_a_side(size: int) -> None:
    """Halving cannot reach any other size."""
    name = f"whash:{size}"
    if size in {2, 4, 8, 16, 32, 64, 128}:
        assert get_algorithm(name).shape == (size, size)
    else:
        with pytest.raises(ValueError, match=f"a power of two from 2 to 128, not '{size}'"):
            get_algorithm(name)


def test_the_size_of_a_colorhash_is_the_bits_of_a_share() -> None:
    """There are 14 shares of 1 to 8 bits each, or of 3 if no size is given."""
    assert get_algorithm("colorhash:3") is get_algorithm("colorhash")
    assert [get_algorithm(f"colorhash:{n}").shape for n in range(1, 9)] == [
        (14, n) for n in range(1, 9)
    ]
    for size in ("0", "9", ""):
        with pytest.raises(ValueError, match=f"must be 1 to 8, not '{size}'$"):
            get_algorithm(f"colorhash:{size}")


@pytest.mark.parametrize("family", ["ahash", "phash", "dhash", "whash"])
@pytest.mark.parametrize("size", ["2", "16", ""])
def test_imagededup_has_one_size(family: str, size: str) -> None:
    """It is 8, as for its own hashes."""
    with pytest.raises(ValueError, match=f"must be 8, not '{size}'$"):
        get_algorithm(f"{family}:{size}@imagededup")


@pytest.mark.parametrize("name", [None, 8, b"phash", ["phash"]])
def test_a_name_is_a_string(name: object) -> None:
    """The message shows what came instead, and an example."""
    with pytest.raises(TypeError, match=r"^algorithm must be a name such as 'phash'") as caught:
        get_algorithm(name)  # type: ignore[arg-type]
    assert repr(name) in str(caught.value)


@pytest.mark.parametrize(
    ("name", "distance"),
    [
        ("ahash", 5),
        ("phash", 10),
        ("phash_simple", 5),
        ("dhash", 8),
        ("dhash_vertical", 8),
        ("whash", 6),
        ("colorhash", 1),
        ("colorhash:1", 0),
        ("colorhash:8", 2),
        ("ahash@imagededup", 10),
        ("phash@imagededup", 10),
        ("dhash@imagededup", 10),
        ("whash@imagededup", 10),
        ("phash:2", 0),
        ("phash:3", 1),
        ("phash:16", 40),
        ("whash:4", 1),
        ("dhash:32", 128),
    ],
)
def test_the_default_distance_is_a_share_of_the_bits(name: str, distance: int) -> None:
    """Every size has the share of the usual size, rounded down."""
    assert get_algorithm(name).default_max_distance == distance


# The recipes


def grey_grid(pixels: Pixels, width: int, height: int) -> Grid:
    """As in ImageHash: grey, then resized."""
    return twin.resample(as_grey(pixels), width, height).astype(np.float64)


def colour_grid(pixels: Pixels, width: int, height: int) -> Grid:
    """As in imagededup: resized, then grey."""
    return as_grey(twin.resample(pixels, width, height)).astype(np.float64)


def as_grey(pixels: Pixels) -> Pixels:
    return twin.grey(pixels) if pixels.ndim == 3 else pixels


def lowest_frequencies(grid: Grid, size: int) -> Grid:
    """DCT-II along both axes."""
    side = len(grid)
    k, x = np.ogrid[:size, :side]
    cosines = np.cos(np.pi * k * (2 * x + 1) / (2 * side))
    frequencies: Grid = cosines @ grid @ cosines.T
    return frequencies


def wavelet_averages(samples: Grid, size: int) -> Grid:
    """Enough Haar steps to leave this many averages per side."""
    return twin.haar_low(samples, int(np.log2(len(samples) // size)))


def ahash(pixels: Pixels, size: int) -> Bits:
    grid = grey_grid(pixels, size, size)
    return grid > np.mean(grid)


def phash(pixels: Pixels, size: int) -> Bits:
    low = lowest_frequencies(grey_grid(pixels, 4 * size, 4 * size), size)
    return low > np.median(low)


def phash_simple(pixels: Pixels, size: int) -> Bits:
    grid = grey_grid(pixels, 4 * size, 4 * size)
    x, k = np.ogrid[: len(grid), 1 : size + 1]
    low = (grid @ np.cos(np.pi * k * (2 * x + 1) / (2 * len(grid))))[:size]
    bits: Bits = low > low.mean()
    return bits


def dhash(pixels: Pixels, size: int) -> Bits:
    return np.diff(grey_grid(pixels, size + 1, size), axis=1) > 0


def dhash_vertical(pixels: Pixels, size: int) -> Bits:
    return np.diff(grey_grid(pixels, size, size + 1), axis=0) > 0


def whash(pixels: Pixels, size: int) -> Bits:
    side = max(2 ** int(np.log2(min(pixels.shape[:2]))), size)
    low = wavelet_averages(twin.haar_remove_mean(grey_grid(pixels, side, side) / 255), size)
    return low > np.median(low)


def colorhash(pixels: Pixels, binbits: int) -> Bits:
    colours = pixels if pixels.ndim == 3 else colour(pixels, pixels, pixels)
    counts = twin.colour_bins(colours)
    wholes = np.repeat([counts.sum(), max(counts[2:].sum(), 1)], [2, 12])
    shares = np.minimum((counts[:14] / wholes * 2**binbits).astype(int), 2**binbits - 1)
    places = np.arange(binbits)
    bits: Bits = shares[:, None] // 2 ** (binbits - places - 1) % 2 ** (binbits - places) > 0
    return bits


def ahash_imagededup(pixels: Pixels, size: int) -> Bits:
    grid = colour_grid(pixels, size, size)
    return grid >= np.mean(grid)


def phash_imagededup(pixels: Pixels, size: int) -> Bits:
    low = lowest_frequencies(colour_grid(pixels, 32, 32), size)
    return low >= np.median(low.ravel()[1:])


def dhash_imagededup(pixels: Pixels, size: int) -> Bits:
    return np.diff(colour_grid(pixels, size + 1, size), axis=1) > 0


def whash_imagededup(pixels: Pixels, size: int) -> Bits:
    low = wavelet_averages(colour_grid(pixels, 256, 256) / 255, size)
    return low >= np.median(low)


RECIPES: dict[str, tuple[Callable[[Pixels, int], Bits], list[int]]] = {
    "ahash": (ahash, [2, 3, 8, 12, 16]),
    "phash": (phash, [2, 3, 8, 12, 16]),
    "phash_simple": (phash_simple, [2, 3, 8, 12, 16]),
    "dhash": (dhash, [2, 3, 8, 12, 16]),
    "dhash_vertical": (dhash_vertical, [2, 3, 8, 12, 16]),
    "whash": (whash, [2, 4, 8, 16]),
    "colorhash": (colorhash, [1, 2, 3, 4, 8]),
    "ahash@imagededup": (ahash_imagededup, [8]),
    "phash@imagededup": (phash_imagededup, [8]),
    "dhash@imagededup": (dhash_imagededup, [8]),
    "whash@imagededup": (whash_imagededup, [8]),
}

# Pictures without ties between frequencies, which rounding would decide.
DRAWN = {
    "wide": photo(200, 120, 1),
    "tall": photo(75, 160, 2),
    "grey": blobs(90, 90, 3),
    "noise": noise(33, 31, 4),
    "tiny": noise(7, 5, 5),
    "narrow": photo(3, 40, 6),
}


@pytest.mark.thorough
@pytest.mark.parametrize("pixels", DRAWN.values(), ids=DRAWN)
@every_algorithm
def test_a_hash_is_what_its_recipe_says(name: str, pixels: Pixels) -> None:
    """For every size, the bits are those of the published steps in floating point."""
    recipe, sizes = RECIPES[name]
    family, at, flavour = name.partition("@")
    for size in sizes:
        bits = bits_of(pixels, f"{family}:{size}{at}{flavour}")
        assert bits.dtype == np.bool_
        np.testing.assert_array_equal(bits, recipe(pixels, size))


@pytest.mark.parametrize(
    "family", [name for name in algorithm_names() if "@" not in name and name != "colorhash"]
)
def test_the_largest_hash_has_16384_bits(family: str) -> None:
    """About half of them are set for noise."""
    bits = bits_of(noise(300, 300), f"{family}:128")
    assert bits.shape == (128, 128)
    assert 0.45 < bits.mean() < 0.55


@every_algorithm
def test_grey_is_the_colour_of_equal_channels(name: str) -> None:
    """A picture has the same hash stored in one channel as in three."""
    for grey in (blobs(90, 60, 1), noise(7, 5), stripes(40, 30, 3)):
        np.testing.assert_array_equal(bits_of(colour(grey, grey, grey), name), bits_of(grey, name))


# Colours


@pytest.mark.parametrize(
    ("red", "green", "blue", "share"),
    [
        (0, 0, 0, 0),
        (31, 31, 31, 0),
        (32, 32, 32, 1),
        (255, 255, 255, 1),
        (200, 100, 100, 2),
        (200, 200, 100, 2),
        (150, 200, 100, 3),
        (100, 100, 200, 6),
        (200, 100, 130, 7),
        (255, 0, 0, 8),
        (255, 255, 0, 8),
        (150, 255, 0, 9),
        (0, 255, 0, 10),
        (0, 255, 255, 10),
        (0, 100, 255, 11),
        (50, 50, 255, 12),
        (0, 0, 255, 0),
        (255, 0, 90, 13),
    ],
)
def test_a_colour_fills_its_share(red: int, green: int, blue: int, share: int) -> None:
    """A picture of one colour has all bits of that colour's share, and no others."""
    pixels = np.full((5, 7, 3), (red, green, blue), np.uint8)
    expected = np.zeros((14, 3), np.bool_)
    expected[share] = True
    np.testing.assert_array_equal(bits_of(pixels, "colorhash"), expected)


def test_a_share_grows_with_its_pixels() -> None:
    """The dark eighths of a picture are counted in bits that are not quite binary."""
    rows = np.full((8, 3), 255, np.uint8)
    written = []
    for dark in range(9):
        rows[:dark] = 0
        written.append("".join("01"[bit] for bit in bits_of(rows, "colorhash")[0].tolist()))
    assert written == ["000", "001", "010", "011", "110", "111", "110", "111", "111"]


# Flat pictures


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ahash", []),
        ("dhash", []),
        ("dhash_vertical", []),
        ("phash", [0]),
        ("phash:16", [0]),
        ("phash_simple", []),
        ("whash", []),
        ("ahash@imagededup", range(64)),
        ("phash@imagededup", range(64)),
        ("dhash@imagededup", []),
        ("whash@imagededup", range(64)),
    ],
)
def test_every_grey_without_detail_has_the_same_hash(name: str, expected: Iterable[int]) -> None:
    """Rounding does not make bits out of nothing: pHash keeps only the mean, unless it is black."""
    for value in range(1, 256):
        assert np.flatnonzero(bits_of(uniform(37, 29, value), name)).tolist() == list(expected)


@pytest.mark.parametrize("value", [0, 1, 128, 255])
def test_a_uniform_picture_is_flat(value: int) -> None:
    """This holds in grey and in colour, and for any shape."""
    for width, height in ((1, 1), (700, 3), (64, 64)):
        grey = uniform(width, height, value)
        assert Picture(grey).flat
        assert Picture(colour(grey, grey, grey)).flat


@pytest.mark.parametrize(
    "pixels", [gradient(50, 40), gradient(700, 500), photo(90, 60), noise(40, 30), noise(5, 3)]
)
def test_a_picture_with_detail_is_not_flat(pixels: Pixels) -> None:
    """This holds for smooth, busy and small pictures."""
    assert not Picture(pixels).flat


@pytest.mark.parametrize(("contrast", "flat"), [(FLAT_RANGE, True), (FLAT_RANGE + 1, False)])
def test_a_picture_is_flat_up_to_a_contrast(contrast: int, flat: bool) -> None:
    """Its samples may differ by this much and no more."""
    pixels = 100 + stripes(SIDE, SIDE, 4) // 255 * np.uint8(contrast)
    assert Picture(pixels).flat is flat


# Grids


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    """What pictures ask of the kernel: `grey` with a shape, `resample` with one and a size."""
    asked: list[tuple[object, ...]] = []

    def grey(pixels: Pixels) -> Pixels:
        asked.append(("grey", pixels.shape))
        return kernel.grey(pixels)

    def resample(
        pixels: Pixels,
        width: int,
        height: int,
        box: tuple[float, float, float, float] | None = None,
    ) -> Pixels:
        asked.append(("resample", pixels.shape, width, height))
        return kernel.resample(pixels, width, height, box)

    for module in (picture_module, grids):
        monkeypatch.setattr(module, "kernel", SimpleNamespace(grey=grey, resample=resample))
    return asked


def compute_all_twice(pixels: Pixels) -> None:
    picture = Picture(pixels)
    for name in [*algorithm_names(), "phash:2", "dhash:7"] * 2:
        get_algorithm(name).compute(picture)
        assert not picture.flat


def test_each_grid_of_a_picture_is_made_once(calls: list[tuple[object, ...]]) -> None:
    """A grid and its grey are made once, however many algorithms use them and how often."""
    compute_all_twice(photo(90, 70))
    assert calls[0] == ("grey", (70, 90, 3))
    resized = [call[1:] for call in calls if call[0] == "resample"]
    grey_sizes = [(8, 8), (32, 32), (9, 8), (8, 9), (64, 64), (8, 7)]
    colour_sizes = [(8, 8), (32, 32), (9, 8), (256, 256)]
    assert sorted(resized) == sorted(
        [((70, 90), *size) for size in grey_sizes] + [((70, 90, 3), *size) for size in colour_sizes]
    )
    assert len(calls) == 1 + len(resized) + len(colour_sizes)


def test_both_flavours_share_the_grids_of_a_grey_picture(calls: list[tuple[object, ...]]) -> None:
    """Resized in colour or in grey, it is the same."""
    compute_all_twice(blobs(90, 70))
    sizes = [(8, 8), (32, 32), (9, 8), (8, 9), (64, 64), (8, 7), (256, 256)]
    assert sorted(calls) == sorted(("resample", (70, 90), *size) for size in sizes)
