"""The plan and the history on the page of a review, in a real browser, used by keyboard."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from browsing import open_page
from reviewing import GROUPS, Review, tree


def opened(page: Page, review: Review) -> None:
    """Opens the page, and waits for its first group."""
    page.goto(review.address)
    expect(page.locator("member-strip button").first).to_be_visible()


def tab_to(page: Page, name: str) -> None:
    """Presses Tab until something with this name has the focus."""
    asked = """() => {
      const one = document.activeElement;
      return one.labels?.[0]?.textContent ?? one.textContent;
    }"""
    for _ in range(40):
        page.keyboard.press("Tab")
        if name in page.evaluate(asked):
            return
    raise AssertionError(f"{name} cannot be reached by Tab")


@pytest.mark.slow
def test_from_start_to_an_applied_plan_and_back_by_keyboard(
    review: Review, folder: Path, browser: Browser
) -> None:
    """Nobody touches a mouse. In the end, every file is as it was, byte for byte."""
    before = tree(folder / "in")
    with open_page(browser) as page:
        opened(page, review)
        for number in (2, 3):
            page.keyboard.press("Enter")
            expect(page.locator("#title")).to_have_text(f"Group {number}: 2 images")
        page.keyboard.press("2")
        page.keyboard.press("x")
        page.keyboard.press("Enter")
        expect(page.locator("#totals")).to_contain_text("3 of 3 decided, 3 images to remove")
        page.keyboard.press("p")
        expect(page.locator(".sentence")).to_contain_text("3 files go to the trash.")
        expect(page.locator(".planned")).to_have_count(3)
        expect(page.locator(".planned").last).to_contain_text("2-120.png kept by you")
        assert tree(folder / "in") == before
        tab_to(page, "To confirm, type how many files that is (3)")
        page.keyboard.type("2")
        page.keyboard.press("Enter")
        expect(page.locator("#said")).to_have_text("The number is not 3, so nothing was done.")
        page.keyboard.type("3")
        page.keyboard.press("Enter")
        expect(page.locator("history-page")).to_contain_text("The plan was applied.")
        expect(page.locator(".runs")).to_contain_text("3 moved to the trash")
        left = {path.name for path in (folder / "in").iterdir()}
        assert left == {"0-160.png", "1-160.png", "2-120.png"}
        page.keyboard.press("Escape")
        expect(page.locator(".row")).to_contain_text(["applied"] * GROUPS)
        expect(page.locator("#totals")).to_contain_text("3 of 3 decided, 0 images to remove")
        page.keyboard.press("h")
        tab_to(page, "Files")
        page.keyboard.press("Enter")
        expect(page.locator("details li")).to_have_count(3)
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog")).to_contain_text("Take back 3 of 3 files?")
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Enter")
        expect(page.locator(".now")).to_contain_text("The run was taken back.")
        expect(page.locator(".runs section")).to_have_count(2)
        page.keyboard.press("Escape")
        expect(page.locator(".row").first).to_contain_text("✓ decided")
        expect(page.locator("#totals")).to_contain_text("3 images to remove")
    assert tree(folder / "in") == before


@pytest.mark.slow
def test_what_to_do_with_files_is_chosen_by_keyboard(
    review: Review, folder: Path, browser: Browser
) -> None:
    """The plan is made anew, and says what it comes to then. Here, no two files are equal."""
    copy = folder / "in" / "0-120.png"
    with open_page(browser) as page:
        opened(page, review)
        page.keyboard.press("Enter")
        expect(page.locator("#totals")).to_contain_text("1 of 3 decided")
        page.keyboard.press("p")
        expect(page.locator("plan-page .sentence")).to_contain_text("1 file goes to the trash.")
        tab_to(page, "What to do with files")
        page.keyboard.press("ArrowDown")
        expect(page.get_by_label("What to do with files")).to_have_value("dedupe")
        expect(page.locator("plan-page .sentence")).to_have_text("Nothing can go yet.")
        expect(page.locator("plan-page form")).to_be_hidden()
        expect(page.locator(".planned")).to_contain_text("! held back")
        expect(page.get_by_label("What to do with files")).to_be_focused()
        page.keyboard.press("ArrowUp")
        expect(page.locator("plan-page form")).to_be_visible()
        tab_to(page, "To confirm")
        page.keyboard.type("1")
        page.keyboard.press("Enter")
        expect(page.locator(".runs")).to_contain_text("1 moved to the trash")
    assert not copy.exists()


@pytest.mark.slow
def test_a_plan_of_another_tab_is_refused_and_shown_anew(
    review: Review, folder: Path, browser: Browser
) -> None:
    """What is applied is what this tab has shown, or nothing."""
    before = tree(folder / "in")
    context = browser.new_context()  # the refusal is shown in the console, too
    page = context.new_page()
    opened(page, review)
    page.keyboard.press("Enter")
    expect(page.locator("#title")).to_have_text("Group 2: 2 images")
    page.keyboard.press("p")
    expect(page.locator(".planned")).to_have_count(1)
    assert review.ask("/api/decide", {"group": 1, "chosen": ["remove", "keep"]}).status == 200
    page.locator("#confirm").fill("1")
    page.keyboard.press("Enter")
    expect(page.locator("#trouble")).to_contain_text("the plan has changed since")
    assert tree(folder / "in") == before
    page.keyboard.press("Escape")
    page.keyboard.press("p")
    expect(page.locator(".planned")).to_have_count(2)
    expect(page.locator("#trouble")).to_be_hidden()
    context.close()


@pytest.mark.slow
def test_keys_of_groups_do_nothing_on_other_pages(
    review: Review, folder: Path, browser: Browser
) -> None:
    """So nothing is decided unseen."""
    with open_page(browser) as page:
        opened(page, review)
        for key in "ph":
            page.keyboard.press(key)
            expect(page.locator(f"{'plan' if key == 'p' else 'history'}-page h2")).to_be_focused()
            for other in ("Enter", "a", "n", "x", "j", "Control+z"):
                page.keyboard.press(other)
        page.keyboard.press("Escape")
        expect(page.locator("#title")).to_have_text("Group 1: 2 images")
    assert (folder / "d.jsonl").read_text().count("\n") == 1


@pytest.mark.slow
def test_groups_of_which_nothing_stays_need_a_tick(
    review: Review, folder: Path, browser: Browser
) -> None:
    """The number to type follows it."""
    for group, chosen in ((0, ["keep", "remove"]), (1, ["remove", "remove"])):
        assert review.ask("/api/decide", {"group": group, "chosen": chosen}).status == 200
    context = browser.new_context()  # pictures that went are refused in the console, too
    page = context.new_page()
    opened(page, review)
    page.keyboard.press("p")
    expect(page.locator(".sentence")).to_contain_text("1 file goes to the trash.")
    page.get_by_label("Also remove 2 files of groups of which nothing stays").check()
    page.get_by_label("To confirm, type how many files that is (3)").fill("3")
    page.keyboard.press("Enter")
    expect(page.locator(".now")).to_contain_text("3 moved to the trash")
    context.close()
    assert {path.name for path in (folder / "in").iterdir()} == {
        "0-160.png",
        "2-160.png",
        "2-120.png",
    }


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_plan_and_history_are_accessible(
    review: Review, browser: Browser, scheme: Literal["light", "dark"]
) -> None:
    """axe finds nothing wrong, nothing is scrolled sideways, and targets are large enough."""
    for group, chosen in ((0, ["keep", "remove"]), (1, ["remove", "remove"])):
        assert review.ask("/api/decide", {"group": group, "chosen": chosen}).status == 200
    context = browser.new_context(color_scheme=scheme, bypass_csp=True)  # axe is a script
    page = context.new_page()
    opened(page, review)
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 800})
        page.keyboard.press("p")
        expect(page.locator(".planned").first).to_be_visible()
        check_access(page, width)
        if width == 1280:
            page.locator("#confirm").fill("1")
            page.keyboard.press("Enter")
            expect(page.locator(".now")).to_contain_text("1 moved to the trash")
        page.keyboard.press("Escape")
        with page.expect_response("**/api/history?"):
            page.keyboard.press("h")
        if width == 1280:
            page.locator("summary").first.click()
        expect(page.locator("details li").first).to_be_visible()
        check_access(page, width)
    context.close()


def check_access(page: Page, width: int) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") == width
    for target in page.locator("button, summary, input:not([type=checkbox])").all():
        box = target.bounding_box()
        assert box is None or not target.is_visible() or box["height"] >= 24
