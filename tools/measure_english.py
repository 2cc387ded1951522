"""Measure the prose of the project against its rules, and name what breaks them.

    python tools/measure_english.py            # exit status 1 if a rule is broken
    python tools/measure_english.py --longest  # also print the longest sentences

Looks at docs and other Markdown, docstrings and comments of Python and C++, and the help of the
command. List items and table cells count as prose. Code blocks, links and tables are excepted from
the width of lines.
"""

from __future__ import annotations

import argparse
import ast
import io
import re
import statistics
import sys
import tokenize
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
CODE = ("src", "tests", "benchmarks", "docs", "examples", "fuzz", "tools")
MEDIAN, NINETIETH = 16, 30
"""The most words in the median sentence, and in nine of ten sentences."""
WORDS_PER_SEMICOLON = 500
WIDTH = 100
FEWEST = 3
"""Anything with fewer words is a label or a name, not a sentence."""

_fence = re.compile(r"^\s*```")
_end_of_sentence = re.compile(r"(?<=[.!?])[\")\]*_]*\s+(?=[\"(\[*_`]*[A-Z0-9`])")
_marks = re.compile(r"`[^`]*`|\]\([^)]*\)|https?://\S+|<!--.*?-->", re.DOTALL)
_bullet = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+")
_directive = re.compile(r"^(?:noqa|type:|fmt:|pragma|!|-\*-|clang-format|NOLINT)")
_stands_alone = re.compile(r"^(?:\||#|>|\s*[-*+]\s|\s*\d+[.)]\s|    )")


@dataclass(frozen=True)
class Prose:
    """A paragraph, a list item, a cell or a heading, and its place."""

    place: str
    text: str


