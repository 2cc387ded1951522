"""`Wire`: connections to checked addresses that count every byte against an allowance.

httpx connects through httpcore, and a `Wire` is a network backend of httpcore. This module is
imported only after httpx was found.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, TypeAlias

import httpcore

from lookalike.errors import ImageError, Status

if TYPE_CHECKING:
    from ssl import SSLContext

    from lookalike.sources.web.patience import Allowance

Allows: TypeAlias = Callable[[str], bool]
"""Whether connections to a numeric address are allowed."""
ALLOWANCE: ContextVar[Allowance] = ContextVar("ALLOWANCE")
"""The allowance of the image that this thread fetches. Images share connections in turn."""


class Wire(httpcore.NetworkBackend):
    """Opens connections. Each resolves its name once, so it goes to the checked address."""

    def __init__(self, allows: Allows | None) -> None:
        """`allows`: which addresses are allowed. None allows all."""
        self._allows = allows
        self._backend = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Open a connection. Raises `ImageError` if any address of `host` is not allowed."""
        allowance = ALLOWANCE.get()
        addresses = resolve(host, port, allowance.wait(timeout))
        if self._allows and not all(map(self._allows, addresses)):
            # The message does not reveal the private address to whoever supplied the name.
            raise ImageError(Status.UNREADABLE, f"the host {host!r} is not at a public address")
        failure: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in addresses:
            try:
                stream = self._backend.connect_tcp(
                    address, port, allowance.wait(timeout), local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return Metered(stream)
        raise failure


class Metered(httpcore.NetworkStream):
    """A connection that respects the allowance of time and bytes."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        allowance = ALLOWANCE.get()
        data = self._stream.read(max_bytes, allowance.wait(timeout))
        allowance.count(len(data))
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, ALLOWANCE.get().wait(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        seconds = ALLOWANCE.get().wait(timeout)
        return Metered(self._stream.start_tls(ssl_context, server_hostname, seconds))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def resolve(host: str, port: int, seconds: float) -> list[str]:
    """The numeric addresses of a host, in the order in which to try them.

    Raises `httpcore.ConnectError` or `ConnectTimeout`, and `ValueError` for an invalid host name.
    The system's look-up cannot be interrupted. So it runs in a thread, which is abandoned if it
    takes too long.
    """
    answers: SimpleQueue[list[str] | OSError | ValueError] = SimpleQueue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.put(list(dict.fromkeys(_numeric(name) for *_, name in found)))
        except (OSError, ValueError) as error:
            answers.put(error)

    threading.Thread(target=ask, name="lookalike-resolve", daemon=True).start()
    try:
        answer = answers.get(timeout=seconds)
    except Empty:
        raise httpcore.ConnectTimeout(f"{host} was not resolved in time") from None
    if isinstance(answer, OSError):
        raise httpcore.ConnectError(str(answer)) from answer
    if isinstance(answer, ValueError):
        raise answer
    return answer


def _numeric(name: tuple[Any, ...]) -> str:
    """The address in a result of `getaddrinfo`. A link-local one includes its link."""
    scope = name[3] if len(name) > 2 else 0
    return f"{name[0]}%{scope}" if scope else str(name[0])
