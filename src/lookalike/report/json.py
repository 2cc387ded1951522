"""A result to JSON, format 1, and back. Keys may be added, but none is changed or removed."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from itertools import chain, pairwise
from json.encoder import encode_basestring_ascii as quoted
from typing import TYPE_CHECKING, Any

import numpy as np

from lookalike.errors import Status
from lookalike.hashes import Hash
from lookalike.hashing.builder import TableBuilder
from lookalike.hashing.row import Failure, Row
from lookalike.images import Mark
from lookalike.matching.copies import Copies
from lookalike.matching.groups import GroupColumns, MemberLooks
from lookalike.matching.keepers import REASONS
from lookalike.matching.links import Evidence
from lookalike.matching.related import Related
from lookalike.matching.rules import Rule
from lookalike.report.facts import Facts
from lookalike.report.rows import image_columns, match_columns, sets_of
from lookalike.sources.kinds import MARK
from lookalike.sources.location import Kind, Location, Stamp

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.hashing.table import HashTable
    from lookalike.report.result import Result

FORMAT = 1
OF_DUPLICATES = ("distance", "exact", "same_pixels")
"""Columns that a keeper does not have."""
POINTS, AGREES = Evidence.POINTS, Evidence.AGREES
TRUTHS = {False: "false", True: "true"}


def to_dict(result: Result) -> dict[str, Any]:
    """The whole document as plain types."""
    keepers, duplicates = map(_dicts, _member_columns(result))
    listed = [duplicates[begin:end] for begin, end in _spans(result)]
    groups = _dicts(_group_columns(result, keepers, listed))
    return {"format": FORMAT, "groups": groups, **_rest(result)}


def to_json(result: Result) -> str:
    """The document as text. Built by hand, several times as fast as `json` with line breaks."""
    keepers, duplicates = map(_objects, _member_columns(result))
    listed = [_listed(duplicates[begin:end], 6) for begin, end in _spans(result)]
    groups = _objects(_group_columns(result, keepers, listed), are_json=("keeper", "duplicates"))
    lines = [f'  "format": {FORMAT}', f'  "groups": {_listed(groups)}']
    for name, value in _rest(result).items():
        is_list = isinstance(value, list)
        text = _listed(map(json.dumps, value)) if is_list else json.dumps(value)
        lines.append(f"  {quoted(name)}: {text}")
    return "{\n" + ",\n".join(lines) + "\n}"


def _member_columns(result: Result) -> tuple[dict[str, list[Any]], dict[str, list[Any]]]:
    """The columns of all keepers, and those of all duplicates."""
    groups = result.columns
    others = np.flatnonzero(~groups.is_keeper)
    keepers, duplicates = (
        image_columns(result.table, result.algorithm, groups.members[numbers])
        for numbers in (groups.starts, others)
    )
    if result.rule.against:
        keepers["set"] = sets_of(groups, result.rule, groups.starts)
        duplicates["set"] = sets_of(groups, result.rule, others)
    return keepers, duplicates | match_columns(groups, result.rule, others)


def _spans(result: Result) -> Iterator[tuple[int, int]]:
    """Where the duplicates of each group begin and end among all duplicates."""
    return pairwise([0, *np.cumsum(result.columns.sizes - 1).tolist()])


def _group_columns(
    result: Result, keepers: list[Any], duplicates: list[Any]
) -> dict[str, list[Any]]:
    """The columns of groups, by name."""
    columns, table = result.columns, result.table
    widths, exact = columns.widths(table, table.hashes[result.algorithm])
    marks = [group.marks for group in result.groups] if table.marks else [{}] * len(columns)
    return {
        "keeper": keepers,
        "keeper_reason": [REASONS[at] for at in columns.reason.tolist()],
        "keeper_values": [list(both) for both in columns.values],
        "duplicates": duplicates,
        "max_distance_within": widths,
        "max_distance_is_exact": exact,
        "marks": marks,
    }


def _rest(result: Result) -> dict[str, Any]:
    """The rest of the document, after the groups."""
    facts = result.facts
    return {
        "related": [one.to_dict() for one in facts.related],
        "failures": [one.to_dict() for one in facts.failures],
        "damaged": [{"path": one.path, "reason": one.reason} for one in facts.damaged],
        "warnings": facts.warnings,
        "images": facts.images,
        **_if_asked_for(result),
        "flat": facts.flat,
        "degenerate": facts.degenerate,
        "skipped": facts.skipped,
        "thumbs_only": facts.thumbs_only,
        "algorithm": result.algorithm,
        "max_distance": result.max_distance,
        "verify": result.rule.verify,
        "thorough": result.rule.thorough,
        "colour": result.rule.colour,
        "min_agreement": result.rule.min_agreement,
        "preparation": facts.preparation,
        "version": facts.version,
    }


def _if_asked_for(result: Result) -> dict[str, Any]:
    """What is only said of a search against references, or if images were told apart."""
    told = {"told_apart": result.facts.told_apart} if result.facts.told_apart else {}
    if not result.rule.against:
        return told
    return told | {
        "references": result.facts.references,
        "against": True,
        "within": result.rule.within,
    }


def _dicts(columns: dict[str, list[Any]]) -> list[dict[str, Any]]:
    names = list(columns)
    return [dict(zip(names, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _objects(columns: dict[str, list[Any]], are_json: Collection[str] = ()) -> list[str]:
    """A JSON object per row. Values that all rows share are converted only once.

    `are_json`: columns that are already JSON.
    """
    length = len(next(iter(columns.values())))
    parts: list[str] = []
    varying: list[Iterable[object]] = []
    for name, column in columns.items():
        if name in are_json or column.count(column[0] if column else None) < length:
            parts.append(f"{quoted(name)}: %s")
            varying.append(column if name in are_json else _values(column))
        elif column:
            parts.append(f"{quoted(name)}: {json.dumps(column[0])}".replace("%", "%%"))
    template = f"{{{', '.join(parts)}}}"
    rows = zip(*varying, strict=True) if varying else [()] * length
    return list(map(template.__mod__, rows))


def _values(column: list[Any]) -> Iterable[object]:
    """The JSON of each value of a column. Whole numbers stay as they are."""
    kinds = set(map(type, column))
    if kinds <= {int}:
        return column
    if kinds <= {str}:
        return map(quoted, column)
    if kinds <= {bool}:
        return map(TRUTHS.__getitem__, column)
    if kinds <= {list} and set(map(type, chain.from_iterable(column))) <= {int}:
        return map(str, column)
    return ["null" if value is None else _value(value) for value in column]


def _value(value: Any) -> str:
    """The JSON of one value. `json` is slow for the most common ones."""
    return str(value) if type(value) is int or value == [] else json.dumps(value)


def _listed(texts: Iterable[str], indent: int = 4) -> str:
    """A JSON list with one line per entry."""
    line = "\n" + " " * indent
    lines = f",{line}".join(texts)
    return f"[{line}{lines}{line[:-2]}]" if lines else "[]"


def read_json(text: str | bytes) -> tuple[HashTable, Rule, GroupColumns, Facts]:
    """The parts of a result, from the text of `to_json`.

    Raises `ValueError` for any other text, or for another format.
    """
    document = json.loads(text)
    found = document.get("format") if isinstance(document, dict) else None
    if found != FORMAT or isinstance(found, bool):
        raise ValueError(
            f"expected the JSON of a result with format {FORMAT}, not format {found!r}"
        )
    try:
        rule = Rule.of(
            document["algorithm"],
            document["max_distance"],
            verify=document.get("verify", False),
            thorough=document.get("thorough", False),
            colour=document.get("colour", False),
            min_agreement=document.get("min_agreement", 0.0),
            against=document.get("against", False),
            within=document.get("within", False),
        )
        builder = TableBuilder([rule.algorithm])
        groups = _read_groups(document["groups"], builder, rule)
        for one in document["failures"]:
            builder.add(Failure(one["path"], Status(one["status"]), one["reason"]))
        table = builder.finish(document["skipped"])
        facts = Facts(
            related=[Related(**one) for one in document["related"]],
            failures=table.failures,
            damaged=[
                Failure(one["path"], Status.DAMAGED, one["reason"]) for one in document["damaged"]
            ],
            warnings=document["warnings"],
            images=document["images"],
            flat=document["flat"],
            degenerate=document["degenerate"],
            skipped=table.skipped,
            references=document.get("references", 0),
            told_apart=document.get("told_apart", 0),
            thumbs_only=document.get("thumbs_only", 0),
            preparation=document["preparation"],
            version=document["version"],
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not the JSON of a result: {error!r}") from error
    return table, rule, groups, facts


def _read_groups(groups: list[dict[str, Any]], builder: TableBuilder, rule: Rule) -> GroupColumns:
    """Add the members to the table, and return the columns of the groups."""
    rows: list[dict[str, Any]] = []
    starts = []
    for group in groups:
        starts.append(len(rows))
        rows += [dict.fromkeys(OF_DUPLICATES, 0) | group["keeper"], *group["duplicates"]]
    for row in rows:
        builder.add(_row(row, rule.algorithm))
    begin = np.array(starts, np.intp)
    numbers = np.arange(len(rows))
    keeper = np.repeat(begin, np.diff(begin, append=len(rows)))
    same = {
        name: np.where(np.array([bool(row[name]) for row in rows], bool), keeper, numbers)
        for name in OF_DUPLICATES[1:]
    }
    is_keeper = np.isin(numbers, begin)
    widths = [group["max_distance_within"] for group in groups]
    return GroupColumns(
        members=numbers,
        starts=begin,
        distance=np.array([row["distance"] for row in rows], np.uint16),
        copies=Copies(same["exact"], same["same_pixels"]),
        reason=np.array([REASONS.index(group["keeper_reason"]) for group in groups], np.uint8),
        values=[(group["keeper_values"][0], group["keeper_values"][1]) for group in groups],
        looks=_read_looks(rows, is_keeper) if rule.verify else None,
        known_widths=(widths, [group["max_distance_is_exact"] for group in groups]),
    )


def _read_looks(rows: list[dict[str, Any]], is_keeper: NDArray[np.bool_]) -> MemberLooks:
    """How the members compare with their keepers. A keeper is equal to itself."""
    return MemberLooks(
        agreement=np.array([row.get("agreement", 1.0) for row in rows], np.float32),
        turned=np.array([row.get("turned", 0) for row in rows], np.int16),
        mirrored=np.array([row.get("mirrored", False) for row in rows], np.bool_),
        colour_differs=np.array([row.get("colour_differs", False) for row in rows], np.bool_),
        is_linked=np.array([row.get("evidence") != "chain" for row in rows], np.bool_) | is_keeper,
        evidence=np.array(
            [POINTS if row.get("evidence") == "points" else AGREES for row in rows], np.uint8
        ),
        overlap=np.array([row.get("overlap") or (1, 1) for row in rows], np.float32).reshape(-1, 2),
    )


def _row(row: dict[str, Any], algorithm: str) -> Row:
    """A row of a table. If it has several frames, only the hash of the first is known."""
    marks = Mark.of(row["marks"])
    digest = bytes.fromhex(row["digest"])
    return Row(
        location=Location(Kind(row["kind"]), _outer(row), row["inner"]),
        stamp=Stamp(row["bytes"], row["modified_ns"], row["identity"]),
        byte_count=row["bytes"],
        width=row["width"],
        height=row["height"],
        format=row["format"],
        frames=row["frames"],
        digest=digest,
        is_beginning=False,
        flat_digest=digest if marks & (Mark.FLAT | Mark.DEGENERATE) else b"",
        hashes=(bytes(Hash.from_hex(row["hash"], algorithm=algorithm)),),
        damage=row["damage"],
        marks=marks,
    )


def _outer(row: dict[str, Any]) -> str:
    """The path without the name of the archive member after it."""
    path: str = row["path"]
    return path.removesuffix(f"{MARK}{row['inner']}") if row["inner"] else path
