"""imagededup's hashing methods: a drop-in for `imagededup.methods`.

Names, arguments, results and hashes are those of imagededup 0.3. Reading, hashing and searching are
done by this library. `docs/migrating.md` lists what is equal, what is fixed, and what is missing.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import warnings
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from lookalike.algorithms import get_algorithm, is_hex
from lookalike.algorithms.grids import colour_grid
from lookalike.checks import one_of, whole_number
from lookalike.errors import ImageError, WrongTypeError
from lookalike.hashes import HashArray
from lookalike.images import Picture, read_picture
from lookalike.index import Index
from lookalike.sources.places.folders import walk
from lookalike.work.pacing import paced_map
from lookalike.work.progress import progress_bar, silent
from lookalike.work.threads import worker_count

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.work.progress import Progress

logger = logging.getLogger(__name__)

Duplicates: TypeAlias = "dict[str, list[str]] | dict[str, list[tuple[str, int]]]"

DIGITS = 16
LARGEST_DISTANCE = 64
SEARCH_METHODS = ("bktree", "brute_force", "brute_force_cython")
"""All of them give the same exact answer. Here they all run the same search."""
DEFAULT_SEARCH = "bktree" if sys.platform == "win32" else "brute_force_cython"


class Hashing:
    """Find duplicates by hashes. `PHash`, `AHash`, `DHash` and `WHash` are the kinds of hash.

    A subclass may override `_hash_algo`, which turns a grey array into bits, and `target_size`, the
    width and height of that array.
    """

    algorithm: str = ""
    """The algorithm's name in this library. A subclass with its own `_hash_algo` needs none."""

    def __init__(self, verbose: bool = True) -> None:
        """`verbose`: show progress, as a bar in a terminal or notebook, otherwise as lines on
        standard error."""
        self.target_size = (8, 8)
        self.verbose = verbose
        self.results: Duplicates = {}

    @staticmethod
    def hamming_distance(hash1: str, hash2: str) -> int:
        """In how many bits two hex hashes differ. A shorter one is padded with leading zeros."""
        return (int(hash1, 16) ^ int(hash2, 16)).bit_count()

    def encode_image(
        self,
        image_file: str | os.PathLike[str] | None = None,
        image_array: NDArray[Any] | None = None,
    ) -> str | None:
        """The hash of one image, 16 hex digits. None if the file cannot be read as an image.

        Raises `ValueError` if neither an existing file nor an array is given. The error is also a
        `TypeError` if `image_file` is not a path or `image_array` is not an array.
        """
        if not isinstance(image_file, str | os.PathLike | None):
            raise WrongTypeError(
                "Please provide either image file path or image array! "
                f"image_file is a {type(image_file).__name__}"
            )
        if image_file and os.path.exists(image_file):  # noqa: PTH110
            try:
                return self._encode(read_picture(image_file, as_stored=True))
            except ImageError as error:
                logger.warning("Invalid image file %s: %s", os.fspath(image_file), error.reason)
                return None
        if isinstance(image_array, np.ndarray):
            return self._encode(read_picture(image_array.astype(np.uint8), as_stored=True))
        if image_array is not None:
            raise WrongTypeError(
                "Please provide either image file path or image array! "
                f"image_array is a {type(image_array).__name__}"
            )
        raise ValueError("Please provide either image file path or image array!")

    def encode_images(
        self,
        image_dir: str | os.PathLike[str] | None = None,
        recursive: bool = False,
        num_enc_workers: int | None = None,
    ) -> dict[str, str]:
        """The hashes of the images in a folder, by relative path, sorted by name.

        Hidden files are left out. A file that cannot be read is logged and left out. The number of
        such files is logged at the end. `num_enc_workers`: the number of threads. None means one
        per processor, and 0 means one. Raises `ValueError` if `image_dir` is not a folder.
        """
        if not image_dir or not os.path.isdir(image_dir):  # noqa: PTH112
            raise ValueError(f"Please provide a valid directory path, not {image_dir!r}")
        folder = os.fspath(image_dir)
        found = walk(folder, recursive=recursive, hidden=False, skipped=None)
        names = [os.path.relpath(path, folder) for path, _ in found]
        encode = partial(self._encode_named, folder)
        encoded: dict[str, str] = {}
        with self._progress() as show:
            workers = worker_count(num_enc_workers or None)
            hashes = paced_map(encode, names, workers, is_light=lambda _: True)
            for done, (name, one) in enumerate(zip(names, hashes, strict=True), start=1):
                show("encoding", done, len(names))
                if one is not None:
                    encoded[name] = one
        if len(encoded) < len(names):
            logger.warning(
                "%d of %d files could not be read as images", len(names) - len(encoded), len(names)
            )
        return encoded

    def find_duplicates(
        self,
        image_dir: str | os.PathLike[str] | Mapping[str, str] | None = None,
        encoding_map: Mapping[str, str] | None = None,
        max_distance_threshold: int = 10,
        scores: bool = False,
        outfile: str | os.PathLike[str] | None = None,
        search_method: str = DEFAULT_SEARCH,
        recursive: bool = False,
        num_enc_workers: int | None = None,
        num_dist_workers: int | None = None,
    ) -> Duplicates:
        """The duplicates of each image: names, or with `scores`, pairs of name and distance.

        `image_dir`: a folder, or a dictionary from `encode_images`. The dictionary may also be
        given as `encoding_map`. Images within `max_distance_threshold` bits, inclusive, are
        duplicates. The nearest come first, then those earlier in the map. `outfile`: where to save
        the result as JSON. All three search methods of imagededup give the same answer. With a map,
        `recursive` and `num_enc_workers` have no effect, and a warning says so.

        Raises `ValueError` if neither folder nor map is given, or for a distance outside 0 to 64.
        Raises `TypeError` for a distance that is not an int.
        """
        distance = whole_number(
            max_distance_threshold, "max_distance_threshold", least=0, most=LARGEST_DISTANCE
        )
        one_of(search_method, "search_method", SEARCH_METHODS)
        if image_dir and not isinstance(image_dir, Mapping):
            encoding_map = self.encode_images(image_dir, recursive, num_enc_workers)
        else:
            encoding_map = _checked_map(image_dir, encoding_map, recursive, num_enc_workers)
        with self._progress() as show:
            show("comparing", 0, len(encoding_map))
            matched = _matches(encoding_map, distance, num_dist_workers)
            show("comparing", len(encoding_map), len(encoding_map))
        self.results = matched if scores else _names_only(matched)
        if outfile:
            _save_json(self.results, outfile)
        return self.results

    def find_duplicates_to_remove(
        self,
        image_dir: str | os.PathLike[str] | Mapping[str, str] | None = None,
        encoding_map: Mapping[str, str] | None = None,
        max_distance_threshold: int = 10,
        outfile: str | os.PathLike[str] | None = None,
        recursive: bool = False,
        num_enc_workers: int | None = None,
        num_dist_workers: int | None = None,
    ) -> list[str]:
        """The names of the images that could be removed, in a fixed order. Nothing is removed.

        Images are visited in the order of the map. If an image is not listed for removal, its
        duplicates are. Arguments and errors are those of `find_duplicates`.
        """
        if not image_dir or isinstance(image_dir, Mapping):
            # Warnings point to the line that called this method.
            encoding_map = _checked_map(image_dir, encoding_map, recursive, num_enc_workers)
            image_dir, recursive, num_enc_workers = None, False, None
        duplicates = self.find_duplicates(
            image_dir,
            encoding_map,
            max_distance_threshold,
            recursive=recursive,
            num_enc_workers=num_enc_workers,
            num_dist_workers=num_dist_workers,
        )
        removed: dict[Any, None] = {}
        for name, others in duplicates.items():
            if name not in removed:
                removed.update(dict.fromkeys(others))
        if outfile:
            _save_json(list(removed), outfile)
        return list(removed)

    def _progress(self) -> AbstractContextManager[Progress]:
        return progress_bar(lines=True) if self.verbose else nullcontext(silent)

    def _encode_named(self, folder: str, name: str) -> str | None:
        return self.encode_image(image_file=Path(folder, name))

    def _encode(self, picture: Picture) -> str:
        return self._hash_func(colour_grid(picture, *self.target_size))

    def _hash_algo(self, image_array: NDArray[np.uint8]) -> NDArray[Any]:
        """The bits of a grey array of `target_size`."""
        return get_algorithm(self.algorithm).compute(Picture(image_array))

    def _hash_func(self, image_array: NDArray[np.uint8]) -> str:
        return self._array_to_hash(self._hash_algo(image_array))

    @staticmethod
    def _array_to_hash(hash_mat: NDArray[Any]) -> str:
        return np.packbits(hash_mat).tobytes().hex()


