"""The command stopped during its work: it ends cleanly, with its code, and leaves nothing
behind.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from files import save
from pictures import gradient, photo
from signals import undisturbed

LOOKALIKE = str(Path(sys.executable).with_name("lookalike"))

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals and files")


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """More pictures than can be read in a few seconds, in small files."""
    folder = tmp_path_factory.mktemp("many")
    first = save(folder / "0.png", gradient(4000, 4000)).read_bytes()
    for k in range(1, 300):
        (folder / f"{k}.png").write_bytes(first)
    return folder


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A group whose names would fill a pipe twice."""
    folder = tmp_path_factory.mktemp("few")
    first = save(folder / "0.png", photo(20, 15, 1)).read_bytes()
    for k in range(1, 800):
        (folder / f"{'a' * 240} {k}.png").write_bytes(first)
    return folder


class Watched:
    """A command at work, recognised by the file that it has begun to write beside its target."""

    def __init__(self, folder: Path, *arguments: object, **options: Any) -> None:
        self.target = folder / "out.json"
        command = [LOOKALIKE, *map(str, arguments), "--json", "--output", str(self.target)]
        options = {"preexec_fn": undisturbed} | options
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options
        )
        until = time.monotonic() + 30
        while not os.listdir(folder):
            assert time.monotonic() < until
            time.sleep(0.01)
        time.sleep(0.5)

    def ends(self) -> tuple[int, str, str]:
        """The exit code and the output."""
        with self.process:
            out, errors = self.process.communicate(timeout=30)
        return self.process.returncode, out, errors.strip()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "code", "word", "arguments"),
    [
        (signal.SIGINT, 130, "Interrupted.", ["hash", "--workers", "1"]),
        (signal.SIGINT, 130, "Interrupted.", ["find", "--isolate"]),
        (signal.SIGTERM, 143, "Terminated.", ["find"]),
        (signal.SIGHUP, 129, "Hung up.", ["find", "--isolate"]),
    ],
)
def test_a_signal_in_the_midst_of_reading_is_an_orderly_end(
    arguments: list[str], number: signal.Signals, code: int, word: str, many: Path, tmp_path: Path
) -> None:
    """It prints one word on standard error, exits with the usual code, and touches no file."""
    command = Watched(tmp_path, arguments[0], many, *arguments[1:])
    command.process.send_signal(number)
    assert command.ends() == (code, "", word)
    assert os.listdir(tmp_path) == []


@pytest.mark.slow
def test_several_signals_are_as_good_as_one(many: Path, tmp_path: Path) -> None:
    """Repeated signals do not stop it from tidying up, and show no traceback."""
    command = Watched(tmp_path, "find", many)
    for _ in range(5):
        command.process.send_signal(signal.SIGINT)
        command.process.send_signal(signal.SIGTERM)
    code, out, errors = command.ends()
    assert (code, out, errors) in [(130, "", "Interrupted."), (143, "", "Terminated.")]
    assert os.listdir(tmp_path) == []


def test_the_old_output_stays_when_the_work_is_stopped(many: Path, tmp_path: Path) -> None:
    """An existing file is replaced by a whole one or not at all."""
    (tmp_path / "out.json").write_text("old")
    command = Watched(tmp_path, "find", many)
    command.process.send_signal(signal.SIGTERM)
    assert command.ends()[0] == 143
    assert [one.read_text() for one in tmp_path.iterdir()] == ["old"]


@pytest.mark.slow
def test_a_signal_that_is_ignored_stays_ignored(few: Path, tmp_path: Path) -> None:
    """Under nohup the work continues after the terminal is gone."""
    command = Watched(
        tmp_path, "find", few, preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN)
    )
    command.process.send_signal(signal.SIGHUP)
    assert command.ends()[0] == 0
    assert json.loads(command.target.read_text())["images"] == 800


