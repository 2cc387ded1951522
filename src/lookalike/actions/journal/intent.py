"""`Intent`: one action as the journal tells it before it is done. All that undoing it needs."""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import Any, NamedTuple

from lookalike.actions.disk.spot import State
from lookalike.errors import LookalikeError

RESTORE = "restore"
"""The action of a run that takes another back."""


class JournalError(LookalikeError):
    """A journal that cannot be trusted, or cannot be written. The message names it."""


class Recorded(NamedTuple):
    """A file as it was before the action."""

    state: State
    digest: str
    attributes: dict[str, bytes]
    """Its extended attributes. Empty if the action keeps them."""

    def to_dict(self) -> dict[str, Any]:
        kept = {key: b64encode(value).decode() for key, value in self.attributes.items()}
        return {**self.state._asdict(), "digest": self.digest, "attributes": kept}

    @classmethod
    def from_dict(cls, given: dict[str, Any]) -> Recorded:
        state = State(**{name: int(given[name]) for name in State._fields})
        kept = {str(key): b64decode(value) for key, value in given["attributes"].items()}
        return cls(state, str(given["digest"]), kept)


class Intent(NamedTuple):
    """What is about to be done with one file."""

    n: int
    """The number within the run, from 1."""
    action: str
    """A word of `Action`, or `restore` in a run that takes another back."""
    path: str
    """The file's own name."""
    file: Recorded
    temporary: str
    """A name that it, or what replaces it, may have for a moment, in the folder of `path`. In the
    folder of `to` a copy may have that name."""
    to: str | None = None
    """Where it goes. None if it goes nowhere."""
    info: str | None = None
    """The file of the trash that describes it."""
    date: str | None = None
    """The date in that file."""
    made: int = 0
    """How many folders at the end of `to` are made for it."""
    keeper: str | None = None
    """The path of what stays for it. None if nothing does."""
    keeper_digest: str | None = None
    evidence: str | None = None
    """Why it matches what stays, as in a plan."""
    why: str = ""
    """Why the other one stays."""
    companion_of: str | None = None
    """The picture that it belongs to."""
    names: tuple[str, ...] = ()
    """Other names of the file, if it comes back as a copy. They may stay."""
    of: int | None = None
    """For `restore`, the number of the intent that is taken back."""

    def to_dict(self) -> dict[str, Any]:
        given = {key: value for key, value in self._asdict().items() if value not in (None, "", ())}
        return {"intent": given.pop("action"), **given, "file": self.file.to_dict()}

    @classmethod
    def from_dict(cls, given: dict[str, Any]) -> Intent:
        """Raises `ValueError`, `KeyError` or `TypeError` for anything else."""
        given = {**given, "file": Recorded.from_dict(given["file"])}
        given["names"] = tuple(map(str, given.get("names", ())))
        return cls(action=given.pop("intent"), **given)

    @property
    def is_exact(self) -> bool:
        """Whether what stays has the same bytes."""
        return self.keeper_digest == self.file.digest
