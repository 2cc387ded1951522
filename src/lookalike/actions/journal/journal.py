"""The journal of a run: what it is about to do, and what became of it. Lines are only added."""

from __future__ import annotations

import json
import os
import stat
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lookalike.actions.disk.spot import Spot
from lookalike.actions.journal.intent import Intent, JournalError
from lookalike.errors import words_of

if TYPE_CHECKING:
    from lookalike.actions.disk.fs import FileSystem

FORMAT = 1
ENDING = ".jsonl"
_CHECK = ',"crc":"'


class Journal:
    """A journal that is being written."""

    def __init__(self, fs: FileSystem, path: Path, file: int) -> None:
        self._fs = fs
        self.path = path
        self._file = file

    @property
    def run(self) -> str:
        return self.path.stem

    @classmethod
    @contextmanager
    def create(cls, fs: FileSystem, path: Path, header: dict[str, Any]) -> Iterator[Journal]:
        """Begin a journal. Raises `JournalError`."""
        try:
            with Spot(fs, str(path)) as spot:
                file = fs.create(spot.name, spot.at)
        except OSError as error:
            raise _unwritable(path, error) from error
        try:
            journal = cls(fs, path, file)
            journal._add([{"journal": FORMAT, "run": path.stem, **header}])
            with Spot(fs, str(path)) as spot:
                fs.sync_folder(spot.at)
            yield journal
        finally:
            os.close(file)

    @classmethod
    @contextmanager
    def continued(cls, fs: FileSystem, record: Record) -> Iterator[Journal]:
        """Go on with a journal that was cut off, after its last whole line."""
        file = os.open(record.path, os.O_RDWR | os.O_APPEND | os.O_NOFOLLOW)
        try:
            fs.shorten(file, record.length)
            yield cls(fs, record.path, file)
        finally:
            os.close(file)

    def intend(self, intents: Iterable[Intent]) -> None:
        """Write down what is about to be done. It is on the disk when this returns."""
        self._add([one.to_dict() for one in intents], flush=True)

    def settle_all(self, outcomes: dict[int, tuple[str, str | bool]]) -> None:
        """Write down what became of intents: `done`, `skipped`, `failed` or `undone`."""
        self._add([{"n": n, word: why} for n, (word, why) in outcomes.items()])

    def note(self, path: str, outcome: str, why: str) -> None:
        """Write down why nothing was intended for a file."""
        self._add([{"path": path, outcome: why}])

    def end(self, word: str, counts: dict[str, int]) -> None:
        """Write the last line. It is on the disk when this returns."""
        self._add([{"end": word, "counts": counts}], flush=True)

    def _add(self, entries: list[dict[str, Any]], *, flush: bool = False) -> None:
        try:
            self._fs.write(self._file, b"".join(map(_line, entries)))
            if flush:
                self._fs.sync(self._file)
        except OSError as error:
            raise _unwritable(self.path, error) from error


def _unwritable(path: Path, error: OSError) -> JournalError:
    return JournalError(f"the journal {path} cannot be written: {words_of(error)}")


def _line(entry: dict[str, Any]) -> bytes:
    """An entry with its checksum. It is ASCII, so names in any encoding survive."""
    body = json.dumps(entry, separators=(",", ":"))[:-1].encode("ascii")
    return body + f'{_CHECK}{zlib.crc32(body):08x}"}}\n'.encode("ascii")


def _entry(line: bytes) -> dict[str, Any] | None:
    """The entry of a line, or None if it is broken."""
    body, mark, check = line.rpartition(_CHECK.encode("ascii"))
    if not mark or check != f'{zlib.crc32(body):08x}"}}'.encode("ascii"):
        return None
    found = json.loads(body + b"}")
    return found if isinstance(found, dict) else None


@dataclass
class Record:
    """A journal that was read."""

    path: Path
    header: dict[str, Any] = field(default_factory=dict)
    intents: dict[int, Intent] = field(default_factory=dict)
    outcomes: dict[int, tuple[str, str]] = field(default_factory=dict)
    """By the number of an intent, the word and the reason."""
    notes: list[tuple[str, str, str]] = field(default_factory=list)
    """The files for which nothing was intended: path, word and reason."""
    end: str | None = None
    """How the run ended. None if it was cut off."""
    length: int = 0
    """The length of its whole lines, in bytes."""
    broken: int | None = None
    """The number of a broken line, at which reading stopped."""

    @property
    def run(self) -> str:
        return self.path.stem

    @property
    def undoes(self) -> str | None:
        """The run that this one took back. None for a run that applied a plan."""
        found = self.header.get("undoes")
        return None if found is None else str(found)

    @classmethod
    def read(cls, path: Path) -> Record:
        """Read a journal. Raises `JournalError` if anybody else may have written it.

        A torn last line is as if it had not been written. At any other broken line, reading stops.
        """
        record = cls(path)
        number = 0
        for number, line in enumerate(_lines(path), start=1):
            if record.broken is not None:
                break
            try:
                record._add(line)
            except (ValueError, KeyError, TypeError, AttributeError):
                record.broken = number
        else:
            if record.broken == number:  # the last line: it was torn
                record.broken = None
        if not record.header and record.broken is None:
            record.end = "empty"
        return record

    def _add(self, line: bytes) -> None:
        entry = _entry(line.removesuffix(b"\n")) if line.endswith(b"\n") else None
        if entry is None:
            raise ValueError("a broken line")
        if "journal" in entry:
            if entry["journal"] != FORMAT:
                raise JournalError(f"{self.path} was written by a newer version of lookalike")
            self.header = entry
        elif "intent" in entry:
            intent = Intent.from_dict(entry)
            self.intents[intent.n] = intent
        elif "end" in entry:
            self.end = str(entry["end"])
        elif "n" in entry:
            word = next(key for key in entry if key != "n")
            self.outcomes[int(entry["n"])] = word, str(entry[word])
        else:
            word = next(key for key in entry if key != "path")
            self.notes.append((str(entry["path"]), word, str(entry[word])))
        self.length += len(line)


def _lines(path: Path) -> Iterable[bytes]:
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
            check_own(os.fstat(file.fileno()), str(path))
            yield from file
    except OSError as error:
        raise JournalError(f"the journal {path} cannot be read: {words_of(error)}") from error


def check_own(found: os.stat_result, path: str) -> None:
    """Raise `JournalError` if a file is not the user's own, or anybody may write it."""
    if not stat.S_ISREG(found.st_mode):
        raise JournalError(f"{path} is not a regular file")
    if found.st_uid != os.geteuid():
        raise JournalError(f"{path} belongs to another user, so it is not trusted")
    if found.st_mode & stat.S_IWOTH:
        raise JournalError(
            f"{path} can be written by any user, so it is not trusted: chmod o-w {path}"
        )
