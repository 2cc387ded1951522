"""NumPy arrays as images: which are accepted, how they look, and how the others are refused."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from files import encoded
from lookalike import distance, find_duplicates, hash_image, imagehash, methods
from lookalike.images import read_picture
from pictures import blobs, noise, photo

GREY, COLOUR, ALPHA = blobs(80, 60, 1), photo(80, 60, 2), blobs(80, 60, 3)
SHAPES = {
    "grey": GREY,
    "grey of one channel": GREY[..., None],
    "grey and alpha": np.dstack([GREY, ALPHA]),
    "colour": COLOUR,
    "colour and alpha": np.dstack([COLOUR, ALPHA]),
}
AS_FILES = {
    "grey": Image.fromarray(GREY),
    "grey of one channel": Image.fromarray(GREY),
    "grey and alpha": Image.fromarray(np.dstack([GREY, ALPHA])),
    "colour": Image.fromarray(COLOUR),
    "colour and alpha": Image.fromarray(np.dstack([COLOUR, ALPHA])),
}
TYPES: dict[str, Any] = {
    "uint8": lambda array: array,
    "uint16": lambda array: array.astype(np.uint16) * 257,
    "uint16, big-endian": lambda array: (array.astype(np.uint16) * 257).astype(">u2"),
    "float32": lambda array: (array / 255).astype(np.float32),
    "float64": lambda array: array / 255,
}


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("shape", SHAPES)
def test_an_array_is_the_picture_that_its_file_is(shape: str, kind: str) -> None:
    """An array of any shape and type has the pixels and digest of the PNG with the same samples."""
    array, file = TYPES[kind](SHAPES[shape]), encoded(AS_FILES[shape])
    picture, expected = read_picture(array), read_picture(file)
    np.testing.assert_array_equal(picture.pixels, expected.pixels)
    assert picture.pixel_digest() == expected.pixel_digest()
    assert hash_image(array) == hash_image(file)
    assert hash_image(array[::-1, ::-1]) - hash_image(file) > 10


@pytest.mark.parametrize("shape", SHAPES)
def test_a_bool_array_is_black_and_white(shape: str) -> None:
    """True is white or opaque, and False is black or transparent."""
    array = SHAPES[shape] > 127
    expected = read_picture(array.astype(np.uint8) * 255)
    np.testing.assert_array_equal(read_picture(array).pixels, expected.pixels)


@pytest.mark.parametrize("times", [1, 3, 16, 257])
def test_a_uint16_array_is_a_file_of_16_bits(times: int) -> None:
    """16-bit grey of any contrast looks like a 16-bit PNG with the same samples."""
    array = GREY.astype(np.uint16) * times + (500 if times < 257 else 0)
    expected = read_picture(encoded(array)).pixels
    np.testing.assert_array_equal(read_picture(array).pixels, expected)
    assert hash_image(array) - hash_image(GREY) <= 2


def test_float_arrays_are_never_stretched() -> None:
    """Dark floats are read as dark and faint ones as flat, in every shape."""
    for array in (GREY / 255 * 0.02, COLOUR / 255 * 0.02, (GREY / 255 * 0.02)[..., None]):
        picture = read_picture(array)
        assert picture.pixels.max() <= 5
        assert picture.flat
    np.testing.assert_array_equal(
        read_picture(GREY / 510).pixels, np.floor(GREY / 2 + 0.5).astype(np.uint8)
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("array", "said", "scale"),
    [
        (GREY * 1.0, f"from {GREY.min()} to {GREY.max()}", "array / 255"),
        (COLOUR * 1.0, "from 0 to", "array / 255"),
        (GREY / 100 - 1, "from -1 to", "(array - array.min()) / np.ptp(array)"),
        (np.where(GREY > 100, np.nan, 0.5), "NaN", "np.nan_to_num"),
        (np.where(GREY > 100, np.inf, 0.5), "infinity", "np.nan_to_num"),
        (np.full((4, 4), 1.001), "from 1.001 to 1.001", "array / array.max()"),
    ],
    ids=["0 to 255", "colour", "negative", "NaN", "infinity", "a little beyond"],
)
def test_floats_beyond_0_to_1_are_refused_with_the_way_to_scale_them(
    array: NDArray[np.float64], said: str, scale: str, dtype: Any
) -> None:
    """The error names the type, shape and values, and its advice works."""
    wrong = array.astype(dtype)
    with pytest.raises(ValueError, match=re.escape(said)) as caught:
        hash_image(wrong)
    text = str(caught.value)
    assert str(wrong.dtype) in text
    assert str(wrong.shape) in text
    assert scale in text
    advice = text.rpartition("by ")[2]
    hash_image(eval(advice, {"np": np, "array": wrong}))


@pytest.mark.parametrize(
    ("array", "advice"),
    [
        (GREY.astype(np.int64), "array.astype(np.uint8)"),
        (GREY.astype(np.int32), "array.astype(np.uint8)"),
        ((GREY / 255).astype(np.float16), "array.astype(np.float32)"),
    ],
    ids=["int64", "int32", "float16"],
)
def test_other_types_are_refused_with_the_way_to_convert_them(
    array: NDArray[Any], advice: str
) -> None:
    """The error names the type, and its advice gives the picture."""
    with pytest.raises(ValueError, match=re.escape(f"not {array.dtype} of shape")) as caught:
        hash_image(array)
    assert advice in str(caught.value)
    assert hash_image(eval(advice, {"np": np, "array": array})) == hash_image(GREY)


def test_a_scan_takes_arrays_of_every_kind() -> None:
    """In a list of images, accepted arrays are matched and the others are failures."""
    other = noise(64, 64, 9)
    images: list[NDArray[Any]] = [
        GREY,
        GREY / 255,
        GREY[..., None],
        GREY * 1.0,
        other > 99,
        GREY.astype(np.uint16),
    ]
    result = find_duplicates(images)
    assert [image.path for image in result.images] == ["[0]", "[1]", "[2]", "[4]", "[5]"]
    assert [one.path for one in result.failures] == ["[3]"]
    assert "array / 255" in result.failures[0].reason
    (group,) = result.groups
    assert len(group) == 4


@pytest.mark.parametrize("shape", ["grey of one channel", "grey and alpha", "colour and alpha"])
def test_the_drop_ins_take_the_arrays_of_their_models(shape: str) -> None:
    """imagededup has only 8-bit grey and RGB, and casts everything else to them."""
    with pytest.raises(ValueError, match="uint8 of"):
        methods.PHash().encode_image(image_array=SHAPES[shape])
    with pytest.raises(ValueError, match="uint8 of"):
        imagehash.phash(SHAPES[shape])
    floats = GREY.astype(np.float64)
    assert methods.PHash().encode_image(image_array=floats) == methods.PHash().encode_image(
        image_array=GREY
    )


def test_an_array_of_uint8_is_not_copied() -> None:
    """Ordinary arrays are not copied."""
    assert np.shares_memory(read_picture(COLOUR).pixels, COLOUR)
    assert distance(COLOUR, COLOUR.copy()) == 0
