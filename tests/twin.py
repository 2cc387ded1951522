"""The plain NumPy twin of the native kernel: `kernel.pyi` in as few words as possible.

It is slow and not part of the package. The tests compare the kernel with it.
"""

import re
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from blake3 import blake3
from numpy.typing import NDArray

Words = NDArray[np.uint64]
Numbers = NDArray[np.uint32]
Columns = tuple[Numbers, Numbers, NDArray[np.uint16]]
Cursor = tuple[int, int, int]
Scan = tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint16], int]

BITS_SET = np.array([byte.bit_count() for byte in range(256)])


def scan_pairs(
    hashes: NDArray[np.uint8],
    max_distance: int,
    rows: tuple[int, int],
    columns: tuple[int, int],
    capacity: int,
) -> Scan:
    return _scan(hashes, hashes, max_distance, rows, columns, capacity, above_diagonal=True)


def scan_matches(
    queries: NDArray[np.uint8],
    hashes: NDArray[np.uint8],
    max_distance: int,
    rows: tuple[int, int],
    columns: tuple[int, int],
    capacity: int,
) -> Scan:
    return _scan(queries, hashes, max_distance, rows, columns, capacity, above_diagonal=False)


def _scan(
    queries: NDArray[np.uint8],
    hashes: NDArray[np.uint8],
    max_distance: int,
    rows: tuple[int, int],
    columns: tuple[int, int],
    capacity: int,
    *,
    above_diagonal: bool,
) -> Scan:
    found: list[tuple[int, int, int]] = []
    next_row = rows[1]
    j = np.arange(*columns)
    for i in range(*rows):
        distances = _distances(queries[i], hashes[columns[0] : columns[1]])
        near = distances <= max_distance
        if above_diagonal:
            near &= i < j
        found += [(i, *hit) for hit in zip(j[near].tolist(), distances[near].tolist(), strict=True)]
        if len(found) >= capacity:
            next_row = i + 1
            break
    table = np.array(found, np.int64).reshape(-1, 3)
    return (
        table[:, 0].astype(np.uint32),
        table[:, 1].astype(np.uint32),
        table[:, 2].astype(np.uint16),
        next_row,
    )


def _distances(query: NDArray[np.uint8], hashes: NDArray[np.uint8]) -> NDArray[np.int64]:
    distances: NDArray[np.int64] = BITS_SET[query ^ hashes].sum(axis=1)
    return distances


def diameter(hashes: NDArray[np.uint8]) -> int:
    return max((int(_distances(query, hashes).max()) for query in hashes), default=0)


def join_sets(
    parent: NDArray[np.uint32], left: NDArray[np.uint32], right: NDArray[np.uint32]
) -> None:
    parent[:] = roots(parent)
    while ((a := parent[left]) != (b := parent[right])).any():
        np.minimum.at(parent, np.maximum(a, b), np.minimum(a, b))
        parent[:] = roots(parent)


