"""Unforeseen exceptions: each is one input's failure, and says where it arose."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import jobs
from archives import png, zip_of
from lookalike import HashTable, ImageError, Status, find_duplicates, hash_images
from lookalike.errors import UnexpectedError
from lookalike.hashing.builder import LEFT_OUT, MOST_TRACEBACKS
from lookalike.sources.archives import zip_directory, zips
from lookalike.sources.web import fetcher
from lookalike.work.isolation import Isolation
from lookalike.work.processes import Workers

TESTS = Path(__file__).parents[1]


class Silent(Exception):
    """An error that cannot even be printed."""

    def __str__(self) -> str:
        raise RuntimeError("nothing to say")


class Unsendable(Exception):
    """An error that cannot be recreated in another process."""

    def __init__(self, one: str, other: str) -> None:
        super().__init__(f"{one} and {other}")
        self.thread = (lambda: None, open)


class Panic(BaseException):
    """An exception that is not an `Exception`, as code written in Rust raises it."""


ERRORS: dict[str, tuple[BaseException, str]] = {
    "KeyError": (KeyError("x"), "unexpected KeyError: 'x'"),
    "RuntimeError": (RuntimeError("the tape tore"), "unexpected RuntimeError: the tape tore"),
    "ValueError": (ValueError("no such shelf"), "unexpected ValueError: no such shelf"),
    "OverflowError": (
        OverflowError(34, "too large"),
        "unexpected OverflowError: (34, 'too large')",
    ),
    "without a word": (AssertionError(), "unexpected AssertionError"),
    "that cannot be printed": (Silent(), "unexpected Silent"),
    "that cannot be sent": (Unsendable("a", "b"), "unexpected Unsendable: a and b"),
    "that is no Exception": (Panic("out of bounds"), "unexpected Panic: out of bounds"),
}


class Torn:
    """An item that raises an error at the given point."""

    def __init__(self, where: str, error: BaseException) -> None:
        self._where, self._error = where, error

    def _reach(self, where: str) -> None:
        if self._where == where:
            raise self._error

    @property
    def key(self) -> str:
        self._reach("key")
        return "torn"

    @property
    def size(self) -> int | None:
        self._reach("size")
        return None

    def open(self) -> BinaryIO:
        self._reach("open")
        reach = self._reach

        class Stream(io.BytesIO):
            def read(self, *_: Any) -> bytes:
                reach("read")
                return b""

        return Stream()


def outcome(table: HashTable) -> list[Any]:
    return [table.paths, [str(one) for one in table.hashes["phash"]], table.failures]


@pytest.mark.parametrize("kind", ERRORS)
@pytest.mark.parametrize("where", ["key", "size", "open", "read"])
def test_whatever_an_item_raises_is_its_failure(where: str, kind: str) -> None:
    """The others are read, the reason names the error, and the traceback the place. This holds for
    a list or iterator, one thread or several, and this process or others.
    """
    error, reason = ERRORS[kind]
    images: list[Any] = [png(1), Torn(where, error), png(2)]
    tables = [hash_images(images, workers=workers) for workers in (1, 3)]
    tables.append(hash_images(iter(images)))
    if where == "open":
        tables.append(hash_images(images, isolate=True, workers=1))
    for table in tables:
        assert table.paths == ["[0]", "[2]"]
        (failure,) = table.failures
        assert (failure.path, failure.status, failure.reason) == (
            "[1]" if where == "key" else "torn", Status.UNREADABLE, reason,
        )  # fmt: skip
        assert kind == "that cannot be printed" or "in _reach" in failure.traceback
        assert failure.traceback
        assert outcome(table) == outcome(tables[0])


def test_an_item_that_raises_nothing_has_no_traceback() -> None:
    """Failures of the usual kinds are not called unexpected."""
    for failure in hash_images([b"", b"text", "gone.png", np.zeros((2, 2, 9), np.uint8)]).failures:
        assert not failure.traceback
        assert "unexpected" not in failure.reason
    (failure,) = hash_images([Torn("nowhere", KeyError())]).failures
    assert (failure.status, failure.traceback) == (Status.EMPTY, "")


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(3)])
@pytest.mark.parametrize("workers", [1, 2])
def test_what_asks_for_the_end_is_no_failure(error: BaseException, workers: int) -> None:
    """An item may end the program, so these two exceptions are passed on."""
    for where in ("key", "open"):
        with pytest.raises(type(error)):
            hash_images([png(1), Torn(where, error)], workers=workers)


class Numbered:
    """An item whose key is not text."""

    size = None

    def __init__(self, key: Any) -> None:
        self.key = key

    def open(self) -> BinaryIO:
        return io.BytesIO(png(1))


def test_a_key_must_be_text_or_a_path() -> None:
    """Any other key would fail later, in the output, so it is the failure of that item."""
    table = hash_images([Numbered(7), Numbered(Path("a.png")), Numbered("b")])
    assert table.paths == ["a.png", "b"]
    (failure,) = table.failures
    assert failure.path == "[0]"
    assert "the key of an Item must be a str, not 7" in failure.reason


class Elsewhere(os.PathLike[str]):
    """A path that cannot say where it is."""

    def __fspath__(self) -> str:
        raise LookupError("moved away")


def test_paths_and_files_that_raise_are_failures() -> None:
    """They are named by their place among the inputs, as they have no name."""

    class File(io.BytesIO):
        def read(self, *_: Any) -> bytes:
            raise RuntimeError("the tape tore")

    table = hash_images([Elsewhere(), File(), png(1)])
    assert table.paths == ["[2]"]
    assert [(one.path, one.reason) for one in table.failures] == [
        ("[0]", "unexpected LookupError: moved away"),
        ("[1]", "unexpected RuntimeError: the tape tore"),
    ]


@pytest.mark.usefixtures("bad_format")
def test_a_decoder_that_panics_costs_one_image() -> None:
    """Decoders in Rust raise non-`Exception`s. The outcome in another process is the same."""
    images = [png(1), b"BAD!panic", png(2)]
    here, there = hash_images(images), hash_images(images, isolate=True, workers=1)
    assert outcome(here) == outcome(there)
    for table in (here, there):
        (failure,) = table.failures
        assert failure.reason == "unexpected Panic: index out of bounds: the len is 0"
        assert "in panic" in failure.traceback


def test_an_archive_whose_listing_fails_is_one_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Members before the failure are read, and so are the inputs after the archive."""
    real = zip_directory.entries

    def entries(file: BinaryIO) -> Iterator[Any]:
        for count, entry in enumerate(real(file)):
            if count == 1:
                raise KeyError("a table of contents of another world")
            yield entry

    monkeypatch.setattr(zips, "entries", entries)
    path = tmp_path / "a.zip"
    path.write_bytes(zip_of({"1.png": png(1), "2.png": png(2)}))
    (tmp_path / "z.png").write_bytes(png(3))
    for images in ([path, tmp_path / "z.png"], tmp_path):
        table = hash_images(images, archives=True)
        assert sorted(table.paths) == [f"{path}!/1.png", str(tmp_path / "z.png")]
        (failure,) = table.failures
        assert (failure.path, failure.status) == (str(path), Status.UNREADABLE)
        assert "in entries" in failure.traceback


