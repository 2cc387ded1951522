"""Columns of keys: ints, or texts in UTF-8. Keys are not kept as Python objects."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from operator import eq
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

import numpy as np

from lookalike._native import kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Number = TypeVar("Number", np.uint8, np.int64)

BLOCK = 1 << 16
"""How many keys are converted at a time."""
UPPER_HALF = np.uint64(0xFFFFFFFF_00000000)
GOLDEN = np.uint64(0x9E3779B97F4A7C15)


class Column(ABC):
    """n keys of one kind. They never change. `extended` returns a column with more keys."""

    noun: ClassVar[str]
    """What each key is."""

    def __init__(self, count: int) -> None:
        self._count = count

    def __len__(self) -> int:
        return self._count

    @classmethod
    @abstractmethod
    def of(cls, keys: list[Any]) -> Self:
        """A column of keys of this kind. Raises `OverflowError` if one does not fit."""

    @abstractmethod
    def extended(self, other: Self) -> Self:
        """A column of these keys followed by those of `other`.

        The new keys are written after the old ones, or all into a larger buffer if there is no
        room. So a column may be extended only once, and may be read meanwhile.
        """

    @abstractmethod
    def take(self, at: NDArray[np.integer]) -> list[Any]:
        """The keys at given positions."""

    @abstractmethod
    def select(self, keep: NDArray[np.bool_]) -> Self:
        """The keys where `keep` is true, in new buffers."""

    @abstractmethod
    def same(
        self, at: NDArray[np.integer], other: Self, other_at: NDArray[np.integer]
    ) -> NDArray[np.bool_]:
        """For every k, whether the key at `at[k]` equals that of `other` at `other_at[k]`."""

    @abstractmethod
    def sections(self) -> dict[str, NDArray[Any]]:
        """The arrays to save, without a copy."""

    @abstractmethod
    def _hashes(self, block: slice) -> NDArray[np.uint64]:
        """Hashes of the keys in a block. Only the upper half is used."""

    def marks(self, first: int) -> NDArray[np.uint64]:
        """For each key from `first` on, its hash (upper half) and its position (lower half)."""
        marks = np.arange(first, len(self), dtype=np.uint64)
        for block in _blocks(first, len(self)):
            marks[block.start - first : block.stop - first] |= self._hashes(block) & UPPER_HALF
        return marks


class Ints(Column):
    """Keys that are ints."""

    noun = "an int"

    def __init__(self, values: NDArray[np.int64], count: int) -> None:
        """Takes the first `count` of `values`."""
        super().__init__(count)
        self._buffer = values
        self.values = values[:count]

    @classmethod
    def of(cls, keys: list[Any]) -> Self:
        return cls(np.fromiter(keys, np.int64, len(keys)), len(keys))

    def extended(self, other: Self) -> Self:
        values = _extended(self._buffer, len(self), other.values)
        return type(self)(values, len(self) + len(other))

    def take(self, at: NDArray[np.integer]) -> list[Any]:
        keys: list[int] = self.values[at].tolist()
        return keys

    def select(self, keep: NDArray[np.bool_]) -> Self:
        values = self.values[keep]
        return type(self)(values, len(values))

    def same(
        self, at: NDArray[np.integer], other: Self, other_at: NDArray[np.integer]
    ) -> NDArray[np.bool_]:
        equal: NDArray[np.bool_] = self.values[at] == other.values[other_at]
        return equal

    def sections(self) -> dict[str, NDArray[Any]]:
        return {"keys.int": self.values}

    def _hashes(self, block: slice) -> NDArray[np.uint64]:
        words = self.values[block].view(np.uint64)
        return (words ^ (words >> np.uint64(32))) * GOLDEN


class Texts(Column):
    """Keys that are strs, in UTF-8. Lone surrogates, as in odd file names, are preserved."""

    noun = "a str"

    def __init__(self, text: NDArray[np.uint8], offsets: NDArray[np.int64], count: int) -> None:
        """Takes the first `count` keys. Key k is `text[offsets[k]:offsets[k + 1]]`."""
        super().__init__(count)
        self._text = text
        self._offset_buffer = offsets
        self._offsets = offsets[: count + 1]

    @classmethod
    def of(cls, keys: list[Any]) -> Self:
        characters = "".join(keys)
        text = np.frombuffer(characters.encode("utf-8", "surrogatepass"), np.uint8)
        offsets = np.zeros(len(keys) + 1, np.int64)
        np.cumsum(np.fromiter(map(len, keys), np.int64, len(keys)), out=offsets[1:])
        if len(text) > len(characters):  # turn character offsets into byte offsets
            first_bytes = np.flatnonzero((text & 0xC0) != 0x80)
            offsets = np.append(first_bytes, len(text))[offsets]
        return cls(text, offsets, len(keys))

    def extended(self, other: Self) -> Self:
        end = int(self._offsets[-1])
        text = _extended(self._text, end, other._text[: other._offsets[-1]])
        offsets = _extended(self._offset_buffer, len(self) + 1, other._offsets[1:] + end)
        return type(self)(text, offsets, len(self) + len(other))

    def take(self, at: NDArray[np.integer]) -> list[Any]:
        return [str(raw, "utf-8", "surrogatepass") for raw in self._raw(at)]

    def select(self, keep: NDArray[np.bool_]) -> Self:
        lengths = np.diff(self._offsets)
        offsets = np.append(0, np.cumsum(lengths[keep]))
        text = np.empty(offsets[-1], np.uint8)
        end = 0
        for block in _blocks(0, len(self)):
            first, last = self._offsets[block.start], self._offsets[block.stop]
            kept = self._text[first:last][np.repeat(keep[block], lengths[block])]
            text[end : end + len(kept)] = kept
            end += len(kept)
        return type(self)(text, offsets, len(offsets) - 1)

    def same(
        self, at: NDArray[np.integer], other: Self, other_at: NDArray[np.integer]
    ) -> NDArray[np.bool_]:
        return np.fromiter(map(eq, self._raw(at), other._raw(other_at)), np.bool_, len(at))

    def sections(self) -> dict[str, NDArray[Any]]:
        return {"keys.text": self._text[: self._offsets[-1]], "keys.offsets": self._offsets}

    def _hashes(self, block: slice) -> NDArray[np.uint64]:
        return kernel.hash_texts(self._text, self._offsets[block.start : block.stop + 1])

    def _raw(self, at: NDArray[np.integer]) -> Iterator[memoryview]:
        text, starts, ends = self._text.data, self._offsets[:-1], self._offsets[1:]
        for block in _blocks(0, len(at)):
            firsts, lasts = starts[at[block]], ends[at[block]]
            if (firsts > lasts).any() or firsts.min() < 0 or lasts.max() > len(text):
                raise kernel.DamagedError("the offsets of the keys lead out of their text")
            for first, last in zip(firsts.tolist(), lasts.tolist(), strict=True):
                yield text[first:last]


def column_of_sections(sections: Mapping[str, NDArray[Any]]) -> Column | None:
    """The column made of these arrays, without copying or reading them."""
    found = {name: array for name, array in sections.items() if name.startswith("keys.")}
    if not found:
        return None
    if found.keys() == {"keys.int"}:
        values = _mapped(found, "keys.int", np.int64)
        return Ints(values, len(values))
    if found.keys() != {"keys.text", "keys.offsets"}:
        raise ValueError(f"unexpected sections of keys: {', '.join(sorted(found))}")
    text = _mapped(found, "keys.text", np.uint8)
    offsets = _mapped(found, "keys.offsets", np.int64)
    if not len(offsets) or offsets[0] != 0 or offsets[-1] != len(text):
        raise ValueError(f"keys.offsets must go from 0 to {len(text)}, the length of keys.text")
    return Texts(text, offsets, len(offsets) - 1)


def _mapped(sections: dict[str, NDArray[Any]], name: str, dtype: type[Number]) -> NDArray[Number]:
    array = np.asarray(sections[name])
    if array.dtype != dtype or array.ndim != 1 or not array.flags.c_contiguous:
        raise ValueError(
            f"{name} must be a contiguous array (n,) of {np.dtype(dtype)}, "
            f"not {array.dtype} of shape {array.shape}"
        )
    return array


def _blocks(first: int, last: int) -> Iterator[slice]:
    return (slice(at, min(at + BLOCK, last)) for at in range(first, last, BLOCK))


def _extended(buffer: NDArray[Number], count: int, values: NDArray[Number]) -> NDArray[Number]:
    """A buffer with the first `count` values of `buffer`, then `values`."""
    end = count + len(values)
    if not len(values):
        return buffer  # it may be read-only
    if end > len(buffer):
        larger = np.empty(max(end, 2 * len(buffer)), buffer.dtype)
        larger[:count] = buffer[:count]
        buffer = larger
    buffer[count:end] = values
    return buffer
