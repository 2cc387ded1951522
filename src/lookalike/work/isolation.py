"""`Isolation`: what processes that images are read in are held to."""

from __future__ import annotations

from dataclasses import dataclass

from lookalike import defaults
from lookalike.checks import whole_number

LONGEST_TIMEOUT = 365 * 24 * 60 * 60
"""In seconds; the clocks of some systems count no farther than three years."""
MOST_MEMORY = 1 << 62
"""In bytes; systems count no farther than twice that."""


@dataclass(frozen=True, slots=True)
class Isolation:
    """What each worker process is held to."""

    timeout: float = defaults.TIMEOUT
    """In seconds, for one item."""
    memory: int = defaults.MEMORY
    """In bytes, beyond what a process has when it begins; held to on Linux only."""

    def __post_init__(self) -> None:
        if isinstance(self.timeout, bool) or not isinstance(self.timeout, int | float):
            raise TypeError(f"timeout must be a number of seconds, not {self.timeout!r}")
        if not 0 < self.timeout <= LONGEST_TIMEOUT:
            longest = f"at most {LONGEST_TIMEOUT:,}, a year"
            raise ValueError(
                f"timeout must be more than 0 seconds and {longest}, not {self.timeout}"
            )
        whole_number(self.memory, "memory", least=1, most=MOST_MEMORY, of="bytes")


def isolation_for(
    isolate: bool, timeout: float | None = None, memory: int | None = None
) -> Isolation | None:
    """What a caller wants, None for threads. Raises `TypeError` and `ValueError`."""
    if not isolate:
        for name, value in (("timeout", timeout), ("memory", memory)):
            if value is not None:
                raise ValueError(f"{name} needs isolate: threads can be held to no limit")
        return None
    return Isolation(
        defaults.TIMEOUT if timeout is None else timeout,
        defaults.MEMORY if memory is None else memory,
    )
