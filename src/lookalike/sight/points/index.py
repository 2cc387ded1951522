"""`SightIndex`: keys and pictures, and search for copies, even cropped or turned ones."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from lookalike.index.keys.keys import Keys, OneOrMore, column_of, listed
from lookalike.index.stored.damage import read_through, reading
from lookalike.index.stored.preparation import warn_if_older
from lookalike.sight.points.forms import Query, Stored, read_query, read_stored
from lookalike.sight.points.match import SightMatch, Verdict, match_of
from lookalike.sight.points.part import Part
from lookalike.sight.points.pictures import Pictures
from lookalike.sight.points.search import search
from lookalike.work.threads import threaded_map, worker_count

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.images import ImageSource
    from lookalike.index.stored.file import IndexFile

ORDER = list(Verdict)
BLOCK = 1 << 12
"""How many keys are read at a time."""


class _State(NamedTuple):
    """The entries at one moment. An entry has the same place in keys and in parts."""

    keys: Keys
    parts: tuple[Part, ...]
    removed: NDArray[np.bool_]
    """`(places,)`: which entries were removed."""

    def gone(self) -> list[NDArray[np.uint8] | None]:
        """For each part, which of its pictures were removed, or None for none."""
        marks = [self.removed[part.first : part.first + len(part)] for part in self.parts]
        return [one.view(np.uint8) if one.any() else None for one in marks]


class SightIndex:
    """Keys with pictures, and search for pictures that a person would call the same.

        index = SightIndex()
        index.add(["a.jpg", "b.jpg"], ["photos/a.jpg", "photos/b.jpg"])
        index.query("cropped.jpg")                 # [SightMatch(key='b.jpg', verdict='same', ...)]
        index.save("pictures.index")

    It finds copies that were cropped, framed, mirrored, turned, captioned or pasted into another
    picture. Each match says where the stored picture lies in the query.

    Keys are all int (64 bits) or all str. A key may be added several times. An index keeps 100
    points and a thumbnail of each picture, 4.6 KB, not the picture itself. The first search after a
    change makes tables of 2.4 KB per picture in memory.

    Any number of threads may search while one adds or removes. Each search sees the entries that
    were present when it began.

    If the file of an opened index is damaged, any method that reads the damage raises
    `IndexFileError`. An answer is no proof that the file is intact: only `check` reads all of it.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._file: IndexFile | None = None
        self._state = _State(Keys(), (), np.empty(0, np.bool_))

    def add(
        self,
        keys: OneOrMore,
        images: ImageSource | Stored | Iterable[ImageSource | Stored],
        *,
        workers: int | None = None,
    ) -> None:
        """Append entries: one key and one image, or equal numbers of keys and images.

        Images are the same as for `hash_image`, except for addresses. `workers` is the number of
        threads that read them, by default one per processor.

        Raises `ImageError` if an image cannot be read, and `ValueError` or `TypeError` if keys or
        images do not fit. It then adds nothing.
        """
        threads = worker_count(workers)
        new = column_of(listed(keys))
        one = isinstance(keys, int | str | np.integer)
        sources: list[Any] = [images] if one else list(images)  # type: ignore[arg-type]
        if len(new) != len(sources):
            raise ValueError(
                f"there must be as many keys as images, not {len(new)} and {len(sources)}"
            )
        pictures = Pictures.empty(len(sources))
        for at, form in enumerate(threaded_map(_stored, sources, threads)):
            pictures.put(at, form)
        with self._lock, reading(self._file):
            state = self._state
            state.keys.extend(state.keys.checked(listed(keys)))
            parts = _with(state.parts, pictures, len(state.removed))
            removed = np.append(state.removed, np.zeros(len(pictures), np.bool_))
            self._state = state._replace(parts=parts, removed=removed)

    def remove(self, keys: OneOrMore) -> None:
        """Remove all entries of one or more keys.

        Raises `KeyError` for a key that is not in the index, and then removes nothing.
        """
        wanted = column_of(listed(keys))
        with self._lock:
            state = self._state
            with reading(self._file):
                found = state.keys.positions_of_column(wanted)
                counts = np.add.reduceat(
                    np.append(~state.removed[found.positions], False),
                    np.cumsum(found.counts) - found.counts,
                ) * (found.counts > 0)
                missing = wanted.take(np.flatnonzero(counts == 0))
            if missing:
                self.check()  # a damaged file may have lost the key
                raise KeyError(missing[0])
            removed = state.removed.copy()
            removed[found.positions] = True
            self._state = state._replace(removed=removed)

    def __len__(self) -> int:
        removed = self._state.removed
        return len(removed) - int(removed.sum())

    def __contains__(self, key: object) -> bool:
        if not isinstance(key, int | str | np.integer) or isinstance(key, bool | np.timedelta64):
            return False
        state = self._state
        with reading(self._file):
            found = state.keys.positions_of(key if isinstance(key, str) else int(key))
        found = found[found < len(state.removed)]  # another thread may be adding
        return not bool(state.removed[found].all())

    def __iter__(self) -> Iterator[int | str]:
        """The keys of the entries, in the order they were added."""
        return read_through(_present_keys(self._state), self._file)

    def query(self, image: ImageSource | Query) -> list[SightMatch]:
        """The entries that show the same as an image, or a part of it, or have its layout.

        Those that are the same come first, each kind by falling agreement. Raises `ImageError` if
        the image cannot be read.
        """
        query = image if isinstance(image, Query) else read_query(image)
        state = self._state
        if not state.parts:
            return []
        with reading(self._file):
            found = search(state.parts, query, state.gone())
            keys = state.keys.take(found.position)
            matches = [
                match_of(found, at, key, _size_of(state, int(place)), (query.width, query.height))
                for at, (key, place) in enumerate(zip(keys, found.position, strict=True))
            ]
        return sorted(matches, key=lambda one: (ORDER.index(one.verdict), -one.agreement))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the index to a file, atomically replacing any file at `path`.

        Removed entries are left out. The file that the index was opened from is checked first.
        Otherwise damage could be copied and get new checksums.
        """
        from lookalike.sight.points.storage import save

        self.check()
        with self._lock:
            state = self._state
            keys, parts = state.keys, [part.pictures for part in state.parts]
            if state.removed.any():
                keys = keys.select(~state.removed)
                keep = [~state.removed[part.first : part.first + len(part)] for part in state.parts]
                parts = [part.select(one) for part, one in zip(parts, keep, strict=True)]
            save(path, parts or [Pictures.empty(0)], keys)

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> SightIndex:
        """Open a saved index. Its file is mapped, not read, and shared with other processes.

        Changes stay in memory until `save`. Raises `IndexFileError` if the file is not an index of
        pictures, is from a newer version, is truncated or has damaged headers. `check` finds damage
        in the rest. Warns with `PreparationWarning` if this version might see some pictures
        otherwise.

        The open file may be replaced, as `save` does, but must not be written to. If it is
        truncated, the system kills any process that reads it (SIGBUS).
        """
        from lookalike.sight.points.storage import load

        stored = load(path)
        index = cls.__new__(cls)  # the `__init__` of a subclass may take other arguments
        SightIndex.__init__(index)
        count = len(stored.pictures)
        parts = (Part(stored.pictures, 0),) if count else ()
        own = vars(index)
        own.update(_state=_State(stored.keys, parts, np.zeros(count, np.bool_)), _file=stored.file)
        warn_if_older(path, stored.file.header.preparation or None)
        return index

    def check(self) -> None:
        """Read the whole file that the index was opened from. Raises `IndexFileError` if any bit
        has changed since it was written. An index without a file always passes."""
        if self._file is not None:
            self._file.check()


def _stored(image: Any) -> Stored:
    return image if isinstance(image, Stored) else read_stored(image)


def _with(parts: tuple[Part, ...], new: Pictures, places: int) -> tuple[Part, ...]:
    """Parts with new pictures.

    Parts are joined so that each has more than twice as many pictures as the next one. Then there
    are few parts, and no picture is copied often.
    """
    if not len(new):
        return parts
    joined = [new]
    count = len(new)
    while parts and len(parts[-1]) <= 2 * count:
        joined.insert(0, parts[-1].pictures)
        count += len(parts[-1])
        parts = parts[:-1]
    return (*parts, Part(Pictures.joined(joined), places + len(new) - count))


def _present_keys(state: _State) -> Iterator[int | str]:
    present = np.flatnonzero(~state.removed)
    for begin in range(0, len(present), BLOCK):
        yield from state.keys.take(present[begin : begin + BLOCK])


def _size_of(state: _State, place: int) -> NDArray[np.uint16]:
    part = next(part for part in reversed(state.parts) if part.first <= place)
    size: NDArray[np.uint16] = part.pictures.sizes[place - part.first]
    return size
