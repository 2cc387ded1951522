"""`Hash`, the fingerprint of one image, and `HashArray`, the fingerprints of n images.

A hash is stored as `ceil(bits / 8)` bytes. They hold its bits row by row, the most significant
first, after any zero bits needed to fill the first byte. So bytes, int and hex are the same number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import total_ordering
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, overload

import numpy as np

from lookalike._native import kernel
from lookalike.algorithms import get_algorithm
from lookalike.checks import whole_number
from lookalike.errors import AlgorithmMismatchError

if TYPE_CHECKING:
    from numpy.typing import NDArray

BATCH = 4096
"""How many hex texts are parsed at a time."""


@total_ordering
class Hash:
    """The fingerprint of one image by one algorithm. Immutable and hashable.

    `str(h)` is its hex digits, which `format` pads and truncates like any text. `bytes(h)` and
    `int(h)` are the same number, and `h.signed` is that number as a signed integer for SQL. `a - b`
    is the distance in bits. It raises `AlgorithmMismatchError` if the algorithms differ.

    Hashes sort by algorithm, then as numbers. This is for lists and `groupby` in pandas. The order
    says nothing about similarity.
    """

    __slots__ = ("_algorithm", "_data")

    def __init__(self, data: bytes, algorithm: str) -> None:
        """`data`: `ceil(bits / 8)` bytes. Raises `ValueError` for another length or excess bits."""
        self._algorithm = get_algorithm(algorithm)
        self._algorithm.shape.check_bytes(data, algorithm)
        self._data = bytes(data)

    @classmethod
    def from_hex(cls, text: str, *, algorithm: str) -> Hash:
        """The hash that prints as `text`: `ceil(bits / 4)` hex digits in either case."""
        kind = get_algorithm(algorithm)
        return cls(kind.shape.parse_hex([text], kind.name), algorithm)

    @classmethod
    def from_int(cls, number: int, *, algorithm: str) -> Hash:
        """The hash whose `int` or `signed` is `number`."""
        kind = get_algorithm(algorithm)
        value = whole_number(number, "number")
        half = 1 << (8 * kind.width - 1)
        unsigned = value + 2 * half if value < 0 else value
        if value < -half or unsigned >> kind.bits:
            raise ValueError(f"a {kind.name} hash has {kind.bits} bits, which {value} does not fit")
        return cls(unsigned.to_bytes(kind.width, "big"), algorithm)

    @property
    def algorithm(self) -> str:
        """The full name of the algorithm, such as `phash` or `dhash:16`."""
        return self._algorithm.name

    @property
    def bits(self) -> int:
        """How many bits the hash has."""
        return self._algorithm.bits

    @property
    def signed(self) -> int:
        """The bytes as a signed number in two's complement. 64 bits fit into SQL's `BIGINT`.

        A hash that does not fill its bytes has leading zero bits, so it is never negative. An
        example is a `colorhash` of 42 bits.
        """
        return int.from_bytes(self._data, "big", signed=True)

    @property
    def array(self) -> NDArray[np.bool_]:
        """The bits as a bool array `(rows, columns)`."""
        bits = np.unpackbits(np.frombuffer(self._data, np.uint8))[-self.bits :]
        return bits.astype(np.bool_).reshape(self._algorithm.shape)

    def __bytes__(self) -> bytes:
        return self._data

    def __int__(self) -> int:
        return int.from_bytes(self._data, "big")

    def __str__(self) -> str:
        return f"{int(self):0{self._algorithm.digits}x}"

    def __format__(self, format_spec: str) -> str:
        return format(str(self), format_spec)

    def __repr__(self) -> str:
        return f"<Hash {self.algorithm} {self}>"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Hash):
            return NotImplemented
        return self._data == other._data and self.algorithm == other.algorithm

    def __hash__(self) -> int:
        return hash((self._data, self.algorithm))

    def __lt__(self, other: Hash) -> bool:
        if not isinstance(other, Hash):
            return NotImplemented
        return (self.algorithm, self._data) < (other.algorithm, other._data)

    def __sub__(self, other: Hash) -> int:
        if not isinstance(other, Hash):
            return NotImplemented
        require_same(self.algorithm, other.algorithm)
        return (int(self) ^ int(other)).bit_count()

    def __reduce__(self) -> tuple[type[Hash], tuple[bytes, str]]:
        return Hash, (self._data, self.algorithm)


class UniqueHashes(NamedTuple):
    """The result of `HashArray.unique`: the distinct hashes, and where they are in the array."""

    hashes: HashArray
    """The `m` distinct hashes."""
    first: NDArray[np.intp]
    """`(m,)`: where each distinct hash first occurs in the array."""
    inverse: NDArray[np.intp]
    """`(n,)`: the number of the distinct hash that equals each hash of the array."""
    counts: NDArray[np.intp]
    """`(m,)`: how often each distinct hash occurs in the array."""


class HashArray:
    """n hashes of one algorithm in one `(n, bytes)` uint8 array.

    `hashes[3]` is a `Hash`. A slice, an index array or a bool mask gives a `HashArray`. `a + b`
    concatenates two arrays, and `a == b` says whether all hashes are the same.
    """

    __slots__ = ("_algorithm", "data")
    __hash__ = None  # type: ignore[assignment]  # equality is by value, and the array is writable

    data: NDArray[np.uint8]
    """The hashes, `(n, bytes)` uint8, C-contiguous."""

    def __init__(self, data: NDArray[np.uint8], algorithm: str) -> None:
        """Takes `data` without a copy if it is contiguous.

        Raises `ValueError` for another shape or dtype, and for excess bits.
        """
        self._algorithm = get_algorithm(algorithm)
        array = np.asarray(data)
        self._algorithm.shape.check_array(array, algorithm)
        self.data = np.ascontiguousarray(array)

    @classmethod
    def of(cls, hashes: Iterable[Hash], *, algorithm: str) -> HashArray:
        """Gather hashes into an array. Each must be of `algorithm`."""
        buffer = bytearray()
        name = get_algorithm(algorithm).name
        for one in hashes:
            require_same(name, one.algorithm)
            buffer += bytes(one)
        return cls.from_bytes(buffer, algorithm=algorithm)

    @classmethod
    def from_bytes(cls, buffer: bytes | bytearray, *, algorithm: str) -> HashArray:
        """The hashes whose bytes are concatenated in `buffer`, which is not copied."""
        width = get_algorithm(algorithm).width
        if len(buffer) % width:
            raise ValueError(f"{len(buffer)} bytes are not a whole number of {width}-byte hashes")
        return cls(np.frombuffer(buffer, np.uint8).reshape(-1, width), algorithm)

    @classmethod
    def from_hex(cls, texts: Iterable[str], *, algorithm: str) -> HashArray:
        """The hashes that print as `texts`."""
        kind = get_algorithm(algorithm)
        buffer, rest = bytearray(), iter(texts)
        while batch := list(islice(rest, BATCH)):
            buffer += kind.shape.parse_hex(batch, kind.name)
        return cls.from_bytes(buffer, algorithm=algorithm)

    @property
    def algorithm(self) -> str:
        """The full name of the algorithm."""
        return self._algorithm.name

    @property
    def bits(self) -> int:
        """How many bits each hash has."""
        return self._algorithm.bits

    def to_hex(self) -> list[str]:
        """The hex digits of each hash, as in `str` of a `Hash`."""
        step = 2 * self._algorithm.width
        skipped = step - self._algorithm.digits
        digits = self.data.tobytes().hex()
        return [digits[at + skipped : at + step] for at in range(0, len(digits), step)]

    @property
    def words(self) -> NDArray[np.uint64]:
        """The hashes as `(n, words)` uint64, as the kernel compares them.

        The bytes are padded with zeros at the end and read in the machine's byte order.
        """
        return words_of(self.data)

    def unique(self) -> UniqueHashes:
        """The distinct hashes, in the order of their first occurrence."""
        inverse, first = kernel.distinct(self.words)
        counts = np.bincount(inverse, minlength=len(first))
        return UniqueHashes(self[first], first.astype(np.intp), inverse.astype(np.intp), counts)

    def __len__(self) -> int:
        return int(self.data.shape[0])

    @overload
    def __getitem__(self, at: int) -> Hash: ...
    @overload
    def __getitem__(self, at: slice | NDArray[np.integer] | NDArray[np.bool_]) -> HashArray: ...
    def __getitem__(
        self, at: int | slice | NDArray[np.integer] | NDArray[np.bool_]
    ) -> Hash | HashArray:
        if isinstance(at, bool | tuple):
            raise TypeError(f"hashes are indexed by position, not {at!r}")
        data = self.data[at]
        if data.ndim == 1:
            return Hash(data.tobytes(), self.algorithm)
        return HashArray(data, self.algorithm)

    def __iter__(self) -> Iterator[Hash]:
        return (self[at] for at in range(len(self)))

    def __add__(self, other: HashArray) -> HashArray:
        if not isinstance(other, HashArray):
            return NotImplemented
        require_same(self.algorithm, other.algorithm)
        return HashArray(np.concatenate([self.data, other.data]), self.algorithm)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, HashArray):
            return NotImplemented
        return self.algorithm == other.algorithm and np.array_equal(self.data, other.data)

    def __reduce__(self) -> tuple[type[HashArray], tuple[NDArray[np.uint8], str]]:
        return HashArray, (self.data, self.algorithm)

    def __repr__(self) -> str:
        return f"<HashArray {self.algorithm}, {len(self)} hashes>"


def pack_bits(bits: NDArray[np.bool_]) -> bytes:
    """The bytes of a hash from its bits, `(rows, columns)`, with leading zero bits."""
    flat = bits.ravel()
    if flat.size % 8:
        flat = np.concatenate([np.zeros(-flat.size % 8, np.bool_), flat])
    return np.packbits(flat).tobytes()


def words_of(data: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """`(n, bytes)` uint8 as `(n, words)` uint64, without a copy if the bytes are whole words."""
    count, width = data.shape
    if width % 8 == 0 and data.ctypes.data % 8 == 0:
        return data.view(np.uint64)
    padded = np.zeros((count, -(-width // 8) * 8), np.uint8)
    padded[:, :width] = data
    return padded.view(np.uint64)


def require_same(ours: str, theirs: str) -> None:
    """Raise `AlgorithmMismatchError` unless the two algorithms are the same."""
    if ours != theirs:
        raise AlgorithmMismatchError(f"a {ours} hash and a {theirs} hash cannot be compared")
