"""A result as text for people: its groups, and a summary."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from lookalike.text import plural, printable, size

if TYPE_CHECKING:
    from lookalike.hashing.row import Failure
    from lookalike.matching.comparison import Comparison
    from lookalike.report.facts import Facts
    from lookalike.report.group import Groups
    from lookalike.report.result import Result
    from lookalike.report.similar import SimilarResult

MOST_LINES = 50
"""How many related pairs are shown to people."""
MOST_OF_ALL = 0.995
"""From this share on, all of a picture is seen."""
NOTHING_FOUND = "No images found."
SKIPPED = {
    "audio": "audio file",
    "data": "data file",
    "excluded": "excluded file",
    "same file": "repeated file",
    "text": "text file",
}
"""Nouns for kinds of skipped files. The other kinds are nouns already."""


def text_of(
    result: Result, *, summary: bool, colour: bool = False, groups: Groups | None = None
) -> str:
    """The groups, or some of them, as text, followed by the rest of the result."""
    from lookalike.report.lines import group_lines  # loads NumPy, which other words do not need

    lines = list(group_lines(result, result.groups if groups is None else groups, colour))
    lines += [] if groups is not None else related_lines(result)
    lines += summary_lines(result) if summary else []
    return "".join(f"{line}\n" for line in lines)


def related_lines(result: Result) -> list[str]:
    """The pairs that have something in common without being duplicates."""
    pairs = result.related
    if not pairs:
        return []
    lines = ["Related, but not duplicates:"]
    lines += [f"  {printable(one.first)} {printable(one.reason)}" for one in pairs[:MOST_LINES]]
    if len(pairs) > MOST_LINES:
        lines.append(f"  and {len(pairs) - MOST_LINES:,} more pairs: use --json to list all")
    return lines


def summary_lines(result: Result) -> list[str]:
    """What was read and found, what was skipped or unreadable, and warnings."""
    if not result.image_count:
        lines = ["No image could be read." if result.failures else NOTHING_FOUND]
    else:
        lines = [_counts(result)]
    if result.flat_count:
        blank = plural(result.flat_count, "blank image")
        lines.append(f"{blank}: matched only if every pixel is equal.")
    if result.degenerate_count:
        vary = "varies" if result.degenerate_count == 1 else "vary"
        lines.append(
            f"{plural(result.degenerate_count, 'image')} {vary} along one axis only, like barcodes "
            "and gradients: matched only if every pixel is equal."
        )
    return lines + _trouble_lines(result.facts)


def _trouble_lines(facts: Facts) -> list[str]:
    """What was skipped, unreadable or damaged, and warnings."""
    lines = []
    if facts.told_apart:
        have = "image has" if facts.told_apart == 1 else "images have"
        lines.append(f"{facts.told_apart:,} {have} been told apart from others, and stay apart.")
    if facts.thumbs_only:
        images = plural(facts.thumbs_only, "image")
        lines.append(f"{images} could not be read again: compared by small copies only.")
    if facts.damaged:
        damaged = plural(len(facts.damaged), "damaged image")
        lines.append(f"{damaged}, hashed as far as readable:")
        lines += [f"  {failure_line(one)}" for one in facts.damaged]
    lines += skipped_lines(facts.skipped)
    if facts.failures:
        lines.append(f"{plural(len(facts.failures), 'file')} could not be read:")
        lines += [f"  {failure_line(one)}" for one in facts.failures]
        lines += unexpected_lines(facts.failures)
    lines += [f"Warning: {warning}" for warning in facts.warnings]
    return lines


def similar_lines(result: SimilarResult) -> list[str]:
    """What was looked for and in how many images, what was skipped or unreadable, and warnings."""
    facts = result.facts
    pictures = plural(facts.images - facts.references, "picture")
    images = plural(facts.references, "image")
    lines = [f"{pictures} looked for in {images}: {len(result.matches):,} found."]
    return lines + _trouble_lines(facts)


def _counts(result: Result) -> str:
    """How many images were read, and what was found among them."""
    return (
        f"{_images(result)} hashed by {result.algorithm}, "
        f"matched within {plural(result.max_distance, 'bit')}"
        f"{' and by a second look' if result.rule.verify else ''}"
        f"{', or by points' if result.rule.thorough else ''}: "
        f"{plural(len(result.groups), 'group')} with "
        f"{plural(result.duplicate_count, 'duplicate')}, {size(result.bytes_to_save)} to save."
    )


def _images(result: Result) -> str:
    """How many images were hashed, and how many of them are references, if there are two sets."""
    if not result.rule.against:
        return plural(result.image_count, "image")
    new = result.image_count - result.reference_count
    return f"{plural(new, 'new image')} and {plural(result.reference_count, 'reference')}"


def skipped_lines(skipped: Mapping[str, int]) -> list[str]:
    """How many files of each kind were left out, if any."""
    kinds = ", ".join(plural(count, SKIPPED.get(kind, kind)) for kind, count in skipped.items())
    return [f"Skipped: {kinds}."] if kinds else []


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
    lines = [f"{verdict}: {_why(found)}"]
    if found.exact:
        lines.append("The two have the same bytes.")
    if found.turned or found.mirrored:
        words = ["be mirrored"] if found.mirrored else []
        words += [f"be turned by {found.turned}° clockwise"] if found.turned else []
        lines.append(f"The second has to {' and '.join(words)} to lie on the first.")
    if found.shares_a_part:
        lines.append("They only share a part.")
    if found.overlap and min(found.overlap) < MOST_OF_ALL:
        ours, theirs = found.overlap
        lines.append(f"{ours:.0%} of the first and {theirs:.0%} of the second show the same.")
    if found.colour_differs:
        lines.append("Their colours differ.")
    if found.same_layout:
        lines.append("They only have the same layout: what is written or drawn on it differs.")
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


def _why(found: Comparison) -> str:
    """The numbers that decide whether two images are alike."""
    if found.flat or found.degenerate:  # whatever their hashes are
        return f"their pixels {'are equal' if found.alike else 'differ'}"
    if found.evidence == "points":
        return f"their points match, and their pixels agree to {found.agreement:.0%}"
    differ = f"{found.distance} of {found.bits} bits of {found.algorithm} differ"
    why = f"{differ}, at most {found.max_distance} may"
    if found.agreement is None or found.exact or found.distance > found.max_distance:
        return why
    related = found.same_layout or found.shares_a_part or found.colour_differs
    but = "and" if found.alike or related else "but"
    return f"{why}, {but} their pixels agree to {found.agreement:.0%}"
