"""Every kind of input can be hashed with `isolate=True`, whatever class it is of."""

from __future__ import annotations

from pathlib import Path

import pytest

from files import save
from lookalike import hash_images
from lookalike.work.isolation import Isolation
from lookalike.work.processes import Workers
from pictures import photo


def test_an_array_among_files_changes_nothing_for_them(tmp_path: Path) -> None:
    """Hashed here before the first process has begun, and in between."""
    first, second = (save(tmp_path / f"{k}.png", photo(60, 40, k)) for k in (1, 2))
    inputs = [photo(60, 40, 3), first, photo(60, 40, 4), second]
    isolated = hash_images(inputs, isolate=True, workers=1)
    assert isolated.failures == []
    assert isolated.hashes["phash"] == hash_images(inputs).hashes["phash"]


def test_a_job_that_cannot_be_sent_is_refused_before_a_process_is_started() -> None:
    """It is the fault of no item."""
    with pytest.raises((AttributeError, TypeError), match="pickle"):
        Workers(lambda item: item, Isolation())
