"""The drop-in for ImageHash: what ImageHash gives, and what it should have given."""

from __future__ import annotations

import builtins
import hashlib
import inspect
import json
import pickle
import sys
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

import imagehash as theirs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

import lookalike
from lookalike import Hash, HashArray, MissingExtraError
from lookalike import imagehash as ours
from lookalike.hashes import pack_bits
from lookalike.images import read_picture
from lookalike.images.pillow.strips import STRIP_PIXELS, read_stored
from lookalike.work.threads import ordered_map, worker_count
from naming import steady
from pictures import Pixels, blobs, checker, colour, gradient, noise, photo, stripes

SHARED = Path(__file__).parents[3] / "shared"

FUNCTIONS = [
    "average_hash",
    "phash",
    "phash_simple",
    "dhash",
    "dhash_vertical",
    "whash",
    "colorhash",
]

# Wider than tall, because no version of Pillow resizes such pictures in another order.
DRAWN = {
    "photo": photo(300, 200, 1),
    "grey": blobs(160, 160, 2),
    "noise": noise(40, 31, 3),
    "tiny": noise(5, 3),
    "gradient": gradient(120, 80),
    "checker": checker(64, 64, 4),
    "colours": colour(gradient(90, 60), stripes(90, 60, 7), noise(90, 60, 4)),
}

every_picture = pytest.mark.parametrize("pixels", DRAWN.values(), ids=DRAWN)


def both(name: str, image: Image.Image, **options: Any) -> tuple[str, str]:
    """What the function of that name gives here and there, in hex."""
    return str(getattr(ours, name)(image, **options)), str(getattr(theirs, name)(image, **options))


# Against ImageHash's hashes of photographs

GOLDEN: dict[str, Callable[[Image.Image], object]] = {
    **{name: getattr(ours, name) for name in [*FUNCTIONS, "crop_resistant_hash"]},
    "average_hash_16": partial(ours.average_hash, hash_size=16),
    "phash_16": partial(ours.phash, hash_size=16),
    "dhash_16": partial(ours.dhash, hash_size=16),
    "whash_db4": partial(ours.whash, mode="db4"),
}


@pytest.fixture(scope="module")
def golden() -> dict[str, dict[str, str]]:
    """ImageHash's results on Pillow 12: for each photograph, the hex by name."""
    path = SHARED / "golden" / "imagehash.pillow-12.json"
    hashes: dict[str, dict[str, str] | None] = json.loads(path.read_text())["hashes"]
    return {photo: names for photo, names in hashes.items() if names}


def hash_photo(path: Path, names: Iterable[str]) -> dict[str, str]:
    with Image.open(path) as image:
        return {name: str(GOLDEN[name](image)) for name in names}


def is_large(path: Path) -> bool:
    with Image.open(path) as image:
        return image.width * image.height > 2_000_000


@pytest.mark.slow
@pytest.mark.skipif(
    not SHARED.is_dir(), reason="the photographs do not lie beside the repository, in ../shared"
)
def test_photographs_have_the_hashes_that_imagehash_gives(
    golden: dict[str, dict[str, str]],
) -> None:
    """They agree on any installed Pillow. Of large photographs, every fourth is tested."""
    paths = {SHARED / "photos" / name: hashes for name, hashes in golden.items()}
    large = [path for path in paths if is_large(path)]
    for path in set(large) - set(large[::4]):
        del paths[path]
    found = ordered_map(lambda path: hash_photo(path, paths[path]), paths, worker_count(None))
    assert dict(zip(paths, found, strict=True)) == paths
    assert len(paths) > 60
    assert {name for hashes in paths.values() for name in hashes} == set(GOLDEN)


# Against the ImageHash that is installed


@every_picture
@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_drawn_picture_has_the_hash_that_imagehash_gives(name: str, pixels: Pixels) -> None:
    """The usual arguments give the same bits, in an array of the same shape and dtype."""
    image = Image.fromarray(pixels)
    mine, original = getattr(ours, name)(image), getattr(theirs, name)(image)
    np.testing.assert_array_equal(mine.hash, original.hash, strict=True)
    assert str(mine) == str(original)
    assert len(mine) == len(original)


