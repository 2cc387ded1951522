"""`Keepers`: the files that stay, each read once, and looked up again before anything is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lookalike.actions.disk.spot import Changed, Spot, State, digest_of, why_not

if TYPE_CHECKING:
    from lookalike.actions.disk.fs import FileSystem
    from lookalike.planning.plan import PlannedFile

REMEMBERED = 4096
"""How many files are remembered, so that the copies of one do not read it each time."""


class Keepers:
    """The files that stay."""

    def __init__(self, fs: FileSystem) -> None:
        self._fs = fs
        self._known: dict[str, State] = {}
        self._relied: dict[str, tuple[str, State]] = {}

    def verified(self, planned: PlannedFile, *, flush: bool) -> State:
        """The state of a file that stays, once its bytes are known to be as planned.

        With `flush` they are on the disk, too. Raises `Changed`.
        """
        try:
            with Spot(self._fs, planned.path) as spot, spot.opened() as (file, state):
                if self._known.get(planned.path) == state._replace(atime_ns=0):
                    return state
                require_planned(state, planned)
                if flush:
                    self._fs.sync(file)
                if digest_of(self._fs, file) != planned.digest:
                    raise Changed("its bytes have changed since the plan")
        except (Changed, OSError) as error:
            raise Changed(f"{planned.path} stays for it, but {reason(error)}") from error
        self._remember(planned.path, state)
        return state

    def _remember(self, path: str, state: State) -> None:
        if len(self._known) >= REMEMBERED:
            self._known.clear()
        self._known[path] = state._replace(atime_ns=0)

    def require(self, path: str, state: State) -> None:
        """Raise `Changed` unless the file that stays is still there, under its own name."""
        try:
            with Spot(self._fs, path) as spot, spot.opened() as (_, now):
                if not now.is_same(state):
                    raise Changed("it is another file now")
        except (Changed, OSError) as error:
            raise Changed(f"{path} stays for it, but {reason(error)}") from error

    def linked(self, path: str) -> None:
        """Note that a file that stays has got another name, which changed nothing else."""
        known = self._known.pop(path, None)
        with Spot(self._fs, path) as spot:
            now = spot.state()
        if known is not None and now.is_same(known):
            self._remember(path, now)

    def rely_on(self, digest: str, path: str, state: State) -> None:
        """Note that something has gone because this file stays."""
        self._relied[digest] = path, state

    def require_relied(self, digest: str) -> None:
        """Raise `Changed` if a file with these bytes stayed for another one, and is gone now.

        It may be the same file under another mount.
        """
        if digest in self._relied:
            self.require(*self._relied[digest])


def require_planned(state: State, planned: PlannedFile) -> None:
    """Raise `Changed` if a file has another size or time than planned."""
    if (state.size, state.mtime_ns) != (planned.size, planned.mtime_ns):
        raise Changed("it has changed since the plan")


def reason(error: Changed | OSError) -> str:
    """What is wrong, in a phrase."""
    return why_not(error) if isinstance(error, OSError) else str(error)
