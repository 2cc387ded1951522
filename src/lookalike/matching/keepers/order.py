"""`Order`: the rules that choose the image of a group that stays, in order."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lookalike.matching.keepers.rules import (
    BY_PATH,
    READ,
    UNDAMAGED,
    of_positions,
    preferred,
    rules_of,
)

if TYPE_CHECKING:
    from lookalike.matching.keepers.rules import KeeperRule

REFERENCE, PROTECTED, CHOSEN = "reference", "protected", "chosen"
"""Why images are favoured: as a reference, because nothing may change them, or by a person."""
FAVOURED = (
    of_positions("reference", "not a reference", REFERENCE),
    of_positions("protected", "not protected", PROTECTED),
    of_positions("chosen by you", "not chosen", CHOSEN),
)
DEFAULT_KEEP = (
    "raw", "animation", "original-format", "pixels", "frames", "companions", "metadata", "bytes",
    "oldest", "depth", "short-path",
)  # fmt: skip


@dataclass(frozen=True)
class Order:
    """What decides which image of a group stays. The first rule that differs decides.

    References come first, then protected images and those that a person chose, then undamaged ones
    and those read to their end, then `prefer` and `keep`, and at last the path.
    """

    keep: tuple[str, ...] = DEFAULT_KEEP
    """The words of rules, in order."""
    prefer: tuple[str, ...] = ()
    """Folders, of which earlier ones are better. Of nested ones, the inner one counts."""
    _rules: tuple[KeeperRule, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Raises `ValueError` for an unknown word and `TypeError` for what is no text."""
        for name in ("keep", "prefer"):
            given = getattr(self, name)
            words = (given,) if isinstance(given, str) else tuple(given)
            for word in words:
                if not isinstance(word, str) or not word:
                    raise TypeError(f"{name} must be texts, not {word!r}")
            object.__setattr__(self, name, words)
        named = [rule for word in self.keep for rule in rules_of(word)]
        folders = (preferred(self.prefer),) if self.prefer else ()
        object.__setattr__(self, "_rules", (UNDAMAGED, READ, *folders, *named, BY_PATH))

    @classmethod
    def of(cls, keep: str | Iterable[str] | Order = (), prefer: str | Iterable[str] = ()) -> Order:
        """The order that a caller asks for. Without `keep`, the default rules."""
        if isinstance(keep, Order):
            return keep
        words = (keep,) if isinstance(keep, str) else tuple(keep)
        folders = (prefer,) if isinstance(prefer, str) else tuple(prefer)
        return cls(words or DEFAULT_KEEP, folders)

    def rules(self, favoured: Container[str] = ()) -> tuple[KeeperRule, ...]:
        """All rules, in order. `favoured`: for which reasons images are favoured at all."""
        names = (REFERENCE, PROTECTED, CHOSEN)
        first = [rule for name, rule in zip(names, FAVOURED, strict=True) if name in favoured]
        return (*first, *self._rules)


DEFAULT = Order()
