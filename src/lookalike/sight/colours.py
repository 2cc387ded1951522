"""The colours of pictures, and how far they are apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from lookalike._native import kernel
from lookalike.sight.overlay import between

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.images import Picture

COLOUR_SIDE = 8
FINE_SIDE = 64
"""So fine that a picture within another one has enough cells of its own."""
COLOUR_DIFFERS = 16.0
"""Two pictures differ in colour from this many levels on, as `colour_distances` measures it."""
LEAST_GAIN = 0.6
"""Colours that are weaker by more than this factor are other colours, grey above all."""
LEAST_CLIPPED = 245
"""Cells with a brighter channel may have been clipped, so they do not say how bright a copy is."""
SAMPLES = 4
"""How many samples of a shared part are taken along each side of a cell."""
MOST_LEFT_OUT = 0.2
"""At most this share is left out along each edge of a shared part."""


def colours_of(picture: Picture, side: int) -> NDArray[np.uint8]:
    """`(side, side, 3)` RGB: the mean colours of equal parts of a picture."""
    colours = kernel.resample(picture.pixels, side, side, picture.box)
    return np.repeat(colours[..., None], 3, axis=2) if colours.ndim == 2 else colours


def shared_colours(
    one: NDArray[np.uint8], other: NDArray[np.uint8], transform: NDArray[np.floating]
) -> NDArray[np.float64]:
    """`(2, 1, cells, 3)`: the colours of two pictures in the part that both show, cell by cell.

    `one`, `other`: `(FINE_SIDE, FINE_SIDE, 3)`. `transform`: `(2, 3)`, where each place of the
    other one is in the first, as in `Links`. There are at most `COLOUR_SIDE` squared cells. Along
    the edges, a picture is mixed with what is around it in the other. So these are left out.
    """
    side = COLOUR_SIDE * SAMPLES
    edges = _edges(transform)
    found, seen = _sampled(one, other, transform, (0, 1, 0, 1), edges)
    if not seen.any():
        return np.empty((2, 1, 0, 3))
    box: list[float] = []
    for axis in (0, 1):
        at = np.flatnonzero(seen.any(axis=axis))
        box += [at[0] / side, (at[-1] + 1) / side]
    found, seen = _sampled(one, other, transform, box, edges)
    cells = (COLOUR_SIDE, SAMPLES, COLOUR_SIDE, SAMPLES)
    counts = seen.reshape(cells).sum(axis=(1, 3)).ravel()
    sums = (found * seen[..., None]).reshape(2, *cells, 3).sum(axis=(2, 4)).reshape(2, -1, 3)
    full = counts >= SAMPLES * SAMPLES / 2
    means: NDArray[np.float64] = sums[:, None, full] / counts[full, None]
    return means


def _edges(transform: NDArray[np.floating]) -> list[NDArray[np.float64]]:
    """How much to leave out along the edges of the first and of the other, across and down.

    It is as long as a sample of the respective other picture.
    """
    linear = transform[:, :2].astype(np.float64)
    of_one, of_other = np.hypot(*linear.T), 1 / np.maximum(np.hypot(*linear), 1e-9)
    return [(length / FINE_SIDE).clip(0, MOST_LEFT_OUT) for length in (of_one, of_other)]


def _sampled(
    one: NDArray[np.uint8],
    other: NDArray[np.uint8],
    transform: NDArray[np.floating],
    box: Sequence[float],
    edges: Sequence[NDArray[np.float64]],
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """`(2, n, n, 3)`: samples of both in a box of the other one, and which of them both show."""
    left, right, top, bottom = box
    steps = (np.arange(COLOUR_SIDE * SAMPLES) + 0.5) / (COLOUR_SIDE * SAMPLES)
    x, y = np.meshgrid(left + (right - left) * steps, top + (bottom - top) * steps)
    theirs = np.stack([x, y])
    ours = np.tensordot(transform, np.stack([x, y, np.ones_like(x)]), 1)
    seen = np.ones(x.shape, np.bool_)
    for places, edge in zip((ours, theirs), edges, strict=True):
        inside = (places >= edge[:, None, None]) & (places <= 1 - edge[:, None, None])
        seen &= inside.all(axis=0)
    samples = [
        between(colours, *(FINE_SIDE * places - 0.5))
        for colours, places in ((one, ours), (other, theirs))
    ]
    return np.stack(samples), seen


def colour_distances(one: NDArray[Any], other: NDArray[Any]) -> NDArray[np.float64]:
    """`(m,)`: how far the colours of pairs of pictures are apart, in levels of Cb and Cr.

    `one`, `other`: `(m, ..., 3)` RGB, cell by cell. It is the mean over the quarter of the cells
    that differ most, so that a small coloured thing counts. It is 0 without any cells.

    Brighter copies and those of more contrast have stronger colours. So the stronger ones are
    weakened first, down to `LEAST_GAIN`. What became too bright was clipped, which changes its
    colour. So the darker ones are also made brighter, in the same way. The least distance counts.
    """
    if not one.size:
        return np.zeros(len(one))
    ours, theirs = (each.reshape(len(each), -1, 3).astype(np.float64) for each in (one, other))
    ways = [chroma_distances(chroma_of(ours), chroma_of(theirs))]
    ways += [_brightened(*pair) for pair in ((ours, theirs), (theirs, ours))]
    least: NDArray[np.float64] = np.min(ways, axis=0)
    return least


def chroma_distances(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """`(m,)`: as `colour_distances`, but brighter copies may seem further apart.

    `one`, `other`: `(m, ..., 2)`, as `chroma_of` returns them.
    """
    ours, theirs = (each.reshape(len(each), -1, 2) for each in (one, other))
    return np.minimum(_weakened(ours, theirs), _weakened(theirs, ours))


def _weakened(ours: NDArray[np.float64], theirs: NDArray[np.float64]) -> NDArray[np.float64]:
    """`(m,)`: how far colours are apart when those of the first are made weaker."""
    common = (ours * theirs).sum(axis=(1, 2))
    gain = (common / np.maximum((ours**2).sum(axis=(1, 2)), 1)).clip(LEAST_GAIN, 1)
    return _worst_quarter(ours * gain[:, None, None] - theirs)


def _brightened(dark: NDArray[np.float64], bright: NDArray[np.float64]) -> NDArray[np.float64]:
    """`(m,)`: how far colours are apart when the first are made brighter, and clipped."""
    whole = bright < LEAST_CLIPPED
    common = (dark * bright * whole).sum(axis=(1, 2))
    gain = (common / np.maximum((dark**2 * whole).sum(axis=(1, 2)), 1)).clip(1, 1 / LEAST_GAIN)
    brighter = np.minimum(dark * gain[:, None, None], 255)
    return _worst_quarter(chroma_of(brighter) - chroma_of(bright))


def _worst_quarter(difference: NDArray[np.float64]) -> NDArray[np.float64]:
    """`(m,)`: the mean over the cells that differ most."""
    cells = np.sort(np.hypot(difference[..., 0], difference[..., 1]), axis=1)
    worst: NDArray[np.float64] = cells[:, -cells.shape[1] // 4 :].mean(axis=1)
    return worst


def chroma_of(colours: NDArray[Any]) -> NDArray[np.float64]:
    """`(..., 2)`: Cb and Cr as in JPEG, without their offset. `colours`: `(..., 3)` RGB."""
    red, green, blue = np.moveaxis(colours.astype(np.float64, copy=False), -1, 0)
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    return np.stack([(blue - luma) / 1.772, (red - luma) / 1.402], axis=-1)
