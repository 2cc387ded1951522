"""`ThumbFile`: the thumbs of contents with glances, and hashes of turned pictures, in two files.

They lie in a folder of their own, which may be deleted. What is missing is made again from the
images. Each record has a check, made from the digest of the image too. So what was only half
written, or belongs to a content that was never stored, is not taken for a thumb.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from contextlib import ExitStack, suppress
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from blake3 import blake3

from lookalike._native import kernel
from lookalike.sight.thumb import BYTES as THUMB_BYTES
from lookalike.sight.thumbs import KEPT_BYTES
from lookalike.sight.turned import hashes_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.hashing.row import Row

FOLDER = "thumbs"
ORIENTATIONS = tuple(range(1, 9))
"""The EXIF orientations whose hashes are kept, in this order."""
HASH_BYTES = 8
TURNED_BYTES = HASH_BYTES * len(ORIENTATIONS)
CHECK_BYTES = 8
KINDS = "thumbs-2", "turned-2"
"""The endings of both files. They change with the layout of a record."""


class ThumbFile:
    """The thumbs that one recipe made, by the numbers of contents.

    Nothing fails if the files cannot be written or read. They are then as good as empty.
    """

    def __init__(self, catalog: Path, definition: str, *, writable: bool) -> None:
        """`catalog`: its folder. `definition`: of the recipe."""
        self._paths = _paths(catalog, definition)
        self._descriptors: tuple[int, int] | None = None
        with suppress(OSError), ExitStack() as stack:
            opened = []
            if writable:
                self._paths[0].parent.mkdir(mode=0o700, exist_ok=True)
                _remove_older(self._paths[0].parent)
            flags = os.O_RDWR | os.O_CREAT if writable else os.O_RDONLY
            for path in self._paths:
                opened.append(os.open(path, flags | os.O_CLOEXEC, 0o600))
                stack.callback(os.close, opened[-1])
            self._descriptors = opened[0], opened[1]
            self._closing = stack.pop_all()
        self._writable = writable and self._descriptors is not None

    def close(self) -> None:
        """Close the files."""
        if self._descriptors is not None:
            self._descriptors = None
            self._closing.close()

    def put(self, rows: Mapping[int, Row]) -> None:
        """Store the thumbs of rows that have one, by the numbers of their contents."""
        some = {number: row for number, row in rows.items() if row.thumb}
        if not some or not self._writable or self._descriptors is None:
            return
        data = b"".join(row.thumb for row in some.values())
        thumbs = np.frombuffer(data, np.uint8).reshape(-1, KEPT_BYTES)
        turned = hashes_of(thumbs[:, :THUMB_BYTES], ORIENTATIONS).swapaxes(0, 1)
        try:
            for at, (number, row) in enumerate(some.items()):
                self._write(0, number, row.thumb, row.digest)
                self._write(1, number, turned[at].tobytes(), row.digest)
        except OSError:  # the disk is full: what is needed is made again
            self._writable = False

    def thumb(self, number: int, digest: bytes) -> bytes | None:
        """The thumb of a content and its glance, or None. `digest`: that of its row."""
        return self._read(0, number, KEPT_BYTES, digest)

    def turned(self, number: int, digest: bytes) -> bytes | None:
        """The hashes of a content in all `ORIENTATIONS`. None if there are none."""
        return self._read(1, number, TURNED_BYTES, digest)

    def many_turned(
        self, numbers: NDArray[np.int64], digests: NDArray[np.uint8]
    ) -> tuple[NDArray[np.bool_], NDArray[np.uint8]]:
        """The same for many contents, ascending or not: whether each has them, and one per row."""
        length = TURNED_BYTES + CHECK_BYTES
        records = np.zeros((len(numbers), length), np.uint8)
        begins = np.flatnonzero(np.diff(numbers, prepend=-2) != 1)
        for begin, end in pairwise((*begins.tolist(), len(numbers))):
            data = self._bytes_of(1, int(numbers[begin]) * length, (end - begin) * length)
            records[begin:end].data.cast("B")[: len(data)] = data
        turned, checks = records[:, :TURNED_BYTES], records[:, TURNED_BYTES:]
        expected = kernel.digest_rows(np.hstack((digests, turned)))
        return checks.view(np.uint64).ravel() == expected.view(np.uint64).ravel(), turned

    def _write(self, file: int, number: int, data: bytes, digest: bytes) -> None:
        assert self._descriptors is not None
        record = data + _check(data, digest)
        if os.pwrite(self._descriptors[file], record, number * len(record)) < len(record):
            raise OSError("the disk is full")

    def _read(self, file: int, number: int, length: int, digest: bytes) -> bytes | None:
        length += CHECK_BYTES
        record = self._bytes_of(file, number * length, length)
        data, check = record[:-CHECK_BYTES], record[-CHECK_BYTES:]
        return data if len(record) == length and check == _check(data, digest) else None

    def _bytes_of(self, file: int, at: int, length: int) -> bytes:
        """What is at a place, as far as it can be read."""
        if self._descriptors is None:
            return b""
        try:
            return os.pread(self._descriptors[file], length, at)
        except OSError:
            return b""


def erase(catalog: Path, numbers: Collection[int]) -> None:
    """Overwrite the thumbs of contents that are removed from a catalogue. Raises `OSError`."""
    lengths = (KEPT_BYTES + CHECK_BYTES, TURNED_BYTES + CHECK_BYTES)
    sizes = {f".{kind}": length for kind, length in zip(KINDS, lengths, strict=True)}
    folder = catalog / FOLDER
    if folder.is_dir():
        _remove_older(folder)
    for path in folder.iterdir() if folder.is_dir() else ():
        length = sizes.get(path.suffix)
        if length is None:
            continue
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        try:
            end = os.fstat(descriptor).st_size
            for number in numbers:
                if (number + 1) * length <= end:
                    os.pwrite(descriptor, bytes(length), number * length)
        finally:
            os.close(descriptor)


def remove(catalog: Path, definition: str) -> None:
    """Remove the thumbs of a recipe. Raises `OSError`."""
    for path in _paths(catalog, definition):
        path.unlink(missing_ok=True)


def _paths(catalog: Path, definition: str) -> list[Path]:
    """The files of thumbs and of hashes that belong to a recipe."""
    name = blake3(definition.encode()).hexdigest(8)
    return [catalog / FOLDER / f"{name}.{kind}" for kind in KINDS]


def _remove_older(folder: Path) -> None:
    """Remove the files of earlier versions, which are made again. Raises `OSError`."""
    for ending in ("thumbs", "turned"):
        for path in folder.glob(f"*.{ending}"):
            path.unlink(missing_ok=True)


def _check(data: bytes, digest: bytes) -> bytes:
    return blake3(digest + data).digest(CHECK_BYTES)
