"""A small review. Files of tests that need another one define their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from files import save
from pictures import photo
from reviewing import GROUPS, Review, own_state, reviewing


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three groups of two, in `in`."""
    for seed in range(GROUPS):
        for side in (160, 120):
            save(tmp_path / "in" / f"{seed}-{side}.png", photo(side, side * 3 // 4, seed))
    return tmp_path


@pytest.fixture
def review(folder: Path) -> Iterator[Review]:
    """A review of them, with a journal and a trash of its own."""
    with reviewing("in", "--decisions", "d.jsonl", cwd=folder, **own_state(folder)) as one:
        yield one
