"""Serves a review on this machine until it is stopped."""

from __future__ import annotations

import os
import shutil
import socket
import sys
import tempfile
import threading
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvicorn

from lookalike.errors import LookalikeError, words_of
from lookalike.planning.choices import Choices
from lookalike.review.app import Api, application
from lookalike.review.cleaning.plans import Plans
from lookalike.review.cleaning.routes import Cleaning
from lookalike.review.cleaning.runs import Runs
from lookalike.review.gallery import Gallery
from lookalike.review.guard import Guard, new_secret
from lookalike.review.rules import Rules
from lookalike.review.session import Session

if TYPE_CHECKING:
    from lookalike.report.pictures import PictureReader
    from lookalike.report.result import Result
    from lookalike.review.decisions import Decisions

HOST = "127.0.0.1"
"""No other address is ever bound."""

SETTINGS: dict[str, Any] = {
    "log_level": "error",
    "access_log": False,
    "server_header": False,
    "proxy_headers": False,
    "http": "h11",
    "loop": "asyncio",
    "ws": "none",
    "lifespan": "off",
    "timeout_graceful_shutdown": 1,
}
"""Of uvicorn."""


def serve(
    result: Result,
    decisions: Decisions,
    reader: PictureReader,
    *,
    choices: Choices | None = None,
    reorder: bool = False,
    port: int = 0,
    browser: bool = True,
    say: Callable[[str], None],
) -> None:
    """Serve until an interrupt, which ends it in order.

    `choices`: what plans need to know of the search. `reorder`: propose to keep other images than
    the result, by the rules of `choices`. `port`: 0 for a free one. `browser`: whether
    to open the page. `say`: prints a line for people.
    Raises `LookalikeError` if the port is in use.
    """
    session = Session(result, decisions)
    secret, lock = new_secret(), threading.Lock()
    choices = choices or Choices()
    plans, rules = Plans(session, lock, choices), Rules(session, choices)
    if reorder:
        rules.use(rules.keep)

    def look_again() -> None:
        with lock:
            session.look_again()

    with ExitStack() as stack:
        listening = stack.enter_context(_bound(port))
        gallery = stack.enter_context(Gallery(reader))
        runs = stack.enter_context(Runs(look_again))
        port = listening.getsockname()[1]
        inner = application(Api(session, gallery, rules), Cleaning(plans, runs), lock)
        config = uvicorn.Config(Guard(inner, port, secret), **SETTINGS)
        gallery.warm_up(session.first_images(2))
        address = f"http://{HOST}:{port}/#{secret}"
        for line in _lines(address, port, browser=browser):
            say(line)
        if browser:
            stack.enter_context(_opened(address))
        uvicorn.Server(config).run(sockets=[listening])


def _lines(address: str, port: int, *, browser: bool) -> Iterator[str]:
    """Where the page is, for people."""
    yield f"The page is at {address}"
    if not browser and "SSH_CONNECTION" in os.environ:
        yield "From the other machine, reach it after this:"
        yield f"  ssh -L {port}:{HOST}:{port} {socket.gethostname()}"
    yield "Ctrl-C ends the review. Decisions are saved as you make them."


@contextmanager
def _bound(port: int) -> Iterator[socket.socket]:
    with socket.socket() as one:
        if sys.platform != "win32":  # there, it would let two servers have one port
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind((HOST, port))
            one.listen()  # so that a browser that is quick only waits
        except OSError as error:
            raise LookalikeError(
                f"port {port} cannot be used: {words_of(error)}: name another with --port"
            ) from error
        yield one


@contextmanager
def _opened(address: str) -> Iterator[None]:
    """Open the page by a file that leads to it.

    The arguments of a process can be read by everybody on a machine, so the secret is in the file.
    """
    folder = Path(tempfile.mkdtemp(prefix="lookalike-"))  # nobody else can enter it
    try:
        file = folder / "review.html"
        file.write_text(
            '<!DOCTYPE html><meta charset="utf-8"><title>lookalike</title>'
            f'<meta http-equiv="refresh" content="0; url={escape(address)}">'
            f'<a href="{escape(address)}">Open the review</a>\n',
            encoding="utf-8",
        )
        file.chmod(0o600)
        webbrowser.open(file.as_uri())
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)
