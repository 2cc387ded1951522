"""The files of a folder, in a fixed order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from lookalike.errors import ImageError
from lookalike.sources.choice import Choice, Sieve
from lookalike.sources.local import LocalPlace
from lookalike.sources.places import Found

if TYPE_CHECKING:
    from lookalike.sources.places import Place


def walk(
    folder: str, *, recursive: bool, hidden: bool, skipped: Counter[str] | None
) -> Iterator[tuple[str, ImageError | None]]:
    """The paths of all files, as `files_of` has them; of all kinds where `skipped` is None."""
    sieve = Sieve(Choice(recursive=recursive, hidden=hidden), skipped)
    return ((found.path, found.error) for found in files_of(LocalPlace(), folder, sieve))


def files_of(place: Place, folder: str, sieve: Sieve, prefix: str = "") -> Iterator[Found]:
    """Yield every file that the sieve takes, in the order of their names.

    `prefix` stands before relative paths. A folder that cannot be listed is yielded with its error.
    One that was already walked is not walked again, so that links which lead in circles end.
    """
    walked = set()
    waiting = [(folder, prefix)]
    while waiting:
        here, prefix = waiting.pop()
        try:
            identity, files, folders = place.list(here)
        except ImageError as error:
            yield Found(here, prefix, error)
            continue
        if identity in walked:
            continue
        walked.add(identity)
        for name in files:
            if sieve.takes_file(name, prefix):
                yield Found(place.join(here, name), prefix + name)
        if sieve.choice.recursive:
            waiting += [
                (place.join(here, name), f"{prefix}{name}/")
                for name in reversed(folders)
                if sieve.takes_folder(name, prefix)
            ]
