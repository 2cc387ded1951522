"""Plans are applied and taken back while a catalogue is brought up to date."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import lookalike
from catalogs import assert_up_to_date, bmp, settle
from clean_up import Place, snapshot
from lookalike import Catalog
from lookalike.planning.choices import Choices
from lookalike.planning.planning import planned
from lookalike.sources.beside import Disk

COUNT = 40


@pytest.fixture
def tree(place: Place) -> Path:
    """Pictures with a copy each."""
    for number in range(COUNT):
        for name in ("original", "copy"):
            place.file(f"{name}/{number}.bmp", bmp(number))
    return place.tree


@pytest.mark.slow
def test_both_are_right_whatever_their_order(tree: Path, place: Place) -> None:
    """The scan sees files before, after or while they go, and the next one sees where they are."""
    plan = lookalike.plan(lookalike.find_duplicates(tree, workers=1))
    assert plan.totals.remove == COUNT
    before = snapshot(tree)
    stop = threading.Event()

    def scan_again_and_again() -> None:
        with Catalog.open(place.root / "catalog") as catalog:
            while not stop.is_set():
                catalog.scan(tree, accept_loss=[tree])

    with ThreadPoolExecutor(1) as other:
        scanning = other.submit(scan_again_and_again)
        try:
            for _ in range(3):
                assert plan.apply().counts == {"trash": COUNT}
                assert lookalike.undo().counts == {"restored": COUNT}
            assert plan.apply().counts == {"trash": COUNT}
        finally:
            stop.set()
        scanning.result()
    settle()
    with Catalog.open(place.root / "catalog") as catalog:
        catalog.scan(tree, accept_loss=[tree])
        assert_up_to_date(catalog, tree)
    lookalike.undo()
    assert snapshot(tree) == before


def test_files_that_are_offline_are_neither_relied_on_nor_planned(tree: Path, place: Place) -> None:
    """A catalogue remembers them, but nobody can say how they are."""
    with Catalog.open(place.root / "catalog") as catalog:
        catalog.scan([tree / "original", tree / "copy"])
        for away in ("original", "copy"):
            (tree / away).rename(place.root / "away")
            (tree / away).mkdir()  # as an empty mount point
            result = lookalike.find_duplicates(catalog=catalog)
            assert len(result.groups) == COUNT
            assert catalog.account
            found = planned(result, Choices.of(), Disk(catalog.account.recall))
            assert found.totals.remove == 0
            (tree / away).rmdir()
            (place.root / "away").rename(tree / away)
        result = lookalike.find_duplicates(catalog=catalog)
        assert lookalike.plan(result).totals.remove == COUNT
