"""Hashes in a pandas DataFrame: compute them, check for duplicates, and rank by similarity.

    df = hash_frame(urls)
    df.ahash.duplicated()
    find_duplicate_images(df, "ahash", "new.jpg")
    find_similar_images(df, "ahash", "new.jpg").head(10)

Images are read as everywhere in this library: turned upright by their EXIF orientation, with
transparency composited on white or black. ImageHash gives images with either of these other hashes.
Use `lookalike.imagehash` to get the same. A column of hashes holds hex strings or objects that
print as hex: `Hash`, or an `ImageHash`, ours or the original. pandas is an extra.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from lookalike.algorithms import Algorithm, checked_distance, get_algorithm
from lookalike.checks import one_of, whole_number
from lookalike.extras import extra
from lookalike.hashes import Hash, HashArray, require_same
from lookalike.hashing.hashing import hash_image, hash_images
from lookalike.hashing.schema import FAILURE, IMAGE
from lookalike.images import is_image_source
from lookalike.index import Linear

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from numpy.typing import NDArray
    from pandas import DataFrame, Series

    from lookalike.images import ImageSource
    from lookalike.sources import ImageSources

Unit: TypeAlias = Literal["bits", "digits"]
UNITS = ("bits", "digits")

ALGORITHMS = ("ahash", "phash", "dhash", "whash", "colorhash")


def hash_frame(
    images: ImageSources,
    algorithms: str | Iterable[str] = ALGORITHMS,
    *,
    workers: int | None = None,
) -> DataFrame:
    """One row per image, in the order of the inputs.

    `images`, `algorithms` and `workers` are as in `hash_images`: URLs, paths, folders and so on.
    The columns are

    - `image`: its path or URL, or its position in square brackets if it has neither,
    - one per algorithm: its hash in hex,
    - `failure`: the status and the reason if the image could not be read. Its hashes are None.

    `duplicated()` also counts all but the first None as duplicates. Exclude them with
    `df[df.failure.isna()]`.

    Raises the errors of `hash_images`, and `MissingExtraError` without pandas.
    """
    with extra("pandas", "lookalike.frames needs pandas"):
        import pandas as pd

    table = hash_images(images, algorithms=algorithms, reading="exact", workers=workers)
    failed = np.zeros(len(table) + len(table.failures), np.bool_)
    failed[table.failed_at] = True
    failures = [f"{one.status}: {one.reason}" for one in table.failures]
    columns = {IMAGE.name: _interleaved(failed, table.paths, [one.path for one in table.failures])}
    for name, hashes in table.hashes.items():
        columns[name] = _interleaved(failed, hashes.to_hex(), None)
    columns[FAILURE.name] = _interleaved(failed, None, failures)
    return pd.DataFrame(columns, dtype=object)  # pandas' own str columns cannot hold None


def find_duplicate_images(
    df: DataFrame, column: str, image: ImageSource | Hash | object, *, algorithm: str | None = None
) -> bool:
    """Whether the frame has an image with the same hash.

    Arguments and errors are those of `find_similar_images`.
    """
    kind = _kind_of(column, algorithm)
    _, hashes = _hashes_of(df, column, kind)
    query = np.frombuffer(bytes(_query(image, kind)), np.uint8)
    return bool((hashes.data == query).all(axis=1).any())


def find_similar_images(
    df: DataFrame,
    column: str,
    image: ImageSource | Hash | object,
    max_distance: int | None = None,
    k: int | None = None,
    *,
    unit: Unit = "bits",
    algorithm: str | None = None,
) -> DataFrame:
    """The images of a frame by their distance to one image, nearest first.

    `df`: a frame with a column `image` and a `column` of hashes. It is not modified. Rows without a
    hash are left out.
    `image`: an image or its hash. An image is a URL, a path, bytes, a Pillow image, or anything
    else that `hash_image` accepts. A hash is a `Hash`, an object that prints as hex, or the hex
    digits themselves. Pass a file whose name is hex digits as a `Path`.
    `max_distance`: the largest distance to list, inclusive. None lists all.
    `k`: the most rows to list.
    `unit`: count differing `"bits"`, or differing hex `"digits"`.
    `algorithm`: that of the hashes. None derives it from the name of the column.

    Returns a new frame of `image`, `column` and `hamming_distance` with the index of `df`. Equal
    distances keep the order of `df`. Whole numbers in a column are read as hashes with decimal
    digits only, because `pandas.read_csv` turns those into numbers.

    Raises `ImageError` for an image that cannot be read. Raises `ValueError` and `TypeError` for
    wrong arguments and for other values in the column. Raises `AlgorithmMismatchError` for a hash
    of another algorithm.
    """
    kind = _kind_of(column, algorithm)
    farthest = _farthest(max_distance, unit, kind)
    count = None if k is None else whole_number(k, "k", least=1)
    _require_column(df, "image")
    rows, hashes = _hashes_of(df, column, kind)
    query = _query(image, kind)
    near, distances = (_near if unit == "bits" else _near_by_digits)(hashes, query, farthest)
    order = np.argsort(distances, kind="stable")[:count]
    found: DataFrame = df.iloc[rows[near[order]]][["image", column]].copy()
    found["hamming_distance"] = distances[order]
    return found


def show_images(images: ImageSources, labels: Iterable[object] | None = None) -> Figure:
    """Show pictures in a grid, each below its label: `lookalike.plotting.show_images`."""
    from lookalike import plotting

    return plotting.show_images(images, labels)


def _interleaved(
    failed: NDArray[np.bool_], read: Sequence[str] | None, unread: Sequence[str] | None
) -> NDArray[np.object_]:
    """A column in the order of the inputs, with None for missing values."""
    column = np.full(len(failed), None, np.object_)
    if read:
        column[~failed] = read
    if unread:
        column[failed] = unread
    return column


def _kind_of(column: str, algorithm: str | None) -> Algorithm:
    if algorithm is not None:
        return get_algorithm(algorithm)
    try:
        return get_algorithm(column)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"column {column!r} is not named after an algorithm: say which one made its hashes, "
            "as in algorithm='ahash'"
        ) from error


def _farthest(max_distance: int | None, unit: Unit, kind: Algorithm) -> int:
    one_of(unit, "unit", UNITS)
    if max_distance is None:
        return kind.bits
    if unit == "bits":
        return checked_distance(max_distance, kind.name)
    return whole_number(max_distance, "max_distance", least=0, most=kind.digits, of="digits")


def _query(image: object, kind: Algorithm) -> Hash:
    if isinstance(image, Hash):
        require_same(kind.name, image.algorithm)
        return image
    if not is_image_source(image):
        try:
            return Hash.from_hex(str(image), algorithm=kind.name)
        except ValueError as error:
            raise TypeError(f"image must be an image or its hash, not {image!r}") from error
    if isinstance(image, str):
        try:
            return Hash.from_hex(image, algorithm=kind.name)
        except ValueError:  # a path or URL
            pass
    return hash_image(image, algorithm=kind.name, reading="exact")


def _require_column(df: DataFrame, name: str) -> None:
    if name not in df.columns:
        raise ValueError(
            f"no column {name!r} in the frame; its columns are {', '.join(map(str, df.columns))}"
        )


def _hashes_of(df: DataFrame, column: str, kind: Algorithm) -> tuple[NDArray[np.intp], HashArray]:
    """The positions of the rows that have a hash, and their hashes."""
    _require_column(df, column)
    series: Series[Any] = df[column]
    if series.dtype.kind == "f" and series.notna().any():
        raise ValueError(
            f"column {column!r} holds floating-point numbers, which pandas made of its hashes: "
            f"read the file with dtype={{{column!r}: str}}"
        )
    rows = np.flatnonzero(series.notna().to_numpy())
    values = series.iloc[rows].tolist()
    types = set(map(type, values))
    if Hash in types:
        for name in {one.algorithm for one in values if isinstance(one, Hash)}:
            require_same(kind.name, name)
    if types == {Hash}:
        return rows, HashArray.from_bytes(b"".join(map(bytes, values)), algorithm=kind.name)
    if len(types) == 1 and isinstance(getattr(values[0], "hash", None), np.ndarray):
        return rows, _packed([one.hash for one in values], kind)
    if int in types:
        values = [str(one).zfill(kind.digits) for one in values]
    texts = values if types == {str} else map(str, values)
    return rows, HashArray.from_hex(texts, algorithm=kind.name)


def _packed(grids: list[NDArray[np.bool_]], kind: Algorithm) -> HashArray:
    """The hashes of `ImageHash` objects, from their bits."""
    for size in {grid.size for grid in grids} - {kind.bits}:
        raise ValueError(f"a {kind.name} hash has {kind.bits} bits, not {size}")
    bits = np.zeros((len(grids), 8 * kind.width), np.bool_)
    bits[:, 8 * kind.width - kind.bits :] = np.concatenate(grids, axis=None).reshape(len(grids), -1)
    return HashArray(np.packbits(bits, axis=1), kind.name)


def _near(
    hashes: HashArray, query: Hash, farthest: int
) -> tuple[NDArray[np.integer], NDArray[np.int64]]:
    """The rows within `farthest` bits, ascending, and their distances."""
    asked = HashArray.of([query], algorithm=hashes.algorithm).words
    search = Linear(hashes.words).matches(asked, farthest)
    blocks = [(np.empty(0, np.uint32), np.empty(0, np.uint16))]
    blocks += [(block.j, block.distance) for block in search]
    near, distances = (np.concatenate(column) for column in zip(*blocks, strict=True))
    return near, distances.astype(np.int64)


def _near_by_digits(
    hashes: HashArray, query: Hash, farthest: int
) -> tuple[NDArray[np.integer], NDArray[np.int64]]:
    """The rows in which at most `farthest` hex digits differ, and their distances."""
    different = hashes.data ^ np.frombuffer(bytes(query), np.uint8)
    high, low = (different >> 4) != 0, (different & 15) != 0
    distances: NDArray[np.int64] = high.sum(axis=1) + low.sum(axis=1)
    near = np.flatnonzero(distances <= farthest)
    return near, distances[near]