@every_picture
@pytest.mark.parametrize(
    ("name", "options"),
    [
        *((name, {"hash_size": size}) for name in FUNCTIONS[:5] for size in (2, 3, 16)),
        ("phash", {"hash_size": 4, "highfreq_factor": 6}),
        ("phash_simple", {"hash_size": 5, "highfreq_factor": 1}),
        ("phash_simple", {"hash_size": 1}),
        ("dhash_vertical", {"hash_size": 1}),
        ("whash", {"hash_size": 16}),
        ("whash", {"hash_size": 1}),
        ("whash", {"image_scale": 64}),
        ("whash", {"image_scale": 8, "remove_max_haar_ll": False}),
        ("whash", {"mode": "db4"}),
        ("whash", {"mode": "db4", "image_scale": 128, "remove_max_haar_ll": False}),
        *(("colorhash", {"binbits": bits}) for bits in (1, 2, 4, 7, 12)),
        ("average_hash", {"mean": np.median}),
    ],
    ids=steady,
)
def test_every_argument_means_what_it_means_there(
    name: str, options: dict[str, Any], pixels: Pixels
) -> None:
    """This covers sizes, factors, scales, wavelets and a custom mean."""
    mine, original = both(name, Image.fromarray(pixels), **options)
    assert mine == original


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I", "F"])
def test_every_mode_is_read_as_by_imagehash(mode: str) -> None:
    """Alpha is dropped, and palettes are looked up."""
    image = Image.fromarray(photo(130, 90, 3)).convert(mode)
    for name in FUNCTIONS:
        if not (
            name == "colorhash" and mode in {"I", "F", "LA"}
        ):  # these cannot be converted to HSV
            mine, original = both(name, image)
            assert mine == original, name


