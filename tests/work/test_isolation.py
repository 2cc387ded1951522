"""Work in separate processes: nothing that happens there harms anything else."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import click.testing
import numpy as np
import pytest
from PIL import Image

import jobs
from files import save
from lookalike import HashTable, ImageError, LookalikeError, Status, find_duplicates, hash_images
from lookalike.cli.commands import commands
from lookalike.work.isolation import Isolation
from lookalike.work.processes import Workers
from pictures import blobs, noise, photo
from signals import undisturbed

TESTS = Path(__file__).parents[1]

pytestmark = pytest.mark.usefixtures("bad_format")
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux")


def bad(deed: str) -> bytes:
    """A file that does the named thing when it is decoded."""
    return b"BAD!" + deed.encode()


def told(table: HashTable) -> list[Any]:
    return [
        list(table.images), table.hashes, table.failures, list(table.failed_at),
        table.digests.tolist(), table.flat_digests, table.beginnings, table.damages,
    ]  # fmt: skip


def children() -> set[int]:
    """The processes that this one has started and that are still there."""
    lists = Path("/proc/self/task").glob("*/children")
    return {int(pid) for one in lists for pid in one.read_text().split()}


def has_gone(pid: int, seconds: float = 20.0) -> bool:
    """Whether a process ends within some time, even if nobody has collected its status."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.02)
    return False


class Blob:
    """An item of the caller's own, of a class that no other process could import."""

    def __init__(self, data: bytes, size: int | None) -> None:
        self._data = data
        self.key = "blob"
        self.size = size

    def open(self) -> io.BytesIO:
        return io.BytesIO(self._data)


