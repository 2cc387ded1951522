"""`Fetcher`: one client of httpx for all threads, and a status for whatever goes wrong."""

from __future__ import annotations

import atexit
import os
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING

from lookalike.errors import ImageError, Status
from lookalike.images import Contents, FirstScan
from lookalike.sources.urls import require_httpx

if TYPE_CHECKING:
    import httpx

GONE = {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}
DRAINED = 1 << 16
"""Bytes of an unwanted body that are read all the same: its connection can then be used again."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, how often to try, and how much to take."""

    seconds: float = 10.0
    """To connect, and for the next bytes to come."""
    seconds_in_all: float = 120.0
    """For one try, from the request to the last byte."""
    retries: int = 3
    """After 429, 5xx and broken connections."""
    first_pause: float = 0.5
    """In seconds, before the first retry; twice as long before each further one."""
    longest_pause: float = 15.0
    """In seconds, whatever the server asks for."""
    redirects: int = 5
    max_bytes: int = 256_000_000


class Fetcher:
    """Fetches URLs, from any number of threads, over connections that are kept open."""

    def __init__(self, patience: Patience | None = None) -> None:
        """Raises `MissingExtraError` without httpx."""
        require_httpx()
        from http.cookiejar import CookieJar, DefaultCookiePolicy

        import httpx

        self.patience = patience or Patience()
        self._client = httpx.Client(
            timeout=httpx.Timeout(self.patience.seconds, pool=None),
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=64),
            headers={"Accept": "image/*, */*;q=0.5", "Accept-Encoding": "identity"},
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),  # none: nobody is logged in
        )

    def fetch(
        self, url: str, least_side: int | None = None, max_bytes: int | None = None
    ) -> Contents:
        """The bytes behind a URL, empty or not. Raises `ImageError` where they cannot be had.

        With a `least_side`, and where the server says how many there are, the download ends with
        the first scan of a large progressive JPEG, if that is enough. `max_bytes`: a limit beside
        that of `patience`.
        """
        limit = min(self.patience.max_bytes, max_bytes or self.patience.max_bytes)
        for attempt in range(self.patience.retries + 1):
            try:
                return self._try(url, least_side, limit)
            except _Again as again:
                if attempt == self.patience.retries:
                    raise ImageError(Status.UNREADABLE, again.reason) from again
                time.sleep(self._pause(attempt, again.seconds))
        raise AssertionError("the last try returns or raises")

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    def _try(self, url: str, least_side: int | None, limit: int) -> Contents:
        until = time.monotonic() + self.patience.seconds_in_all
        with _told_plainly():
            request: httpx.Request | None = self._client.build_request("GET", url)
            for _ in range(self.patience.redirects + 1):
                assert request is not None
                response = self._client.send(request, stream=True)
                try:
                    if response.is_success:
                        return self._body(response, until, least_side, limit)
                    _drain(response, until)
                finally:
                    response.close()
                request = response.next_request
                if request is None:
                    raise _refusal(response)
        reason = f"it is redirected more than {self.patience.redirects} times"
        raise ImageError(Status.UNREADABLE, reason)

    def _body(
        self, response: httpx.Response, until: float, least_side: int | None, limit: int
    ) -> Contents:
        announced = response.headers.get("Content-Length", "")
        size = int(announced) if announced.isdecimal() else None
        if size is not None and size > limit:
            raise ImageError(Status.TOO_LARGE, f"it has {size:,} bytes; the limit is {limit:,}")
        scan = None
        if least_side is not None and size and "Content-Encoding" not in response.headers:
            scan = FirstScan(least_side, size)
        body = bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > limit:
                raise ImageError(Status.TOO_LARGE, f"it has more than {limit:,} bytes, the limit")
            if time.monotonic() > until:
                whole = f"{self.patience.seconds_in_all:g} seconds"
                raise ImageError(Status.TIMED_OUT, f"it was not there in full after {whole}")
            if scan and size and scan.ends_in(body):
                return Contents(scan.cut_out(body), size)
        return Contents(body, len(body))

    def _pause(self, attempt: int, asked: float | None) -> float:
        """Seconds before the next try: as the server asks, or longer each time and never alike."""
        seconds = self.patience.first_pause * 2**attempt * random.uniform(0.75, 1.25)
        return min(seconds if asked is None else asked, self.patience.longest_pause)


class _Again(Exception):
    """What may go well the next time, after so many seconds if the server says so."""

    def __init__(self, reason: str, seconds: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.seconds = seconds


def shared_fetcher() -> Fetcher:
    """The one fetcher of this process."""
    with _making:
        return _fetcher_of(os.getpid())


_making = threading.Lock()


@cache
def _fetcher_of(_process: int) -> Fetcher:
    """A forked process must not talk over its parent's connections."""
    fetcher = Fetcher()
    atexit.register(fetcher.close)
    return fetcher


@contextmanager
def _told_plainly() -> Iterator[None]:
    """httpx's errors as ours."""
    import httpx

    try:
        yield
    except httpx.ConnectTimeout as error:
        raise ImageError(Status.TIMED_OUT, "the server did not answer in time") from error
    except httpx.TimeoutException as error:
        raise ImageError(Status.TIMED_OUT, "the server stopped answering") from error
    except (httpx.UnsupportedProtocol, httpx.LocalProtocolError) as error:
        raise ImageError(Status.UNREADABLE, f"it cannot be asked for: {error}") from error
    except httpx.ConnectError as error:
        raise _Again(f"the server cannot be reached: {error}") from error
    except httpx.TransportError as error:
        raise _Again(f"the connection broke off: {error}") from error
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise ImageError(Status.UNREADABLE, f"it cannot be asked for: {error}") from error


def _refusal(response: httpx.Response) -> ImageError | _Again:
    """What a status other than success means."""
    code = response.status_code
    reason = f"the server answers {code} {response.reason_phrase}".rstrip()
    if code in GONE:
        return ImageError(Status.NOT_FOUND, reason)
    if code == HTTPStatus.TOO_MANY_REQUESTS or code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return _Again(reason, _retry_after(response.headers.get("Retry-After", "")))
    return ImageError(Status.UNREADABLE, reason)


def _retry_after(value: str) -> float | None:
    """Seconds from a number of them or a date; None for neither."""
    from email.utils import parsedate_to_datetime

    if value.isdecimal():
        return float(value)
    try:
        date = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max((date.replace(tzinfo=date.tzinfo or UTC) - datetime.now(UTC)).total_seconds(), 0.0)


def _drain(response: httpx.Response, until: float) -> None:
    import httpx

    count = 0
    with suppress(httpx.HTTPError):
        for chunk in response.iter_raw():
            count += len(chunk)
            if count > DRAINED or time.monotonic() > until:
                return
