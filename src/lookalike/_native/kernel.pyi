"""What Python cannot do fast: scanning hashes, resampling, the transforms of pHash and wHash, blur,
counts of colours and connected areas.

Every function releases the GIL while it works, takes C-contiguous NumPy arrays (`resample`: any
strides), and raises `ValueError` that names the array, what was expected, and the dtype and shape
that came. All of them compute in integers, or in float64 one rounding after the other, and give the
same results on every path and every platform.

Three paths exist: `scalar`, which is portable C++, and on x86-64 built by GCC or Clang `avx2` and
`avx512` (with VPOPCNTDQ). The best one that the processor has is chosen when the module is loaded.
"""

import numpy as np
from numpy.typing import NDArray

def path() -> str:
    """The active path."""

def paths() -> list[str]:
    """The paths that this processor has, the best one last."""

def force_path(name: str) -> None:
    """Use one path from now on, in all threads; `""` takes the best one again. For tests.

    Raises `ValueError` for a path that this processor has not.
    """

def scan_pairs(
    hashes: NDArray[np.uint8],
    max_distance: int,
    rows: tuple[int, int],
    columns: tuple[int, int],
    capacity: int,
) -> tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint16], int]:
    """All pairs i < j of one tile whose hashes differ in at most `max_distance` bits.

    `hashes` is `(n, bytes)`, 1 to 8191 bytes a hash; i runs over the half-open range `rows`, j
    over `columns`. Returns `(i, j, distance, next_row)`, arrays of equal length ordered by i, then
    j. The scan stops after the row that brings the number of pairs to `capacity`: where `next_row`
    is below the end of `rows`, call again with `rows=(next_row, end)`. So a call returns fewer than
    `capacity` plus the number of columns.
    """

def scan_matches(
    queries: NDArray[np.uint8],
    hashes: NDArray[np.uint8],
    max_distance: int,
    rows: tuple[int, int],
    columns: tuple[int, int],
    capacity: int,
) -> tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint16], int]:
    """All (query, hash) of one tile that differ in at most `max_distance` bits.

    As `scan_pairs`, but i is a row of `queries`, `(m, bytes)`, and j any row of `hashes`.
    """

def diameter(hashes: NDArray[np.uint8]) -> int:
    """The largest distance in bits between any two of `(n, bytes)` hashes; 0 for fewer than two."""

def join_sets(
    parent: NDArray[np.uint32], left: NDArray[np.uint32], right: NDArray[np.uint32]
) -> None:
    """Union-find, one block of pairs: join the sets of `left[k]` and `right[k]`, for every k.

    `parent` is changed in place; it starts as `np.arange(n)`, and following it from a node leads to
    the smallest node of its set. The sets do not depend on the order of the pairs. After a
    `ValueError` for a number that is no node, the pairs before it are joined.
    """

def resample(pixels: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    """Resize by Lanczos, a = 3, as frozen: the support widens when shrinking, 22-bit weights, an
    8-bit result after the horizontal pass, then after the vertical one. Equal to Pillow 12's
    `Image.resize((width, height), LANCZOS)` to the bit, but for pictures more than 100 times as
    tall as wide, which Pillow narrows last.

    `pixels` is `(h, w)` or `(h, w, 3)` with any strides; returns `(height, width)` or
    `(height, width, 3)`. Sides of the result: 1 to 65536.
    """

def grey(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """`(h, w, 3)` RGB to `(h, w)`: `(19595 R + 38470 G + 7471 B + 32768) >> 16`."""

def over_white(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """`(h, w, 4)` RGBA, alpha not multiplied in, to `(h, w, 3)` RGB over white, rounded."""

def colour_bins(pixels: NDArray[np.uint8]) -> NDArray[np.int64]:
    """How many of the `(h, w, 3)` RGB pixels are of each kind, `(15,)`.

    `[0]`: dark, their grey below 32. Of all others, with `most` the greatest channel, `spread` how
    far it lies above the least, and the hue on a scale of 255, red 0, yellow 42.5, green 85: `[1]`
    grey ones, `3 spread < most`; `[2:8]` faint ones, `3 spread < 2 most`, by hue, from 0, 43, 85,
    128, 170 and 213 on; `[8:14]` bright ones, `85 spread >= 57 most`, by the same hues; `[14]` what
    lies between faint and bright. Equal to thresholds of Pillow's HSV for every colour.
    """

def blur(samples: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A Gaussian blur of radius 2 of `(h, w)`, as three boxes along the rows, then three along the
    columns: `(4473924 inner + 1677722 outer + 2^23) >> 24`, where `inner` is the sum of a sample
    and its two neighbours, `outer` of the two next to them, and edges are repeated. Equal to
    Pillow's `GaussianBlur()` to the bit.
    """

def areas(values: NDArray[np.uint8]) -> NDArray[np.int64]:
    """The areas of equal values of `(h, w)`, their pixels connected up, down, left and right.

    `(n, 6)`, a row each, in the order of their first pixels row by row: the value, the number of
    pixels, and the bounds `top, left, bottom, right`, the last two one behind the last pixel.
    """

def dct_low(samples: NDArray[np.uint8], low: int) -> NDArray[np.int64]:
    """The `(low, low)` corner of lowest frequencies of the DCT-II of `(side, side)` samples.

    Row k, column l: the sum over y, x of `samples[y, x] cos(pi k (2y+1) / 2 side) cos(pi l (2x+1)
    / 2 side)`, with cosines rounded to 20 bits behind the point (so scaled by 2^40). From a side of
    129 on, up to 1024, the sums over y lose their lowest `2 ceil(log2(side)) - 14` bits, rounded
    half up. `samples[0, 0]` is subtracted from all samples before, and its share added to the first
    coefficient after: of a flat picture, all others are exactly zero.
    """

def haar_low(values: NDArray[np.float64], levels: int) -> NDArray[np.float64]:
    """The averages after `levels` steps of the 2-d Haar wavelet: `(side, side)` to
    `(side >> levels, side >> levels)`. The side is a power of two.

    Each step: along axis 0, then axis 1, `0.7071067811865476 * odd + 0.7071067811865476 * even`.
    """

def haar_remove_mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """All Haar steps down, the last average set to zero, all steps up again (axis 1, then axis 0).

    `(side, side)`, a power of two; the result is rounded as the steps round it, not as a
    subtraction of the mean would.
    """

def hash_texts(text: NDArray[np.uint8], offsets: NDArray[np.int64]) -> NDArray[np.uint64]:
    """A 64-bit hash of each of n texts, `(n,)`: MurmurHash64A with seed 0.

    `text` is `(m,)`, `offsets` `(n + 1,)`: text k is `text[offsets[k]:offsets[k + 1]]`. They need
    not begin at 0, nor end at m. Raises `ValueError` for offsets that do not ascend within 0 and m.
    """