def test_a_picture_may_be_larger_than_a_strip() -> None:
    """Read strip by strip, it is the same as at once, in grey and in colour."""
    pixels = photo(900, 2 * STRIP_PIXELS // 900 + 7, 5)
    image = Image.fromarray(pixels)
    np.testing.assert_array_equal(read_stored(image, grey=False).pixels, pixels)
    np.testing.assert_array_equal(
        read_stored(image, grey=True).pixels, read_picture(pixels).grey, strict=True
    )


def test_anything_that_holds_an_image_is_hashed(tmp_path: Path) -> None:
    """A path, bytes and an array are accepted, besides ImageHash's own input."""
    pixels = photo(90, 60)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    expected = ours.phash(Image.fromarray(pixels))
    for source in (tmp_path / "a.png", (tmp_path / "a.png").read_bytes(), pixels):
        assert ours.phash(source) == expected


def test_functions_have_the_arguments_that_they_have_there() -> None:
    """Names, order and defaults are the same."""
    for name in ours.__all__:
        if hasattr(theirs, name) and name not in {"ImageHash", "ImageMultiHash"}:
            mine, original = (inspect.signature(getattr(m, name)) for m in (ours, theirs))
            assert list(mine.parameters) == list(original.parameters)
            for argument, parameter in mine.parameters.items():
                default = original.parameters[argument].default
                assert getattr(parameter.default, "__name__", parameter.default) == getattr(
                    default, "__name__", default
                )


def test_nothing_public_is_missing() -> None:
    """Each function and class that ImageHash defines is here."""
    public = {
        name
        for name, value in vars(theirs).items()
        if getattr(value, "__module__", "") == "imagehash" and not name.startswith("_")
    }
    assert public <= set(ours.__all__)
    assert ours.__version__ == theirs.__version__


def test_a_mean_of_ones_own_is_given_the_samples() -> None:
    """It gets `(hash_size, hash_size)` of uint8, and its result is the bound."""
    seen: list[tuple[object, object]] = []

    def mean(samples: Pixels) -> float:
        seen.append((samples.shape, samples.dtype.name))
        return 99.5

    image = Image.fromarray(blobs(90, 60))
    assert ours.average_hash(image, 4, mean) == ours.average_hash(image, 4, lambda _: 99)
    assert seen == [((4, 4), "uint8")]
    assert str(ours.average_hash(image, mean=lambda _: 255)) == "0" * 16


def test_other_wavelets_need_pywavelets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it, the error says how to install it. Haar still works."""
    monkeypatch.setitem(sys.modules, "pywt", None)
    image = Image.fromarray(blobs(64, 64))
    with pytest.raises(MissingExtraError, match="pip install PyWavelets"):
        ours.whash(image, mode="db4")
    assert len(ours.whash(image)) == 64


def test_an_unknown_wavelet_is_refused() -> None:
    """PyWavelets refuses it, as in ImageHash."""
    with pytest.raises(ValueError, match="nonsense"):
        ours.whash(Image.fromarray(blobs(64, 64)), mode="nonsense")


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("average_hash", {"hash_size": 1}),
        ("phash", {"hash_size": 1}),
        ("dhash", {"hash_size": -8}),
        ("phash", {"highfreq_factor": 0}),
        ("phash_simple", {"hash_size": 0}),
        ("dhash_vertical", {"hash_size": 0}),
        ("whash", {"hash_size": 12}),
        ("whash", {"hash_size": 0}),
        ("whash", {"image_scale": 48}),
        ("whash", {"hash_size": 16, "image_scale": 8}),
        ("colorhash", {"binbits": 0}),
        ("crop_resistant_hash", {"segmentation_image_size": 0}),
    ],
    ids=steady,
)
def test_an_argument_that_cannot_be_is_refused(name: str, options: dict[str, int]) -> None:
    """The error has its name and value, and is both of those that ImageHash raises."""
    image = Image.fromarray(blobs(64, 64))
    *_, (argument, value) = options.items()
    with pytest.raises(ours.ArgumentError, match=rf"{argument}.* must .*{value}|must .*{argument}"):
        getattr(ours, name)(image, **options)
    assert issubclass(ours.ArgumentError, ValueError)
    assert issubclass(ours.ArgumentError, AssertionError)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        *[(name, {"hash_size": size}) for name in ("average_hash", "phash", "dhash")
          for size in (1, 0, -8)],
        *[(name, {"hash_size": 0}) for name in ("phash_simple", "dhash_vertical")],
        *[("whash", {"hash_size": size}) for size in (3, 7, 12)],
        *[("whash", {"image_scale": scale}) for scale in (5, 9, 17)],
        *[("whash", {"hash_size": size, "image_scale": 64}) for size in (128, 512)],
        ("whash", {"hash_size": 32, "image_scale": 16}),
        ("whash", {"hash_size": 7, "image_scale": 33}),
        ("phash", {"highfreq_factor": 0}),
        ("crop_resistant_hash", {"segmentation_image_size": 0}),
    ],
    ids=steady,
)  # fmt: skip
@pytest.mark.parametrize("in_segments", [False, True])
def test_a_refusal_has_the_words_of_imagehash(
    name: str, options: dict[str, int], in_segments: bool
) -> None:
    """The message begins with theirs, for a hash of the picture and for those of its segments."""
    if name == "crop_resistant_hash" and in_segments:
        name, options = "dhash", {"hash_size": 1}
    image = Image.fromarray(DRAWN["photo"])
    messages = []
    for module in (theirs, ours):
        function = partial(getattr(module, name), **options)
        with pytest.raises((ValueError, AssertionError)) as caught:
            module.crop_resistant_hash(image, function) if in_segments else function(image)
        messages.append(str(caught.value))
    assert messages[1].startswith(f"{messages[0]}: ")


@pytest.mark.parametrize("size", [8.0, "8", None, True])
def test_a_size_is_a_whole_number(size: Any) -> None:
    """It may be one of NumPy's, but nothing else."""
    image = Image.fromarray(blobs(64, 64))
    with pytest.raises(TypeError, match="hash_size must be a whole number"):
        ours.dhash(image, size)
    assert ours.dhash(image, np.int64(8)) == ours.dhash(image)  # type: ignore[arg-type]


def test_a_damaged_image_raises_what_pillow_raises(tmp_path: Path) -> None:
    """A script that catches `OSError` still catches it."""
    path = tmp_path / "cut.png"
    Image.fromarray(noise(90, 60)).save(path)
    path.write_bytes(path.read_bytes()[:2000])
    with Image.open(path) as image, pytest.raises(OSError, match="truncated"):
        ours.phash(image)


# Segments


def bytes_hash(module: Any, part: Image.Image) -> Any:
    """A hash of a segment's content, which does not depend on how Pillow resizes."""
    digest = hashlib.sha256(repr(part.size).encode() + part.tobytes()).digest()
    return module.ImageHash(np.unpackbits(np.frombuffer(digest, np.uint8)) == 1)


def segments_of_both(image: Image.Image, **options: Any) -> tuple[str, str]:
    """The contents of the segments that are found here and there."""
    mine = ours.crop_resistant_hash(image, partial(bytes_hash, ours), **options)
    return str(mine), str(theirs.crop_resistant_hash(image, partial(bytes_hash, theirs), **options))


@every_picture
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"limit_segments": 1},
        {"limit_segments": 3, "min_segment_size": 20},
        {"limit_segments": -1, "segment_threshold": 200.5},
        {"segment_threshold": 90, "min_segment_size": 0},
        {"min_segment_size": 10**6},
    ],
    ids=steady,
)
def test_segments_are_those_of_imagehash(pixels: Pixels, options: dict[str, Any]) -> None:
    """They are the same in the same order, for all arguments."""
    small = Image.fromarray(pixels[:60, :60])  # as large as the grid, so Pillow does not resize it
    image = small.resize((60, 60), Image.Resampling.NEAREST)
    mine, original = segments_of_both(image, segmentation_image_size=60, **options)
    assert mine == original


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32), st.integers(4, 40), st.integers(0, 12), st.integers(60, 200))
def test_segments_of_noise_are_those_of_imagehash(
    seed: int, side: int, least: int, threshold: int
) -> None:
    """They are ragged, some are islands of one sample, and they agree up to where its search
    ends.
    """
    drawn = np.random.default_rng(seed).integers(0, 2, (side, side)) * 255
    mine, original = segments_of_both(
        Image.fromarray(drawn.astype(np.uint8)),
        segmentation_image_size=side,
        segment_threshold=threshold,
        min_segment_size=least,
    )
    assert mine == original


