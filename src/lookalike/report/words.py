"""A result as text for people: groups as aligned lines, and a summary."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import TYPE_CHECKING

from lookalike.text import plural, printable, size

if TYPE_CHECKING:
    from lookalike.hashing.row import Failure
    from lookalike.hashing.table import HashTable
    from lookalike.matching.comparison import Comparison
    from lookalike.report.group import Groups
    from lookalike.report.result import Result

MOST_LINES = 50
"""How many related pairs are shown to people."""
WORDS = ("near", "same pixels", "exact copy")
"""The words for `Evidence`, by its numbers."""
FIRST = max(map(len, WORDS))
"""The width of the first column."""
PLAINLY = {"degenerate": "one axis"}
"""Marks that people read as other words."""
SKIPPED = {
    "audio": "audio file",
    "data": "data file",
    "excluded": "excluded file",
    "same file": "repeated file",
    "text": "text file",
}
"""Nouns for kinds of skipped files. The other kinds are nouns already."""
STYLES = {"bold": "1", "dim": "2", "green": "32", "yellow": "33"}
"""Escape codes for terminals."""


def text_of(
    result: Result, *, summary: bool, colour: bool = False, groups: Groups | None = None
) -> str:
    """The groups, or some of them, as text, followed by the rest of the result."""
    lines = list(group_lines(result, result.groups if groups is None else groups, colour))
    lines += [] if groups is not None else related_lines(result)
    lines += summary_lines(result) if summary else []
    return "".join(f"{line}\n" for line in lines)


def group_lines(result: Result, groups: Groups, colour: bool) -> Iterator[str]:
    """Some groups: a heading, a line per image, and an empty line after them."""
    from lookalike.matching.keepers import REASONS

    columns, table = result.columns, result.table
    widths, _ = columns.widths(table, table.hashes[result.algorithm])
    starts, sizes = columns.starts.tolist(), columns.sizes.tolist()
    pixels_only = table.flat_digests.keys()
    reasons = [_styled(reason, "dim", colour) for reason in REASONS]
    lines = _Lines(result, colour)
    for at, reason in zip(groups.numbers, columns.reason[groups.numbers].tolist(), strict=True):
        members = slice(starts[at], starts[at] + sizes[at])
        saved = size(sum(lines.bytes[members]) - lines.bytes[starts[at]])
        equal = "pixels" if columns.members[starts[at]] in pixels_only else "hashes"
        title = heading(at + 1, sizes[at], saved, widths[at], equal)
        yield _styled(title, "bold", colour)
        keeper, *others = lines.aligned(members)
        yield f"{keeper}  {reasons[reason]}"
        yield from others
        yield ""


def heading(number: int, members: int, saved: str, width: int, equal: str) -> str:
    """The heading of a group. `equal` says what its images share if no bits differ."""
    spread = f"at most {plural(width, 'bit')} apart" if width else f"equal {equal}"
    return f"Group {number}: {plural(members, 'image')}, {saved} to save, {spread}"


class _Lines:
    """The line of each member, in columns. A table of rich would take a thousand times as long."""

    def __init__(self, result: Result, colour: bool) -> None:
        columns, table = result.columns, result.table
        positions = columns.members.tolist()
        sizes = table.sizes[columns.members].tolist()
        far = zip(columns.distance.tolist(), columns.evidence.tolist(), strict=True)
        apart = [WORDS[why] if why else plural(bits, "bit") for bits, why in far]
        self._apart = [_styled(f"{words:>{FIRST}}", "yellow", colour) for words in apart]
        for at in columns.starts.tolist():
            self._apart[at] = _styled(f"{'keep':>{FIRST}}", "green", colour)
        paths = table.paths
        self._paths = [printable(paths[at]) for at in positions]
        self._widths = list(map(cells_of, self._paths))
        self._sides = [f"{width} x {height}" for _, width, height in sizes]
        self._forms = forms_of(table, positions)
        self.bytes = [count for count, _, _ in sizes]
        self._sizes = list(map(size, self.bytes))

    def aligned(self, members: slice) -> Iterator[str]:
        """The lines of some members."""
        paths = max(self._widths[members])
        sides = max(map(len, self._sides[members]))
        forms = max(map(len, self._forms[members]))
        sizes = max(map(len, self._sizes[members]))
        for at in range(members.start, members.stop):
            fill = " " * (paths - self._widths[at])
            yield (
                f"{self._apart[at]}  {self._paths[at]}{fill}  {self._sides[at]:>{sides}}"
                f"  {self._forms[at]:<{forms}}  {self._sizes[at]:>{sizes}}"
            )


def forms_of(table: HashTable, positions: list[int]) -> list[str]:
    """The format of each image, with its frames, marks and damage."""
    formats, marks, damages = table.formats, table.marks, table.damages
    forms = []
    for at, frames in zip(positions, map(table.frames, positions), strict=True):
        form = formats[at]
        if frames > 1:
            form += f", {frames:,} frames"
        if at in marks:
            form += "".join(f", {PLAINLY.get(word, word)}" for word in marks[at].words)
        forms.append(f"{form}, damaged" if at in damages else form)
    return forms


def cells_of(text: str) -> int:
    """How many terminal columns a text takes."""
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return len(text) + wide - sum(unicodedata.combining(c) > 0 for c in text)


def _styled(text: str, style: str, colour: bool) -> str:
    return f"\x1b[{STYLES[style]}m{text}\x1b[0m" if colour else text


def related_lines(result: Result) -> list[str]:
    """The images that begin alike and continue differently."""
    pairs = result.related
    if not pairs:
        return []
    lines = ["Related, but not duplicates: they begin alike."]
    lines += [f"  {printable(one.first)} {printable(one.reason)}" for one in pairs[:MOST_LINES]]
    if len(pairs) > MOST_LINES:
        lines.append(f"  and {len(pairs) - MOST_LINES:,} more pairs: use --json to list all")
    return lines


def summary_lines(result: Result) -> list[str]:
    """What was read and found, what was skipped or unreadable, and warnings."""
    lines = [
        f"{plural(result.image_count, 'image')} hashed by {result.algorithm}, "
        f"matched within {plural(result.max_distance, 'bit')}: "
        f"{plural(len(result.groups), 'group')} with "
        f"{plural(result.duplicate_count, 'duplicate')}, {size(result.bytes_to_save)} to save."
    ]
    if result.flat_count:
        blank = plural(result.flat_count, "blank image")
        lines.append(f"{blank}: matched only if every pixel is equal.")
    if result.degenerate_count:
        vary = "varies" if result.degenerate_count == 1 else "vary"
        lines.append(
            f"{plural(result.degenerate_count, 'image')} {vary} along one axis only, like barcodes "
            "and gradients: matched only if every pixel is equal."
        )
    if result.damaged:
        damaged = plural(len(result.damaged), "damaged image")
        lines.append(f"{damaged}, hashed as far as readable:")
        lines += [f"  {failure_line(one)}" for one in result.damaged]
    if result.skipped:
        counts = result.skipped.items()
        kinds = ", ".join(plural(count, SKIPPED.get(kind, kind)) for kind, count in counts)
        lines.append(f"Skipped: {kinds}.")
    if result.failures:
        lines.append(f"{plural(len(result.failures), 'file')} could not be read:")
        lines += [f"  {failure_line(one)}" for one in result.failures]
        lines += unexpected_lines(result.failures)
    lines += [f"Warning: {warning}" for warning in result.warnings]
    return lines


def failure_line(failure: Failure) -> str:
    """Status, path and reason as one line of text."""
    return printable(f"{failure.status}: {failure.path}: {failure.reason}")


def unexpected_lines(failures: list[Failure]) -> list[str]:
    """How many failures were unexpected, if any."""
    count = sum(bool(one.traceback) for one in failures)
    if not count:
        return []
    return [f"{plural(count, 'unexpected error')}: use --debug for tracebacks."]


def comparison_lines(found: Comparison) -> list[str]:
    """Whether two images are alike, and what to know about them."""
    verdict = "alike" if found.alike else "not alike"
    differ = f"{found.distance} of {found.bits} bits of {found.algorithm} differ"
    why = f"{differ}, at most {found.max_distance} may"
    if found.flat or found.degenerate:  # whatever their hashes are
        why = f"their pixels {'are equal' if found.alike else 'differ'}"
    lines = [f"{verdict}: {why}"]
    if found.exact:
        lines.append("The two have the same bytes.")
    if found.compared > 1:
        begin = "The first frames are alike; " if found.first_frames_alike else ""
        lines.append(f"{begin}{found.agreeing} of {found.compared} frames agree.")
    if found.flat:
        lines.append("At least one of them has no detail, so only equal pixels count as alike.")
    if found.degenerate:
        lines.append(
            "At least one of them varies along one axis only, as barcodes and gradients do, "
            "so only equal pixels count as alike."
        )
    return lines
