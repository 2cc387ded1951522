"""How much may come out of one archive, and what has come out so far."""

from __future__ import annotations

from dataclasses import dataclass

from lookalike import defaults
from lookalike.checks import whole_number
from lookalike.errors import ImageError, Status

ABSURD_RATIO = 1000
"""How many times its packed size something may unpack to; deflate itself ends at 1032."""
ABSURD_BYTES = 64_000_000
"""Below this, any ratio will do: an empty scan is small, and no danger."""


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """The most that is taken out of one archive or Parquet file; what exceeds it is `too_large`."""

    member_bytes: int = defaults.MEMBER_BYTES
    """Of one member, unpacked."""
    unpacked_bytes: int = defaults.UNPACKED_BYTES
    """By how much all members together, unpacked, may exceed the archive itself."""
    members: int = defaults.MEMBERS
    """How many members are listed."""

    def __post_init__(self) -> None:
        for name in ("member_bytes", "unpacked_bytes", "members"):
            whole_number(getattr(self, name), name, least=1)


class Tally:
    """What has come out of one archive, held against the limits."""

    def __init__(self, limits: ArchiveLimits, archive_bytes: int) -> None:
        self._limits = limits
        self._most = archive_bytes + limits.unpacked_bytes
        self._members = 0
        self._bytes = 0

    def count_member(self) -> None:
        """Raise `ImageError` where this member is one too many."""
        self._members += 1
        if self._members > self._limits.members:
            raise ImageError(
                Status.TOO_LARGE, f"it has more than {self._limits.members:,} members, the limit"
            )

    def count_bytes(self, count: int) -> None:
        """Raise `ImageError` where these bytes, unpacked, are too many."""
        self._bytes += count
        if self._bytes > self._most:
            raise ImageError(
                Status.TOO_LARGE,
                f"it unpacks to more than {self._most:,} bytes; the limit is "
                f"{self._limits.unpacked_bytes:,} beyond its own size",
            )

    def objection(self, size: int, packed: int) -> ImageError | None:
        """Why a member of `size` bytes, `packed` into so many, is not unpacked, if so."""
        if size > self._limits.member_bytes:
            reason = f"it has {size:,} bytes; the limit is {self._limits.member_bytes:,}"
            return ImageError(Status.TOO_LARGE, reason)
        return absurdity(size, packed)


def absurdity(size: int, packed: int, floor: int = ABSURD_BYTES) -> ImageError | None:
    """The error of what unpacks to far more than any picture would, if so, above `floor` bytes."""
    if size <= max(floor, packed * ABSURD_RATIO):
        return None
    reason = f"it unpacks from {packed:,} bytes to {size:,}, which no picture does"
    return ImageError(Status.TOO_LARGE, reason)
