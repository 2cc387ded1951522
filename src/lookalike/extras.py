"""Optional packages, which are imported where they are used."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from lookalike.errors import MissingExtraError


@contextmanager
def extra(package: str, reason: str) -> Iterator[None]:
    """Guard the import of a package. Raises `MissingExtraError` if the package is missing.

    The message gives the reason, such as "to_frame needs pandas", and the command that installs
    the package.
    """
    try:
        yield
    except ImportError as error:
        raise MissingExtraError(f"{reason}: pip install {package}") from error
