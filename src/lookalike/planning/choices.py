"""`Choices`: what a caller wants of a plan, checked."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from lookalike.checks import one_of, whole_number
from lookalike.matching.keepers.order import DEFAULT_KEEP, Order
from lookalike.planning.limits import Limits
from lookalike.planning.plan import Action

if TYPE_CHECKING:
    from typing import TypeAlias

Paths: TypeAlias = "str | os.PathLike[str] | Iterable[str | os.PathLike[str]]"
Apart: TypeAlias = "Callable[[str, str], bool]"

WORDS = {
    "empty_folders": ("warn", "hold"),
    "companions": ("with", "keep"),
    "metadata": ("hold", "ignore"),
    "bursts": ("hold", "take"),
}
"""The words that some choices allow, the default first."""
CAREFUL = (Action.DELETE, Action.DEDUPE, Action.HARDLINK)
"""Actions for which only equal hashes are planned unless a distance is given."""


def never_apart(_: str, __: str) -> bool:
    """Nothing has been told apart."""
    return False


@dataclass(frozen=True)
class Choices:
    """What a caller wants of a plan. `lookalike.plan` explains each."""

    keep: tuple[str, ...] = DEFAULT_KEEP
    prefer: tuple[str, ...] = ()
    reference: tuple[str, ...] = ()
    protect: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    between: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()
    do: tuple[Action, ...] = (Action.TRASH,)
    to: str | None = None
    copies: int = 1
    distance_for_action: int | None = None
    exact: bool = False
    take_edited: bool = False
    empty_folders: str = "warn"
    companions: str = "with"
    metadata: str = "hold"
    bursts: str = "hold"
    chosen: frozenset[str] = frozenset()
    told_apart: Apart = never_apart
    kept_before: Collection[str] = frozenset()
    argv: tuple[str, ...] = ()

    @classmethod
    def of(cls, **given: Any) -> Choices:
        """Check what was given. Raises `ValueError` and `TypeError`, which name the value."""
        unknown = given.keys() - {field.name for field in fields(cls)}
        if unknown:
            raise TypeError(f"plan has no keyword {min(unknown)!r}")
        for name in ("keep", "prefer", "reference", "protect", "only", "between", "roots", "argv"):
            if name in given:
                given[name] = _texts(given[name], name)
        given["keep"] = given.get("keep") or DEFAULT_KEEP
        for name, words in WORDS.items():
            one_of(given.get(name, words[0]), name, words)
        given["copies"] = whole_number(given.get("copies", 1), "copies", least=1)
        if (distance := given.get("distance_for_action")) is not None:
            whole_number(distance, "distance_for_action", least=0)
        given["do"] = _actions(given.get("do", Action.TRASH))
        given["to"] = _target(given.get("to"), given["do"])
        given["told_apart"] = given.get("told_apart") or never_apart
        given["chosen"] = frozenset(map(os.path.abspath, _texts(given.get("chosen", ()), "chosen")))
        choices = cls(**given)
        choices.order()
        choices.limits()
        return choices

    def order(self) -> Order:
        """The order of keepers."""
        return Order(self.keep, self.prefer)

    def limits(self) -> Limits:
        """What may change."""
        return Limits(self.reference, self.protect, self.only)

    @property
    def equal_bytes_only(self) -> bool:
        """Whether only equal bytes can be planned."""
        return self.exact or all(one in CAREFUL[1:] for one in self.do)

    def largest_distance(self, of_search: int) -> int:
        """The largest distance of a match that is planned."""
        if self.distance_for_action is not None:
            return min(self.distance_for_action, of_search)
        return 0 if any(one in CAREFUL for one in self.do) else of_search


def _texts(value: Paths, name: str) -> tuple[str, ...]:
    texts = (value,) if isinstance(value, str | os.PathLike) else tuple(value)
    for text in texts:
        path = os.fspath(text) if isinstance(text, os.PathLike) else text
        if not isinstance(path, str) or not path:
            raise TypeError(f"{name} must be texts, not {text!r}")
    return tuple(os.fspath(text) for text in texts)


def _actions(value: str | Iterable[str]) -> tuple[Action, ...]:
    words = value.split(",") if isinstance(value, str) else [str(one) for one in value]
    for word in words or [""]:
        one_of(word, "do", tuple(map(str, Action)))
    return tuple(map(Action, words))


def _target(to: object, do: tuple[Action, ...]) -> str | None:
    if Action.MOVE in do and to is None:
        raise ValueError("do is 'move', which needs a folder as to")
    if to is None:
        return None
    if Action.MOVE not in do:
        raise ValueError(f"to needs do='move', not {','.join(do)!r}")
    if not isinstance(to, str | os.PathLike) or not os.fspath(to):
        raise TypeError(f"to must be a folder, not {to!r}")
    return os.path.realpath(os.fspath(to))
