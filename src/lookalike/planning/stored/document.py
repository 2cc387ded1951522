"""A plan as JSON, format 1, and back. People may edit it, so it is read strictly."""

from __future__ import annotations

import json
import os
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Iterable
from json.encoder import encode_basestring_ascii as quoted
from pathlib import Path

from lookalike.errors import PlanError
from lookalike.matching.rules import Rule
from lookalike.planning.plan import (
    Action,
    Companion,
    Held,
    Kept,
    Match,
    Plan,
    PlanGroup,
    PlannedFile,
    Removal,
)
from lookalike.planning.stored.fields import Fields, parsed
from lookalike.text import visible

FORMAT = 1
RULE = ("algorithm", "max_distance", "verify", "thorough", "colour", "min_agreement")
"""What a plan needs of a rule, to look at pairs again."""
EVIDENCE = ("bytes", "pixels", "agreement", "points", "bits")
COMPANIONS = ("with", "keep")
DIGEST_CHARACTERS = 32


def to_json(plan: Plan) -> str:
    """The plan as text: each file on a line of its own, so two plans can be compared."""
    rule = plan.rule
    parts = {
        "plan": FORMAT,
        "by": plan.by,
        "argv": plan.argv,
        "rule": {name: getattr(rule, name) for name in RULE},
        "distance_for_action": plan.distance_for_action,
        "keep": plan.keep,
        "reference": plan.reference,
        "protect": plan.protect,
        "only": plan.only,
        "roots": plan.roots,
        "companions": plan.companions,
        "to": plan.to,
        "totals": plan.totals._asdict(),
        "warnings": plan.warnings,
    }
    lines = [f" {quoted(name)}: {json.dumps(value)}" for name, value in parts.items()]
    lines.append(f' "groups": {_listed(map(_group_text, plan.groups), 2)}')
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _listed(texts: Iterable[str], indent: int) -> str:
    """A JSON list with a line per entry."""
    line = "\n" + " " * indent
    lines = f",{line}".join(texts)
    return f"[{line}{lines}{line[:-1]}]" if lines else "[]"


def _group_text(group: PlanGroup) -> str:
    none_wanted = ',\n   "none_wanted": true' if group.none_wanted else ""
    keep = (f"{{{_file_text(one.file)}, {_pair('why', one.why)}}}" for one in group.keep)
    held = (f"{{{_file_text(one.file)}, {_pair('why', one.why)}}}" for one in group.held)
    return (
        f'{{"key": {quoted(group.key)}{none_wanted},\n   "keep": {_listed(keep, 4)},\n'
        f'   "remove": {_listed(map(_removal_text, group.remove), 4)},\n'
        f'   "held": {_listed(held, 4)}}}'
    )


def _pair(key: str, value: str) -> str:
    return f'"{key}": {quoted(value)}'


def _file_text(file: PlannedFile) -> str:
    """The pairs of a file. A path that is not valid text has its bytes beside it."""
    path = file.path
    raw = ""
    if not path.isascii() and visible(path) != path:
        raw = f', "path_b64": "{b64encode(os.fsencode(path)).decode()}"'
        path = visible(path)
    inode = "null" if file.inode is None else file.inode
    dev = "null" if file.dev is None else file.dev
    return (
        f'"path": {quoted(path)}{raw}, "size": {file.size}, "mtime_ns": {file.mtime_ns}, '
        f'"digest": "{file.digest}", "inode": {inode}, "dev": {dev}'
    )


def _match_text(keeper: int | None, match: Match | None) -> str:
    if keeper is None or match is None:
        return '"keeper": null'
    text = f'"keeper": {keeper}, "evidence": "{match.evidence}", "distance": {match.distance}'
    if match.agreement is not None:
        text += f', "agreement": {match.agreement!r}'
    if match.turned or match.mirrored:
        mirrored = "true" if match.mirrored else "false"
        text += f', "turned": {match.turned}, "mirrored": {mirrored}'
    return text + (', "colour_differs": true' if match.colour_differs else "")


