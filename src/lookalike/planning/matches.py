"""`Matches`: whether two members of a group match each other directly, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lookalike.errors import ImageError
from lookalike.hashing.frames.moments import moments_of
from lookalike.matching.comparison import compare
from lookalike.matching.links import Evidence, Links
from lookalike.matching.sequences import agreement
from lookalike.planning.plan import EXACT, Match
from lookalike.report.rows import REASONS_TO_MATCH

if TYPE_CHECKING:
    from lookalike.planning.members import Members
    from lookalike.report.result import Result

PIXELS = Match("pixels")
DIGITS = 4
"""An agreement has this many digits, as in JSON."""


class Matches:
    """Direct matches between members, from a result and, where it does not say, from the files."""

    def __init__(self, result: Result, members: Members, *, bytes_only: bool) -> None:
        columns = result.columns
        self._columns, self._rule, self._members = columns, result.rule, members
        self._bytes_only = bytes_only
        self._table = result.table
        self._bytes = columns.copies.bytes.tolist()
        self._pixels = columns.copies.pixels.tolist()
        self.group: list[int] = columns.group.tolist()
        """The number of each member's group."""
        self._keeper = columns.starts.tolist()
        self._evidence = columns.evidence.tolist()
        self._distance = columns.distance.tolist()
        self._looks = [column.tolist() for column in columns.looks] if columns.looks else None
        self._links_of: tuple[int, dict[tuple[int, int], int], Links | None] = (-1, {}, None)
        self._looked: dict[tuple[int, int], Match | None] = {}

    def between(self, goes: int, stays: int) -> Match | None:
        """Why one member matches another, as far as the search knows. None if it does not."""
        if self._bytes[goes] == self._bytes[stays] or self._equal_digests(goes, stays):
            return EXACT
        if self._bytes_only or self.group[goes] != self.group[stays]:
            return None
        if self._pixels[goes] == self._pixels[stays]:
            return PIXELS
        keeper = self._keeper[self.group[goes]]
        if stays == keeper:
            return self._from_keeper(goes)
        if goes == keeper:
            return _reversed(self._from_keeper(stays))
        if self._columns.links is not None:
            return self._linked(goes, stays)
        return None if self._rule.verify else self._near(goes, stays)

    def is_open(self, goes: int, stays: int) -> bool:
        """Whether the search cannot say if two members match."""
        group = self.group[goes]
        if self._bytes_only or group != self.group[stays]:
            return False
        asked = self._keeper[group] in (goes, stays)
        return self._rule.verify and not self._rule.thorough and not asked

    def look(self, goes: int, stays: int) -> Match | None:
        """Compare two files that the search has not compared."""
        if (goes, stays) not in self._looked:
            self._looked[goes, stays] = self._compared(goes, stays)
        return self._looked[goes, stays]

    def overlap(self, goes: int, stays: int) -> float | None:
        """The smaller share of either picture that both show. None if that is unknown."""
        row, links = self._row(goes, stays)
        return None if row is None or links is None else float(links.overlap[row].min())

    def _equal_digests(self, one: int, other: int) -> bool:
        """A result read from JSON knows only which members equal their keeper."""
        if self._columns.known_widths is None:
            return False
        ours, theirs = (self._members.at[number] for number in (one, other))
        begun = self._table.beginnings
        digests = self._table.values("digest")
        return ours not in begun and theirs not in begun and digests[ours] == digests[theirs]

    def _from_keeper(self, member: int) -> Match | None:
        """Why a member matches the keeper of its group in the search."""
        distance, evidence = self._distance[member], self._evidence[member]
        if self._looks is None:
            near = distance <= self._rule.max_distance
            return Match("bits", distance) if near else None
        agrees, turned, mirrored, differs, linked, *_ = (column[member] for column in self._looks)
        if not linked:
            return None
        word = REASONS_TO_MATCH[evidence]
        return Match(word, distance, round(agrees, DIGITS), turned, mirrored, differs)

    def _row(self, one: int, other: int) -> tuple[int | None, Links | None]:
        """The number of the link between two members among those of their group."""
        group = self.group[one]
        if self._columns.links is None:
            return None, None
        if self._links_of[0] != group:
            links = self._columns.links_of(group)
            pairs = zip(links.i.tolist(), links.j.tolist(), strict=True)
            self._links_of = group, {pair: row for row, pair in enumerate(pairs)}, links
        i, j = sorted(self._members.at[number] for number in (one, other))
        return self._links_of[1].get((i, j)), self._links_of[2]

    def _linked(self, goes: int, stays: int) -> Match | None:
        row, links = self._row(goes, stays)
        if row is None or links is None:
            return None
        found = Match(
            Evidence(int(links.evidence[row])).word,
            int(links.distance[row]),
            round(float(links.agreement[row]), DIGITS),
            int(links.turned[row]),
            bool(links.mirrored[row]),
            bool(links.colour_differs[row]),
        )
        # A link turns its second image.
        is_second = self._members.at[goes] == int(links.j[row])
        return found if is_second else _reversed(found)

    def _near(self, goes: int, stays: int) -> Match | None:
        """By the hashes alone. Flat images match by their pixels only."""
        table, algorithm = self._table, self._rule.algorithm
        one, other = (self._members.at[number] for number in (goes, stays))
        if one in table.flat_digests or other in table.flat_digests:
            return None
        if table.frames(one) == table.frames(other) == 1:
            distance = table.hashes[algorithm][one] - table.hashes[algorithm][other]
            return Match("bits", distance) if distance <= self._rule.max_distance else None
        found = agreement(
            moments_of(table, one, algorithm),
            moments_of(table, other, algorithm),
            self._rule.max_distance,
        )
        return Match("bits", found.distance) if found.matches else None

    def _compared(self, goes: int, stays: int) -> Match | None:
        rule, paths = self._rule, self._members.paths
        try:
            found = compare(
                paths[stays],
                paths[goes],
                algorithm=rule.algorithm,
                max_distance=rule.max_distance,
                verify=rule.verify,
                colour=rule.colour,
                min_agreement=rule.min_agreement,
            )
        except (ImageError, MemoryError):
            return None
        if not found.alike or found.evidence is None:
            return None
        if found.exact:
            return EXACT
        return Match(
            found.evidence,
            found.distance,
            None if found.agreement is None else round(found.agreement, DIGITS),
            found.turned,
            found.mirrored,
            found.colour_differs,
        )


def _reversed(match: Match | None) -> Match | None:
    """The same match, seen from the other image. A mirrored one is its own opposite."""
    if match is None or match.mirrored:
        return match
    return match._replace(turned=-match.turned % 360)