def test_an_extra_that_is_missing_on_the_way_is_the_failure_of_what_needs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A URL in a Parquet file or from an iterator, without httpx, is unsupported. The reason has
    the install line.
    """
    monkeypatch.setitem(sys.modules, "httpx", None)
    fetcher._fetcher_of.cache_clear()  # noqa: SLF001  # which other tests may have filled
    (tmp_path / "a.png").write_bytes(png(1))
    urls = pa.table({"image": ["http://127.0.0.1/x.png", "a.png"]})
    pq.write_table(urls, tmp_path / "list.parquet")
    for images in (
        [tmp_path / "list.parquet"],
        iter(["http://127.0.0.1/x.png", str(tmp_path / "a.png")]),
    ):
        table = hash_images(images)
        assert len(table) == 1
        (failure,) = table.failures
        assert failure.status is Status.UNSUPPORTED
        assert "pip install httpx" in failure.reason
        assert not failure.traceback


# Bounds


def test_reasons_and_tracebacks_are_bounded() -> None:
    """This holds for any length of message and any depth of the stack."""

    def deep(count: int) -> None:
        if count:
            (deep if count % 2 else deeper)(count - 1)
        raise RuntimeError("x" * 1_000_000)

    def deeper(count: int) -> None:
        deep(count)

    class Deep(Numbered):
        def open(self) -> BinaryIO:
            deep(300)
            raise AssertionError

    (failure,) = hash_images([Deep("deep")]).failures
    assert len(failure.reason) == UnexpectedError.REASON_CHARACTERS
    assert len(failure.traceback) == UnexpectedError.TRACEBACK_CHARACTERS


def test_only_so_many_tracebacks_are_kept() -> None:
    """A class of items with a mistake may fail for millions. Their reasons stay, and that they were
    unexpected.
    """
    failures = hash_images(
        Torn("open", KeyError(number)) for number in range(MOST_TRACEBACKS + 50)
    ).failures
    assert {one.reason for one in failures} == {
        f"unexpected KeyError: {number}" for number in range(MOST_TRACEBACKS + 50)
    }
    assert [one.traceback == LEFT_OUT for one in failures].count(True) == 50
    assert failures[-1].traceback == LEFT_OUT


# Processes


def test_a_process_that_cannot_be_started_again_costs_one_item(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Since the first process could start, the system may have room again for the next."""
    with Workers(jobs.process, Isolation()) as workers:
        first = workers(None)
        with monkeypatch.context() as patch:
            patch.setattr(sys, "executable", "/gone/python")
            os.kill(first, 9)
            with pytest.raises(ImageError, match="cannot be started") as caught:
                workers(None)
            assert caught.value.status is Status.UNREADABLE
        assert workers(None) != first


