"""Whether the files that would be kept are complete, if the scan read only their beginnings."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from blake3 import blake3

from lookalike.errors import ImageError
from lookalike.hashing.content import Content, Depth
from lookalike.images import FileSource, lost_at_end
from lookalike.images.picture import DIGEST_BYTES
from lookalike.matching.keepers.candidates import NOBODY
from lookalike.matching.keepers.order import DEFAULT
from lookalike.matching.keepers.ranking import rank
from lookalike.matching.sequences import sizes_of
from lookalike.work.threads import threaded_map, worker_count

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.matching.keepers.candidates import Favoured
    from lookalike.matching.keepers.order import Order
    from lookalike.matching.rereading import Rereading
    from lookalike.sources.beside import Disk
    from lookalike.work.progress import Progress


def see_ends(
    again: Rereading,
    members: NDArray[np.intp],
    starts: NDArray[np.intp],
    pixels: NDArray[np.intp],
    max_bytes: int,
    workers: int | None,
    progress: Progress,
    order: Order = DEFAULT,
    disk: Disk | None = None,
    favoured: Favoured = NOBODY,
) -> dict[int, str]:
    """Check the files that would be kept although only their first scan was read.

    A file that turns out to be truncated counts as damaged. Then the next best file of its group is
    checked. A URL or another source is not read again, so its end stays unseen. Returns what each
    checked file lacks, by position. The text is empty if the file is complete.

    `members` and `starts`: the groups, as in `rank`. `pixels` and `favoured`: as in `Candidates`.
    """
    table = again.table
    unseen = np.isin(members, np.fromiter(table.ends_unseen, np.intp, len(table.ends_unseen)))
    sizes = sizes_of(members, starts)
    concerned = np.logical_or.reduceat(unseen, starts) if len(starts) else unseen
    if not concerned.any():
        return {}
    wanted = np.repeat(concerned, sizes)
    members, pixels, sizes = members[wanted], pixels[wanted], sizes[concerned]
    starts = np.cumsum(sizes) - sizes
    seen_later = table.ends_unseen - table.beginnings
    ranking = rank(
        table, members, starts, order,
        unseen=seen_later, pixels=pixels, disk=disk, favoured=favoured,
    )  # fmt: skip
    candidates = np.split(members[ranking.order], starts[1:])
    found: dict[int, str] = {}
    walk = partial(_ends_of, again, max_bytes=max_bytes)
    walks = threaded_map(walk, candidates, worker_count(workers))
    for done, ends in enumerate(walks, start=1):
        found |= ends
        progress("checking", done, len(starts))
    return found


def _ends_of(again: Rereading, best_first: NDArray[np.intp], max_bytes: int) -> dict[int, str]:
    """What is missing at the ends of the members of one group, up to the first complete one."""
    table = again.table
    found: dict[int, str] = {}
    for at in best_first.tolist():
        if at not in table.ends_unseen or at not in table.beginnings:
            break
        lost = _lost(again, at, max_bytes)
        if lost is None:
            continue
        found[at] = lost
        if not lost and at not in table.damages:
            break
    return found


def _lost(again: Rereading, at: int, max_bytes: int) -> str | None:
    """What is missing at the end of a file, or None if that cannot be determined."""
    table, memory = again.table, again.memory
    if known := memory.recall(np.array([at]), Depth.END).get(at):
        return known.lost
    if not memory.opens_files:
        return None
    try:
        contents = FileSource(table.paths[at]).contents(None, max_bytes)
    except (ImageError, MemoryError):  # it is gone or too large to read whole
        return None
    if contents.size != table.size(at)[0]:  # it has changed since
        return None
    lost = lost_at_end(contents.data)
    digest = blake3(contents.data).digest(DIGEST_BYTES)
    memory.keep({at: Content(contents.size, digest, lost=lost)}, Depth.END)
    return lost
