"""What Python cannot do fast: comparing hashes, all of them or those near each other in some bits,
joining sets, resampling, the transforms of pHash and wHash, blur, counts of colours, connected
areas, and hashes of texts.

Every function releases the GIL while it works, takes C-contiguous NumPy arrays (`resample`: any
strides), and raises `ValueError` that names the array, what was expected, and the dtype and shape
that came. All of them compute in integers, or in float64 one rounding after the other. They give
the same results with every instruction set and on every platform, except that `join_pairs` may give
them in another order. Threads may call them at the same time with the same arrays and bands, as
long as none writes to these. `parent` and `labels`, which the kernel writes to, may be shared by
calls of `join_sets` and `join_groups`.

Three instruction sets exist: `scalar`, which is portable C++, and on x86-64 built by GCC or Clang
`avx2` and `avx512` (with VPOPCNTDQ). The best one that the processor has is chosen when the module
is loaded.
"""

import numpy as np
from numpy.typing import NDArray

def isa() -> str:
    """The instruction set in use."""

def isas() -> list[str]:
    """The instruction sets that this processor has, the best one last."""

def force_isa(name: str) -> None:
    """Use one instruction set from now on, in all threads; `""` is the best one. For tests.

    Raises `ValueError` for one that this processor does not have.
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

class DamagedError(ValueError):
    """A number in the arrays of a `Band` leads out of them."""

class Band:
    """Hashes in the order of their values in a band, which is some of their bits.

    `hashes` is `(n, words)`, 1 to 1023 words a hash, fewer than 2^32 - 1 of them: the bytes of the
    hashes, filled up with zero bytes behind, as words in the machine's own order. `positions`,
    `(bits,)`, are 1 to 24 different ones: they number the bits as they stand in these bytes, the
    most significant of each byte first, so that p is `byte[p // 8] >> (7 - p % 8) & 1`. A hash's
    value is the number that these bits make, the first position its most significant one. The
    others are what `sort_band` gives: `offsets`, `(2**bits + 1,)`, `order`, `(n,)`, and `sorted`,
    `(n, words)` or None. A place is an index into `order`.

    The arrays are kept, not copied. What they hold is not checked here, as they may lie in a large
    file, but where it is used: what leads out of them raises `DamagedError`. Arrays that are wrong
    in other ways give wrong results.
    """

    def __init__(
        self,
        hashes: NDArray[np.uint64],
        positions: NDArray[np.uint16],
        offsets: NDArray[np.uint32],
        order: NDArray[np.uint32],
        sorted: NDArray[np.uint64] | None,  # noqa: A002
    ) -> None: ...

def sort_band(
    hashes: NDArray[np.uint64], positions: NDArray[np.uint16], copy: bool
) -> tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint64] | None]:
    """Sort hashes by their values in a band (a counting sort): the last three arrays of a `Band`.

    Returns `(offsets, order, sorted)`. The hashes of value v are, ascending,
    `order[offsets[v]:offsets[v + 1]]`. `sorted` is `hashes[order]`, which is faster to read than
    one hash here and one there, or None without `copy`.
    """

def distinct(hashes: NDArray[np.uint64]) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Tell equal hashes of `(n, words)` from different ones, by a hash table.

    Returns `(number, first)`. `number`, `(n,)`: which distinct hash each one is, counted as they
    first appear. `first`, `(m,)`: where each of the m distinct ones first appears.
    """

def band_distances(
    hashes: NDArray[np.uint64], positions: list[NDArray[np.uint16]]
) -> NDArray[np.int64]:
    """How far the hashes are from each other in each of some bands.

    `positions` is one array for each band, as of a `Band`. Returns `(bands, 25)`: `[k, d]` is the
    number of pairs i < j that differ in exactly d of the bits of band k.
    """

def join_pairs(
    rows: Band,
    columns: Band,
    band_distance: int,
    max_distance: int,
    seen: list[tuple[Band, int]],
    begin: tuple[int, int, int],
    end: int,
    capacity: int,
    work: int,
) -> tuple[tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint16]], tuple[int, int, int]]:
    """All pairs that differ in at most `band_distance` bits of a band, and `max_distance` in all.

    The two bands have the same positions (only their number is checked). Returns `((i, j,
    distance), cursor)`, in no particular order: i is a hash of `rows`, j one of `columns`. Where
    both are the same object, each pair of it comes once, as i < j. Pairs that differ in at most d
    bits of `band` for any `(band, d)` of `seen` are left out: they were found when that band was
    joined. So all pairs within r bits are found once by joining bands that share out the bits, up
    to distances of which each, plus one, adds up to r + 1 (the pigeonhole principle; M. Norouzi, A.
    Punjani, D. Fleet, "Fast Search in Hamming Space with Multi-Index Hashing", 2012).

    The cursor says where to go on: a place in `columns`, a step through the values near the one
    there, and a row of that value. A join begins at `(place, 0, 0)`, for any place, and goes up to
    the place `end`: parts of the columns may be joined by several threads. It stops early once it
    has `capacity` pairs, or after about `work` comparisons: where the cursor's place is below
    `end`, call again with `begin=cursor` and all else as before. A call returns fewer than
    `capacity` plus 32768 pairs.
    """

