"""Writing an index file leaves the old one or the new one, whatever happens in between."""

from __future__ import annotations

import os
import random
import stat
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from lookalike.index.stored import file as index_file
from lookalike.index.stored.file import Header, open_file, write

HEADER = Header("dhash", 64, 5, 5)
OLD = {"numbers": np.arange(5)}
NEW = {"numbers": np.arange(5)[::-1]}


class Failing(Mapping[str, NDArray[Any]]):
    """Sections whose last one cannot be read."""

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def __getitem__(self, name: str) -> NDArray[Any]:
        if name == "last":
            raise self.error
        return np.zeros(100_000)

    def __iter__(self) -> Iterator[str]:
        return iter(["first", "last"])

    def __len__(self) -> int:
        return 2


def numbers(path: Path) -> list[int]:
    file = open_file(path)
    file.check()
    values: list[int] = file.sections["numbers"].tolist()
    return values


@pytest.mark.parametrize("step", [1, 2, -1])
@pytest.mark.parametrize("order", ["C", "F"])
def test_views_are_written_as_they_look(
    step: int, order: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Arrays need not be contiguous, and rows may be longer than a chunk."""
    monkeypatch.setattr(index_file, "CHUNK", 40)
    table = np.arange(300, dtype=np.int16).reshape(3, 100).copy(order)[:, ::step]
    write(tmp_path / "index", HEADER, {"table": table, "line": table[1]})
    sections = open_file(tmp_path / "index").sections
    np.testing.assert_array_equal(sections["table"], table)
    np.testing.assert_array_equal(sections["line"], table[1])


@pytest.mark.parametrize("error", [MemoryError(), KeyboardInterrupt(), OSError(28, "disk full")])
@pytest.mark.parametrize("there", [True, False])
def test_a_failure_leaves_everything_as_it_was(
    error: BaseException, there: bool, tmp_path: Path
) -> None:
    """An error or interrupt is passed on. The old file stays, and no temporary file does."""
    if there:
        write(tmp_path / "index", HEADER, OLD)
    before = [(path.name, path.read_bytes()) for path in tmp_path.iterdir()]
    with pytest.raises(type(error)):
        write(tmp_path / "index", HEADER, Failing(error))
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == before


def test_a_file_that_does_not_reach_the_disk_is_not_put_in_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old file is replaced only after the new one is on the disk."""
    write(tmp_path / "index", HEADER, OLD)

    def fail(handle: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="Input/output error"):
        write(tmp_path / "index", HEADER, NEW)
    assert numbers(tmp_path / "index") == [0, 1, 2, 3, 4]
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="refuses to replace a mapped file")
def test_a_mapped_file_can_be_written_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even its own sections may be written over it. Users of the old file keep it."""
    monkeypatch.setattr(index_file, "CHUNK", 8)
    write(tmp_path / "index", HEADER, OLD)
    old = open_file(tmp_path / "index")
    write(tmp_path / "index", HEADER, {"numbers": old.sections["numbers"][::-1]})
    assert numbers(tmp_path / "index") == [4, 3, 2, 1, 0]
    assert old.sections["numbers"].tolist() == [0, 1, 2, 3, 4]
    old.check()


@pytest.mark.skipif(sys.platform == "win32", reason="takes a privilege")
@pytest.mark.parametrize("there", [True, False])
def test_a_symbolic_link_stays_one(there: bool, tmp_path: Path) -> None:
    """Its target is replaced, or created, in its own folder."""
    (tmp_path / "elsewhere").mkdir()
    target, link = tmp_path / "elsewhere" / "index", tmp_path / "link"
    link.symlink_to(Path("elsewhere", "index"))
    if there:
        write(target, HEADER, OLD)
    write(link, HEADER, NEW)
    assert link.is_symlink()
    assert numbers(target) == numbers(link) == [4, 3, 2, 1, 0]
    assert len(list(tmp_path.rglob("*"))) == 3


@pytest.mark.skipif(sys.platform == "win32", reason="has no such permissions")
def test_permissions_are_those_of_any_new_file_or_of_the_old_one(tmp_path: Path) -> None:
    """A new file follows the umask. One that replaces another has the old permissions."""
    before = os.umask(0o027)
    try:
        write(tmp_path / "index", HEADER, OLD)
        assert stat.S_IMODE((tmp_path / "index").stat().st_mode) == 0o640
        for mode in (0o600, 0o666, 0o444):
            (tmp_path / "index").chmod(mode)
            write(tmp_path / "index", HEADER, NEW)
            assert stat.S_IMODE((tmp_path / "index").stat().st_mode) == mode
    finally:
        os.umask(before)


def test_paths_of_all_kinds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Covers relative paths, plain text, and names of the maximum length."""
    monkeypatch.chdir(tmp_path)
    for path in ("index", Path("index"), Path("é" * 127), tmp_path / ("x" * 255)):
        write(path, HEADER, OLD)
        assert open_file(path).path == Path(path)
        assert numbers(Path(path)) == [0, 1, 2, 3, 4]


