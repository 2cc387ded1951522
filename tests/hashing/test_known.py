"""`hash_inputs(..., known=...)`: an input with a known row is not read."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lookalike import HashTable, Status
from lookalike.hashing.hashing import hash_inputs
from lookalike.hashing.request import request_for
from lookalike.hashing.row import Failure, Known, Row
from lookalike.sources import Input
from lookalike.work.progress import silent

COUNT = 12

isolated = pytest.mark.parametrize(
    "isolate",
    [
        pytest.param(False, id="threads"),
        pytest.param(True, id="processes", marks=pytest.mark.thorough),
    ],
)


def hashed(folder: Path, known: Known | None, isolate: bool, workers: int = 2) -> HashTable:
    request = request_for(
        folder, ["phash", "dhash"], repeats=False, only_first=True, isolate=isolate, workers=workers
    )
    return hash_inputs(request, silent, known=known)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Some images, and one file that is not an image."""
    chance = np.random.default_rng(5)
    for at in range(COUNT):
        coarse = chance.integers(0, 256, (8, 8, 3), dtype=np.uint8)
        Image.fromarray(coarse).resize((64, 64)).save(tmp_path / f"{at:02}.png")
    (tmp_path / "05.png").write_bytes(b"no image")
    return tmp_path


def answers_of(table: HashTable) -> dict[str, Row | Failure]:
    """The outcome of each input, by path."""
    rows: dict[str, Row | Failure] = {one.path: one for one in table.failures}
    return rows | {table.paths[at]: table.row(at) for at in range(len(table))}


def asking(answers: dict[str, Row | Failure]) -> Callable[[Input], Row | Failure | None]:
    return lambda one: answers.get(one.key)


@isolated
def test_what_is_known_is_not_read(folder: Path, isolate: bool) -> None:
    """Files that are now unreadable are in the table as they were known, failures too."""
    first = hashed(folder, None, isolate)
    answers = answers_of(first)
    assert len(answers) == COUNT
    for path in folder.iterdir():
        path.write_bytes(b"rubbish")
    again = hashed(folder, asking(answers), isolate)
    assert answers_of(again) == answers
    assert list(again.failed_at) == list(first.failed_at) == [5]
    assert again.hashes == first.hashes
    assert len(hashed(folder, None, isolate)) == 0  # reading them gives nothing now


@isolated
def test_what_is_not_known_is_read(folder: Path, isolate: bool) -> None:
    """Each input is asked for once, and those without an answer are read, in the same order."""
    first = hashed(folder, None, isolate)
    answers = {path: row for path, row in answers_of(first).items() if path[-5] in "2468"}
    for path in answers:
        Path(path).write_bytes(b"rubbish")
    asked: list[str] = []

    def known(one: Input) -> Row | Failure | None:
        asked.append(one.key)
        return answers.get(one.key)

    again = hashed(folder, known, isolate)
    assert again.paths == first.paths
    assert answers_of(again) == answers_of(first)
    assert sorted(asked) == sorted(str(path) for path in folder.iterdir())


def test_questions_are_asked_where_images_are_read(folder: Path) -> None:
    """They are not asked in the caller's thread if there are others: an answer may take a
    moment.
    """
    threads: set[threading.Thread] = set()

    def known(one: Input) -> Failure:
        threads.add(threading.current_thread())
        return Failure(one.key, Status.EMPTY, "known")

    table = hashed(folder, known, isolate=True)
    assert len(table.failures) == COUNT
    assert threading.current_thread() not in threads


@isolated
@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_of_the_answers_ends_the_run(folder: Path, isolate: bool, workers: int) -> None:
    """It is not the fault of an image, so it is raised instead of becoming a failure."""

    def known(one: Input) -> None:
        if one.key.endswith("03.png"):
            raise ZeroDivisionError("the catalogue is broken")

    with pytest.raises(ZeroDivisionError, match="catalogue is broken"):
        hashed(folder, known, isolate, workers)


def test_an_answer_with_other_hashes_is_refused(folder: Path) -> None:
    """A row without the requested hashes cannot get into the table."""
    row = hashed(folder, None, isolate=False).row(0)
    with pytest.raises(ValueError, match=r"hashes of \[8\]"):
        hashed(folder, lambda _: row._replace(hashes=row.hashes[:1]), isolate=False)
