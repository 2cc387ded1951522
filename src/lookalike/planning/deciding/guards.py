"""`Guards`: why a file that matches one that stays is held back nevertheless."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from lookalike.algorithms import get_algorithm
from lookalike.images import MOMENTS, Mark
from lookalike.matching.chance import expected_chance_matches
from lookalike.planning.members import DAMAGED
from lookalike.text import plural, printable

if TYPE_CHECKING:
    from lookalike.images.metadata import Metadata
    from lookalike.planning.choices import Choices
    from lookalike.planning.matches import Matches
    from lookalike.planning.members import Members
    from lookalike.planning.plan import Match
    from lookalike.report.result import Result

LEAST_OVERLAP = 0.9
"""Of either picture, at least this share is seen in the other, or one of them is an edit."""
BURST_NS = 60 * 10**9
"""Pictures of one camera that were taken within this time are a burst."""
MOST_CHANCE = 1
"""Matches are held back if more than this many of them are expected by chance."""

_number = re.compile(r"([0-9]+)[^0-9]*$").search


class Guards:
    """Checks pairs of a member that would go and one that stays, both by their numbers."""

    def __init__(
        self,
        result: Result,
        members: Members,
        matches: Matches,
        choices: Choices,
        *,
        by_hand: bool = False,
    ) -> None:
        """`by_hand`: whether a person looked at the pictures. They know a match by chance."""
        self._by_hand = by_hand
        self._members, self._matches, self._choices = members, matches, choices
        self._table, self._blank = result.table, result.table.flat_digests
        self._is_sound = members.are_sound()
        self._is_plain = self._are_plain()
        bits = get_algorithm(result.algorithm).bits
        self.distance = choices.largest_distance(bits if by_hand else result.max_distance)
        """The largest distance of a match that is planned. A person may see more in a match."""
        count = result.image_count

        @cache
        def by_chance(distance: int) -> bool:
            return expected_chance_matches(count, bits, distance) * count / 2 > MOST_CHANCE

        self._by_chance: Callable[[int], bool] = by_chance

    def reason(self, goes: int, stays: int, match: Match) -> str:
        """Why the member has to stay. Empty if it may go."""
        if not self._is_sound[goes] or not self._is_sound[stays]:
            reason = self._about_files(goes, stays, match)
            if reason:
                return reason
        if self._members.same_file(goes, stays):
            return f"same file: another name of {self._name(stays, goes)}"
        if match.exact:
            return ""
        if not self._is_plain[goes] or not self._is_plain[stays]:
            return self._flat(goes, stays) or self._raw(goes, stays)
        reason = "" if match.same_pixels else self._about_pictures(goes, stays, match)
        return reason or self._about_metadata(goes, stays, match.same_pixels)

    def _are_plain(self) -> list[bool]:
        """Whether each is neither blank nor a raw file."""
        raw = self._members.is_raw
        if not self._blank:
            return [not is_raw for is_raw in raw]
        return [
            not (is_raw or at in self._blank)
            for is_raw, at in zip(raw, self._members.at, strict=True)
        ]

    def _about_files(self, goes: int, stays: int, match: Match) -> str:
        """Reasons that lie in one of the two files alone."""
        members = self._members
        if members.unfit[stays]:
            return f"what stays: {self._name(stays, goes)} is {members.unfit[stays]}"
        unfit = members.unfit[goes]
        if unfit and not (match.exact and unfit == DAMAGED):  # a copy of a damaged file may go
            return unfit
        if members.blocked[goes]:
            return members.blocked[goes]
        for number in (goes, stays):
            if not members.digest(number):
                return f"unreadable: {printable(members.paths[number])}"
        return ""

    def _about_pictures(self, goes: int, stays: int, match: Match) -> str:
        """Reasons that do not matter if all pixels are equal."""
        return (
            self._edited(goes, stays, match)
            or self._frames(goes, stays)
            or self._far(match)
            or self._earlier(goes)
        )

    def _about_metadata(self, goes: int, stays: int, same_pixels: bool) -> str:
        """Reasons that need what both files say of their pictures."""
        bursts = not same_pixels and self._choices.bursts != "take"
        hold = self._choices.metadata != "ignore"
        if not bursts and not hold:
            return ""
        ours, theirs = self._said(goes), self._said(stays)
        if ours is None or theirs is None:
            return "metadata: it cannot be read" if hold else ""
        reason = self._burst(goes, stays, ours, theirs) if bursts else ""
        return reason or (self._metadata(goes, stays, ours, theirs) if hold else "")

    def _name(self, number: int, beside: int) -> str:
        """The path of a member, or only its name if it is in the same folder as another one."""
        path, other = self._members.paths[number], self._members.paths[beside]
        folder, _, name = path.rpartition("/")
        return printable(name if folder == other.rpartition("/")[0] else path)

    def _flat(self, goes: int, stays: int) -> str:
        at = self._members.at
        blank = at[goes] in self._blank or at[stays] in self._blank
        return "blank: only equal bytes count" if blank else ""

    def _raw(self, goes: int, stays: int) -> str:
        """A match says nothing of raw data, and a developed picture is more than its raw file."""
        if self._members.is_raw[goes]:
            return "raw file: its raw data has no copy"
        if self._members.is_raw[stays]:
            return f"raw file: {self._name(stays, goes)} is one, and this is not"
        return ""

    def _edited(self, goes: int, stays: int, match: Match) -> str:
        """A picture that was cropped, turned, mirrored or coloured on purpose."""
        if self._choices.take_edited:
            return ""
        if match.turned or match.mirrored:
            how = "mirrored" if match.mirrored else f"turned by {match.turned} degrees"
            return f"edited: {how} against {self._name(stays, goes)}"
        if match.colour_differs:
            return f"edited: its colours differ from {self._name(stays, goes)}"
        if match.evidence != "points":
            return ""
        name = self._name(stays, goes)
        overlap = self._matches.overlap(goes, stays)
        if overlap is None:
            return f"edited: it may share only a part with {name}"
        return f"edited: it shares only a part with {name}" if overlap < LEAST_OVERLAP else ""

    def _frames(self, goes: int, stays: int) -> str:
        ours, theirs = self._members.frames[goes], self._members.frames[stays]
        if ours == theirs == 1:
            return ""
        if ours != theirs:
            return f"frames: it has {ours:,}, and {self._name(stays, goes)} has {theirs:,}"
        marks, at = self._table.marks, self._members.at
        first = any(Mark.FIRST_FRAMES in marks.get(at[one], Mark(0)) for one in (goes, stays))
        return f"frames: not all of its {ours:,} were compared" if first or ours > MOMENTS else ""

    def _far(self, match: Match) -> str:
        if match.distance > self.distance:
            bits = plural(match.distance, "bit")
            return f"distance: {bits} apart, and the plan takes at most {self.distance}"
        is_seen = self._by_hand or match.evidence != "bits"
        if not is_seen and self._by_chance(match.distance):
            return "chance: among so many images, some match like this by chance"
        return ""

    def _earlier(self, goes: int) -> str:
        if self._choices.kept_before and self._members.digest(goes) in self._choices.kept_before:
            return "earlier run: it stays for a file that went"
        return ""

    def _burst(self, goes: int, stays: int, ours: Metadata, theirs: Metadata) -> str:
        """Pictures of one camera, seconds apart, or of one second with other numbers."""
        if not ours.camera or ours.camera != theirs.camera:
            return ""
        if ours.taken_ns is None or theirs.taken_ns is None:
            return ""
        apart = abs(ours.taken_ns - theirs.taken_ns)
        if ours.has_fraction != theirs.has_fraction:  # one of them lost it
            apart = abs(ours.taken_ns // 10**9 - theirs.taken_ns // 10**9) * 10**9
        name = self._name(stays, goes)
        if 0 < apart <= BURST_NS:
            return f"burst: taken {apart / 10**9:g} s from {name} by the same camera"
        precise = ours.has_fraction and theirs.has_fraction
        if not apart and not precise and self._numbers_differ(goes, stays):
            return f"burst: taken in the same second as {name} by the same camera"
        return ""

    def _numbers_differ(self, goes: int, stays: int) -> bool:
        """Whether two names of camera files have other numbers, and the sizes are the same."""
        one, other = (self._table.size(self._members.at[number]) for number in (goes, stays))
        if one[1:] != other[1:]:
            return False
        paths = (self._members.paths[number] for number in (goes, stays))
        found = [_number(path.rpartition("/")[2].partition(".")[0]) for path in paths]
        return None not in found and len({one[1] for one in found if one}) > 1

    def _metadata(self, goes: int, stays: int, ours: Metadata, theirs: Metadata) -> str:
        if ours == theirs:
            return ""
        has = theirs.facts
        lacking = ", ".join(fact for fact in ours.facts if fact not in has)
        return f"metadata: {self._name(stays, goes)} lacks its {lacking}" if lacking else ""

    def _said(self, number: int) -> Metadata | None:
        members = self._members
        return members.disk.metadata_at(members.at[number], members.paths[number])
