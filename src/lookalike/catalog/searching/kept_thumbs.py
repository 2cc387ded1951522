"""`KeptThumbs`: the thumbs of a search, most of which are in the files of a catalogue."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

import numpy as np

from lookalike.catalog.thumb_file import HASH_BYTES, ORIENTATIONS
from lookalike.images.picture import DIGEST_BYTES
from lookalike.sight.thumbs import KEPT_BYTES, Thumbs

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from lookalike.catalog.thumb_file import ThumbFile


class KeptThumbs(Thumbs):
    """Thumbs by position. Those of images that are not remembered are in a temporary file."""

    def __init__(self, orientations: tuple[int, ...], file: ThumbFile) -> None:
        super().__init__(orientations)
        self._turned = {orientation: bytearray() for orientation in orientations}
        self._kept = file
        self._digests = bytearray()
        """Of the rows, `DIGEST_BYTES` each."""
        self._places = array("q")
        """The number of the content, or -1 minus the position in the temporary file."""

    def add_kept(self, number: int, digest: bytes, turned: bytes) -> None:
        """Append an image whose thumb is in the catalogue. `turned`: as that has it."""
        for orientation, hashes in self._turned.items():
            at = ORIENTATIONS.index(orientation) * HASH_BYTES
            hashes += turned[at : at + HASH_BYTES]
        self._digests += digest
        self._places.append(number)

    def add_many_kept(
        self,
        numbers: NDArray[np.int64],
        digests: NDArray[np.uint8],
        turned: NDArray[np.uint8],
    ) -> None:
        """The same for many images. `digests` and `turned` have a row for each."""
        whole = turned.view(np.dtype((np.void, HASH_BYTES)))
        for orientation, hashes in self._turned.items():
            hashes += whole[:, ORIENTATIONS.index(orientation)].tobytes()
        self._digests += digests.tobytes()
        self._places.frombytes(numbers.tobytes())

    def add(self, thumb: bytes) -> None:
        self._places.append(-1 - super().__len__())
        super().add(thumb)
        self._digests += bytes(DIGEST_BYTES)

    def __len__(self) -> int:
        return len(self._places)

    def hashes(self, orientation: int) -> NDArray[np.uint8]:
        places = np.frombuffer(self._places, np.int64)
        found = np.empty((len(places), HASH_BYTES), np.uint8)
        kept = np.frombuffer(self._turned[orientation], np.uint8)
        found[places >= 0] = kept.reshape(-1, HASH_BYTES)
        found[places < 0] = super().hashes(orientation)
        return found

    def read(
        self, positions: NDArray[np.intp], again: Callable[[NDArray[np.intp]], NDArray[np.uint8]]
    ) -> NDArray[np.uint8]:
        found = np.zeros((len(positions), KEPT_BYTES), np.uint8)
        places = np.frombuffer(self._places, np.int64)[positions]
        missing = []
        for at, (position, number) in enumerate(
            zip(positions.tolist(), places.tolist(), strict=True)
        ):
            if number < 0:
                continue
            begin = DIGEST_BYTES * position
            digest = bytes(self._digests[begin : begin + DIGEST_BYTES])
            thumb = self._kept.thumb(number, digest)
            if thumb is None:
                missing.append(at)
            else:
                found[at] = np.frombuffer(thumb, np.uint8)
        if missing:
            found[missing] = again(positions[missing])
        passing = np.flatnonzero(places < 0)
        if len(passing) and self._map is None:
            found[passing] = again(positions[passing])
        elif len(passing):
            found[passing] = super().read(-1 - places[passing], again)
        return found
