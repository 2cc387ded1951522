"""Reports in a real browser: light and dark, narrow, and on paper."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

import lookalike
from browsing import open_page
from files import save
from pictures import photo


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report with long names and a picture that went."""
    root = tmp_path_factory.mktemp("report")
    for seed in range(3):
        for side in (160, 120, 80):
            save(
                root / f"{'long-name-' * 12}{seed}" / f"{side}.png",
                photo(side, side * 3 // 4, seed),
            )
    save(root / "went.png", photo(120, 90, 0))
    result = lookalike.find_duplicates(root)
    (root / "went.png").unlink()
    return result.write_report(root / "report.html")


@pytest.fixture(scope="module")
def folder_index(page_file: Path) -> Path:
    """The same as a folder of pages."""
    patched = pytest.MonkeyPatch()
    patched.setattr("lookalike.report.html.report.MOST_IN_ONE", 0)
    result = lookalike.find_duplicates(page_file.parent, exclude="*.html")
    index = result.write_report(page_file.with_name("folder"))
    patched.undo()
    return index


LUMINANCE = """element => {
  const numbers = getComputedStyle(element)[%r].match(/[0-9.]+/g).slice(0, 3).map(Number);
  const [r, g, b] = numbers.map(v => v / 255).map(
    v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}"""


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_contrast_in_both_schemes(browser: Browser, page_file: Path, scheme: str) -> None:
    """Every word stands out from its paper by 4.5 to 1, in both schemes."""
    with open_page(browser, color_scheme=scheme) as page:
        page.goto(page_file.as_uri())
        paper = page.locator("body").evaluate(LUMINANCE % "backgroundColor")
        assert (paper > 0.5) == (scheme == "light")
        card = page.locator(".members > li").first.evaluate(LUMINANCE % "backgroundColor")
        for words in (".role", ".place", ".match", "dt", "dd i", "h2 small", ".no-picture"):
            for one in page.locator(f".members {words}, {words}").all()[:4]:
                ink = one.evaluate(LUMINANCE % "color")
                for ground in (paper, card):
                    contrast = (max(ink, ground) + 0.05) / (min(ink, ground) + 0.05)
                    assert contrast >= 4.5, (words, contrast)


@pytest.mark.slow
@pytest.mark.parametrize("width", [320, 1200])
def test_nothing_sticks_out_of_a_narrow_window(
    browser: Browser, page_file: Path, width: int
) -> None:
    """At 320 pixels, too, nothing must be scrolled sideways, and all pictures are seen."""
    with open_page(browser, viewport={"width": width, "height": 800}) as page:
        page.goto(page_file.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") == width
        for picture in page.locator("img").all():
            picture.scroll_into_view_if_needed()
        assert page.locator("img").evaluate_all(
            "images => images.every(one => one.complete && one.naturalWidth > 0)"
        )
        assert page.locator("img").count() == 9
        assert page.locator(".no-picture").count() == 1


@pytest.mark.slow
def test_a_report_is_printed_black_on_white(browser: Browser, page_file: Path) -> None:
    """Whatever the scheme of the screen is."""
    with open_page(browser, color_scheme="dark") as page:
        page.goto(page_file.as_uri())
        page.emulate_media(media="print")
        assert page.locator("body").evaluate(LUMINANCE % "backgroundColor") == 1
        assert page.locator(".role").first.evaluate(LUMINANCE % "color") == 0
        assert page.pdf().startswith(b"%PDF")


@pytest.mark.slow
def test_the_pages_of_a_folder_show_their_pictures(browser: Browser, folder_index: Path) -> None:
    """Opened from the disk, the policy lets pictures of the folder in."""
    with open_page(browser) as page:
        page.goto(folder_index.as_uri())
        page.get_by_role("link", name="groups 1 to 3").click()
        page.wait_for_load_state()
        assert page.locator("img").first.evaluate("one => one.naturalWidth") == 160
        page.get_by_role("link", name="All groups").first.click()
        assert page.get_by_role("heading", level=1).inner_text() == "Duplicate images"
