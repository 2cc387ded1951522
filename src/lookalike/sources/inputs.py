"""From what a caller names to single images, in a fixed order."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from lookalike.images import ImageSource, is_image_source
from lookalike.sources.folders import walk

if TYPE_CHECKING:
    from lookalike.errors import ImageError

Images: TypeAlias = "ImageSource | Iterable[ImageSource]"
"""One image or folder, or any number of them."""


@dataclass(frozen=True, slots=True)
class Input:
    """One image to be read."""

    key: str
    """Its path; for one that has none, its place among the inputs in square brackets."""
    source: ImageSource | ImageError
    """What to read, or why that cannot be done."""

    @property
    def is_path(self) -> bool:
        """Whether it is a mere name, and holds nothing of the image."""
        return isinstance(self.source, str)


class Inputs:
    """The single images among `images`: folders are walked, everything else is taken as named.

    Iterate once. `skipped` then says how many files were left out, by kind: those that plainly are
    something else, and under `same file` those that were already there by another name, through a
    link or because they were named twice.
    """

    def __init__(
        self, images: Images, *, recursive: bool, hidden: bool, repeats: bool = False
    ) -> None:
        """`repeats`: whether to yield a file again that was already yielded.

        Raises `TypeError` for what no image can be read from.
        """
        self.skipped: Counter[str] = Counter()
        self._recursive = recursive
        self._hidden = hidden
        self._repeats = repeats
        self._seen: set[int] = set()
        if is_image_source(images):
            self._named: Iterable[object] = [images]
        elif isinstance(images, Iterable):
            self._named = images
        else:
            raise TypeError(
                "images must be a folder, a path, bytes, a file, a Pillow image, a NumPy array "
                f"or any number of these, not {type(images).__name__}"
            )

    def __iter__(self) -> Iterator[Input]:
        count = 0
        for at, named in enumerate(self._named):
            if not is_image_source(named):
                raise TypeError(f"no image can be read from {named!r}, number {at} of images")
            for one in self._single(named, count):
                count += 1
                yield one

    def _single(self, named: ImageSource, count: int) -> Iterator[Input]:
        if not isinstance(named, str | os.PathLike):
            yield Input(f"[{count}]", named)
            return
        path = os.fsdecode(named)
        if not _is_folder(path):
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
        try:
            status = os.stat(path)  # noqa: PTH116
        except (OSError, ValueError):  # reading it will say why
            return True
        identity = status.st_dev << 64 | status.st_ino
        if identity in self._seen:
            self.skipped["same file"] += 1
            return False
        self._seen.add(identity)
        return True


def _is_folder(path: str) -> bool:
    return os.path.isdir(path)  # noqa: PTH112  # false, not an error, for impossible names
