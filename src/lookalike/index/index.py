"""`Index`: keys and their hashes, in memory or in a mapped file. Searches are exact."""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from lookalike.checks import whole_number
from lookalike.images import PREPARATION
from lookalike.index.accept import Kind
from lookalike.index.keys.keys import Keys, OneOrMore, column_of, listed
from lookalike.index.part import Part
from lookalike.index.sets import members_of
from lookalike.index.state import Match, Matches, State
from lookalike.index.stored.damage import read_through, reading
from lookalike.index.stored.preparation import warn_if_older
from lookalike.work.threads import worker_count

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.hashes import Hash
    from lookalike.index.search.searcher import Block
    from lookalike.index.stored.file import IndexFile

LEAST_TAIL, MOST_TAIL = 4096, 65536
"""Entries added since the last sort are scanned. Once they exceed a 16th of the sorted entries, all
are sorted again. These two numbers bound that threshold."""


class Index:
    """Keys with hashes, and exact search for hashes within a distance.

        index = Index("phash")
        index.add(["a.jpg", "b.jpg"], hashes)
        index.query(h, max_distance=10)            # [Match(key='b.jpg', distance=3)]
        index.save("hashes.index")

    Keys are all int (64 bits) or all str. A key may be added several times. Each time makes a new
    entry. An entry is identified by its key or its position: the number of entries before it.

    Hashes may be `Hash` objects, a `HashArray`, hex digits, or a uint8 array `(n, bytes)` whose
    spare leading bits are zero. Distances are in bits, `max_distance` is inclusive, and every
    answer is complete. The first search plans how to search these entries, and `explain` describes
    the plan. A search uses one thread per processor.

    Any number of threads may search while one adds or removes. Each search sees the entries that
    were present when it began.

    `copy.copy` and `copy.deepcopy` return an independent index. It shares memory with this one
    until either changes. A pickle holds all keys and hashes, even those of a mapped file. The
    unpickled index is sorted again at its first search. Processes on one machine should rather open
    the same file.

    If the file of an opened index is damaged, any method that reads the damage raises
    `IndexFileError`. An answer is no proof that the file is intact: only `check` reads all of it.
    """

    def __init__(self, algorithm: str | None = None, *, bits: int | None = None) -> None:
        """Takes either `algorithm`, such as `phash`, or the `bits` of a hash, 8 to 4096.

        Raises `ValueError` or `TypeError` for an unknown algorithm, or unless exactly one is given.
        """
        self._kind = Kind.of(algorithm, bits)
        self._preparation = 0 if algorithm is None else PREPARATION
        self._lock = threading.RLock()
        self._file: IndexFile | None = None
        self._buffer = np.empty((0, self._kind.words), np.uint64)
        self._state = State(Keys(), None, self._buffer, np.empty(0, np.uint32))

    @property
    def algorithm(self) -> str | None:
        """The name of the algorithm, or None if only the number of bits is known."""
        return self._kind.algorithm

    @property
    def bits(self) -> int:
        """How many bits the hashes have."""
        return self._kind.bits

    @property
    def preparation(self) -> int | None:
        """How pictures were prepared for hashing: a number that `docs/hashes.md` explains.

        An opened index has the number in its file, and a new one has this library's own. None if
        the file has no number, as in older files, or if the algorithm is not known.
        """
        return self._preparation or None

    def add(self, keys: OneOrMore, hashes: object) -> None:
        """Append entries: one key and one hash, or equal numbers of keys and hashes.

        Raises `ValueError`, `TypeError` or `AlgorithmMismatchError`, and then adds nothing, if keys
        or hashes do not fit.
        """
        words = self._kind.words_of(hashes)
        with self._lock:
            state = self._state
            checked = state.keys.checked(listed(keys))
            if len(checked) != len(words):
                raise ValueError(
                    f"there must be as many keys as hashes, not {len(checked)} and {len(words)}"
                )
            used = len(state.tail)
            if used + len(words) > len(self._buffer):
                grown = np.empty((max(2 * used, used + len(words)), self._kind.words), np.uint64)
                grown[:used] = state.tail
                self._buffer = grown  # readers keep the old one
            with reading(self._file):
                state.keys.extend(checked)
            self._buffer[used : used + len(words)] = words
            self._state = state._replace(tail=self._buffer[: used + len(words)])

    def remove(self, keys: OneOrMore) -> None:
        """Remove all entries of one or more keys.

        Raises `KeyError` for a key that is not in the index, and then removes nothing.
        """
        wanted = column_of(listed(keys))
        with self._lock:
            state = self._state
            with reading(self._file):
                found = state.keys.positions_of_column(wanted)
                missing = state.missing(found)
            if missing:
                raise KeyError(missing[0])
            gone = np.unique(found.positions)
            gone = gone[state.is_there(gone)].astype(np.uint32)
            removed = np.insert(state.removed, np.searchsorted(state.removed, gone), gone)
            self._state = state._replace(removed=removed)

    def __len__(self) -> int:
        state = self._state
        return state.places - len(state.removed)

    def __contains__(self, key: object) -> bool:
        if not isinstance(key, int | str | np.integer) or isinstance(key, bool | np.timedelta64):
            return False
        state = self._state
        with reading(self._file):
            found = state.keys.positions_of(key if isinstance(key, str) else int(key))
        found = found[found < state.places]  # another thread may be adding
        return bool(state.is_there(found).any())

    def __iter__(self) -> Iterator[int | str]:
        """The keys of the entries, in the order they were added."""
        return read_through(self._state.all_keys(), self._file)

    def keys_at(self, positions: Iterable[int] | NDArray[np.integer]) -> list[int | str]:
        """The keys of the entries at given positions. Raises `IndexError` past the last entry."""
        state = self._state
        ranks = np.asarray(positions if isinstance(positions, np.ndarray) else list(positions))
        if ranks.ndim != 1 or (len(ranks) and ranks.dtype.kind not in "iu"):
            raise TypeError(f"positions must be whole numbers, not {positions!r}")
        left = state.places - len(state.removed)
        if len(ranks) and not (int(ranks.min()) >= 0 and int(ranks.max()) < left):
            raise IndexError(
                f"positions must be 0 or more and below {left}, not {ranks.min()} to {ranks.max()}"
            )
        with reading(self._file):
            return state.keys.take(state.places_of(ranks.astype(np.int64)))

    def query(self, hash: Hash | str | NDArray[np.uint8], max_distance: int) -> list[Match]:  # noqa: A002
        """The entries within a distance of a hash, sorted by distance, then insertion."""
        words = self._kind.words_of(hash, one=True)
        state = self._ready(max_distance)
        with reading(self._file):
            return state.with_keys(state.find(words, max_distance, None))

    def query_many(
        self, hashes: object, max_distance: int, *, workers: int | None = None
    ) -> Matches:
        """The entries within a distance of each of many hashes, as arrays."""
        words = self._kind.words_of(hashes)
        state = self._ready(max_distance, workers)
        with reading(self._file):
            found = state.find(words, max_distance, workers)
        return found._replace(position=state.ranks(found.position))

    def nearest(self, hash: Hash | str | NDArray[np.uint8], k: int) -> list[Match]:  # noqa: A002
        """The k entries nearest to a hash, or all if fewer, sorted by distance, then insertion."""
        count = whole_number(k, "k", least=1)
        words = self._kind.words_of(hash, one=True)
        state = self._ready(self._kind.default_max_distance)
        with reading(self._file):
            return state.with_keys(state.nearest(words, count))

    def pairs(self, max_distance: int, *, workers: int | None = None) -> Iterator[Block]:
        """All pairs of entries within a distance, in blocks `(i, j, distance)` of arrays.

        i < j are positions. Every pair comes once, in no guaranteed order. A block has up to about
        a million pairs. Blocks are made lazily, because many equal hashes make very many pairs.
        """
        state = self._ready(max_distance, workers)
        return read_through(state.pairs(max_distance, workers), self._file)

    def pairs_with(
        self, other: Index, max_distance: int, *, workers: int | None = None
    ) -> Iterator[Block]:
        """All pairs of an entry i of this index and an entry j of another within a distance."""
        if not isinstance(other, Index):
            raise TypeError(f"other must be an Index, not {other!r}")
        self._kind.require_same(other._kind)
        ours, theirs = self._ready(max_distance, workers), other._ready(max_distance)
        pairs = ours.pairs_with(theirs, max_distance, workers)
        return read_through(pairs, self._file, other._file)

    def groups(self, max_distance: int, *, workers: int | None = None) -> list[NDArray[np.intp]]:
        """The positions of the entries of each connected set of two and more, ascending.

        Entries within the distance are connected, directly or through a chain of such pairs.
        """
        state = self._ready(max_distance, workers)
        with reading(self._file):
            if len(state.removed):  # removed entries must not connect others
                state = self._sort(max_distance)
            return members_of(state.connected(max_distance, workers))

    def explain(self, max_distance: int | None = None) -> str:
        """How the index is searched, and the expected cost of finding all pairs."""
        within = self._kind.default_max_distance if max_distance is None else max_distance
        state = self._ready(within)
        with reading(self._file):
            lines = [part.searcher.explain(within) for part in state.parts]
        return "\n".join(lines) or "there is nothing to search"

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the index to a file, atomically replacing any file at `path`.

        Removed entries are left out. The others are sorted for search. `docs/index-format.md`
        describes the file. The file that the index was opened from is checked first. Otherwise
        damage could be copied and get new checksums.
        """
        from lookalike.index.stored.storage import save

        self.check()
        with self._lock:
            state = self._state
            if state.base is None or len(state.tail) or len(state.removed):
                state = self._sort(self._kind.default_max_distance)
            assert state.base is not None
            save(path, self._kind, state.keys, state.base, self._preparation)

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> Index:
        """Open a saved index. Its file is mapped, not read, and shared with other processes.

        Changes stay in memory until `save`. Raises `IndexFileError` if the file is not an index, is
        from a newer version, is truncated or has damaged headers. `check` finds damage in the rest.
        Warns with `PreparationWarning` if this version might give some pictures other hashes.

        The open file may be replaced, as `save` does, but must not be written to. If it is
        truncated, the system kills any process that reads it (SIGBUS).
        """
        from lookalike.index.stored.storage import load

        stored = load(path)
        index = cls(stored.kind.algorithm, bits=None if stored.kind.algorithm else stored.kind.bits)
        index._state = index._state._replace(keys=stored.keys, base=stored.base)
        index._file = stored.file
        index._preparation = stored.file.header.preparation
        if index.algorithm is not None:
            warn_if_older(path, index.preparation)
        return index

    def check(self) -> None:
        """Read the whole file that the index was opened from. Raises `IndexFileError` if any bit
        has changed since it was written. An index without a file always passes."""
        if self._file is not None:
            self._file.check()

    def verify(self) -> None:
        """The former name of `check`."""
        message = "Index.verify is deprecated: use Index.check"
        warnings.warn(message, DeprecationWarning, stacklevel=2)
        self.check()

    def __copy__(self) -> Self:
        copied = type(self).__new__(type(self))
        with self._lock:  # no other thread may add keys meanwhile
            state = self._state._replace(keys=self._state.keys.copy())
            own = {"_lock": threading.RLock(), "_state": state}
            # The buffer has no spare room, so the copy puts new entries into a new buffer.
            vars(copied).update(vars(self), _buffer=state.tail, **own)
        return copied

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self.__copy__()

    def __reduce__(self) -> tuple[Any, ...]:
        self.check()
        with self._lock, reading(self._file):
            keys, words = self._state.present()
            sections = keys.to_sections()
        return _unpickled, (
            type(self), self._kind, self._preparation, sections, words.view(np.uint8)
        )  # fmt: skip

    def __repr__(self) -> str:
        what = self.algorithm or f"{self.bits} bits"
        return f"<Index {what}, {len(self):,} entries>"

    def _ready(self, max_distance: object, workers: int | None = None) -> State:
        """The state to search, sorted first if too much of it would be scanned.

        Raises `ValueError` or `TypeError` for wrong arguments.
        """
        distance = self._kind.shape.check_distance(max_distance)
        worker_count(workers)
        state = self._state
        sorted_entries = state.places - len(state.tail)
        most_tail = min(max(sorted_entries // 16, LEAST_TAIL), MOST_TAIL)
        most_removed = max(sorted_entries // 4, LEAST_TAIL)
        if len(state.tail) <= most_tail and len(state.removed) <= most_removed:
            return state
        if not self._lock.acquire(blocking=state.base is None):
            return state  # another thread is writing: search what there is
        try:
            return self._sort(distance) if self._state is state else self._state
        finally:
            self._lock.release()

    def _sort(self, max_distance: int) -> State:
        """Sort all present entries into one base."""
        with self._lock, reading(self._file):
            keys, words = self._state.present()
            base = Part.sorted(words, self._kind.bits, max_distance)
            self._buffer = np.empty((0, self._kind.words), np.uint64)
            self._state = State(keys, base, self._buffer, np.empty(0, np.uint32))
            return self._state


def _unpickled(
    cls: type[Index],
    kind: Kind,
    preparation: int,
    sections: dict[str, NDArray[Any]],
    hashes: NDArray[np.uint8],
) -> Index:
    index = cls(kind.algorithm, bits=None if kind.algorithm else kind.bits)
    index._preparation = preparation
    index._buffer = hashes.view(np.uint64)
    index._state = index._state._replace(keys=Keys.from_sections(sections), tail=index._buffer)
    return index
