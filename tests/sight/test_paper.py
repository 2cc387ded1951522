"""The rule for paper-like pictures."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import lru_cache

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageEnhance, ImageOps

from lookalike._native import kernel
from lookalike.sight.paper import Sheet, compare_paper, is_paper
from pictures import photo, uniform
from sheets import ENTRIES, KINDS, draw_sheet, entries_of

Grey = NDArray[np.uint8]
Edit = Callable[[Image.Image], Image.Image]

EACH_KIND = pytest.mark.parametrize("kind", KINDS)


def area_mean(count: int, pieces: int) -> NDArray[np.float64]:
    """The weights of `count` samples in `pieces` means, `(pieces, count)`."""
    edges, samples = np.arange(pieces + 1) * count / pieces, np.arange(count)
    end, start = np.minimum(edges[1:, None], samples + 1), np.maximum(edges[:-1, None], samples)
    return (end - start).clip(0) * pieces / count


def grey_of(picture: Image.Image, longest: int = 512) -> Grey:
    """The grey of a picture, shrunk by the mean of areas if it is larger."""
    grey = np.asarray(picture.convert("L"))
    scale = min(1.0, longest / max(grey.shape))
    height, width = (round(side * scale) for side in grey.shape)
    small = area_mean(grey.shape[0], height) @ grey @ area_mean(grey.shape[1], width).T
    rounded: Grey = (small + 0.5).astype(np.uint8)
    return rounded


def as_jpeg(picture: Image.Image, quality: int) -> Image.Image:
    data = io.BytesIO()
    picture.save(data, "JPEG", quality=quality)
    return Image.open(data).convert("RGB")


def cropped(picture: Image.Image, share: float) -> Image.Image:
    x, y = round(picture.width * share), round(picture.height * share)
    return picture.crop((x // 3, y // 2, picture.width - (x - x // 3), picture.height - y // 2))


EDITS: dict[str, Edit] = {
    "half size": lambda p: p.resize((p.width // 2, p.height // 2), Image.Resampling.LANCZOS),
    "quality 20": lambda p: as_jpeg(p, 20),
    "quality 90": lambda p: as_jpeg(p, 90),
    "grey": lambda p: ImageOps.grayscale(p).convert("RGB"),
    "brighter": lambda p: ImageEnhance.Brightness(p).enhance(1.4),
    "less contrast": lambda p: ImageEnhance.Contrast(p).enhance(0.6),
    "gamma": lambda p: p.point([round(255 * (v / 255) ** 0.6) for v in range(256)] * 3),
    "squeezed": lambda p: p.resize((p.width, p.height * 3 // 4)),
    "a little cropped": lambda p: cropped(p, 0.004),
    "cropped": lambda p: cropped(p, 0.02),
}


@lru_cache
def drawn(kind: str) -> Image.Image:
    return draw_sheet(kind, 7, entries_of(1))


def disagreements(*greys: Grey) -> NDArray[np.float32]:
    """Of the first with each of the others."""
    others = np.arange(1, len(greys), dtype=np.uint32)
    looks = compare_paper(list(map(Sheet, greys)), np.zeros_like(others), others)
    return looks.disagreement


@pytest.mark.slow
@EACH_KIND
def test_true_copies_are_the_same(kind: str) -> None:
    """Whatever is drawn, an edit of the whole picture leaves it the same."""
    greys = [grey_of(drawn(kind)), *(grey_of(edit(drawn(kind))) for edit in EDITS.values())]
    assert dict(zip(EDITS, disagreements(*greys) <= 0.45, strict=True)) == dict.fromkeys(
        EDITS, True
    )


@pytest.mark.slow
@EACH_KIND
@pytest.mark.parametrize("changed", [ENTRIES, ENTRIES // 4], ids=["all", "a quarter"])
def test_other_entries_of_one_layout_are_different(kind: str, changed: int) -> None:
    """They differ, whether all of the entries do or only a quarter of them."""
    sheets = [Sheet(grey_of(draw_sheet(kind, 7, entries_of(k, changed)))) for k in range(4)]
    first, second = (side.astype(np.uint32) for side in np.triu_indices(len(sheets), 1))
    assert not compare_paper(sheets, first, second).same.any()


@pytest.mark.slow
@EACH_KIND
def test_copies_of_other_entries_are_different(kind: str) -> None:
    """Nor does an edit make two of one layout the same, although nothing lies where it did."""
    one = grey_of(drawn(kind))
    other = draw_sheet(kind, 7, entries_of(2, ENTRIES // 2))
    assert (disagreements(one, *(grey_of(edit(other)) for edit in EDITS.values())) > 0.45).all()


@EACH_KIND
def test_each_kind_is_paper(kind: str) -> None:
    """Most of its pixels have one grey."""
    assert is_paper(grey_of(drawn(kind)))


def test_a_photograph_is_not_paper() -> None:
    """Its greys are spread, unlike those of a plain picture."""
    assert not is_paper(grey_of(Image.fromarray(photo(300, 200))))
    assert is_paper(uniform(300, 200, 90))


@pytest.mark.parametrize(("share", "paper"), [(0.59, False), (0.61, True)])
def test_paper_has_one_grey_in_six_of_ten_pixels(share: float, paper: bool) -> None:
    """13 neighbouring levels count as one grey, and the others do not count."""
    grey = np.arange(1000) % 20 * 6 + 13
    grey[: round(share * 1000)] = np.arange(round(share * 1000)) % 13
    assert is_paper(grey.astype(np.uint8).reshape(20, 50)) == paper


@pytest.mark.parametrize(
    ("kind", "side"),
    [(kind, 64) for kind in ("form", "page", "table", "plot", "slide")] + [("icon", 47)],
)
def test_small_pictures_are_too_small(kind: str, side: int) -> None:
    """A form of 64 pixels says nothing about its entries, not even if it is equal."""
    small = grey_of(drawn(kind), side)
    looks = compare_paper([Sheet(small)] * 2, np.zeros(1, np.uint32), np.ones(1, np.uint32))
    assert looks.too_small.all()
    assert not looks.same.any()
    assert (looks.agreement == 0).all()


@pytest.mark.parametrize("side", [48, 64, 96])
def test_small_bold_pictures_are_told_apart(side: int) -> None:
    """An icon is not too small, because nothing in it is faint."""
    icons = [draw_sheet("icon", 7, entries_of(k, ENTRIES // 4)) for k in range(1, 5)]
    box = (side, side)
    greys = [grey_of(icon.resize(box, Image.Resampling.LANCZOS)) for icon in icons]
    copy = icons[0].resize((2 * side, 2 * side), Image.Resampling.LANCZOS)
    found = disagreements(greys[0], grey_of(as_jpeg(copy, 90)), *greys[1:]) <= 0.45
    assert found.tolist() == [True, False, False, False]


def test_blank_sheets_are_never_the_same() -> None:
    """Nothing is drawn, so nothing can agree."""
    assert disagreements(uniform(300, 200, 255), uniform(300, 200, 255))[0] > 0.45


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["form", "plot"])
def test_the_order_of_a_pair_does_not_matter(kind: str) -> None:
    """Each pair is compared the same way round, whichever is named first."""
    sheets = [
        Sheet(grey_of(edit(draw_sheet(kind, 7, entries_of(k, 2)))))
        for k, edit in enumerate((EDITS["grey"], EDITS["half size"], EDITS["cropped"]))
    ]
    first, second = (side.astype(np.uint32) for side in np.triu_indices(len(sheets), 1))
    ahead, back = compare_paper(sheets, first, second), compare_paper(sheets, second, first)
    assert ahead.measures.tobytes() == back.measures.tobytes()


@pytest.mark.parametrize(
    ("grey", "message"),
    [
        (np.zeros((513, 20), np.uint8), "grey must have 2 to 512 rows and columns"),
        (np.zeros((1, 20), np.uint8), "grey must have 2 to 512 rows and columns"),
        (np.zeros((20, 20, 3), np.uint8), "grey must be a contiguous array"),
        (np.zeros((20, 20), np.float32), "grey must be a contiguous array"),
    ],
)
def test_only_small_greys_make_a_sheet(grey: Grey, message: str) -> None:
    """A larger picture must be shrunk first."""
    with pytest.raises(ValueError, match=message):
        Sheet(grey)


def test_pairs_beyond_the_sheets_are_refused() -> None:
    """Both numbers of a pair must name a sheet."""
    sheets = [kernel.Sheet(uniform(20, 20, 0))]
    none, one = np.zeros(1, np.uint32), np.ones(1, np.uint32)
    with pytest.raises(ValueError, match="second must be less than 1, not 1"):
        kernel.compare_sheets(sheets, none, one)
    with pytest.raises(ValueError, match="second must have 1 values, not 2"):
        kernel.compare_sheets(sheets, none, np.zeros(2, np.uint32))
    assert kernel.compare_sheets(sheets, none[:0], none[:0]).shape == (0, 2)
