"""What the first scan of a coarsely coded JPEG leaves open is read exactly."""

from functools import cache
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageFilter

from lookalike import get_algorithm, hash_image, hash_images
from lookalike.images import read_picture

ALGORITHMS = [
    get_algorithm(f"{name}:{size}").name
    for name in ("phash", "ahash", "dhash", "dhash_vertical", "phash_simple", "whash")
    for size in (8, 16)
]


@cache
def drawn(seed: int) -> Image.Image:
    """Patches of light and dark, large and small."""
    random = np.random.default_rng(seed)
    large = Image.fromarray(random.integers(0, 256, (5, 7, 3), np.uint8))
    small = Image.fromarray(random.integers(0, 256, (60, 80, 3), np.uint8))
    size = (3200, 2600)
    return Image.blend(
        large.resize(size, Image.Resampling.BICUBIC),
        small.resize(size, Image.Resampling.BICUBIC),
        0.3,
    )


CHANGES = {
    "faded": lambda image: image.point(lambda value: value * 0.08 + 20),
    "blurred": lambda image: image.filter(ImageFilter.BoxBlur(60)),
    "dark": lambda image: image.point(lambda value: value * 0.15),
}


@pytest.mark.slow
@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("quality", [10, 20])
def test_coarse_first_scans_leave_few_bits(change: str, quality: int) -> None:
    """At most a sixteenth of the bits differs from exact reading, whatever the algorithm."""
    file = BytesIO()
    CHANGES[change](drawn(quality)).save(file, "JPEG", quality=quality, progressive=True)
    exact = hash_images([file.getvalue()], algorithms=ALGORITHMS, reading="exact").images[0].hashes
    for name in ALGORITHMS:
        fast = hash_image(file.getvalue(), algorithm=name)
        assert fast - exact[name] <= get_algorithm(name).bits / 16, name


@pytest.mark.thorough
def test_the_error_goes_with_the_quality() -> None:
    """Its error is a sixteenth of the coarsest step of an average; a baseline file has none."""
    for quality in (20, 80):
        file = BytesIO()
        drawn(1).save(file, "JPEG", quality=quality, progressive=True)
        picture = read_picture(file.getvalue(), least_side=160)
        assert picture.is_reduced
        with Image.open(file) as image:
            steps = [table[0] for table in image.quantization.values()]  # type: ignore[attr-defined]
        assert picture.error == max(steps) / 16
    file = BytesIO()
    drawn(1).save(file, "JPEG", quality=20)
    assert read_picture(file.getvalue(), least_side=160).error == 0
