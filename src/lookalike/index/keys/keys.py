"""`Keys`: the keys of the entries of an index, in the order the entries were added."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

from lookalike.index.keys.key_columns import BLOCK, Column, Ints, Texts, column_of_sections
from lookalike.index.keys.key_order import HALF, LOWER_HALF, Order

if TYPE_CHECKING:
    from numpy.typing import NDArray

OneOrMore: TypeAlias = "int | str | np.integer | Iterable[int | str] | NDArray[Any]"
"""One key or several."""
Checked: TypeAlias = Column
"""New keys that an index can accept: all of one kind, and converted."""

MOST_KEYS = 1 << 32
INT64 = np.iinfo(np.int64)


class Found(NamedTuple):
    """Where m wanted keys are."""

    positions: NDArray[np.intp]
    """Positions of the first wanted key, ascending, then of the second, and so on."""
    counts: NDArray[np.intp]
    """`(m,)`: how many positions each wanted key has."""
    missing: list[int | str]
    """Wanted keys without a position, in the given order."""


class Keys:
    """n keys in columns. The first key decides whether all are ints of 64 bits or all are strs.

    A key may occur several times. One thread may append while others read. New keys are written
    after the old ones, which do not move. Only then does the new column replace the previous one. A
    reader keeps the column it began with, even if the keys have since moved to a larger buffer.
    """

    def __init__(self) -> None:
        self._column: Column | None = None
        self._order = Order()

    def copy(self) -> Keys:
        """The same keys in the same memory. Neither sees keys that the other appends."""
        copied = Keys()
        copied._order = self._order  # taken before the column, so it covers no further keys
        copied._column = column_of_sections(self.to_sections())
        return copied

    @classmethod
    def from_sections(cls, sections: Mapping[str, NDArray[Any]]) -> Keys:
        """The keys from `to_sections`. The arrays are neither copied nor read.

        Ignores other sections. Raises `ValueError` for key sections that do not fit together.
        """
        keys = cls()
        keys._column = column_of_sections(sections)
        return keys

    def to_sections(self) -> dict[str, NDArray[Any]]:
        """The arrays to save, without a copy.

        They are `keys.int`, `(n,)` int64, or `keys.text`, uint8, with `keys.offsets`, `(n + 1,)`
        int64. There are none before the first key is added.
        """
        return {} if self._column is None else self._column.sections()

    def __len__(self) -> int:
        return 0 if self._column is None else len(self._column)

    def __getitem__(self, at: int) -> int | str:
        return self.take(np.array([range(len(self))[at]]))[0]

    def __iter__(self) -> Iterator[int | str]:
        column = self._column
        if column is not None:
            for first in range(0, len(column), BLOCK):
                yield from column.take(np.arange(first, min(first + BLOCK, len(column))))

    def take(self, positions: NDArray[np.integer]) -> list[int | str]:
        """The keys at given positions."""
        return (self._column or Ints.of([])).take(positions)

    def checked(self, values: Iterable[int | str] | NDArray[Any]) -> Checked:
        """Convert new keys for `extend`. Nothing changes yet.

        Raises `TypeError` for a key that is neither an int nor a str, or not of the same kind as
        earlier keys. Raises `ValueError` for an int beyond 64 bits.
        """
        new = column_of(values, None if self._column is None else type(self._column))
        if len(self) + len(new) > MOST_KEYS:
            raise ValueError(f"an index has at most {MOST_KEYS} keys, not {len(self) + len(new)}")
        return new

    def extend(self, checked: Checked) -> None:
        """Append checked keys."""
        if not len(checked):
            return
        column = type(checked).of([]) if self._column is None else self._column
        if type(column) is not type(checked):
            raise _not_of_kind(checked.take(np.array([0]))[0], type(column))
        self._column = column.extended(checked)

    def select(self, keep: NDArray[np.bool_]) -> Keys:
        """The keys where `keep`, `(n,)`, is true, in new columns."""
        if keep.dtype != np.bool_ or keep.shape != (len(self),):
            raise ValueError(
                f"keep must be ({len(self)},) of bool, not {keep.dtype} of shape {keep.shape}"
            )
        selected = Keys()
        selected._column = None if self._column is None else self._column.select(keep)
        return selected

    def positions_of(self, key: int | str) -> NDArray[np.intp]:
        """The positions of a key, ascending. Raises `TypeError` for what can never be a key."""
        if _kind_of(type(key)) is Ints and not INT64.min <= int(key) <= INT64.max:
            return np.empty(0, np.intp)
        return self.positions_of_many([key]).positions

    def positions_of_many(self, keys: Iterable[int | str] | NDArray[Any]) -> Found:
        """Where each of many keys is, all of one kind. Raises as `checked` for invalid keys."""
        return self.positions_of_column(column_of(keys))

    def positions_of_column(self, wanted: Column) -> Found:
        """Where each of many keys is."""
        order = self._order  # taken before the column, so it covers no further keys
        column = self._column
        found = np.empty(0, np.uint64)
        if column is not None and type(column) is type(wanted):
            self._order = order = order.upto(column)
            hits = [found]
            for which, at in order.candidates(column, wanted):
                same = column.same(at, wanted, which)
                hits.append((which[same] << HALF) | at[same])
            found = np.sort(np.concatenate(hits))
        counts = np.bincount((found >> HALF).astype(np.intp), minlength=len(wanted))
        missing = wanted.take(np.flatnonzero(counts == 0))
        return Found((found & LOWER_HALF).astype(np.intp), counts, missing)


def listed(keys: OneOrMore) -> Iterable[int | str] | NDArray[Any]:
    """The keys as an iterable, even if only one was given."""
    one: list[Any] = [keys]
    return one if isinstance(keys, int | str | np.integer) else keys


def column_of(
    values: Iterable[int | str] | NDArray[Any], kind: type[Column] | None = None
) -> Column:
    """The keys of `values`, which must be of `kind`, or all of either kind if that is None."""
    if isinstance(values, str | bytes | bytearray) or not isinstance(values, Iterable):
        raise TypeError(f"keys must be a list, an array or an iterable of them, not {values!r}")
    if hasattr(values, "__array__"):
        values = np.asarray(values)
        if values.ndim != 1:
            raise ValueError(f"keys must be an array (n,), not of shape {values.shape}")
        if values.dtype.kind in "iu" and kind is not Texts:
            return _column_of_ints(values)
        if values.dtype.kind not in "iuOUT" and len(values):
            raise _not_of_kind(values[0], kind)
    column: Column | None = None
    for block in _lists(values):
        kind = kind or _kind_of(type(block[0]))
        types = set(map(type, block))
        wrong = {one for one in types if kind is None or _kind_of(one) is not kind}
        if kind is None or wrong:
            raise _not_of_kind(next(key for key in block if type(key) in wrong), kind)
        try:
            part = kind.of(block)
        except OverflowError:
            raise _too_large(next(k for k in block if not INT64.min <= k <= INT64.max)) from None
        column = part if column is None else column.extended(part)
    return (kind or Ints).of([]) if column is None else column


def _column_of_ints(array: NDArray[np.integer]) -> Ints:
    if array.dtype.kind == "u" and len(array) and array.max() > INT64.max:
        raise _too_large(int(array.max()))
    return Ints(array.astype(np.int64, copy=False), len(array))


def _lists(values: Iterable[Any]) -> Iterator[list[Any]]:
    if isinstance(values, np.ndarray):
        for first in range(0, len(values), BLOCK):
            yield values[first : first + BLOCK].tolist()
        return
    rest = iter(values)
    while block := list(islice(rest, BLOCK)):
        yield block


def _kind_of(one: type) -> type[Column] | None:
    if issubclass(one, str):
        return Texts
    if issubclass(one, int | np.integer) and not issubclass(one, bool | np.timedelta64):
        return Ints
    return None


def _not_of_kind(key: object, kind: type[Column] | None) -> TypeError:
    expected = "an int or a str" if kind is None else f"{kind.noun}, as those before it"
    return TypeError(f"a key must be {expected}, not {key!r}")


def _too_large(key: int) -> ValueError:
    return ValueError(f"a key that is an int must fit in 64 bits with its sign, not {key}")
