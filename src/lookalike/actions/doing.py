"""`Doer`: does what an intent says. On any doubt it puts back what it has moved."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from lookalike.actions.claims import Claims
from lookalike.actions.disk.fs import FileSystem, Unsupported
from lookalike.actions.disk.spot import (
    Changed,
    Spot,
    State,
    digest_of,
    make_folders,
    missing_folders,
)
from lookalike.actions.disk.trash import INFO, Trash
from lookalike.actions.journal.intent import Intent, Recorded
from lookalike.actions.moving import (
    DOUBT,
    aside,
    carry,
    copied,
    put_back,
    sync_folders,
    unlink_if,
)
from lookalike.planning.plan import KEEPS_NAME, Action

if TYPE_CHECKING:
    from lookalike.actions.checks.checker import Ready
    from lookalike.actions.checks.keepers import Keepers

DEDUPED = 16 << 20
"""How many bytes the kernel compares at a time."""


class Doer:
    """Does what intents say."""

    def __init__(self, fs: FileSystem, keepers: Keepers, to: str | None) -> None:
        self._fs = fs
        self._keepers = keepers
        self._trash = Trash(fs)
        self._claims = Claims(fs)
        self._to = None if to is None else os.path.realpath(to)
        self._folders: set[str] = set()

    def intend(self, ready: Ready, action: Action, run: str, n: int) -> Intent:
        """What is to be done with a file, in full. Raises `Unsupported` and `OSError`."""
        with Spot(self._fs, ready.planned.path) as spot:
            attributes = {}
            if action not in {Action.TRASH, Action.DEDUPE}:
                with spot.opened() as (file, _):
                    attributes = self._fs.attributes(file)
            intent = Intent(
                n,
                action.value,
                ready.planned.path,
                Recorded(ready.state, ready.planned.digest, attributes),
                temporary=f".lookalike-{run}-{n}",
                keeper=ready.keeper.path if ready.keeper else None,
                keeper_digest=ready.keeper.digest if ready.keeper else None,
                evidence=ready.evidence,
                why=ready.why,
                companion_of=ready.companion_of,
                names=ready.names,
            )
            if action is Action.TRASH:
                return self._to_trash(intent, spot)
            return self._to_folder(intent) if action is Action.MOVE else intent

    def _to_trash(self, intent: Intent, spot: Spot) -> Intent:
        can = self._trash.can_for(spot)
        name = self._trash.free_name(can, spot.name)
        date = datetime.now().strftime("%Y-%m-%dT%H:%M:%S")  # the trash wants local time
        return intent._replace(to=f"{can.files}/{name}", info=f"{can.info}/{name}{INFO}", date=date)

    def _to_folder(self, intent: Intent) -> Intent:
        """The whole path is kept below the folder, so names of different folders do not meet."""
        if self._to is None:
            raise Unsupported("the plan names no folder to move it to")
        to = self._to + intent.path
        missing = missing_folders(self._fs, os.path.dirname(to))
        if not missing:
            with Spot(self._fs, to) as spot:
                to = spot.free_path()
        return intent._replace(to=to, made=missing)

    def begin_batch(self, intents: Iterable[Intent]) -> None:
        """Prepare what the intents of a batch need. They are on the disk by now."""
        self._claims.take(intents)

    def do(self, intent: Intent, ready: Ready) -> None:
        """Do it, and look at what was done.

        Raises `Changed`, `Unsupported` or `OSError` if it was not done.
        """
        actions: dict[str, Callable[[Intent, Ready, Spot], None]] = {
            Action.TRASH: self._trashed,
            Action.MOVE: self._moved,
            Action.DEDUPE: self._deduped,
            Action.HARDLINK: self._linked,
            Action.DELETE: self._deleted,
        }
        with Spot(self._fs, intent.path) as spot:
            self._require_unchanged(spot, ready)
            actions[intent.action](intent, ready, spot)
        self._folders.add(os.path.dirname(intent.path))
        if intent.to:
            self._folders.add(os.path.dirname(intent.to))
        if ready.keeper and ready.keeper_state and intent.action not in KEEPS_NAME:
            self._keepers.rely_on(ready.keeper.digest, ready.keeper.path, ready.keeper_state)

    def finish_batch(self) -> None:
        """Write the names of all folders in which something was done to the disk."""
        self._claims.end()
        sync_folders(self._fs, self._folders)
        self._folders.clear()
        self._trash.forget_chosen()

    def _require_unchanged(self, spot: Spot, ready: Ready) -> None:
        """Raise `Changed` unless a file is as it was when it was checked."""
        with spot.opened() as (file, state):
            if not state.is_same(ready.state):
                raise Changed("it changed after it was checked")
            # Perhaps only its names have changed.
            changed = state.ctime_ns != ready.state.ctime_ns
            if changed and digest_of(self._fs, file) != ready.planned.digest:
                raise Changed("its bytes changed after they were checked")

    def _require_moved(self, spot: Spot, now: Spot, ready: Ready) -> None:
        """Raise `Changed` unless the right file was moved, and what stays is still there.

        Called after a file has left its name, and before anything is lost. Two names may turn out
        to be one file under two mounts.
        """
        if not now.state().is_same(ready.state):
            raise Changed("another file took its place")
        if not spot.is_here():
            raise Changed("its folder was moved")
        if ready.keeper and ready.keeper_state:
            self._keepers.require(ready.keeper.path, ready.keeper_state)
        if ready.keeper is None or ready.keeper.digest != ready.planned.digest:
            self._keepers.require_relied(ready.planned.digest)

    def _trashed(self, intent: Intent, ready: Ready, spot: Spot) -> None:
        assert intent.to
        self._claims.require(intent)
        with Spot(self._fs, intent.to) as target:
            self._fs.rename(spot.name, spot.at, target.name, target.at)
            try:
                self._require_moved(spot, target, ready)
            except DOUBT:
                put_back(target, spot)
                raise
            self._claims.used(intent)

    def _moved(self, intent: Intent, ready: Ready, spot: Spot) -> None:
        assert intent.to
        make_folders(self._fs, os.path.dirname(intent.to))
        with Spot(self._fs, intent.to) as target:
            try:
                self._fs.rename(spot.name, spot.at, target.name, target.at)
            except OSError as error:
                if error.errno != errno.EXDEV:
                    raise
                carry(
                    intent,
                    spot,
                    target,
                    lambda copy: copied(intent, spot, copy),
                    lambda now: self._require_moved(spot, now, ready),
                )
                return
            try:
                self._require_moved(spot, target, ready)
            except DOUBT:
                put_back(target, spot)
                raise

    def _deduped(self, _intent: Intent, ready: Ready, spot: Spot) -> None:
        assert ready.keeper
        with (
            Spot(self._fs, ready.keeper.path) as keeper,
            keeper.opened() as (source, _),
            spot.opened() as (file, state),
        ):
            offset = 0
            while offset < state.size:
                length = min(DEDUPED, state.size - offset)
                done = self._fs.dedupe(source, file, offset, length)
                if not done:
                    raise Changed("its bytes differ from those of the file that stays")
                offset += done

    def _deleted(self, intent: Intent, ready: Ready, spot: Spot) -> None:
        with aside(intent, spot) as temporary:
            self._require_moved(spot, temporary, ready)
            self._fs.unlink(temporary.name, temporary.at)

    def _linked(self, intent: Intent, ready: Ready, spot: Spot) -> None:
        assert ready.keeper
        assert ready.keeper_state
        _require_same_access(ready.state, ready.keeper_state)
        with Spot(self._fs, ready.keeper.path) as keeper, spot.beside(intent.temporary) as link:
            self._link(keeper, link, ready.keeper_state)
            try:
                self._fs.exchange(link.name, link.at, spot.name, spot.at)
            except DOUBT as doubt:
                self._fs.unlink(link.name, link.at)
                if not isinstance(doubt, Unsupported):
                    raise
                self._link_aside(intent, ready, spot, keeper)
            else:
                try:
                    self._require_moved(spot, link, ready)
                except DOUBT:
                    self._fs.exchange(link.name, link.at, spot.name, spot.at)
                    unlink_if(link, ready.keeper_state)
                    raise
                self._fs.unlink(link.name, link.at)
            self._keepers.linked(ready.keeper.path)

    def _link(self, keeper: Spot, name: Spot, state: State) -> None:
        """Give the file that stays another name."""
        self._fs.link(keeper.name, keeper.at, name.name, name.at)
        if not name.state().is_same(state):
            self._fs.unlink(name.name, name.at)
            raise Changed("another file took the place of the one that stays")

    def _link_aside(self, intent: Intent, ready: Ready, spot: Spot, keeper: Spot) -> None:
        """Link where names cannot change places: for a moment, nothing has the name."""
        assert ready.keeper_state
        with aside(intent, spot) as temporary:
            self._link(keeper, spot, ready.keeper_state)
            try:
                self._require_moved(spot, temporary, ready)
            except DOUBT:
                unlink_if(spot, ready.keeper_state)
                raise
            self._fs.unlink(temporary.name, temporary.at)


def _require_same_access(victim: State, keeper: State) -> None:
    """Raise `Changed` if other people may read or write the two files."""
    if (victim.user, victim.group, victim.mode) != (keeper.user, keeper.group, keeper.mode):
        raise Changed("its owner or permissions differ from those of the file that stays")
