"""Columns of values in memory, stored without a Python object per value."""

from __future__ import annotations

from array import array
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, Protocol, TypeVar

import numpy as np

from lookalike.hashing.paths import Paths

if TYPE_CHECKING:
    from numpy.typing import NDArray

T = TypeVar("T")
H = TypeVar("H", bound=Hashable)


class Values(Protocol):
    """The values of one column, by position."""

    def append(self, value: Any, /) -> object:
        """Add the next value."""

    def __getitem__(self, at: int, /) -> Any:
        """The value at a position."""

    def __len__(self) -> int:
        """How many values there are."""


def taken(values: Values, at: NDArray[np.intp]) -> list[Any]:
    """The values at some positions. Much faster than one at a time."""
    if isinstance(values, array):
        found: list[Any] = np.frombuffer(values, values.typecode)[at].tolist()
        return found
    if isinstance(values, Numbers | Blocks | Identities | Codes | Sparse | Paths):
        return values.take(at)
    return list(map(values.__getitem__, at.tolist()))


class Coded(NamedTuple, Generic[H]):
    """Many values, as numbers of distinct ones."""

    numbers: NDArray[np.integer[Any]]
    distinct: Sequence[H]


def extend(values: Values, many: Any, count: int) -> None:
    """Append many values, in the form that a column takes. None stands for zeros or usual ones."""
    if isinstance(values, array):
        data = np.zeros(count) if many is None else many
        values.frombytes(_bytes_of(data.astype(values.typecode, copy=False)))
    elif isinstance(values, Flags):
        values += bytes(count) if many is None else many.astype(np.bool_).tobytes()
    elif isinstance(values, Sparse):
        values.extend(many or {}, count)
    elif isinstance(values, Identities) and many is None:
        values.extend_by_none(count)
    elif isinstance(values, Paths | Numbers | Identities | Codes | Blocks):
        values.extend(many)
    else:
        raise TypeError(f"expected a column, not {type(values).__name__}")


def _bytes_of(values: NDArray[Any]) -> memoryview:
    """The bytes of values, copied only if they do not lie side by side."""
    return np.ascontiguousarray(values).view(np.uint8).ravel().data


class Numbers:
    """64-bit integers. `NONE` stands for an unknown value."""

    NONE = -(1 << 63)

    def __init__(self) -> None:
        self._array = array("q")

    def append(self, value: int | None) -> None:
        """Add a value. Raises `OverflowError` if it does not fit into 64 bits."""
        self._array.append(self.NONE if value is None else value)

    def extend(self, values: NDArray[np.int64]) -> None:
        """Add many values. `NONE` stands for an unknown one."""
        self._array.frombytes(_bytes_of(values.astype(np.int64, copy=False)))

    def __getitem__(self, at: int) -> int | None:
        value = self._array[at]
        return None if value == self.NONE else value

    def take(self, at: NDArray[np.intp]) -> list[int | None]:
        """The values at some positions."""
        found = taken(self._array, at)
        return [None if value == self.NONE else value for value in found]

    def __len__(self) -> int:
        return len(self._array)


class Flags(bytearray):
    """Booleans, one byte each."""

    def __getitem__(self, at: int) -> bool:  # type: ignore[override]
        return bool(super().__getitem__(at))

    def true_at(self) -> Iterator[int]:
        """The positions of the true values."""
        at = self.find(1)
        while at >= 0:
            yield at
            at = self.find(1, at + 1)

    def without(self, positions: Iterable[int]) -> Flags:
        """A copy that is false at some positions."""
        copy = Flags(self)
        for at in positions:
            copy[at] = False
        return copy


