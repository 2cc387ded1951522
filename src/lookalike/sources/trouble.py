"""Translates an exception to the status of an input and a reason for people."""

from __future__ import annotations

from lookalike.errors import (
    ImageError,
    MissingExtraError,
    NotAnImageError,
    Status,
    UnexpectedError,
)


def trouble_of(error: BaseException) -> ImageError:
    """Translate an exception to the failure of its input. No other place does this.

    The exception is raised again if it asks the program to end.
    """
    if isinstance(error, ImageError):
        return error
    if isinstance(error, NotAnImageError):
        return ImageError(Status.NOT_AN_IMAGE, str(error))
    if isinstance(error, MissingExtraError):
        return ImageError(Status.UNSUPPORTED, str(error))
    if isinstance(error, MemoryError):
        return ImageError(Status.TOO_LARGE, "hashing it takes more memory than there is")
    if isinstance(error, OSError):
        return refusal(error)
    return UnexpectedError.of(error)


def refusal(error: OSError) -> ImageError:
    """Translate an error of the operating system to the failure of an image or archive."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return ImageError(Status.MISSING, "there is no such file")
    if isinstance(error, IsADirectoryError):
        return ImageError(Status.UNREADABLE, "it is a folder")
    return ImageError(Status.UNREADABLE, f"it cannot be read: {error.strerror or error}")
