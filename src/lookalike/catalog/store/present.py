"""The files that were there when their roots were last scanned, for a search of all of them."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any

from lookalike.catalog.store.files import ARCHIVE, MISSING

if TYPE_CHECKING:
    from lookalike.catalog.store.database import Database


PRESENT = (
    "SELECT name, member, size, mtime_ns, inode, COALESCE(content_id, 0), id, flags FROM file "
    f"WHERE folder_id = ? AND NOT flags & {MISSING | ARCHIVE}"
)


def present(database: Database, folder: int, after: bytes, most: int) -> list[tuple[Any, ...]]:
    """The files of a folder that are not missing, archives left out, by name and number.

    Those with names beyond `after`, about `most` of them, with all members of an archive. Each has
    its name, member, size, time, inode or None, content or 0, number and flags.
    """
    # The index has this order. To sort by the number as well would take half as long again.
    ordered = f"{PRESENT} AND name > ? ORDER BY name LIMIT ?"
    found = database.rows(ordered, (folder, after, most))
    if len(found) == most:
        last = found[-1][0]  # there may be more of this name
        found = [row for row in found if row[0] != last] or database.rows(
            f"{PRESENT} AND name = ?", (folder, last)
        )
    if any(row[1] for row in found):
        found.sort(key=itemgetter(0, 6))
    return found


def shared_inodes(database: Database) -> set[int]:
    """The inodes that several plain files of the same size and time have."""
    rows = database.rows(
        "SELECT inode FROM file WHERE member = x'' AND inode IS NOT NULL "
        "GROUP BY mtime_ns, size, inode HAVING COUNT(*) > 1"
    )
    return {row[0] for row in rows}
