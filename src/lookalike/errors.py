"""The errors of this library, and the final status of every input."""

from __future__ import annotations

import traceback
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    """What became of one input."""

    OK = "ok"
    MISSING = "missing"
    """Nothing exists under that name."""
    UNREADABLE = "unreadable"
    """It exists, but its bytes cannot be read."""
    EMPTY = "empty"
    """It has no bytes."""
    NOT_AN_IMAGE = "not_an_image"
    """Its bytes are not in a recognised image format."""
    UNSUPPORTED = "unsupported"
    """It is an image, but this installation cannot read its format."""
    DAMAGED = "damaged"
    """It is an image that cannot be decoded completely."""
    CRASHED = "crashed"
    """Reading it crashed the process."""
    TOO_LARGE = "too_large"
    """It has more pixels or bytes than the limit, or does not fit into memory."""
    NOT_FOUND = "not_found"
    """The server says that nothing exists at that URL."""
    TIMED_OUT = "timed_out"
    """The server or the decoder took too long."""


ENDS = (KeyboardInterrupt, SystemExit)
"""Exceptions that end the program, not just the work on one input."""


def words_of(error: OSError) -> str:
    """The text of an error of the operating system, or its type if it has none."""
    try:
        return str(error.strerror or error) or type(error).__name__
    except Exception:  # noqa: BLE001  # a caller's own class may raise anything
        return type(error).__name__


class LookalikeError(Exception):
    """The base of all errors of this library."""


class ImageError(LookalikeError):
    """An image that could not be read. `status` says why in a word, `reason` in a sentence."""

    def __init__(self, status: Status, reason: str, path: str | None = None) -> None:
        super().__init__(f"{path}: {reason}" if path else reason)
        self.status = status
        self.reason = reason
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return ImageError, (self.status, self.reason, self.path)


class UnexpectedError(ImageError):
    """Stands for an unexpected exception while one image or archive was read.

    It is the failure of that input, not of the run. `traceback` says where it was raised.
    """

    REASON_CHARACTERS = 500
    TRACEBACK_CHARACTERS = 10_000
    """How many characters are kept. A traceback keeps its last ones."""

    def __init__(self, reason: str, traceback: str, path: str | None = None) -> None:
        super().__init__(Status.UNREADABLE, reason, path)
        self.traceback = traceback

    @classmethod
    def of(cls, error: BaseException) -> UnexpectedError:
        """Wrap an exception. Raises `error` again if it asks the program to end."""
        if isinstance(error, ENDS):
            raise error
        reason = f"unexpected {type(error).__name__}"
        try:
            complaint = str(error)
            lines = traceback.format_exception(error)
        except Exception:  # noqa: BLE001  # the exception's own methods may raise anything too
            complaint, lines = "", [reason, "\n"]
        if complaint:
            reason += f": {complaint}"
        return cls(reason[: cls.REASON_CHARACTERS], "".join(lines)[-cls.TRACEBACK_CHARACTERS :])

    def __reduce__(self) -> tuple[Any, ...]:
        return UnexpectedError, (self.reason, self.traceback, self.path)


class AlgorithmMismatchError(LookalikeError, ValueError):
    """Hashes of different algorithms were compared or combined."""


class IndexFileError(LookalikeError):
    """A file that is not an index, or not a usable one. `reason` says why in a sentence."""

    def __init__(self, reason: str, path: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.reason = reason
        self.path = path

    def __reduce__(self) -> tuple[type[IndexFileError], tuple[str, str]]:
        return IndexFileError, (self.reason, self.path)


class CatalogError(LookalikeError):
    """A catalogue that cannot be used or written. `reason` says why in a sentence."""

    def __init__(self, reason: str, path: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.reason = reason
        self.path = path

    def __reduce__(self) -> tuple[type[CatalogError], tuple[str, str]]:
        return CatalogError, (self.reason, self.path)


class PreparationWarning(UserWarning):
    """Stored hashes were made by a version that prepared pictures differently for hashing."""


class NotAnImageError(LookalikeError, TypeError, ValueError):
    """A value that cannot be an image.

    Examples are an array of a wrong shape, type or range, and a file that is open for text. Among
    many images, it becomes the failure `not_an_image` of that one.
    """


class WrongTypeError(LookalikeError, TypeError, ValueError):
    """An argument of a wrong type, for which imagededup raises a `ValueError`."""


class WorkerStartError(LookalikeError):
    """No worker process can be started. No image is at fault."""


class MissingExtraError(LookalikeError, ImportError):
    """An optional package is missing. The message gives the `pip install` command."""
