"""A Pillow plug-in for files that crash, hang or eat memory when they are decoded.

It is registered by importing this module, in whatever process does so.
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
"""After this the name of a function stands in such a file."""


def crash() -> None:
    os.abort()


def hang() -> None:
    while True:
        pass


def block() -> None:
    """Hang in C, without ever giving Python's lock back."""
    all(repeat(True))


def toil() -> None:
    """Work for long in C, without Python's lock: no signal is heard in this thread meanwhile."""
    hashlib.pbkdf2_hmac("sha256", b"", b"", 100_000_000)


class Panic(BaseException):
    """What decoders written in Rust raise where they fail an assertion: no `Exception`."""


def panic() -> None:
    raise Panic("index out of bounds: the len is 0")


def eat() -> None:
    eaten = []
    while True:
        eaten.append(bytearray(1 << 26))


def leave() -> None:
    os._exit(3)


def chatter() -> None:
    """Write to the standard files, as careless libraries do."""
    print("a warning of no importance")
    sys.stdout.flush()
    os.write(1, b"a second one\n")
    os.read(0, 1)


def note() -> None:
    """Tell which process this is, then hang."""
    with Path(os.environ["NOTES"]).open("a") as file:
        file.write(f"{os.getpid()}\n")
    hang()


def crash_once() -> None:
    """Crash when the file is decoded for the first time, and never again."""
    flag = Path(os.environ["NOTES"])
    if not flag.exists():
        flag.touch()
        crash()


DEEDS: dict[str, Callable[[], None]] = {
    deed.__name__: deed
    for deed in (crash, crash_once, hang, block, toil, panic, eat, leave, chatter, note)
}


class BadImageFile(ImageFile.ImageFile):
    """Such a file: 40 x 40 pixels, if it comes to that."""

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
