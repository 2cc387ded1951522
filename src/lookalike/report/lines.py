"""The groups of a result as aligned lines of text."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from lookalike.matching.keepers import REASONS
from lookalike.matching.links import Evidence
from lookalike.text import plural, printable, size

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.hashing.table import HashTable
    from lookalike.matching.groups import GroupColumns
    from lookalike.report.group import Groups
    from lookalike.report.result import Result

WORDS = ("near", "same pixels", "exact copy")
"""The words for how a member matches its keeper, unless bits differ."""
FIRST = max(map(len, WORDS))
"""The width of the first column."""
MOST = 0.95
"""From this share on, nearly all of a picture is seen."""
PLAINLY = {"degenerate": "one axis"}
"""Marks that people read as other words."""
STYLES = {"bold": "1", "dim": "2", "green": "32", "yellow": "33"}
"""Escape codes for terminals."""


def group_lines(result: Result, groups: Groups, colour: bool) -> Iterator[str]:
    """Some groups: a heading, a line per image, and an empty line after them."""
    columns, table = result.columns, result.table
    widths, _ = columns.widths(table, table.hashes[result.algorithm])
    starts, sizes = columns.starts.tolist(), columns.sizes.tolist()
    pixels_only = table.flat_digests.keys()
    reasons = [_styled(reason, "dim", colour) for reason in REASONS]
    counts = table.sizes[columns.members, 0]
    saved = (np.add.reduceat(counts, columns.starts) - counts[columns.starts]).tolist()
    lines = member_lines(result, colour)
    seen = _seen(columns)
    for at, reason in zip(groups.numbers, columns.reason[groups.numbers].tolist(), strict=True):
        begin = starts[at]
        equal = "pixels" if columns.members[begin] in pixels_only else "hashes"
        title = heading(at + 1, sizes[at], size(saved[at]), widths[at], equal)
        yield _styled(title, "bold", colour)
        yield f"{lines[begin]}  {reasons[reason]}"
        for number in range(begin + 1, begin + sizes[at]):
            yield lines[number] + seen[number]
        yield ""


def heading(number: int, members: int, saved: str, width: int, equal: str) -> str:
    """The heading of a group. `equal` says what its images share if no bits differ."""
    spread = f"at most {plural(width, 'bit')} apart" if width else f"equal {equal}"
    return f"Group {number}: {plural(members, 'image')}, {saved} to save, {spread}"


def member_lines(result: Result, colour: bool) -> list[str]:
    """A line per member, aligned within its group. A table of rich is a thousand times slower."""
    columns, table = result.columns, result.table
    paths = list(map(printable, table.take("path", columns.members)))
    counts, widths, heights = table.sizes[columns.members].T.tolist()
    sides = list(map("%d x %d".__mod__, zip(widths, heights, strict=True)))
    forms = forms_of(table, columns.members)
    sizes = list(map(size, counts))

    def widest(lengths: Iterable[int]) -> NDArray[np.intp]:
        """The largest of the numbers in each group, for each member."""
        numbers = np.fromiter(lengths, np.intp, len(columns.members))
        return np.repeat(np.maximum.reduceat(numbers, columns.starts), columns.sizes)

    cells = np.fromiter(map(cells_of, paths), np.intp, len(paths))
    characters = np.fromiter(map(len, paths), np.intp, len(paths))
    aligned = (
        _apart(columns, colour),
        (widest(cells) + characters - cells).tolist(), paths,
        widest(map(len, sides)).tolist(), sides,
        widest(map(len, forms)).tolist(), forms,
        widest(map(len, sizes)).tolist(), sizes,
    )  # fmt: skip
    return list(map("%s  %-*s  %*s  %-*s  %*s".__mod__, zip(*aligned, strict=True)))


def _apart(columns: GroupColumns, colour: bool) -> list[str]:
    """How each member matches its keeper, in words of one width."""
    most = int(columns.distance.max(initial=0))
    words = [*(plural(bits, "bit") for bits in range(most + 1)), *WORDS[1:]]
    texts = [_styled(f"{one:>{FIRST}}", "yellow", colour) for one in words]
    texts.append(_styled(f"{'keep':>{FIRST}}", "green", colour))
    equal = columns.evidence.astype(np.intp) - Evidence.AGREES
    chosen = np.where(equal > 0, most + equal, columns.distance)
    chosen[columns.starts] = len(texts) - 1
    return [texts[number] for number in chosen.tolist()]


def _seen(columns: GroupColumns) -> list[str]:
    """What a second look saw of each member, to follow its line. Empty for most."""
    looks = columns.looks
    if looks is None:
        return [""] * len(columns.members)
    seen = []
    for agreement, turned, mirrored, differs, linked, _, overlap in zip(
        *(column.tolist() for column in looks), strict=True
    ):
        words = [f"{agreement:.0%} alike"] if agreement < 1 else []
        words += ["mirrored"] if mirrored else []
        words += [f"turned by {turned}°"] if turned else []
        words += _part(*overlap)
        words += ["colour differs"] if differs else []
        words += [] if linked else ["only by way of others"]
        seen.append("".join(f"  {', '.join(words)}") if words else "")
    return seen


def _part(of_keeper: float, of_member: float) -> list[str]:
    """Whether a member is a part of its keeper, or the keeper a part of the member."""
    if of_keeper < MOST <= of_member:
        return [f"cropped to {of_keeper:.0%}"]
    return ["more around it"] if of_member < MOST <= of_keeper else []


def forms_of(table: HashTable, at: NDArray[np.intp]) -> list[str]:
    """The format of each image at some positions, with its frames, marks and damage."""
    marks, damages = table.marks, table.damages
    forms, frames = table.take("format", at), table.take("frames", at)
    for number, position in enumerate(at.tolist()):
        if frames[number] > 1:
            forms[number] += f", {frames[number]:,} frames"
        if position in marks:
            words = marks[position].words
            forms[number] += "".join(f", {PLAINLY.get(word, word)}" for word in words)
        if position in damages:
            forms[number] += ", damaged"
    return forms


def cells_of(text: str) -> int:
    """How many terminal columns a text takes."""
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return len(text) + wide - sum(unicodedata.combining(c) > 0 for c in text)


def _styled(text: str, style: str, colour: bool) -> str:
    return f"\x1b[{STYLES[style]}m{text}\x1b[0m" if colour else text