class Blocks:
    """Byte strings of one length, stored one after the other."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.data = bytearray()

    def append(self, value: bytes) -> None:
        if len(value) != self.width:
            raise ValueError(f"expected {self.width} bytes, not {len(value)}: {value!r}")
        self.data += value

    def extend(self, values: NDArray[np.uint8]) -> None:
        """Add many values, one per row."""
        self.data += _bytes_of(values)

    def __getitem__(self, at: int) -> bytes:
        begin = range(0, len(self.data), self.width)[at]
        return bytes(self.data[begin : begin + self.width])

    def take(self, at: NDArray[np.intp]) -> list[bytes]:
        """The values at some positions."""
        joined = np.frombuffer(self.data, np.uint8).reshape(-1, self.width)[at].tobytes()
        width = self.width
        return [joined[begin : begin + width] for begin in range(0, len(joined), width)]

    def __len__(self) -> int:
        return len(self.data) // self.width


class Identities:
    """128-bit integers, which hold the numbers of a device and a file. 0 stands for None.

    Only the last 128 bits of a longer number are kept.
    """

    BYTES = 16
    MASK = (1 << 8 * BYTES) - 1

    def __init__(self) -> None:
        self._data = bytearray()
        self._nones = 0
        """How many values come before those in the data. All of them are None."""

    def append(self, value: int | None) -> None:
        if value is None and not self._data:
            self._nones += 1
        else:
            self._data += ((value or 0) & self.MASK).to_bytes(self.BYTES, "big")

    def extend(self, values: NDArray[np.uint8]) -> None:
        """Add many values, 16 bytes in each row."""
        self._data += values.tobytes()

    def extend_by_none(self, count: int) -> None:
        """Add None many times."""
        if self._data:
            self._data += bytes(count * self.BYTES)
        else:
            self._nones += count

    def __getitem__(self, at: int) -> int | None:
        at = range(len(self))[at] - self._nones
        if at < 0:
            return None
        begin = at * self.BYTES
        return int.from_bytes(self._data[begin : begin + self.BYTES], "big") or None

    def take(self, at: NDArray[np.intp]) -> list[int | None]:
        """The values at some positions."""
        if not self._data:
            return [None] * len(at)
        here = at - self._nones
        numbers = np.frombuffer(self._data, ">u8").reshape(-1, 2)[np.maximum(here, 0)]
        numbers[here < 0] = 0
        return [high << 64 | low or None for high, low in zip(*numbers.T.tolist(), strict=True)]

    def __len__(self) -> int:
        return self._nones + len(self._data) // self.BYTES


class Codes(Generic[H]):
    """Values with few distinct ones, such as formats. Each takes two bytes."""

    MOST = 1 << 16

    def __init__(self) -> None:
        self._codes = array("H")
        self._distinct: list[H] = []
        self._code_of: dict[H, int] = {}
        self._last: object = object()  # not equal to any value
        self._last_code = 0

    def append(self, value: H) -> None:
        """Add a value. Raises `ValueError` if there are too many distinct ones."""
        if value is not self._last:  # hashing an Enum member takes longer than everything else
            self._last_code = self._code(value)
            self._last = value
        self._codes.append(self._last_code)

    def extend(self, values: Coded[H]) -> None:
        """Add many values."""
        numbers, distinct = values
        used = np.flatnonzero(np.bincount(numbers))
        codes = np.zeros(len(distinct), np.uint16)
        codes[used] = [self._code(distinct[number]) for number in used.tolist()]
        self._codes.frombytes(_bytes_of(codes[numbers]))

    def _code(self, value: H) -> int:
        code = self._code_of.setdefault(value, len(self._distinct))
        if code == self.MOST:
            raise ValueError(f"more than {self.MOST:,} distinct values, the last {value!r}")
        if code == len(self._distinct):
            self._distinct.append(value)
        return code

    def __getitem__(self, at: int) -> H:
        return self._distinct[self._codes[at]]

    def take(self, at: NDArray[np.intp]) -> list[H]:
        """The values at some positions."""
        return list(map(self._distinct.__getitem__, taken(self._codes, at)))

    def __len__(self) -> int:
        return len(self._codes)

    def other_than(self, usual: H) -> dict[int, H]:
        """The values that differ from the usual one, by position."""
        if self._distinct in ([], [usual]):
            return {}
        codes = np.frombuffer(self._codes, np.uint16)
        at = np.flatnonzero(codes != self._code_of.get(usual, self.MOST))
        return {one: self._distinct[self._codes[one]] for one in at.tolist()}


class Sparse(Generic[T]):
    """Values that are nearly all the same. Only the others are stored, by position."""

    def __init__(self, usual: T) -> None:
        self._usual = usual
        self._others: dict[int, T] = {}
        self._count = 0

    def append(self, value: T) -> None:
        if value != self._usual:
            self._others[self._count] = value
        self._count += 1

    def extend(self, others: Mapping[int, T], count: int) -> None:
        """Add many values: some that may be unusual, by their numbers. The others are usual."""
        for at, value in others.items():
            if value != self._usual:
                self._others[self._count + at] = value
        self._count += count

    def __getitem__(self, at: int) -> T:
        return self._others.get(range(self._count)[at], self._usual)

    def take(self, at: NDArray[np.intp]) -> list[T]:
        """The values at some positions."""
        if not self._others:
            return [self._usual] * len(at)
        return [self._others.get(one, self._usual) for one in at.tolist()]

    def __len__(self) -> int:
        return self._count

    @property
    def usual(self) -> T:
        """The usual value."""
        return self._usual

    @property
    def others(self) -> Mapping[int, T]:
        """The values that differ from the usual one, by ascending position. It is read-only."""
        return MappingProxyType(self._others)

    def updated(self, changed: Mapping[int, T]) -> Sparse[T]:
        """A copy with other values at some positions."""
        copy = Sparse(self._usual)
        merged = {**self._others, **changed}
        copy._others = {at: merged[at] for at in sorted(merged) if merged[at] != self._usual}
        copy._count = self._count
        return copy
