"""All files of a catalogue as a pandas DataFrame."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np

from lookalike.catalog.store import contents, roots, upkeep
from lookalike.catalog.store.files import ARCHIVE, ASSUMED, MISSING
from lookalike.extras import extra
from lookalike.hashes import HashArray

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pandas import DataFrame

    from lookalike.catalog.store.database import Database

FACTS = ("width", "height", "frames")


def to_frame(database: Database) -> DataFrame:
    """One row per file or member of an archive. See `Catalog.to_frame`."""
    with extra("pandas", "to_frame needs pandas"):
        import pandas as pd
    rows = [row for row in upkeep.every_file(database) if not row[9] & ARCHIVE]
    where = {one.id: (one.path, bool(one.offline)) for one in roots.roots(database)}
    columns: dict[str, Any] = {
        "path": [
            os.fsdecode(b"/".join(filter(None, (where[row[0]][0], row[1], row[2])))) for row in rows
        ],
        "member": [row[3].decode(errors="backslashreplace") for row in rows],
        "bytes": [row[4] for row in rows],
        "modified": pd.to_datetime([row[5] for row in rows], utc=True),
        "missing": [bool(row[9] & MISSING) for row in rows],
        "offline": [where[row[0]][1] for row in rows],
        "assumed": [bool(row[9] & ASSUMED) for row in rows],
    }
    numbers = np.array([row[10] for row in rows], np.int64)
    for recipe, algorithm, _, width in contents.recipes(database):
        known, records = contents.all_facts(database, recipe, width)
        at = _positions(known, numbers)
        for name in FACTS:
            columns[name] = _filled(columns.get(name), at, records[name])
        hexes = HashArray(np.ascontiguousarray(records["hash"]), algorithm).to_hex()
        columns[algorithm] = _filled(columns.get(algorithm), at, np.array(hexes, object))
    return pd.DataFrame(columns)


def _positions(known: NDArray[np.intp], wanted: NDArray[np.int64]) -> NDArray[np.intp]:
    """Where each wanted number is among the known ones, which ascend. -1 if it is not."""
    if not len(known):
        return np.full(len(wanted), -1)
    at = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    return np.where(known[at] == wanted, at, -1)


def _filled(
    before: NDArray[np.object_] | None, at: NDArray[np.intp], values: NDArray[Any]
) -> NDArray[np.object_]:
    """A column with these values where there are any, otherwise with those from before."""
    column = np.full(len(at), None, object) if before is None else before
    column[at >= 0] = values[at[at >= 0]]
    return column
