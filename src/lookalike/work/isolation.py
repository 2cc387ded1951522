"""`Isolation`: the limits of the processes in which images are read."""

from __future__ import annotations

from dataclasses import dataclass

from lookalike.checks import whole_number
from lookalike.work import defaults

LONGEST_TIMEOUT = 365 * 24 * 60 * 60
"""In seconds. The clocks of some systems overflow after three years."""
MOST_MEMORY = 1 << 62
"""In bytes. Systems count up to twice that."""


@dataclass(frozen=True, slots=True)
class Isolation:
    """The limits of each worker process."""

    timeout: float = defaults.TIMEOUT
    """In seconds per item."""
    memory: int = defaults.MEMORY
    """In bytes, in addition to what a process uses at its start. It works only on Linux."""

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
    """The limits that a caller wants, or None for threads. Raises `TypeError` and `ValueError`."""
    if not isolate:
        for name, value in (("timeout", timeout), ("memory", memory)):
            if value is not None:
                raise ValueError(
                    f"{name} requires isolate, because a thread cannot be stopped or limited"
                )
        return None
    return Isolation(
        defaults.TIMEOUT if timeout is None else timeout,
        defaults.MEMORY if memory is None else memory,
    )