def jpeg(pixels: np.ndarray[Any, Any], **options: Any) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", **options)
    return file.getvalue()


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """Inputs of all kinds, intact and not."""
    folder = tmp_path_factory.mktemp("mixed")
    sound = save(folder / "sound.png", photo(60, 40, 1))
    cut_off = folder / "cut off.jpg"
    cut_off.write_bytes(jpeg(photo(200, 150, 2))[:-2000])
    grain = noise(2100, 2100, 3)
    many_scans = jpeg(blobs(2100, 2100, 7) // 2 + grain // 2, progressive=True)
    flat = jpeg(grain, progressive=True)
    (folder / "many scans.jpg").write_bytes(many_scans)
    odd = save(folder / os.fsdecode(b"not \xff text\n.png"), photo(50, 40, 4))
    return [
        sound, cut_off, folder / "many scans.jpg", folder / "gone.png", folder, odd,
        sound.read_bytes(), b"", b"no image", io.BytesIO(sound.read_bytes()),
        Blob(many_scans, len(many_scans)), Blob(many_scans, None), Blob(flat, len(flat)),
        Blob(b"", 0), photo(40, 30, 5), np.zeros((3, 3), np.int64),
        Image.fromarray(blobs(40, 30, 6)), Image.open(io.BytesIO(sound.read_bytes()[:-800])),
    ]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(
    ("workers", "options"),
    [(1, {}), (3, {"reading": "exact"}), (2, {"damaged": "hash", "max_bytes": 150_000})],
)
def test_results_are_those_of_threads(
    workers: int, options: dict[str, Any], mixed: list[Any]
) -> None:
    """Images, hashes, failures and all their details are equal, and in the same order."""
    mixed[9].seek(0)
    isolated = hash_images(mixed, isolate=True, workers=workers, **options)
    mixed[9].seek(0)
    assert told(isolated) == told(hash_images(mixed, workers=workers, **options))
    if not options:
        assert len(isolated) == 13
        assert (len(isolated.beginnings), len(isolated.flat_digests)) == (2, 1)


DEEDS = {
    "crash": (Status.CRASHED, "SIGABRT"),
    "leave": (Status.CRASHED, "exit status 3"),
    "hang": (Status.TIMED_OUT, "more than 2 seconds"),
    "block": (Status.TIMED_OUT, "more than 2 seconds"),
}


@pytest.mark.slow
def test_bad_files_get_their_status_and_the_others_are_unharmed() -> None:
    """A file that crashes, exits or hangs its process is one failure, and its neighbours are
    read.
    """
    inputs: list[Any] = []
    for at, deed in enumerate(DEEDS):
        inputs += [jpeg(photo(60, 40, at)), bad(deed), bad("chatter")]
    table = hash_images(inputs, isolate=True, timeout=2, workers=2)
    assert [(one.path, one.status) for one in table.failures] == [
        (f"[{3 * at + 1}]", status) for at, (status, _) in enumerate(DEEDS.values())
    ]
    for failure, (_, words) in zip(table.failures, DEEDS.values(), strict=True):
        assert words in failure.reason
    assert table.hashes["phash"][::2] == hash_images(inputs[::3]).hashes["phash"]


@linux_only
def test_a_decoder_that_eats_memory_costs_one_image() -> None:
    """A process gets no memory beyond its limit: the image is too large, and the next one is
    read.
    """
    table = hash_images([bad("eat"), bad("chatter")], isolate=True, memory=1 << 27, workers=1)
    assert [one.status for one in table.failures] == [Status.TOO_LARGE]
    assert table.paths == ["[1]"]


@pytest.mark.slow
def test_an_image_is_not_blamed_for_what_others_did(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An image that crashes a used process is tried again in a new one. In a new one, it is not."""
    monkeypatch.setenv("NOTES", str(tmp_path / "first"))
    table = hash_images([bad("chatter"), bad("crash_once")], isolate=True, workers=1)
    assert (len(table), table.failures) == (2, [])
    monkeypatch.setenv("NOTES", str(tmp_path / "second"))
    table = hash_images([bad("crash_once"), bad("chatter")], isolate=True, workers=1)
    assert table.paths == ["[1]"]


@pytest.mark.slow
def test_many_bad_files_do_not_end_the_search(tmp_path: Path) -> None:
    """A folder in which every other file crashes still gives all its groups."""
    for k in range(4):
        save(tmp_path / f"{k}a.png", photo(60, 40, k // 2))
        (tmp_path / f"{k}b.png").write_bytes(bad("crash"))
    result = find_duplicates(tmp_path, isolate=True, workers=3)
    assert [len(group) for group in result.groups] == [2, 2]
    assert [one.status for one in result.failures] == [Status.CRASHED] * 4


# The processes themselves


def test_processes_are_started_once_and_kept() -> None:
    """All calls share one process per thread that calls at the same time."""
    with Workers(jobs.process, Isolation()) as workers:
        assert len({workers(k) for k in range(50)}) == 1
        threads = [threading.Thread(target=workers, args=(k,)) for k in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert os.getpid() != workers(0)


@pytest.mark.slow
def test_a_process_that_is_killed_from_outside_is_replaced() -> None:
    """It may be killed between two items or during one, which is then worked on again."""
    with Workers(jobs.nap, Isolation()) as workers:
        first = workers(0.0)
        os.kill(first, signal.SIGKILL)
        second = workers(0.0)
        assert second != first
        threading.Timer(0.3, os.kill, (second, signal.SIGKILL)).start()
        assert workers(1.0) not in {first, second}


def test_a_process_that_has_grown_is_replaced_before_it_is_too_late() -> None:
    """Memory that is never given back does not count against later images."""
    with Workers(jobs.keep, Isolation(memory=100 << 20)) as workers:
        processes = [workers(20 << 20) for _ in range(12)]
    assert 2 <= len(set(processes)) <= 6


@linux_only
def test_an_item_that_does_not_fit_is_an_error_and_nothing_worse() -> None:
    """A request larger than the memory of the process raises MemoryError, and the next one
    succeeds.
    """
    with Workers(jobs.count, Isolation(memory=32 << 20)) as workers:
        with pytest.raises(MemoryError):
            workers(bytes(100 << 20))
        assert workers(bytes(1000)) == 1000


def test_an_exception_comes_through_and_leaves_the_process_alone() -> None:
    """What the function raises is raised where it was called."""
    with Workers(jobs.fail, Isolation()) as workers:
        for word in ("one", "two"):
            with pytest.raises(KeyError, match=word):
                workers(word)


def test_a_process_that_cannot_begin_ends_the_work() -> None:
    """This is not the fault of an image, so it is an error that says how the process ended."""
    with (
        Workers(jobs.process, Isolation(), jobs.fail_to_begin) as workers,
        pytest.raises(LookalikeError, match="cannot be started: exit status 7"),
    ):
        workers(0)


@pytest.mark.slow
@linux_only
def test_no_process_is_left_when_the_work_is_over_or_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All have gone when the call returns, even if an exception ends it while some are at work."""
    before = children()
    hash_images([bad("chatter")] * 5, isolate=True, workers=2)
    assert children() == before

    def give_up(stage: str, done: int, total: int | None) -> None:
        assert len(children() - before) == 2
        raise KeyError(stage)

    with pytest.raises(KeyError):
        hash_images([bad("chatter"), bad("hang")], isolate=True, workers=2, progress=give_up)
    assert children() == before


WITHOUT_A_GUARD = """
import sys
import bad_decoders
from lookalike import hash_images
table = hash_images(sys.argv[1:], isolate=True, timeout=600, workers=1)
print(len(table), [str(one.status) for one in table.failures])
"""


def script(path: Path, *names: Path, **environment: str) -> subprocess.Popen[str]:
    """A program without `if __name__ == "__main__"`."""
    path.write_text(WITHOUT_A_GUARD)
    return subprocess.Popen(
        [sys.executable, path, *names],
        env={**os.environ, "PYTHONPATH": str(TESTS), **environment},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


@pytest.mark.slow
def test_a_plain_script_needs_no_guard(tmp_path: Path) -> None:
    """A program is not run again in its worker processes."""
    crashing = tmp_path / "bad.png"
    crashing.write_bytes(bad("crash"))
    good = save(tmp_path / "good.png", photo(60, 40, 1))
    with script(tmp_path / "script.py", crashing, good) as program:
        assert program.communicate(timeout=60) == ("1 ['crashed']\n", "")


def awaited(notes: Path) -> int:
    """The number of the process that has begun to decode, read from its note."""
    until = time.monotonic() + 30
    while not (notes.exists() and notes.read_text().endswith("\n")):
        assert time.monotonic() < until
        time.sleep(0.02)
    return int(notes.read_text())


@linux_only
def test_no_process_outlives_a_program_that_is_killed(tmp_path: Path) -> None:
    """Not even one that hangs in a decoder does."""
    (tmp_path / "bad.png").write_bytes(bad("note"))
    notes = tmp_path / "notes"
    with script(tmp_path / "script.py", tmp_path / "bad.png", NOTES=str(notes)) as program:
        worker = awaited(notes)
        program.kill()
        assert has_gone(worker)
        program.communicate(timeout=30)


COMMAND = "import bad_decoders; from lookalike.cli import main; main()"


@linux_only
@pytest.mark.parametrize(
    ("number", "code", "word"),
    [(signal.SIGINT, 130, "Interrupted."), (signal.SIGTERM, 143, "Terminated.")],
)
def test_the_command_stops_at_once_while_a_decoder_hangs(
    number: signal.Signals, code: int, word: str, tmp_path: Path
) -> None:
    """A signal ends the command and its processes in a moment, and leaves no file."""
    (tmp_path / "bad.png").write_bytes(bad("note"))
    save(tmp_path / "good.png", photo(60, 40, 1))
    notes = tmp_path / "notes"
    command = ["find", ".", "--isolate", "--workers", "2", "--output", "out.txt"]
    with subprocess.Popen(
        [sys.executable, "-c", COMMAND, *command],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(TESTS), "NOTES": str(notes)},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=undisturbed,
    ) as program:  # fmt: skip
        worker = awaited(notes)
        program.send_signal(number)
        out, errors = program.communicate(timeout=20)
    assert (program.returncode, out, errors.strip()) == (code, "", word)
    assert has_gone(worker)
    assert sorted(os.listdir(tmp_path)) == ["bad.png", "good.png", "notes"]


# Arguments


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"timeout": 5}, ValueError, "timeout requires isolate"),
        ({"memory": 1 << 30}, ValueError, "memory requires isolate"),
        ({"isolate": True, "timeout": 0}, ValueError, "more than 0 seconds and .* year, not 0"),
        ({"isolate": True, "timeout": float("nan")}, ValueError, "not nan"),
        ({"isolate": True, "timeout": 1e300}, ValueError, "at most 31,536,000, .* not 1e"),
        ({"isolate": True, "timeout": 10**400}, ValueError, "at most 31,536,000, .* not 1000"),
        ({"isolate": True, "timeout": float("inf")}, ValueError, "not inf"),
        ({"isolate": True, "memory": 1 << 70}, ValueError, "1 to .* bytes, not 11805"),
        ({"isolate": True, "timeout": "5"}, TypeError, "a number of seconds, not '5'"),
        ({"isolate": True, "memory": 0}, ValueError, "memory must be 1 to .* bytes, not 0"),
        ({"isolate": True, "memory": 1.5}, TypeError, "a whole number, not 1.5"),
        ({"damaged": "take"}, ValueError, "'report' or 'hash', not 'take'"),
        ({"max_bytes": 0}, ValueError, "max_bytes must be 1 or more, not 0"),
    ],
)
def test_wrong_arguments_are_named_before_anything_begins(
    options: dict[str, Any], error: type[Exception], message: str
) -> None:
    """This includes arguments that make no sense without another."""
    for function in (hash_images, find_duplicates):
        with pytest.raises(error, match=message):
            function(["gone.png"], **options)


