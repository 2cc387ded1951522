"""Translates an exception to the status of an input and a reason for people."""

from __future__ import annotations

from lookalike.errors import (
    ImageError,
    MissingExtraError,
    NotAnImageError,
    Status,
    UnexpectedError,
)
from lookalike.images.contents import cannot_be_read


def trouble_of(error: BaseException) -> ImageError:
    """Translate an exception to the failure of its input.

    The exception is raised again if it asks the program to end.
    """
    if isinstance(error, ImageError):
        return error if _says_why(error) else _without_status(error)
    if isinstance(error, NotAnImageError):
        return ImageError(Status.NOT_AN_IMAGE, str(error))
    if isinstance(error, MissingExtraError):
        return ImageError(Status.UNSUPPORTED, str(error))
    if isinstance(error, MemoryError):
        return ImageError(Status.TOO_LARGE, "hashing it takes more memory than there is")
    if isinstance(error, OSError):
        return refusal(error)
    return UnexpectedError.of(error)


def _says_why(error: ImageError) -> bool:
    """Whether a caller's `Item` has raised what an `ImageError` must be."""
    status, reason = getattr(error, "status", None), getattr(error, "reason", None)
    is_failure = isinstance(status, Status) and status is not Status.OK
    return is_failure and isinstance(reason, str)


def _without_status(error: ImageError) -> ImageError:
    status = getattr(error, "status", None)
    wrong = ValueError(
        f"an ImageError must have a Status other than OK and a reason, not the status {status!r}"
    )
    wrong.__cause__ = error
    return UnexpectedError.of(wrong)


def refusal(error: OSError) -> ImageError:
    """Translate an error of the operating system to the failure of an image or archive."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return ImageError(Status.MISSING, "there is no such file")
    if isinstance(error, IsADirectoryError):
        return ImageError(Status.UNREADABLE, "it is a folder")
    return cannot_be_read(error)