@pytest.mark.slow
def test_segments_are_looked_for_in_a_grid_of_300_a_side() -> None:
    """Their bounds are those of the samples, scaled and rounded."""
    for name in ("photo", "gradient", "checker"):
        mine, original = segments_of_both(Image.fromarray(DRAWN[name]))
        assert mine == original


@pytest.mark.slow
@pytest.mark.parametrize("name", FUNCTIONS)
def test_segments_are_hashed_by_any_function_of_ours(name: str) -> None:
    """With or without arguments, the function hashes them as ImageHash's does there."""
    bands = photo(300, 200, 1) // 4
    bands[50:120] += 180
    image = Image.fromarray(bands)
    options = {"binbits": 2} if name == "colorhash" else {"hash_size": 4}
    mine, original = (
        [
            str(m.crop_resistant_hash(image, hash_func))
            for hash_func in (getattr(m, name), partial(getattr(m, name), **options))
        ]
        for m in (ours, theirs)
    )
    assert mine == original
    assert [text.count(",") for text in mine] == [2, 2]


def test_segments_are_hashed_by_a_function_of_ones_own() -> None:
    """It gets a Pillow image for each, cut from the original in its own mode."""
    image = Image.fromarray(DRAWN["photo"]).convert("CMYK")
    seen: list[list[tuple[str, tuple[int, int], bytes]]] = [[], []]

    def hash_func(
        module: Any, parts: list[tuple[str, tuple[int, int], bytes]], part: Image.Image
    ) -> Any:
        parts.append((part.mode, part.size, part.tobytes()))
        return module.ImageHash(np.array([[True, False]]))

    for module, parts in zip((ours, theirs), seen, strict=True):
        hashes = module.crop_resistant_hash(image, partial(hash_func, module, parts))
        assert str(hashes) == ",".join("2" * len(parts))
    assert seen[0] == seen[1]
    assert len(seen[0]) > 2


