"""Time the page of a review with many groups, in a real browser.

    PYTHONPATH=tests python benchmarks/review.py [GROUPS]

The groups are made up, and their files do not exist, so no picture is decoded. Prints how long the
page takes until its first group is shown, how long a key takes until the next group is shown, and
how much memory the page's scripts use.
"""

from __future__ import annotations

import statistics
import sys

from browsing import open_browser
from reviewing import reviewing_many

PRESSES = 50
SHOWN = """(title) => new Promise(resolve => {
  const begin = performance.now();
  document.dispatchEvent(new KeyboardEvent("keydown", {key: "j", bubbles: true}));
  const look = () => document.getElementById("title").textContent.startsWith(title + ":")
    ? requestAnimationFrame(() => resolve(performance.now() - begin))
    : setTimeout(look, 1);
  look();
})"""


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
        # The document hears keys of the page's own elements.
        page.evaluate("document.matches = () => false")
        times = [page.evaluate(SHOWN, f"Group {at + 2:,}") for at in range(PRESSES)]
        devtools.send("HeapProfiler.collectGarbage")
        heap = devtools.send("Runtime.getHeapUsage")["usedSize"]
    times.sort()
    print(f"{count:,} groups")
    print(f"first paint        {paint:6.0f} ms")
    print(f"first group shown  {first:6.0f} ms")
    print(f"next group, median {statistics.median(times):6.0f} ms")
    print(f"next group, 90 %   {times[len(times) * 9 // 10]:6.0f} ms")
    print(f"memory of scripts  {heap / 1e6:6.1f} MB")


if __name__ == "__main__":
    main()
