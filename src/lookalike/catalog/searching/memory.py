"""`CatalogMemory`: what a search remembers, kept in a catalogue for later searches."""

from __future__ import annotations

import json
from array import array
from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from importlib.metadata import version
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from lookalike.catalog.recipes import definition_of
from lookalike.catalog.searching.insides import content_of, joined
from lookalike.catalog.searching.kept_thumbs import KeptThumbs
from lookalike.catalog.store import contents, files, looks
from lookalike.catalog.thumb_file import ThumbFile
from lookalike.errors import CatalogError
from lookalike.hashing.content import Content, Depth
from lookalike.hashing.memory import UNKNOWN, Memory
from lookalike.hashing.row import Row
from lookalike.images import DEFAULT_MAX_BYTES, DEFAULT_MAX_PIXELS, PREPARATION, Unreadable
from lookalike.images.metadata import Metadata

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.catalog.catalog import Catalog
    from lookalike.hashing.recipe import Recipe
    from lookalike.hashing.row import Failure
    from lookalike.sources import Input

LOOKS = 4
"""Goes up when a closer look may say something else about the same two pictures."""
WHOLE = (Depth.BYTES, Depth.PIXELS, Depth.SIGHT, Depth.END, Depth.ALL)
"""The depths at which all bytes of a file are read."""
MOST_WAITING = 1000


class _Found(NamedTuple):
    """What is known of an input that is about to be added."""

    content: int
    file: int
    is_assumed: bool
    digest: bytes
    turned: bytes | None
    """As `ThumbFile` has it. None if the search needs none, or it is missing."""
    is_known: bool
    """Whether its row was given back, so that it is not opened."""


