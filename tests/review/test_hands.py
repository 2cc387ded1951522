"""What hands do on the page: keys that are held, keys that lead back, and quick keys."""

from __future__ import annotations

import runpy
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from browsing import open_page
from reviewing import LOOKALIKE, Review, reviewing

DRAWN = Path(__file__).parents[2] / "examples" / "draw_pictures.py"


def opened(page: Page, review: Review) -> None:
    """Opens the page, and waits for its pictures."""
    page.goto(review.address)
    expect(page.locator("compare-view img[src]")).to_have_count(2)


def test_a_held_key_shows_the_first_picture_until_it_is_let_go(
    review: Review, browser: Browser
) -> None:
    """From any way of comparing. Repetitions change nothing, and the words name what is seen."""
    with open_page(browser) as page:
        opened(page, review)
        words, layers = page.locator(".words"), page.locator(".layer")
        hidden = "all => all.map(one => one.classList.contains('out'))"
        page.keyboard.down("v")
        expect(words).to_have_text("1 ✓ keep: 0-160.png")
        assert layers.evaluate_all(hidden) == [False, True]
        page.keyboard.down("v")
        expect(words).to_have_text("1 ✓ keep: 0-160.png")
        page.keyboard.up("v")
        expect(words).to_have_text("2 ✕ remove: 0-120.png")
        assert layers.evaluate_all(hidden) == [True, False]
        page.keyboard.press("1")
        page.keyboard.down("v")
        expect(words).to_have_text("2 ✕ remove: 0-120.png")
        page.evaluate("dispatchEvent(new Event('blur'))")
        expect(words).to_have_text("1 ✓ keep: 0-160.png")
        page.keyboard.up("v")
        page.keyboard.press("c")
        expect(page.locator(".pane")).to_have_count(2)


def test_escape_leads_from_a_button_back_to_the_groups(review: Review, browser: Browser) -> None:
    """On a button, Enter presses it. After Esc, it accepts again."""
    with open_page(browser) as page:
        opened(page, review)
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        expect(page.locator("#modes button:focus")).to_have_count(1)
        page.keyboard.press("Escape")
        expect(page.locator("group-list:focus")).to_have_count(1)
        page.keyboard.press("Enter")
        expect(page.locator("#totals")).to_contain_text("1 of 3 decided")


@pytest.mark.slow
def test_pictures_are_in_the_middle_of_their_panes_at_once(
    review: Review, browser: Browser
) -> None:
    """A group that the page knows is placed with the room that its facts leave. Without waiting for
    the browser to say that the room has changed, which it does not if it is as large as before.
    """
    with open_page(browser) as page:
        page.add_init_script("ResizeObserver = class { observe() {} }")
        opened(page, review)
        for key, title in (("j", "Group 2"), ("k", "Group 1"), ("j", "Group 2")):
            page.keyboard.press(key)
            expect(page.locator("#title")).to_contain_text(title)
            expect(page.locator("compare-view img[src]")).to_have_count(2)
            for frame in page.locator(".frame").all():
                pane, picture = frame.bounding_box(), frame.locator("img").bounding_box()
                assert pane
                assert picture
                middles = [one["y"] + one["height"] / 2 for one in (pane, picture)]
                assert abs(middles[0] - middles[1]) < 2


@pytest.mark.slow
def test_a_picture_far_behind_is_aligned_once_it_is_compared(
    tmp_path: Path, browser: Browser
) -> None:
    """A result that was read does not say how parts lie on a whole, and the page looks at the first
    pictures of a group only until another one is compared.
    """
    drawn = runpy.run_path(str(DRAWN))
    canvas = drawn["Canvas"](1200, 900, 7)
    drawn["SCENES"]["fruit"].draw(canvas)
    whole = canvas.photo()
    (tmp_path / "in").mkdir()
    whole.save(tmp_path / "in" / "whole.png")
    for at in range(15):
        box = (40 + 12 * at, 30 + 8 * at, 1000 + 12 * at, 760 + 8 * at)
        whole.crop(box).save(tmp_path / "in" / f"part {at:02}.png")
    command = [str(LOOKALIKE), "find", "in", "--thorough", "--json", "-q", "-o", "found.json"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    asked: list[str] = []
    with (
        reviewing("--from", "found.json", "--decisions", "d.jsonl", cwd=tmp_path) as one,
        open_page(browser) as page,
    ):
        page.on("request", lambda request: asked.append(request.url))
        page.goto(one.address)
        page.wait_for_function("() => document.querySelectorAll('member-strip button').length > 14")
        page.wait_for_load_state("networkidle")
        ahead = sum("/api/align/" in url for url in asked)
        assert ahead < 12
        page.keyboard.press("f")
        for _ in range(2):
            page.keyboard.press("ArrowLeft")
        expect(page.locator(".words")).to_contain_text("16 ")
        expect(page.locator(".words")).not_to_contain_text("not aligned")
        assert sum("/api/align/" in url for url in asked) > ahead
