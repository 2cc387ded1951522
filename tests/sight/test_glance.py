"""A glance spares a closer look only where that would find nothing."""

from __future__ import annotations

import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from jpegs import jpeg, scene
from lookalike import find_duplicates
from lookalike.hashing.content import Content, Depth, Reader, Wanted
from lookalike.images import read_picture
from lookalike.images.picture import turn
from lookalike.matching.verify import closer_look
from lookalike.sight import glance
from lookalike.sight.colours import COLOUR_DIFFERS, COLOUR_SIDE, colour_distances, colours_of
from lookalike.sight.glance import BYTES, CELLS, close, glance_of
from lookalike.sight.paper import LEAST_OF_OTHER
from lookalike.sight.seen import Seen
from lookalike.sight.turned import UPRIGHT
from pictures import Pixels, photo

ONLY_UPRIGHT = np.array([UPRIGHT], np.uint8)
SCENES = [scene(640, 480, seed) for seed in (2, 3, 5, 8)]


def seen(source: bytes | Pixels) -> NDArray[np.uint8]:
    """`(1, BYTES)`"""
    return np.frombuffer(glance_of(read_picture(source)), np.uint8)[None]


def form(seed: int, size: tuple[int, int] = (700, 900)) -> Image.Image:
    """A page of boxes, some of which are filled in."""
    random = np.random.default_rng(seed)
    page = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(page)
    for top in range(60, size[1] - 40, 45):
        draw.rectangle((50, top, size[0] - 50, top + 28), outline="black")
        draw.text((60, top + 8), " ".join(map(str, random.integers(1000, 99999, 6))), fill="black")
    return page


def code(seed: int, modules: int, scale: int) -> Image.Image:
    """Black and white squares at random, with a margin."""
    random = np.random.default_rng(seed)
    squares = np.pad(random.integers(0, 2, (modules, modules)), 4, constant_values=1)
    return Image.fromarray((squares.repeat(scale, 0).repeat(scale, 1) * 255).astype(np.uint8))


