"""What is too slow in Python: comparing hashes and pictures, joining sets, and work on pixels.

Hashes are compared all with all, or only those near each other in some bits. The work on pixels is
resampling, the transforms of pHash and wHash, blur, counts of colours, and connected areas.
Pictures are laid on each other and compared. Texts and rows of bytes are hashed.

Every function releases the GIL while it works. It accepts C-contiguous NumPy arrays (`resample`:
any strides). A wrong array raises `ValueError`, which names the array, what was expected, and the
dtype and shape that were passed.

All functions compute in integers, or in floats with a fixed order of operations. They give the
same results with every instruction set and on every platform. Only the order of the results of
`join_pairs` may differ.

Threads may call them at the same time with the same arrays and bands, as long as nothing writes to
them. `parent` and `labels`, which the kernel writes to, may be shared by calls of `join_sets` and
`join_groups`.

There are three instruction sets. `scalar` is portable C++. On x86-64, builds by GCC or Clang also
have `avx2` and `avx512` (with VPOPCNTDQ). The best one that the processor has is chosen when the
module is loaded.
"""

from collections.abc import Sequence
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

def isa() -> str:
    """The instruction set in use."""

def isas() -> list[str]:
    """The instruction sets that this processor has, the best one last."""

def force_isa(name: str) -> None:
    """Use one instruction set from now on, in all threads. `""` is the best one. For tests.

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

    `hashes` is `(n, bytes)`, with 1 to 8191 bytes per hash. i runs over the half-open range `rows`,
    and j over `columns`. Returns `(i, j, distance, next_row)`. The arrays have equal length and are
    ordered by i, then j.

    The scan stops after the row that brings the number of pairs to `capacity`. If `next_row` is
    below the end of `rows`, call again with `rows=(next_row, end)`. A call returns fewer than
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

    Like `scan_pairs`, but i is a row of `queries`, `(m, bytes)`, and j is any row of `hashes`.
    """

def diameter(hashes: NDArray[np.uint8]) -> int:
    """The largest distance in bits between any two of `(n, bytes)` hashes. 0 for fewer than two."""

def join_sets(
    parent: NDArray[np.uint32], left: NDArray[np.uint32], right: NDArray[np.uint32]
) -> None:
    """Join the sets of `left[k]` and `right[k]`, for every k: one block of pairs of a union-find.

    `parent` starts as `np.arange(n)` and is changed in place. Following it from a node leads to the
    smallest node of its set. The sets do not depend on the order of the pairs. A number that is not
    a node raises `ValueError`, and the pairs before it stay joined.
    """

class DamagedError(ValueError):
    """A number in the arrays of a `Band` points outside them."""

class Band:
    """Hashes in the order of their values in a band, which is some of their bits.

    `hashes` is `(n, words)`, with 1 to 1023 words per hash and n below 2^32 - 1. The words are the
    bytes of the hashes, padded with zero bytes at the end, in the machine's own byte order.

    `positions`, `(bits,)`, are 1 to 24 different bits, most significant bit of each byte first: bit
    p is `byte[p // 8] >> (7 - p % 8) & 1`. A hash's value is the number that these bits make, most
    significant first.

    `sort_band` gives the others: `offsets`, `(2**bits + 1,)`, `order`, `(n,)`, and `sorted`,
    `(n, words)` or None. A place is an index into `order`.

    The arrays are kept, not copied. Their values are not checked here, because they may be in a
    large file. They are checked where they are used, and a value that points outside raises
    `DamagedError`. Arrays that are wrong in other ways give wrong results.
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
    scattered hashes, or None without `copy`.
    """

