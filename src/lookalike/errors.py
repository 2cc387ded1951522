"""What can go wrong, and the status that every input ends in."""

from __future__ import annotations

import traceback
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    """What became of one input."""

    OK = "ok"
    MISSING = "missing"
    """There is nothing under that name."""
    UNREADABLE = "unreadable"
    """It is there, but its bytes cannot be had."""
    EMPTY = "empty"
    """It has no bytes."""
    NOT_AN_IMAGE = "not_an_image"
    """Its bytes are no image that we know of."""
    UNSUPPORTED = "unsupported"
    """An image, but this installation has nothing to read it with."""
    DAMAGED = "damaged"
    """An image that cannot be decoded to its end."""
    CRASHED = "crashed"
    """Reading it ended the process that did so."""
    TOO_LARGE = "too_large"
    """More pixels or bytes than the limit, or than memory holds."""
    NOT_FOUND = "not_found"
    """A server says that there is nothing under that URL."""
    TIMED_OUT = "timed_out"
    """A server, or reading it, took too long."""


ENDS = (KeyboardInterrupt, SystemExit, GeneratorExit)
"""What is raised to end something else than the work on one input."""


class LookalikeError(Exception):
    """The base of all errors of this library."""


class ImageError(LookalikeError):
    """One image that could not be read: `status` says why in a word, `reason` in plain words."""

    def __init__(self, status: Status, reason: str, path: str | None = None) -> None:
        super().__init__(f"{path}: {reason}" if path else reason)
        self.status = status
        self.reason = reason
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return ImageError, (self.status, self.reason, self.path)


class UnexpectedError(ImageError):
    """What stands for an exception that nobody has foreseen, over one image or archive.

    It is that input's failure, not the run's; `traceback` says where it was raised.
    """

    REASON_CHARACTERS = 500
    TRACEBACK_CHARACTERS = 10_000
    """So many are kept, of a traceback the last."""

    def __init__(self, reason: str, traceback: str) -> None:
        super().__init__(Status.UNREADABLE, reason)
        self.traceback = traceback

    @classmethod
    def of(cls, error: BaseException) -> UnexpectedError:
        """Raises `error` again where it asks for the end of the program."""
        if isinstance(error, ENDS):
            raise error
        reason = f"unexpected {type(error).__name__}"
        try:
            complaint = str(error)
            lines = traceback.format_exception(error)
        except Exception:  # noqa: BLE001  # its own methods may raise anything, too
            complaint, lines = "", [reason, "\n"]
        if complaint:
            reason += f": {complaint}"
        return cls(reason[: cls.REASON_CHARACTERS], "".join(lines)[-cls.TRACEBACK_CHARACTERS :])

    def __reduce__(self) -> tuple[Any, ...]:
        return UnexpectedError, (self.reason, self.traceback)


class AlgorithmMismatchError(LookalikeError, ValueError):
    """Hashes of different algorithms were compared or put together."""


class IndexFileError(LookalikeError):
    """A file that is no index, or not one that can be used: `reason` says why in plain words."""

    def __init__(self, reason: str, path: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.reason = reason
        self.path = path

    def __reduce__(self) -> tuple[type[IndexFileError], tuple[str, str]]:
        return IndexFileError, (self.reason, self.path)


class PreparationWarning(UserWarning):
    """Stored hashes were made when pictures were prepared in another way for their hashes."""


class NotAnImageError(LookalikeError, TypeError, ValueError):
    """What cannot be an image: an array of another shape, type or range, a file open for text.

    Over one image of many it is that one's failure, `not_an_image`.
    """


class WrongTypeError(LookalikeError, TypeError, ValueError):
    """An argument of a type that cannot be, for which imagededup raises a `ValueError`."""


class WorkerStartError(LookalikeError):
    """No process can be started to read images in: the fault of no image."""


class MissingExtraError(LookalikeError, ImportError):
    """An optional package is needed; the message names the `pip install` line."""
