"""`Shelf`: small pictures that are looked at again, in a temporary file."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from lookalike.files import Scratch

if TYPE_CHECKING:
    from numpy.typing import NDArray


class _Place(NamedTuple):
    """Where a picture is in the file."""

    start: int
    shape: tuple[int, ...]


class Shelf:
    """Pictures by number. Those for which there is no room in temporary files are in memory."""

    def __init__(self) -> None:
        self._file: Scratch | None = None
        self._is_full = False
        self._places: dict[int, _Place] = {}
        self._in_memory: dict[int, NDArray[np.uint8]] = {}

    def __contains__(self, number: int) -> bool:
        return number in self._places or number in self._in_memory

    def add(self, number: int, picture: NDArray[np.uint8]) -> None:
        """Store a picture of any shape."""
        if not self._is_full:
            try:
                self._file = self._file or Scratch()
                self._places[number] = _Place(self._file.append(picture.tobytes()), picture.shape)
            except OSError:  # there is no folder for temporary files, or it is full
                self._is_full = True
            else:
                return
        self._in_memory[number] = picture.copy()

    def __getitem__(self, number: int) -> NDArray[np.uint8]:
        if number in self._in_memory:
            return self._in_memory[number]
        start, shape = self._places[number]
        assert self._file is not None
        return np.frombuffer(self._file.read(start, math.prod(shape)), np.uint8).reshape(shape)