def distinct(hashes: NDArray[np.uint64]) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Find equal hashes among `(n, words)`, with a hash table.

    Returns `(number, first)`. `number`, `(n,)`: which distinct hash each one is, in the order of
    first appearance. `first`, `(m,)`: where each of the m distinct ones first appears.
    """

def band_distances(
    hashes: NDArray[np.uint64], positions: list[NDArray[np.uint16]]
) -> NDArray[np.int64]:
    """How far the hashes are from each other in each of some bands.

    `positions` has one array per band, as in `Band`. Returns `(bands, 25)`: `[k, d]` is the number
    of pairs i < j that differ in exactly d of the bits of band k.
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

    The two bands have the same positions (only their number is checked). Returns
    `((i, j, distance), cursor)`, in no particular order. i is a hash of `rows`, and j is one of
    `columns`. If both are the same object, each pair is returned once, with i < j.

    Pairs that differ in at most d bits of `band` for any `(band, d)` of `seen` are left out. They
    were found when that band was joined. So joining bands that divide the bits finds all pairs
    within r bits once, if the distances of the bands, plus one each, add up to r + 1. This is the
    pigeonhole principle (M. Norouzi, A. Punjani, D. Fleet, "Fast Search in Hamming Space with
    Multi-Index Hashing", 2012).

    The cursor says where to continue: a place in `columns`, a step through the values near the one
    there, and a row of that value. A join begins at `(place, 0, 0)`, for any place, and goes up to
    the place `end`. So several threads may join parts of the columns. A join stops early once it
    has `capacity` pairs, or after about `work` comparisons. If the cursor's place is below `end`,
    call again with `begin=cursor` and the other arguments unchanged. A call returns fewer than
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
    """Join the sets of all pairs that `join_pairs` finds in a band with itself. Returns the cursor.

    `parent`, `(n,)`, is as in `join_sets`. `labels`, `(n,)`, has a member of the set of the hash at
    each place of the band. At the start it is `parent[order]`, and later it may be any member.
    Pairs with equal labels are skipped, and joined ones get the same label.

    Both arrays are changed in place. Several threads may join parts of the columns, or other bands,
    at the same time with the same `parent`. The sets and their roots do not depend on the order (R.
    Anderson, H. Woll, "Wait-free Parallel Algorithms for the Union-Find Problem", 1991). A pair
    with a number that is not a node is skipped.
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

    `bands` are of the same hashes. A hash is compared if it differs from the query in at most
    `band_distances[k]` bits of band k, for any k. -1 leaves a band out. `queries` is `(m, words)`,
    and `rows` is the half-open range of those to look up.

    Returns `((query, hash, distance), next_row)`, ordered by query. The hashes of each query come
    once, in no particular order. It stops after the query that brings the matches to `capacity`. If
    `next_row` is below the end of `rows`, call again with `rows=(next_row, end)`.
    """

def scan_near(
    hashes: NDArray[np.uint64],
    queries: NDArray[np.uint64],
    max_distance: int,
    rows: tuple[int, int],
    capacity: int,
) -> tuple[tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint16]], int]:
    """Like `probe`, but compares all hashes, in order. Like `scan_matches`, for a few queries."""

def probe_nearest(
    bands: list[Band],
    schedule: NDArray[np.uint32],
    queries: NDArray[np.uint64],
    rows: tuple[int, int],
    k: int,
) -> tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint16]]:
    """The `k` nearest hashes of each query, or all of them if there are fewer.

    `bands`, `queries` and `rows` are as in `probe`. `schedule`, `(steps,)`: each step is a band
    whose search distance grows by one bit, from -1. After the first r + 1 steps, all hashes within
    r bits of a query must have been compared.

    The look-ups end when no other hash can be nearer. If they become more work than comparing all
    hashes, or the schedule ends first, all hashes are compared. Returns `(query, hash, distance)`,
    ordered by query, then distance, then hash. Among equally near hashes, the smallest numbers win.
    """

def scan_nearest(
    hashes: NDArray[np.uint64], queries: NDArray[np.uint64], rows: tuple[int, int], k: int
) -> tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint16]]:
    """Like `probe_nearest`, but compares all hashes."""

def resample(
    pixels: NDArray[np.uint8],
    width: int,
    height: int,
    box: tuple[float, float, float, float] | None = None,
) -> NDArray[np.uint8]:
    """Resize by Lanczos, a = 3, as frozen in docs/hashes.md.

    The support widens when shrinking. Weights have 22 bits. The horizontal pass comes first, and
    each pass is rounded to 8 bits. Equal to Pillow 12's `Image.resize((width, height), LANCZOS)` to
    the bit, except for pictures more than 100 times as tall as wide. Pillow narrows those last.

    `pixels` is `(h, w)` or `(h, w, 3)` with any strides. Returns `(height, width)` or
    `(height, width, 3)`. The sides of the result are 1 to 65536. `box` is the part of the pixels to
    resize, (left, top, right, bottom). Its edges may lie within pixels, as in Pillow, which rounds
    them to 32-bit floats.
    """