def _removal_text(one: Removal) -> str:
    text = f"{{{_file_text(one.file)}, {_match_text(one.keeper, one.match)}, "
    text += f'"do": "{",".join(one.do)}", {_pair("why", one.why)}'
    if one.companions:
        entries = (
            f"{{{_file_text(it.file)}, {_match_text(it.keeper, it.match)}}}"
            for it in one.companions
        )
        text += f', "companions": {_listed(entries, 6)}'
    return text + "}"


def read_json(text: str | bytes) -> Plan:
    """Implements `Plan.from_json`."""
    fields = Fields(parsed(text), "")
    _check_format(fields.take("plan", None))
    fields.take("totals", None)  # they follow from the groups, which a person may have edited
    plan = Plan(
        by=fields.text("by"),
        argv=fields.texts("argv"),
        rule=_rule(Fields(fields.take("rule"), "rule")),
        distance_for_action=fields.whole("distance_for_action"),
        keep=fields.texts("keep"),
        reference=fields.texts("reference"),
        protect=fields.texts("protect"),
        only=fields.texts("only"),
        roots=fields.texts("roots"),
        companions=fields.word("companions", COMPANIONS),
        to=None if (to := fields.take("to", None)) is None else _folder(to),
        warnings=fields.texts("warnings"),
        groups=tuple(map(_group, fields.each("groups"))),
    )
    fields.end()
    _check_roles(plan)
    return plan


def _check_format(found: object) -> None:
    if type(found) is not int or found < 1:
        raise PlanError(f"not a plan: plan must be {FORMAT}, not {json.dumps(found)}")
    if found > FORMAT:
        raise PlanError(
            f"the plan has format {found}, and this version reads format {FORMAT} only: make the "
            "plan again, or apply it with a newer lookalike"
        )


def _folder(value: object) -> str:
    if not isinstance(value, str) or not Path(value).is_absolute():
        raise PlanError(f"to must be an absolute path, not {json.dumps(value)}")
    return value


def _rule(fields: Fields) -> Rule:
    try:
        rule = Rule.of(
            fields.text("algorithm"),
            fields.whole("max_distance"),
            verify=fields.truth("verify"),
            thorough=fields.truth("thorough"),
            colour=fields.truth("colour"),
            min_agreement=fields.share("min_agreement"),
        )
    except PlanError:
        raise
    except ValueError as error:
        raise PlanError(f"rule: {error}") from error
    fields.end()
    return rule


def _group(fields: Fields) -> PlanGroup:
    group = PlanGroup(
        key=fields.text("key"),
        none_wanted=fields.truth("none_wanted", False),
        keep=tuple(Kept(*_file_and_why(one)) for one in fields.each("keep")),
        remove=tuple(map(_removal, fields.each("remove"))),
        held=tuple(Held(*_file_and_why(one)) for one in fields.each("held", [])),
    )
    fields.end()
    _check_keepers(group, fields)
    return group


def _check_keepers(group: PlanGroup, fields: Fields) -> None:
    """Refuse a group whose files go without one that stays, unless none is wanted."""
    if group.none_wanted and group.keep:
        fields.refuse("none_wanted", "is true, so keep must be empty")
    if group.none_wanted:
        for at, one in enumerate(group.remove):
            if one.keeper is not None or one.do != (Action.TRASH,):
                fields.refuse(
                    f"remove[{at}]", "must have no keeper and do trash: none of its group is wanted"
                )
        return
    if group.remove and not group.keep:
        fields.refuse("keep", "must name at least one file, or all of the group would go")
    for at, one in enumerate(group.remove):
        if one.keeper is None:
            fields.refuse(f"remove[{at}].keeper", "must be a number of keep")
        numbers = [one.keeper, *(it.keeper for it in one.companions if it.keeper is not None)]
        for number in numbers:
            if number >= len(group.keep):
                expected = f"must be 0 to {len(group.keep) - 1}, a number of keep"
                fields.refuse(f"remove[{at}].keeper", f"{expected}, not {number}")