def test_a_wrapper_of_our_function_is_a_function_of_ones_own() -> None:
    """Whatever it wraps, and even if it is unhashable, it gets Pillow images."""

    class Wrapper:
        __hash__ = None  # type: ignore[assignment]
        func = staticmethod(ours.dhash)

        def __call__(self, part: Image.Image) -> ours.ImageHash:
            return self.func(part.convert("L"))

    image = Image.fromarray(DRAWN["photo"])
    assert str(ours.crop_resistant_hash(image, Wrapper())) == str(ours.crop_resistant_hash(image))


def test_a_function_of_ones_own_needs_a_pillow_image() -> None:
    """An image that cannot be cut is refused by its type."""
    with pytest.raises(TypeError, match=r"needs a Pillow image, not ndarray"):
        ours.crop_resistant_hash(DRAWN["photo"], lambda part: ours.phash(part))


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 5), st.integers(1, 5), st.integers(0, 99), st.sampled_from(["L", "RGB"]))
def test_segments_of_less_than_a_pixel_are_black(
    width: int, height: int, seed: int, mode: str
) -> None:
    """A picture far smaller than the grid has as many hashes as there, in the same places."""
    image = Image.fromarray(noise(width, height, seed)).convert(mode)
    segments = [
        m.crop_resistant_hash(image, func, min_segment_size=0, segmentation_image_size=40)
        for m in (ours, theirs)
        for func in (m.average_hash, lambda part, m=m: m.dhash(part))
    ]
    assert [len(one.segment_hashes) for one in segments[:2]] == [
        len(one.segment_hashes) for one in segments[2:]
    ]
    empty = Image.new(mode, (0, 3))
    for name in FUNCTIONS[:5]:
        mine, original = both(name, empty)
        assert mine == original


def test_a_board_of_single_samples_has_segments() -> None:
    """ImageHash runs out of samples before it has seen all of them."""
    board = Image.fromarray(checker(24, 24, 1))
    options: dict[str, Any] = {
        "segmentation_image_size": 24,
        "segment_threshold": 127,
        "min_segment_size": 0,
    }
    with pytest.raises(IndexError):
        theirs.crop_resistant_hash(board, **options)
    assert ours.crop_resistant_hash(board, **options).segment_hashes


# Classes


def image_hash(bits: str, columns: int = 2) -> ours.ImageHash:
    return ours.ImageHash(np.array([bit == "1" for bit in bits]).reshape(-1, columns))


def test_hashes_are_compared_bit_by_bit() -> None:
    """`-` counts the bits that differ. Equal hashes may have arrays of different shapes."""
    one, other = image_hash("100110"), image_hash("001111")
    assert one - other == 3
    assert type(one - other) is int
    assert one != other
    assert one == image_hash("100110", columns=3)
    assert len(one) == 6
    assert repr(one) == repr(one.hash)


def test_equal_hashes_have_one_place_in_a_dictionary() -> None:
    """`hash()` uses all bits, and is not limited to 256 values for all hashes."""
    hashes = [ours.ImageHash(noise(8, 8, seed) > 127) for seed in range(600)]
    assert len({hash(one) for one in hashes}) == 600
    assert hash(image_hash("1010", 2)) == hash(image_hash("1010", 4))
    assert hash(image_hash("1010")) != hash(image_hash("101000"))


@pytest.mark.parametrize("other", [None, "a", 5, [True]])
def test_what_is_no_hash_is_not_equal_to_one(other: object) -> None:
    """`==` is false and `!=` true, for segments too. `-` raises `TypeError`."""
    one = image_hash("1010")
    for value in (one, ours.ImageMultiHash([one])):
        assert not value == other  # noqa: SIM201
        assert value != other
        with pytest.raises(TypeError, match="unsupported operand"):
            value - other  # type: ignore[operator]


