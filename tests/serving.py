"""A web server on loopback that serves pictures, and misbehaves on request."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Handler(BaseHTTPRequestHandler):
    """Answers by the server's function for the path, or with 404."""

    protocol_version = "HTTP/1.1"
    server: Server

    def setup(self) -> None:
        super().setup()
        with self.server.counting:
            self.server.connections += 1

    def do_GET(self) -> None:
        with self.server.counting:
            self.server.asked[self.path] += 1
            time = self.server.asked[self.path]
        answer = self.server.answers.get(self.path)
        try:
            if answer is None:
                self.send(b"nothing here", 404)
            else:
                answer(self, time)
        except ConnectionError:  # the client has had enough
            self.close_connection = True

    def send(self, body: bytes, code: int = 200, **headers: str) -> None:
        """Sends a whole answer. `_` in the names of headers stands for a hyphen."""
        self.send_response(code)
        for name, value in ({"Content_Length": str(len(body))} | headers).items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """Its `answers` by path are called with the number of requests for the path."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: dict[str, Callable[[Handler, int], None]] = {}
        self.asked: Counter[str] = Counter()
        self.connections = 0
        self.counting = threading.Lock()
        self.stopping = threading.Event()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_port}{path}"

    def serve(self, path: str, body: bytes, code: int = 200, **headers: str) -> str:
        """Gives a path a fixed answer, and returns its URL."""
        return self.answer(path, lambda to, time: to.send(body, code, **headers))

    def answer(self, path: str, answer: Callable[[Handler, int], None]) -> str:
        self.answers[path] = answer
        return self.url(path)


@contextmanager
def serving() -> Iterator[Server]:
    """A server that is stopped at the end."""
    server = Server()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stopping.set()
        server.shutdown()
        server.server_close()
        thread.join()
