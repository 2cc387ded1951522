"""`Pictures`: the stored forms of many pictures, in arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from lookalike._native import kernel
from lookalike.sight.points.features import DESCRIPTOR_BYTES
from lookalike.sight.points.features import STORED as STORED_POINTS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.sight.points.forms import Stored

THUMB_BYTES = 1024


class Pictures(NamedTuple):
    """`n` pictures. Each has room for 100 points, and what is beyond its own is 0."""

    counts: NDArray[np.uint8]
    """`(n,)`: how many points each has."""
    sizes: NDArray[np.uint16]
    """`(n, 2)`: width and height of the grey."""
    points: NDArray[np.uint32]
    """`(n, 100)`."""
    descriptors: NDArray[np.uint8]
    """`(n, 3200)`."""
    thumbs: NDArray[np.uint8]
    """`(n, 1024)`."""
    papers: NDArray[np.uint8]
    """`(n,)`: 1 for pictures that are mostly paper, otherwise 0."""

    @classmethod
    def empty(cls, count: int) -> Pictures:
        """Room for `count` pictures without any points."""
        return cls(*(np.zeros((count, *row), dtype) for row, dtype in _ROWS))

    @classmethod
    def of(cls, forms: Sequence[Stored]) -> Pictures:
        """The pictures with these stored forms."""
        pictures = cls.empty(len(forms))
        for at, form in enumerate(forms):
            pictures.put(at, form)
        return pictures

    @classmethod
    def joined(cls, parts: Sequence[Pictures]) -> Pictures:
        """The pictures of one part after those of the other."""
        if len(parts) == 1:
            return parts[0]
        return cls(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))

    @classmethod
    def from_sections(cls, sections: Mapping[str, NDArray[Any]], count: int) -> Pictures:
        """The arrays of `to_sections`. Raises `ValueError` or `KeyError` if they do not fit."""
        found = []
        for name, (row, dtype) in zip(cls._fields, _ROWS, strict=True):
            array = sections[f"pictures.{name}"]
            if array.dtype != dtype or array.shape != (count, *row):
                raise ValueError(f"pictures.{name}")
            found.append(array)
        return cls(*found)

    def to_sections(self) -> dict[str, NDArray[Any]]:
        """The arrays by the names that they have in a file."""
        return {f"pictures.{name}": array for name, array in self._asdict().items()}

    def __len__(self) -> int:
        return len(self.counts)

    def put(self, at: int, form: Stored) -> None:
        """Write one picture."""
        found = form.features
        count = len(found)
        self.counts[at] = count
        self.sizes[at] = found.width, found.height
        self.points[at, :count] = found.points
        self.descriptors[at, : count * DESCRIPTOR_BYTES] = found.descriptors.reshape(-1)
        self.thumbs[at] = form.thumb.reshape(-1)
        self.papers[at] = form.is_paper

    def select(self, keep: NDArray[np.bool_]) -> Pictures:
        """The pictures where `keep`, `(n,)`, is true."""
        arrays: Sequence[NDArray[Any]] = self
        return Pictures(*(array[keep] for array in arrays))

    def in_kernel(self) -> kernel.SightGallery:
        """The same arrays for the kernel."""
        descriptors = self.descriptors.reshape(-1, STORED_POINTS, DESCRIPTOR_BYTES)
        return kernel.SightGallery(self.counts, self.points, descriptors, self.thumbs, self.sizes)


_ROWS: list[tuple[tuple[int, ...], Any]] = [
    ((), np.uint8),
    ((2,), np.uint16),
    ((STORED_POINTS,), np.uint32),
    ((STORED_POINTS * DESCRIPTOR_BYTES,), np.uint8),
    ((THUMB_BYTES,), np.uint8),
    ((), np.uint8),
]
"""The shape of one picture in each array, and the dtype."""
