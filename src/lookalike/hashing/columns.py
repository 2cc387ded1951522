"""How the values of a column are held in memory without a Python object for each."""

from __future__ import annotations

from array import array
from collections.abc import Hashable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Generic, Protocol, TypeVar

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


class Numbers:
    """Whole numbers of 64 bits, some of them unknown: `NONE` stands for these."""

    NONE = -(1 << 63)

    def __init__(self) -> None:
        self._array = array("q")

    def append(self, value: int | None) -> None:
        """Raises `OverflowError` for a number of more bits."""
        self._array.append(self.NONE if value is None else value)

    def __getitem__(self, at: int) -> int | None:
        value = self._array[at]
        return None if value == self.NONE else value

    def __len__(self) -> int:
        return len(self._array)


class Flags(bytearray):
    """Truths, a byte each."""

    def __getitem__(self, at: int) -> bool:  # type: ignore[override]
        return bool(super().__getitem__(at))

    def true_at(self) -> Iterator[int]:
        """The positions of the true ones."""
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
    """Bytes of one length, one after the other."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.data = bytearray()

    def append(self, value: bytes) -> None:
        if len(value) != self.width:
            raise ValueError(f"expected {self.width} bytes, not {len(value)}: {value!r}")
        self.data += value

    def __getitem__(self, at: int) -> bytes:
        begin = range(0, len(self.data), self.width)[at]
        return bytes(self.data[begin : begin + self.width])

    def __len__(self) -> int:
        return len(self.data) // self.width


class Identities:
    """Numbers of 128 bits, as those of devices and files together; 0 stands for None.

    Of a longer number the last 128 bits are kept.
    """

    BYTES = 16
    MASK = (1 << 8 * BYTES) - 1

    def __init__(self) -> None:
        self._data = bytearray()

    def append(self, value: int | None) -> None:
        self._data += ((value or 0) & self.MASK).to_bytes(self.BYTES, "big")

    def __getitem__(self, at: int) -> int | None:
        begin = range(0, len(self._data), self.BYTES)[at]
        return int.from_bytes(self._data[begin : begin + self.BYTES], "big") or None

    def __len__(self) -> int:
        return len(self._data) // self.BYTES


class Codes(Generic[H]):
    """Values of which few are distinct, such as formats: two bytes each."""

    MOST = 1 << 16

    def __init__(self) -> None:
        self._codes = array("H")
        self._distinct: list[H] = []
        self._code_of: dict[H, int] = {}
        self._last: object = object()  # none of the values
        self._last_code = 0

    def append(self, value: H) -> None:
        """Raises `ValueError` where there are too many distinct values."""
        if value is not self._last:  # to hash a member of an Enum takes longer than all else
            self._last_code = self._code(value)
            self._last = value
        self._codes.append(self._last_code)

    def _code(self, value: H) -> int:
        code = self._code_of.setdefault(value, len(self._distinct))
        if code == self.MOST:
            raise ValueError(f"more than {self.MOST:,} distinct values, the last {value!r}")
        if code == len(self._distinct):
            self._distinct.append(value)
        return code

    def __getitem__(self, at: int) -> H:
        return self._distinct[self._codes[at]]

    def __len__(self) -> int:
        return len(self._codes)

    def other_than(self, usual: H) -> dict[int, H]:
        """By position, the values that are not the usual one."""
        if self._distinct in ([], [usual]):
            return {}
        skipped = self._code_of.get(usual)
        return {at: self._distinct[code] for at, code in enumerate(self._codes) if code != skipped}


class Sparse(Generic[T]):
    """Values that are nearly all the same: only others are held, by position."""

    def __init__(self, usual: T) -> None:
        self._usual = usual
        self._others: dict[int, T] = {}
        self._count = 0

    def append(self, value: T) -> None:
        if value != self._usual:
            self._others[self._count] = value
        self._count += 1

    def __getitem__(self, at: int) -> T:
        return self._others.get(range(self._count)[at], self._usual)

    def __len__(self) -> int:
        return self._count

    @property
    def others(self) -> Mapping[int, T]:
        """By position, ascending, the values that are not the usual one. It cannot be changed."""
        return MappingProxyType(self._others)

    def updated(self, changed: Mapping[int, T]) -> Sparse[T]:
        """A copy with other values at some positions."""
        copy = Sparse(self._usual)
        merged = {**self._others, **changed}
        copy._others = {at: merged[at] for at in sorted(merged) if merged[at] != self._usual}
        copy._count = self._count
        return copy