class CatalogMemory(Memory):
    """What is known of the images of one search, by position.

    The roots were scanned before. What a scan does not know, such as a URL, is not remembered.
    """

    thumbs: KeptThumbs | None

    def __init__(
        self, catalog: Catalog, recipe: Recipe, orientations: tuple[int, ...] | None, latest: int
    ) -> None:
        """`orientations`: those whose hashes the search needs. None if it needs no thumbs.
        `latest`: the last content before the scan. Those after it are new.
        """
        self._latest = latest
        self._recipe = recipe
        self._database = catalog.database
        self._known = catalog.known(recipe, just_scanned=self._database.is_writable)
        self._file = ThumbFile(
            catalog.folder, definition_of(recipe), writable=self._database.is_writable
        )
        super().__init__(None if orientations is None else KeptThumbs(orientations, self._file))
        self._has_looks = self._settled()
        self._lock = Lock()
        self._pending: defaultdict[str, deque[_Found]] = defaultdict(deque)
        self._contents = array("q")
        self._sizes = array("q")
        self._is_old = bytearray()
        self._assumed: dict[int, int] = {}
        """The number of the file, by position."""
        self._insides: dict[int, looks.Inside] = {}
        """What is not stored yet, by content."""
        self._verdicts: dict[tuple[int, int, int], int] = {}

    @property
    def assumed_count(self) -> int:
        """How many images are taken over on trust, and were not read since."""
        return len(self._assumed)

    def known(self, one: Input) -> Row | Failure | None:
        if isinstance(one.source, Unreadable):  # its archive is beyond a limit of this search
            return None
        found = self._known.found(one)
        if found is None:
            return None
        if not isinstance(found.outcome, Row):
            return None if self._has_small_limits else found.outcome
        row, entry = found.outcome, found.entry
        if self.is_too_large(row):
            return None
        is_assumed = bool(entry.flags & files.ASSUMED)
        recalls = self.recalls(row, entry.content, entry.id, is_assumed=is_assumed)
        return row if recalls else None

    @property
    def _has_small_limits(self) -> bool:
        """Whether a file that failed for another reason before may be too large now."""
        recipe = self._recipe
        return recipe.max_pixels < DEFAULT_MAX_PIXELS or recipe.max_bytes < DEFAULT_MAX_BYTES

    def is_too_large(self, row: Row) -> bool:
        """Whether an image may be beyond the limits of this search. Reading it says so for sure."""
        recipe = self._recipe
        return row.byte_count > recipe.max_bytes or row.width * row.height > recipe.max_pixels

    def are_too_large(self, records: NDArray[np.void]) -> NDArray[np.bool_]:
        """The same for the records of many images."""
        recipe = self._recipe
        pixels = records["width"].astype(np.int64) * records["height"]
        found: NDArray[np.bool_] = pixels > recipe.max_pixels
        return found | (records["size"] > recipe.max_bytes)

    def recalls(self, row: Row, content: int, file: int, *, is_assumed: bool) -> bool:
        """Take note of a row that is about to be added, or read again if its thumb is missing.

        Returns whether that is there, or not needed. `file`: its number. `is_assumed`: whether its
        content was taken over on trust.
        """
        turned = self._file.turned(content, row.digest) if self.thumbs is not None else None
        is_known = self.thumbs is None or turned is not None
        self._pending[row.path].append(
            _Found(content, file, is_assumed, row.digest, turned, is_known)
        )
        return is_known

    def add(self, outcome: Row | Failure) -> None:
        found = self._added(outcome.path)
        if not isinstance(outcome, Row):
            return
        if found and found.digest != outcome.digest:  # it changed a moment ago
            found = None
        content = found.content if found else 0
        if found and not found.is_known:
            self._file.put({content: outcome})
        if found and found.is_assumed:
            self._assumed[len(self._contents)] = found.file
        self._contents.append(content)
        self._sizes.append(outcome.byte_count)
        self._is_old.append(found is not None and found.is_known and content <= self._latest)
        if self.thumbs is not None and found and found.turned is not None:
            self.thumbs.add_kept(content, found.digest, found.turned)
        elif self.thumbs is not None:
            self.thumbs.add(outcome.thumb)

    def turned_of(
        self, numbers: NDArray[np.int64], digests: NDArray[np.uint8]
    ) -> tuple[NDArray[np.bool_], NDArray[np.uint8]]:
        """Whether the thumbs of contents are there, or not needed, and what `add_many` wants."""
        if self.thumbs is None:
            return np.ones(len(numbers), np.bool_), np.empty((len(numbers), 0), np.uint8)
        return self._file.many_turned(numbers, digests)

    def add_many(
        self,
        numbers: NDArray[np.int64],
        sizes: NDArray[np.int64],
        digests: NDArray[np.uint8],
        turned: NDArray[np.uint8],
        assumed: Mapping[int, int],
    ) -> None:
        """Take note of many images at once: their contents, bytes, digests and turned hashes.

        `assumed`: the files of those whose contents were taken over on trust, by their places.
        """
        before = len(self._contents)
        self._assumed.update({before + at: file for at, file in assumed.items()})
        self._contents.frombytes(numbers.tobytes())
        self._sizes.frombytes(sizes.astype(np.int64).tobytes())
        self._is_old += (numbers <= self._latest).tobytes()
        if self.thumbs is not None:
            self.thumbs.add_many_kept(numbers, digests, turned)

    def _added(self, key: str) -> _Found | None:
        waiting = self._pending.get(key)
        if waiting is None:
            return None
        found = waiting.popleft()
        if not waiting:
            del self._pending[key]
        return found

    def finish(self) -> None:
        super().finish()
        self._pending.clear()

    def close(self) -> None:
        self._flush()
        self._file.close()

    def is_old(self, positions: NDArray[np.intp]) -> NDArray[np.bool_]:
        return np.frombuffer(self._is_old, np.bool_)[positions]

    def assumed(self, positions: NDArray[np.intp]) -> NDArray[np.bool_]:
        return np.isin(positions, np.fromiter(self._assumed, np.intp, len(self._assumed)))

    def refute(self, positions: NDArray[np.intp]) -> None:
        numbers = [self._assumed[at] for at in positions.tolist() if at in self._assumed]
        if numbers and self.opens_files:  # otherwise they were not read, and nothing turned out
            with suppress(CatalogError), self._database.writing() as connection:
                files.unread(connection, numbers)

    def recall(self, positions: NDArray[np.intp], depth: Depth) -> dict[int, Content]:
        if depth not in {Depth.BYTES, Depth.PIXELS, Depth.END} or not self._has_looks:
            return {}
        numbers = self._numbers(positions)
        with self._lock:
            inside = self._insides_of([one for one in numbers.tolist() if one])
        found = {}
        for at, number in zip(positions.tolist(), numbers.tolist(), strict=True):
            content = content_of(inside.get(number), self._sizes[at], depth)
            if content is not None:
                found[at] = content
        return found

    def keep(self, contents: Mapping[int, Content], depth: Depth) -> None:
        if not self._has_looks:
            return
        with self._lock:
            for at, content in contents.items():
                digest = content.digest if depth in WHOLE else b""
                if at in self._assumed and not self._confirmed(at, digest):
                    continue
                pixels = content.pixels if depth in {Depth.PIXELS, Depth.ALL} else None
                if number := self._contents[at]:
                    said = None if content.metadata is None else json.dumps(content.metadata)
                    new = looks.Inside(digest or None, pixels, content.lost, said)
                    self._insides[number] = joined(new, self._insides.get(number))
            self._flush_if_many()

    def metadata(self, at: int, read: Callable[[], Metadata | None]) -> Metadata | None:
        number = 0 if at in self._assumed or not self._has_looks else self._contents[at]
        with self._lock:
            inside = self._insides_of([number]).get(number) if number else None
        if inside and inside.metadata is not None:
            return Metadata(*json.loads(inside.metadata))
        found = super().metadata(at, read)
        if found is not None and number:
            with self._lock:
                new = looks.Inside(None, None, None, json.dumps(found))
                self._insides[number] = joined(new, self._insides.get(number))
                self._flush_if_many()
        return found

    def verdicts(
        self, one: NDArray[np.intp], other: NDArray[np.intp], rules: NDArray[np.uint8]
    ) -> NDArray[np.uint8]:
        found = super().verdicts(one, other, rules)
        if not self._has_looks or not len(one):
            return found
        a, b = self._numbers(one), self._numbers(other)
        both = np.flatnonzero((a > 0) & (b > 0))
        pairs = list(zip(a[both].tolist(), b[both].tolist(), rules[both].tolist(), strict=True))
        with self._lock:
            known = looks.verdicts_of(self._database, pairs) | self._verdicts
        found[both] = [known.get(pair, UNKNOWN) for pair in pairs]
        return found

    def keep_verdicts(
        self,
        one: NDArray[np.intp],
        other: NDArray[np.intp],
        rules: NDArray[np.uint8],
        verdicts: NDArray[np.uint8],
    ) -> None:
        if not self._has_looks:
            return
        with self._lock:
            columns = self._numbers(one), self._numbers(other), rules, verdicts
            for a, b, rule, verdict in zip(*(each.tolist() for each in columns), strict=True):
                if a and b:
                    self._verdicts[a, b, rule] = verdict
            self._flush_if_many()

    def _numbers(self, positions: NDArray[np.intp]) -> NDArray[np.int64]:
        """The numbers of the contents of images. 0 for those not remembered, or only assumed."""
        numbers = np.frombuffer(self._contents, np.int64)[positions].copy()
        numbers[self.assumed(positions)] = 0
        return numbers

    def _confirmed(self, at: int, digest: bytes) -> bool:
        """Whether the bytes of an assumed image are those of its content. It is then noted."""
        number = self._contents[at]
        inside = self._insides_of([number]).get(number)
        if not digest or inside is None or inside.digest != digest:
            return False
        file = self._assumed.pop(at)
        with suppress(CatalogError), self._database.writing() as connection:
            files.confirm(connection, file)
        return True

    def _insides_of(self, numbers: Sequence[int]) -> dict[int, looks.Inside]:
        stored = looks.inside_of(self._database, numbers)
        recent = {one: self._insides[one] for one in numbers if one in self._insides}
        return stored | {one: joined(new, stored.get(one)) for one, new in recent.items()}

    def _flush_if_many(self) -> None:
        if len(self._insides) + len(self._verdicts) >= MOST_WAITING:
            self._flush()

    def _flush(self) -> None:
        """Store what was found out. If it cannot be stored, it is found out again next time."""
        insides, self._insides = self._insides, {}
        verdicts, self._verdicts = self._verdicts, {}
        if not (insides or verdicts):
            return
        with suppress(CatalogError), self._database.writing() as connection:
            for number, inside in insides.items():
                if inside.digest:
                    contents.complete(connection, number, None, inside.digest)
            looks.put_insides(connection, insides)
            looks.put_verdicts(connection, verdicts)

    def _settled(self) -> bool:
        """Whether the looks in the catalogue are like those that this search takes.

        If not, they are forgotten. A catalogue that cannot be written is then used without them.
        """
        now = made_with()
        if looks.made_with(self._database) == now:
            return True
        with suppress(CatalogError), self._database.writing() as connection:
            looks.start_anew(connection, now)
            return True
        return False


def made_with() -> str:
    """What looks depend on: how pictures are prepared, looked at, and decoded."""
    decoders = ", ".join(f"{name} {version(name)}" for name in ("Pillow", "simplejpeg"))
    return f"looks {LOOKS}, preparation {PREPARATION}, {decoders}"