def test_only_files_are_replaced(tmp_path: Path) -> None:
    """A folder, a device and a missing folder raise an error that names them."""
    with pytest.raises(IsADirectoryError, match=tmp_path.name):
        write(tmp_path, HEADER, OLD)
    with pytest.raises(FileNotFoundError, match="missing.index'$"):
        write(tmp_path / "missing" / "index", HEADER, OLD)
    if sys.platform != "win32":
        with pytest.raises(OSError, match="Not a regular file: '/dev/null'"):
            write("/dev/null", HEADER, OLD)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("header", "sections", "message"),
    [
        (Header("x" * 65, 64, 0, 0), {}, "longer than 64 bytes: 'xxx"),
        (Header("", -1, 0, 0), {}, "bits must be a number from 0 to 2^32 - 1, not -1"),
        (Header("", 1, 1 << 64, 0), {}, "entries must be a number from 0 to 2^64 - 1, not 184"),
        (HEADER, {"": np.zeros(1)}, "1 to 24 ASCII characters, not ''"),
        (HEADER, {"n" * 25: np.zeros(1)}, "1 to 24 ASCII characters, not 'nnn"),
        (HEADER, {"é": np.zeros(1)}, "1 to 24 ASCII characters, not 'é'"),
        (HEADER, {str(n): np.zeros(1) for n in range(1025)}, "at most 1024 sections"),
        (HEADER, {"a": np.zeros(1, bool)}, "section a must be an array .* not of bool in 1"),
        (HEADER, {"a": np.zeros(1, object)}, "not of object in 1"),
        (HEADER, {"a": np.zeros((1, 1, 1))}, "not of float64 in 3"),
        (HEADER, {"a": np.array(1)}, "not of int64 in 0"),
    ],
)
def test_what_the_format_cannot_hold_is_refused(
    header: Header, sections: dict[str, NDArray[Any]], message: str, tmp_path: Path
) -> None:
    """The message names the value and what was expected, and nothing is written."""
    message = message.replace("^", r"\^")
    with pytest.raises((ValueError, TypeError), match=message):
        write(tmp_path / "index", header, sections)
    assert not list(tmp_path.iterdir())


SAVER = """
import sys
import numpy as np
from lookalike.index.stored import file
file.CHUNK = 1 << 16
sections = lambda n: {f"part {i}": np.full((50_000 * n, 3), n, "<u2") for i in range(3)}
contents = [(file.Header("", n, 50_000 * n, n), sections(n)) for n in (1, 2)]
print("ready", flush=True)
while True:
    for content in contents:
        file.write(sys.argv[1], *content)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="has no SIGKILL")
def test_a_killed_writer_leaves_a_whole_file(tmp_path: Path) -> None:
    """Killed at any moment, it leaves all of the old file or all of the new one."""
    path = tmp_path / "index"
    write(path, Header("", 0, 0, 0), {})
    delays, seen = random.Random(8), set()
    for _ in range(40):
        command = [sys.executable, "-c", SAVER, str(path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == b"ready\n"
            time.sleep(delays.uniform(0, 0.06))
            writer.kill()
        file = open_file(path)
        file.check()
        kind = file.header.bits
        seen.add(kind)
        assert file.header == Header("", kind, 50_000 * kind, kind)
        assert len(file.sections) == (3 if kind else 0)
        for array in file.sections.values():
            assert array.shape == (50_000 * kind, 3)
            assert (array == kind).all()
    assert seen >= {1, 2}
    left = [one.name for one in tmp_path.iterdir() if one != path]
    assert left, "no kill came in the middle of a write"
    assert all(name.startswith(".index.") and name.endswith(".tmp") for name in left)
