"""Every kind of input can be hashed with `isolate=True`, whatever class it is of."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from files import save
from lookalike import hash_images
from lookalike.work.isolation import Isolation
from lookalike.work.processes import Workers
from pictures import photo


def test_an_array_among_files_changes_nothing_for_them(tmp_path: Path) -> None:
    """Hashed here before the first process has begun, and in between."""
    first, second = (save(tmp_path / f"{k}.png", photo(60, 40, k)) for k in (1, 2))
    inputs: list[Any] = [photo(60, 40, 3), first, photo(60, 40, 4), second]
    isolated = hash_images(inputs, isolate=True, workers=1)
    assert isolated.failures == []
    assert isolated.hashes["phash"] == hash_images(inputs).hashes["phash"]


def test_a_job_that_cannot_be_sent_is_refused_before_a_process_is_started() -> None:
    """It is the fault of no item."""
    with pytest.raises((AttributeError, TypeError), match="pickle"):
        Workers(lambda item: item, Isolation())


class Name(str):
    """A text of a class that another process could not import, were it the main module's."""

    __slots__ = ()

    def __reduce__(self) -> str | tuple[object, ...]:
        return "nowhere"


def test_names_may_be_of_a_class_of_the_callers(tmp_path: Path) -> None:
    """Only their text is sent."""
    path = save(tmp_path / "a.png", photo(60, 40, 1))
    table = hash_images([Name(path), str(path)], isolate=True, workers=1)
    assert (table.paths, table.failures) == ([str(path)] * 2, [])


SCRIPT = """
import io, sys
from lookalike import hash_images

class Data(bytes):
    pass

class One:
    key, size = "one", None
    def open(self):
        return io.BytesIO(b"")

class Stream(io.BytesIO):
    def read(self, *a):
        return Data(super().read(*a))

class Sized(One):
    size = 700
    def open(self):
        return Stream(bytes(700))

print([(str(f.status), f.reason) for f in hash_images([Sized()], isolate=True, workers=1).failures])
"""


@pytest.mark.thorough
def test_what_cannot_be_sent_is_not_blamed_on_memory(tmp_path: Path) -> None:
    """A process that does not understand an item says so."""
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    done = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, check=True, timeout=60
    )
    assert "unreadable" in done.stdout
    assert "unexpected AttributeError" in done.stdout
    assert "memory" not in done.stdout + done.stderr
