"""`Transport`: sends the requests of httpx over the connections of a `Wire`.

This module is imported only after httpx was found.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import cast
from urllib.request import getproxies, proxy_bypass

import httpcore
import httpx

from lookalike.sources.web.wire import Allows, Wire

KEPT = 64
"""How many idle connections are kept."""
KEPT_SECONDS = 5.0


class Transport(httpx.BaseTransport):
    """HTTP/1.1, directly or through the proxies that the environment names."""

    def __init__(self, allows: Allows | None) -> None:
        """`allows`: which addresses are allowed. No proxy is then used, because a proxy connects
        to addresses of its own choice."""
        self._wire = Wire(allows)
        self._proxies = {} if allows else getproxies()
        self._ssl_context = httpx.create_ssl_context()
        self._pools: dict[str, httpcore.ConnectionPool] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Raises the errors of httpcore and `ImageError`."""
        url = request.url
        answer = self._pool(self._proxy(url)).handle_request(
            httpcore.Request(
                request.method,
                httpcore.URL(
                    scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
                ),
                headers=request.headers.raw,
                content=cast("httpx.SyncByteStream", request.stream),
                extensions=request.extensions,
            )
        )
        return httpx.Response(
            answer.status,
            headers=answer.headers,
            stream=_Body(cast("_Stream", answer.stream)),
            extensions=answer.extensions,
        )

    def close(self) -> None:
        for pool in self._pools.values():
            pool.close()

    def _proxy(self, url: httpx.URL) -> str:
        """The address of the proxy for a URL. Empty if there is none."""
        address = self._proxies.get(url.scheme) or self._proxies.get("all") or ""
        if not address or proxy_bypass(url.host):
            return ""
        return address if "://" in address else f"http://{address}"

    def _pool(self, proxy: str) -> httpcore.ConnectionPool:
        pool = self._pools.get(proxy)
        if pool is None:  # if two threads make a pool, both use the first one
            pool = self._pools.setdefault(proxy, self._new_pool(proxy))
        return pool

    def _new_pool(self, address: str) -> httpcore.ConnectionPool:
        proxy = None
        if address:
            named = httpx.Proxy(address)  # it separates the user and password
            proxy = httpcore.Proxy(str(named.url), auth=named.raw_auth)
        return httpcore.ConnectionPool(
            ssl_context=self._ssl_context,
            proxy=proxy,
            max_connections=None,
            max_keepalive_connections=KEPT,
            keepalive_expiry=KEPT_SECONDS,
            network_backend=self._wire,
        )


class _Stream(Iterable[bytes]):
    """A body as httpcore returns it."""

    def close(self) -> None: ...


class _Body(httpx.SyncByteStream):
    def __init__(self, stream: _Stream) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._stream)

    def close(self) -> None:
        self._stream.close()
