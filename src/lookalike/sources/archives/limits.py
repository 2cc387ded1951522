"""How much may be unpacked from one archive, and how much has been so far."""

from __future__ import annotations

from dataclasses import dataclass

from lookalike.checks import whole_number
from lookalike.errors import ImageError, Status
from lookalike.work import defaults

ABSURD_RATIO = 1000
"""The highest accepted ratio of unpacked to packed size. The maximum of deflate is 1032."""
ABSURD_BYTES = 64_000_000
"""Below this size, any ratio is accepted. A blank scan packs well and is harmless."""


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """Limits for one archive or Parquet file. Whatever exceeds them fails as `too_large`."""

    member_bytes: int = defaults.MEMBER_BYTES
    """The largest unpacked size of one member."""
    unpacked_bytes: int = defaults.UNPACKED_BYTES
    """How many bytes more than the archive itself all its members may unpack to."""
    members: int = defaults.MEMBERS
    """The largest number of members."""

    def __post_init__(self) -> None:
        for name in ("member_bytes", "unpacked_bytes", "members"):
            whole_number(getattr(self, name), name, least=1)


class Tally:
    """Counts what has been unpacked from one archive, and checks it against the limits."""

    def __init__(self, limits: ArchiveLimits, archive_bytes: int) -> None:
        self._limits = limits
        self._most = archive_bytes + limits.unpacked_bytes
        self._members = 0
        self._bytes = 0

    def count_member(self) -> None:
        """Count a member. Raises `ImageError` if there are too many."""
        self._members += 1
        if self._members > self._limits.members:
            raise ImageError(
                Status.TOO_LARGE, f"it has more than {self._limits.members:,} members, the limit"
            )

    def count_bytes(self, count: int) -> None:
        """Count unpacked bytes. Raises `ImageError` if there are too many."""
        self._bytes += count
        if self._bytes > self._most:
            raise ImageError(
                Status.TOO_LARGE,
                f"it unpacks to more than {self._most:,} bytes; the limit is "
                f"{self._limits.unpacked_bytes:,} beyond its own size",
            )

    def objection(self, size: int, packed: int) -> ImageError | None:
        """The error if a member of `size` bytes, packed into `packed` bytes, exceeds a limit."""
        if size > self._limits.member_bytes:
            reason = f"it has {size:,} bytes; the limit is {self._limits.member_bytes:,}"
            return ImageError(Status.TOO_LARGE, reason)
        return absurdity(size, packed)


def absurdity(size: int, packed: int, floor: int = ABSURD_BYTES) -> ImageError | None:
    """The error if data of more than `floor` bytes unpacks to far more than any picture would."""
    if size <= max(floor, packed * ABSURD_RATIO):
        return None
    reason = f"it unpacks from {packed:,} bytes to {size:,}, which no picture does"
    return ImageError(Status.TOO_LARGE, reason)
