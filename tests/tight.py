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

    0 is a folder that does not exist. Skips the test where nothing may be mounted.
    """
    before = tempfile.tempdir
    if not kilobytes:
        tempfile.tempdir = str(folder / "missing")
    elif not sys.platform.startswith("linux") or os.geteuid():
        pytest.skip("only root on Linux can mount a small file system")
    else:
        options = ["-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(folder)]
        mounted = subprocess.run(["mount", *options], check=False, capture_output=True)
        if mounted.returncode:
            pytest.skip("a small file system cannot be mounted here")
        tempfile.tempdir = str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before
        if kilobytes:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)
