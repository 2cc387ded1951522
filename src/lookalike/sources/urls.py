"""Images behind http and https.

httpx is an extra. It and all that takes long to import waits for the first URL.
"""

from __future__ import annotations

from typing import TypeGuard

from lookalike.errors import MissingExtraError
from lookalike.images import Contents, Origin

SCHEMES = ("http://", "https://")


class WebImage(Origin):
    """An image that is fetched when it is read."""

    def __init__(self, url: str) -> None:
        self.url = url

    def contents(self, least_side: int | None, max_bytes: int) -> Contents:
        """Raises `MissingExtraError` without httpx."""
        from lookalike.sources.fetcher import shared_fetcher

        return shared_fetcher().fetch(self.url, least_side, max_bytes)


def is_url(source: object) -> TypeGuard[str]:
    """Whether `source` is a str that begins with http:// or https://."""
    return isinstance(source, str) and source[:8].lower().startswith(SCHEMES)


def require_httpx() -> None:
    """Raise `MissingExtraError` unless httpx is there."""
    try:
        import httpx  # noqa: F401
    except ImportError as error:
        raise MissingExtraError("images from URLs need httpx: pip install httpx") from error
