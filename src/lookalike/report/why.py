"""Why the keeper of a group stays, and why another member matches it, in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lookalike.matching.keepers.rules import BY_PATH, BY_WORD, READ, UNDAMAGED
from lookalike.text import plural, size

if TYPE_CHECKING:
    from lookalike.report.group import Duplicate, Group

BY_NUMBER = {
    "most pixels": lambda count: megapixels(count),
    "most bytes": size,
    "most frames": lambda count: plural(count, "frame"),
}
"""How to write the values that a reason compared. Other reasons speak for themselves."""


PLAIN = frozenset(
    rule.reason
    for rule in (UNDAMAGED, READ, BY_PATH, *(one for rules in BY_WORD.values() for one in rules))
)
"""Reasons that quote nothing. Others may name a folder or a pattern."""


def keeper_words(group: Group, *, paths: bool = True) -> str:
    """Why the keeper stays, such as "most pixels: 12.0 MP against 1.0 MP".

    `paths`: whether the words may say where images are from.
    """
    if not paths and group.keeper_reason not in PLAIN:
        return "first by the rules of the search"
    return reason_words(group.keeper_reason, group.keeper_values)


def reason_words(reason: str, values: tuple[object, object]) -> str:
    """A reason with the two values that it compared."""
    word = BY_NUMBER.get(reason)
    if word is None or not all(isinstance(value, int) for value in values):
        return reason
    kept, other = map(word, values)
    return f"{reason}: {kept} against {other}" if kept != other else reason


def match_words(one: Duplicate) -> list[str]:
    """Why a member matches the keeper, the main reason first."""
    if one.exact:
        return ["the same bytes"]
    words = [_evidence(one)]
    if not one.same_pixels and one.evidence != "chain" and one.agreement is not None:
        words.append(f"pixels agree to {one.agreement:.0%}")
    if one.mirrored:
        words.append("mirrored")
    if one.turned:
        words.append(f"turned by {one.turned}°")
    if one.colour_differs:
        words.append("colours differ")
    return words


def _evidence(one: Duplicate) -> str:
    if one.same_pixels:
        return "the same pixels, in another file"
    if one.evidence == "chain":
        return "matches others of the group, not the keeper"
    if one.evidence == "points":
        return "found by points in the picture"
    return f"{plural(one.distance, 'bit')} of the hash differ" if one.distance else "equal hashes"


def megapixels(count: int) -> str:
    """A number of pixels, such as `12.0 MP` or `0.05 MP`."""
    return f"{count / 1e6:.1f} MP" if count >= 1e6 else f"{count / 1e6:.2g} MP"
