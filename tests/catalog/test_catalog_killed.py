"""A scan that is killed at any moment is finished by the next one, with the same result."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from catalogs import LARGE, LONG_AGO, assert_up_to_date, bmp, contents_in, scanned, settle, write
from lookalike import Catalog

DYING = """
import os, sys
from pathlib import Path
from lookalike import Catalog
from lookalike.catalog.store import database

connect = database._connect

def scan(place, left):
    def dying(statement):
        nonlocal left
        if left == 0:
            os._exit(9)
        left -= 1

    def connected(*arguments):
        connection = connect(*arguments)
        connection.set_trace_callback(dying)
        return connection

    database._connect = connected
    with Catalog.open(place) as catalog:
        catalog.scan(sys.argv[2], workers=1, archives=True)

for count in range(int(sys.argv[4])):
    place = Path(sys.argv[1]) / str(count)
    place.mkdir(parents=True)
    if sys.argv[3]:
        (place / "catalog.db").write_bytes(Path(sys.argv[3]).read_bytes())
    child = os.fork()
    if child == 0:
        scan(place, count)
        os._exit(0)
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0:
        break
"""
"""Scans that die before a statement of SQL: one before the first, one before the second, ..."""
SCANNING = """
import sys
from lookalike import Catalog

with Catalog.open(sys.argv[1]) as catalog:
    print("ready", flush=True)
    print(catalog.scan(sys.argv[2], workers=1).line, flush=True)
"""


def library(folder: Path) -> Path:
    """Some pictures in two folders, and a file that is not a picture."""
    (folder / "sub").mkdir(parents=True)
    for number in range(4):
        write(folder / f"{number}.bmp", bmp(number))
        write(folder / f"sub/{number}.bmp", bmp(number + 10), LONG_AGO + number)
    write(folder / "sub/large.bmp", bmp(20, LARGE))
    write(folder / "broken.bmp", b"not a picture")
    settle()
    return folder


def change(folder: Path) -> None:
    """Everything that a scan tells apart."""
    (folder / "0.bmp").rename(folder / "sub/moved.bmp")
    write(folder / "1.bmp", bmp(30), LONG_AGO + 50)
    (folder / "2.bmp").unlink()
    os.link(folder / "3.bmp", folder / "linked.bmp")
    write(folder / "new.bmp", bmp(31), LONG_AGO + 60)
    write(folder / "copy.bmp", bmp(20, LARGE))
    settle()


@pytest.mark.slow
def test_a_scan_that_dies_before_any_statement_is_finished_by_the_next(tmp_path: Path) -> None:
    """Every commit, and every write within a transaction, is such a moment."""
    folder = library(tmp_path / "pictures")
    first = tmp_path / "first"
    with Catalog.open(first) as catalog:
        scanned(catalog, folder, archives=True)
    change(folder)
    with Catalog.open(tmp_path / "whole") as catalog:
        scanned(catalog, folder, archives=True)
        expected = contents_in(catalog)
    places = killed(tmp_path, folder, first / "catalog.db", 10_000)
    assert len(places) > 50
    for place in places:
        with Catalog.open(place) as catalog:
            assert catalog.check() == []
            scanned(catalog, folder, archives=True)
            assert_up_to_date(catalog, folder, archives=True)
            assert present(contents_in(catalog)) == present(expected)


def killed(base: Path, folder: Path, template: Path | str, most: int) -> list[Path]:
    """Catalogues that died at the first moment, the second, and so on."""
    words = [sys.executable, "-c", DYING, *map(str, (base / "killed", folder, template, most))]
    done = subprocess.run(words, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return list((base / "killed").iterdir())


@pytest.mark.slow
def test_a_catalogue_that_dies_while_it_is_made_is_made_by_the_next_run(tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    write(folder / "one.bmp", bmp(1))
    settle()
    places = killed(tmp_path, folder, "", 70)
    assert len(places) > 40
    for place in places:
        with Catalog.open(place) as catalog:
            assert catalog.check() == []
            scanned(catalog, folder)
            assert_up_to_date(catalog, folder)


def present(rows: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    """The rows of files that are there. Only the catalogue that is older knows lost ones."""
    return [row for row in rows if not row[7]]


def fill(folder: Path, state: int) -> None:
    """700 pictures, with other pixels in each state."""
    for number in range(700):
        path = folder / f"{number // 100}" / f"{number}.bmp"
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path, bmp(number + 1000 * state), LONG_AGO + number + 1000 * state)


@pytest.mark.parametrize(
    "count",
    [pytest.param(8, marks=pytest.mark.thorough), pytest.param(200, marks=pytest.mark.slow)],
)
def test_a_large_scan_that_is_killed_again_and_again_comes_to_its_end(
    tmp_path: Path, count: int
) -> None:
    """What one run has stored, the next does not read again. After the last one, all is changed."""
    folder = tmp_path / "pictures"
    chance = random.Random(7)
    state = 0
    fill(folder, state)
    place = tmp_path / "catalog"
    kills = 0
    while kills < count:
        words = [sys.executable, "-c", SCANNING, str(place), str(folder)]
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            time.sleep(chance.uniform(0, 0.4))
            process.send_signal(signal.SIGKILL)
            process.wait()
        if process.returncode == -signal.SIGKILL:
            kills += 1
        else:
            state += 1
            fill(folder, state)
    with Catalog.open(place) as catalog:
        assert catalog.check() == []
        scanned(catalog, folder)
        assert_up_to_date(catalog, folder)


@pytest.mark.slow
def test_two_scans_at_once_store_what_one_does(tmp_path: Path) -> None:
    folder = library(tmp_path / "pictures")
    place = tmp_path / "catalog"
    words = [sys.executable, "-c", SCANNING, str(place), str(folder)]
    Catalog.open(place).close()
    both = [subprocess.Popen(words, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    for process in both:
        process.communicate(timeout=60)
        assert process.returncode == 0
    with Catalog.open(place) as catalog, Catalog.open(tmp_path / "alone") as alone:
        assert catalog.check() == []
        scanned(catalog, folder)
        scanned(alone, folder)
        assert_up_to_date(catalog, folder)
        assert contents_in(catalog) == contents_in(alone)
