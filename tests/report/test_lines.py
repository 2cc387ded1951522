"""The text of groups, against a plain way to align them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lookalike.algorithms import get_algorithm
from lookalike.hashing.builder import TableBuilder
from lookalike.hashing.row import Row
from lookalike.images import Mark
from lookalike.matching.rules import Rule
from lookalike.report.result import Result
from lookalike.report.words import text_of
from lookalike.scan import result_of
from lookalike.sources.location import Kind, Location, Stamp
from lookalike.text import plural, size

NAMES = ("a", "a b", "%s", "{}", "\u00e9", "a longer name than others")
MARKS = (Mark(0), Mark(0), Mark.PREVIEW, Mark.PREVIEW | Mark.FIRST_SCAN)


def result_with(algorithm: str, max_distance: int, seed: int) -> Result:
    """Groups of all sizes, whose images have odd names, sizes, frames, marks and damage."""
    rng = np.random.default_rng(seed)
    builder = TableBuilder([algorithm])
    width = get_algorithm(algorithm).width
    for group in range(40):
        scene = rng.bytes(width)
        for at in range(int(rng.integers(1, 7))):
            changed = bytearray(scene)
            for bit in range(int(rng.integers(0, max_distance + 1))):
                changed[bit // 8] ^= 1 << bit % 8
            builder.add(
                Row(
                    location=Location(Kind.MEMORY, f"{NAMES[rng.integers(6)]}/{group}-{at}"),
                    stamp=Stamp(1),
                    byte_count=int(10 ** rng.uniform(0, 12)),
                    width=int(rng.integers(1, 20_000)),
                    height=int(rng.integers(1, 20_000)),
                    format=("JPEG", "PNG", "")[rng.integers(3)],
                    frames=int(rng.choice([1, 1, 1, 2, 1_200])),
                    digest=bytes([group, int(rng.integers(2))]) * 8,
                    is_beginning=False,
                    flat_digest=b"",
                    hashes=(bytes(changed),),
                    damage="cut off" if rng.random() < 0.1 else "",
                    marks=MARKS[rng.integers(4)],
                )
            )
    return result_of(builder.finish(), Rule.of(algorithm, max_distance))


def plain_text_of(group: Any, number: int) -> str:
    """One group, with every cell padded to the widest of its column."""
    rows = []
    distances: list[Any] = [None, *group.duplicates]
    for image, far in zip(group.members, distances, strict=True):
        form = image.format + (f", {image.frames:,} frames" if image.frames > 1 else "")
        form += "".join(f", {word}" for word in image.marks) + (", damaged" if image.damage else "")
        apart = (
            "keep" if far is None else "exact copy" if far.exact else plural(far.distance, "bit")
        )
        sides = f"{image.width} x {image.height}"
        rows.append([apart, image.path, sides, form, size(image.bytes)])
    wide = [max(len(row[k]) for row in rows) for k in range(5)]
    wide[0] = len("same pixels")
    lines = [
        "  ".join(
            f"{cell:{way}{width}}" for cell, way, width in zip(row, "><><>", wide, strict=True)
        )
        for row in rows
    ]
    lines[0] += f"  {group.keeper_reason}"
    bits = group.max_distance_within
    spread = f"at most {plural(bits, 'bit')} apart" if bits else "equal hashes"
    title = f"{plural(len(group), 'image')}, {size(group.bytes_to_save)} to save, {spread}"
    return "\n".join([f"Group {number}: {title}", *lines, "", ""])


@pytest.mark.parametrize(
    ("algorithm", "max_distance"), [("phash", 0), ("phash", 10), ("dhash:32", 300)]
)
def test_groups_are_aligned(algorithm: str, max_distance: int) -> None:
    """The text is that of a plain formatting, group by group."""
    result = result_with(algorithm, max_distance, seed=max_distance)
    assert len(result.groups) > 20
    expected = [plain_text_of(group, at) for at, group in enumerate(result.groups, start=1)]
    assert text_of(result, summary=False) == "".join(expected)
    assert text_of(result, summary=False, groups=result.groups[3:5]) == "".join(expected[3:5])


def test_a_result_without_groups_has_no_lines() -> None:
    """Nothing is aligned with nothing."""
    result = result_of(TableBuilder(["phash"]).finish(), Rule.of("phash", 3))
    assert text_of(result, summary=False) == ""
