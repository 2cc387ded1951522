"""Every rule that chooses what stays: which of two files it prefers, and what it says."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest

from lookalike.images.metadata import Metadata
from lookalike.matching.keepers.order import DEFAULT_KEEP, Order
from lookalike.matching.keepers.rules import BY_WORD
from plan_worlds import File, World

FILE = File("/p/m.jpg", 1)
DAY = 86_400


def other(path: str = "/p/n.jpg", **changes: object) -> File:
    """A file that differs from `FILE` in its bytes and in these respects."""
    return replace(FILE, path=path, content=2, **changes)  # type: ignore[arg-type]


RULES = [
    ("pixels", other(width=50), "most pixels: 50 x 30 against 40 x 30"),
    ("-pixels", other(width=30), "fewest pixels: 30 x 30 against 40 x 30"),
    ("bytes", other(size=200), "most bytes: 200 bytes against 100 bytes"),
    ("frames", other("/p/n.gif", frames=3), "most frames: 3 frames against 1 frames"),
    ("animation", other("/p/n.gif", frames=3), "more than one frame"),
    ("raw", other("/p/n.cr2"), "raw file"),
    ("format:heic,jpeg", other("/p/n.heic"), "format: heic against jpeg"),
    ("format:raw,jpg", other("/p/n.nef"), "format: raw against jpeg"),
    ("format:png", other("/p/n.png"), "format: png against another"),
    ("metadata", other(metadata=Metadata(camera="X")), "most metadata: 1 of 6 facts against 0 of 6"
     " facts"),
    ("oldest", other(time=1000 - DAY - 10), "oldest: 1969-12-31 00:16:30 against 1970-01-01"
     " 00:16:40"),
    ("newest", other(time=1010), "newest: 1970-01-01 00:16:50 against 1970-01-01 00:16:40"),
    ("newest", other(metadata=Metadata(taken_ns=2 * 10**18)), "newest: 2033-05-18 03:33:20 against"
     " 1970-01-01 00:16:40"),
    ("edited", other(metadata=Metadata(software="GIMP 2.10")), "edited"),
    ("edited", other("/p/n-edited.jpg"), "edited"),
    ("edited", other("/p/IMG_E1234.jpg"), "edited"),
    ("unedited", other("/p/n.jpg"), "not edited"),
    ("depth", other("/n.jpg"), "fewest folders: 0 folders deep against 1 folder deep"),
    ("-depth", other("/p/q/n.jpg"), "most folders: 2 folders deep against 1 folder deep"),
    ("short-path", other("/p/.jpg"), "shortest path: 7 characters against 8 characters"),
    ("long-name", other("/p/nn.jpg"), "longest name: 6 characters against 5 characters"),
    ("name:^n", other(), "name matches ^n"),
    ("-name:^m", other(), "name does not match ^m"),
    ("folder:q", other("/p/q/n.jpg"), "in a folder q"),
    ("not-copy", other("/p/n.jpg"), "not named as a copy"),
]  # fmt: skip
WORSE = {
    "unedited": replace(FILE, path="/p/IMG_E1.jpg"),
    "not-copy": replace(FILE, path="/p/m (1).jpg"),
}


@pytest.mark.parametrize(("rule", "better", "why"), RULES, ids=[f"{r} {w}" for r, _, w in RULES])
def test_each_rule_keeps_the_better_file(rule: str, better: File, why: str) -> None:
    """Whatever the order of the inputs, and the reason has both values."""
    worse = WORSE.get(rule, FILE)
    for files in permutations([better, worse]):
        plan = World(files).plan(keep=rule, metadata="ignore", bursts="take")
        (group,) = plan.groups
        assert group.keep[0].file.path == better.path
        assert group.keep[0].why == why


@pytest.mark.parametrize(
    "name",
    [
        "m (1)",
        "m(2)",
        "m copy",
        "m copy 3",
        "m - Copy",
        "m-Kopie",
        "m - Kopie (2)",
        "m~2",
        "m_copy",
    ],
)
def test_the_names_of_copies_are_recognised(name: str) -> None:
    files = replace(FILE, path=f"/p/{name}.jpg"), other("/p/zzz.jpg")
    (group,) = World(files).plan(keep="not-copy").groups
    assert group.keep[0].file.path == "/p/zzz.jpg"


@pytest.mark.parametrize(
    ("rule", "same"),
    [
        ("pixels", other(width=4000, height=2990)),
        ("-pixels", other(width=4000, height=2990)),
        ("bytes", other("/p/n.png", size=900)),
        ("oldest", other(time=1002)),
        ("oldest", other(time=1000 - 7200)),
        ("newest", other(time=1000 + 7200 + 1)),
    ],
)
def test_small_differences_are_none(rule: str, same: File) -> None:
    """1 % of the pixels, bytes of other formats, 2 s, and whole hours. Then the path decides."""
    first = replace(FILE, width=4000, height=3000) if "pixels" in rule else FILE
    (group,) = World([same, first]).plan(keep=rule).groups
    assert group.keep[0].why == "first by name: /p/m.jpg against " + same.path


def test_the_original_is_the_lossy_file_with_the_same_pixels() -> None:
    """A PNG with the very pixels of a JPEG is the copy, although it has more bytes."""
    from lookalike.images import Mark

    blank = {"marks": Mark.FLAT}
    files = other("/p/a.png", size=900, **blank), replace(FILE, **blank)  # type: ignore[arg-type]
    (group,) = World(files).result().groups
    assert (group.keeper.path, group.keeper_reason) == ("/p/m.jpg", "original format")


def test_the_fuller_unit_stays() -> None:
    sidecar = File("/p/n.xmp", 9)
    (group,) = World([FILE, other(), sidecar]).plan(keep="companions").groups
    assert group.keep[0].why == "most companions: 1 file against 0 files"


@pytest.mark.parametrize(
    ("choices", "why"),
    [
        ({"reference": "/q"}, "in a reference folder"),
        ({"protect": "/q"}, "protected"),
        ({"chosen": "/q/n.jpg"}, "chosen by you"),
        ({"prefer": ["/x", "/q"]}, "preferred folder: /q against no preferred folder"),
    ],
)
def test_what_comes_before_all_rules(choices: dict[str, Any], why: str) -> None:
    """References, protected and chosen files, and preferred folders win over more pixels."""
    files = replace(FILE, width=900), other("/q/n.jpg")
    (group,) = World(files).plan(**choices).groups
    assert (group.keep[0].file.path, group.keep[0].why) == ("/q/n.jpg", why)


def test_a_damaged_file_is_not_kept_however_preferred() -> None:
    damaged = other("/q/n.jpg", damage="it breaks off")
    (group,) = World([FILE, damaged]).plan(prefer="/q").groups
    assert group.keep[0].file.path == "/p/m.jpg"


def test_the_inner_of_two_preferred_folders_counts() -> None:
    files = replace(FILE, path="/q/in/m.jpg"), other("/q/n.jpg")
    (group,) = World(files).plan(prefer=["/q", "/q/in"]).groups
    assert group.keep[0].file.path == "/q/n.jpg"
    (group,) = World(files).plan(prefer=["/q/in", "/q"]).groups
    assert group.keep[0].file.path == "/q/in/m.jpg"


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("pixel", "keep must be rules such as pixels, not 'pixel'"),
        ("format:", "keep must be rules"),
        ("format:a/b", "keep must name formats"),
        ("name:(", "keep has the broken pattern"),
        ("-format:png", "keep must be rules"),
    ],
)
def test_unknown_rules_are_refused(word: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Order.of(word)
    with pytest.raises(TypeError, match="keep must be texts"):
        Order.of([1])  # type: ignore[list-item]


def test_find_names_the_same_keeper_as_the_plan() -> None:
    files = [other(size=300), FILE, replace(FILE, path="/a/m.jpg", content=3, width=60)]
    world = World(files)
    (group,), (planned,) = world.result().groups, world.plan().groups
    assert group.keeper.path == planned.keep[0].file.path
    assert set(DEFAULT_KEEP) <= set(BY_WORD)
