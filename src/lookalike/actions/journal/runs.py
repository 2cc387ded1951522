"""The runs of this user: where their journals are, and the lock that lets one run at a time."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from lookalike.actions.disk.spot import make_folders
from lookalike.actions.journal.intent import JournalError
from lookalike.actions.journal.journal import ENDING, Record
from lookalike.errors import LookalikeError, words_of

if TYPE_CHECKING:
    from lookalike.actions.disk.fs import FileSystem


def require_linux() -> None:
    """Raise `LookalikeError` on systems on which changing files has not been tested."""
    if sys.platform != "linux":
        raise LookalikeError(
            "plans can be applied and undone on Linux only, so far. On this system lookalike can "
            "make plans and show them"
        )


def state_folder() -> Path:
    """Where journals and the lock are."""
    from platformdirs import user_state_path

    return Path(os.path.realpath(user_state_path("lookalike", appauthor=False)))


def journals() -> Path:
    """The folder of the journals."""
    return state_folder() / "journal"


def new_run(now: datetime) -> str:
    """A name for a run. Names sort by time, so it is later than that of any other run."""
    last = max(run_names(), default="")
    while (name := f"{now:%Y-%m-%dT%H%M%SZ}-{secrets.token_hex(2)}") <= last:
        now += timedelta(seconds=1)
    return name


@contextmanager
def locked(fs: FileSystem) -> Iterator[None]:
    """Keep all other runs of this user out. Raises `LookalikeError` if one is at work."""
    import fcntl

    folder = journals()
    try:
        make_folders(fs, str(folder), 0o700)
        lock = os.open(state_folder() / "lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise JournalError(f"the journal cannot be written: {words_of(error)}") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise LookalikeError(
            "another lookalike is applying or undoing a plan: wait until it has ended"
        ) from None
    else:
        yield
    finally:
        os.close(lock)


def run_names() -> list[str]:
    """All runs, oldest first."""
    try:
        names = os.listdir(journals())
    except FileNotFoundError:
        return []
    return sorted(name.removesuffix(ENDING) for name in names if name.endswith(ENDING))


def records() -> Iterator[Record]:
    """The journals of all runs, oldest first. Raises `JournalError`."""
    for name in run_names():
        yield Record.read(journals() / f"{name}{ENDING}")


def record_of(run: str | None) -> Record:
    """The journal of a run, or of the last one that applied a plan. Raises `LookalikeError`."""
    names = run_names()
    if run is None:
        for name in reversed(names):
            record = Record.read(journals() / f"{name}{ENDING}")
            if record.undoes is None and record.end != "empty":
                return record
        raise LookalikeError("no plan was applied yet")
    if run not in names:
        raise LookalikeError(f"there is no run {run!r}: lookalike history lists them")
    return Record.read(journals() / f"{run}{ENDING}")


def utc_now() -> datetime:
    return datetime.now(UTC)
