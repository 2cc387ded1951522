"""What is in doubt about a file stays in doubt when the file moves."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest

from catalogs import LARGE, LONG_AGO, assert_up_to_date, bmp, scanned, settle, write
from lookalike import Catalog
from lookalike.catalog.store import files


def flags_of(catalog: Catalog, name: str) -> int:
    rows = catalog.database.rows(
        f"SELECT flags FROM file WHERE name = ? AND NOT flags & {files.MISSING}", (name.encode(),)
    )
    flags: int = rows[0][0]
    return flags


@pytest.mark.parametrize("together", [True, False])
def test_a_file_that_may_have_changed_is_still_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, together: bool
) -> None:
    """Files changed right after a scan, without a sign of it, and moved before the next."""
    root = tmp_path / "pictures"
    old, new = root / "old", root / "new"
    old.mkdir(parents=True)
    names = [f"{number}.bmp" for number in range(4 if together else 1)]
    for number, name in enumerate(names):
        write(old / name, bmp(number))
    write(old / "stays.bmp", bmp(20))
    latest = max((old / name).stat().st_ctime_ns for name in names)
    with Catalog.open(tmp_path / "catalog") as catalog:
        monkeypatch.setattr(time, "time_ns", lambda: latest + 1000)
        scanned(catalog, root)
        monkeypatch.undo()
        assert flags_of(catalog, names[0]) == files.RACY
        new.mkdir()
        for number, name in enumerate(names):
            (old / name).write_bytes(bmp(50 + number))
            os.utime(old / name, ns=(LONG_AGO, LONG_AGO))
            (old / name).rename(new / name)
        settle()
        assert scanned(catalog).moved == len(names)
        settle()
        scanned(catalog)
        assert_up_to_date(catalog, root)


def test_a_content_that_was_taken_on_trust_stays_so(tmp_path: Path) -> None:
    """Even if the folder that the file left has another name now."""
    root = tmp_path / "pictures"
    (root / "a").mkdir(parents=True)
    for number in range(3):
        write(root / f"a/{number}.bmp", bmp(number, LARGE))
    settle()
    with Catalog.open(tmp_path / "catalog") as catalog:
        scanned(catalog, root)
        shutil.copy2(root / "a/0.bmp", root / "a/copy.bmp")
        settle()
        scanned(catalog)
        assert flags_of(catalog, "copy.bmp") & files.ASSUMED
        (root / "new").mkdir()
        for name in ("1.bmp", "copy.bmp"):
            (root / "a" / name).rename(root / "new" / name)
        (root / "a").rename(root / "z")
        settle()
        scanned(catalog)
        assert flags_of(catalog, "copy.bmp") & files.ASSUMED
