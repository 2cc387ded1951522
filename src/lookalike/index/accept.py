"""What an index accepts: hashes of one kind, in any of their usual forms."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from lookalike.algorithms import BitShape, get_algorithm
from lookalike.checks import whole_number
from lookalike.errors import AlgorithmMismatchError
from lookalike.hashes import Hash, HashArray, words_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEAST_BITS, MOST_BITS = 8, 4096
COMMON_DISTANCE = 10 / 64
"""The `max_distance` to plan for by default, as a share of the bits."""


class Kind(NamedTuple):
    """The kind of hashes in an index: their algorithm and number of bits."""

    algorithm: str | None
    bits: int

    @classmethod
    def of(cls, algorithm: str | None, bits: int | None) -> Kind:
        """The kind for an algorithm or for a number of bits."""
        if (algorithm is None) == (bits is None):
            raise TypeError("an Index needs either the name of an algorithm, or bits=")
        if algorithm is not None:
            kind = get_algorithm(algorithm)
            return cls(kind.name, kind.bits)
        return cls(None, whole_number(bits, "bits", least=LEAST_BITS, most=MOST_BITS))

    @property
    def shape(self) -> BitShape:
        """The layout of the hashes. An index needs only the number of bits."""
        return BitShape(self.bits)

    @property
    def words(self) -> int:
        """How many 64-bit words a hash takes."""
        return self.shape.words

    @property
    def default_max_distance(self) -> int:
        """The distance to plan for before any search has asked for one."""
        if self.algorithm is not None:
            return get_algorithm(self.algorithm).default_max_distance
        return round(self.bits * COMMON_DISTANCE)

    def __str__(self) -> str:
        return self.shape.noun(self.algorithm)

    def require_same(self, other: Kind) -> None:
        """Raise `AlgorithmMismatchError` unless hashes of both kinds can be compared."""
        if self != other:
            raise AlgorithmMismatchError(f"a {self} and a {other} cannot be compared")

    def words_of(self, hashes: object, *, one: bool = False) -> NDArray[np.uint64]:
        """Hashes as a uint64 array `(n, words)`. `one`: accept only a single hash."""
        if isinstance(hashes, Hash | str) or (
            isinstance(hashes, np.ndarray) and hashes.ndim == 1 and hashes.dtype == np.uint8
        ):
            return words_of(self._data([hashes]))
        if one:
            raise TypeError(
                f"expected a {self}: a Hash, hex digits or a uint8 array, not {hashes!r}"
            )
        if isinstance(hashes, HashArray):
            self._require(hashes.algorithm)
            return words_of(hashes.data)
        if isinstance(hashes, np.ndarray) and hashes.dtype != np.object_:
            return words_of(self._checked_array(hashes))
        if not isinstance(hashes, Iterable) or isinstance(hashes, bytes | bytearray):
            raise TypeError(f"expected hashes, each a {self}, not {hashes!r}")
        return words_of(self._data(list(hashes)))

    def _data(self, hashes: list[Any]) -> NDArray[np.uint8]:
        if all(isinstance(one, str) for one in hashes):
            rows = self.shape.parse_hex(hashes, self.algorithm)
        else:
            rows = b"".join(map(self._bytes, hashes))
        return self._checked_array(np.frombuffer(rows, np.uint8).reshape(-1, self.shape.width))

    def _bytes(self, one: object) -> bytes:
        shape = self.shape
        if isinstance(one, Hash):
            self._require(one.algorithm)
            return bytes(one)
        if isinstance(one, str):
            return shape.parse_hex([one], self.algorithm)
        if isinstance(one, np.ndarray) and one.dtype == np.uint8 and one.shape == (shape.width,):
            return one.tobytes()
        raise TypeError(
            f"expected a {self}: a Hash, {shape.digits} hex digits or {shape.width} bytes as "
            f"a uint8 array, not {one!r}"
        )

    def _require(self, algorithm: str) -> None:
        other = get_algorithm(algorithm)
        if self.algorithm is None and other.bits != self.bits:
            raise AlgorithmMismatchError(f"a {self} and a {other.name} hash cannot be compared")
        if self.algorithm is not None and other.name != self.algorithm:
            raise AlgorithmMismatchError(f"a {self} and a {other.name} hash cannot be compared")

    def _checked_array(self, data: NDArray[np.uint8]) -> NDArray[np.uint8]:
        self.shape.check_array(data, self.algorithm)
        return np.ascontiguousarray(data)
