"""What decisions on a group tell apart, for searches to come."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

from lookalike.hashing.apart import ApartSet
from lookalike.review.decisions import Choice, File

if TYPE_CHECKING:
    from lookalike.hashing.apart import ApartContent
    from lookalike.images import ImageSource

Sets = frozenset[frozenset[File]]


class Telling(NamedTuple):
    """Sets of files of which no two are duplicates."""

    told: Sets = frozenset()
    """Those that are new."""
    untold: Sets = frozenset()
    """Those that no longer hold."""

    @classmethod
    def between(cls, before: Sets, after: Sets) -> Telling:
        """What changed."""
        return cls(after - before, before - after)


def sets_of(chosen: Iterable[tuple[File, Choice | None]]) -> Sets:
    """What the choices for the files of a group tell apart.

    A file that is told apart is no duplicate of any other one. Files with equal bytes are one.
    """
    of: dict[str, tuple[File, Choice | None]] = {}
    for file, choice in chosen:
        of.setdefault(file.digest, (file, choice))
    apart = [file for file, choice in of.values() if choice is Choice.APART]
    others = [file for file, choice in of.values() if choice is not Choice.APART]
    if not apart or len(of) < 2:
        return frozenset()
    if len(others) < 2:
        return frozenset([frozenset([*apart, *others])])
    return frozenset(frozenset([*apart, other]) for other in others)


def read_sets(
    sets: Sets, note: str, made_at: int, read: Callable[[ImageSource], ApartContent]
) -> list[ApartSet]:
    """The contents of sets, each read once. Raises `ImageError` if one cannot be read."""
    files = sorted({file for one in sets for file in one})
    if not files:
        return []
    whole = ApartSet.of([file.path for file in files], note, made_at, read=read)
    content = dict(zip(files, whole.contents, strict=True))
    return [
        ApartSet(tuple(content[file] for file in sorted(one)), note, made_at)
        for one in sorted(sets, key=sorted)
    ]
