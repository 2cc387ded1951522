"""Writes a report: one file, or for many groups a folder of pages and pictures."""

from __future__ import annotations

import errno
import os
import shutil
from base64 import b64encode
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from lookalike.files import replacing
from lookalike.report.html.group import first_of, group_html
from lookalike.report.html.look import Look
from lookalike.report.html.page import TITLE, page_html, related_html, summary_html
from lookalike.work.progress import silent

if TYPE_CHECKING:
    from lookalike.report.group import Groups
    from lookalike.report.html.look import Source
    from lookalike.report.pictures import PictureReader, Shown
    from lookalike.report.result import Result
    from lookalike.work.progress import Progress

MOST_IN_ONE = 200
"""The most groups in one file."""
PER_PAGE = 100
"""Groups per page of a folder."""
AT_A_TIME = 20
"""How many groups' pictures are read before they are written."""
SIDE = 320
"""Of the square that a picture fits into, in pixels."""


def write_report(
    result: Result,
    target: Path,
    reader: PictureReader,
    *,
    paths: bool = True,
    links: bool = False,
    progress: Progress = silent,
) -> Path:
    """Implements `Result.write_report`, with a reader that is open."""
    if links and not paths:
        raise ValueError("links requires paths: a link tells the path of its file")
    if len(result.groups) <= MOST_IN_ONE:
        sections = _sections(result.groups, reader, Look(_inlined, paths, links), progress)
        with replacing(target) as file:
            for part in page_html(TITLE, _whole(result, sections, paths)):
                file.write(part.encode())
        return target
    folder = folder_of(target)
    with _made_whole(folder) as made:
        _write_pages(result, made, reader, Look(_beside, paths, links), progress)
    return folder / "index.html"


def require_target(target: Path) -> None:
    """Raise `OSError` if no report can be written at `target`. A search may take hours before."""
    parent = target.absolute().parent
    if not parent.is_dir():
        raise NotADirectoryError(errno.ENOENT, os.strerror(errno.ENOENT), str(parent))
    if target.is_dir() or not os.access(parent, os.W_OK):
        number = errno.EISDIR if target.is_dir() else errno.EACCES
        raise OSError(number, os.strerror(number), str(target))


def folder_of(target: Path) -> Path:
    """The folder for a report that is too large for one file: the name without its ending."""
    return target.with_suffix("") if target.suffix.lower() in {".html", ".htm"} else target


def _whole(result: Result, sections: Iterator[str], paths: bool) -> Iterator[str]:
    """The parts of the one page."""
    yield summary_html(result, paths=paths)
    yield from sections
    yield related_html(result, paths=paths)


def _write_pages(
    result: Result, folder: Path, reader: PictureReader, look: Look, progress: Progress
) -> None:
    """Write an index, pages of `PER_PAGE` groups each, and their pictures."""
    groups = result.groups
    (folder / "thumbs").mkdir()
    begins = range(0, len(groups), PER_PAGE)
    for begin in begins:
        part = groups[begin : begin + PER_PAGE]
        links = _neighbours(begin, len(groups))
        saving = replace(look, source=partial(_saved, folder, look.source))
        sections = _sections(part, reader, saving, progress, len(groups))
        title = f"{TITLE}: {_range(begin, len(groups))}"
        _write(folder / _page(begin), page_html(title, chain([links], sections, [links])))
    lines = [f'<a href="{_page(at)}">{_range(at, len(groups))}</a>\n' for at in begins]
    parts = [
        summary_html(result, paths=look.paths),
        f"<nav>\n{''.join(lines)}</nav>\n",
        related_html(result, paths=look.paths),
    ]
    _write(folder / "index.html", page_html(TITLE, parts))


def _sections(
    groups: Groups,
    reader: PictureReader,
    look: Look,
    progress: Progress,
    total: int | None = None,
) -> Iterator[str]:
    """The HTML of some groups. `total`: how many the report has."""
    for begin in range(0, len(groups), AT_A_TIME):
        part = list(groups[begin : begin + AT_A_TIME])
        numbers = groups.numbers[begin : begin + AT_A_TIME]
        pictures = reader.pictures([one for group in part for one in first_of(group)], SIDE)
        for number, group in zip(numbers, part, strict=True):
            yield group_html(number + 1, group, pictures, look)
            progress("drawing", number + 1, total or len(groups))


def _inlined(_place: tuple[int, int], shown: Shown) -> str:
    return f"data:image/jpeg;base64,{b64encode(shown.jpeg).decode()}"


def _beside(place: tuple[int, int], _shown: Shown) -> str:
    return f"thumbs/{place[0]:06}-{place[1]:02}.jpg"


def _saved(folder: Path, source: Source, place: tuple[int, int], shown: Shown) -> str:
    """The address of a picture that is written where the address leads to."""
    address = source(place, shown)
    (folder / address).write_bytes(shown.jpeg)
    return address


def _page(begin: int) -> str:
    return f"page-{begin // PER_PAGE + 1:05}.html"


def _range(begin: int, count: int) -> str:
    """The groups of a page, in words."""
    return f"groups {begin + 1:,} to {min(begin + PER_PAGE, count):,}"


def _neighbours(begin: int, count: int) -> str:
    """Links to the index and the pages before and after."""
    links = ['<a href="index.html">All groups</a>']
    if begin:
        links.append(f'<a href="{_page(begin - PER_PAGE)}" rel="prev">Previous page</a>')
    if begin + PER_PAGE < count:
        links.append(f'<a href="{_page(begin + PER_PAGE)}" rel="next">Next page</a>')
    return f"<nav>{' '.join(links)}</nav>\n"


def _write(path: Path, parts: Iterable[str]) -> None:
    with path.open("wb") as file:
        file.writelines(part.encode() for part in parts)


@contextmanager
def _made_whole(folder: Path) -> Iterator[Path]:
    """A temporary folder, which gets the name of `folder` once it is complete.

    Raises `FileExistsError` if there is something in `folder`, before anything is written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FileExistsError(errno.EEXIST, "it exists already, and is not empty", str(folder))
    temporary = folder.with_name(f".{folder.name[:40]}.{os.urandom(8).hex()}.tmp")
    temporary.mkdir()
    try:
        yield temporary
        temporary.replace(folder)
    except BaseException:  # an interrupt too; it is raised again
        shutil.rmtree(temporary, ignore_errors=True)
        raise
