"""`Paths`: the paths of images, stored without a Python object per path."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple, overload

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

ENCODING = sys.getfilesystemencoding()


class FilePaths(NamedTuple):
    """The paths of many files, as the file system has them."""

    folders: Sequence[str]
    """Each ends with a slash."""
    of: NDArray[np.integer]
    """The number of each file's folder."""
    names: bytes
    """The names of the files, one after the other."""
    lengths: NDArray[np.integer]
    """How many bytes each of them has."""


class Paths(Sequence[str]):
    """Strings, each as the part up to its last slash and the rest.

    The first part is stored once for all strings in a row that have the same one.
    """

    def __init__(self) -> None:
        self._folders: list[str] = []
        self._of = array("I")
        self._names = bytearray()
        """In UTF-8. Lone surrogates are allowed."""
        self._ends = array("q", [0])

    def append(self, path: str) -> None:
        """Add a path."""
        begin = path.rfind("/") + 1
        self._of.append(self._number(path[:begin]))
        self._names += path[begin:].encode("utf-8", "surrogatepass")
        self._ends.append(len(self._names))

    def extend(self, paths: FilePaths | list[str]) -> None:
        """Add many paths."""
        if isinstance(paths, list):
            for path in paths:
                self.append(path)
            return
        folders, of, names, lengths = paths
        if not _are_text(names, lengths):
            names, lengths = _as_text(names, lengths)
        numbers = np.array([self._number(folder) for folder in folders], np.uint32)
        self._of.frombytes(numbers[of].tobytes())
        ends = np.cumsum(lengths, dtype=np.int64) + len(self._names)
        self._ends.frombytes(ends.tobytes())
        self._names += names

    def take(self, at: NDArray[np.intp]) -> list[str]:
        """The paths at some positions."""
        ends = np.frombuffer(self._ends, np.int64)
        of = np.frombuffer(self._of, np.uint32)[at].tolist()
        return [
            self._folders[number] + self._names[begin:end].decode("utf-8", "surrogatepass")
            for number, begin, end in zip(
                of, ends[:-1][at].tolist(), ends[1:][at].tolist(), strict=True
            )
        ]

    def __len__(self) -> int:
        return len(self._of)

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> list[str]: ...
    def __getitem__(self, at: int | slice) -> str | list[str]:
        if isinstance(at, slice):
            return [self[one] for one in range(*at.indices(len(self)))]
        at = range(len(self))[at]
        name = self._names[self._ends[at] : self._ends[at + 1]]
        return self._folders[self._of[at]] + name.decode("utf-8", "surrogatepass")

    def __iter__(self) -> Iterator[str]:
        return (self[at] for at in range(len(self)))

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Paths | list):
            return list(self) == list(other)
        return NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<{len(self)} paths>"

    def _number(self, folder: str) -> int:
        """The number of the part up to the last slash."""
        if not self._folders or folder != self._folders[-1]:
            self._folders.append(folder)
        return len(self._folders) - 1


def _are_text(names: bytes, lengths: NDArray[np.integer]) -> bool:
    """Whether each name is UTF-8, and that is how this system reads names."""
    if ENCODING != "utf-8":
        return False
    if names.isascii():
        return True
    try:
        names.decode("utf-8")
    except UnicodeDecodeError:
        return False
    begins = (np.cumsum(lengths) - lengths)[lengths > 0]
    is_inner = np.frombuffer(names, np.uint8)[begins] & 0xC0 == 0x80  # of a character
    return not is_inner.any()


def _as_text(names: bytes, lengths: NDArray[np.integer]) -> tuple[bytes, NDArray[np.integer]]:
    """The names in UTF-8. What cannot be decoded becomes lone surrogates, as elsewhere."""
    ends = np.cumsum(lengths).tolist()
    texts = [
        names[begin:end].decode(ENCODING, "surrogateescape").encode("utf-8", "surrogatepass")
        for begin, end in zip([0, *ends], ends, strict=False)
    ]
    return b"".join(texts), np.array(list(map(len, texts)))
