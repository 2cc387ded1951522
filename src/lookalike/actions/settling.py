"""Clears up after a run that was cut off: files under temporary names, and half-done moves."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from lookalike.actions.disk.spot import Changed, Spot, State, digest_of
from lookalike.actions.journal.intent import RESTORE, Intent
from lookalike.actions.journal.journal import Journal, Record
from lookalike.actions.journal.runs import records
from lookalike.actions.moving import DOUBT, put_back
from lookalike.actions.restoring import AWAY, Restorer, back, problem, second
from lookalike.planning.plan import KEEPS_NAME
from lookalike.text import plural

if TYPE_CHECKING:
    from lookalike.actions.disk.fs import FileSystem


class Settler:
    """Brings every file of a run that was cut off to its old or its new name."""

    def __init__(self, fs: FileSystem, record: Record) -> None:
        self._fs = fs
        self._record = record
        self._restorer = Restorer(fs, record.intents.values(), {})
        self._companions: dict[str, list[Intent]] = {}
        for one in record.intents.values():
            if one.companion_of is not None:
                self._companions.setdefault(one.companion_of, []).append(one)

    def settle(self) -> list[str]:
        """Clear up. Returns what could not be done, one sentence each."""
        left = [
            intent
            for n, intent in reversed(self._record.intents.items())
            if self._record.outcomes.get(n, ("",))[0] not in {"done", "undone"}
        ]
        problems: list[str] = []
        # First each file for itself, because its unit can be completed only then.
        for step in (self._settle_back, self._settle, self._complete_unit):
            for intent in left:
                try:
                    step(intent)
                except FileNotFoundError:
                    continue  # its folder is gone, and with it all that could be cleared up
                except DOUBT as error:
                    problems.append(f"{intent.path}: {problem(error)}")
        return problems

    def _settle(self, intent: Intent) -> None:
        source, target = intent.path, intent.to
        if intent.action == RESTORE and target is not None:
            source, target = target, source
        if target is not None:
            self._drop_second_name(source, target)
        self._settle_temporaries(intent, source, target)
        if target is not None and intent.action != RESTORE:
            with suppress(FileNotFoundError):
                self._restorer.tidy(intent)

    def _settle_back(self, intent: Intent) -> None:
        """A file was being brought back within its run."""
        if intent.action != RESTORE:
            coming = intent._replace(action=RESTORE, temporary=back(intent.temporary))
            ends = (intent.path, None) if intent.to is None else (intent.to, intent.path)
            self._settle_temporaries(coming, *ends)

    def _settle_temporaries(self, intent: Intent, source: str, target: str | None) -> None:
        """Give files under temporary names their own, or remove what was being made."""
        with Spot(self._fs, source) as spot, spot.beside(intent.temporary) as temporary:
            if self._fs.exists(temporary.name, temporary.at):
                self._settle_temporary(intent, spot, temporary, target)
            with spot.beside(second(intent.temporary)) as link:
                if self._fs.exists(link.name, link.at):
                    self._settle_temporary(intent, spot, link, target)
        if target is not None:
            self._drop_copy(intent, source, target)

    def _complete_unit(self, picture: Intent) -> None:
        """If a picture has stayed, bring back its companions that went before it."""
        if picture.companion_of is not None or picture.action in {RESTORE, *KEEPS_NAME}:
            return
        if self._restorer.look(picture).word == AWAY:
            return
        for one in self._companions.get(picture.path, ()):
            if self._restorer.look(one).word == AWAY:
                self._restorer.restore(one, self._restorer.goal(one), back(one.temporary))

    def _drop_second_name(self, source: str, target: str) -> None:
        """A move in two steps ended between them: take the first step back."""
        with (
            suppress(FileNotFoundError),
            Spot(self._fs, target) as new,
            Spot(self._fs, source) as old,
        ):
            if _same(old.state(), new.state()):
                self._fs.unlink(new.name, new.at)

    def _settle_temporary(
        self, intent: Intent, spot: Spot, temporary: Spot, target: str | None
    ) -> None:
        """A file has its temporary name: the one that was to go, or what was to replace it."""
        if self._has_bytes(intent, spot.path) or (target and self._has_bytes(intent, target)):
            # Its bytes are where they belong, so this is another name, a copy or the rest of one.
            self._fs.unlink(temporary.name, temporary.at)
        elif target is None and self._is_copy(intent):
            self._fs.unlink(temporary.name, temporary.at)
        elif self._has_bytes(intent, temporary.path):
            put_back(temporary, spot)
        else:
            raise Changed(f"{temporary.path} is not known, and was left there")

    def _is_copy(self, intent: Intent) -> bool:
        """Whether a file under a temporary name was being made from the one that stays.

        It may lack its times, so it is made again.
        """
        if intent.action != RESTORE or intent.keeper is None:
            return False
        return self._has_bytes(intent, intent.keeper)

    def _drop_copy(self, intent: Intent, source: str, target: str) -> None:
        """A copy under a temporary name is of no use if its original is still there."""
        path = os.path.join(os.path.dirname(target), intent.temporary)
        if os.path.dirname(source) == os.path.dirname(target):
            return
        with suppress(FileNotFoundError), Spot(self._fs, path) as copy:
            if self._fs.exists(copy.name, copy.at):
                if not self._has_bytes(intent, source) and not self._has_bytes(intent, target):
                    raise Changed(f"{path} may be the only copy, and was left there")
                self._fs.unlink(copy.name, copy.at)

    def _has_bytes(self, intent: Intent, path: str) -> bool:
        """Whether a file with the recorded bytes is there."""
        try:
            with Spot(self._fs, path) as spot, spot.opened() as (file, state):
                if state.size != intent.file.state.size:
                    return False
                return digest_of(self._fs, file) == intent.file.digest
        except (Changed, OSError):
            return False


def _same(one: State, other: State) -> bool:
    return one[:2] == other[:2]


def settle_all(fs: FileSystem) -> list[Settled]:
    """Clear up after every run that was cut off. Needs the lock."""
    found = []
    for record in records():
        if record.end is None and record.broken is None:
            problems = Settler(fs, record).settle()
            with Journal.continued(fs, record) as journal:
                journal.end("cut off", {})
            done = sum(word == "done" for word, _ in record.outcomes.values())
            found.append(Settled(record.run, done, len(record.intents), problems))
    return found


class Settled(NamedTuple):
    """A run that was cut off, and what was done about it."""

    run: str
    done: int
    intended: int
    problems: list[str]

    def words(self) -> list[str]:
        """The same for people, one paragraph each."""
        cut = (
            f"the run {self.run} was cut off after {self.done:,} of {plural(self.intended, 'file')}"
            f": `lookalike undo {self.run}` takes it back, `lookalike apply` goes on"
        )
        return [cut, *self.problems]