def test_what_cannot_be_sent_leaves_no_broken_process() -> None:
    """An item that cannot be pickled raises, and the next one is answered."""
    with Workers(jobs.count, Isolation()) as workers:
        assert workers(b"abc") == 3
        with pytest.raises(Exception, match="pickle"):
            workers([b"x" * 1_000_000, lambda: None])  # type: ignore[arg-type]
        assert workers(b"ab") == 2


# The command


def lookalike(
    *arguments: object, prepare: str = "import bad_decoders"
) -> subprocess.CompletedProcess[str]:
    script = f"{prepare}; from lookalike.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)],
        capture_output=True, text=True, timeout=60, env={**os.environ, "PYTHONPATH": str(TESTS)},
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.png").write_bytes(png(1))
    (tmp_path / "b.png").write_bytes(b"BAD!panic")
    (tmp_path / "c.png").write_bytes(b"text")
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize("command", ["find", "hash"])
def test_the_command_counts_unexpected_errors_and_debug_shows_them(
    command: str, folder: Path
) -> None:
    """Without `--debug` there is no traceback, but a hint to use it."""
    for isolated in ([], ["--isolate", "--workers", "1"]):
        plain = lookalike(command, folder, "--csv", *isolated)
        debug = lookalike(command, folder, "--debug", "--csv", *isolated)
        assert (plain.returncode, debug.returncode) == (0, 0)
        assert plain.stdout == debug.stdout
        assert "unreadable,unexpected Panic: index out of bounds" in plain.stdout
        assert "Traceback" not in plain.stderr
        assert debug.stderr.count("Traceback") == 1
        assert "in panic" in debug.stderr


@pytest.mark.slow
@pytest.mark.parametrize(("command", "printed"), [("find", "stdout"), ("hash", "stderr")])
def test_the_summary_says_how_many_errors_were_unexpected(
    command: str, printed: str, folder: Path
) -> None:
    """The summary says nothing if there were none."""
    line = "1 unexpected error: use --debug for tracebacks."
    assert line in getattr(lookalike(command, folder), printed)
    (folder / "b.png").unlink()
    assert "unexpected" not in getattr(lookalike(command, folder), printed)


def test_a_mistake_in_the_command_is_no_verdict(folder: Path) -> None:
    """It shows a traceback and exits with 2, because 1 means "not alike" for `compare`."""
    prepare = "import lookalike.matching.comparison as c; c.compare = lambda *a, **k: 1 / 0"
    done = lookalike("compare", folder / "a.png", folder / "a.png", prepare=prepare)
    assert done.returncode == 2
    assert "ZeroDivisionError" in done.stderr


def test_a_search_goes_on_as_well() -> None:
    """This holds for searches too: groups are found among the images that could be read."""
    result = find_duplicates([png(1), Torn("read", KeyError("x")), png(1)])
    assert len(result.groups) == 1
    assert result.to_dict()["failures"] == [
        {"path": "torn", "status": "unreadable", "reason": "unexpected KeyError: 'x'"}
    ]
