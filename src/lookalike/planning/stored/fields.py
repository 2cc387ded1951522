"""`Fields`: one object of a JSON text, read strictly. Messages name the place of what is wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NoReturn

from lookalike.errors import PlanError


def parsed(text: str | bytes) -> object:
    """JSON as plain types. Raises `PlanError` for anything else, and for a repeated key."""
    try:
        return json.loads(text, object_pairs_hook=_without_repeats, parse_constant=_no_constant)
    except RecursionError:
        raise PlanError("not a plan: it is nested too deeply") from None
    except ValueError as error:
        if isinstance(error, PlanError):
            raise
        raise PlanError(f"not a plan: not JSON: {error}") from None


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise PlanError(f"not a plan: an object has the key {twice!r} twice")
    return found


def _no_constant(name: str) -> NoReturn:
    raise PlanError(f"not a plan: {name} is not JSON")


class Fields:
    """The values of one object. Each is taken once, and `end` refuses what is left."""

    def __init__(self, value: object, place: str) -> None:
        """`place`: how messages call it, such as `groups[0].keep[1]`."""
        self.place = place
        if not isinstance(value, dict):
            self.refuse("", f"must be an object, not {_shown(value)}")
        self._values: dict[str, Any] = dict(value)

    def refuse(self, key: str, complaint: str) -> NoReturn:
        """Raise `PlanError` for the value of a key, or with "" for the whole object."""
        name = ".".join(filter(None, (self.place, key))) or "the plan"
        raise PlanError(f"{name} {complaint}")

    def take(self, key: str, default: object = ...) -> Any:
        """A value of any type."""
        if key in self._values:
            return self._values.pop(key)
        if default is ...:
            self.refuse(key, "is missing")
        return default

    def _of(self, key: str, types: type | tuple[type, ...], expected: str, default: object) -> Any:
        value = self.take(key, default)
        if value is default and default is not ...:
            return value
        wanted = types if isinstance(types, tuple) else (types,)
        if type(value) not in wanted:  # a bool is not a whole number here
            self.refuse(key, f"must be {expected}, not {_shown(value)}")
        return value

    def text(self, key: str, default: object = ...) -> Any:
        """A text, or the default."""
        return self._of(key, str, "a text", default)

    def word(self, key: str, words: tuple[str, ...]) -> str:
        """One of some words, the first of them if it is missing."""
        value: str = self.text(key, words[0])
        if value not in words:
            self.refuse(key, f"must be {' or '.join(words)}, not {_shown(value)}")
        return value

    def truth(self, key: str, default: object = ...) -> Any:
        """True or false, or the default."""
        return self._of(key, bool, "true or false", default)

    def whole(self, key: str, default: object = ..., *, least: int | None = 0) -> Any:
        """A whole number, or the default."""
        value = self._of(key, int, "a whole number", default)
        if value is not default and least is not None and value < least:
            self.refuse(key, f"must be {least} or more, not {value}")
        return value

    def share(self, key: str, default: object = ...) -> Any:
        """A number from 0 to 1, or the default."""
        value = self._of(key, (int, float), "a number from 0 to 1", default)
        if value is not default and not 0 <= value <= 1:
            self.refuse(key, f"must be from 0 to 1, not {value}")
        return value if value is default else float(value)

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts. Empty if it is missing."""
        values = self._of(key, list, "a list", [])
        for at, value in enumerate(values):
            if not isinstance(value, str):
                self.refuse(f"{key}[{at}]", f"must be a text, not {_shown(value)}")
        return tuple(values)

    def each(self, key: str, default: object = ...) -> Iterator[Fields]:
        """The objects of a list."""
        for at, value in enumerate(self._of(key, list, "a list", default)):
            yield Fields(value, f"{self.place}{'.' if self.place else ''}{key}[{at}]")

    def end(self) -> None:
        """Refuse the keys that were not taken."""
        for key in self._values:
            self.refuse(key, "is not a key of a plan here")


def _shown(value: object) -> str:
    """A value in a message, cut short."""
    shown = json.dumps(value)
    return shown if len(shown) <= 60 else f"{shown[:60]}…"
