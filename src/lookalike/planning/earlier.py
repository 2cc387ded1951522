"""What stays for files that went in earlier runs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Went(NamedTuple):
    """A picture that went in an earlier run, and was not taken back."""

    digest: str
    """Of the file that went, in hex."""
    keeper: str
    """The digest of the file that stayed for it."""
    same_pixels: bool
    """Whether their pixels were equal, or their bytes."""


def kept_before(earlier: Iterable[Went]) -> frozenset[str]:
    """The digests of files that stay for others with different pixels, as `plan` takes them.

    `earlier` is in the order in which the files went. If a file that stayed for others goes itself,
    the one with the same pixels stays for them from then on.
    """
    standing: set[str] = set()
    for one in earlier:
        if not one.same_pixels or one.digest in standing:
            standing.add(one.keeper)
    return frozenset(standing)
