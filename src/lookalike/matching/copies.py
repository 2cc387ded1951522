"""Which members of groups have the same bytes, and which the same pixels.

Files are read again only if the scan left the question open. It does so in two cases: files begin
alike and only their beginnings were read, or hashes and sizes are equal but bytes are not.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from lookalike._native import kernel
from lookalike.hashes import words_of
from lookalike.hashing.content import Content, Depth
from lookalike.images import MOMENTS, Mark
from lookalike.matching.links import Evidence

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.hashes import HashArray
    from lookalike.matching.rereading import Rereading
    from lookalike.work.progress import Progress


class Copies(NamedTuple):
    """For each member, the number of the first member that it equals, which may be itself."""

    bytes: NDArray[np.intp]
    pixels: NDArray[np.intp]

    def evidence(self, one: NDArray[np.intp], other: NDArray[np.intp]) -> NDArray[np.uint8]:
        """The strongest evidence for the link between each pair of members, given their numbers."""
        found = np.full(len(one), Evidence.NEAR, np.uint8)
        found[self.pixels[one] == self.pixels[other]] = Evidence.PIXELS
        found[self.bytes[one] == self.bytes[other]] = Evidence.BYTES
        return found

    def among(self, members: NDArray[np.intp] | slice) -> Copies:
        """The copies among some of the members."""
        return Copies(*(first_equal(column[members]) for column in self))


def find_copies(
    again: Rereading,
    hashes: HashArray,
    members: NDArray[np.intp],
    groups: NDArray[np.intp],
    progress: Progress,
) -> Copies:
    """Compare the members within each group. `groups`: the group of each member."""
    reading = _Reading(again, members, progress)
    same_bytes = first_equal(groups, words_of(again.table.digests[members]))
    _check_assumed(same_bytes, reading)
    _tell_ends_apart(same_bytes, reading)
    same_bytes = first_equal(same_bytes)
    return Copies(same_bytes, _same_pixels(same_bytes, groups, hashes, reading))


class _Reading:
    """Reads the contents of members again."""

    def __init__(self, again: Rereading, members: NDArray[np.intp], progress: Progress) -> None:
        self.table = again.table
        self.members = members
        self.memory = again.memory
        self._again = again
        self._progress = progress
        self._done = 0

    def members_in(self, positions: Collection[int]) -> NDArray[np.bool_]:
        """Whether each member is at one of the positions."""
        return np.isin(self.members, np.fromiter(positions, np.intp, len(positions)))

    def contents(self, numbers: NDArray[np.intp], depth: Depth) -> dict[int, Content]:
        """Contents by number of member, if it could be read and is unchanged since the scan."""
        number_of = dict(zip(self.members[numbers].tolist(), numbers.tolist(), strict=True))
        total = self._done + len({self.table.location(at) for at in number_of})
        found: dict[int, Content] = {}
        for contents in self._again.contents(self.members[numbers], depth):
            found |= {number_of[at]: content for at, content in contents.items()}
            self._done += max(len(contents), 1)
            self._progress("comparing", self._done, total)
        if self._done < total:  # the rest cannot be read again
            self._done = total
            self._progress("comparing", total, total)
        return found


def _check_assumed(same: NDArray[np.intp], reading: _Reading) -> None:
    """Separate the files whose bytes were taken over on trust, and turn out to be others.

    Only those are read that seem to be a copy of another.
    """
    memory = reading.memory
    several = np.bincount(same, minlength=len(same)) > 1
    doubtful = np.flatnonzero(several[same])
    doubtful = doubtful[memory.assumed(reading.members[doubtful])]
    if not len(doubtful):
        return
    contents = reading.contents(doubtful, Depth.BYTES)
    wrong = doubtful[[number not in contents for number in doubtful.tolist()]]
    memory.refute(reading.members[wrong])
    alone = set(wrong.tolist())
    firsts: dict[int, int] = {}
    for number, first in enumerate(same.tolist()):
        same[number] = number if number in alone else firsts.setdefault(first, number)


def _tell_ends_apart(same: NDArray[np.intp], reading: _Reading) -> None:
    """Separate the files that only begin alike.

    Some inputs cannot be read again, such as URLs. They are taken as equal to the content with the
    same beginning and length, if there is only one.
    """
    begun = reading.members_in(reading.table.beginnings)
    several = np.bincount(same[begun], minlength=len(same)) > 1
    doubtful = np.flatnonzero(begun & several[same])
    contents = reading.contents(doubtful, Depth.BYTES)
    firsts: dict[tuple[int, bytes], int] = {}
    kinds: dict[int, set[int]] = {}
    others = np.flatnonzero(~begun & np.isin(same, same[doubtful]))
    before = same.copy()
    for number in doubtful.tolist():
        content = contents.get(number)
        if content is None:
            same[number] = number
        else:
            same[number] = firsts.setdefault((int(before[number]), content.digest), number)
        kinds.setdefault(int(before[number]), set()).add(int(same[number]))
    first_others: dict[int, int] = {}
    for number in others.tolist():
        begins_like = int(before[number])
        one = kinds[begins_like]
        alone = first_others.setdefault(begins_like, number)
        same[number] = next(iter(one)) if len(one) == 1 else alone


def _same_pixels(
    same_bytes: NDArray[np.intp],
    groups: NDArray[np.intp],
    hashes: HashArray,
    reading: _Reading,
) -> NDArray[np.intp]:
    """Decode and compare members that may have equal pixels, one per distinct content.

    Flat or degenerate stills are in one group because their pixels are equal.
    """
    table, members = reading.table, reading.members
    frames = np.array(table.take("frames", members), np.int64)
    may = (same_bytes == np.arange(len(members))) & (frames <= MOMENTS)
    previews = [at for at, marks in table.marks.items() if Mark.PREVIEW in marks]
    may &= ~reading.members_in(table.damages) & ~reading.members_in(previews)
    flat = may & (frames == 1) & reading.members_in(table.flat_digests)
    alike = first_equal(
        groups, flat, frames, table.sizes[members, 1:], words_of(hashes.data[members])
    )
    several = np.bincount(alike[may], minlength=len(members)) > 1
    wanted = may & ~flat & several[alike]
    pixels = dict.fromkeys(np.flatnonzero(flat).tolist(), b"flat")
    for number in np.flatnonzero(wanted).tolist():
        if not table.formats[members[number]]:  # pixels without a file have a digest already
            pixels[number] = table.digests[members[number]].tobytes()
            wanted[number] = False
    contents = reading.contents(np.flatnonzero(wanted), Depth.PIXELS)
    pixels |= {number: one.pixels for number, one in contents.items() if one.pixels}
    firsts: dict[tuple[int, bytes], int] = {}
    same = same_bytes.copy()
    for number in sorted(pixels):
        group = int(groups[number] if flat[number] else alike[number])
        same[number] = firsts.setdefault((group, pixels[number]), number)
    return first_equal(same[same_bytes])


def first_equal(*columns: NDArray[np.generic]) -> NDArray[np.intp]:
    """For each row, the number of the first row that equals it in all columns."""
    rows = [column[:, None] if column.ndim == 1 else column for column in columns]
    words = np.concatenate([row.astype(np.uint64) for row in rows], axis=1)
    class_of, first = kernel.distinct(words)
    return first[class_of].astype(np.intp)
