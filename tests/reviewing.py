"""A review that is served on loopback by a real process, and requests to it."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any

LOOKALIKE = Path(sys.executable).with_name("lookalike")


@dataclass
class Answer:
    """What the server answered."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass
class Review:
    """A running review."""

    process: subprocess.Popen[str]
    port: int
    secret: str
    lines: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        """The address of the page, with the secret."""
        return f"http://127.0.0.1:{self.port}/#{self.secret}"

    def ask(
        self,
        path: str,
        body: object = None,
        *,
        method: str | None = None,
        without: tuple[str, ...] = (),
        raw: bytes | None = None,
        **headers: str,
    ) -> Answer:
        """Asks as the page does. `without`: headers to leave out. `_` stands for a hyphen."""
        sent = {"Host": f"127.0.0.1:{self.port}", "X-Lookalike": self.secret}
        data = raw
        if body is not None:
            data = json.dumps(body).encode()
        if data is not None:
            sent |= {
                "Content-Type": "application/json",
                "Origin": f"http://127.0.0.1:{self.port}",
                "Content-Length": str(len(data)),
            }
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            verb = method or ("GET" if data is None else "POST")
            connection.putrequest(verb, path, skip_host=True, skip_accept_encoding=True)
            for name, value in sent.items():
                if name not in without:
                    connection.putheader(name, value)
            connection.endheaders()
            try:
                if data is not None:
                    connection.send(data)
            except (BrokenPipeError, ConnectionResetError):
                pass  # it was refused before it was read
            return answer_of(connection.getresponse())
        finally:
            connection.close()

    def stop(self) -> str:
        """Ends it as Ctrl-C does, and returns the rest of what it printed."""
        self.process.send_signal(signal.SIGINT)
        out, _ = self.process.communicate(timeout=30)
        return out


def answer_of(response: HTTPResponse) -> Answer:
    """The whole answer."""
    headers = {name.lower(): value for name, value in response.getheaders()}
    return Answer(response.status, headers, response.read())


@contextmanager
def reviewing(*arguments: object, cwd: Path | None = None, **environment: str) -> Iterator[Review]:
    """A review without a browser. It has ended afterwards."""
    import os

    command = [str(LOOKALIKE), "review", "--no-browser", "-q", *map(str, arguments)]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=cwd,
        env=os.environ | environment,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        line = process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)/#(\S+)", line)
        assert found, line + process.stderr.read()
        yield Review(process, int(found[1]), found[2], [line])
    finally:
        if process.poll() is None:
            process.kill()
        process.stdout.close()
        process.stderr.close()
        process.wait()
