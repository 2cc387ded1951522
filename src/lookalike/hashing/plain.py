"""`PlainRows`: many images at once that have what most images have, and no more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class PlainRows:
    """Files with one frame, undamaged, with detail, without marks, and without an identity.

    One `Row` per image takes a hundred times as long to make. All arrays have one value per image.
    """

    paths: Sequence[str]
    byte_counts: NDArray[np.int64]
    file_bytes: NDArray[np.int64]
    """Of the stamp, as are the times."""
    modified_ns: NDArray[np.int64]
    widths: NDArray[np.uint32]
    heights: NDArray[np.uint32]
    formats: NDArray[np.intp]
    """Numbers of `names`."""
    names: Sequence[str]
    """Of the formats."""
    digests: NDArray[np.uint8]
    """n x 16."""
    is_beginning: NDArray[np.bool_]
    end_unseen: NDArray[np.bool_]
    hashes: NDArray[np.uint8]
    """n x the bytes of a hash, of the only algorithm."""

    def __len__(self) -> int:
        return len(self.paths)
