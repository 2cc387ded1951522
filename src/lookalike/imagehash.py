"""ImageHash's functions and classes on top of this library's algorithms.

    import lookalike.imagehash as imagehash

A script for ImageHash 4.3 needs only this change. Names, arguments, hashes and hex are the same, so
stored hashes stay valid. Images are read as ImageHash reads them, without orientation or alpha.
Hashes do not depend on the installed Pillow: they are those of ImageHash on Pillow 12.

Where ImageHash asserts or raises a plain error, `ArgumentError` is both, with the same message.
Some bugs are fixed, none of which affects a stored hash. Hashes compare with anything, `!= None` is
true, `hash()` uses all bits, and `crop_resistant_hash` accepts a chessboard of its samples.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from math import isqrt
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from lookalike.algorithms import ahash, crop_resistant
from lookalike.algorithms import colorhash as colour
from lookalike.algorithms import dhash as difference
from lookalike.algorithms import phash as frequency
from lookalike.algorithms import whash as wavelet
from lookalike.checks import whole_number
from lookalike.errors import LookalikeError
from lookalike.images import ImageSource, Picture
from lookalike.images.pillow.strips import nothing, read_stored

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "ArgumentError",
    "ImageHash",
    "ImageMultiHash",
    "average_hash",
    "colorhash",
    "crop_resistant_hash",
    "dhash",
    "dhash_vertical",
    "hex_to_flathash",
    "hex_to_hash",
    "hex_to_multihash",
    "old_hex_to_hash",
    "phash",
    "phash_simple",
    "whash",
]

__version__ = "4.3.2"
"""The version of ImageHash that has these functions."""

Readable: TypeAlias = "ImageSource | Picture"
MeanFunc: TypeAlias = "Callable[[NDArray[np.uint8]], float]"
HashFunc: TypeAlias = "Callable[[Any], ImageHash]"


class ArgumentError(LookalikeError, ValueError, AssertionError):
    """A wrong argument. It is both of the errors that ImageHash may raise for one."""


class ImageHash:
    """The bits of one image: `hash`, a bool array. `str()` gives hex, `-` counts differing bits.

    Two hashes are equal if their bits are, regardless of the shape of the arrays.
    """

    def __init__(self, binary_array: NDArray[np.bool_]) -> None:
        self.hash = binary_array

    def __str__(self) -> str:
        bits = self.hash.astype(np.bool_).ravel()
        number = int.from_bytes(np.packbits(bits).tobytes(), "big") >> (-bits.size % 8)
        return f"{number:0{-(-bits.size // 4)}x}"

    def __repr__(self) -> str:
        return repr(self.hash)

    def __sub__(self, other: ImageHash) -> int:
        if not isinstance(other, ImageHash):
            return NotImplemented
        if self.hash.size != other.hash.size:
            raise TypeError(
                "ImageHashes must be of the same shape, "
                f"not {self.hash.shape} and {other.hash.shape}"
            )
        return int(np.count_nonzero(self.hash.ravel() != other.hash.ravel()))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ImageHash):
            return NotImplemented
        return np.array_equal(self.hash.ravel(), other.hash.ravel())

    def __hash__(self) -> int:
        return hash((self.hash.size, np.packbits(self.hash.astype(np.bool_).ravel()).tobytes()))

    def __len__(self) -> int:
        return self.hash.size


class ImageMultiHash:
    """The hashes of an image's segments, `segment_hashes`.

    `==` says whether any segment has a match in the other image. It is not transitive.
    """

    def __init__(self, hashes: list[ImageHash]) -> None:
        self.segment_hashes = hashes

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ImageMultiHash):
            return NotImplemented
        return self.matches(other)

    def __hash__(self) -> int:
        return hash(tuple(self.segment_hashes))

    def __sub__(
        self,
        other: ImageMultiHash,
        hamming_cutoff: float | None = None,
        bit_error_rate: float | None = None,
    ) -> float:
        """How many segments have no match, plus a fraction for the distances of the others."""
        if not isinstance(other, ImageMultiHash):
            return NotImplemented
        matches, distance = self.hash_diff(other, hamming_cutoff, bit_error_rate)
        segments = len(self.segment_hashes)
        if not matches:
            return segments
        # ImageHash's order of operations: the last bit of a float decides between equal matches.
        return segments - (matches - distance / (matches * len(self.segment_hashes[0])))

    def __str__(self) -> str:
        return ",".join(map(str, self.segment_hashes))

    def __repr__(self) -> str:
        return repr(self.segment_hashes)

    def hash_diff(
        self,
        other_hash: ImageMultiHash,
        hamming_cutoff: float | None = None,
        bit_error_rate: float | None = None,
    ) -> tuple[int, int]:
        """How many segments have a match in the other image, and the sum of their distances.

        A match is within `hamming_cutoff` bits, or within the share `bit_error_rate` of the bits.
        If neither is given, it is within a quarter of the bits.
        """
        if hamming_cutoff is None:
            share = 0.25 if bit_error_rate is None else bit_error_rate
            hamming_cutoff = len(self.segment_hashes[0]) * share
        nearest = (
            min(ours - its for its in other_hash.segment_hashes) for ours in self.segment_hashes
        )
        distances = [distance for distance in nearest if distance <= hamming_cutoff]
        return len(distances), sum(distances)

    def matches(
        self,
        other_hash: ImageMultiHash,
        region_cutoff: int = 1,
        hamming_cutoff: float | None = None,
        bit_error_rate: float | None = None,
    ) -> bool:
        """Whether at least `region_cutoff` segments have a match in the other image."""
        return self.hash_diff(other_hash, hamming_cutoff, bit_error_rate)[0] >= region_cutoff

    def best_match(
        self,
        other_hashes: Iterable[ImageMultiHash],
        hamming_cutoff: float | None = None,
        bit_error_rate: float | None = None,
    ) -> ImageMultiHash:
        """The hash with the smallest `-` from this one, or the first of several."""
        return min(
            other_hashes, key=lambda other: self.__sub__(other, hamming_cutoff, bit_error_rate)
        )


def average_hash(image: Readable, hash_size: int = 8, mean: MeanFunc = np.mean) -> ImageHash:
    """Which of hash_size x hash_size samples are lighter than their mean.

    `mean` takes the samples, `(hash_size, hash_size)` uint8, and returns a number."""
    size = _size(2, hash_size=hash_size)
    picture = _grey(image)
    bits = ahash.ahash(picture, size) if mean is np.mean else ahash.ahash_by(picture, size, mean)
    return ImageHash(bits)


def phash(image: Readable, hash_size: int = 8, highfreq_factor: int = 4) -> ImageHash:
    """Which of hash_size x hash_size low frequencies are stronger than their median."""
    size, factor = _size(2, hash_size=hash_size), _size(1, highfreq_factor=highfreq_factor)
    return ImageHash(frequency.phash(_grey(image), size, factor))


def phash_simple(image: Readable, hash_size: int = 8, highfreq_factor: int = 4) -> ImageHash:
    """Which of the low frequencies of the first hash_size rows are stronger than their mean."""
    size, factor = _size(1, hash_size=hash_size), _size(1, highfreq_factor=highfreq_factor)
    return ImageHash(frequency.phash_simple(_grey(image), size, factor))


def dhash(image: Readable, hash_size: int = 8) -> ImageHash:
    """Where the picture gets lighter to the right."""
    return ImageHash(difference.dhash(_grey(image), _size(2, hash_size=hash_size)))


def dhash_vertical(image: Readable, hash_size: int = 8) -> ImageHash:
    """Where the picture gets lighter downwards."""
    return ImageHash(difference.dhash_vertical(_grey(image), _size(1, hash_size=hash_size)))


def whash(
    image: Readable,
    hash_size: int = 8,
    image_scale: int | None = None,
    mode: str = "haar",
    remove_max_haar_ll: bool = True,
) -> ImageHash:
    """Which wavelet averages of the picture exceed their median.

    The picture is resized to image_scale x image_scale. Both sizes are powers of two. `image_scale`
    defaults to the largest that fits the shorter side. `mode`: `haar`, or another wavelet such as
    `db4`. Others need PyWavelets, and raise `MissingExtraError` without it."""
    side = None if image_scale is None else _power_of_two(image_scale=image_scale)
    size = _power_of_two(hash_size=hash_size)
    if side is not None and size > side:
        words = "hash_size in a wrong range: it must be at most image_scale,"
        raise ArgumentError(f"{words} {side}, not {size}")
    picture = _grey(image)
    side = wavelet.natural_side(picture, size) if side is None else side
    return ImageHash(wavelet.whash_by(picture, size, side, mode, remove_mean=remove_max_haar_ll))


def colorhash(image: Readable, binbits: int = 3) -> ImageHash:
    """The shares of black, grey, and six hues, each faint or bright: `(14, binbits)` bits."""
    if (bits := whole_number(binbits, "binbits")) < 1:
        raise ArgumentError(f"binbits must be 1 or more, not {binbits}")
    return ImageHash(colour.colorhash(_colour(image), bits))


def crop_resistant_hash(
    image: Readable,
    hash_func: HashFunc = dhash,
    limit_segments: int | None = None,
    segment_threshold: float = 128,
    min_segment_size: int = 500,
    segmentation_image_size: int = 300,
) -> ImageMultiHash:
    """The hash of the bounding box of each light and each dark segment of the picture.

    A custom `hash_func` gets a Pillow image, cropped from `image`. The functions of this module,
    also as `functools.partial`, do not need one."""
    function = hash_func.func if isinstance(hash_func, partial) else hash_func
    picture = _colour(image) if function is colorhash else _grey(image)
    boxes = crop_resistant.segment_boxes(
        picture,
        side=_size(1, segmentation_image_size=segmentation_image_size),
        threshold=segment_threshold,
        min_size=min_segment_size,
        limit=limit_segments,
    )
    if any(function is own for own in FUNCTIONS):
        parts: list[Any] = [_part(picture, box) for box in boxes]
    elif hasattr(image, "crop"):
        parts = [image.crop(box) for box in boxes]
    else:
        raise TypeError(f"a custom hash_func needs a Pillow image, not {type(image).__name__}")
    return ImageMultiHash([hash_func(part) for part in parts])


FUNCTIONS = (average_hash, phash, phash_simple, dhash, dhash_vertical, whash, colorhash)


def hex_to_hash(hexstr: str) -> ImageHash:
    """The square hash that prints as `hexstr`. For `colorhash`, use `hex_to_flathash`."""
    size = isqrt(4 * len(hexstr))
    bits = _bits(hexstr, size * size)
    if bits.size % size:
        raise ArgumentError(f"{hexstr!r} is not a hash of {size} x {size} bits")
    return ImageHash(bits.reshape(-1, size))


def hex_to_flathash(hexstr: str, hashsize: int) -> ImageHash:
    """The hash that prints as `hexstr`, as one row of a multiple of `hashsize` bits."""
    return ImageHash(_bits(hexstr, 4 * len(hexstr) // hashsize * hashsize)[None])


def hex_to_multihash(hexstr: str) -> ImageMultiHash:
    """The hashes of segments that print as `hexstr`, a comma-separated list."""
    return ImageMultiHash([hex_to_hash(part) for part in hexstr.split(",")])


def old_hex_to_hash(hexstr: str, hash_size: int = 8) -> ImageHash:
    """A hash as printed by ImageHash up to version 3.7, the lowest bit of each byte first."""
    count = hash_size * (hash_size // 4)
    if len(hexstr) != count:
        raise ArgumentError(f"Expected hex string size of {count}. {hexstr!r} has {len(hexstr)}")
    packed = np.packbits(_bits(hexstr, 4 * count))
    return ImageHash(np.unpackbits(packed, bitorder="little").astype(np.bool_).reshape(-1, 8))


def _bits(hexstr: str, count: int) -> NDArray[np.bool_]:
    """The bits of a hex number, padded with leading zeros to `count` bits."""
    try:
        number = int(hexstr, 16)
    except ValueError:
        number = -1
    if number < 0:
        raise ArgumentError(f"a hash must be hex digits, not {hexstr!r}")
    return np.array([bit == "1" for bit in f"{number:0{count}b}"])


def _grey(image: Readable) -> Picture:
    return image if isinstance(image, Picture) else read_stored(image, grey=True)


def _colour(image: Readable) -> Picture:
    return image if isinstance(image, Picture) else read_stored(image, grey=False)


def _part(picture: Picture, box: crop_resistant.Box) -> Picture:
    pixels = picture.pixels[box.upper : box.lower, box.left : box.right]
    # A picture with a file, even an empty one, needs no digest of its pixels.
    return Picture(pixels) if pixels.size else nothing()


def _size(least: int, **argument: int) -> int:
    ((name, value),) = argument.items()
    if (number := whole_number(value, name)) < least:  # some of ImageHash's messages are Pillow's
        words = "height and width must be > 0", "Hash size must be greater than or equal to 2"
        raise ArgumentError(f"{words[least - 1]}: {name} is {value}")
    return number


def _power_of_two(**argument: int) -> int:
    ((name, value),) = argument.items()
    if (number := whole_number(value, name)) < 1 or number & (number - 1):
        raise ArgumentError(f"{name} is not power of 2: it must be 1, 2, 4 and so on, not {value}")
    return number
