"""`Fetcher`: one httpx client for all threads. Every error becomes a status."""

from __future__ import annotations

import atexit
import os
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING

from lookalike.errors import ImageError, Status
from lookalike.images import Contents, FirstScan
from lookalike.sources.web.encodings import ASKED_FOR, LONGEST, decoded, encodings_of
from lookalike.sources.web.patience import Allowance, Patience
from lookalike.sources.web.public import is_public
from lookalike.sources.web.urls import Fetch, is_url, require_httpx

if TYPE_CHECKING:
    import httpx

    from lookalike.sources.web.wire import Allows

GONE = {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}
HEADER_TOO_LONG = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
DRAINED = 1 << 16
"""How many bytes of an unwanted body are read, so that its connection can be reused."""


class Fetcher:
    """Fetches URLs, from any number of threads, over connections that are kept open."""

    def __init__(self, patience: Patience | None = None, allows: Allows | None = None) -> None:
        """`allows`: which addresses are allowed. None allows all.

        Raises `MissingExtraError` without httpx.
        """
        require_httpx()
        from http.cookiejar import CookieJar, DefaultCookiePolicy

        import httpx

        from lookalike.sources.web.transport import Transport

        self.patience = patience or Patience()
        self._client = httpx.Client(
            transport=Transport(allows),
            timeout=httpx.Timeout(self.patience.seconds, pool=None),
            headers={"Accept": "image/*, */*;q=0.5", "Accept-Encoding": ASKED_FOR},
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),  # no cookies: no log-in
        )

    def allowance(self, max_bytes: int | None = None) -> Allowance:
        """The time and bytes that one image may take from now on, over all attempts."""
        return Allowance(self.patience.seconds_in_all, self._limit(max_bytes))

    def fetch(
        self,
        url: str,
        least_side: int | None = None,
        max_bytes: int | None = None,
        allowance: Allowance | None = None,
    ) -> Contents:
        """Fetch the bytes at a URL, which may be empty. Raises `ImageError` if that fails.

        With a `least_side`, the download of a large progressive JPEG ends after its first scan, if
        that is enough. This needs the length from the server. `max_bytes`: a limit besides that of
        `patience`. `allowance`: the remaining allowance of the image, or None for a new one.
        """
        from lookalike.sources.web.wire import ALLOWANCE

        allowance = allowance or self.allowance(max_bytes)
        before = ALLOWANCE.set(allowance)
        try:
            return self._fetch(url, least_side, self._limit(max_bytes), allowance)
        finally:
            ALLOWANCE.reset(before)

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    def _limit(self, max_bytes: int | None) -> int:
        return min(self.patience.max_bytes, max_bytes or self.patience.max_bytes)

    def _fetch(
        self, url: str, least_side: int | None, limit: int, allowance: Allowance
    ) -> Contents:
        for attempt in range(self.patience.retries + 1):
            try:
                with _told_plainly(allowance):
                    return self._try(url, least_side, limit)
            except _Again as again:
                pause = self._pause(attempt, again.seconds)
                if attempt == self.patience.retries or pause >= allowance.seconds_left:
                    raise ImageError(Status.UNREADABLE, again.reason) from again
                time.sleep(pause)
        raise AssertionError("the last try returns or raises")

    def _try(self, url: str, least_side: int | None, limit: int) -> Contents:
        request = self._client.build_request("GET", url)
        for _ in range(self.patience.redirects + 1):
            if not (is_url(str(request.url)) and request.url.host):
                named = str(request.url)[:LONGEST]
                reason = f"{named!r} is not an http or https URL with a host"
                raise ImageError(Status.UNREADABLE, reason)
            response = self._client.send(request, stream=True)
            try:
                if response.is_success:
                    return _body(response, least_side, limit)
                _drain(response)
            finally:
                response.close()
            if response.next_request is None:
                raise _refusal(response)
            request = response.next_request
        reason = f"it is redirected more than {self.patience.redirects} times"
        raise ImageError(Status.UNREADABLE, reason)

    def _pause(self, attempt: int, asked: float | None) -> float:
        """Seconds before the next attempt: as the server asks, or longer each time with jitter."""
        seconds = self.patience.first_pause * 2**attempt * random.uniform(0.75, 1.25)
        return min(seconds if asked is None else asked, self.patience.longest_pause)


