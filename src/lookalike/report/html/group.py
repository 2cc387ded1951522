"""One group as HTML: pictures, what differs, why one stays and why the others match it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import TYPE_CHECKING

from lookalike.report.differences import Difference, differences, dimensions
from lookalike.report.html.look import Look, text
from lookalike.report.why import keeper_words, match_words
from lookalike.text import plural, size

if TYPE_CHECKING:
    from lookalike.hashing.row import ImageInfo
    from lookalike.report.group import Group
    from lookalike.report.pictures import Shown

MOST_PICTURES = 12
"""How many members of a group are shown with their pictures."""
MOST_NAMES = 500
"""How many others are listed by name."""
KEEP, DUPLICATE = "Keep", "Duplicate"
MARKS = {KEEP: "✓", DUPLICATE: "="}


def first_of(group: Group) -> list[ImageInfo]:
    """The members that are shown with their pictures, the keeper first."""
    return group.first_members(MOST_PICTURES)


def group_html(number: int, group: Group, pictures: Mapping[str, Shown], look: Look) -> str:
    """A group as a section. `pictures`: those of its first members, by path."""
    shown = first_of(group)
    kept, why = look.name(shown[0], 1), keeper_words(group, paths=look.paths)
    title = f"{plural(len(group), 'image')}, {size(group.bytes_to_save)} to save"
    others = "".join(_other_lines(group, len(shown), look))
    return (
        f'<section class="group" id="group-{number}">\n'
        f"<h2>Group {number:,} <small>{title}</small></h2>\n"
        f'<p class="why"><b>{text(kept)}</b> stays: {text(why)}.</p>\n'
        f'<ul class="members">\n{"".join(_members(number, group, pictures, look))}</ul>\n'
        f"{others}</section>\n"
    )


def _members(number: int, group: Group, pictures: Mapping[str, Shown], look: Look) -> Iterable[str]:
    shown = first_of(group)
    found = differences(shown, dates=look.paths)
    matches = ["", *(", ".join(match_words(one)) for one in group.first_duplicates(len(shown) - 1))]
    for at, (image, match) in enumerate(zip(shown, matches, strict=True)):
        role = DUPLICATE if at else KEEP
        name = look.name(image, at + 1)
        said = f"{name}, {role.lower()}, {dimensions(image)}"
        lines = [
            f'<li class="{role.lower()}">',
            _picture((number, at + 1), pictures[image.path], said, look),
            f'<p class="role"><span aria-hidden="true">{MARKS[role]}</span> {role}</p>',
            f'<p class="name">{_linked(text(name), look.link(image))}</p>',
        ]
        if look.place(image):
            lines.append(f'<p class="place">{text(look.place(image))}</p>')
        if match:
            lines.append(f'<p class="match">{text(match)}</p>')
        lines.append(_facts(found, at, look))
        yield "\n".join([*lines, "</li>\n"])


def _picture(place: tuple[int, int], shown: Shown, said: str, look: Look) -> str:
    """The picture, or why there is none."""
    if not shown.jpeg:
        # The reason may quote the file.
        reason = text(shown.reason) if look.paths else "it cannot be shown"
        return f'<p class="no-picture">No picture: {reason}.</p>'
    return (
        f'<img src="{look.source(place, shown)}" alt="{text(said)}" '
        f'width="{shown.width}" height="{shown.height}" loading="lazy">'
    )


def _linked(name: str, address: str) -> str:
    return f'<a href="{address}">{name}</a>' if address else name


def _facts(found: list[Difference], at: int, look: Look) -> str:
    """What differs, for one of the images."""
    rows = []
    for one in found:
        value = text(one.values[at])
        if one.better[at]:
            value = f"<b>{value}</b> <i>▲ {one.word}</i>"
        rows.append(f"<div><dt>{one.name}</dt><dd>{value}</dd></div>")
    if rows:
        return f"<dl>{''.join(rows)}</dl>"
    nothing = "Only the name differs." if look.paths else "Nothing shown here differs."
    return f'<p class="same">{nothing}</p>'


def _other_lines(group: Group, shown: int, look: Look) -> Iterable[str]:
    """The members without pictures, by name."""
    rest = len(group) - shown
    if not rest:
        return
    named = min(rest, MOST_NAMES) if look.paths else 0
    yield f"<details><summary>{plural(rest, 'more image')}</summary>\n"
    if named:
        images = islice(group.first_members(shown + named), shown, None)
        items = "".join(f"<li>{text(image.path)}</li>\n" for image in images)
        yield f"<ul>\n{items}</ul>\n"
    if rest > named:
        yield f"<p>{rest - named:,} of them are not listed here.</p>\n"
    yield "</details>\n"
