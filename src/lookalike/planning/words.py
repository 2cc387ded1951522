"""A plan as text for people: a summary, and a line per file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from lookalike.planning.plan import Action
from lookalike.text import plural, printable, size

if TYPE_CHECKING:
    from lookalike.planning.plan import Match, Plan, PlanGroup, Removal

DONE = {
    Action.TRASH: "would go to the trash",
    Action.MOVE: "would be moved to {to}",
    Action.DEDUPE: "would share their bytes with what stays",
    Action.HARDLINK: "would become links to what stays",
    Action.DELETE: "would be deleted",
}
VERB = 9
"""The width of the first word of a line."""


def summary_lines(plan: Plan) -> list[str]:
    """What would go and how much that is, what is held back and why, and warnings."""
    totals = plan.totals
    if not totals.remove:
        lines = ["Nothing can go."]
    else:
        files = plural(totals.remove, "file")
        beside = f" and {plural(totals.companions, 'companion')}" if totals.companions else ""
        groups = plural(totals.groups, "group")
        lines = [f"{files}{beside} of {groups} {_done(plan)}: {size(totals.bytes)}."]
    if totals.held:
        lines.append(f"{plural(totals.held, 'file')} held back:")
        kinds = held_kinds(plan)
        width = len(f"{kinds[0][1]:,}")
        lines += [f"  {count:>{width},}  {kind}" for kind, count in kinds]
    return lines + [f"Warning: {warning}." for warning in plan.warnings]


def _done(plan: Plan) -> str:
    """What would happen to the files, in the order in which it is tried."""
    ways = dict.fromkeys(one.do for group in plan.groups for one in group.remove)
    if len(ways) > 1:
        return "would go in different ways"
    texts = [DONE[action].format(to=printable(plan.to or "")) for action in next(iter(ways))]
    return ", or else ".join(texts)


def held_kinds(plan: Plan) -> list[tuple[str, int]]:
    """What the reasons to hold files back say before their details, the most frequent first."""
    whys = (one.why for group in plan.groups for one in group.held)
    return Counter(why.partition(":")[0] for why in whys).most_common()


def file_lines(plan: Plan) -> Iterator[str]:
    """A line per file, by group, with an empty line after each."""
    for group in plan.groups:
        yield from _group_lines(group)
        yield ""


def _group_lines(group: PlanGroup) -> Iterator[str]:
    for kept in group.keep:
        yield _line("keep", kept.file.path, kept.why)
    for one in group.remove:
        yield _line(",".join(one.do), one.file.path, how_words(group, one), one.why)
        for companion in one.companions:
            yield _line("with it", companion.file.path)
    stays = {kept.file.path for kept in group.keep}
    for held in group.held:
        if held.file.path not in stays:
            yield _line("held", held.file.path, held.why)


def _line(verb: str, path: str, *rest: str) -> str:
    text = "; ".join(filter(None, map(printable, rest)))
    return f"{verb:<{VERB}}{printable(path)}" + (f"  ({text})" if text else "")


def how_words(group: PlanGroup, one: Removal) -> str:
    """How a picture that goes matches the one that stays, and which that is."""
    if one.keeper is None:
        return ""
    return f"{_how(one.match)} {printable(group.keep[one.keeper].file.path)}"


def _how(match: Match | None) -> str:
    """How a file that goes matches the one that stays."""
    if match is None:
        return ""
    if match.exact:
        return "same bytes as"
    if match.same_pixels:
        return "same pixels as"
    if match.agreement is not None:
        return f"{match.agreement:.0%} like"
    return f"{plural(match.distance, 'bit')} from"
