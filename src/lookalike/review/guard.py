"""`Guard`: lets only the page of this review in, and says what the browser may do with answers."""

from __future__ import annotations

import asyncio
import hmac
import json
import secrets
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER = b"x-lookalike"
MOST_BYTES = 1 << 20
"""The longest body of a request."""
NEEDS_SECRET = ("/api/", "/image/")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
HEADERS = {
    b"content-security-policy": POLICY.encode(),
    b"x-content-type-options": b"nosniff",
    b"cross-origin-resource-policy": b"same-origin",
    b"cross-origin-opener-policy": b"same-origin",
    b"referrer-policy": b"no-referrer",
    b"cache-control": b"private, no-store",
}
"""Of every answer."""


def new_secret() -> str:
    """A secret that nobody can guess, for one review."""
    return secrets.token_urlsafe(32)


class Refused(Exception):
    """A request that is answered with a status and a reason, and goes no further."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


PATIENCE = 1.0
"""How many seconds the rest of a refused request may take."""


class Guard:
    """Checks every request before the application sees it.

    A web page elsewhere cannot read answers, because browsers keep origins apart. It could still
    send requests, or reach this server under a name of its own. So the name is checked, and a
    secret is needed that only the address in the terminal has. It is in a header and never in a
    cookie, because browsers send cookies to every port of a host.
    """

    def __init__(self, app: ASGIApp, port: int, secret: str) -> None:
        self._app = app
        self._secret = secret.encode()
        hosts = [f"{name}:{port}".encode() for name in ("127.0.0.1", "localhost", "[::1]")]
        self._hosts = frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return  # the server closes what is not answered

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = [one for one in message["headers"] if one[0].lower() not in HEADERS]
                message = {**message, "headers": [*given, *HEADERS.items()]}
            await send(message)

        try:
            self._check(scope)
            await self._app(scope, _limited(receive), guarded)
        except Refused as refusal:
            await _read_rest(scope, receive)
            await _refuse(refusal, guarded)

    def _check(self, scope: Scope) -> None:
        """Raise `Refused` unless the request comes from the page of this review."""
        headers: dict[bytes, list[bytes]] = {}
        for name, value in scope["headers"]:
            headers.setdefault(name.lower(), []).append(value)
        hosts = headers.get(b"host", [])
        if len(hosts) != 1 or hosts[0] not in self._hosts:
            raise Refused(400, "this server has another name")
        if not scope["path"].startswith(NEEDS_SECRET):
            return
        given = headers.get(HEADER, [])
        if len(given) != 1 or not hmac.compare_digest(given[0], self._secret):
            raise Refused(403, "the secret is missing: open the address that lookalike printed")
        sites = headers.get(b"sec-fetch-site", [])
        origins = headers.get(b"origin", [])
        if any(one != b"same-origin" for one in sites):
            raise Refused(403, "another page may not ask this server")
        if any(one != b"http://" + hosts[0] for one in origins):
            raise Refused(403, "another page may not ask this server")
        if scope["method"] == "POST":
            _check_change(headers, is_ours=bool(sites or origins))


def _check_change(headers: dict[bytes, list[bytes]], *, is_ours: bool) -> None:
    """Raise `Refused` unless a request may change something."""
    if not is_ours:
        raise Refused(403, "a change must say which page it comes from")
    kinds = headers.get(b"content-type", [])
    if [kind.partition(b";")[0].strip().lower() for kind in kinds] != [b"application/json"]:
        raise Refused(415, "a change must be JSON")
    for length in headers.get(b"content-length", []):
        if not length.isdigit() or int(length) > MOST_BYTES:
            raise Refused(413, f"a request may have at most {MOST_BYTES:,} bytes")


def _limited(receive: Receive) -> Receive:
    """The same, but a body without a length that is too long raises `Refused`."""
    total = 0

    async def limited() -> Message:
        nonlocal total
        message = await receive()
        total += len(message.get("body", b""))
        if total > MOST_BYTES:
            raise Refused(413, f"a request may have at most {MOST_BYTES:,} bytes")
        return message

    return limited


async def _read_rest(scope: Scope, receive: Receive) -> None:
    """Read a short body that is on its way. The client may not see an answer that comes before."""
    lengths = [value for name, value in scope["headers"] if name.lower() == b"content-length"]
    if len(lengths) != 1 or not lengths[0].isdigit() or int(lengths[0]) > MOST_BYTES:
        return
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE):
            while (await receive()).get("more_body"):
                pass


async def _refuse(refusal: Refused, send: Send) -> None:
    body = json.dumps({"error": refusal.reason}).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),  # the rest of a long body is not read
    ]
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