def roots(parent: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """The root that `parent` leads to from each node."""
    while (parent[parent] != parent).any():
        parent = parent[parent]
    return parent


class Band(NamedTuple):
    hashes: Words
    positions: NDArray[np.uint16]
    offsets: Numbers
    order: Numbers
    sorted: Words | None


def bits_at(hashes: Words, positions: NDArray[np.uint16]) -> NDArray[np.int64]:
    """The bits of each hash at some positions, `(n, bits)`."""
    return np.unpackbits(hashes.view(np.uint8), axis=1)[:, positions].astype(np.int64)


def distances_in(rows: NDArray[np.int64], columns: NDArray[np.int64]) -> NDArray[np.int64]:
    """The number of bits in which each row differs from each column."""
    differing: NDArray[np.int64] = rows @ (1 - columns.T) + (1 - rows) @ columns.T
    return differing


def distances(rows: Words, columns: Words) -> NDArray[np.int64]:
    """The distance of each row from each column."""
    found = np.zeros((len(rows), len(columns)), np.int64)
    for k in range(rows.shape[1]):
        found += np.bitwise_count(rows[:, k, None] ^ columns[None, :, k])
    return found


def sort_band(
    hashes: Words, positions: NDArray[np.uint16], copy: bool
) -> tuple[Numbers, Numbers, Words | None]:
    values = bits_at(hashes, positions) @ (1 << np.arange(len(positions))[::-1])
    order = np.argsort(values, kind="stable")
    offsets = np.searchsorted(values[order], np.arange((1 << len(positions)) + 1))
    return offsets.astype(np.uint32), order.astype(np.uint32), hashes[order] if copy else None


def distinct(hashes: Words) -> tuple[Numbers, Numbers]:
    seen: dict[bytes, int] = {}
    number = [seen.setdefault(one.tobytes(), len(seen)) for one in hashes]
    first = [number.index(k) for k in range(len(seen))]
    return np.array(number, np.uint32), np.array(first, np.uint32)


def band_distances(hashes: Words, positions: list[NDArray[np.uint16]]) -> NDArray[np.int64]:
    pairs = np.triu_indices(len(hashes), 1)
    bands = [bits_at(hashes, one) for one in positions]
    counts = [np.bincount(distances_in(band, band)[pairs], minlength=25) for band in bands]
    return np.array(counts, np.int64).reshape(-1, 25)


def join_pairs(
    rows: Band,
    columns: Band,
    band_distance: int,
    max_distance: int,
    seen: list[tuple[Band, int]],
    begin: Cursor,
    end: int,
    capacity: int,
    work: int,
) -> tuple[Columns, Cursor]:
    """It does all at once: `capacity` and `work` do not stop it."""
    which = columns.order[begin[0] : end]
    left, right = rows.hashes, columns.hashes[which]
    far = distances(left, right)
    near = far <= max_distance
    for band, within, finds in [(rows, band_distance, True), *((*one, False) for one in seen)]:
        bits = bits_at(left, band.positions), bits_at(right, band.positions)
        near &= (distances_in(*bits) <= within) == finds
    i, at = np.nonzero(near)
    j, distance = which[at].astype(np.int64), far[i, at]
    if rows is columns:
        # A pair belongs to the later of its two columns.
        place = np.argsort(columns.order)
        kept = place[i] < place[j]
        i, j, distance = np.minimum(i, j)[kept], np.maximum(i, j)[kept], distance[kept]
    found = i.astype(np.uint32), j.astype(np.uint32), distance.astype(np.uint16)
    return found, (max(begin[0], end), 0, 0)


def join_groups(
    band: Band,
    band_distance: int,
    max_distance: int,
    begin: Cursor,
    end: int,
    work: int,
    parent: Numbers,
    labels: Numbers,
) -> Cursor:
    (i, j, _), cursor = join_pairs(band, band, band_distance, max_distance, [], begin, end, 1, work)
    join_sets(parent, i, j)
    return cursor


def probe(
    bands: list[Band],
    band_distances: list[int],
    queries: Words,
    max_distance: int,
    rows: tuple[int, int],
    capacity: int,
) -> tuple[Columns, int]:
    hashes = bands[0].hashes
    near = np.zeros((len(queries), len(hashes)), np.bool_)
    for band, distance in zip(bands, band_distances, strict=True):
        bits = bits_at(queries, band.positions), bits_at(hashes, band.positions)
        near |= distances_in(*bits) <= distance
    far = np.where(near, distances(queries, hashes), max_distance + 1)
    return _near(far, max_distance, rows, capacity)


def scan_near(
    hashes: Words, queries: Words, max_distance: int, rows: tuple[int, int], capacity: int
) -> tuple[Columns, int]:
    return _near(distances(queries, hashes), max_distance, rows, capacity)


def _near(
    far: NDArray[np.int64], max_distance: int, rows: tuple[int, int], capacity: int
) -> tuple[Columns, int]:
    near = far <= max_distance
    found = np.cumsum([0, *near[slice(*rows)].sum(axis=1)])
    end = rows[0] + min(int(np.searchsorted(found, capacity)), len(found) - 1)
    query, hash_ = np.nonzero(near[: max(end, 0)])
    kept = query >= rows[0]
    return _columns(query[kept], hash_[kept], far), end


def _columns(query: NDArray[np.intp], hash_: NDArray[np.intp], far: NDArray[np.int64]) -> Columns:
    distance = far[query, hash_].astype(np.uint16)
    return query.astype(np.uint32), hash_.astype(np.uint32), distance


def probe_nearest(
    bands: list[Band], schedule: Numbers, queries: Words, rows: tuple[int, int], k: int
) -> Columns:
    return scan_nearest(bands[0].hashes, queries, rows, k)


def scan_nearest(hashes: Words, queries: Words, rows: tuple[int, int], k: int) -> Columns:
    far = distances(queries, hashes)
    nearest = np.argsort(far, axis=1, kind="stable")[slice(*rows), :k]
    query = np.repeat(np.arange(*rows), nearest.shape[1])
    return _columns(query, nearest.ravel(), far)


Box = tuple[float, float, float, float]


def resample(
    pixels: NDArray[np.uint8], width: int, height: int, box: Box | None = None
) -> NDArray[np.uint8]:
    left, top, right, bottom = box or (0, 0, pixels.shape[1], pixels.shape[0])
    narrowed = _resample_axis(pixels, (left, right), width, axis=1)
    return _resample_axis(narrowed, (top, bottom), height, axis=0)


def _resample_axis(
    pixels: NDArray[np.uint8], stretch: tuple[float, float], outputs: int, axis: int
) -> NDArray[np.uint8]:
    if pixels.shape[axis] == outputs and stretch == (0, outputs):
        return pixels.copy()
    weights = _lanczos_weights(pixels.shape[axis], stretch, outputs)
    sums = np.moveaxis(np.tensordot(weights, pixels.astype(np.int64), (1, axis)), 0, axis)
    resampled: NDArray[np.uint8] = np.clip((sums + 2**21) >> 22, 0, 255).astype(np.uint8)
    return resampled


def _lanczos_weights(inputs: int, stretch: tuple[float, float], outputs: int) -> NDArray[np.int64]:
    """The weight of each input in each output, `(outputs, inputs)`, in 22-bit fixed point."""
    begin, end = stretch
    scale = (end - begin) / outputs
    widening = max(scale, 1.0)
    support = 3 * widening
    weights = np.zeros((outputs, inputs), np.int64)
    for o in range(outputs):
        centre = begin + (o + 0.5) * scale
        first = max(int(centre - support + 0.5), 0)
        last = min(int(centre + support + 0.5), inputs)
        x = (np.arange(first, last) - centre + 0.5) / widening
        exact = np.where(np.abs(x) < 3, np.sinc(x) * np.sinc(x / 3), 0)
        scaled = exact / exact.sum() * 2**22
        weights[o, first:last] = np.trunc(scaled + np.copysign(0.5, scaled))
    return weights


def grey(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    red, green, blue = np.moveaxis(pixels.astype(np.int64), 2, 0)
    weighted: NDArray[np.int64] = 19595 * red + 38470 * green + 7471 * blue
    return ((weighted + 32768) >> 16).astype(np.uint8)


def over_white(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    colours, alpha = np.split(pixels.astype(np.int64), [3], axis=2)
    # The divisor is odd, so the nearest is never a tie.
    return np.rint((colours * alpha + 255 * (255 - alpha)) / 255).astype(np.uint8)


HUES = np.array([43, 85, 128, 170, 213])


def colour_bins(pixels: NDArray[np.uint8]) -> NDArray[np.int64]:
    colours = pixels.reshape(-1, 3).astype(np.int64)
    red, green, blue = colours.T
    most = colours.max(axis=1)
    spread = most - colours.min(axis=1)
    sixth = [red == most, green == most]
    offset = np.select(sixth, [green - blue, 2 * spread + blue - red], 4 * spread + red - green)
    offset += 6 * spread * (offset < 0)
    hue = np.sum(255 * offset[:, None] >= 6 * HUES * spread[:, None], axis=1)
    kinds = [grey(pixels).ravel() < 32, 3 * spread < most, 3 * spread < 2 * most]
    bright = np.where(85 * spread >= 57 * most, 8 + hue, 14)
    return np.bincount(np.select(kinds, [0 * hue, 0 * hue + 1, 2 + hue], bright), minlength=15)


def blur(samples: NDArray[np.uint8]) -> NDArray[np.uint8]:
    for axis in (1, 1, 1, 0, 0, 0):
        beyond = [(2, 2) if axis == k else (0, 0) for k in range(2)]
        padded = np.moveaxis(np.pad(samples.astype(np.int64), beyond, mode="edge"), axis, 0)
        inner = padded[1:-3] + padded[2:-2] + padded[3:-1]
        outer = padded[:-4] + padded[4:]
        sums = (4473924 * inner + 1677722 * outer + 2**23) >> 24
        samples = np.moveaxis(sums, 0, axis).astype(np.uint8)
    return samples


def areas(values: NDArray[np.uint8]) -> NDArray[np.int64]:
    # The smallest index of an area spreads through it.
    labels = np.arange(values.size).reshape(values.shape)
    before = labels - 1
    while (labels != before).any():
        before = labels.copy()
        for here, there in (np.s_[1:], np.s_[:-1]), (np.s_[:-1], np.s_[1:]):
            for rows in (False, True):
                a, b = (here, there) if rows else (np.s_[:, here], np.s_[:, there])
                equal = values[a] == values[b]
                labels[a] = np.where(equal, np.minimum(labels[a], labels[b]), labels[a])
    found = []
    for label in np.unique(labels):
        y, x = np.nonzero(labels == label)
        found.append([values[y[0], x[0]], y.size, y.min(), x.min(), y.max() + 1, x.max() + 1])
    return np.array(found, np.int64).reshape(-1, 6)


def dct_low(samples: NDArray[np.uint8], low: int) -> NDArray[np.int64]:
    side = len(samples)
    k, x = np.ogrid[:low, :side]
    angle = k * (2 * x + 1) % (4 * side)  # small, so its cosine is exact to the last bits
    exact = 2**20 * np.cos(np.pi * angle / (2 * side))
    cosines: NDArray[np.int64] = np.rint(exact).astype(np.int64)
    level = int(samples[0, 0])
    columns: NDArray[np.int64] = cosines @ (samples.astype(np.int64) - level)
    dropped = 2 * (side - 1).bit_length() - 14 if side > 128 else 0
    if dropped:
        columns = (columns + (1 << (dropped - 1))) >> dropped
    coefficients: NDArray[np.int64] = columns @ cosines.T
    coefficients[0, 0] += level * side**2 << (40 - dropped)
    return coefficients


HAAR = 0.7071067811865476


def _haar_down(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Averages and details along axis 0."""
    even, odd = values[0::2], values[1::2]
    return HAAR * odd + HAAR * even, HAAR * even - HAAR * odd


def _haar_up(low: NDArray[np.float64], high: NDArray[np.float64]) -> NDArray[np.float64]:
    """The inverse of `_haar_down`."""
    values = np.empty((2 * low.shape[0], low.shape[1]))
    values[0::2] = HAAR * low + HAAR * high
    values[1::2] = HAAR * low - HAAR * high
    return values


def haar_low(values: NDArray[np.float64], levels: int) -> NDArray[np.float64]:
    for _ in range(levels):
        values = _haar_down(_haar_down(values)[0].T)[0].T
    return values


def haar_remove_mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    if len(values) == 1:
        return np.zeros_like(values)
    low, high = _haar_down(values)
    low_low, low_high = _haar_down(low.T)
    high_low, high_high = _haar_down(high.T)
    low = _haar_up(haar_remove_mean(low_low.T).T, low_high).T
    high = _haar_up(high_low, high_high).T
    return _haar_up(low, high)


def hash_texts(text: NDArray[np.uint8], offsets: NDArray[np.int64]) -> NDArray[np.uint64]:
    hashes = [murmur(text[begin:end].tobytes()) for begin, end in pairwise(offsets.tolist())]
    return np.array(hashes, np.uint64)


def digest_rows(rows: NDArray[np.uint8]) -> NDArray[np.uint8]:
    digests = b"".join(blake3(row.tobytes()).digest(8) for row in rows)
    return np.frombuffer(digests, np.uint8).reshape(-1, 8)


def murmur(text: bytes, seed: int = 0) -> int:
    """MurmurHash64A, by Austin Appleby."""
    factor, bits = 0xC6A4A7935BD1E995, 2**64 - 1
    mixed = seed ^ (len(text) * factor & bits)
    whole = len(text) // 8 * 8
    for at in range(0, whole, 8):
        word = int.from_bytes(text[at : at + 8], "little") * factor & bits
        mixed = (mixed ^ ((word ^ (word >> 47)) * factor & bits)) * factor & bits
    if text[whole:]:
        mixed = (mixed ^ int.from_bytes(text[whole:], "little")) * factor & bits
    mixed = (mixed ^ (mixed >> 47)) * factor & bits
    return mixed ^ (mixed >> 47)


def separable(samples: NDArray[np.uint8], block: int = 1) -> tuple[float, float]:
    rows, columns = samples.shape[0] // block, samples.shape[1] // block
    means = samples.reshape(rows, block, columns, block).mean(axis=(1, 3))
    off = means - means.mean()
    row_means, column_means = off.mean(axis=1), off.mean(axis=0)
    neither = off - row_means[:, None] - column_means
    of_rows, of_columns = row_means * columns**0.5, column_means * rows**0.5
    b = _unit(max(of_columns, neither[(neither**2).sum(axis=1).argmax()], key=np.linalg.norm))
    a = _unit(max(of_rows, neither @ b, key=np.linalg.norm))
    b = _nearer(of_columns, neither.T @ a, b)
    for _ in range(3):
        a = _nearer(of_rows, neither @ b, a)
        b = _nearer(of_columns, neither.T @ a, b)
    total = (of_rows**2).sum() + (of_columns**2).sum() + (neither**2).sum()
    found = (of_rows @ a) ** 2 + (of_columns @ b) ** 2 + (a @ neither @ b) ** 2
    return total / means.size, max(total - found, 0.0) / means.size


def histogram(samples: NDArray[np.uint8]) -> NDArray[np.int64]:
    """How many samples have each level."""
    return np.bincount(samples.ravel(), minlength=256)


def glance(grey: NDArray[np.uint8], colours: NDArray[np.uint8] | None) -> bytes:
    counts = histogram(_sampled(grey, 48))
    shares = []
    for _ in range(2):
        sums = [counts[at : at + 13].sum() for at in range(256 - 12)]
        at = int(np.argmax(sums))
        shares.append(sums[at])
        counts[at : at + 13] = 0
    share = np.cumsum(shares) / _sampled(grey, 48).size
    parts = (*share, _roughness(grey.astype(np.int64)))
    head = [int(colours is not None), *(int(255 * one + 0.5) for one in parts)]
    if colours is None:
        return bytes([*head, *[0] * 128])
    if colours.ndim == 2:
        return bytes([*head, *[128] * 128])
    red, green, blue = (_means(one) for one in np.moveaxis(_sampled(colours, 192), 2, 0))
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    chroma = np.rint([128 + (blue - luma) / 1.772, 128 + (red - luma) / 1.402]).clip(0, 255)
    return bytes([*head, *chroma.astype(np.uint8).ravel()])


def _roughness(grey: NDArray[np.int64]) -> float:
    step = max(min(grey.shape) // 48, 1)
    spread = 2 * float(grey[::step, ::step].var())
    contrasts = [
        float((np.diff(each, axis=1)[:, ::step] ** 2).mean())
        for each in (grey[::step], grey.T[::step])
        if each.shape[1] > 1
    ]
    return min(max(contrasts, default=0) / spread, 1.0) if spread > 0 else 1.0


def _sampled(pixels: NDArray[np.uint8], least: int) -> NDArray[np.uint8]:
    step = max(min(pixels.shape[:2]) // least, 1)
    return pixels[::step, ::step]


def _means(pixels: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Those of 8 x 8 equal areas, rounded half up."""
    cells = pixels.astype(np.int64)
    for axis in (0, 1):
        cells = cells.repeat(8, axis)  # so that the edges of the areas are between pixels
    height, width = pixels.shape
    sums = cells.reshape(8, height, 8, width).sum(axis=(1, 3))
    means: NDArray[np.int64] = (2 * sums + height * width) // (2 * height * width)
    return means


def spread(samples: NDArray[np.uint8], specks: int) -> int:
    ordered = np.sort(samples, axis=None).astype(int)
    count = ordered.size - specks
    return int(min(ordered[k + count - 1] - ordered[k] for k in range(specks + 1)))


def sureness(margins: NDArray[np.int64] | NDArray[np.float64], limit: float) -> float:
    return float(np.minimum(np.abs(margins) / limit, 1).mean())


def jpeg_outline(data: bytes, most_scans: int) -> bytes:
    outline, at = [], 2
    while found := re.compile(rb"\xff[^\x00\xff\xd0-\xd7]").search(data, at):
        begin, marker = found.start(), data[found.start() + 1]
        at = begin + 2
        if marker >= 0xC0 and marker not in range(0xD0, 0xDA):
            length = int.from_bytes(data[at : at + 2])
            if len(data) < at + 2 or length < 2 or len(data) < at + length:
                break
            at += length
        if marker in {*range(0xC0, 0xD0), 0xD9, 0xDA} - {0xC4, 0xC8, 0xCC}:
            outline.append(data[begin:at])
        scans = [one for one in outline if one[1] == 0xDA]
        if marker in {0xD8, 0xD9} or len(scans) == most_scans:
            break
    return b"".join(outline)


def _nearer(
    mean: NDArray[np.float64], other: NDArray[np.float64], last: NDArray[np.float64]
) -> NDArray[np.float64]:
    return _unit(mean * (mean @ last) + other * (other @ last))


def _unit(vector: NDArray[np.float64]) -> NDArray[np.float64]:
    length = np.linalg.norm(vector)
    return vector / length if length else vector