def join_groups(
    band: Band,
    band_distance: int,
    max_distance: int,
    begin: tuple[int, int, int],
    end: int,
    work: int,
    parent: NDArray[np.uint32],
    labels: NDArray[np.uint32],
) -> tuple[int, int, int]:
    """Join the sets of all pairs that `join_pairs` finds in a band with itself; return the cursor.

    `parent`, `(n,)`, is as of `join_sets`. `labels`, `(n,)`, has for each place of the band a
    member of the set of the hash there: `parent[order]` at the start, or any later. Pairs of equal
    labels are skipped, and joined ones get the same label. Both arrays are changed in place, and
    several threads may join parts of the columns, or other bands, at a time with the same `parent`:
    the sets, and their roots, do not depend on the order (R. Anderson, H. Woll, "Wait-free Parallel
    Algorithms for the Union-Find Problem", 1991). A pair of which a number is no node is skipped.
    """

def probe(
    bands: list[Band],
    band_distances: list[int],
    queries: NDArray[np.uint64],
    max_distance: int,
    rows: tuple[int, int],
    capacity: int,
) -> tuple[tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint16]], int]:
    """The hashes within `max_distance` bits of each query, by looking up values near the query's.

    `bands` are of the same hashes. Looked at are those that differ from the query in at most
    `band_distances[k]` bits of band k, for any k; -1 leaves a band out. `queries` is `(m, words)`,
    `rows` the half-open range of those to look up. Returns `((query, hash, distance), next_row)`,
    by query, the hashes of each once and in no particular order. It stops after the query that
    brings the matches to `capacity`: where `next_row` is below the end of `rows`, call again with
    `rows=(next_row, end)`.
    """

def scan_near(
    hashes: NDArray[np.uint64],
    queries: NDArray[np.uint64],
    max_distance: int,
    rows: tuple[int, int],
    capacity: int,
) -> tuple[tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint16]], int]:
    """As `probe`, but looks at all hashes, in order; as `scan_matches`, for a few queries."""

def probe_nearest(
    bands: list[Band],
    schedule: NDArray[np.uint32],
    queries: NDArray[np.uint64],
    rows: tuple[int, int],
    k: int,
) -> tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint16]]:
    """The `k` nearest hashes of each query: all of them, if there are fewer.

    `bands`, `queries` and `rows` are as of `probe`. `schedule`, `(steps,)`: after its first r + 1
    steps, all hashes within r bits of a query must have been looked at, when each step is a band in
    which one more bit may differ than before, at first none. The looking-up ends when no other hash
    can be nearer; where it becomes more work than looking at all hashes, or the schedule ends
    before, these are looked at. Returns `(query, hash, distance)`, by query, then distance, then
    hash: of equally near ones, the smallest numbers.
    """

def scan_nearest(
    hashes: NDArray[np.uint64], queries: NDArray[np.uint64], rows: tuple[int, int], k: int
) -> tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint16]]:
    """As `probe_nearest`, but looks at all hashes."""

def resample(
    pixels: NDArray[np.uint8],
    width: int,
    height: int,
    box: tuple[float, float, float, float] | None = None,
) -> NDArray[np.uint8]:
    """Resize by Lanczos, a = 3, as frozen: the support widens when shrinking, 22-bit weights, an
    8-bit result after the horizontal pass, then after the vertical one. Equal to Pillow 12's
    `Image.resize((width, height), LANCZOS)` to the bit, but for pictures more than 100 times as
    tall as wide, which Pillow narrows last.

    `pixels` is `(h, w)` or `(h, w, 3)` with any strides; returns `(height, width)` or
    `(height, width, 3)`. Sides of the result: 1 to 65536. `box`: of which part of the pixels the
    result is made, (left, top, right, bottom), its edges also within pixels, as Pillow has it (but
    Pillow rounds them to 32-bit floats).
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

def separable(samples: NDArray[np.uint8], block: int = 1) -> tuple[float, float]:
    """How much `(h, w)` varies, and how much of that a constant plus a product cannot explain.

    The first number is the mean square of what differs from the mean. The second is the part of it
    that is left by `m + p a + q b + s a b`, with the mean m, a column a and a row b of length 1 and
    mean 0, and any p, q and s: that is every constant plus the product of one column and one row,
    and the sum of a column and a row, which such products come as near to as you like. `a` and `b`
    are found by going from one to the other 4 times (power iteration), which is enough where
    little is left; elsewhere the second number may be somewhat too large.

    All that is about the means of blocks of `block` x `block` samples, of which the sides are
    multiples. Neither number is larger than that of the samples themselves, but for that.
    """

def spread(samples: NDArray[np.uint8], specks: int) -> int:
    """The least range of levels that holds all of `(h, w)` but `specks` samples.

    Raises `ValueError` unless `specks` is 0 or more, and less than the number of samples.
    """

def sureness(margins: NDArray[np.int64] | NDArray[np.float64], limit: float) -> float:
    """The mean of `abs(margin) / limit`, where none counts more than 1, over `(h, w)` margins.

    Raises `ValueError` unless `limit` is more than 0 and there are any margins.
    """

def jpeg_outline(data: NDArray[np.uint8], most_scans: int) -> NDArray[np.uint8]:
    """The markers of a JPEG's first image that say what it is made of, with their segments.

    One behind the other: those of frames and of scans, no more of these than `most_scans`, and the
    marker that ends the image. What a scan's header is followed by is passed over, and so is
    whatever else stands between two segments. A segment that goes beyond the data ends it.
    """

def hash_texts(text: NDArray[np.uint8], offsets: NDArray[np.int64]) -> NDArray[np.uint64]:
    """A 64-bit hash of each of n texts, `(n,)`: MurmurHash64A with seed 0.

    `text` is `(m,)`, `offsets` `(n + 1,)`: text k is `text[offsets[k]:offsets[k + 1]]`. They need
    not begin at 0, nor end at m. Raises `ValueError` for offsets that do not ascend within 0 and m.
    """
