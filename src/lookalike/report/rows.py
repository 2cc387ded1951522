"""The columns written per image: one list of them for JSON, CSV and data frames."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from lookalike.errors import Status
from lookalike.matching.keepers import REASONS
from lookalike.matching.links import Evidence
from lookalike.text import visible

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from lookalike.hashing.table import HashTable
    from lookalike.report.result import Result

COLUMNS = (
    "group",
    "keeper",
    "path",
    "distance",
    "exact",
    "same_pixels",
    "keeper_reason",
    "bytes",
    "width",
    "height",
    "format",
    "frames",
    "marks",
    "status",
    "reason",
)
"""The columns of the CSV and of data frames."""

RELATED = "related"
"""Used where other rows have their `Status`."""

WHOLE = ("group", "distance", "bytes", "width", "height", "frames")
YES_NO = ("keeper", "exact", "same_pixels")
"""Columns that pandas stores as nullable integers and booleans."""


def image_columns(
    table: HashTable, algorithm: str, positions: NDArray[np.intp]
) -> dict[str, list[Any]]:
    """The columns of some images, by name."""
    numbers = positions.tolist()
    sizes = table.sizes[positions]
    kinds, inner_at, modified, identities = (
        table.values(name) for name in ("kind", "inner_at", "modified_ns", "identity")
    )
    marks, damages, paths, formats = table.marks, table.damages, table.paths, table.formats
    digits = table.digests[positions].tobytes().hex()
    step = 2 * table.digests.shape[1]
    return {
        "path": [paths[at] for at in numbers],
        "kind": [kinds[at].value for at in numbers],
        "inner": [paths[at][inner_at[at] :] if inner_at[at] else "" for at in numbers],
        "bytes": sizes[:, 0].tolist(),
        "width": sizes[:, 1].tolist(),
        "height": sizes[:, 2].tolist(),
        "format": [formats[at] for at in numbers],
        "frames": [table.frames(at) for at in numbers],
        "marks": [list(marks[at].words) if at in marks else [] for at in numbers],
        "damage": [damages.get(at, "") for at in numbers],
        "hash": table.hashes[algorithm][positions].to_hex(),
        "digest": [digits[at : at + step] for at in range(0, len(digits), step)],
        "modified_ns": [modified[at] for at in numbers],
        "identity": [identities[at] for at in numbers],
    }


def member_columns(result: Result) -> dict[str, list[Any]]:
    """The columns of all members of groups, in their order."""
    columns = result.columns
    return {
        **image_columns(result.table, result.algorithm, columns.members),
        "distance": columns.distance.tolist(),
        "exact": (columns.evidence >= Evidence.BYTES).tolist(),
        "same_pixels": (columns.evidence >= Evidence.PIXELS).tolist(),
    }


def rows_of(result: Result) -> Iterator[dict[str, Any]]:
    """Implements `Result.rows`."""
    columns = result.columns
    of_members = member_columns(result)
    keeps = columns.is_keeper.tolist()
    groups = columns.group.tolist()
    reasons = [REASONS[at] for at in columns.reason.tolist()]
    damage = of_members["damage"]
    of_members |= {
        "group": [at + 1 for at in groups],
        "keeper": keeps,
        "keeper_reason": [
            reasons[at] if kept else None for at, kept in zip(groups, keeps, strict=True)
        ],
        "marks": [", ".join(words) or None for words in of_members["marks"]],
        "status": [str(Status.DAMAGED if why else Status.OK) for why in damage],
        "reason": [why or None for why in damage],
    }
    for values in zip(*(of_members[name] for name in COLUMNS), strict=True):
        yield dict(zip(COLUMNS, values, strict=True))
    others = [(one.path, str(one.status), one.reason) for one in result.failures]
    others += [(one.first, RELATED, one.reason) for one in result.related]
    for path, status, reason in others:
        yield dict.fromkeys(COLUMNS) | {"path": path, "status": status, "reason": reason}


def csv_text(rows: Iterable[Iterable[object]]) -> str:
    """Rows as CSV that any reader can parse, regardless of the characters in names.

    Lines end with a line feed. `csv` quotes a carriage return only if lines end with one too. So it
    writes one, which is removed afterwards.
    """
    lines: list[str] = []
    writer = csv.writer(SimpleNamespace(write=lines.append), lineterminator="\r\n")
    writer.writerows(rows)
    return visible("".join(line.removesuffix("\r\n") + "\n" for line in lines))
