"""File systems of several kinds, mounted for a test where that is allowed."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

KINDS = ("ext4", "tmpfs", "btrfs", "xfs", "bindfs")
MAKERS = {"btrfs": ["mkfs.btrfs", "-q"], "xfs": ["mkfs.xfs", "-q"], "ext4": ["mkfs.ext4", "-q"]}
SIZES = {"btrfs": 128 << 20, "xfs": 320 << 20, "ext4": 32 << 20}


def lacking(what: str) -> None:
    """Skip a test, but fail where everything has to be tested."""
    if os.environ.get("CI"):
        pytest.fail(f"{what} is needed for this test")
    pytest.skip(f"{what} is needed for this test")


def require_program(name: str) -> None:
    """Skip a test without a program."""
    if shutil.which(name) is None:
        lacking(f"the program {name}")


def require_root() -> None:
    """Skip a test that only root can run."""
    if os.geteuid() != 0:
        lacking("root")


@contextmanager
def volume(kind: str, **options: str) -> Iterator[Path]:
    """An empty folder on a file system of this kind."""
    with tempfile.TemporaryDirectory(prefix="lookalike-test-") as name:
        folder = Path(name)
        mounted, beneath = folder / "mounted", folder / "beneath"
        mounted.mkdir()
        beneath.mkdir()
        if kind == "bindfs":
            require_program("bindfs")
            with mount(["bindfs", str(beneath), str(mounted)], mounted):
                yield mounted
        elif kind == "tmpfs":
            size = options.get("size", "64m")
            with mount(
                ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(mounted)], mounted
            ):
                yield mounted
        else:
            require_program(MAKERS[kind][0])
            disc = folder / "disc"
            with disc.open("wb") as file:
                file.truncate(SIZES[kind])
            subprocess.run([*MAKERS[kind], str(disc)], check=True, capture_output=True)
            with mount(["mount", "-o", "loop", str(disc), str(mounted)], mounted):
                yield mounted


@contextmanager
def mount(command: list[str], at: Path) -> Iterator[None]:
    """Mount something for a while."""
    require_root()
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        lacking(f"mounting ({done.stderr.strip()})")
    try:
        yield
    finally:
        subprocess.run(["umount", str(at)], check=True)


@contextmanager
def bound(folder: Path, at: Path, *, read_only: bool = False) -> Iterator[None]:
    """The same folder under another name, perhaps one through which nothing can be changed."""
    at.mkdir(exist_ok=True)
    with mount(["mount", "--bind", str(folder), str(at)], at):
        if read_only:
            subprocess.run(["mount", "-o", "remount,bind,ro", str(at)], check=True)
        yield