def grey(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """`(h, w, 3)` RGB to `(h, w)`: `(19595 R + 38470 G + 7471 B + 32768) >> 16`."""

def over_white(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """`(h, w, 4)` RGBA, not premultiplied, to `(h, w, 3)` RGB over white, rounded."""

def colour_bins(pixels: NDArray[np.uint8]) -> NDArray[np.int64]:
    """How many of the `(h, w, 3)` RGB pixels are of each kind, `(15,)`.

    `[0]` counts dark pixels, whose grey is below 32. For all others, `most` is the largest channel,
    and `spread` is the largest minus the smallest. The hue is on a scale of 255: red is 0, yellow
    42.5, green 85.

    - `[1]`: grey, `3 spread < most`
    - `[2:8]`: faint, `3 spread < 2 most`, by hue, from 0, 43, 85, 128, 170 and 213 on
    - `[8:14]`: bright, `85 spread >= 57 most`, by the same hues
    - `[14]`: between faint and bright

    Equal to thresholds of Pillow's HSV for every colour.
    """

def blur(samples: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A Gaussian blur of radius 2 of `(h, w)`, equal to Pillow's `GaussianBlur()` to the bit.

    It is three boxes along the rows, then three along the columns. Each is
    `(4473924 inner + 1677722 outer + 2^23) >> 24`. `inner` is the sum of a sample and its two
    neighbours, and `outer` is the sum of the two next to them. Edges are repeated.
    """

def areas(values: NDArray[np.uint8]) -> NDArray[np.int64]:
    """The areas of equal values of `(h, w)`, connected up, down, left and right.

    Returns `(n, 6)`, one row per area, in the order of their first pixels row by row. A row has the
    value, the number of pixels, and the bounds `top, left, bottom, right`. The last two are one
    beyond the last pixel.
    """

def dct_low(samples: NDArray[np.uint8], low: int) -> NDArray[np.int64]:
    """The `(low, low)` corner of lowest frequencies of the DCT-II of `(side, side)` samples.

    Row k, column l is the sum over y, x of `samples[y, x] cos(pi k (2y+1) / 2 side)
    cos(pi l (2x+1) / 2 side)`. Cosines are rounded to 20 bits after the point, so the result is
    scaled by 2^40. From a side of 129 on, up to 1024, the sums over y lose their lowest
    `2 ceil(log2(side)) - 14` bits, rounded half up. Before that, `samples[0, 0]` is subtracted from
    all samples. Afterwards its share is added to the first coefficient. So all other coefficients
    of a flat picture are exactly zero.
    """

def haar_low(values: NDArray[np.float64], levels: int) -> NDArray[np.float64]:
    """The averages after `levels` steps of the 2-d Haar wavelet: `(side, side)` to
    `(side >> levels, side >> levels)`. The side is a power of two.

    Each step, along axis 0, then axis 1: `0.7071067811865476 * odd + 0.7071067811865476 * even`.
    """

def haar_remove_mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Take all Haar steps down, zero the last average, and go up again (axis 1, then axis 0).

    The array is `(side, side)`, and the side is a power of two. The result is rounded as the steps
    round it, not as subtracting the mean would.
    """

def area_mean(
    samples: NDArray[np.uint8], width: int, height: int, box: tuple[int, int, int, int]
) -> NDArray[np.uint8]:
    """The means of `width` x `height` equal areas, `(height, width)`, from `(h, w)`.

    `box` is the part of the samples to divide, (left, top, right, bottom), in eighths of a sample.
    A sample that lies partly in an area counts by that part. Each mean is exact, then rounded half
    up. No side is longer than 65536.
    """

def features(grey: NDArray[np.uint8], most: int) -> tuple[NDArray[np.uint32], NDArray[np.uint8]]:
    """At most `most` keypoints of a grey picture and their descriptors, as in docs/sight.md.

    `grey` is `(h, w)`, with sides of 1 to 512. Returns `(points, descriptors)`, as in
    `sight.Features`: `(n,)` and `(n, 32)`. The best points come first, so fewer of them are the
    beginning of more. `most` is at most 10000.
    """

def query_features(
    grey: NDArray[np.uint8], most: int
) -> tuple[NDArray[np.uint32], NDArray[np.uint8], NDArray[np.uint8]]:
    """Like `features`, and the margins of the comparisons: `(n, 256)`.

    A margin is how far apart the two means are, in 1/16 of a grey level, at most 255.
    """

def mirrored(
    descriptors: NDArray[np.uint8], margins: NDArray[np.uint8]
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The descriptors and margins of the same points in the mirrored picture.

    The comparisons are closed under reflection, so bits only change their places, and some are
    inverted. A comparison of two equal means has no opposite, so such a bit may be wrong.
    """

def separable(samples: NDArray[np.uint8], block: int = 1) -> tuple[float, float]:
    """How much `(h, w)` varies, and how much of that a constant plus a product cannot explain.

    The first number is the mean square of the differences from the mean. The second is the part of
    it that `m + p a + q b + s a b` leaves. m is the mean, and p, q and s are any numbers. `a` is a
    column and `b` a row, both of length 1 and mean 0. This form covers every constant plus the
    product of one column and one row. It also covers the sum of a column and a row, which is a
    limit of such products. `a` and `b` are found by 4 rounds of power iteration. That is enough if
    little is left. Otherwise the second number may be slightly too large.

    The numbers are those of the means of blocks of `block` x `block` samples. Both sides must be
    multiples of `block`. Neither number is larger than that of the samples themselves.
    """

def glance(grey: NDArray[np.uint8], colours: NDArray[np.uint8] | None) -> bytes:
    """A glance at a picture, as `sight/glance.py` describes it.

    - `grey`: `(h, w)`.
    - `colours`: `(h, w, 3)` RGB, `(h, w)` if the picture is grey, None if they are unknown.

    Neither must be contiguous. Raises `ValueError` for other shapes or dtypes.
    """

def histogram(samples: NDArray[np.uint8]) -> NDArray[np.int64]:
    """`(256,)`: how many of the `(h, w)` samples have each level."""

def spread(samples: NDArray[np.uint8], specks: int) -> int:
    """The smallest range of levels that holds all of `(h, w)` but `specks` samples.

    Raises `ValueError` unless `specks` is 0 or more, and less than the number of samples.
    """

def sureness(margins: NDArray[np.int64] | NDArray[np.float64], limit: float) -> float:
    """The mean of `abs(margin) / limit` over `(h, w)` margins. No margin counts more than 1.

    Raises `ValueError` if `limit` is not above 0 or if there are no margins.
    """

def jpeg_outline(data: NDArray[np.uint8], most_scans: int) -> NDArray[np.uint8]:
    """The markers of a JPEG's first image that describe its frames and scans, with their segments.

    They follow each other: frames, at most `most_scans` scans, and the marker that ends the image.
    The data of scans is skipped, and so is anything else between two segments. A segment that goes
    beyond the data ends the outline.
    """

JpegVerdict: TypeAlias = Literal["read", "left", "premature", "corrupt", "too large"]

JpegHashKind: TypeAlias = tuple[str, int, int, float, float]

class JpegHashes:
    """Hashes JPEGs from their bytes, in fast reading. A thumb is a grey copy of 32 x 32 pixels."""

    def __init__(
        self, kinds: Sequence[JpegHashKind], thumb_least_side: int, max_pixels: int
    ) -> None:
        """`kinds`: the family of each algorithm, its size, and the three numbers of `Reduced`:
        `least_side`, `doubtful_within` and `most_doubtful`. The families are `phash`, `dhash`,
        `dhash_vertical`, `ahash` and `whash`. `thumb_least_side` is 0 without a thumb.

        Raises `ValueError` for any other family or size.
        """

    def of(
        self, data: NDArray[np.uint8], file_size: int
    ) -> tuple[tuple[bytes, ...], bytes, int, int, int, bool, bool] | None:
        """The hashes of a file of `file_size` bytes, one per kind.

        `data` is the whole file, or its first scan, cut out. After the hashes follow the thumb with
        a glance behind it, width and height, upright, `images` of `jpeg_header`, whether all scans
        are known to be there, and whether no more than the first scan was read.

        None if this is not a sound JPEG, if it has more than `max_pixels`, if it is not reduced for
        one of the hashes, or if it may lack detail or have too many doubtful bits.
        """

def jpeg_header(
    data: NDArray[np.uint8],
) -> tuple[int, int, int, bool, int, int, int, bool, bool, float] | Literal["cut off"] | None:
    """What a JPEG says up to its first scan, in the order of the fields of `JpegHeader`.

    `cut off` if the data ends before. None for JPEGs without 8-bit samples in grey or colour and
    Huffman codes, and for those that a more capable decoder should read.
    """

def jpeg_luma(
    data: NDArray[np.uint8], scale: int, first_scan: bool = False
) -> tuple[JpegVerdict, NDArray[np.uint8] | None]:
    """The luma of a JPEG at 1 / scale, where `scale` is 2, 4 or 8: a verdict, and the pixels.

    The pixels, `(ceil(height / scale), ceil(width / scale))`, are those of libjpeg-turbo. None
    unless the verdict is `read`. With `first_scan`, only the first scan of averages of a
    progressive file is read. The other verdicts are:

    - `left`: another decoder must read it, because it is of a kind that is not read here. Or its
      data is odd, and what libjpeg-turbo makes of it depends on how it fills its buffer
    - `premature`: the data ends too early
    - `corrupt`: libjpeg warns of its data, or refuses it
    - `too large`: it claims more blocks than its bytes can hold. No memory was taken

    Only what is needed for the pixels is looked at. Raises `ValueError` for other scales.
    """

def jpeg_lumas(data: NDArray[np.uint8], scale: int) -> tuple[JpegVerdict, list[NDArray[np.uint8]]]:
    """As `jpeg_luma`, also at all coarser scales, in one pass over the data.

    The pixels are those of 1 / scale, then half as many along each side, and so on to an eighth.
    The list is empty unless the verdict is `read`.
    """

def jpeg_tables(
    differences: NDArray[np.uint8], others: NDArray[np.uint8]
) -> tuple[
    NDArray[np.uint16],
    NDArray[np.uint16],
    NDArray[np.uint16],
    NDArray[np.uint16],
    NDArray[np.uint64],
]:
    """The tables that the reader makes of two Huffman codes, for tests. `tables.h` explains them.

    A code is `(16 + n,)`: how many codes there are of each length, then their n symbols. The tables
    are those of differences, symbols, symbols to skip, the same after a difference, and values.
    Each is `(2048,)`, by the next 11 bits. Raises `ValueError` for what is not a code.
    """

def hash_texts(text: NDArray[np.uint8], offsets: NDArray[np.int64]) -> NDArray[np.uint64]:
    """A 64-bit hash of each of n texts, `(n,)`: MurmurHash64A with seed 0.

    `text` is `(m,)` and `offsets` is `(n + 1,)`. Text k is `text[offsets[k]:offsets[k + 1]]`. The
    offsets need not begin at 0 or end at m. They must ascend and lie within 0 and m. Otherwise
    `ValueError` is raised.
    """

def digest_rows(rows: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The first 8 bytes of the BLAKE3 digest of each row, `(n, 8)`.

    `rows` is `(n, bytes)`, with 1 to 1024 bytes per row.
    """

def look_whole(
    thumbs: NDArray[np.uint8],
    first: NDArray[np.uint32],
    second: NDArray[np.uint32],
    orientations: NDArray[np.uint8],
) -> NDArray[np.float32]:
    """How well pairs of pictures agree when one is laid on the other whole.

    `thumbs` is `(n, 32, 32)` or `(n, 1024)`: grey pictures made that small. It may be a memory map.
    Pair k is `thumbs[first[k]]` and `thumbs[second[k]]`, after the latter was turned by the EXIF
    orientation `orientations[k] + 1`. All three are `(m,)`. `orientations` is 0 to 7, and 0 turns
    nothing.

    The first thumb is moved to where the two agree best: at most 6 steps of Gauss-Newton for a
    projective map near to identity, with gain, offset and robust weights. Pairs that are clearly
    different or equal without it are not moved. Then 4 x 4 blocks that overlap by half are
    correlated. A block counts if its variance is at least 9 in either picture, unless one is nearly
    white or black there and the other bright or dark, as in a brighter or darker copy.

    Returns `(m, 9)`:

    - `[0]`: the correlation of all samples
    - `[1]`: the share of the blocks that correlate by more than 0.6
    - `[2]`: how many blocks count
    - `[3]`, `[4]`: the share of the first picture that is seen, and the share of the second one
      that it covers
    - `[5]`, `[6]`: the mean correlation of the blocks, and the same before the first was moved
    - `[7]`: the largest connected region of blocks below 0.3, as a share of all
    - `[8]`: how much the slopes of the first thumb have one direction, 0 to 1

    Raises `ValueError` for other shapes or dtypes, and for numbers out of range.
    """

def look_through(
    thumbs: NDArray[np.uint8],
    sizes: NDArray[np.float64],
    grey: NDArray[np.uint8],
    maps: NDArray[np.float64],
) -> NDArray[np.float32]:
    """How well pictures agree with one grey picture, when each is laid on it by an affine map.

    Picture k has the thumb `thumbs[k]`, `(32, 32)` or `(1024,)`, and the width and height
    `sizes[k]`. Its point (x, y) lies at `(a x + b y + e, c x + d y + f)` of `grey`, `(h, w)`, for
    `maps[k] = (a, b, c, d, e, f)`. Points are in pixels, and (0, 0) is the corner of the first.

    `grey` is sampled on the grid of the thumb: each sample is the mean of 0.84 of the width and
    height of its cell. Otherwise this is like `look_whole`, and so is the result, `(m, 9)`. Here
    `[3]` and `[4]` are the share of the picture that lies within `grey`, and the share of `grey`
    that it covers.

    Raises `ValueError` for other shapes or dtypes, sizes that are not above 0, numbers that are not
    finite, and if `grey` has more than 16384 rows or columns or more than 2^23 pixels.
    """

def weakest_bits(margins: NDArray[np.uint8]) -> NDArray[np.uint16]:
    """For each descriptor and each of the four keys, the three bits that an edit flips first.

    `margins` is `(n, 256)`: how close each comparison was. Returns `(n, 4)`: the places of the bits
    in the key, 5 bits each.
    """

class DamagedGalleryError(DamagedError):
    """The arrays of a gallery contradict each other."""

class SightGallery:
    """Pictures that are searched: `(n,)` counts of points, at most 100 each, and their arrays.

    The arrays are kept, not copied. Their values are checked where they are used, because they may
    be in a large file. A wrong one raises `DamagedError`.
    """

    def __init__(
        self,
        counts: NDArray[np.uint8],
        points: NDArray[np.uint32],
        descriptors: NDArray[np.uint8],
        thumbs: NDArray[np.uint8],
        sizes: NDArray[np.uint16],
    ) -> None:
        """`points` is `(n, 100)`, `descriptors` `(n, 100, 32)`, `thumbs` `(n, 1024)`, `sizes`
        `(n, 2)`: width and height of the grey that the points are in."""

class SightQuery:
    """A picture that is looked for, with the descriptors of its mirror image after its own."""

    def __init__(
        self,
        points: NDArray[np.uint32],
        descriptors: NDArray[np.uint8],
        weakest: NDArray[np.uint16],
        width: float,
        height: float,
        grey: NDArray[np.uint8],
    ) -> None:
        """`points` is `(n,)` with n up to 4096, `descriptors` `(2 n, 32)`, `weakest` `(2 n, 4)`.

        `width` and `height` are those of the grey that the points are in. `grey` is that, or a
        smaller copy.
        """

class PostingTable:
    """The descriptors of a gallery in buckets by one key, which is 28 of their bits.

    Buckets with more than 255 descriptors stay empty. A descriptor takes 5 bytes.
    """

    def __init__(self, gallery: SightGallery, number: int) -> None:
        """`number`: which of the four keys, 0 to 3."""

    @property
    def nbytes(self) -> int:
        """How many bytes it takes in memory."""

Candidates: TypeAlias = tuple[
    NDArray[np.uint32], NDArray[np.float32], NDArray[np.uint64], NDArray[np.uint64]
]
"""What `sight_candidates` returns."""

def near_points(
    tables: list[PostingTable], gallery: SightGallery, query: SightQuery, max_distance: int
) -> NDArray[np.uint64]:
    """Stored descriptors within `max_distance` bits of those of the query, from all four tables.

    Each key is probed eight times, with its three weakest bits either way. Returns matches, each
    one number: in memory, the stored point as uint32 (100 times its picture, plus its place there),
    the row of the query as uint16, and the distance as uint16. Ordered by row, then stored point.
    """

def sight_candidates(
    gallery: SightGallery,
    query: SightQuery,
    matches: NDArray[np.uint64],
    weights: NDArray[np.float32],
    gone: NDArray[np.uint8] | None,
    least: int,
    most: int,
) -> Candidates:
    """At most `most` pictures with `least` or more matches that agree in scale, angle and place.

    `weights` is `(rows,)`: how much a match of each row of the query counts. Leaves out the
    pictures where `gone`, `(n,)`, is not 0. Returns `(pictures, scores, bounds,
    matches)`: the pictures with the highest scores first, and the matches of picture k at
    `bounds[k]` to `bounds[k + 1]`.
    """

def sight_verify(
    gallery: SightGallery,
    query: SightQuery,
    pictures: NDArray[np.uint32],
    bounds: NDArray[np.uint64],
    matches: NDArray[np.uint64],
) -> tuple[NDArray[np.uint8], NDArray[np.float64], NDArray[np.float32]]:
    """Lay candidates on the query by their points, look at the pixels, and decide.

    Takes what `sight_candidates` returns. Returns `(verdicts, maps, numbers)`:

    - `(c,)`: 0 different, 1 same, 2 they share a part, 3 same layout.
    - `(c, 6)`: x' = m[0] x + m[1] y + m[2] and y' = m[3] x + m[4] y + m[5], from pixels of the
      stored grey to those of the query's.
    - `(c, 12)`: points that meet, evidence of their descriptors, 1 if mirrored, mean correlation of
      blocks, share of good blocks, number of blocks, share of the stored picture that is seen,
      share of the query that it covers, the largest bad region, coherence of slopes, correlation of
      all samples, and how much the stored picture is like paper.
    """

class Sheet:
    """A paper-like picture that is prepared to be compared with many others."""

    def __init__(self, grey: NDArray[np.uint8]) -> None:
        """`grey` is `(h, w)`, at most 512 on the longer side and at least 2 on the other.

        A larger picture is to be shrunk by the mean of areas, and a smaller one not to be enlarged:
        its size says how much can be told from it. Raises `ValueError` for other shapes or dtypes.
        """

def compare_sheets(
    sheets: Sequence[Sheet], first: NDArray[np.uint32], second: NDArray[np.uint32]
) -> NDArray[np.float32]:
    """How much pairs of paper-like pictures disagree in the place where they disagree the most.

    Pair k is `sheets[first[k]]` and `sheets[second[k]]`, in any order. Returns `(m, 2)`:

    - `[0]`: 1 - the correlation of the two in that place, 0 to 2. They are the same if it is at
      most 0.45. It is 2 for pairs that were dismissed at a glance, and where nothing can be
      compared
    - `[1]`: the longer side of the grid that decided, in pixels. 0 if either picture is too small.
      The longer side must be at least 192, or 48 if both are bold: at least 0.7 of the pixels that
      are not of the ground, which is the 13 levels that most pixels have, are 100 levels from it

    Raises `ValueError` for other shapes or dtypes, and for numbers out of range.
    """