def dense(seed: int, side: int = 512) -> Image.Image:
    """A page full of small print."""
    random = np.random.default_rng(seed)
    page = Image.new("L", (side, side), "white")
    draw = ImageDraw.Draw(page)
    for top in range(4, side - 12, 13):
        letters = random.integers(97, 123, side // 6)
        letters[random.integers(0, len(letters), len(letters) // 6)] = 32
        draw.text((4, top), bytes(letters.astype(np.uint8)).decode(), fill="black")
    return page


def dithered(seed: int) -> Image.Image:
    """Print on a ground that becomes darker, in black and white dots."""
    shade = np.linspace(-60, 60, 512)[None]
    grey = np.asarray(dense(seed), np.float64) * 0.5 + 100 + shade
    return Image.fromarray(grey.clip(0, 255).astype(np.uint8)).convert("1").convert("L")


PAPER = {
    "small print": dense(4),
    "dots": dithered(5),
    "form": form(1),
    "small form": form(1).resize((175, 225), Image.Resampling.LANCZOS),
    "code": code(2, 33, 12),
    "fine code": code(3, 100, 4),
    "two greys": Image.fromarray(
        np.repeat([60, 200], 240)[:, None].repeat(640, 1).astype(np.uint8)
    ),
}


@pytest.mark.parametrize("kind", PAPER)
def test_paper_is_never_close(kind: str) -> None:
    """As it is drawn, and as a JPEG, a page may be paper, whatever its copies are like."""
    picture = PAPER[kind]
    for data in (np.asarray(picture), jpeg(picture), jpeg(picture, quality=20)):
        assert Seen.of(read_picture(data)).shares.like_paper(LEAST_OF_OTHER)
        assert not close(seen(data), seen(data), ONLY_UPRIGHT).any()


@pytest.mark.parametrize("picture", SCENES)
def test_copies_of_photographs_are_close(picture: Pixels) -> None:
    """Smaller ones, darker ones, those of poor quality, and turned ones, turned back."""
    ours = seen(picture)
    image = Image.fromarray(picture)
    for copy in (jpeg(picture, quality=15), np.asarray(image.resize((240, 180)))):
        assert close(ours, seen(copy), ONLY_UPRIGHT).all()
    assert close(ours, seen((picture * 0.8).astype(np.uint8)), ONLY_UPRIGHT).all()
    for orientation, back in ((3, 3), (6, 8), (8, 6)):
        turned = seen(np.ascontiguousarray(turn(picture, orientation)))
        assert close(ours, turned, np.array([back], np.uint8)).all()


@pytest.mark.parametrize("picture", SCENES)
def test_other_colours_are_not_close(picture: Pixels) -> None:
    """Nor is a grey copy, if the picture has colours, nor one whose colours are unknown."""
    coloured = np.stack([picture[..., 0], picture[..., 1] // 2, 255 - picture[..., 2]], axis=2)
    grey = np.asarray(Image.fromarray(coloured).convert("L"))
    for other in (np.ascontiguousarray(coloured[..., ::-1]), grey):
        assert not close(seen(coloured), seen(other), ONLY_UPRIGHT).any()
    assert not close(seen(coloured), np.zeros((1, BYTES), np.uint8), ONLY_UPRIGHT).any()


@pytest.mark.parametrize("seed", [2, 3, 5, 7, 8, 9, 10, 11])
def test_close_colours_do_not_differ(seed: int) -> None:
    """Pictures of which one is tinted more and more are close only while they have one colour."""
    random = np.random.default_rng(seed)
    picture, tint = scene(640, 480, seed), random.uniform(0.5, 1.5, 3)
    ours, colours = seen(picture), colours_of(read_picture(picture), COLOUR_SIDE)
    found = []
    for much in np.linspace(0, 1, 11):
        other = (picture * (1 - much + much * tint)).clip(0, 255).astype(np.uint8)
        theirs = colours_of(read_picture(other), COLOUR_SIDE)
        found.append(bool(close(ours, seen(other), ONLY_UPRIGHT)[0]))
        if found[-1]:
            assert colour_distances(colours[None], theirs[None])[0] < COLOUR_DIFFERS
    assert found[0]


def test_the_layout_of_a_glance_is_as_described() -> None:
    """A picture of one grey has all of both shares, and no colour. Red has much of Cr."""
    grey, red = np.full((60, 80), 90, np.uint8), np.zeros((60, 80, 3), np.uint8)
    red[..., 0] = 200
    assert seen(grey).tolist() == [[1, 255, 255, 255, *([128] * 2 * CELLS)]]
    blues, reds = seen(red)[0, 4 : 4 + CELLS], seen(red)[0, 4 + CELLS :]
    assert (set(blues.tolist()), set(reds.tolist())) == ({94}, {228})


def test_a_changed_line_of_small_print_is_another_page() -> None:
    """The pages only have the same layout, although their thumbs agree."""
    page, other = dense(6), dense(7)
    changed = page.copy()
    changed.paste(other.crop((150, 250, 350, 263)), (150, 250))
    found = find_duplicates([jpeg(page, quality=92), jpeg(changed, quality=92)])
    assert not found.groups
    assert len(found.related) == 1


def every_kind() -> list[bytes]:
    """Photographs, pages, and copies of both, some in other colours or turned."""
    files = []
    for picture in SCENES:
        image = Image.fromarray(picture)
        files += [jpeg(picture), jpeg(picture, quality=30), jpeg(image.resize((320, 240)))]
        files += [jpeg(image.rotate(90, expand=True)), jpeg(image.convert("L"))]
        files += [jpeg(np.ascontiguousarray(picture[..., ::-1])), png(image)]
    for seed in range(4):
        files += [jpeg(form(seed)), png(form(seed)), jpeg(form(seed), quality=30)]
    return [*files, jpeg(photo(120, 90, 1)), png(Image.fromarray(photo(120, 90, 1)))]


def png(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def test_a_search_finds_the_same_without_glances(monkeypatch: pytest.MonkeyPatch) -> None:
    """Groups, what is said of their links, and pairs of one layout."""
    files = every_kind()
    found = find_duplicates(files)
    assert found.groups
    assert found.related
    monkeypatch.setattr(closer_look, "close", lambda one, *_: np.zeros(len(one), np.bool_))
    assert find_duplicates(files).to_dict() == found.to_dict()


def test_plain_copies_are_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without glances, each of them is."""
    again: list[Depth] = []
    content = Reader.content

    def counted(self: Reader, wanted: Wanted) -> Content:
        again.append(wanted[1])
        return content(self, wanted)

    monkeypatch.setattr(Reader, "content", counted)
    files = [jpeg(one, quality=quality) for one in SCENES for quality in (90, 60)]
    assert len(find_duplicates(files).groups) == len(SCENES)
    assert again.count(Depth.SIGHT) == 0
    monkeypatch.setattr(glance, "MOST_OF_ONE", 0.0)
    assert len(find_duplicates(files).groups) == len(SCENES)
    assert again.count(Depth.SIGHT) == len(files)
