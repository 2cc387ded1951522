"""`Look`: what a page may say, and the small pieces of HTML that all pages share."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import quote

from lookalike.sources.location import Kind
from lookalike.text import printable

if TYPE_CHECKING:
    from lookalike.hashing.row import ImageInfo
    from lookalike.report.pictures import Shown

Source: TypeAlias = "Callable[[tuple[int, int], Shown], str]"
"""Called with the numbers of the group and the member, from 1, and the picture."""


@dataclass(frozen=True)
class Look:
    """What the pages of one report may say."""

    source: Source
    """Gives the address of a picture."""
    paths: bool = True
    """Whether to tell names, folders, dates and anything else that says where images are from."""
    links: bool = False
    """Whether names lead to the files on this machine."""

    def name(self, image: ImageInfo, number: int) -> str:
        """What an image is called, as text. `number`: its place in the group, from 1."""
        return printable(name_of(image.path)) if self.paths else f"image {number}"

    def place(self, image: ImageInfo) -> str:
        """The folder or archive of an image, as text. Empty if it has none or is not told."""
        return printable(place_of(image.path)) if self.paths else ""

    def link(self, image: ImageInfo) -> str:
        """The address of the file, as HTML. Empty if there is to be no link."""
        if not self.links or image.location.kind is not Kind.FILE:
            return ""
        return escape(f"file://{quote(os.fsencode(Path(image.path).absolute()))}")


def name_of(path: str) -> str:
    """The last part of the path of an image."""
    return path.rpartition("/")[2] or path


def place_of(path: str) -> str:
    """The path of an image without its last part."""
    return path.rpartition("/")[0] or ("/" if path.startswith("/") else "")


def text(words: str) -> str:
    """Text as HTML. Control characters and odd bytes become escapes."""
    return escape(printable(words))
