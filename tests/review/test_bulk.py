"""Decisions for all groups of a pair of folders, and other rules for what stays."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

import lookalike
from browsing import open_page
from files import save
from lookalike.planning.choices import Choices
from lookalike.review.decisions import Choice, Decisions
from lookalike.review.folders import Folders
from lookalike.review.rules import Rules
from lookalike.review.session import Session, State
from pictures import photo
from reviewing import Review, own_state, reviewing

GROUPS = 4


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four groups: the larger one in `big`, the smaller and older one in `small`. The last group
    also has one in `other`.
    """
    root = tmp_path_factory.mktemp("bulk")
    for seed in range(GROUPS):
        for folder, side, age in (("big", 160, 0), ("small", 120, 5000)):
            path = root / "in" / folder / f"{seed}-{side}.png"
            save(path, photo(side, side * 3 // 4, seed))
            os.utime(path, (1_700_000_000 - age,) * 2)
    save(root / "in" / "other" / "3.png", photo(80, 60, 3))
    return root


@pytest.fixture
def session(pictures: Path) -> Session:
    return Session(lookalike.find_duplicates(pictures / "in"), Decisions(None))


def ids(folders: Folders) -> dict[str, int]:
    """The numbers of folders by their names."""
    found = [one for pair in folders.pairs() for one in pair["folders"]]
    return {Path(one["name"]).name: one["id"] for one in found}


def test_pairs_count_both_ways(session: Session) -> None:
    """Groups that two folders share, and the files of each in them."""
    found = [
        (
            {Path(one["name"]).name: one["files"] for one in pair["folders"]},
            pair["groups"],
            pair["open"],
        )
        for pair in Folders(session).pairs()
    ]
    assert found[0] == ({"big": 4, "small": 4}, 4, 4)
    assert ({"big": 1, "other": 1}, 1, 1) in found
    assert ({"small": 1, "other": 1}, 1, 1) in found


def test_a_decision_for_a_pair_is_what_was_shown_and_one_step(session: Session) -> None:
    """What is decided already stays so, and files in other folders are kept."""
    session.decide(0, [Choice.APART, Choice.APART])
    folders = Folders(session)
    id_of = ids(folders)
    keep, lose = id_of["small"], id_of["big"]
    shown = folders.preview(keep, lose)
    assert (shown["groups"], shown["files"], shown["larger"]) == (3, 3, 3)
    names = [(one["stays"][1], [name for _, name in one["goes"]]) for one in shown["shown"]]
    assert names == [(f"{seed}-120.png", [f"{seed}-160.png"]) for seed in (1, 2, 3)]
    assert {one["more"] for one in shown["shown"]} == {0}
    with pytest.raises(ValueError, match="changed since"):
        folders.decide(keep, lose, "0" * 64)
    assert folders.decide(keep, lose, shown["digest"]) == 3
    assert session.describe(0)["chosen"] == ["apart", "apart"]
    assert session.describe(1)["chosen"] == ["remove", "keep"]
    chosen = dict(
        zip(
            [one["name"] for one in session.describe(3)["members"]],
            session.describe(3)["chosen"],
            strict=True,
        )
    )
    assert chosen == {"3-160.png": "remove", "3-120.png": "keep", "3.png": "keep"}
    assert session.undo() == (1, 2, 3)
    assert [session.state(group) for group in range(4)] == [State.DECIDED, *[State.OPEN] * 3]
    assert session.redo() == (1, 2, 3)
    session.undo()
    session.decide(2, [Choice.KEEP, Choice.KEEP])
    with pytest.raises(ValueError, match="changed since"):
        folders.decide(keep, lose, shown["digest"])


def test_folders_without_a_group_in_common_are_refused(session: Session) -> None:
    for pair in ((0, 0), (0, 99), (-1, 0)):
        with pytest.raises(IndexError, match="no group in common"):
            Folders(session).preview(*pair)


def test_other_rules_change_what_is_proposed_and_nothing_that_is_decided(
    session: Session,
) -> None:
    """The reason says so, and the one that would stay is kept."""
    session.decide(0, [Choice.KEEP, Choice.REMOVE])
    rules = Rules(session, Choices())
    keep = ["oldest", *rules.keep]
    found = rules.changes(keep)
    assert (found["groups"], found["open"]) == (4, 3)
    first = found["shown"][0]
    assert (first["before"], first["after"]) == ("1-160.png", "1-120.png")
    assert first["reason"] == "oldest"
    assert session.describe(1)["chosen"] == ["keep", "remove"]
    rules.use(keep)
    described = session.describe(1)
    assert (described["keeper"], described["chosen"]) == (1, ["remove", "keep"])
    assert described["reason"] == first["reason"]
    assert session.describe(0)["chosen"] == ["keep", "remove"]
    assert rules.changes(keep)["groups"] == 0
    rules.use(list(Choices().keep))
    assert session.describe(1)["chosen"] == ["keep", "remove"]


@pytest.mark.parametrize("keep", [["shiniest"], ["name:("], [""], [3]])
def test_what_is_no_rule_is_refused(session: Session, keep: list[str]) -> None:
    rules = Rules(session, Choices())
    with pytest.raises((ValueError, TypeError)):
        rules.use(keep)
    assert rules.keep == Choices().keep


def test_preferred_folders_come_before_any_rules(pictures: Path) -> None:
    """The search preferred them as well, so the same rules change nothing."""
    choices = Choices.of(prefer=pictures / "in" / "small")
    found = lookalike.find_duplicates(pictures / "in", keep=choices.order())
    session = Session(found, Decisions(None))
    assert session.name(0, 0) == "0-120.png"
    rules = Rules(session, choices)
    assert rules.changes(list(rules.keep))["groups"] == 0
    assert rules.changes(["pixels"])["groups"] == 0


@pytest.mark.slow
@pytest.mark.parametrize("given", [("in",), ("--from", "found.json")])
def test_a_review_proposes_by_the_rules_that_it_is_given(
    pictures: Path, tmp_path: Path, given: tuple[str, ...]
) -> None:
    """A result that was read is put in another order. The page of rules begins with them."""
    (pictures / "found.json").write_text(lookalike.find_duplicates(pictures / "in").to_json())
    options = ("--decisions", tmp_path / "d.jsonl", "--keep", "oldest", "--keep", "pixels")
    with reviewing(*given, *options, cwd=pictures) as one:
        group = one.ask("/api/groups/0").json
        assert group["members"][group["keeper"]]["name"] == "0-120.png"
        assert group["reason"] == "oldest"
        assert one.ask("/api/rules").json["rules"] == ["oldest", "pixels"]


def test_references_stay_by_any_rules(pictures: Path) -> None:
    found = lookalike.find_duplicates(pictures / "in" / "small", against=pictures / "in" / "big")
    session = Session(found, Decisions(None))
    rules = Rules(session, Choices.of(reference=pictures / "in" / "big"))
    assert rules.changes(["oldest"])["groups"] == 0


@pytest.fixture
def review(pictures: Path, tmp_path: Path) -> Iterator[Review]:
    decisions = tmp_path / "d.jsonl"
    with reviewing("in", "--decisions", decisions, cwd=pictures, **own_state(tmp_path)) as one:
        yield one


def opened(page: Page, review: Review, name: str) -> None:
    """Opens one of the pages by its button."""
    page.goto(review.address)
    expect(page.locator("member-strip button").first).to_be_visible()
    page.get_by_role("navigation").get_by_role("button", name=name).click()


def check_access(page: Page) -> None:
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 800})
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_pair_of_folders_is_decided_on_the_page(
    review: Review, browser: Browser, scheme: Literal["light", "dark"]
) -> None:
    """After a preview, by keyboard. U takes all of it back."""
    with open_page(browser, color_scheme=scheme, bypass_csp=True) as page:  # axe is a script
        opened(page, review, "Folders")
        page.locator("folders-page tbody tr").first.get_by_role("button", name="Keep big").press(
            "Enter"
        )
        expect(page.locator(".sentence")).to_contain_text("and remove 4 files from")
        pictures = page.locator(".grid img[src]")
        expect(pictures).to_have_count(8)
        expect(page.locator(".grid li").first).to_contain_text("✓ keep: 0-160.png")
        expect(page.locator(".grid li").first).to_contain_text("✕ remove: 0-120.png")
        assert pictures.evaluate_all("all => all.every(one => one.naturalWidth > 0)")
        check_access(page)
        page.keyboard.press("Enter")
        expect(page.locator("#said")).to_contain_text("4 groups decided, 4 files to remove")
        expect(page.locator("folders-page tbody tr").first).not_to_contain_text("Keep big")
        page.keyboard.press("Escape")
        expect(page.locator("#totals")).to_contain_text("4 of 4 decided, 4 images to remove")
        page.keyboard.press("u")
        expect(page.locator("#totals")).to_contain_text("0 of 4 decided")
        expect(page.locator(".row").last).not_to_contain_text("decided")


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_rules_are_put_in_another_order_on_the_page(
    review: Review, browser: Browser, scheme: Literal["light", "dark"]
) -> None:
    """What changes is shown before the rules are used."""
    with open_page(browser, color_scheme=scheme, bypass_csp=True) as page:  # axe is a script
        opened(page, review, "Rules")
        expect(page.locator(".rules li").nth(3)).to_contain_text("pixels most pixels")
        for _ in range(8):
            page.get_by_role("button", name="oldest: earlier").press("Enter")
        expect(page.locator("#said")).to_contain_text("oldest is rule 1 of 11.")
        page.get_by_role("button", name="Show what changes").press("Enter")
        expect(page.locator(".sentence")).to_have_text(
            "In 4 groups, another image is proposed to stay."
        )
        expect(page.locator("rules-page tbody tr").first).to_contain_text("0-120.png")
        check_access(page)
        page.get_by_role("button", name="Use these rules").press("Enter")
        expect(page.locator("#said")).to_have_text("These rules are used now.")
        page.keyboard.press("Escape")
        expect(page.locator("#reason")).to_contain_text("0-120.png stays: oldest.")
        page.keyboard.press("Enter")
        expect(page.locator("#totals")).to_contain_text("1 of 4 decided")
    assert review.ask("/api/groups/0").json["chosen"] == ["remove", "keep"]
