"""Folders for temporary files that are full, very small, or missing."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def room(folder: Path, kilobytes: int) -> Iterator[None]:
    """Temporary files go to a file system of this size, which is mounted at a folder.

    Where nothing may be mounted, no file can become larger than that. 0 is a folder that does not
    exist.
    """
    before = tempfile.tempdir
    tempfile.tempdir = str(folder if kilobytes else folder / "missing")
    try:
        if not kilobytes:
            yield
        elif is_mounted(folder, kilobytes):
            try:
                yield
            finally:
                subprocess.run(["umount", "--lazy", str(folder)], check=True)
        else:
            with files_within(kilobytes):
                yield
    finally:
        tempfile.tempdir = before


def is_mounted(folder: Path, kilobytes: int) -> bool:
    """Mounts a small file system, if possible."""
    if not sys.platform.startswith("linux") or os.geteuid():
        return False
    options = ["-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(folder)]
    return not subprocess.run(["mount", *options], check=False, capture_output=True).returncode


@contextmanager
def files_within(kilobytes: int) -> Iterator[None]:
    """No file of this process can become larger. Python ignores the signal that says so."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024 * kilobytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
