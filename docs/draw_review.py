"""Take the screenshots of docs/review.md, with the pictures of the demo.

PYTHONPATH=tests python docs/draw_review.py    # needs the packages of the tests, and chromium
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Literal

from browsing import open_browser
from reviewing import own_state, reviewing

HERE = Path(__file__).parent
SHOTS: dict[str, tuple[Literal["light", "dark"], list[str]]] = {
    "light": ("light", ["j", "5"]),
    "dark": ("dark", ["j", "j", "j", "j", "5", "d"]),
    "folders": ("dark", ["Folders", "Keep holiday"]),
    "plan": ("light", ["Enter", "Enter", "Enter", "Enter", "p"]),
}
"""The colours of each screenshot, and the keys or buttons to press before it."""


def main() -> None:
    """Draw the pictures, and take all screenshots."""
    with tempfile.TemporaryDirectory(prefix="pictures-") as place:
        folder = Path(place)
        draw = [sys.executable, str(HERE.parent / "examples" / "draw_pictures.py"), "photos"]
        subprocess.run(draw, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        options = ("photos", "--thorough", "--decisions", "decisions.jsonl")
        with (
            reviewing(*options, cwd=folder, **own_state(folder)) as review,
            open_browser() as browser,
        ):
            for name, (scheme, keys) in SHOTS.items():
                context = browser.new_context(
                    color_scheme=scheme, viewport={"width": 1280, "height": 820}
                )
                page = context.new_page()
                page.goto(review.address)
                page.locator("member-strip button").first.wait_for()
                for key in keys:
                    page.wait_for_timeout(500)
                    button = page.get_by_role("button", name=key, exact=True).first
                    if len(key) > len("Enter"):
                        button.click()
                    else:
                        page.keyboard.press(key)
                page.wait_for_timeout(3000)
                target = HERE / f"review-{name}.jpg"
                page.screenshot(path=target, type="jpeg", quality=85)
                context.close()


if __name__ == "__main__":
    main()
