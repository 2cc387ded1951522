"""Windows of one program, collages with common tiles, and photographs that are mostly white."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageEnhance, ImageFont

from lookalike import compare, find_duplicates
from pictures import Pixels
from sight_pictures import scene


def jpeg(image: Image.Image) -> bytes:
    """The bytes of a file."""
    file = io.BytesIO()
    image.save(file, "JPEG", quality=90)
    return file.getvalue()


def window(left: int) -> Image.Image:
    """A window with a list, and in the middle a dark picture of a lamp."""
    image = Image.new("RGB", (800, 560), (240, 241, 244))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 799, 40), (60, 70, 90))
    draw.rectangle((0, 40, 190, 559), (214, 226, 240))
    for row in range(12):
        draw.rectangle((20, 70 + 38 * row, 130, 80 + 38 * row), (90, 95, 105))
    draw.rectangle((260, 110, 720, 450), (12, 10, 14))
    draw.ellipse((left, 170, left + 90, 260), (250, 210, 120))
    draw.polygon(((left, 300), (left + 90, 300), (left + 45, 420)), (60, 60, 90))
    return image


@pytest.mark.parametrize("thorough", [False, True])
def test_windows_of_one_program_with_other_pictures_have_the_same_layout(thorough: bool) -> None:
    """What is around the pictures agrees by itself. A copy of one window is found."""
    one, other = window(320), window(560)
    assert not compare(jpeg(one), jpeg(other), thorough=thorough).alike
    files = [jpeg(one), jpeg(other), jpeg(one.resize((400, 280)))]
    (group,) = find_duplicates(files, thorough=thorough).groups
    assert sorted(group.positions.tolist()) == [0, 2]


def bright(seed: int) -> Pixels:
    """A picture of light greys."""
    return np.asarray(np.clip(175 + scene(seed).astype(int) // 4, 0, 255), np.uint8)


def test_a_photograph_that_was_made_so_bright_that_it_is_mostly_white_is_found() -> None:
    """The copy is like paper, and the original is not."""
    original = bright(3)
    copy = np.asarray(np.clip(original.astype(int) * 1.24, 0, 255), np.uint8)
    assert np.mean(copy >= 243) > 0.6
    assert compare(original, copy, max_distance=20).alike


@pytest.mark.parametrize(("tiles", "alike"), [(2, False), (3, True)])
def test_strips_with_half_of_their_tiles_in_common_share_a_part(tiles: int, alike: bool) -> None:
    """Two of three tiles are more than a part."""
    scenes = [np.asarray(Image.fromarray(scene(seed)).resize((300, 225))) for seed in range(4)]
    one, other = np.hstack(scenes[:tiles]), np.hstack(scenes[1 : tiles + 1])
    found = compare(one, other, thorough=True)
    assert found.shares_a_part is not alike
    assert found.alike is alike


def tinted_table(seed: int) -> Image.Image:
    """A table of numbers on nearly white paper, with a faint tint behind its heading."""
    random = np.random.default_rng(seed)
    image = Image.new("RGB", (864, 651), (255, 254, 240))
    draw = ImageDraw.Draw(image)
    draw.rectangle((30, 30, 834, 70), "#d8dee9")
    for row, column in np.ndindex(14, 6):
        x, y = 30 + 134 * column, 30 + 41 * row
        draw.rectangle((x, y, x + 134, y + 41), outline="#333333")
        number = f"{random.integers(1, 99999) / 100:.2f}"
        draw.text((x + 60, y + 8), number, "#333333", ImageFont.load_default(14))
    return image


def test_a_page_is_found_although_a_brighter_copy_has_lost_its_tint() -> None:
    """Thumbs of it hardly agree. The rule for paper finds the copy of each of two tables."""
    tables = [tinted_table(seed) for seed in (1, 2)]
    files = [jpeg(one) for one in tables]
    files += [jpeg(ImageEnhance.Brightness(one).enhance(1.25)) for one in tables]
    groups = find_duplicates(files, max_distance=24).groups
    assert sorted(sorted(group.positions.tolist()) for group in groups) == [[0, 2], [1, 3]]


def test_thumbs_alone_do_not_confirm_a_page_that_has_lost_its_tint() -> None:
    """Without the pictures, the rule for paper cannot be asked."""
    table = tinted_table(1)
    files = jpeg(table), jpeg(ImageEnhance.Brightness(table).enhance(1.1))
    assert find_duplicates(list(files), max_distance=24).groups
    streams = [io.BytesIO(file) for file in files]
    assert not find_duplicates(streams, max_distance=24).groups
