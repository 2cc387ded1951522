"""The columns written per image in JSON, CSV and data frames, out of those of the schema."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from lookalike.hashing.row import status_of
from lookalike.hashing.schema import BY_NAME, Type
from lookalike.matching.keepers import REASONS, REFERENCE
from lookalike.matching.links import Evidence
from lookalike.text import visible

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.hashing.table import HashTable
    from lookalike.matching.groups import GroupColumns, MemberLooks
    from lookalike.matching.rules import Rule
    from lookalike.report.result import Result

TABLE = [
    BY_NAME[name]
    for name in (
        "group", "keeper", "path", "distance", "exact", "same_pixels", "keeper_reason", "bytes",
        "width", "height", "format", "frames", "marks", "status", "reason", "evidence",
        "agreement", "turned", "mirrored", "colour_differs", "set",
    )
]  # fmt: skip
"""The columns of the CSV and of data frames."""
COLUMNS = tuple(column.name for column in TABLE)
"""Their names."""

IN_JSON = [
    BY_NAME[name]
    for name in (
        "path", "kind", "inner", "bytes", "width", "height", "format", "frames", "marks", "damage",
        "hash", "digest", "modified_ns", "identity",
    )
]  # fmt: skip
"""The columns of an image in JSON."""

REASONS_TO_MATCH = (*(one.word for one in Evidence), "chain")
"""The words for `Evidence`, by its numbers, and for members linked only by others."""
CHAIN = len(Evidence)

NEW = "new"
"""The set of an image that is not a reference."""
RELATED = "related"
"""Used where other rows have their `Status`."""

DTYPES = {
    Type.WHOLE: "Int64",
    Type.NATURAL: "Int64",
    Type.TRUTH: "boolean",
    Type.SHARE: "Float64",
}
"""The types of pandas that can hold missing values. Text is stored as objects."""


def image_columns(table: HashTable, algorithm: str, at: NDArray[np.intp]) -> dict[str, list[Any]]:
    """The columns of the images at some positions, as JSON has them."""
    columns = {one.name: table.take(one.name, at) for one in IN_JSON if one.hold}
    columns |= {one.name: [*map(one.shown, columns[one.name])] for one in IN_JSON if one.shown}
    begins = zip(columns["path"], table.take("inner_at", at), strict=True)
    columns |= {
        "inner": [path[begin:] if begin else "" for path, begin in begins],
        "damage": table.take("reason", at),
        "hash": table.hashes[algorithm][at].to_hex(),
    }
    return {one.name: columns[one.name] for one in IN_JSON}


def sets_of(groups: GroupColumns, rule: Rule, members: NDArray[np.intp]) -> list[str | None]:
    """In which of two sets some members of groups are. None if the search had one set only.

    `members`: their numbers. Only a keeper can be a reference.
    """
    if not rule.against:
        return [None] * len(members)
    with_reference = groups.reason == REASONS.index(REFERENCE)
    is_reference = groups.is_keeper[members] & with_reference[groups.group[members]]
    return [REFERENCE if one else NEW for one in is_reference.tolist()]


def match_columns(
    groups: GroupColumns, rule: Rule, members: NDArray[np.intp]
) -> dict[str, list[Any]]:
    """How some members of groups, given by their numbers, match their keepers."""
    evidence = groups.evidence[members]
    distance = groups.distance[members]
    why = evidence.astype(np.intp)
    linked = distance <= rule.max_distance
    looks = groups.looks.among(members) if groups.looks else None
    why[(evidence == Evidence.NEAR) & ~(looks.is_linked if looks else linked)] = CHAIN
    words = np.array(REASONS_TO_MATCH, object)[why]
    agreement = np.full(len(members), None, object)
    if looks:
        agreement[:] = looks.agreement.astype(np.float64).round(4).tolist()
    words[groups.is_keeper[members]] = agreement[groups.is_keeper[members]] = None
    return {
        "distance": distance.tolist(),
        "exact": (evidence >= Evidence.BYTES).tolist(),
        "same_pixels": (evidence >= Evidence.PIXELS).tolist(),
        "evidence": words.tolist(),
        "agreement": agreement.tolist(),
        "turned": looks.turned.tolist() if looks else [0] * len(members),
        "mirrored": looks.mirrored.tolist() if looks else [False] * len(members),
        "colour_differs": looks.colour_differs.tolist() if looks else [False] * len(members),
        "overlap": _overlaps(looks, words != REASONS_TO_MATCH[CHAIN])
        if looks
        else [None] * len(members),
    }


def _overlaps(looks: MemberLooks, is_known: NDArray[np.bool_]) -> list[list[float] | None]:
    """The shares of a keeper and of each member that show the same."""
    rounded = looks.overlap.astype(np.float64).round(4).tolist()
    return [one if known else None for one, known in zip(rounded, is_known, strict=True)]


def rows_of(result: Result) -> Iterator[dict[str, Any]]:
    """Implements `Result.rows`."""
    groups, table = result.columns, result.table
    stored = [one for one in TABLE if one.hold]
    columns = {
        one.name: list(map(one.form.plain, table.take(one.name, groups.members))) for one in stored
    }
    reasons = np.full(len(groups.members), None, object)
    reasons[groups.starts] = [REASONS[number] for number in groups.reason.tolist()]
    columns |= {
        **match_columns(groups, result.rule, np.arange(len(groups.members))),
        "set": sets_of(groups, result.rule, np.arange(len(groups.members))),
        "group": (groups.group + 1).tolist(),
        "keeper": groups.is_keeper.tolist(),
        "keeper_reason": reasons.tolist(),
        "status": [str(status_of(why)) for why in columns["reason"]],
    }
    for values in zip(*(columns[name] for name in COLUMNS), strict=True):
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
