"""A plan as JSON: it comes back equal, and whatever is wrong with it is named."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lookalike.errors import PlanError
from lookalike.matching.rules import Rule
from lookalike.planning.plan import (
    EXACT,
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

DIGEST = "0123456789abcdef" * 2
BAD_NAME = "/photos/\udcff\udc80.jpg"


def a_file(path: str, size: int = 10) -> PlannedFile:
    return PlannedFile(path, size, 1_700_000_000_000_000_000, DIGEST, 7, 2049)


def a_plan() -> Plan:
    near = Match("agreement", 2, 0.97, 90, True, True)
    removal = Removal(
        a_file("/photos/b.jpg"),
        0,
        near,
        (Action.DEDUPE, Action.HARDLINK),
        "fewer pixels",
        (Companion(a_file("/photos/b.jpg.xmp"), 1, EXACT), Companion(a_file("/b.thm"), None, None)),
    )
    keep = (Kept(a_file("/photos/a.jpg"), "more pixels"), Kept(a_file("/photos/a.jpg.xmp"), "with"))
    held = (Held(a_file(BAD_NAME), "a burst"), Held(keep[0].file, "kept anyway"))
    group = PlanGroup("k1", keep, (removal,), held)
    unwanted = Removal(a_file("/photos/z.jpg"), None, None, (Action.TRASH,), "not wanted")
    return Plan(
        Rule.of("phash", 12, verify=True, min_agreement=0.5),
        (group, PlanGroup("k2", (), (unwanted,), (), none_wanted=True)),
        distance_for_action=12,
        keep=("pixels",),
        protect=("*/keep/*",),
        companions="keep",
        to="/moved",
        warnings=("a folder ends empty",),
    )


def changed(place: str, value: object) -> str:
    """The JSON of a plan with another value at a place, such as `groups.0.keep.1.size`."""
    document = json.loads(a_plan().to_json())
    at: Any = document
    *way, last = place.split(".")
    for step in way:
        at = at[int(step)] if step.isdecimal() else at[step]
    at[int(last) if last.isdecimal() else last] = value
    return json.dumps(document)


def test_a_plan_comes_back_equal_and_gives_the_same_text() -> None:
    plan = a_plan()
    text = plan.to_json()
    assert Plan.from_json(text) == plan
    assert Plan.from_json(text.encode()).to_json() == text
    assert text.isascii()


def test_every_file_has_a_line_of_its_own() -> None:
    lines = a_plan().to_json().splitlines()
    assert all(line.count('"digest"') <= 1 for line in lines)


def test_a_name_that_is_not_text_is_readable_and_exact() -> None:
    held = json.loads(a_plan().to_json())["groups"][0]["held"][0]
    assert held["path"] == "/photos/\\udcff\\udc80.jpg"
    assert held["path_b64"] == "L3Bob3Rvcy//gC5qcGc="
    assert Plan.from_json(a_plan().to_json()).groups[0].held[0].file.path == BAD_NAME


def test_totals_follow_from_the_groups_of_an_edited_plan() -> None:
    document = json.loads(a_plan().to_json())
    del document["groups"][1]
    edited = Plan.from_json(json.dumps(document))
    assert edited.totals == (1, 1, 2, 2, 30)


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        ("plan", 2, "format 2, and this version reads format 1"),
        ("plan", "1", 'plan must be 1, not "1"'),
        ("plan", True, "plan must be 1, not true"),
        ("extra", 1, "extra is not a key of a plan"),
        ("groups", {}, "groups must be a list, not {}"),
        ("groups.0.keep.0.size", "10", r'groups\[0\].keep\[0\].size must be a whole number'),
        ("groups.0.keep.0.size", True, "must be a whole number, not true"),
        ("groups.0.keep.0.size", -1, "must be 0 or more, not -1"),
        ("groups.0.keep.0.size", 1.5, "must be a whole number, not 1.5"),
        ("groups.0.keep.0", 3, r"groups\[0\].keep\[0\] must be an object, not 3"),
        ("groups.0.keep.0.digest", "xyz", "must be 32 hex digits"),
        ("groups.0.keep.0.digest", DIGEST.upper(), "must be 32 hex digits"),
        ("groups.0.keep.0.path", "a.jpg", "must be an absolute path"),
        ("groups.0.keep.0.path", "/photos/../a.jpg", "must be an absolute path"),
        ("groups.0.keep.0.path", "/a\0.jpg", "must be an absolute path"),
        ("groups.0.keep.0.path", "/\udcff.jpg", "needs its bytes as path_b64"),
        ("groups.0.held.0.path", "/other.jpg", "is another path than path"),
        ("groups.0.held.0.path_b64", "?", "must be Base64"),
        ("groups.0.remove.0.keeper", 2, "must be 0 to 1, a number of keep, not 2"),
        ("groups.0.remove.0.keeper", None, "evidence is not a key of a plan here"),
        ("groups.0.remove.0.keeper", -1, "must be a number of keep"),
        ("groups.0.remove.0.companions.0.keeper", 9, "must be 0 to 1"),
        ("groups.0.remove.0.evidence", "chain", "must be one of bytes, pixels"),
        ("groups.0.remove.0.do", "shred", "must be trash, move, dedupe"),
        ("groups.0.remove.0.do", "trash,", "must be trash, move, dedupe"),
        ("groups.0.remove.0.agreement", 2, "must be from 0 to 1"),
        ("groups.0.remove.0.mirrored", "no", "must be true or false"),
        ("groups.0.keep", [], "keep must name at least one file"),
        ("groups.0.none_wanted", True, "is true, so keep must be empty"),
        ("groups.1.none_wanted", False, "keep must name at least one file"),
        ("groups.1.remove.0.do", "delete", "must have no keeper and do trash"),
        ("groups.0.remove.0.path", "/photos/a.jpg", "/photos/a.jpg is named twice, as groups"),
        ("groups.0.remove.0.companions.0.path", "/photos/b.jpg", "/photos/b.jpg is named twice"),
        ("groups.1.remove.0.path", "/photos/a.jpg", "is named twice"),
        ("groups.0.remove.0.companions.0.path", "/photos/a.jpg.xmp", "is named twice"),
        ("rule.algorithm", "nohash", "rule: .*nohash"),
        ("rule.verify", 1, "rule.verify must be true or false, not 1"),
        ("to", "moved", "to must be an absolute path"),
        ("companions", "some", 'companions must be with or keep, not "some"'),
        ("protect", [1], r"protect\[0\] must be a text, not 1"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(place: str, value: object, message: str) -> None:
    with pytest.raises(PlanError, match=message):
        Plan.from_json(changed(place, value))


@pytest.mark.parametrize(
    "text", ["", "[]", "null", "{", "{}", '{"plan": NaN}', "[" * 100_000, b"\xff\xfe{"]
)
def test_any_other_text_is_refused(text: str | bytes) -> None:
    with pytest.raises(PlanError):
        Plan.from_json(text)


def test_a_repeated_key_is_refused() -> None:
    text = a_plan().to_json().replace('"to":', '"to": "/other", "to":')
    with pytest.raises(PlanError, match="has the key 'to' twice"):
        Plan.from_json(text)


@settings(deadline=None)
@given(st.data())
def test_no_edit_of_a_plan_raises_anything_else(data: st.DataObject) -> None:
    text = a_plan().to_json()
    begin = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(begin, min(begin + 30, len(text))))
    inserted = data.draw(st.sampled_from(["", "null", "0", '"x"', "{}", "[", ",", "-1", "true"]))
    with suppress(PlanError):
        Plan.from_json(text[:begin] + inserted + text[end:])
