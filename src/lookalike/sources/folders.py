"""The files of a folder, in a fixed order."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator

from lookalike.errors import ImageError, Status
from lookalike.sources.choice import Choice, Sieve


def walk(
    folder: str, *, recursive: bool, hidden: bool, skipped: Counter[str] | None
) -> Iterator[tuple[str, ImageError | None]]:
    """As `files_of`; where `skipped` is None, files of all kinds are yielded."""
    choice = Choice(recursive=recursive, hidden=hidden)
    return ((path, error) for path, _, error in files_of(folder, Sieve(choice, skipped)))


def files_of(
    folder: str, sieve: Sieve, prefix: str = ""
) -> Iterator[tuple[str, str, ImageError | None]]:
    """Yield every file that may be an image, in the order of their names.

    As `(path, relative path, None)`: the latter begins with `prefix` and has slashes. A folder that
    cannot be listed is yielded with its error. Symbolic links are followed; a folder that was
    already walked is not walked again, so that loops end.
    """
    walked: set[tuple[int, int]] = set()
    waiting = [(folder, prefix)]
    while waiting:
        here, prefix = waiting.pop()
        try:
            status = os.stat(here)  # noqa: PTH116
            if (status.st_dev, status.st_ino) in walked:
                continue
            walked.add((status.st_dev, status.st_ino))
            files, folders = list_folder(here)
        except OSError as error:
            yield here, prefix, unlisted(error)
            continue
        for name in files:
            if sieve.takes_file(name, prefix):
                yield os.path.join(here, name), prefix + name, None  # noqa: PTH118
        if sieve.choice.recursive:
            waiting.extend(
                (os.path.join(here, name), f"{prefix}{name}/")  # noqa: PTH118
                for name in reversed(folders)
                if sieve.takes_folder(name, prefix)
            )


def list_folder(folder: str) -> tuple[list[str], list[str]]:
    """The names of the files and of the folders, both sorted."""
    files, folders = [], []
    with os.scandir(folder) as entries:
        for entry in entries:
            (folders if _is_folder(entry) else files).append(entry.name)
    return sorted(files), sorted(folders)


def unlisted(error: OSError) -> ImageError:
    """What it means that a folder cannot be listed."""
    reason = f"the folder cannot be listed: {error.strerror or error}"
    return ImageError(Status.UNREADABLE, reason)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads to itself is no folder; opening it will say what it is
        return False
