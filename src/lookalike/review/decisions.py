"""`Decisions`: what a person decided about files, saved in a file as it is made.

The file has one line of JSON per step. A line gives each of its files a choice, or takes its choice
back, and later lines win. A line counts once it is complete, so a crash loses at most the step that
was not answered yet.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterable, Mapping
from enum import StrEnum
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from lookalike.errors import LookalikeError, words_of

if TYPE_CHECKING:
    from lookalike.review.telling import Telling

FORMAT = 1


class Choice(StrEnum):
    """What is to become of a file."""

    KEEP = "keep"
    REMOVE = "remove"
    APART = "apart"
    """It stays, and is not a duplicate of the others."""
    LATER = "later"
    """Not decided yet, but looked at."""


class File(NamedTuple):
    """A file that a decision is about. It is void for other bytes at the same path."""

    path: str
    digest: str
    """In hex."""


class Decision(NamedTuple):
    """What was decided about a file."""

    choice: Choice
    seen: str
    """The fingerprint of the group as it was shown. Another group needs another look."""


Step = Mapping[File, "Decision | None"]
"""What changes at once. None takes a decision back."""


class Decisions:
    """All decisions of one file, which no other process may use at the same time.

    Use it as a context manager. `path`: the file, which is created if it is missing, or None to
    keep decisions in memory only. Raises `LookalikeError` for a file that cannot be used.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._of: dict[File, Decision] = {}
        self._lock = threading.Lock()
        self._file: FileIO | None = None
        self._end = 0
        self._broken = False

    def __enter__(self) -> Self:
        if self.path is None:
            return self
        try:
            self._file = _opened(self.path)
            _lock(self._file, self.path)
            self._read(self._file.read(), self.path)
        except OSError as error:
            self._close()
            raise LookalikeError(f"{self.path} cannot be used: {words_of(error)}") from error
        except LookalikeError:
            self._close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._close()

    def get(self, file: File) -> Decision | None:
        """What was decided about a file, or None."""
        return self._of.get(file)

    def paths(self) -> set[str]:
        """The paths of all files that something was decided about."""
        return {file.path for file in self._of}

    def change(self, step: Step, telling: Telling | None = None) -> Step:
        """Save some decisions, and return what undoes that.

        `telling`: what they tell apart, which only a catalogue keeps. When this returns, they are
        on the disk. Raises `LookalikeError` if they cannot be written. Then nothing has changed.
        """
        with self._lock:
            before = {file: self._of.get(file) for file in step}
            self._append(step, telling)
            self._apply(step)
        return before

    def _apply(self, step: Step) -> None:
        for file, decision in step.items():
            if decision is None:
                self._of.pop(file, None)
            else:
                self._of[file] = decision

    def _append(self, step: Step, telling: Telling | None) -> None:  # noqa: ARG002
        if self._file is None:
            return
        if self._broken:
            raise LookalikeError(f"{self.path} cannot be written any more: start the review again")
        line = (json.dumps({"step": _plain(step)}) + "\n").encode()
        try:
            _write(self._file, line)
        except OSError as error:
            self._cut_off()
            raise LookalikeError(f"{self.path} cannot be written: {words_of(error)}") from error
        self._end += len(line)

    def _cut_off(self) -> None:
        """Remove what was written of a line. Otherwise, the next line would continue it."""
        assert self._file is not None
        try:
            self._file.truncate(self._end)
            self._file.seek(self._end)
        except OSError:  # nothing can be trusted any more, so every later step is refused
            self._broken = True

    def _read(self, data: bytes, path: Path) -> None:
        """Read all complete lines. A last line that was cut off is removed."""
        assert self._file is not None
        header = (json.dumps({"decisions": FORMAT}) + "\n").encode()
        if header.startswith(data):  # a new file, or one whose first line was cut off
            _write(self._file, header[len(data) :])
            self._end = len(header)
            return
        whole = data[: data.rfind(b"\n") + 1]
        if not whole:
            raise LookalikeError(f"{path}, line 1: not a decision of lookalike: it has no end")
        for number, line in enumerate(whole.splitlines(), start=1):
            try:
                self._apply_line(json.loads(line), number)
            except (ValueError, TypeError, KeyError, AttributeError) as error:
                raise LookalikeError(
                    f"{path}, line {number}: not a decision of lookalike: {error}"
                ) from error
        self._end = len(whole)
        self._file.truncate(self._end)
        self._file.seek(self._end)

    def _apply_line(self, line: dict[str, Any], number: int) -> None:
        if number == 1:
            if line["decisions"] != FORMAT:
                raise ValueError(f"format {line['decisions']!r} instead of {FORMAT}")
            return
        self._apply(_step(line["step"]))

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()  # this unlocks it, too
            self._file = None


def _plain(step: Step) -> list[list[str | None]]:
    return [
        [*file, *((str(decision.choice), decision.seen) if decision else (None, None))]
        for file, decision in step.items()
    ]


def _step(plain: Iterable[tuple[str, str, str | None, str]]) -> Step:
    return {
        File(path, digest): None if choice is None else Decision(Choice(choice), seen)
        for path, digest, choice, seen in plain
    }


def locked(path: Path) -> FileIO:
    """A file that is locked until it is closed. Raises `LookalikeError` and `OSError`."""
    file = _opened(path)
    try:
        _lock(file, path)
    except LookalikeError:
        file.close()
        raise
    return file


def _opened(path: Path) -> FileIO:
    """The file, readable by its owner only, because it names files.

    It has no buffer. A buffer would keep a line that could not be written, and try again.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)
    return FileIO(os.open(path, flags, 0o600), "r+")


def _write(file: FileIO, data: bytes) -> None:
    """Write all of it to the disk. Raises `OSError`."""
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]
    os.fsync(file.fileno())


def _lock(file: FileIO, path: Path) -> None:
    """Lock the file until it is closed. Raises `LookalikeError` if another process has it."""
    try:
        import fcntl
    except ImportError:  # Windows
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise LookalikeError(
            f"{path} is used by another review: end that, or name another file with --decisions"
        ) from error
