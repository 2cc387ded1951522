"""Whatever happens to files between two searches, a catalogue does not change the result."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from files import save
from library import PAST_NS
from pictures import photo, uniform
from remembering import searched

pytestmark = pytest.mark.thorough

NAMES = ("a.png", "b.jpg", "in/c.png", "in/d.jpg", "in/e.bmp")
BETWEEN = {"copy", "copy2", "move", "link"}
Step: TypeAlias = tuple[str, int, int]
"""What to do, with which file, and with which other file or picture."""
STEPS = st.tuples(
    st.sampled_from(("draw", "draw", "turn", "blank", "copy", "copy2", "move", "remove", "break",
                     "append", "touch", "link")),
    st.integers(0, len(NAMES) - 1),
    st.integers(0, len(NAMES) - 1),
)  # fmt: skip


def take(folder: Path, step: Step) -> None:
    """Change a file."""
    what, one, other = step
    path, second = folder / NAMES[one], folder / NAMES[other]
    if what == "draw":
        save(path, photo(96, 72, other % 2))
    elif what == "turn":
        save(path, np.rot90(photo(96, 72, other % 2)))
    elif what == "blank":
        save(path, uniform(40, 30, 90))
    elif what == "remove":
        path.unlink(missing_ok=True)
    elif not path.exists() or (what in BETWEEN and second.exists() and second.samefile(path)):
        return
    elif what == "copy":
        shutil.copy(path, second)
    elif what == "copy2":
        shutil.copy2(path, second)
    elif what == "move":
        path.rename(second)
    elif what == "link":
        second.unlink(missing_ok=True)
        second.hardlink_to(path)
    elif what == "break":
        path.write_bytes(path.read_bytes()[:-200])
    elif what == "append":
        path.write_bytes(path.read_bytes() + b"  ")
    else:
        os.utime(path, ns=(PAST_NS, PAST_NS))


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(STEPS, min_size=1, max_size=3), min_size=1, max_size=5))
def test_a_catalogue_never_changes_the_result(rounds: list[list[Step]]) -> None:
    """After each round of changes, both searches give the same."""
    with tempfile.TemporaryDirectory() as place:
        folder, catalog = Path(place) / "pictures", Path(place) / "catalog"
        (folder / "in").mkdir(parents=True)
        for number, name in enumerate(NAMES[:4]):
            save(folder / name, photo(96, 72, number % 2))
        for steps in [[], *rounds]:
            for step in steps:
                take(folder, step)
            plain = searched(folder)
            assert searched(folder, catalog).json == plain.json
            assert searched(folder, catalog).text == plain.text
