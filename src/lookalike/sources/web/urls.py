"""Images from http and https URLs.

httpx is an extra. It and other slow modules are imported for the first URL.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias, TypeGuard

from lookalike.checks import one_of
from lookalike.errors import MissingExtraError
from lookalike.extras import extra
from lookalike.images import Contents, Encoded

if TYPE_CHECKING:
    from lookalike.sources.web.patience import Allowance

Fetch: TypeAlias = Literal["any", "public"]
"""Which hosts a URL may lead to."""

FETCHES = ("any", "public")
SCHEMES = ("http://", "https://")


class WebImage(Encoded):
    """An image that is fetched when it is read."""

    def __init__(self, url: str, fetch: Fetch = "any") -> None:
        self.url = url
        self._fetch = fetch
        self._allowance: Allowance | None = None

    def contents(self, least_side: int | None, max_bytes: int) -> Contents:
        """The bytes at the URL. Raises `MissingExtraError` without httpx."""
        from lookalike.sources.web.fetcher import shared_fetcher

        fetcher = shared_fetcher(self._fetch)
        if self._allowance is None:  # the same for a second download of the image
            self._allowance = fetcher.allowance(max_bytes)
        return fetcher.fetch(self.url, least_side, max_bytes, self._allowance)


def is_url(source: object) -> TypeGuard[str]:
    """Whether `source` is a str that begins with http:// or https://."""
    return isinstance(source, str) and source[:8].lower().startswith(SCHEMES)


def check_fetch(fetch: str) -> None:
    """Raise `ValueError` unless `fetch` is a value of `Fetch`."""
    one_of(fetch, "fetch", FETCHES)


def require_httpx() -> None:
    """Raise `MissingExtraError` unless httpx is installed, with a recent enough httpcore."""
    with extra("httpx", "images from URLs need httpx"):
        import httpcore
        import httpx  # noqa: F401
    if not hasattr(httpcore, "Proxy"):
        reason = "images from URLs need httpcore 1.0.7 or newer: pip install --upgrade httpcore"
        raise MissingExtraError(reason)
