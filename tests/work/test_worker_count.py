"""How many workers there may be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click.testing
import pytest

from files import save
from lookalike import find_duplicates, hash_images
from lookalike.cli.commands import commands
from lookalike.work.threads import MOST_WORKERS
from pictures import photo


@pytest.mark.parametrize("workers", [0, MOST_WORKERS + 1, 10**30])
def test_a_number_beyond_the_limit_is_refused(workers: int, tmp_path: Path) -> None:
    """By the functions and by the command, before anything is read."""
    save(tmp_path / "a.png", photo(40, 30, 1))
    for function in (hash_images, find_duplicates):
        with pytest.raises(ValueError, match=f"workers must be 1 to {MOST_WORKERS}, not {workers}"):
            function([tmp_path], workers=workers)
    arguments = ["find", str(tmp_path), "--workers", str(workers)]
    done = click.testing.CliRunner().invoke(commands, arguments)
    assert done.exit_code == 2
    assert "workers" in done.output
    assert str(workers) in done.output.replace("\n", "").replace(" ", "").replace("│", "")


def test_the_limit_itself_is_taken() -> None:
    """No more threads are started than there is work for."""
    table: Any = hash_images([photo(40, 30, seed) for seed in range(3)], workers=MOST_WORKERS)
    assert len(table) == 3
