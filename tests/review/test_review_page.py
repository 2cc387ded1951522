"""The page of a review in a real browser, used by keyboard."""

from __future__ import annotations

import json
import re
import runpy
import subprocess
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, expect

from browsing import open_page
from files import save
from pictures import photo
from reviewing import LOOKALIKE, Review, reviewing, reviewing_many

DRAWN = Path(__file__).parents[2] / "examples" / "draw_pictures.py"
GROUPS = 4


def draw_groups(folder: Path) -> None:
    """Four groups of two, in `in`."""
    for seed in range(GROUPS):
        for side in (160, 120):
            save(folder / "in" / f"{seed}-{side}.png", photo(side, side * 3 // 4, seed))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with these groups."""
    draw_groups(tmp_path)
    return tmp_path


@pytest.fixture
def review(folder: Path) -> Iterator[Review]:
    """A review of them."""
    with reviewing("in", "--decisions", "d.jsonl", cwd=folder) as one:
        yield one


@pytest.fixture(scope="module")
def unchanged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Review]:
    """A review of such groups for tests that leave no decision."""
    folder = tmp_path_factory.mktemp("unchanged")
    draw_groups(folder)
    with reviewing("in", "--decisions", "d.jsonl", cwd=folder) as one:
        yield one


def opened(page: Page, review: Review) -> None:
    """Opens the page, and waits for its first group."""
    page.goto(review.address)
    expect(page.locator("member-strip button").first).to_be_visible()


def saved(folder: Path) -> list[dict[str, str | None]]:
    """The choices of each step by the names of files."""
    lines = (folder / "d.jsonl").read_text().splitlines()[1:]
    return [
        {Path(path).name: choice for path, _, choice, _ in json.loads(line)["step"]}
        for line in lines
    ]


@pytest.mark.slow
def test_a_whole_session_by_keyboard(review: Review, folder: Path, browser: Browser) -> None:
    """Accept, swap, keep all, tell apart, undo and redo. Each is on the disk once it is shown."""
    with open_page(browser) as page:
        opened(page, review)
        totals, title = page.locator("#totals"), page.locator("#title")
        expect(totals).to_contain_text("0 of 4 decided")
        page.keyboard.press("Enter")
        expect(title).to_have_text("Group 2: 2 images")
        expect(totals).to_contain_text("1 of 4 decided, 1 image to remove")
        assert saved(folder) == [{"0-160.png": "keep", "0-120.png": "remove"}]
        page.keyboard.press("2")
        page.keyboard.press("x")
        page.keyboard.press("Enter")
        expect(title).to_have_text("Group 3: 2 images")
        assert saved(folder)[1] == {"1-160.png": "remove", "1-120.png": "keep"}
        page.keyboard.press("a")
        expect(title).to_have_text("Group 4: 2 images")
        assert saved(folder)[2] == {"2-160.png": "keep", "2-120.png": "keep"}
        page.keyboard.press("n")
        expect(page.locator("#said")).to_contain_text("That was the last group to decide")
        assert saved(folder)[3] == {"3-160.png": "apart", "3-120.png": "apart"}
        expect(totals).to_contain_text("4 of 4 decided, 2 images to remove")
        for number in (4, 3, 2, 1):
            page.keyboard.press("u")
            expect(title).to_have_text(f"Group {number}: 2 images")
            expect(totals).to_contain_text(f"{number - 1} of 4 decided")
        assert saved(folder)[7] == {"0-160.png": None, "0-120.png": None}
        page.keyboard.press("u")
        expect(page.locator("#said")).to_have_text("There is nothing to undo.")
        page.keyboard.press("Shift+U")
        expect(totals).to_contain_text("1 of 4 decided, 1 image to remove")
        page.keyboard.press("Control+z")
        expect(totals).to_contain_text("0 of 4 decided")
    assert "Your decisions are in d.jsonl" in review.stop()
    assert review.process.returncode == 0


@pytest.mark.slow
def test_removing_all_of_a_group_is_asked_first(
    review: Review, folder: Path, browser: Browser
) -> None:
    """Whichever way it is asked for. No is the answer that has the focus."""
    with open_page(browser) as page:
        opened(page, review)
        for keys in (["r"], ["1", "Space", "Enter"]):
            for key in keys:
                page.keyboard.press(key)
            expect(page.get_by_role("dialog")).to_contain_text("Remove all 2 images")
            page.keyboard.press("Enter")
            expect(page.get_by_role("dialog")).to_have_count(0)
        assert saved(folder) == []
        page.keyboard.press("r")
        page.get_by_role("button", name="Remove all").click()
        expect(page.locator("#title")).to_have_text("Group 2: 2 images")
        assert saved(folder) == [{"0-160.png": "remove", "0-120.png": "remove"}]


@pytest.mark.slow
def test_no_answered_decision_is_lost(review: Review, folder: Path, browser: Browser) -> None:
    """The server is killed when the page shows the decision. The next review has it."""
    context = browser.new_context()  # a lost connection is shown in the console, too
    page = context.new_page()
    opened(page, review)
    page.keyboard.press("Enter")
    expect(page.locator("#totals")).to_contain_text("1 of 4 decided")
    review.process.kill()
    review.process.wait()
    with reviewing("in", "--decisions", "d.jsonl", cwd=folder) as again:
        opened(page, again)
        expect(page.locator("#totals")).to_contain_text("1 of 4 decided, 1 image to remove")
        expect(page.locator(".row").first).to_contain_text("decided")
        again.process.kill()
        again.process.wait()
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        expect(page.locator("#trouble")).to_contain_text("lookalike does not answer")
        expect(page.locator("#totals")).to_contain_text("1 of 4 decided")
    context.close()
    assert len(saved(folder)) == 1


@pytest.mark.slow
def test_a_second_tab_and_a_reload_show_the_same(unchanged: Review, browser: Browser) -> None:
    """What one tab decides, the other one shows once it is loaded again."""
    with open_page(browser) as page, open_page(browser) as other:
        opened(page, unchanged)
        opened(other, unchanged)
        page.keyboard.press("Enter")
        expect(page.locator("#totals")).to_contain_text("1 of 4 decided")
        other.reload()
        expect(other.locator("#totals")).to_contain_text("1 of 4 decided")
        other.keyboard.press("u")
        expect(other.locator("#totals")).to_contain_text("0 of 4 decided")
        page.reload()
        expect(page.locator("#totals")).to_contain_text("0 of 4 decided")


@pytest.mark.slow
def test_a_list_that_the_server_dropped_is_made_again(
    review: Review, folder: Path, browser: Browser
) -> None:
    """Many other lists were made meanwhile. The decision is saved, and the page goes on."""
    context = browser.new_context()  # the refusal is shown in the console, too
    page = context.new_page()
    opened(page, review)
    for _ in range(10):
        assert review.ask("/api/view").status == 200
    page.keyboard.press("Enter")
    expect(page.locator("#totals")).to_contain_text("1 of 4 decided")
    expect(page.locator("#title")).to_have_text("Group 1: 2 images")
    page.keyboard.press("j")
    expect(page.locator("#title")).to_have_text("Group 2: 2 images")
    expect(page.locator("#trouble")).to_be_hidden()
    assert len(saved(folder)) == 1
    context.close()


@pytest.mark.slow
def test_names_are_only_text(tmp_path: Path, browser: Browser) -> None:
    """Names with tags, quotes, line breaks and odd bytes neither run nor break the page."""
    names = [
        "<img src=x onerror=document.title='bad'>.png",
        '"><script>1\n.png',
        "\udcff\u202e.png",
    ]
    for number, name in enumerate(names):
        save(tmp_path / "in" / name, photo(160 - 20 * number, 120 - 15 * number, 1))
    with reviewing("in", "--decisions", "d.jsonl", cwd=tmp_path) as one, open_page(browser) as page:
        opened(page, one)
        expect(page.locator("member-strip img[src]")).to_have_count(3)
        assert page.title() == "lookalike review"
        assert page.locator("script").count() == 1
        expect(page.locator("facts-table")).to_contain_text(names[0])
        expect(page.locator("facts-table")).to_contain_text(r'"><script>1\n.png')
        expect(page.locator("facts-table")).to_contain_text(r"\udcff\u202e.png")
        page.keyboard.press("Enter")
        expect(page.locator("#totals")).to_contain_text("1 of 1 decided, 2 images to remove")


@pytest.mark.slow
def test_a_picture_that_cannot_be_shown_says_why(
    review: Review, folder: Path, browser: Browser
) -> None:
    """One changed and one went while they were looked at. The rest goes on."""
    save(folder / "in" / "0-160.png", photo(160, 120, 9))
    (folder / "in" / "0-120.png").unlink()
    context = browser.new_context()  # refusals are shown in the console, too
    page = context.new_page()
    opened(page, review)
    expect(page.locator(".none")).to_have_text(
        ["No picture: it was changed after the search", "No picture: there is no such file"]
    )
    page.keyboard.press("j")
    expect(page.locator("compare-view img[src]")).to_have_count(2)
    context.close()


@pytest.mark.slow
def test_keys_leave_fields_and_the_browser_alone(
    review: Review, folder: Path, browser: Browser
) -> None:
    """In a field they are text, with Ctrl, Alt or Meta they are the browser's, and they can be
    switched off.
    """
    with open_page(browser) as page:
        opened(page, review)
        page.keyboard.press("/")
        page.keyboard.type("jna2-1")
        assert page.locator("#text").input_value() == "jna2-1"
        page.locator("#text").fill("")
        page.keyboard.press("Escape")
        for key in ("Control+a", "Alt+n", "Meta+a"):
            page.keyboard.press(key)
        page.keyboard.press("?")
        page.get_by_label("Use single keys").uncheck()
        page.get_by_role("button", name="Close").click()
        for key in ("Enter", "a", "n"):
            page.keyboard.press(key)
        page.reload()
        expect(page.locator("#title")).to_have_text("Group 1: 2 images")
        page.keyboard.press("a")
        page.keyboard.press("?")
        page.get_by_label("Use single keys").check()
        page.keyboard.press("Escape")
        assert saved(folder) == []
        page.keyboard.press("a")
        expect(page.locator("#totals")).to_contain_text("1 of 4 decided")


@pytest.mark.slow
def test_the_list_is_filtered_sorted_and_reached_by_number(
    review: Review, folder: Path, browser: Browser
) -> None:
    """By a part of a path, by state, and by what can be saved."""
    with open_page(browser) as page:
        opened(page, review)
        page.keyboard.press("/")
        page.keyboard.type("IN/2-1")
        expect(page.locator(".row")).to_have_count(1)
        expect(page.locator("#title")).to_have_text("Group 3: 2 images")
        page.locator("#text").fill("nothing like it")
        expect(page.locator("#empty")).to_have_text("No group is like that.")
        page.locator("#text").fill("")
        expect(page.locator(".row")).to_have_count(4)
        page.keyboard.press("Escape")
        page.keyboard.press("g")
        page.keyboard.type("4")
        page.keyboard.press("Enter")
        expect(page.locator("#title")).to_have_text("Group 4: 2 images")
        page.keyboard.press("l")
        expect(page.locator("#title")).to_have_text("Group 1: 2 images")
        page.get_by_label("Show").select_option("later")
        expect(page.locator(".row")).to_have_count(1)
        expect(page.locator("#title")).to_have_text("Group 4: 2 images")
        page.get_by_label("Show").select_option("all")
        page.get_by_label("Sort").select_option("gain")
        sizes = [(folder / "in" / f"{number}-120.png").stat().st_size for number in range(GROUPS)]
        best = max(range(GROUPS), key=sizes.__getitem__)
        expect(page.locator(".row").first).to_contain_text(f"{best}-160.png")


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Review]:
    """A picture with a dot, its copy in another size, a part of it, and a mirrored copy."""
    folder = tmp_path_factory.mktemp("marked")
    drawn = runpy.run_path(str(DRAWN))
    scene = drawn["SCENES"]["fruit"]
    canvas = drawn["Canvas"](*scene.size, scene.seed)
    scene.draw(canvas)
    image: Image.Image = canvas.photo()
    width, height = image.size
    x, y = round(width * 0.53), round(height * 0.47)
    ImageDraw.Draw(image).ellipse((x - 14, y - 14, x + 14, y + 14), fill="#ff00ff")
    (folder / "in").mkdir()
    image.save(folder / "in" / "whole.png")
    image.resize((width // 2, height // 2)).save(folder / "in" / "smaller.png")
    part = image.crop((width // 5, height // 6, width * 19 // 20, height * 9 // 10))
    part.save(folder / "in" / "part.png")
    image.transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(folder / "in" / "mirrored.png")
    with reviewing("in", "--thorough", "--decisions", "d.jsonl", cwd=folder) as one:
        yield one


def dot_in(picture: bytes) -> tuple[float, float]:
    """The middle of the dot in a picture, in pixels."""
    pixels = np.asarray(Image.open(BytesIO(picture)).convert("RGB")).astype(int)
    is_dot = (pixels[..., 0] > 200) & (pixels[..., 1] < 90) & (pixels[..., 2] > 200)
    rows, columns = np.nonzero(is_dot)
    assert len(rows) > 20
    return float(columns.mean()), float(rows.mean())


@pytest.mark.slow
@pytest.mark.parametrize("zoom", [0, 3, 6, "z"])
def test_what_pictures_share_lies_at_the_same_place(
    marked: Review, browser: Browser, zoom: int | str
) -> None:
    """The dot is within two pixels of where it is in the first picture, up to 100 %."""
    with open_page(browser, viewport={"width": 1600, "height": 900}) as page:
        opened(page, marked)
        expect(page.locator("compare-view img[src]")).to_have_count(4)
        for _ in range(zoom if isinstance(zoom, int) else 0):
            page.keyboard.press("+")
        if isinstance(zoom, str):
            page.keyboard.press(zoom)
        check_dots(page)


@pytest.mark.slow
def test_a_result_that_was_read_is_laid_on_each_other_as_well(
    marked: Review, browser: Browser
) -> None:
    """It does not say how a part lies on its whole, so the page looks at both."""
    assert marked.folder is not None
    command = [str(LOOKALIKE), "find", "in", "--thorough", "--json", "-o", "found.json"]
    subprocess.run(command, cwd=marked.folder, check=True, capture_output=True)
    options = ("--from", "found.json", "--decisions", "e.jsonl")
    with (
        reviewing(*options, cwd=marked.folder) as one,
        open_page(browser, viewport={"width": 1600, "height": 900}) as page,
    ):
        opened(page, one)
        expect(page.locator("compare-view img[src]")).to_have_count(4)
        expect(page.locator(".words", has_text="not aligned")).to_have_count(0)
        check_dots(page)


def check_dots(page: Page) -> None:
    """The dot is at the same place in all panes."""
    page.wait_for_timeout(300)  # until larger pictures are drawn
    dots = np.array([dot_in(one.screenshot()) for one in page.locator(".frame").all()])
    assert len(dots) == 4
    assert np.abs(dots - dots[0]).max() <= 2, dots


WIDE = 9000
"""Wider than the largest whole picture that the page gets."""


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Review]:
    """A very wide picture with a square near its right end, and a smaller copy."""
    folder = tmp_path_factory.mktemp("wide")
    (folder / "in").mkdir()
    image = Image.fromarray(photo(WIDE // 10, 60, 3)).resize((WIDE, 600))
    ImageDraw.Draw(image).rectangle((8500, 300, 8539, 339), fill="#ff00ff")
    image.save(folder / "in" / "wide.png")
    image.resize((WIDE // 2, 300)).save(folder / "in" / "smaller.png")
    with reviewing("in", "--decisions", "d.jsonl", cwd=folder) as one:
        yield one


@pytest.mark.slow
def test_parts_of_large_pictures_have_their_own_pixels(wide: Review) -> None:
    """They are cut from the upright picture, and there are none outside of it."""
    answer = wide.ask("/image/0/part?column=2&row=0")
    part = Image.open(BytesIO(answer.body))
    assert part.size == (WIDE - 2 * 4096, 600)
    x, y = dot_in(answer.body)
    assert abs(x - (8519.5 - 2 * 4096)) < 1
    assert abs(y - 319.5) < 1
    for query in ("column=3&row=0", "column=0&row=1"):
        assert wide.ask(f"/image/0/part?{query}").status == 404
    for query in ("", "column=0", "column=-1&row=0", "column=0.5&row=0"):
        assert wide.ask(f"/image/0/part?{query}").status == 400


@pytest.mark.slow
def test_a_very_large_picture_is_sharp_when_it_is_near(wide: Review, browser: Browser) -> None:
    """Beyond 100 %, the part that is seen comes at full size, at the right place."""
    with open_page(browser, viewport={"width": 1600, "height": 900}) as page:
        opened(page, wide)
        page.keyboard.press("f")
        page.keyboard.press("1")
        expect(page.locator("compare-view img[src]")).to_have_count(1)
        frame = page.locator(".frame")
        box = frame.bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + box["width"] * 8520 / WIDE, box["y"] + box["height"] / 2)
        for _ in range(4):
            page.mouse.wheel(0, -500)
        expect(page.locator("img[data-part='column=2&row=0'][src]")).to_have_count(1)
        page.wait_for_timeout(300)
        shown = dot_in(frame.screenshot())
        page.locator("img[data-part]").evaluate_all("all => { for (const o of all) o.remove() }")
        whole = dot_in(frame.screenshot())
        assert np.abs(np.subtract(shown, whole)).max() < 2
        page.keyboard.press("0")
        expect(page.locator("img[data-part]")).to_have_count(0)


@pytest.mark.slow
def test_two_pictures_are_laid_on_each_other(marked: Review, browser: Browser) -> None:
    """The difference of a picture and its smaller copy is dark. The slider and blinking show one
    picture each. Larger motion stops for those who want less.
    """
    with open_page(browser, reduced_motion="reduce") as page:
        opened(page, marked)
        numbers = page.locator("member-strip .name").all_inner_texts()
        smaller = next(number for number, name in enumerate(numbers) if "smaller" in name)
        page.keyboard.press(str(smaller + 1))
        page.keyboard.press("d")
        expect(page.locator("compare-view img[src]")).to_have_count(2)
        page.wait_for_timeout(200)
        shown = Image.open(BytesIO(page.locator(".frame").screenshot())).convert("L")
        assert np.median(np.asarray(shown)) < 24
        page.keyboard.press("s")
        slider = page.get_by_label("How much of the first picture")
        slider.fill("25")
        assert "25%" in page.locator(".layer").nth(1).evaluate("one => one.style.clipPath")
        page.locator("group-list").focus()
        page.keyboard.press("b")
        hidden = "all => all.map(one => one.classList.contains('out'))"
        first = page.locator(".layer").evaluate_all(hidden)
        page.wait_for_timeout(1200)
        assert page.locator(".layer").evaluate_all(hidden) == first
        page.keyboard.press("ArrowRight")
        assert page.locator(".layer").evaluate_all(hidden) == first[::-1]
        page.keyboard.press("f")
        expect(page.locator(".layer")).to_have_count(1)


@pytest.mark.slow
def test_blinking_is_slow_enough(marked: Review, browser: Browser) -> None:
    """The picture changes at most three times a second."""
    with open_page(browser) as page:
        opened(page, marked)
        page.keyboard.press("b")
        changes = page.evaluate("""() => new Promise(resolve => {
          let count = 0;
          new MutationObserver(() => count++).observe(document.querySelector(".layer"),
            {attributes: true, attributeFilter: ["class"]});
          setTimeout(() => resolve(count), 2200);
        })""")
        assert 2 <= changes <= 6


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_accessible(
    marked: Review, browser: Browser, scheme: Literal["light", "dark"]
) -> None:
    """axe finds nothing wrong, in any way of comparing, with the help open, and when it is
    narrow.
    """
    context = browser.new_context(color_scheme=scheme, bypass_csp=True)  # axe is a script
    page = context.new_page()
    opened(page, marked)
    expect(page.locator("compare-view img[src]")).to_have_count(4)
    for keys, width in (("c", 1280), ("s", 1280), ("d", 1280), ("?", 1280), ("", 320)):
        page.set_viewport_size({"width": width, "height": 800})
        if not keys:
            page.keyboard.press("Escape")
        for key in keys:
            page.keyboard.press(key)
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
    context.close()


@pytest.mark.slow
@pytest.mark.parametrize("width", [320, 640, 1280])
def test_nothing_is_scrolled_sideways(marked: Review, browser: Browser, width: int) -> None:
    """Neither in a narrow window, nor at a zoom of 200 %. Targets have at least 24 pixels."""
    with open_page(browser, viewport={"width": width, "height": 700}) as page:
        opened(page, marked)
        assert page.evaluate("document.documentElement.scrollWidth") == width
        for target in page.locator("button, input, select").all():
            box = target.bounding_box()
            if box is not None and target.is_visible():
                assert box["height"] >= 24 or box["width"] == 0


@pytest.mark.slow
def test_many_groups_take_few_nodes_and_requests(browser: Browser) -> None:
    """Of 100,000 groups, the page has the rows that are seen. No key is dropped, and a key costs
    at most a request for a group, those ahead of it, and sometimes a page of rows.
    """
    context = browser.new_context()
    page = context.new_page()
    asked: list[str] = []
    with reviewing_many(100_000) as one:
        opened(page, one)
        page.on("request", lambda request: asked.append(request.url))
        rows = page.locator(".row")
        assert rows.count() < 40
        assert rows.first.get_attribute("aria-setsize") == "100000"
        presses = 120
        for _ in range(presses):
            page.keyboard.press("j")
        expect(page.locator("#title")).to_have_text(f"Group {presses + 1}: 2 images")
        assert page.locator("*").count() < 500
        pages = [url for url in asked if "/api/rows" in url]
        assert len(pages) <= 3
        assert len([url for url in asked if "/api/groups" in url]) <= presses + 3
        for number in ("100000", "50000"):
            page.keyboard.press("g")
            page.locator("#number").fill(number)
            page.keyboard.press("Enter")
            expect(page.locator("#title")).to_have_text(f"Group {int(number):,}: 2 images")
            expect(page.locator(f"#row-{int(number) - 1}")).to_be_visible()
            assert rows.count() < 40
        held = 300
        for _ in range(held):
            page.keyboard.down("j")
        page.keyboard.up("j")
        expect(page.locator("#title")).to_have_text(f"Group {50_000 + held:,}: 2 images")
        page.get_by_label("Sort").select_option("gain")
        expect(page.locator("#title")).to_have_text("Group 100,000: 2 images")
        page.keyboard.press("a")
        expect(page.locator("#totals")).to_contain_text("1 of 100,000 decided")
    context.close()


@pytest.mark.slow
def test_every_key_is_in_the_help_and_in_the_docs(unchanged: Review, browser: Browser) -> None:
    """One table makes the handler and the help. The page in docs/ has the same lines."""
    docs = (Path(__file__).parents[2] / "docs" / "review.md").read_text(encoding="utf-8")
    with open_page(browser) as page:
        opened(page, unchanged)
        page.keyboard.press("?")
        keys = page.locator("#keys th").all_inner_texts()
        does = page.locator("#keys td").all_inner_texts()
    assert len(keys) > 25
    found = re.findall(r"^\| `(.+?)` \| (.+?) \|$", docs, re.MULTILINE)
    assert found == [*zip(keys, does, strict=True)]
