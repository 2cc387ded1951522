"""The files of a folder, in a fixed order."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator

from lookalike.errors import ImageError, Status
from lookalike.sources.kinds import other_kind


def walk(
    folder: str, *, recursive: bool, hidden: bool, skipped: Counter[str] | None
) -> Iterator[tuple[str, ImageError | None]]:
    """Yield `(path, None)` for every file that may be an image, in the order of their names.

    A folder that cannot be listed is yielded with its error. Symbolic links are followed; a folder
    that was already walked is not walked again, so that loops end. Hidden entries (a leading dot)
    are left out unless `hidden`; files that plainly are something else are counted in `skipped`, or
    yielded too where that is None.
    """
    walked: set[tuple[int, int]] = set()
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        try:
            status = os.stat(here)  # noqa: PTH116
            if (status.st_dev, status.st_ino) in walked:
                continue
            walked.add((status.st_dev, status.st_ino))
            files, folders = _list(here, hidden, skipped)
        except OSError as error:
            reason = f"the folder cannot be listed: {error.strerror or error}"
            yield here, ImageError(Status.UNREADABLE, reason)
            continue
        for name in files:
            yield os.path.join(here, name), None  # noqa: PTH118
        if recursive:
            waiting.extend(os.path.join(here, name) for name in reversed(folders))  # noqa: PTH118


def _list(folder: str, hidden: bool, skipped: Counter[str] | None) -> tuple[list[str], list[str]]:
    """The names of the files that may be images, and of the folders, both sorted."""
    files, folders = [], []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(".") and not hidden:
                continue
            if _is_folder(entry):
                folders.append(entry.name)
            elif skipped is not None and (kind := other_kind(entry.name)):
                skipped[kind] += 1
            else:
                files.append(entry.name)
    return sorted(files), sorted(folders)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads to itself is no folder; opening it will say what it is
        return False
