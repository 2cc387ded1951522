"""Pictures of chosen bytes, and what a catalogue says of them, for the tests of catalogues."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from lookalike import Catalog, Failure, HashTable, ScanSummary
from lookalike.catalog.store import files
from lookalike.hashing.hashing import hash_inputs
from lookalike.hashing.request import Request, request_for
from lookalike.hashing.row import Row
from lookalike.sources import Input
from lookalike.work.progress import silent

LONG_AGO = 1_500_000_000_000_000_007
"""In nanoseconds. Not in whole seconds, as of a file system with fine times."""


def bmp(seed: int, side: int = 24) -> bytes:
    """A picture. All of the same side have the same size, and differ in the middle alone."""
    coarse = np.random.default_rng(seed).integers(0, 256, (6, 6, 3), dtype=np.uint8)
    pixels = np.repeat(np.repeat(coarse, side // 6, axis=0), side // 6, axis=1)
    frame = side * 3 // 8  # more than 64 KiB of a large one
    pixels[:frame] = pixels[-frame:] = 90
    size, at = 54 + pixels.nbytes, 54
    head = b"BM" + size.to_bytes(4, "little") + bytes(4) + at.to_bytes(4, "little")
    info = [40, side, side, 1 | 24 << 16, 0, pixels.nbytes, 0, 0, 0, 0]
    return head + b"".join(number.to_bytes(4, "little") for number in info) + pixels.tobytes()


LARGE = 252
"""The side of a picture of more than 128 KiB, whose middle a quick look does not see."""


def write(path: Path, data: bytes, mtime_ns: int = LONG_AGO) -> None:
    """Write a file in place, and set its time."""
    path.write_bytes(data)
    os.utime(path, ns=(mtime_ns, mtime_ns))


def needs_root(what: str) -> None:
    """Skip a test that cannot run here, but never in CI."""
    if os.geteuid() != 0:
        if "CI" in os.environ:
            pytest.fail(f"root is needed to {what}")
        pytest.skip(f"root is needed to {what}")


@contextmanager
def open_to_all() -> Iterator[Path]:
    """A folder that other users can reach. pytest closes its own whenever it starts."""
    with tempfile.TemporaryDirectory(prefix="lookalike-test-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def as_nobody(script: str, *arguments: object) -> str:
    """What a script in Python prints, run as a user without any rights."""
    needs_root("act as another user")
    words = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", sys.executable]
    done = subprocess.run(
        [*words, "-c", script, *map(str, arguments)],
        capture_output=True, text=True, check=False, env={**os.environ, "HOME": "/"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def settle() -> None:
    """Wait until files that were just written are no longer in doubt."""
    time.sleep(0.15)


def request(folder: Path, **options: object) -> Request:
    """A request as `find` makes it."""
    return request_for(
        folder, "phash", repeats=False, only_first=False, with_thumbs=True,
        follow_links=False, workers=1, **options,  # type: ignore[arg-type]
    )  # fmt: skip


def fresh(folder: Path, **options: object) -> HashTable:
    """What reading everything gives."""
    return hash_inputs(request(folder, **options), silent)


def remembered(catalog: Catalog, folder: Path, **options: object) -> tuple[HashTable, list[str]]:
    """The same with a catalogue, and the paths of what it did not know."""
    asked = request(folder, **options)
    known = catalog.known(asked.recipe)
    unknown: list[str] = []

    def answer(one: Input) -> Row | Failure | None:
        found = known(one)
        if found is None:
            unknown.append(one.key)
        return found

    return hash_inputs(asked, silent, known=answer), unknown


def assert_equal(one: HashTable, other: HashTable) -> None:
    """Two tables are the same in every column."""
    left, right = one.columns(), other.columns()
    assert left.keys() == right.keys()
    for name in left:
        assert left[name] == right[name], name


def assert_up_to_date(catalog: Catalog, folder: Path, **options: object) -> None:
    """The catalogue knows all files of a folder, and what reading them gives."""
    table, unknown = remembered(catalog, folder, **options)
    assert unknown == []
    assert_equal(table, fresh(folder, **options))


def paths_in(catalog: Catalog, *, missing: bool = False) -> set[str]:
    """The paths of the plain files that are present, or of those that are missing."""
    rows = catalog.database.rows(
        "SELECT root.path, folder.path, name FROM root JOIN folder ON root_id = root.id "
        f"JOIN file ON folder_id = folder.id WHERE member = x'' AND flags & {files.MISSING} "
        + ("> 0" if missing else "= 0")
    )
    return {os.fsdecode(b"/".join(filter(None, row))) for row in rows}


def contents_in(catalog: Catalog) -> list[tuple[object, ...]]:
    """Everything that is known, without numbers, in a fixed order."""
    return sorted(
        catalog.database.rows(
            "SELECT folder.path, name, member, size, mtime_ns, quick, digest, "
            f"flags & ~{files.ASSUMED | files.RACY}, status, reason FROM file "
            "JOIN folder ON folder.id = folder_id LEFT JOIN content ON content.id = content_id "
            "LEFT JOIN failure ON file_id = file.id"
        ),
        key=repr,
    )


def scanned(catalog: Catalog, *paths: Path, **options: object) -> ScanSummary:
    """Scan with one thread."""
    return catalog.scan(paths, workers=1, follow_links=False, **options)  # type: ignore[arg-type]