@pytest.mark.parametrize("timeout", ["1e300", "inf", "nan", "0", "-1", "31536001"])
def test_the_command_refuses_the_same_times(timeout: str) -> None:
    """The message is the same, as a usage error with the name of the option."""
    with pytest.raises(ValueError, match="timeout must be") as caught:
        hash_images([], isolate=True, timeout=float(timeout))
    run = click.testing.CliRunner().invoke
    done = run(commands, ["find", ".", "--isolate", "--timeout", timeout])
    assert done.exit_code == 2
    assert f"Error: --{caught.value}\n" in done.output


@pytest.mark.parametrize("limits", [{"timeout": 31_536_000}, {"memory": 1 << 62}])
def test_the_widest_limits_can_be_kept(limits: dict[str, Any]) -> None:
    """Every accepted value works, on any system."""
    assert len(hash_images([noise(40, 30)], isolate=True, workers=1, **limits)) == 1
    with Workers(jobs.count, Isolation(**limits)) as workers:
        assert workers(b"abc") == 3


def test_a_crash_is_an_error_with_a_status() -> None:
    """A direct caller of the processes gets an ImageError."""
    with (
        Workers(jobs.nap, Isolation(timeout=0.3)) as workers,
        pytest.raises(ImageError, match="more than 0.3 seconds") as caught,
    ):
        workers(60.0)
    assert caught.value.status is Status.TIMED_OUT