def test_hashes_of_different_sizes_have_no_distance() -> None:
    """`-` raises `TypeError` with both shapes, and they are not equal."""
    with pytest.raises(TypeError, match=r"not \(2, 2\) and \(3, 2\)"):
        image_hash("1010") - image_hash("101010")
    assert image_hash("1010") != image_hash("101010")


def test_hashes_can_be_pickled() -> None:
    """They are equal after unpickling."""
    one = ours.crop_resistant_hash(Image.fromarray(DRAWN["photo"]))
    back = pickle.loads(pickle.dumps(one))
    assert back.segment_hashes == one.segment_hashes
    assert hash(back) == hash(one)


def multi_hash(module: Any, *texts: str) -> Any:
    return module.hex_to_multihash(",".join(texts))


SEGMENTS = st.lists(
    st.sampled_from(["0000", "0001", "000f", "00ff", "0fff", "ffff", "8421", "8420"]),
    min_size=1,
    max_size=5,
)


@settings(deadline=None, max_examples=100)
@given(
    SEGMENTS,
    st.lists(SEGMENTS, min_size=1, max_size=4),
    st.none() | st.sampled_from([0, 1, 4, 5.5]),
    st.none() | st.sampled_from([0.0, 0.1, 0.25, 0.5]),
)
def test_segments_match_as_there(
    one: list[str], others: list[list[str]], cutoff: float | None, rate: float | None
) -> None:
    """Differences, matches and the best of several agree, to the last bit of a float."""
    mine: list[object] = []
    original: list[object] = []
    for module, found in ((ours, mine), (theirs, original)):
        segments = multi_hash(module, *one)
        candidates = [multi_hash(module, *other) for other in others]
        best = segments.best_match(candidates, cutoff, rate)
        found.append(str(best))
        for other in candidates:
            found.append(segments - other)
            found.append(segments == other)
            found.append(segments != other)
            found.append(segments.hash_diff(other, cutoff, rate))
            found.append(segments.matches(other, 2, cutoff, rate))
            found.append(segments.__sub__(other, cutoff, rate))
    assert mine == original


def test_a_cropped_picture_matches_the_whole() -> None:
    """Another picture does not match, and is not the best match."""
    image = Image.fromarray(photo(400, 300, 3))
    whole = ours.crop_resistant_hash(image)
    crop = ours.crop_resistant_hash(image.crop((0, 0, 400, 270)))
    other = ours.crop_resistant_hash(Image.fromarray(noise(400, 300)))
    assert whole == crop
    assert whole.best_match([other, crop]) is crop
    assert repr(whole) == repr(whole.segment_hashes)


# Hex


@pytest.mark.parametrize("size", [2, 3, 4, 5, 8, 9, 16])
def test_hex_leads_back_to_the_hash(size: int) -> None:
    """Square hashes of any size do, with zero bits in front."""
    for bits in (
        noise(size, size) > 127,
        np.zeros((size, size), bool),
        np.ones((size, size), bool),
    ):
        one = ours.ImageHash(bits)
        assert str(one) == str(theirs.ImageHash(bits))
        np.testing.assert_array_equal(ours.hex_to_hash(str(one)).hash, bits, strict=True)


@pytest.mark.parametrize("binbits", [1, 2, 3, 4, 8])
def test_the_hex_of_colours_leads_back_to_them(binbits: int) -> None:
    """`hex_to_flathash` gives the array that ImageHash makes."""
    one = ours.colorhash(Image.fromarray(DRAWN["colours"]), binbits)
    back = ours.hex_to_flathash(str(one), binbits)
    assert (back - one if len(back) == len(one) else str(back)) in {0, str(one)}
    np.testing.assert_array_equal(
        back.hash, theirs.hex_to_flathash(str(one), binbits).hash, strict=True
    )