def main() -> int:
    """Print the measures and everything that breaks a rule. Returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--longest", type=int, default=0, metavar="N", help="print N sentences")
    options = parser.parse_args()
    prose = list(all_prose())
    sentences = [(one.place, words) for one in prose for words in sentences_of(one.text)]
    lengths = sorted(len(words) for _, words in sentences)
    median = statistics.median(lengths)
    ninetieth = lengths[len(lengths) * 9 // 10]
    semicolons = sum(plain(one.text).count(";") for one in prose)
    per_semicolon = sum(lengths) / max(semicolons, 1)
    print(
        f"{len(lengths):,} sentences: median {median:g} words (at most {MEDIAN}), "
        f"nine of ten at most {ninetieth} ({NINETIETH}), "
        f"{per_semicolon:,.0f} words per semicolon (at least {WORDS_PER_SEMICOLON})"
    )
    longest = sorted(sentences, key=lambda one: -len(one[1]))[: options.longest]
    for place, words in longest:
        print(f"{place}: {len(words)} words: {' '.join(words)[:160]}")
    wide = list(wide_lines())
    for place in wide:
        print(f"{place}: wider than {WIDTH} columns")
    broken = median > MEDIAN or ninetieth > NINETIETH or per_semicolon < WORDS_PER_SEMICOLON
    return int(broken or bool(wide))


def all_prose() -> Iterator[Prose]:
    """Everything in the repository that people read."""
    for path in markdown_files():
        yield from prose_of_markdown(path)
    for path in code_files(".py", ".pyi"):
        yield from prose_of_python(path)
    for path in code_files(".cpp", ".h"):
        yield from prose_of_cpp(path)
    yield from prose_of_help()


def markdown_files() -> list[Path]:
    """The pages of the project."""
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def code_files(*endings: str) -> Iterator[Path]:
    """The source files of some languages."""
    for folder in CODE:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in endings:
                yield path


def prose_of_markdown(path: Path) -> Iterator[Prose]:
    """Paragraphs, list items, cells and headings, without code."""
    lines: list[str] = []
    begin, fenced = 1, False
    for number, line in enumerate([*path.read_text(encoding="utf-8").splitlines(), ""], start=1):
        if _fence.match(line):
            fenced = not fenced
            line = ""
        elif fenced:
            continue
        if lines and (not line.strip() or _stands_alone.match(line)):
            yield from _block(path, begin, lines)
            lines = []
        if line.strip():
            begin = begin if lines else number
            lines.append(line)


def _block(path: Path, number: int, lines: list[str]) -> Iterator[Prose]:
    place = f"{path.relative_to(ROOT)}:{number}"
    text = " ".join(line.strip() for line in lines)
    if text.startswith("|"):
        for cell in text.strip("| ").split("|"):
            yield Prose(place, cell)
    else:
        yield Prose(place, _bullet.sub("", text.lstrip("# >")))


def prose_of_python(path: Path) -> Iterator[Prose]:
    """Docstrings, including those of attributes, and comments."""
    source = path.read_text(encoding="utf-8")
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        ):
            yield from _paragraphs(path, node.lineno, node.value.value)
    comments = (
        (token.start[0], token.string.lstrip("# "))
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT
    )
    yield from _runs(path, comments)


def prose_of_cpp(path: Path) -> Iterator[Prose]:
    """Comments that begin with two slashes."""
    found = (
        (number, comment.strip())
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        for code, mark, comment in [line.partition("//")]
        if mark and code.count('"') % 2 == 0
    )
    yield from _runs(path, found)


def prose_of_help() -> Iterator[Prose]:
    """The text of `--help`, which docs/command.md holds inside its fences."""
    page = (ROOT / "docs" / "command.md").read_text(encoding="utf-8")
    for block in re.findall(r"```\nUsage: .*?```", page, re.DOTALL):
        body = re.sub(r"  Examples:\n(?:    .*\n)+", "", block.strip("`"))
        for option in re.split(r"\n\n|\n  (?=-)", body):
            text = re.sub(r"^\s*-\S.*?(?:\s{2,}|\n)", "", option.strip(), count=1)
            yield Prose("docs/command.md (help)", re.sub(r"\s+|\[default[^]]*\]", " ", text))


def _paragraphs(path: Path, number: int, text: str) -> Iterator[Prose]:
    """The paragraphs of a docstring. Lines indented four spaces more than its text are code."""
    place = f"{path.relative_to(ROOT)}:{number}"
    lines = text.strip("\n").splitlines()
    rest = [len(line) - len(line.lstrip()) for line in lines[1:] if line.strip()]
    margin = min(rest, default=0)
    kept = [lines[0].strip(), *(line[margin:] for line in lines[1:])] if lines else []
    block: list[str] = []
    for line in [*kept, ""]:
        if line.startswith("    ") and not block:
            continue
        if block and (not line.strip() or _bullet.match(line)):
            yield Prose(place, _bullet.sub("", " ".join(part.strip() for part in block)))
            block = []
        if line.strip():
            block.append(line)


def _runs(path: Path, comments: Iterable[tuple[int, str]]) -> Iterator[Prose]:
    """Comments on successive lines are one paragraph."""
    begin, last, words = 0, -1, ""
    for number, comment in comments:
        if _directive.match(comment):
            comment = comment.partition("  # ")[2]
        if number != last + 1 and words:
            yield Prose(f"{path.relative_to(ROOT)}:{begin}", words)
            words = ""
        begin = begin if words else number
        words, last = f"{words} {comment}".strip(), number
    if words:
        yield Prose(f"{path.relative_to(ROOT)}:{begin}", words)


def plain(text: str) -> str:
    """The text with names of code, addresses and the like reduced to one word each."""
    return _marks.sub("X", text)


def sentences_of(text: str) -> Iterator[list[str]]:
    """The words of each sentence."""
    for sentence in _end_of_sentence.split(plain(text).strip()):
        words = [word for word in sentence.split() if any(c.isalnum() for c in word)]
        if len(words) >= FEWEST:
            yield words


def wide_lines() -> Iterator[str]:
    """Lines of Markdown wider than `WIDTH`, except code, tables and links, which cannot be
    broken.
    """
    for path in markdown_files():
        fenced = False
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            fenced ^= bool(_fence.match(line))
            excepted = fenced or line.startswith("|") or "](" in line or "://" in line
            if len(line) > WIDTH and not excepted:
                yield f"{path.relative_to(ROOT)}:{number}"


if __name__ == "__main__":
    sys.exit(main())
