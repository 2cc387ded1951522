"""The kernel hashes a JPEG at once as the algorithms hash its picture."""

import numpy as np
import pytest

from jpegs import every_kind, exif, jpeg, scene, with_segments
from lookalike._native import kernel
from lookalike.algorithms import get_algorithm
from lookalike.hashes import pack_bits
from lookalike.images import Picture, read_picture
from lookalike.sight.thumb import BYTES, LEAST_SIDE, thumb_of

pytestmark = pytest.mark.usefixtures("isa")

NAMES = (
    "phash", "phash:4", "phash:13", "dhash", "dhash:5", "dhash_vertical", "dhash_vertical:11",
    "ahash", "ahash:6", "whash", "whash:4",
)  # fmt: skip
FILES = {kind: data for kind, data in every_kind(scene(1203, 901, 7)).items() if "RGB" not in kind}
TURNED = {value: with_segments(jpeg(scene(811, 630, 2)), exif(value)) for value in range(1, 9)}
WITHOUT_THUMB = 0


def described(name: str) -> tuple[str, int, int, float, float]:
    reduced = get_algorithm(name).reduced
    assert reduced is not None
    assert reduced.in_kernel is not None
    least_side, within, most = reduced.least_side, reduced.doubtful_within, reduced.most_doubtful
    return *reduced.in_kernel, least_side, within, most


def hashed(
    data: bytes, *names: str, thumb_least_side: int = WITHOUT_THUMB, max_pixels: int = 10**8
) -> tuple[tuple[bytes, ...], bytes, int, int, int, bool, bool] | None:
    hashes = kernel.JpegHashes([described(name) for name in names], thumb_least_side, max_pixels)
    return hashes.of(np.frombuffer(data, np.uint8), len(data))


def by_picture(data: bytes, name: str) -> bytes:
    algorithm = get_algorithm(name)
    return pack_bits(algorithm.compute(read_picture(data, least_side=algorithm.least_side)))


@pytest.mark.parametrize("name", NAMES)
def test_every_kind_of_file_has_the_hash_of_its_picture(name: str) -> None:
    """In every size that is a whole number of bytes, or is not."""
    for kind, data in FILES.items():
        found = hashed(data, name)
        assert found is not None, kind
        assert found[0] == (by_picture(data, name),), kind


@pytest.mark.parametrize("orientation", TURNED)
def test_a_turned_picture_has_the_hashes_of_the_upright_one(orientation: int) -> None:
    """For all algorithms at once, and for the thumb. Width and height are upright, too."""
    data = TURNED[orientation]
    found = hashed(data, *NAMES, thumb_least_side=LEAST_SIDE)
    assert found is not None
    picture: Picture = read_picture(data, least_side=LEAST_SIDE)
    assert found[0] == tuple(by_picture(data, name) for name in NAMES)
    assert found[1][:BYTES] == thumb_of(picture).tobytes()
    assert found[2:4] == (picture.width, picture.height)


PLAIN = jpeg(scene(640, 480))
ODD = {
    "nothing": b"",
    "text": b"This is not a picture, and never was one.",
    "too small to be reduced": jpeg(scene(300, 180)),
    "flat": jpeg(np.full((480, 640, 3), 90, np.uint8)),
    "cut off in its header": PLAIN[:300],
    "cut off in its scan": PLAIN[:-3000],
    "a stripe": jpeg(np.repeat(np.arange(640) // 3 % 256, 480).reshape(640, 480).astype(np.uint8)),
}


@pytest.mark.parametrize("kind", ODD)
def test_what_is_out_of_the_ordinary_is_left(kind: str) -> None:
    """A picture is made of it, which tells what it is or what is wrong."""
    assert hashed(ODD[kind], "phash") is None


def test_more_pixels_than_the_limit_are_left() -> None:
    """As many are hashed."""
    assert hashed(PLAIN, "phash", max_pixels=640 * 480)
    assert hashed(PLAIN, "phash", max_pixels=640 * 480 - 1) is None


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (("phash_simple", 8, 256, 1.0, 0.1), "no hash of this kind is made here: phash_simple"),
        (("phash", 129, 256, 1.0, 0.1), "size must be 2 to 128, not 129"),
        (("whash", 12, 256, 1.0, 0.1), "a power of two, not 12"),
    ],
)
def test_other_algorithms_are_refused(
    kind: tuple[str, int, int, float, float], message: str
) -> None:
    """The message says which."""
    with pytest.raises(ValueError, match=message):
        kernel.JpegHashes([kind], WITHOUT_THUMB, 1)
    with pytest.raises(ValueError, match="kinds must not be empty"):
        kernel.JpegHashes([], WITHOUT_THUMB, 1)
