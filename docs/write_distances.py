"""Write the computed tables of docs/choosing-a-distance.md. `make docs` runs this."""

import re
from collections.abc import Iterable
from pathlib import Path

from lookalike import expected_chance_matches, largest_safe_distance

PAGE = Path(__file__).with_name("choosing-a-distance.md")
COUNTS = [10**power for power in range(3, 11)]
BITS = (64, 144, 256)
COLUMNS = ((64, 8), (64, 10), (64, 11), (64, 12), (144, 27), (144, 36), (256, 64), (256, 80))
"""Bits and distances of the table of chance matches."""


def safe_distances() -> str:
    """The largest safe distance by the number of images and bits."""
    head = ["images", *(f"{bits} bits" for bits in BITS)]
    rows = ([f"{n:,}", *(str(largest_safe_distance(n, bits)) for bits in BITS)] for n in COUNTS)
    return table(head, rows)


def chance_matches() -> str:
    """The mean number of chance matches by the number of images, bits and distance."""
    head = ["images", *(f"{distance} of {bits}" for bits, distance in COLUMNS)]
    rows = ([f"{n:,}", *(mean(n, *column) for column in COLUMNS)] for n in COUNTS)
    return table(head, rows)


def mean(n: int, bits: int, max_distance: int) -> str:
    """Two significant digits, or 0 for less than one match in 100,000 images."""
    matches = expected_chance_matches(n, bits, max_distance)
    if matches < 1e-5:
        return "0"
    return f"{matches:,.0f}" if matches >= 9.5 else f"{float(f'{matches:.1e}'):.6f}".rstrip("0.")


def table(head: list[str], rows: Iterable[list[str]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


TABLES = {"safe distances": safe_distances, "chance matches": chance_matches}


def with_tables(page: str) -> str:
    """The page, with a new table under the comment that names it."""
    for name, make in TABLES.items():
        page, count = re.subn(
            rf"(<!-- {name}[^>]*-->\n\n)(?:(?:\|.*\n)+\n)?",
            lambda found, make=make: f"{found[1]}{make()}\n",  # type: ignore[misc]
            page,
        )
        assert count == 1, f"the page has {count} places for the table of {name}"
    return page


if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