def _file_and_why(fields: Fields) -> tuple[PlannedFile, str]:
    found = _file(fields), fields.text("why")
    fields.end()
    return found


def _file(fields: Fields) -> PlannedFile:
    path, raw = fields.text("path"), fields.text("path_b64", None)
    if raw is not None:
        try:
            real = os.fsdecode(b64decode(raw, validate=True))
        except Base64Error:
            fields.refuse("path_b64", f"must be Base64, not {json.dumps(raw)}")
        if visible(real) != path:
            fields.refuse("path_b64", f"is another path than path: {json.dumps(real)}")
        path = real
    elif visible(path) != path:
        fields.refuse("path", "is not valid text, so it needs its bytes as path_b64")
    if not Path(path).is_absolute() or "\0" in path or os.path.normpath(path) != path:
        fields.refuse("path", f"must be an absolute path without . and .., not {json.dumps(path)}")
    digest = fields.text("digest")
    if len(digest) != DIGEST_CHARACTERS or not set(digest) <= set("0123456789abcdef"):
        fields.refuse("digest", f"must be {DIGEST_CHARACTERS} hex digits, not {json.dumps(digest)}")
    return PlannedFile(
        path,
        fields.whole("size"),
        fields.whole("mtime_ns", least=None),
        digest,
        fields.whole("inode", None),
        fields.whole("dev", None),
    )


def _removal(fields: Fields) -> Removal:
    removal = Removal(
        _file(fields),
        *_match(fields),
        _actions(fields),
        fields.text("why"),
        tuple(map(_companion, fields.each("companions", []))),
    )
    fields.end()
    return removal


def _companion(fields: Fields) -> Companion:
    companion = Companion(_file(fields), *_match(fields))
    fields.end()
    return companion


def _match(fields: Fields) -> tuple[int | None, Match | None]:
    keeper = fields.take("keeper")
    if keeper is None:
        return None, None
    if type(keeper) is not int or keeper < 0:
        fields.refuse("keeper", f"must be a number of keep, not {json.dumps(keeper)}")
    evidence = fields.text("evidence")
    if evidence not in EVIDENCE:
        fields.refuse("evidence", f"must be one of {', '.join(EVIDENCE)}, not {evidence}")
    return keeper, Match(
        evidence,
        fields.whole("distance"),
        fields.share("agreement", None),
        fields.whole("turned", 0),
        fields.truth("mirrored", False),
        fields.truth("colour_differs", False),
    )


def _actions(fields: Fields) -> tuple[Action, ...]:
    given = fields.text("do")
    try:
        return tuple(Action(word) for word in given.split(","))
    except ValueError:
        expected = ", ".join(Action)
        fields.refuse("do", f"must be {expected}, or several with commas, not {given!r}")


def _check_roles(plan: Plan) -> None:
    """Refuse a file that is named twice, unless it is held back and stays for others, too."""
    roles: dict[str, str] = {}

    def give(path: str, role: str) -> None:
        known = roles.setdefault(path, role)
        if known is not role:
            raise PlanError(f"{visible(path)} is named twice, as {known} and as {role}")

    for at, group in enumerate(plan.groups):
        stays = {one.file.path for one in group.keep}
        for number, kept in enumerate(group.keep):
            give(kept.file.path, f"groups[{at}].keep[{number}]")
        for number, removal in enumerate(group.remove):
            for nth, companion in enumerate(removal.companions):
                give(companion.file.path, f"groups[{at}].remove[{number}].companions[{nth}]")
            give(removal.file.path, f"groups[{at}].remove[{number}]")
        for number, held in enumerate(group.held):
            if held.file.path not in stays:
                give(held.file.path, f"groups[{at}].held[{number}]")
