"""`Restorer`: takes single actions back. It believes the disk, not the journal."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from lookalike.actions.disk.fs import Unsupported
from lookalike.actions.disk.spot import Changed, Spot, State, digest_of, make_folders, why_not
from lookalike.actions.moving import DOUBT, aside, carry, copied, release_unused, unlink_if
from lookalike.planning.plan import Action

if TYPE_CHECKING:
    from lookalike.actions.disk.fs import FileSystem
    from lookalike.actions.journal.intent import Intent

GONE, HERE, AWAY = "gone", "here", "away"
"""What an action left: it cannot be taken back, nothing is to be done, or it can be taken back."""


class Finding(NamedTuple):
    """What the disk says about an action that may be taken back."""

    word: str
    """`GONE`, `HERE` or `AWAY`."""
    why: str = ""


class Restorer:
    """Takes actions of one run back."""

    def __init__(self, fs: FileSystem, intents: Iterable[Intent], restored: dict[int, str]) -> None:
        """`restored`: where earlier undoing put files, by the number of the intent."""
        self._fs = fs
        self._restored = restored
        self._names: dict[tuple[int, int], list[Intent]] = {}
        for one in intents:
            if one.file.state.links > 1:
                self._names.setdefault(one.file.state[:2], []).append(one)

    def look(self, intent: Intent) -> Finding:
        """What became of a file, by its size and time. Its bytes are not read."""
        if intent.action == Action.DEDUPE:
            return Finding(HERE, "it only shares its storage, so there is nothing to take back")
        back = self._restored.get(intent.n, intent.path)
        if back != intent.path and self._is_at(intent, back):
            return Finding(HERE, f"it was taken back to {back} earlier")
        if self._is_at(intent, intent.path) and not self._is_link(intent):
            return Finding(HERE)
        if intent.to is not None:
            if self._is_at(intent, intent.to):
                return Finding(AWAY)
            return Finding(GONE, f"{intent.to} is not there any more, or has changed")
        if not intent.is_exact:
            return Finding(GONE, "it was deleted, and nothing with the same bytes was kept")
        if self._source(intent) is None:
            return Finding(GONE, f"{intent.keeper} has its bytes, but is not as it was")
        return Finding(AWAY)

    def _state(self, path: str) -> State | None:
        try:
            with Spot(self._fs, path) as spot:
                return spot.state()
        except (Changed, FileNotFoundError, NotADirectoryError):
            return None

    def _is_at(self, intent: Intent, path: str) -> bool:
        state, recorded = self._state(path), intent.file.state
        return state is not None and state[2:4] == recorded[2:4]

    def _is_link(self, intent: Intent) -> bool:
        """Whether its name leads to the file that stayed."""
        return intent.action == Action.HARDLINK and self._leads_to_keeper(intent, intent.path)

    def _leads_to_keeper(self, intent: Intent, path: str) -> bool:
        if intent.keeper is None:
            return False
        kept, state = self._state(intent.keeper), self._state(path)
        return kept is not None and state is not None and kept[:2] == state[:2]

    def _source(self, intent: Intent) -> str | None:
        """A file that has its bytes, by size."""
        for path in (intent.keeper, intent.path):
            state = None if path is None else self._state(path)
            if state is not None and state.size == intent.file.state.size:
                return path
        return None

    def goal(self, intent: Intent) -> str:
        """The name that it gets: its own, or one like it if another file has taken that."""
        with suppress(FileNotFoundError), Spot(self._fs, intent.path) as spot:
            if not self._is_link(intent) and self._fs.exists(spot.name, spot.at):
                return spot.free_path("restored")
        return intent.path

    def restore(self, intent: Intent, goal: str, temporary: str) -> None:
        """Give a file its name, or the name `goal`, back. Raises `Changed` or `OSError`.

        Nothing is overwritten, and its bytes are checked first.
        """
        make_folders(self._fs, os.path.dirname(goal))
        with Spot(self._fs, goal) as spot:
            if intent.to is None:
                self._copy_back(intent._replace(temporary=temporary), spot)
                return
            with Spot(self._fs, intent.to) as now:
                self._require_bytes(intent, now)
                self._move_back(intent._replace(temporary=temporary), now, spot)
        self.tidy(intent)

    def _require_bytes(self, intent: Intent, spot: Spot) -> None:
        with spot.opened() as (file, _):
            if digest_of(self._fs, file) != intent.file.digest:
                raise Changed(f"the bytes of {spot.path} have changed")

    def _move_back(self, intent: Intent, now: Spot, spot: Spot) -> None:
        try:
            self._fs.rename(now.name, now.at, spot.name, spot.at)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            before = now.state()

            def check(away: Spot) -> None:
                if not away.state().is_same(before):
                    raise Changed("another file took its place")

            def make(copy: Spot) -> State:
                if self._joined(intent, copy):
                    return copy.state()
                return copied(intent, now, copy)

            carry(intent, now, spot, make, check)

    def _copy_back(self, intent: Intent, spot: Spot) -> None:
        """Make a file again from the bytes of the one that stayed."""
        with spot.beside(intent.temporary) as copy:
            self._make(intent, copy)
            made = copy.state()
            try:
                if self._fs.exists(spot.name, spot.at):
                    self._take_the_place_of_link(intent, copy, spot)
                else:
                    self._fs.rename(copy.name, copy.at, spot.name, spot.at)
            except DOUBT:
                unlink_if(copy, made)
                raise

    def _make(self, intent: Intent, copy: Spot) -> None:
        """The file under a temporary name: another name of a twin, or a copy."""
        if self._joined(intent, copy):
            return
        if (source := self._source(intent)) is None:
            raise Changed(f"{intent.keeper} has its bytes, but is not as it was")
        with Spot(self._fs, source) as spot:
            copied(intent, spot, copy)

    def _joined(self, intent: Intent, copy: Spot) -> bool:
        """Whether the temporary name could be made another name of a twin.

        A twin may be under another mount or have other bytes by now. A copy does as well then.
        """
        for twin in self._twins(intent):
            with suppress(*DOUBT), Spot(self._fs, twin) as other:
                self._require_bytes(intent, other)
                self._fs.link(other.name, other.at, copy.name, copy.at)
                return True
        return False

    def _twins(self, intent: Intent) -> Iterator[str]:
        """Other names of the same file that are back already, or have stayed."""
        went = self._names.get(intent.file.state[:2], ())
        for other in went:
            path = self._restored.get(other.n, other.path)
            if other.n != intent.n and self._is_at(other, path) and not self._is_link(other):
                yield path
        paths = {one.path for one in went}
        for path in intent.names:
            stayed = path not in paths and self._is_at(intent, path)
            if stayed and not self._leads_to_keeper(intent, path):
                yield path

    def _take_the_place_of_link(self, intent: Intent, copy: Spot, spot: Spot) -> None:
        """Exchange a name of the file that stayed for the copy. Only a name of it is removed."""
        kept = spot.state()
        if not self._is_link(intent):
            raise Changed("another file took its name")
        try:
            self._fs.exchange(copy.name, copy.at, spot.name, spot.at)
        except Unsupported:
            with aside(intent._replace(temporary=second(intent.temporary)), spot) as link:
                self._fs.rename(copy.name, copy.at, spot.name, spot.at)
                unlink_if(link, kept)
            return
        if not copy.state().is_same(kept):
            self._fs.exchange(copy.name, copy.at, spot.name, spot.at)
            raise Changed("another file took its name")
        self._fs.unlink(copy.name, copy.at)

    def tidy(self, intent: Intent) -> None:
        """Remove what an action leaves besides the file: its entry in the trash, and folders."""
        assert intent.to is not None
        if intent.info is not None:
            release_unused(self._fs, intent)
        folder = os.path.dirname(intent.to)
        for _ in range(intent.made):
            with suppress(OSError), Spot(self._fs, folder) as spot:  # others may be using it
                self._fs.remove_folder(spot.name, spot.at)
            folder = os.path.dirname(folder)


def back(temporary: str) -> str:
    """The temporary name of a file that is brought back within its own run.

    Under the first one there may be the file itself, which must never be taken for a copy.
    """
    return f"{temporary}-back"


def second(temporary: str) -> str:
    """The temporary name of a name that makes room, where two cannot change places."""
    return f"{temporary}-link"


def problem(error: Exception) -> str:
    """What went wrong, in a phrase."""
    return why_not(error) if isinstance(error, OSError) else str(error)
