"""Time the page of a review with many groups, in a real browser.

    PYTHONPATH=tests python benchmarks/review.py [GROUPS]

The groups are made up, and their files do not exist, so no picture is decoded. Prints how long the
page takes until its first group is shown, how long a key takes until the next group is shown, how
many presses are lost while J is held, and how much memory the page's scripts use.
"""

from __future__ import annotations

import statistics
import sys
import time
from typing import TYPE_CHECKING

from browsing import open_browser
from reviewing import reviewing_many

if TYPE_CHECKING:
    from playwright.sync_api import Page

PRESSES = 50
HELD, RATE = 10, 30
"""For how many seconds J is held, and how often a second it repeats."""
SHOWN = """(title) => new Promise(resolve => {
  const begin = performance.now();
  document.dispatchEvent(new KeyboardEvent("keydown", {key: "j", bubbles: true}));
  const look = () => document.getElementById("title").textContent.startsWith(title + ":")
    ? requestAnimationFrame(() => resolve(performance.now() - begin))
    : setTimeout(look, 1);
  look();
})"""


def hold(page: Page) -> tuple[int, int, float]:
    """Hold J. Returns the presses, those that were lost, and how long the page lags at the end."""
    list_of = page.locator("group-list")
    list_of.focus()
    before = int(str(list_of.get_attribute("aria-activedescendant")).removeprefix("row-"))
    begin, presses = time.perf_counter(), 0
    while (now := time.perf_counter() - begin) < HELD:
        if presses <= now * RATE:
            page.keyboard.down("j")
            presses += 1
        else:
            time.sleep(0.002)
    page.keyboard.up("j")
    end = time.perf_counter()
    title = page.locator("#title")
    title.filter(has_text=f"Group {before + presses + 1:,}:").wait_for(timeout=60_000)
    lag = time.perf_counter() - end
    after = int(str(list_of.get_attribute("aria-activedescendant")).removeprefix("row-"))
    return presses, before + presses - after, lag


def main() -> None:
    """Print the figures."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with reviewing_many(count) as review, open_browser() as browser:
        page = browser.new_page()
        devtools = page.context.new_cdp_session(page)
        page.goto(review.address)
        page.locator("member-strip button").first.wait_for()
        first = page.evaluate("performance.now()")
        paint = page.evaluate("performance.getEntriesByType('paint').at(-1).startTime")
        presses, lost, lag = hold(page)
        devtools.send("HeapProfiler.collectGarbage")
        heap = devtools.send("Runtime.getHeapUsage")["usedSize"]
        page.reload()
        page.locator("member-strip button").first.wait_for()
        # The document hears keys of the page's own elements.
        page.evaluate("document.matches = () => false")
        times = [page.evaluate(SHOWN, f"Group {at + 2:,}") for at in range(PRESSES)]
    times.sort()
    print(f"{count:,} groups")
    print(f"first paint        {paint:6.0f} ms")
    print(f"first group shown  {first:6.0f} ms")
    print(f"next group, median {statistics.median(times):6.0f} ms")
    print(f"next group, 90 %   {times[len(times) * 9 // 10]:6.0f} ms")
    print(f"J held for {HELD} s      {presses} presses, {lost} lost, {lag * 1000:.0f} ms behind")
    print(f"memory of scripts  {heap / 1e6:6.1f} MB")


if __name__ == "__main__":
    main()
