"""A Pillow plug-in for files that crash, hang or use up memory when they are decoded.

Importing this module registers it, in any process.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable
from itertools import repeat
from pathlib import Path
from typing import Any

from PIL import Image, ImageFile

MAGIC = b"BAD!"
"""In such a file, this is followed by the name of a function."""


def crash() -> None:
    os.abort()


def hang() -> None:
    while True:
        pass


def block() -> None:
    """Hangs in C, without ever releasing Python's lock."""
    all(repeat(True))


def toil() -> None:
    """Works for long in C without Python's lock, so this thread handles no signal meanwhile."""
    hashlib.pbkdf2_hmac("sha256", b"", b"", 100_000_000)


class Panic(BaseException):
    """What decoders written in Rust raise when an assertion fails. It is not an `Exception`."""


def panic() -> None:
    raise Panic("index out of bounds: the len is 0")


def eat() -> None:
    eaten = []
    while True:
        eaten.append(bytearray(1 << 26))


def leave() -> None:
    os._exit(3)


def chatter() -> None:
    """Writes to the standard files, as careless libraries do."""
    print("a warning of no importance")
    sys.stdout.flush()
    os.write(1, b"a second one\n")
    os.read(0, 1)


def note() -> None:
    """Notes which process this is, then hangs."""
    with Path(os.environ["NOTES"]).open("a") as file:
        file.write(f"{os.getpid()}\n")
    hang()


def crash_once() -> None:
    """Crashes when the file is decoded for the first time, and never again."""
    flag = Path(os.environ["NOTES"])
    if not flag.exists():
        flag.touch()
        crash()


DEEDS: dict[str, Callable[[], None]] = {
    deed.__name__: deed
    for deed in (crash, crash_once, hang, block, toil, panic, eat, leave, chatter, note)
}


class BadImageFile(ImageFile.ImageFile):
    """Such a file, of 40 x 40 pixels if it is ever decoded."""

    format = "BAD"
    format_description = "files that do harm"

    def _open(self) -> None:
        assert self.fp is not None
        self._deed = self.fp.read()[len(MAGIC) :].decode()
        self._size = (40, 40)
        self._mode = "L"

    def load(self) -> Any:
        if self._deed:
            deed, self._deed = self._deed, ""
            DEEDS[deed]()
            self.im = Image.linear_gradient("L").resize((40, 40)).im
        return super().load()


def register() -> None:
    """Let Pillow know."""
    Image.register_open("BAD", BadImageFile, lambda prefix: prefix.startswith(MAGIC))


register()