class _Again(Exception):
    """An attempt that may succeed later, after `seconds` if the server says so."""

    def __init__(self, reason: str, seconds: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.seconds = seconds


def shared_fetcher(fetch: Fetch = "any") -> Fetcher:
    """The only fetcher of this process for these hosts."""
    with _making:
        return _fetcher_of(os.getpid(), fetch)


_making = threading.Lock()


@cache
def _fetcher_of(_process: int, fetch: Fetch) -> Fetcher:
    """Make a fetcher per process. A forked process must not use its parent's connections."""
    fetcher = Fetcher(allows=is_public if fetch == "public" else None)
    atexit.register(fetcher.close)
    return fetcher


@contextmanager
def _told_plainly(allowance: Allowance) -> Iterator[None]:
    """Turn the errors of httpx and httpcore into errors of this library."""
    import httpcore
    import httpx

    try:
        yield
    except httpcore.TimeoutException as error:
        allowance.wait(None)  # raises if the total time is up
        connecting = isinstance(error, httpcore.ConnectTimeout)
        what = "did not answer in time" if connecting else "stopped answering"
        raise ImageError(Status.TIMED_OUT, f"the server {what}") from error
    except (httpcore.ConnectError, httpcore.ProxyError) as error:
        raise _Again(f"the server cannot be reached: {error}") from error
    except (httpcore.NetworkError, httpcore.RemoteProtocolError) as error:
        # The inner error of h11 carries the status code that a server would answer.
        if getattr(next(iter(error.args), None), "error_status_hint", 0) == HEADER_TOO_LONG:
            reason = "the server has sent a header of more than 100 kB, the limit"
            raise ImageError(Status.TOO_LARGE, reason) from error
        raise _Again(f"the connection broke off: {error}") from error
    except (
        httpcore.LocalProtocolError,
        httpcore.UnsupportedProtocol,
        httpx.HTTPError,
        httpx.InvalidURL,
        ImportError,  # a proxy may need another package
        ValueError,
    ) as error:
        raise ImageError(Status.UNREADABLE, f"the request failed: {error}") from error


def _body(response: httpx.Response, least_side: int | None, limit: int) -> Contents:
    announced = response.headers.get("Content-Length", "")
    size = int(announced) if announced.isdecimal() else None
    if size is not None and size > limit:
        raise ImageError(Status.TOO_LARGE, f"it has {size:,} bytes; the limit is {limit:,}")
    encodings = encodings_of(response.headers.get("Content-Encoding", ""))
    scan = None
    if least_side is not None and size and not encodings:
        scan = FirstScan(least_side, size)
    body = bytearray()
    for chunk in decoded(response.iter_raw(), encodings):
        body += chunk
        if len(body) > limit:
            raise ImageError(Status.TOO_LARGE, f"it has more than {limit:,} bytes, the limit")
        if scan and size and scan.ends_in(body):
            return Contents(scan.cut_out(body), size)
    return Contents(body, len(body))


def _refusal(response: httpx.Response) -> ImageError | _Again:
    """Translate a status other than success to an error."""
    code = response.status_code
    reason = f"the server answers {code} {response.reason_phrase[:LONGEST]}".rstrip()
    if code in GONE:
        return ImageError(Status.NOT_FOUND, reason)
    if code == HTTPStatus.TOO_MANY_REQUESTS or code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return _Again(reason, _retry_after(response.headers.get("Retry-After", "")))
    return ImageError(Status.UNREADABLE, reason)


def _retry_after(value: str) -> float | None:
    """The seconds in a header that holds a number or a date. None if it holds neither."""
    from email.utils import parsedate_to_datetime

    if value.isdecimal():
        return float(value)
    try:
        date = parsedate_to_datetime(value)
        left = date.replace(tzinfo=date.tzinfo or UTC) - datetime.now(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):  # not a date, or out of range
        return None
    return max(left.total_seconds(), 0.0)


def _drain(response: httpx.Response) -> None:
    """Read the rest of a body if it is small. If that fails, the response is still valid."""
    import httpcore

    lost = (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, ImageError)
    count = 0
    with suppress(*lost):
        for chunk in response.iter_raw():
            count += len(chunk)
            if count > DRAINED:
                return
