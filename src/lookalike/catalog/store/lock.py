"""The lock that makes one process at a time the writer of a catalogue."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lookalike.errors import CatalogError

try:
    import fcntl
except ImportError:  # only Windows has no such module
    fcntl = None  # type: ignore[assignment]

PATIENCE = 30.0
"""How many seconds to wait for other writers. They let others in after each batch."""
PAUSE = 0.01


class WriterLock:
    """A lock on a file. It ends with the process, however that ends."""

    def __init__(self, path: Path) -> None:
        """Raises `OSError` if the file cannot be made. Raises `CatalogError` without `flock`."""
        if fcntl is None:
            raise CatalogError("this system has no flock, which a catalogue needs", str(path))
        self._path = path
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock. Raises `CatalogError` if others hold it for too long."""
        until = time.monotonic() + PATIENCE
        while not self._taken():
            if time.monotonic() > until:
                reason = f"it is locked: another process has been writing for {PATIENCE:g} seconds"
                raise CatalogError(reason, str(self._path.parent))
            time.sleep(PAUSE)
        try:
            yield
        finally:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)

    def _taken(self) -> bool:
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
