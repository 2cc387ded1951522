"""A whole page: its head, the summary of a search, and groups."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from lookalike.report.html.look import text
from lookalike.report.words import summary_lines
from lookalike.text import plural, printable
from lookalike.version import VERSION

if TYPE_CHECKING:
    from lookalike.report.result import Result

TITLE = "Duplicate images"
MOST_LISTED = 500
"""How many related pairs, or files that could not be read, are listed."""


@cache
def style() -> str:
    """The style sheet of all pages."""
    return Path(__file__).with_name("style.css").read_text(encoding="utf-8")


def page_html(title: str, parts: Iterable[str]) -> Iterator[str]:
    """A document, piece by piece. It runs no script, and loads nothing but pictures beside it."""
    digest = b64encode(sha256(style().encode()).digest()).decode()
    policy = (
        f"default-src 'none'; img-src 'self' file: data:; style-src 'sha256-{digest}'; "
        "base-uri 'none'; form-action 'none'"
    )
    yield (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f'<meta name="generator" content="lookalike {VERSION}">\n'
        f"<title>{text(title)}</title>\n<style>{style()}</style>\n</head>\n<body>\n"
        f"<main>\n<h1>{text(title)}</h1>\n"
    )
    yield from parts
    yield "</main>\n</body>\n</html>\n"


def summary_html(result: Result, *, paths: bool) -> str:
    """What was read and found, and what could not be read."""
    out: list[str] = []
    listed: list[str] = []
    for line in summary_lines(result):
        if line.startswith("  "):  # a file, and what is wrong with it
            listed += [line.strip()] if paths else []
            continue
        if not paths and line.endswith(":"):  # files would follow
            line = f"{line[:-1]}."
        out += [*_list_of(listed), f"<p>{text(line)}</p>\n"]
        listed = []
    return f'<div class="summary">\n{"".join([*out, *_list_of(listed)])}</div>\n'


def related_html(result: Result, *, paths: bool) -> str:
    """The pairs that have something in common without being duplicates."""
    pairs = result.related
    if not pairs:
        return ""
    if not paths:
        have = "has" if len(pairs) == 1 else "have"
        return f"<p>{plural(len(pairs), 'pair')} of images {have} something else in common.</p>\n"
    lines = [f"{printable(one.first)} {printable(one.reason)}" for one in pairs]
    return "".join(["<h2>Related, but not duplicates</h2>\n", *_list_of(lines)])


def _list_of(lines: list[str]) -> list[str]:
    if not lines:
        return []
    items = [f"<li>{text(line)}</li>\n" for line in lines[:MOST_LISTED]]
    if len(lines) > MOST_LISTED:
        items.append(f"<li>and {len(lines) - MOST_LISTED:,} more</li>\n")
    return [f"<ul>\n{''.join(items)}</ul>\n"]
