"""`Checker`: compares a plan with the disk, right before something is done."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from lookalike.actions.checks.keepers import Keepers, require_planned
from lookalike.actions.checks.matching import require_match
from lookalike.actions.checks.permits import Permits
from lookalike.actions.disk.fs import FileSystem, Unsupported
from lookalike.actions.disk.spot import Changed, Spot, State, digest_of, digested
from lookalike.actions.disk.trash import is_in_trash
from lookalike.actions.disk.volume import volume_at
from lookalike.planning.plan import KEEPS_NAME, Action

if TYPE_CHECKING:
    from lookalike.actions.checks.standing import Standing
    from lookalike.planning.plan import Companion, Match, Plan, PlanGroup, PlannedFile, Removal


class Ready(NamedTuple):
    """A file that may go: it and what stays for it are as planned."""

    planned: PlannedFile
    state: State
    keeper: PlannedFile | None
    keeper_state: State | None
    evidence: str | None
    why: str
    companion_of: str | None
    names: tuple[str, ...]
    """Other names of the file, for an action that does not keep what they share."""


class Unit(NamedTuple):
    """A picture that is to go, with its companions."""

    group: PlanGroup
    removal: Removal

    def members(self) -> Iterator[Removal | Companion]:
        """Companions first, and the picture last."""
        yield from self.removal.companions
        yield self.removal

    def keeper(self, member: Removal | Companion) -> PlannedFile | None:
        """The file that stays for a member."""
        return None if member.keeper is None else self.group.keep[member.keeper].file


class Checker:
    """Compares a plan with the disk."""

    def __init__(
        self,
        fs: FileSystem,
        plan: Plan,
        keepers: Keepers,
        standing: Standing,
        *,
        delete_similar: bool,
    ) -> None:
        self._fs = fs
        self._plan = plan
        self._keepers = keepers
        self._standing = standing
        self._permits = Permits(plan)
        self._delete_similar = delete_similar

    def look_again(self) -> None:
        """Forget which files are beside others, because that may change while a plan is applied."""
        self._permits.look_again()

    def checked(self, unit: Unit, action: Action) -> list[Ready]:
        """The files of a unit, once all of them may go.

        Raises `Changed` if one may not, `Unsupported` if the action is not for these files, and
        `OSError`.
        """
        picture = unit.removal.file.path
        going = [one for one in unit.members() if self._is_for(unit, one, action)]
        self._permits.require_companions(unit.removal)
        if action not in KEEPS_NAME:
            self._permits.require_whole(unit.removal)
        found = []
        for member in going:
            path = member.file.path
            try:
                self._permits.require_allowed(path)
                found.append(self._ready(unit, member, action))
            except Changed as error:
                if path == picture:
                    raise
                raise Changed(f"{path} belongs to it, but {error}") from error
        return found

    def _is_for(self, unit: Unit, member: Removal | Companion, action: Action) -> bool:
        """Whether an action is for a member of a unit. Raises `Changed` if it stops the unit."""
        is_picture = member is unit.removal
        exact = member.match is not None and member.match.exact
        if action in KEEPS_NAME:
            if is_picture and not exact:
                raise Unsupported("it has other bytes than the file that stays")
            return exact
        if action is Action.DELETE and not exact and not (is_picture and self._delete_similar):
            raise Changed(
                "it has other bytes than the file that stays, so deleting it could not be undone"
                if is_picture
                else f"{member.file.path} belongs to it and has no copy"
            )
        if member.keeper is None and action is not Action.TRASH:
            raise Changed("nothing stays for it, so it may only go to the trash")
        return True

    def _ready(self, unit: Unit, member: Removal | Companion, action: Action) -> Ready:
        planned, keeper = member.file, unit.keeper(member)
        if keeper is not None and is_in_trash(keeper.path):
            raise Changed(f"{keeper.path} stays for it, but is in the trash")
        unlinks = action in {Action.DELETE, Action.HARDLINK}
        kept = None if keeper is None else self._keepers.verified(keeper, flush=unlinks)
        state = self._verified(planned)
        if kept is not None and (kept.device, kept.inode) == (state.device, state.inode):
            raise Changed("it is the same file as the one that stays, under another name")
        if keeper is not None and member.match is not None:
            self._require_match(planned, keeper, member.match)
        names: tuple[str, ...] = ()
        if action in {Action.DELETE, Action.HARDLINK} or self._leaves_device(action, state):
            self._permits.require_all_names(state)
            names = tuple(self._other_names(planned, state))
        return Ready(
            planned,
            state,
            keeper,
            kept,
            None if member.match is None else member.match.evidence,
            unit.removal.why,
            None if member is unit.removal else unit.removal.file.path,
            names,
        )

    def _other_names(self, planned: PlannedFile, state: State) -> Iterator[str]:
        """Further names of a file that the plan knows, and that are still its own."""
        for path in self._permits.names(state):
            if path != planned.path:
                with suppress(Changed, OSError), Spot(self._fs, path) as spot:
                    if spot.state().is_same(state):
                        yield path

    def _leaves_device(self, action: Action, state: State) -> bool:
        """Whether a file is copied to another file system, where its other names are not."""
        if action is not Action.MOVE or self._plan.to is None:
            return False
        return volume_at(self._fs, os.path.realpath(self._plan.to)).device != state.device

    def _verified(self, planned: PlannedFile) -> State:
        """The state of a file that is to go, once its bytes are known to be as planned."""
        with Spot(self._fs, planned.path) as spot, spot.opened() as (file, state):
            require_planned(state, planned)
            if digest_of(self._fs, file) != planned.digest:
                raise Changed("its bytes have changed since the plan")
            return state

    def _require_match(self, planned: PlannedFile, keeper: PlannedFile, match: Match) -> None:
        """Raise `Changed` unless two files, whose digests are as planned, match as planned."""
        if planned.digest == keeper.digest:
            return
        if match.exact:
            raise Changed("it has other bytes than the file that stays")
        self._standing.require_free(planned.digest, match)
        most = self._plan.distance_for_action
        require_match(self._bytes(keeper), self._bytes(planned), self._plan.rule, match, most)

    def _bytes(self, planned: PlannedFile) -> bytes:
        """All bytes of a file, which are as planned."""
        with Spot(self._fs, planned.path) as spot, spot.opened() as (file, _):
            data = b"".join(iter(lambda: self._fs.read(file), b""))
        if digested(data) != planned.digest:
            raise Changed("its bytes have changed since the plan")
        return data
