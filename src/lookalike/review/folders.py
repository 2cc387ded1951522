"""`Folders`: pairs of folders that share pictures, and one decision for all groups of a pair."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from blake3 import blake3

from lookalike.review.decisions import Choice
from lookalike.review.session import MOST_MEMBERS, State
from lookalike.text import printable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.review.session import Session

MOST_FOLDERS = 24
"""Of how many folders of one group pairs are made."""
MOST_PAIRS = 500
"""How many pairs are sent, those with the most groups first."""
MOST_SHOWN = 30
"""How many groups of a preview are sent."""
MOST_GOING = 3
"""How many files of each of them that go."""
DONE = (State.DECIDED, State.APPLIED)


class Proposal(NamedTuple):
    """What a decision for a pair would be."""

    chosen: list[tuple[int, list[Choice]]]
    """The groups, and what is to become of their members."""
    digest: str
    """Another proposal has another one."""


class Folders:
    """The folders of a session, by their numbers."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @cached_property
    def _places(self) -> tuple[list[str], NDArray[np.intp]]:
        """The paths of all folders, and the number of the folder of each member."""
        numbers: dict[str, int] = {}
        of = [
            numbers.setdefault(path.rpartition("/")[0] or "/", len(numbers))
            for path in self._session.paths()
        ]
        return list(numbers), np.array(of, np.intp)

    @cached_property
    def _pairs(self) -> dict[tuple[int, int], list[int]]:
        """The groups of each pair of folders."""
        found: dict[tuple[int, int], list[int]] = defaultdict(list)
        _, of = self._places
        for group in range(len(self._session)):
            inside = dict.fromkeys(of[self._session.columns.span(group)].tolist())
            for pair in combinations(sorted(list(inside)[:MOST_FOLDERS]), 2):
                found[pair].append(group)
        return found

    def pairs(self) -> list[dict[str, Any]]:
        """The pairs with the most groups: how many files of each are in the other, too."""
        names, of = self._places
        most = sorted(self._pairs.items(), key=lambda item: -len(item[1]))[:MOST_PAIRS]
        span, states = self._session.columns.span, self._session.states
        return [
            {
                "folders": [
                    {
                        "id": one,
                        "name": printable(names[one]),
                        "files": sum(int((of[span(group)] == one).sum()) for group in groups),
                    }
                    for one in pair
                ],
                "groups": len(groups),
                "open": int((~np.isin(states[groups], DONE)).sum()),
            }
            for pair, groups in most
        ]

    def proposal(self, keep: int, lose: int) -> Proposal:
        """For all groups of a pair that are not decided: one folder keeps, and the other loses.

        Files in other folders are kept. Raises `IndexError` for a pair that there is not.
        """
        groups = self._pairs.get((min(keep, lose), max(keep, lose)))
        if groups is None:
            raise IndexError("these folders have no group in common")
        _, of = self._places
        digest = blake3()
        chosen = []
        for group in groups:
            if self._session.state(group) in DONE:
                continue
            goes = (of[self._session.columns.span(group)][:MOST_MEMBERS] == lose).tolist()
            chosen.append((group, [Choice.REMOVE if one else Choice.KEEP for one in goes]))
            digest.update(f"{chosen[-1]}".encode())
        return Proposal(chosen, digest.hexdigest())

    def preview(self, keep: int, lose: int) -> dict[str, Any]:
        """What such a decision would do, with some of its groups."""
        proposal, columns = self.proposal(keep, lose), self._session.columns
        table, (_, of) = self._session.result.table, self._places
        pixels = table.sizes[columns.members, 1] * table.sizes[columns.members, 2]
        files = size = larger = 0
        shown: list[dict[str, Any]] = []
        for group, choices in proposal.chosen:
            begin = int(columns.starts[group])
            goes = [begin + at for at, one in enumerate(choices) if one is Choice.REMOVE]
            files += len(goes)
            size += int(table.sizes[columns.members[goes], 0].sum())
            span = columns.span(group)
            kept = begin + np.flatnonzero(of[span] == keep)
            stays = int(kept[pixels[kept].argmax()])
            larger += int((pixels[goes] > pixels[stays]).sum())
            if len(shown) < MOST_SHOWN:
                shown.append(
                    {
                        "stays": self._named(stays),
                        "goes": list(map(self._named, goes[:MOST_GOING])),
                        "more": len(goes[MOST_GOING:]),
                    }
                )
        return {
            "digest": proposal.digest,
            "groups": len(proposal.chosen),
            "files": files,
            "bytes": size,
            "larger": larger,
            "shown": shown,
        }

    def _named(self, member: int) -> tuple[int, str]:
        """The number of a member, and its name."""
        path = self._session.result.table.paths[int(self._session.columns.members[member])]
        return member, printable(path.rpartition("/")[2])

    def decide(self, keep: int, lose: int, digest: str) -> int:
        """Decide on all groups of a pair, as one step. Returns how many there were.

        Raises `ValueError` if it is not what was shown.
        """
        proposal = self.proposal(keep, lose)
        if proposal.digest != digest or not proposal.chosen:
            raise ValueError("the groups have changed since: look at them again")
        self._session.decide_all(proposal.chosen)
        return len(proposal.chosen)