def in_shell(script: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Runs a bash script in which `lookalike` is the command, and any failing part counts."""
    script = f"set -o pipefail; lookalike() {{ '{LOOKALIKE}' \"$@\"; }}; {script}"
    return subprocess.run(
        ["bash", "-c", script],
        capture_output=True,
        text=True,
        timeout=60,
        preexec_fn=undisturbed,
        **options,
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("form", "reader"), [("", "head -1"), ("--json", "true"), ("--csv", "head -c 70000")]
)
def test_a_reader_that_has_had_enough_ends_it_quietly(few: Path, reader: str, form: str) -> None:
    """It prints nothing, and exits as a command ended by SIGPIPE does."""
    done = in_shell(f"lookalike find '{few}' {form} --quiet | {reader} > /dev/null")
    assert (done.returncode, done.stderr) == (141, "")


def test_a_reader_of_errors_that_has_had_enough_ends_it_quietly(few: Path, tmp_path: Path) -> None:
    """The summary goes to standard error, which may be closed too. The output is complete."""
    target = tmp_path / "out.json"
    done = in_shell(f"lookalike find '{few}' --json --output '{target}' 2>&1 | true")
    assert (done.returncode, done.stderr) == (141, "")
    assert json.loads(target.read_text())["images"] == 800


def test_a_closed_standard_output_is_an_error_before_any_work(many: Path) -> None:
    """Reading would be useless without a reader of the output."""
    start = time.monotonic()
    done = in_shell(f"lookalike find '{many}' >&-")
    assert time.monotonic() - start < 4
    assert done.returncode == 2
    assert done.stderr == "Error: the output cannot be written: standard output is closed\n"


@pytest.mark.slow
@pytest.mark.parametrize("closed", ["2>&-", "<&-", "<&- >&- 2>&-"])
def test_closed_standard_files_do_no_harm(closed: str, few: Path, tmp_path: Path) -> None:
    """Output for them never gets into a file that is opened in their place."""
    target = tmp_path / "out.json"
    done = in_shell(f"lookalike find '{few}' --json --isolate --output '{target}' {closed}")
    assert done.returncode == 0
    assert json.loads(target.read_text())["images"] == 800


FULL: dict[str, Callable[[Path, Path], str]] = {
    "a device that is full": lambda few, _: (
        f"lookalike find '{few}' --json --output /dev/full"
    ),
    "a file that may not grow": lambda few, folder: (
        f"ulimit -f 8; lookalike find '{few}' --json --output '{folder}/out.json'"
    ),
    "a file on standard output that may not grow": lambda few, _: (
        f"ulimit -f 8; lookalike find '{few}' --json > \"$(mktemp)\""
    ),
    "a full standard output": lambda few, _: f"lookalike hash '{few}' > /dev/full",
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="needs /dev/full")
@pytest.mark.parametrize("kind", FULL)
def test_a_full_disk_is_an_error_and_leaves_nothing(
    kind: str, few: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says so, exits with 2, shows no traceback, and leaves no partial file."""
    folder = tmp_path / "out"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    done = in_shell(FULL[kind](few, folder))
    assert done.returncode == 2
    assert "cannot be written: " in done.stderr
    assert done.stderr.count("\n") == 1
    assert os.listdir(folder) == []


@pytest.mark.slow
def test_a_folder_that_vanishes_is_an_error(many: Path, tmp_path: Path) -> None:
    """The folder for the output is missing at the end: status 2, no traceback."""
    folder = tmp_path / "out"
    folder.mkdir()
    command = Watched(folder, "find", *(many / f"{k}.png" for k in range(40)))
    shutil.rmtree(folder)
    assert command.ends() == (
        2, "", f"Error: {command.target} cannot be written: No such file or directory",
    )  # fmt: skip


@pytest.fixture
def _deadline() -> Iterator[None]:
    """A hanging test is a failure, but does not stop the other tests."""
    timer = threading.Timer(60, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    yield
    timer.cancel()


@pytest.mark.usefixtures("_deadline")
def test_a_pipe_whose_reader_goes_away_is_an_error(few: Path, tmp_path: Path) -> None:
    """A named pipe as output, closed by its reader after a few bytes, is an error with status 2."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["head", "-c", "10", pipe], stdout=subprocess.DEVNULL) as reader:
        done = in_shell(f"lookalike find '{few}' --json -q --output '{pipe}'")
        reader.wait(timeout=10)
    assert done.returncode == 2
    assert done.stderr == f"Error: {pipe} cannot be written: Broken pipe\n"


def ended(command: str, *arguments: str, **files: Any) -> tuple[int, str, str]:
    """The exit code and the output of a program that ends with the command."""
    script = f"{command}; from lookalike.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | files,
        text=True,
        preexec_fn=undisturbed,
        timeout=60,
    )
    return done.returncode, done.stdout or "", done.stderr or ""


def test_what_is_to_be_done_at_exit_is_done() -> None:
    """The process exits at once, but only after exit handlers, and their output arrives."""
    last_words = "import atexit, sys; atexit.register(print, 'one', flush=False)"
    last_words += "; atexit.register(print, 'two', file=sys.stderr, end='')"
    code, out, errors = ended(last_words, "--version")
    assert (code, errors) == (0, "two")
    assert out.splitlines()[1:] == ["one"]


def test_nothing_interrupts_the_end() -> None:
    """A signal after the work is done changes neither the code nor the output."""
    late = "import atexit, os, signal; atexit.register(os.kill, os.getpid(), signal.SIGTERM)"
    code, out, errors = ended(late, "--version")
    assert (code, errors) == (0, "")
    assert out.startswith("lookalike ")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_errors_that_nobody_can_be_told_of_keep_their_code() -> None:
    """If standard error accepts nothing, the exit code is still right."""
    with Path("/dev/full").open("w") as full:
        assert ended("pass", "hash", "--nonsense", stderr=full)[0] == 2
        assert ended("pass", "--version", stdout=full)[0] == 2
        last_words = "import atexit; atexit.register(print, 'nobody hears this')"
        code, _, errors = ended(last_words, "hash", "--nonsense", stdout=full)
        assert code == 2
        assert "Traceback" not in errors


def test_version_and_help_end_quietly_in_a_closed_pipe() -> None:
    """They come before any command, and end as the commands do."""
    for argument in ("--version", "--help"):
        reader, writer = os.pipe()
        os.close(reader)
        with os.fdopen(writer, "w") as closed:
            assert ended("pass", argument, stdout=closed) == (141, "", "")


INTERRUPTED_IMPORT = """
import os, signal, sys

class Interruption:
    def find_spec(self, name, path=None, target=None):
        if name == {name!r}:
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Interruption())"""


@pytest.mark.parametrize("name", ["click", "lookalike.cli.find", "numpy", "lookalike.scan", "PIL"])
def test_an_interrupt_while_modules_are_loaded_is_as_any_other(name: str, few: Path) -> None:
    """Ctrl-C right after the start gives no traceback, whatever is being imported."""
    preparation = INTERRUPTED_IMPORT.format(name=name) + "\npass"
    code, out, errors = ended(preparation, "find", str(few))
    assert (code, out, errors.strip()) == (130, "", "Interrupted.")


def test_an_interrupt_that_turned_into_another_error_is_one_all_the_same(few: Path) -> None:
    """Python's locks may raise an error of their own if a signal arrives while they wait."""
    preparation = """
import concurrent.futures, os, signal

def wait(*arguments, **options):
    try:
        os.kill(os.getpid(), signal.SIGTERM)
    finally:
        raise RuntimeError("release unlocked lock")

concurrent.futures.wait = wait
pass"""
    code, out, errors = ended(preparation, "find", str(few), "--workers", "2")
    assert (code, out, errors) == (143, "", "Terminated.\n")


TOILING = """
import os, sys
sys.path.insert(0, {tests!r})
os.sched_setaffinity(0, {{min(os.sched_getaffinity(0))}})
import bad_decoders
bad_decoders.DEEDS["toil"] = lambda toil=bad_decoders.toil: (
    print("at work", file=sys.stderr, flush=True), toil()
)
from lookalike.cli import main
main()"""


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="processors cannot be assigned")
@pytest.mark.parametrize(
    "arguments", [["find", "{}"], ["hash", "{}", "--workers", "1"], ["compare", "{}", "{}"]]
)
def test_a_signal_is_heard_while_the_only_thread_decodes(
    arguments: list[str], tmp_path: Path
) -> None:
    """Even with one processor, it is handled well before the decoder finishes, whatever that
    does.
    """
    path = tmp_path / "slow.bad"
    path.write_bytes(b"BAD!toil")
    script = TOILING.format(tests=str(Path(__file__).parents[1]))
    command = [sys.executable, "-c", script, *(one.format(path) for one in arguments)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=undisturbed
    ) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == "at work\n"
        process.send_signal(signal.SIGTERM)
        begin = time.monotonic()
        _, errors = process.communicate(timeout=30)
    assert (process.returncode, errors.strip()) == (143, "Terminated.")
    assert time.monotonic() - begin < 3
