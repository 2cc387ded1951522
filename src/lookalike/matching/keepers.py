"""Which image of a group to keep, and why. Every command uses the same rules in one order."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from blake3 import blake3

from lookalike.errors import ImageError
from lookalike.hashing.content import Content, Depth
from lookalike.images import FileSource, lost_at_end
from lookalike.images.picture import DIGEST_BYTES
from lookalike.matching.sequences import sizes_of, starts_of
from lookalike.work.threads import threaded_map, worker_count

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.hashing.table import HashTable
    from lookalike.matching.rereading import Rereading
    from lookalike.work.progress import Progress


class Candidates(NamedTuple):
    """Images that may be kept."""

    table: HashTable
    at: NDArray[np.intp]
    """Their positions in the table."""
    unseen: Collection[int]
    """The positions of images that have not been read to their end."""
    references: NDArray[np.bool_] | None = None
    """`(images,)`: which images of the table are references. None if there are none."""

    def are_references(self) -> NDArray[np.bool_]:
        """Whether each image is a reference."""
        return (
            np.zeros(len(self.at), np.bool_)
            if self.references is None
            else self.references[self.at]
        )

    def sizes(self) -> NDArray[np.int64]:
        """`(n, 3)`: bytes, width and height."""
        return self.table.sizes[self.at]

    def frames(self) -> NDArray[np.int64]:
        """How many frames each image has."""
        return np.fromiter(map(self.table.frames, self.at.tolist()), np.int64, len(self.at))

    def paths(self) -> NDArray[np.object_]:
        """The path of each image."""
        return np.array([self.table.paths[at] for at in self.at.tolist()], object)

    def lengths(self) -> NDArray[np.int64]:
        """How many characters each path has."""
        return np.fromiter(map(len, self.paths()), np.int64, len(self.at))

    def are_in(self, positions: Collection[int]) -> NDArray[np.bool_]:
        """Whether each image is at one of the positions."""
        return np.isin(self.at, np.fromiter(positions, np.intp, len(positions)))


class KeeperRule(NamedTuple):
    """One way in which an image can be better than another."""

    reason: str
    """In plain words."""
    values: Callable[[Candidates], NDArray[np.generic]]
    """The values it compares."""
    least: bool = False
    """Whether the smallest value is best, instead of the largest."""


REFERENCE = "reference"
RULES = (
    KeeperRule(REFERENCE, Candidates.are_references),
    KeeperRule("undamaged", lambda those: ~those.are_in(those.table.damages)),
    KeeperRule("read to its end", lambda those: ~those.are_in(those.unseen)),
    KeeperRule("raw file", lambda those: np.array([*map(those.table.is_raw, those.at)], bool)),
    KeeperRule("more than one frame", lambda those: those.frames() > 1),
    KeeperRule("most pixels", lambda those: those.sizes()[:, 1:].prod(axis=1)),
    KeeperRule("most frames", lambda those: those.frames()),
    KeeperRule("most bytes", lambda those: those.sizes()[:, 0]),
    KeeperRule("shortest path", lambda those: those.lengths(), least=True),
    KeeperRule("first by name", lambda those: those.paths(), least=True),
)
"""Each rule decides only between images that tie by all previous rules."""

REASONS = tuple(rule.reason for rule in RULES)


class Ranking(NamedTuple):
    """The members of some sets, the best of each first."""

    order: NDArray[np.intp]
    """Numbers of members, by set, best first."""
    reason: NDArray[np.uint8]
    """For each set, the number of the rule that ranks the first above the second."""
    values: list[tuple[object, object]]
    """For each set, the values that this rule compared: of the first and of the second."""


def rank(
    table: HashTable,
    members: NDArray[np.intp],
    starts: NDArray[np.intp],
    unseen: Collection[int] | None = None,
    references: NDArray[np.bool_] | None = None,
) -> Ranking:
    """Order the members of sets of two or more. `starts` is where each set begins in `members`.

    `unseen` and `references`: as in `Candidates`. Without `unseen`, it is that of the table.
    """
    unread = table.ends_unseen if unseen is None else unseen
    those = Candidates(table, members, unread, references)
    columns = [rule.values(those) for rule in RULES]
    ranks = [_ranks(column, rule.least) for column, rule in zip(columns, RULES, strict=True)]
    numbers = np.repeat(np.arange(len(starts)), sizes_of(members, starts))
    order = np.lexsort([*reversed(ranks), numbers])
    first, second = order[starts], order[starts + 1]
    differ = np.stack([one[first] != one[second] for one in ranks])
    differ[-1] = True  # two with the same name keep the order of the inputs
    reason = differ.argmax(axis=0).astype(np.uint8)
    values = np.empty((len(starts), 2), object)
    for rule, column in enumerate(columns):
        decided = reason == rule
        values[decided, 0] = column[first[decided]].tolist()
        values[decided, 1] = column[second[decided]].tolist()
    return Ranking(order, reason, [(one, other) for one, other in values.tolist()])


def _ranks(column: NDArray[np.generic], least: bool) -> NDArray[np.int64]:
    """Numbers of which the smallest is the best."""
    if column.dtype == object:
        column = np.unique(column, return_inverse=True)[1]
    numbers = column.astype(np.int64)
    return numbers if least else -numbers


def see_ends(
    again: Rereading,
    sets: Sequence[NDArray[np.intp]],
    max_bytes: int,
    workers: int | None,
    progress: Progress,
    references: NDArray[np.bool_] | None = None,
) -> dict[int, str]:
    """Check the files that would be kept although only their first scan was read.

    A file that turns out to be truncated counts as damaged. Then the next best file of its group is
    checked. A URL or another source is not read again, so its end stays unseen. Returns what each
    checked file lacks, by position. The text is empty if the file is complete.
    """
    table = again.table
    unseen = np.zeros(len(table), np.bool_)
    unseen[list(table.ends_unseen)] = True
    concerned = [members for members in sets if unseen[members].any()]
    if not concerned:
        return {}
    members = np.concatenate(concerned)
    starts = starts_of(concerned)
    unread = table.ends_unseen - table.beginnings
    order = rank(table, members, starts, unread, references).order
    candidates = np.split(members[order], starts[1:])
    found: dict[int, str] = {}
    walk = partial(_ends_of, again, max_bytes=max_bytes)
    walks = threaded_map(walk, candidates, worker_count(workers))
    for done, ends in enumerate(walks, start=1):
        found |= ends
        progress("checking", done, len(concerned))
    return found


def _ends_of(again: Rereading, best_first: NDArray[np.intp], max_bytes: int) -> dict[int, str]:
    """What is missing at the ends of the members of one group, up to the first complete one."""
    table = again.table
    found: dict[int, str] = {}
    for at in best_first.tolist():
        if at not in table.ends_unseen or at not in table.beginnings:
            break
        lost = _lost(again, at, max_bytes)
        if lost is None:
            continue
        found[at] = lost
        if not lost and at not in table.damages:
            break
    return found


def _lost(again: Rereading, at: int, max_bytes: int) -> str | None:
    """What is missing at the end of a file, or None if that cannot be determined."""
    table, memory = again.table, again.memory
    if known := memory.recall(np.array([at]), Depth.END).get(at):
        return known.lost
    if not memory.opens_files:
        return None
    try:
        contents = FileSource(table.paths[at]).contents(None, max_bytes)
    except (ImageError, MemoryError):  # it is gone or too large to read whole
        return None
    if contents.size != table.size(at)[0]:  # it has changed since
        return None
    lost = lost_at_end(contents.data)
    digest = blake3(contents.data).digest(DIGEST_BYTES)
    memory.keep({at: Content(contents.size, digest, lost=lost)}, Depth.END)
    return lost
