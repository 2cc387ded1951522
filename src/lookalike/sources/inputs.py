"""From what a caller names to single images, in a fixed order."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from lookalike.errors import ImageError, Status
from lookalike.images import ImageSource, is_image_source, taken
from lookalike.sources.folders import walk
from lookalike.sources.urls import is_url, require_httpx

ImageSources: TypeAlias = "ImageSource | Iterable[ImageSource]"
"""One image, URL or folder, or any number of them."""


@dataclass(frozen=True, slots=True)
class Input:
    """One image to be read."""

    key: str
    """Its path or URL; for one without, its place among what was named, in square brackets."""
    source: ImageSource | ImageError
    """What to read, or why that cannot be done."""

    @property
    def is_path(self) -> bool:
        """Whether it is a mere name, a path or URL, and holds nothing of the image."""
        return isinstance(self.source, str)


class Inputs:
    """The single images among `images`: folders are walked, everything else is taken as named.

    Iterate once. `skipped` then says how many files were left out, by kind: those that plainly are
    something else, and under `same file` those that were already there by another name, through a
    link or because they were named twice. URLs are the same where all their letters are.
    """

    def __init__(
        self, images: ImageSources, *, recursive: bool, hidden: bool, repeats: bool = False
    ) -> None:
        """`repeats`: whether to yield a file again that was already yielded.

        Raises `TypeError` for what no image can be read from, and `MissingExtraError` for URLs
        without httpx.
        """
        self.skipped: Counter[str] = Counter()
        self._recursive = recursive
        self._hidden = hidden
        self._repeats = repeats
        self._seen: set[int | str] = set()
        if is_image_source(images):
            self._named: Iterable[object] = [images]
        elif isinstance(images, Iterable):
            self._named = images
        else:
            raise TypeError(
                "images must be a folder, a path, bytes, a file, a Pillow image, a NumPy array "
                f"or any number of these, not {type(images).__name__}"
            )
        if isinstance(self._named, Sequence):  # anything else may give its items only once
            for at, named in enumerate(self._named):
                if is_url(_source(named, at)):
                    require_httpx()

    def __iter__(self) -> Iterator[Input]:
        for at, named in enumerate(self._named):
            source = _source(named, at)
            if isinstance(source, str | os.PathLike):
                yield from self._files(os.fsdecode(source))
            else:
                yield Input(f"[{at}]", _taken(source))

    def _files(self, path: str) -> Iterator[Input]:
        if is_url(path) or not _is_folder(path):
            if self._is_new(path):
                yield Input(path, path)
            return
        for found, error in walk(
            path, recursive=self._recursive, hidden=self._hidden, skipped=self.skipped
        ):
            if error or self._is_new(found):
                yield Input(found, error or found)

    def _is_new(self, path: str) -> bool:
        if self._repeats:
            return True
        identity = path if is_url(path) else _identity(path)
        if identity is None:
            return True
        if identity in self._seen:
            self.skipped["same file"] += 1
            return False
        self._seen.add(identity)
        return True


def _identity(path: str) -> int | None:
    """A number that all names of a file share; None where that cannot be told."""
    try:
        status = os.stat(path)  # noqa: PTH116
    except (OSError, ValueError):  # reading it will say why
        return None
    if not status.st_ino:  # some network file systems do not number their files
        return None
    return status.st_dev << 64 | status.st_ino


def _is_folder(path: str) -> bool:
    return os.path.isdir(path)  # noqa: PTH112  # false, not an error, for impossible names


def _source(named: object, at: int) -> ImageSource:
    if not is_image_source(named):
        raise TypeError(f"no image can be read from {named!r}, number {at} of images")
    return named


def _taken(source: ImageSource) -> ImageSource | ImageError:
    try:
        return taken(source)
    except TypeError as error:  # a file open for text
        return ImageError(Status.NOT_AN_IMAGE, str(error))