class PHash(Hashing):
    """Hashes by the lowest frequencies: `phash@imagededup`."""

    algorithm = "phash@imagededup"

    def __init__(self, verbose: bool = True) -> None:
        super().__init__(verbose)
        self.target_size = (32, 32)


class AHash(Hashing):
    """Hashes by the mean: `ahash@imagededup`."""

    algorithm = "ahash@imagededup"


class DHash(Hashing):
    """Hashes by differences: `dhash@imagededup`."""

    algorithm = "dhash@imagededup"

    def __init__(self, verbose: bool = True) -> None:
        super().__init__(verbose)
        self.target_size = (9, 8)


class WHash(Hashing):
    """Hashes by Haar wavelets: `whash@imagededup`."""

    algorithm = "whash@imagededup"

    def __init__(self, verbose: bool = True) -> None:
        super().__init__(verbose)
        self.target_size = (256, 256)


def _checked_map(
    image_dir: Mapping[str, str] | str | os.PathLike[str] | None,
    encoding_map: Mapping[str, str] | None,
    recursive: bool,
    num_enc_workers: int | None,
) -> Mapping[str, str]:
    """The map given as either argument. Warns the caller's caller of arguments without effect."""
    found = image_dir if isinstance(image_dir, Mapping) else encoding_map
    if found is None:
        raise ValueError("Provide either an image directory or encodings!")
    if not isinstance(found, Mapping):
        kind = type(found).__name__
        raise WrongTypeError(f"encoding_map must map names of files to hashes, not be a {kind}")
    if recursive:
        message = "recursive parameter is irrelevant when using encodings."
        warnings.warn(message, SyntaxWarning, stacklevel=3)
    if num_enc_workers is not None:
        message = "Parameter num_enc_workers has no effect since encodings are already provided"
        warnings.warn(message, RuntimeWarning, stacklevel=3)
    return found


