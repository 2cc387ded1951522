"""What an exception means for an input: a status, and a reason in plain words."""

from __future__ import annotations

from lookalike.errors import (
    ImageError,
    MissingExtraError,
    NotAnImageError,
    Status,
    UnexpectedError,
)


def trouble_of(error: BaseException) -> ImageError:
    """What an exception means for the input over which it was raised: the one place that says so.

    It is raised again where it asks for the end of the program.
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
    """What an error of the operating system means for an image or an archive."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return ImageError(Status.MISSING, "there is no such file")
    if isinstance(error, IsADirectoryError):
        return ImageError(Status.UNREADABLE, "it is a folder")
    return ImageError(Status.UNREADABLE, f"it cannot be read: {error.strerror or error}")
