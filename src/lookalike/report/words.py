"""A result in words, for people to read: groups as aligned lines, and a summary."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from lookalike.text import plural, printable

if TYPE_CHECKING:
    from lookalike.hashing.table import Failure, HashTable
    from lookalike.report.group import Groups
    from lookalike.report.result import Result

MOST_LINES = 50
"""Related pairs that are shown to people."""
WORDS = ("near", "same pixels", "exact copy")
"""Of `Evidence`, by its numbers."""
FIRST = max(map(len, WORDS))
"""How wide the first column is."""
STYLES = {"bold": "1", "dim": "2", "green": "32", "yellow": "33"}
"""What terminals are told."""


def text_of(
    result: Result, *, summary: bool, colour: bool = False, groups: Groups | None = None
) -> str:
    """The groups, or some of them, as text, and what else there is to know."""
    lines = list(group_lines(result, result.groups if groups is None else groups, colour))
    lines += [] if groups is not None else related_lines(result)
    lines += summary_lines(result) if summary else []
    return "".join(f"{line}\n" for line in lines)


def group_lines(result: Result, groups: Groups, colour: bool) -> Iterator[str]:
    """Some groups: a heading, a line for each image, and an empty line behind."""
    from rich.filesize import decimal

    from lookalike.matching.keepers import REASONS
    from lookalike.matching.links import Evidence

    columns, table = result.columns, result.table
    widths, _ = columns.widths(table, table.hashes[result.algorithm])
    starts, sizes, reasons = (
        column.tolist() for column in (columns.starts, columns.sizes, columns.reason)
    )
    positions, distances, evidence = (
        column.tolist() for column in (columns.members, columns.distance, columns.evidence)
    )
    for at in groups.numbers:
        others = range(starts[at] + 1, starts[at] + sizes[at])
        saved = decimal(sum(table.size(positions[n])[0] for n in others))
        yield _styled(heading(at + 1, sizes[at], saved, widths[at]), "bold", colour)
        apart = [
            plural(distances[n], "bit") if evidence[n] == Evidence.NEAR else WORDS[evidence[n]]
            for n in others
        ]
        cells = [details(table, at) for at in positions[starts[at] : others.stop]]
        yield from aligned(apart, cells, REASONS[reasons[at]], colour)
        yield ""


def heading(number: int, size: int, saved: str, width: int) -> str:
    """One line for a group."""
    spread = f"at most {plural(width, 'bit')} apart" if width else "equal hashes"
    return f"Group {number}: {plural(size, 'image')}, {saved} to save, {spread}"


def details(table: HashTable, at: int) -> tuple[str, str, str, str]:
    """Path, dimensions, format and size of an image."""
    from rich.filesize import decimal

    byte_count, width, height = table.size(at)
    frames = table.frames(at)
    form = table.formats[at]
    if frames > 1:
        form += f", {frames:,} frames"
    if at in table.marks:
        form += "".join(f", {word}" for word in table.marks[at].words)
    if at in table.damages:
        form += ", damaged"
    return printable(table.paths[at]), f"{width} x {height}", form, decimal(byte_count)


def aligned(
    apart: list[str], cells: list[tuple[str, str, str, str]], reason: str, colour: bool
) -> Iterator[str]:
    """The lines of a group, the keeper's first, in columns."""
    paths, sizes, forms, counts = (
        padded(column, right=right)
        for column, right in zip(zip(*cells, strict=True), (False, True, False, True), strict=True)
    )
    first = [_styled(f"{'keep':>{FIRST}}", "green", colour)]
    first += [_styled(f"{words:>{FIRST}}", "yellow", colour) for words in apart]
    last = [f"  {_styled(reason, 'dim', colour)}", *[""] * len(apart)]
    for row in zip(first, paths, sizes, forms, counts, last, strict=True):
        yield "%s  %s  %s  %s  %s%s" % row  # noqa: UP031  # half the time of an f-string with a row


def padded(texts: Sequence[str], *, right: bool) -> list[str]:
    """Texts filled up to one width with spaces, on their left if they are to stand right."""
    widths = [len(text) if text.isascii() else cells_of(text) for text in texts]
    most = max(widths)
    if right:
        return [" " * (most - width) + text for text, width in zip(texts, widths, strict=True)]
    return [text + " " * (most - width) for text, width in zip(texts, widths, strict=True)]


def cells_of(text: str) -> int:
    """How many columns of a terminal a text takes."""
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return len(text) + wide - sum(unicodedata.combining(c) > 0 for c in text)


def _styled(text: str, style: str, colour: bool) -> str:
    return f"\x1b[{STYLES[style]}m{text}\x1b[0m" if colour else text


def related_lines(result: Result) -> list[str]:
    """The images that begin alike and go on differently."""
    pairs = result.related
    if not pairs:
        return []
    lines = ["Not duplicates, but related: they begin alike."]
    lines += [f"  {printable(one.first)} {printable(one.reason)}" for one in pairs[:MOST_LINES]]
    if len(pairs) > MOST_LINES:
        lines.append(f"  and {len(pairs) - MOST_LINES:,} more pairs, which --json lists")
    return lines


def summary_lines(result: Result) -> list[str]:
    """What was looked at and found, what was left out or could not be read, and warnings."""
    from rich.filesize import decimal

    lines = [
        f"{plural(result.image_count, 'image')} hashed by {result.algorithm}, "
        f"matched within {plural(result.max_distance, 'bit')}: "
        f"{plural(len(result.groups), 'group')} with "
        f"{plural(result.duplicate_count, 'duplicate')}, {decimal(result.bytes_to_save)} to save."
    ]
    if result.flat_count:
        lines.append(
            f"{plural(result.flat_count, 'image')} without detail, "
            "matched only where all pixels are equal."
        )
    if result.degenerate_count:
        vary = "varies" if result.degenerate_count == 1 else "vary"
        lines.append(
            f"{plural(result.degenerate_count, 'image')} {vary} along one axis only, as barcodes "
            "and gradients do: matched only where all pixels are equal."
        )
    if result.damaged:
        far = "it goes" if len(result.damaged) == 1 else "they go"
        lines.append(f"{plural(len(result.damaged), 'image')} damaged, hashed as far as {far}:")
        lines += [f"  {failure_line(one)}" for one in result.damaged]
    if result.skipped:
        kinds = ", ".join(f"{count:,} {kind}" for kind, count in result.skipped.items())
        lines.append(f"Not looked at: {kinds}.")
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
    """How many failures nobody has foreseen, if there are any."""
    count = sum(bool(one.traceback) for one in failures)
    if not count:
        return []
    return [f"{plural(count, 'unexpected error')}; --debug shows where in the program."]
