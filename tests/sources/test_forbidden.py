"""Files and folders without permission: each is unreadable, and the rest goes on."""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from archives import png

LOOKALIKE = str(Path(sys.executable).with_name("lookalike"))
PR_CAPBSET_DROP = 24
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 1, 2
"""Linux capabilities that let root read and list everything."""


def obey() -> None:
    """Makes permissions apply in a new process, even for root."""
    if os.geteuid() == 0:
        for capability in (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH):
            ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)


def run(*arguments: object, cwd: Path, code: int = 0) -> dict[str, Any]:
    """The JSON that the command prints, with permissions in force."""
    done = subprocess.run(
        [LOOKALIKE, *map(str, arguments), "--json", "-q"],
        cwd=cwd, preexec_fn=obey, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert (done.returncode, "Traceback" in done.stderr) == (code, False), done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A readable picture, an unreadable one, and folders that cannot be listed or entered."""
    if sys.platform == "win32":
        pytest.skip("needs POSIX permissions")
    for name in ("a.png", "b.png", "c.zip", "listed/x.png", "closed/x.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(png(1))
    for name, mode in (("b.png", 0), ("c.zip", 0), ("listed", 0o444), ("closed", 0)):
        (tmp_path / name).chmod(mode)
    command = [sys.executable, "-c", "open('b.png')"]
    if not subprocess.run(command, cwd=tmp_path, preexec_fn=obey, capture_output=True).returncode:
        pytest.skip("nothing is forbidden to this user")
    yield tmp_path
    for name in ("listed", "closed"):  # so that they can be tidied up
        (tmp_path / name).chmod(0o700)


NAMED: dict[str, Callable[[Path], list[str]]] = {
    "relatively": lambda _: ["b.png", "c.zip", "closed", "closed/x.png", "listed/x.png"],
    "absolutely": lambda folder: [f"{folder}/b.png", f"{folder}/closed", f"{folder}/closed/x.png"],
    "with a slash": lambda _: ["closed/", "b.png"],
    "as globs": lambda _: ["closed/[x].png", "b.png"],
}


@pytest.mark.slow
@pytest.mark.parametrize("how", NAMED)
@pytest.mark.parametrize("command", ["find", "hash"])
def test_what_is_named_and_may_not_be_read_is_unreadable(
    command: str, how: str, folder: Path
) -> None:
    """It fails alone, next to readable files, which are read, and from a list."""
    names = NAMED[how](folder)
    (folder / "list").write_text("\n".join(["a.png", *names]))
    for arguments in (names, ["a.png", *names], ["--files-from", "list"], names[:1]):
        document = run(command, *arguments, cwd=folder)
        expected = names[:1] if arguments == names[:1] else names
        failures = document["failures"]
        assert [(one["path"], one["status"]) for one in failures] == [
            (name, "unreadable") for name in expected
        ]
        assert all("Permission denied" in one["reason"] for one in failures)
        read = document["images"] if command == "find" else len(document["images"])
        assert read == (arguments not in (names, names[:1]))


@pytest.mark.slow
def test_what_is_found_and_may_not_be_read_is_unreadable(folder: Path) -> None:
    """A file, an unlistable folder, and the files of a folder that cannot be entered."""
    document = run("find", ".", "--archives", cwd=folder)
    assert document["images"] == 1
    assert {one["path"]: one["status"] for one in document["failures"]} == dict.fromkeys(
        ["./b.png", "./c.zip", "./closed", "./listed/x.png"], "unreadable"
    )


@pytest.mark.slow
def test_strict_still_exits_with_1(folder: Path) -> None:
    """A failure is a failure, not a usage error."""
    assert run("find", "b.png", "--strict", cwd=folder, code=1)["images"] == 0


@pytest.mark.slow
def test_what_is_compared_must_be_readable(folder: Path) -> None:
    """The error names the unreadable one, as for any other."""
    for name in ("b.png", "closed/x.png"):
        done = subprocess.run(
            [LOOKALIKE, "compare", "a.png", name],
            cwd=folder, preexec_fn=obey, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 2
        assert done.stderr == f"Error: {name}: it cannot be read: Permission denied\n"
