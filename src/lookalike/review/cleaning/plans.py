"""`Plans`: the plan of what was decided, and what the page shows of it."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from blake3 import blake3

from lookalike.actions.checks.standing import Standing
from lookalike.checks import one_of
from lookalike.planning.choices import WORDS, Choices
from lookalike.planning.plan import Action
from lookalike.planning.planning import planned
from lookalike.sources.beside import Disk

if TYPE_CHECKING:
    from lookalike.planning.plan import Plan, PlannedFile
    from lookalike.review.session import Session


class Shown(NamedTuple):
    """A plan, and what names it."""

    plan: Plan
    digest: str
    """Of its JSON. Another plan has another one."""

    @property
    def wanted(self) -> list[PlannedFile]:
        """The files that go. Without those of groups of which nothing stays."""
        return self._files(none_wanted=False)

    @property
    def unwanted(self) -> list[PlannedFile]:
        """The files that go of groups of which nothing stays."""
        return self._files(none_wanted=True)

    def _files(self, *, none_wanted: bool) -> list[PlannedFile]:
        groups = (one for one in self.plan.groups if one.none_wanted == none_wanted)
        return [file for group in groups for file in group.files()]


OFFERED = (Action.TRASH, Action.DEDUPE, Action.HARDLINK)
"""What can be done with files. Nothing is deleted for good from a page."""


class Plans:
    """Makes plans of the decisions of a session."""

    def __init__(self, session: Session, lock: threading.Lock, choices: Choices) -> None:
        """`lock`: is held while the session is read.

        `choices`: what is known of the search, and a folder that files can be moved to.
        """
        self._session, self._lock = session, lock
        # A person has seen what is cropped, coloured or one of a burst. They cannot see metadata.
        self._choices = replace(choices, take_edited=True, bursts="take")
        self.actions = (*OFFERED, Action.MOVE) if choices.to else OFFERED
        """What the page may ask for."""
        self.to = choices.to
        self._last: Shown | None = None

    def make(self, metadata: str, do: str) -> Shown:
        """The plan of what is decided now.

        `metadata`: `hold` files that know more than the one that stays, or `ignore` that. `do`: one
        of `actions`. Raises `ValueError`, and `JournalError` if earlier runs cannot be read.
        """
        one_of(metadata, "metadata", WORDS["metadata"])
        one_of(do, "do", tuple(map(str, self.actions)))
        with self._lock:
            decided = self._session.decided()
        choices = replace(
            self._choices,
            metadata=metadata,
            do=(Action(do),),
            to=self.to if do == Action.MOVE else None,
            kept_before=Standing().digests,
        )
        plan = planned(self._session.result, choices, Disk(), decided)
        self._last = Shown(plan, blake3(plan.to_json().encode("ascii")).hexdigest())
        return self._last

    def last(self, digest: str) -> Plan | None:
        """The plan that was made last, if it is the one that is meant."""
        last = self._last
        return last.plan if last is not None and last.digest == digest else None