def _matches(
    encoding_map: Mapping[str, str], max_distance: int, workers: int | None
) -> dict[str, list[tuple[str, int]]]:
    """For each name, the others within the distance, nearest first."""
    names = list(encoding_map)
    index = Index(PHash.algorithm)
    index.add(range(len(names)), _hash_array(encoding_map))
    blocks = list(index.pairs(max_distance, workers=workers or None))
    i, j, distance = (
        np.concatenate([np.asarray(block[k], np.int64) for block in blocks] or [np.empty(0, int)])
        for k in range(3)
    )
    one, other = np.concatenate([i, j]), np.concatenate([j, i])
    both = np.concatenate([distance, distance])
    order = np.lexsort((other, both, one))
    matched: dict[str, list[tuple[str, int]]] = {name: [] for name in names}
    triples = zip(one[order].tolist(), other[order].tolist(), both[order].tolist(), strict=True)
    for at, found, bits in triples:
        matched[names[at]].append((names[found], bits))
    return matched


def _hash_array(encoding_map: Mapping[str, str]) -> HashArray:
    for name, text in encoding_map.items():
        if not isinstance(text, str) or len(text) > DIGITS or not is_hex(text):
            raise ValueError(
                f"the hash of {name!r} must be up to {DIGITS} hex digits, not {text!r}"
            )
    texts = (text.zfill(DIGITS) for text in encoding_map.values())
    return HashArray.from_hex(texts, algorithm=PHash.algorithm)


def _names_only(matched: dict[str, list[tuple[str, int]]]) -> dict[str, list[str]]:
    return {name: [other for other, _ in others] for name, others in matched.items()}


def _save_json(results: object, path: str | os.PathLike[str]) -> None:
    text = json.dumps(results, indent=2, sort_keys=True)
    Path(path).write_text(text, encoding="utf-8")
