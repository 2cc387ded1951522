"""`Patience`: the network limits for every image. `Allowance`: what is left for one image."""

from __future__ import annotations

import time
from dataclasses import dataclass

from lookalike.errors import ImageError, Status

OVERHEAD = 1 << 20
"""Bytes on the wire besides the image: headers, redirects, and the marks between chunks."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, how often to try, and how much to download."""

    seconds: float = 10.0
    """The time to resolve a name, to connect, or to wait for the next bytes."""
    seconds_in_all: float = 120.0
    """The time for one image, with all its attempts, redirects and pauses."""
    retries: int = 3
    """After 429, 5xx and broken connections."""
    first_pause: float = 0.5
    """In seconds, before the first retry. Each further pause is twice as long."""
    longest_pause: float = 15.0
    """In seconds, whatever the server asks for."""
    redirects: int = 5
    max_bytes: int = 256_000_000
    """Per image. All its attempts together may take this plus `OVERHEAD` on the wire."""


class Allowance:
    """The time and bytes that are left for one image. Nothing a server does increases them."""

    def __init__(self, seconds: float, max_bytes: int) -> None:
        self._seconds = seconds
        self._until = time.monotonic() + seconds
        self._most = max_bytes + OVERHEAD
        self._taken = 0

    @property
    def seconds_left(self) -> float:
        """Negative when the time is up."""
        return self._until - time.monotonic()

    def wait(self, longest: float | None) -> float:
        """How long to wait for the next bytes, at most `longest`.

        Raises `ImageError` if the time is up.
        """
        left = self.seconds_left
        if left <= 0:
            reason = f"it was not there in full after {self._seconds:g} seconds"
            raise ImageError(Status.TIMED_OUT, reason)
        return left if longest is None else min(left, longest)

    def count(self, size: int) -> None:
        """Count bytes that were received. Raises `ImageError` if they are too many."""
        self._taken += size
        if self._taken > self._most:
            reason = f"the server has sent more than {self._most:,} bytes, the limit for one image"
            raise ImageError(Status.TOO_LARGE, reason)
