"""What an index takes: hashes of one kind, in any of the forms that people have them in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from lookalike.algorithms import get_algorithm
from lookalike.checks import whole_number
from lookalike.errors import AlgorithmMismatchError
from lookalike.hashes import Hash, HashArray, words_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEAST_BITS, MOST_BITS = 8, 4096
COMMON_DISTANCE = 10 / 64
"""What `max_distance` is planned for where nothing better is known, as a share of the bits."""


class Kind(NamedTuple):
    """What the hashes of an index are."""

    algorithm: str | None
    bits: int

    @classmethod
    def of(cls, algorithm: str | None, bits: int | None) -> Kind:
        """Of an algorithm, or of a number of bits."""
        if (algorithm is None) == (bits is None):
            raise TypeError("an Index needs either the name of an algorithm, or bits=")
        if algorithm is not None:
            kind = get_algorithm(algorithm)
            return cls(kind.name, kind.bits)
        number = whole_number(bits, "bits")
        if not LEAST_BITS <= number <= MOST_BITS:
            raise ValueError(f"bits must be {LEAST_BITS} to {MOST_BITS}, not {bits}")
        return cls(None, number)

    @property
    def width(self) -> int:
        """Bytes of a hash."""
        return -(-self.bits // 8)

    @property
    def words(self) -> int:
        """Words of 64 bits that a hash is kept in."""
        return -(-self.bits // 64)

    @property
    def default_max_distance(self) -> int:
        """The distance that a search is planned for before one was asked for."""
        if self.algorithm is not None:
            return get_algorithm(self.algorithm).default_max_distance
        return round(self.bits * COMMON_DISTANCE)

    def __str__(self) -> str:
        return f"{self.algorithm} hash" if self.algorithm else f"hash of {self.bits} bits"

    def require_same(self, other: Kind) -> None:
        """Raise `AlgorithmMismatchError` unless hashes of both can be compared."""
        if self != other:
            raise AlgorithmMismatchError(f"a {self} and a {other} cannot be compared")

    def checked(self, max_distance: object) -> int:
        """A `max_distance`, or `ValueError` or `TypeError` for what is none."""
        number = whole_number(max_distance, "max_distance")
        if not 0 <= number <= self.bits:
            raise ValueError(f"max_distance must be 0 to {self.bits} bits, not {max_distance}")
        return number

    def words_of(self, hashes: object, *, one: bool = False) -> NDArray[np.uint64]:
        """Hashes as `(n, words)` of uint64; `one`: there may only be one."""
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

    def _data(self, hashes: list[object]) -> NDArray[np.uint8]:
        rows = b"".join(self._bytes(one) for one in hashes)
        return self._checked_array(np.frombuffer(rows, np.uint8).reshape(-1, self.width))

    def _bytes(self, one: object) -> bytes:
        if isinstance(one, Hash):
            self._require(one.algorithm)
            return bytes(one)
        if isinstance(one, str):
            digits = -(-self.bits // 4)
            try:
                data = bytes.fromhex(one.zfill(2 * self.width))
            except ValueError:
                data = b""
            if len(one) != digits or len(data) != self.width:  # spaces are passed over
                raise ValueError(f"a {self} has {digits} hex digits, not {one!r}")
            return data
        if isinstance(one, np.ndarray) and one.dtype == np.uint8 and one.shape == (self.width,):
            return one.tobytes()
        raise TypeError(
            f"expected a {self}: a Hash, {-(-self.bits // 4)} hex digits or {self.width} bytes as "
            f"a uint8 array, not {one!r}"
        )

    def _require(self, algorithm: str) -> None:
        other = get_algorithm(algorithm)
        if self.algorithm is None and other.bits != self.bits:
            raise AlgorithmMismatchError(f"a {self} and a {other.name} hash cannot be compared")
        if self.algorithm is not None and other.name != self.algorithm:
            raise AlgorithmMismatchError(f"a {self} and a {other.name} hash cannot be compared")

    def _checked_array(self, data: NDArray[np.uint8]) -> NDArray[np.uint8]:
        if data.dtype != np.uint8 or data.ndim != 2 or data.shape[1] != self.width:
            raise ValueError(
                f"hashes must be an (n, {self.width}) array of uint8, "
                f"not {data.dtype} of shape {data.shape}"
            )
        spare = 8 * self.width - self.bits
        if spare and len(wrong := np.flatnonzero(data[:, 0] >> (8 - spare))):
            raise ValueError(
                f"a {self} has {self.bits} bits, not more: {data[wrong[0]].tobytes().hex()}"
            )
        return np.ascontiguousarray(data)
