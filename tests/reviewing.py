"""A review that is served on loopback by a real process, and requests to it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lookalike.hashing.builder import TableBuilder
from lookalike.hashing.row import Row
from lookalike.matching.rules import Rule
from lookalike.review.decisions import Decisions
from lookalike.scan import result_of
from lookalike.sources.location import Kind, Location, Stamp

if TYPE_CHECKING:
    from lookalike import Result

LOOKALIKE = Path(sys.executable).with_name("lookalike")
GROUPS = 3
"""How many groups the small review has."""


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
    folder: Path | None = None
    """Where it was started."""

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
            with suppress(BrokenPipeError, ConnectionResetError):  # it was refused unread
                if data is not None:
                    connection.send(data)
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
    command = [str(LOOKALIKE), "review", "--no-browser", "-q", *map(str, arguments)]
    with started(command, cwd, environment) as review:
        yield review


@contextmanager
def reviewing_many(count: int) -> Iterator[Review]:
    """A review of so many groups, made up."""
    code = f"import reviewing; reviewing.serve_many({count})"
    with started([sys.executable, "-c", code], Path(__file__).parent, {}) as review:
        yield review


@contextmanager
def started(
    command: list[str], cwd: Path | None, environment: Mapping[str, str]
) -> Iterator[Review]:
    """The review that a command serves."""
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=cwd,
        env={**os.environ, **environment},
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        line = process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)/#(\S+)", line)
        assert found, line + process.stderr.read()
        yield Review(process, int(found[1]), found[2], cwd)
    finally:
        if process.poll() is None:
            process.kill()
        process.stdout.close()
        process.stderr.close()
        process.wait()


def tree(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Every file below a folder: its bytes, and when it was modified."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {
        str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in files
    }


def own_state(folder: Path) -> dict[str, str]:
    """The environment of a user whose journal and trash are in a folder."""
    return {"XDG_STATE_HOME": str(folder / "state"), "XDG_DATA_HOME": str(folder / "data")}


def many_groups(count: int) -> Result:
    """A result of so many pairs of copies. Their files do not exist."""
    builder = TableBuilder(["phash"])
    for number in range(2 * count):
        pair = (number // 2).to_bytes(8, "big")
        builder.add(
            Row(
                location=Location(Kind.FILE, f"/none/folder {number // 200}/{number:07}.jpg"),
                stamp=Stamp(1_000_000 + number, 1, None),
                byte_count=1_000_000 + number,
                width=4000,
                height=3000,
                format="JPEG",
                frames=1,
                digest=pair + bytes(8),
                is_beginning=False,
                flat_digest=b"",
                hashes=(pair[4:] * 2,),
            )
        )
    return result_of(builder.finish(), Rule.of("phash", 0, verify=False))


def serve_many(count: int) -> None:
    """Serves such a result until it is stopped."""
    from lookalike.report.pictures import PictureReader
    from lookalike.review.server import serve

    with Decisions(None) as made:
        result, say = many_groups(count), partial(print, flush=True)
        serve(result, made, PictureReader(), browser=False, say=say)
