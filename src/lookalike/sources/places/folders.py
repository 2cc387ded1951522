"""The files of a folder, in a fixed order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from lookalike.errors import ImageError
from lookalike.sources.choice import Choice, Sieve
from lookalike.sources.places.local import LocalPlace
from lookalike.sources.places.place import Found
from lookalike.sources.places.trail import Trail

if TYPE_CHECKING:
    from lookalike.sources.places.place import Place


def walk(
    folder: str, *, recursive: bool, hidden: bool, skipped: Counter[str] | None
) -> Iterator[tuple[str, ImageError | None]]:
    """The paths of all files, as from `files_of`, except that links keep their own names.

    Files of all kinds are included if `skipped` is None.
    """
    sieve = Sieve(Choice(recursive=recursive, hidden=hidden), skipped)
    found = files_of(LocalPlace(), folder, sieve, links_as_named=True)
    return ((one.path, one.error) for one in found)


def files_of(
    place: Place, folder: str, sieve: Sieve, prefix: str = "", *, links_as_named: bool = False
) -> Iterator[Found]:
    """Yield every file that the sieve accepts, in the order of their names.

    `prefix` is put before relative paths. A folder that cannot be listed is yielded with its error.
    A link is yielded as what it leads to, unless `links_as_named` (see `Trail`). No folder is
    walked twice, so circles of links end.
    """
    trail = Trail(place, sieve, folder, prefix)
    walked = set()
    waiting = [(folder, prefix, False)]
    while waiting:
        here, prefix, by_link = waiting.pop()
        try:
            listed = place.list(here)
        except ImageError as error:
            yield Found(here, prefix, error)
            continue
        if listed.identity in walked:
            continue
        walked.add(listed.identity)
        links = frozenset() if links_as_named else listed.links
        for name in listed.files:
            if sieve.takes_file(name, prefix):
                found = Found(place.join(here, name), prefix + name)
                if name in links:
                    if target := trail.followed(found):
                        yield target
                elif not (by_link and trail.was_met(found.path)):
                    yield found
        if not sieve.choice.recursive:
            for name in listed.folders:
                sieve.leave_folder(name, prefix, is_link=name in links)
        else:
            folders = []
            for name in listed.folders:
                if sieve.takes_folder(name, prefix):
                    found = Found(place.join(here, name), prefix + name, is_folder=True)
                    if name not in links:
                        folders.append((found, by_link))
                    elif target := trail.followed(found):
                        folders.append((target, True))
            waiting += [(one.path, f"{one.relative}/", led) for one, led in reversed(folders)]
