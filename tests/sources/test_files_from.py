"""Lists of names as sources: `files_from` and `--files-from`."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archives import png, zip_of
from lookalike import LookalikeError, Status, files_from, find_duplicates, hash_images

LOOKALIKE = Path(sys.executable).with_name("lookalike")
NAMES = ["a.png", "two\nlines.png", "e\N{COMBINING ACUTE ACCENT}.png", os.fsdecode(b"\xff.png")]


def listed(data: bytes) -> list[str]:
    return list(files_from(io.BytesIO(data)))


@pytest.mark.parametrize(
    ("data", "names"),
    [
        (b"", []),
        (b"\n\n", []),
        (b"a", ["a"]),
        (b"a\n", ["a"]),
        (b"a\nb c\n\n  d\n", ["a", "b c", "  d"]),
        (b"a\r\nb\r\n", ["a", "b"]),
        (b"\xef\xbb\xbfa\nb", ["a", "b"]),
        (b"a\0b\nc\0", ["a", "b\nc"]),
        (b"a\0b\r\0\0c", ["a", "b\r", "c"]),
        (b"# a\n~/b\n", ["# a", "~/b"]),
        (b"\xff\n", ["\udcff"]),
    ],
)
def test_names_are_lines_or_end_with_nul(data: bytes, names: list[str]) -> None:
    """If the beginning has a NUL byte, line feeds and returns are parts of names."""
    assert listed(data) == names


@given(
    st.lists(st.binary(min_size=1, max_size=40).filter(lambda name: b"\0" not in name), min_size=1)
)
def test_any_names_come_through_nul(names: list[bytes]) -> None:
    """Names may contain any bytes."""
    expected = [os.fsdecode(name) for name in names]
    assert listed(b"".join(name + b"\0" for name in names)) == expected


@given(st.lists(st.integers(1, 30_000), min_size=1, max_size=12))
def test_names_come_through_blocks(lengths: list[int]) -> None:
    """A block may end anywhere."""
    names = ["n" * length for length in lengths]
    assert listed("\n".join(names).encode()) == names


class Slow(io.BytesIO):
    """Gives one byte at a time, as a pipe may."""

    def read(self, size: int | None = -1) -> bytes:  # noqa: ARG002
        return super().read(1)


def test_a_slow_pipe_is_read_to_the_end_of_the_first_block() -> None:
    """The separator is not decided from the first piece alone."""
    assert list(files_from(Slow(b"two\nlines\0b\0"))) == ["two\nlines", "b"]


def test_a_list_is_read_as_it_is_used() -> None:
    """A list of any length is never in memory as a whole."""
    file = io.BytesIO(b"name\n" * 200_000)
    names = files_from(file)
    assert file.tell() == 0
    assert next(names) == "name"
    assert file.tell() <= 1 << 16
    assert sum(1 for _ in names) == 199_999


def test_a_list_is_a_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each name means what it would if named directly: a file, folder, archive or glob."""
    monkeypatch.chdir(tmp_path)
    for k, name in enumerate(NAMES):
        (tmp_path / name).write_bytes(png(k))
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "b.png").write_bytes(png(7))
    (tmp_path / "b.zip").write_bytes(zip_of({"c.png": png(8)}))
    wanted = [*NAMES, "folder", "b.zip", "gone.png", "fold*/*.png"]
    Path("list").write_bytes(b"".join(os.fsencode(name) + b"\0" for name in wanted))
    expected = [*NAMES, "folder/b.png", "b.zip!/c.png"]
    table = hash_images(files_from("list"))
    assert table.paths == [*expected, "folder/b.png"]
    assert [(one.path, one.status) for one in table.failures] == [("gone.png", Status.MISSING)]
    result = find_duplicates(files_from(Path("list")))
    assert [one.path for one in result.images] == expected
    assert result.skipped == {"same file": 1}


@pytest.mark.parametrize(
    ("source", "error"),
    [("gone", FileNotFoundError), (".", IsADirectoryError), (5, TypeError), (None, TypeError)],
)
def test_what_is_no_list_is_an_error_at_once(source: Any, error: type[Exception]) -> None:
    """The error comes before anything is read."""
    with pytest.raises(error):
        files_from(source)


def test_what_cannot_be_a_list_is_an_error() -> None:
    """Covers a name that no system accepts, text instead of bytes, and a failing disk."""
    with pytest.raises(LookalikeError, match="not a list of names"):
        listed(b"x" * 100_000)
    text: Any = io.StringIO("a\n")
    with pytest.raises(TypeError, match="open for reading bytes"):
        list(files_from(text))

    class Failing(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:  # noqa: ARG002
            raise OSError(5, "Input/output error")

    with pytest.raises(LookalikeError, match="Input/output error"):
        list(files_from(Failing()))


def run(*arguments: str, cwd: Path, **options: Any) -> subprocess.CompletedProcess[bytes]:
    command = [str(LOOKALIKE), *arguments]
    return subprocess.run(command, capture_output=True, cwd=cwd, timeout=60, check=False, **options)


@pytest.mark.slow
def test_the_command_takes_lists(tmp_path: Path) -> None:
    """Lists come from a file, a pipe or standard input, besides paths. Odd names give valid
    JSON.
    """
    for k, name in enumerate(NAMES):
        (tmp_path / name).write_bytes(png(k))
    data = b"\0".join(os.fsencode(name) for name in NAMES[1:])
    done = run("hash", NAMES[0], "--files-from", "-", "--json", cwd=tmp_path, input=data)
    assert [one["path"] for one in json.loads(done.stdout)["images"]] == NAMES
    (tmp_path / "list").write_bytes(data)
    done = run("find", "--files-from", "list", "--json", "-q", cwd=tmp_path)
    assert json.loads(done.stdout)["images"] == 3
    script = f"'{LOOKALIKE}' hash --files-from <(printf 'a.png\\ngone.png\\n')"
    done = subprocess.run(["bash", "-c", script], capture_output=True, cwd=tmp_path, check=False)
    assert done.stdout.endswith(b"  a.png\n")
    assert done.stderr == b"missing: gone.png: there is no such file\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["hash"], b"Missing argument 'PATH...'"),
        (["hash", "--files-from", "gone"], b"File 'gone' does not exist"),
        (["find", "--files-from", "."], b"File '.' is a directory"),
        (["find", "--files-from", "long"], b"not a list of names"),
    ],
)
def test_the_command_names_what_is_wrong(
    arguments: list[str], message: bytes, tmp_path: Path
) -> None:
    """The status is 2, without a traceback."""
    (tmp_path / "long").write_bytes(b"x" * 100_000)
    done = run(*arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, b"")
    assert message in done.stderr
    assert b"Traceback" not in done.stderr
