"""`Wire`: connections to checked addresses, where every byte counts against an allowance.

httpcore, which is what httpx connects by, takes both as one of its network backends. Imported
only once httpx is known to be there.
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
"""Whether a numeric address may be connected to."""
ALLOWANCE: ContextVar[Allowance] = ContextVar("ALLOWANCE")
"""Of the image that this thread fetches: connections are shared by images, one after the other."""


class Wire(httpcore.NetworkBackend):
    """Opens connections. A name is resolved once for each: what was checked is connected to."""

    def __init__(self, allows: Allows | None) -> None:
        """With None, all addresses are allowed."""
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
        """Raises `ImageError` where not all addresses of `host` are allowed."""
        allowance = ALLOWANCE.get()
        addresses = resolve(host, port, allowance.wait(timeout))
        if self._allows and not all(map(self._allows, addresses)):
            # Where it is instead is not for everybody who can name a host.
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
    """A connection that waits no longer, and takes no more, than is allowed."""

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
    """The numeric addresses of a host, in the order to try them in.

    Raises `httpcore.ConnectError` or `ConnectTimeout`, and `ValueError` for what cannot be the name
    of one. The system cannot be told to give up, so it is asked in a thread that is left behind
    where it takes too long.
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
    """The address in what `getaddrinfo` gives, with the link that a link-local one belongs to."""
    scope = name[3] if len(name) > 2 else 0
    return f"{name[0]}%{scope}" if scope else str(name[0])