def test_the_hex_of_segments_leads_back_to_them() -> None:
    """It has one hash after another, separated by commas."""
    one = ours.crop_resistant_hash(Image.fromarray(DRAWN["photo"]))
    back = ours.hex_to_multihash(str(one))
    assert back.segment_hashes == one.segment_hashes
    assert len(back.segment_hashes) > 2


@settings(deadline=None, max_examples=100)
@given(st.text("0123456789abcdefABCDEF", min_size=1, max_size=40), st.integers(1, 20))
def test_any_hex_is_taken_as_there(text: str, size: int) -> None:
    """It gives the same array, or is refused if ImageHash fails."""
    for name, arguments in (("hex_to_hash", ()), ("hex_to_flathash", (size,))):
        try:
            expected = getattr(theirs, name)(text, *arguments).hash
        except ValueError:
            with pytest.raises(ours.ArgumentError, match="hash"):
                getattr(ours, name)(text, *arguments)
        else:
            np.testing.assert_array_equal(
                getattr(ours, name)(text, *arguments).hash, expected, strict=True
            )


@pytest.mark.parametrize(("text", "size"), [("0123456789abcdef", 8), ("f8" * 32, 16), ("12", 4)])
def test_old_hex_is_read_as_there(text: str, size: int) -> None:
    """Up to version 3.7, the lowest bit of each byte came first."""
    if size == 4:
        with pytest.raises(ours.ArgumentError, match=r"hex string size of 4\. '12' has 2$"):
            ours.old_hex_to_hash(text, size)
    else:
        expected = theirs.old_hex_to_hash(text, size).hash
        np.testing.assert_array_equal(ours.old_hex_to_hash(text, size).hash, expected, strict=True)


@pytest.mark.parametrize("text", ["", "xyz1", "-abc", "12 34", "1,2"])
def test_what_is_no_hex_is_refused(text: str) -> None:
    """The message shows it."""
    for function in (ours.hex_to_hash, partial(ours.hex_to_flathash, hashsize=2)):
        with pytest.raises(ours.ArgumentError, match=f"not {text!r}"):
            function(text)


# The same hashes in this library's own classes


@pytest.mark.parametrize(
    ("algorithm", "function"),
    [
        ("ahash", ours.average_hash),
        ("phash:16", partial(ours.phash, hash_size=16)),
        ("dhash:3", partial(ours.dhash, hash_size=3)),
        ("phash_simple", ours.phash_simple),
        ("colorhash", ours.colorhash),
        ("colorhash:1", partial(ours.colorhash, binbits=1)),
    ],
    ids=steady,
)
def test_a_hash_prints_as_in_the_library(
    algorithm: str, function: Callable[[Image.Image], ours.ImageHash]
) -> None:
    """`Hash` and `HashArray` also hold it, with zero bits before those that fill no whole bytes."""
    image = Image.fromarray(DRAWN["colours"])
    drop_in, own = function(image), lookalike.hash_image(image, algorithm=algorithm)
    assert str(own) == str(drop_in)
    np.testing.assert_array_equal(own.array, drop_in.hash, strict=True)
    assert bytes(own) == pack_bits(drop_in.hash)
    assert Hash.from_hex(str(drop_in), algorithm=algorithm) == own
    hashes = HashArray.of([own, own], algorithm=algorithm)
    assert hashes.to_hex() == [str(own)] * 2
    assert hashes[1] - own == 0


def test_nothing_but_the_wavelet_imports_what_is_optional(monkeypatch: pytest.MonkeyPatch) -> None:
    """No other function loads SciPy or PyWavelets."""
    imported = []
    real = builtins.__import__

    def spy(name: str, *arguments: Any, **options: Any) -> Any:
        imported.append(name.partition(".")[0])
        return real(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", spy)
    for name in [*FUNCTIONS, "crop_resistant_hash"]:
        getattr(ours, name)(Image.fromarray(DRAWN["photo"]))
    assert not {"scipy", "pywt", "imagehash"} & set(imported)
