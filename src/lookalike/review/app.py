"""The application behind the page: what it may ask, and the answers."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from lookalike.errors import LookalikeError, words_of
from lookalike.review.decisions import Choice
from lookalike.review.desktop import can_reveal, reveal
from lookalike.review.gallery import SIDES
from lookalike.review.guard import Guard, Refused
from lookalike.review.views import OldViewError, Views

if TYPE_CHECKING:
    from starlette.requests import Request

    from lookalike.hashing.row import ImageInfo
    from lookalike.review.gallery import Gallery
    from lookalike.review.session import Session

Answer: TypeAlias = "dict[str, Any]"
PATIENCE = 0.1
"""Seconds between two looks at whether the page still waits for a picture."""
KINDS = {".html": "text/html", ".js": "text/javascript", ".css": "text/css"}


@cache
def static_files() -> dict[str, tuple[bytes, str]]:
    """The files of the page by name, with their types. Nothing else is served from the disk."""
    folder = Path(__file__).with_name("static")
    return {
        one.name: (one.read_bytes(), f"{KINDS[one.suffix]}; charset=utf-8")
        for one in folder.iterdir()
        if one.suffix in KINDS
    }


class Api:
    """Answers the page. One request at a time changes or describes the session."""

    def __init__(self, session: Session, gallery: Gallery) -> None:
        self._session = session
        self._gallery = gallery
        self._views = Views(session)
        self._lock = threading.Lock()

    def routes(self) -> list[Route]:
        """All that can be asked for."""
        return [
            Route("/", _page, methods=["GET"]),
            Route("/favicon.ico", _nothing, methods=["GET"]),
            Route("/static/{name}", _static, methods=["GET"]),
            Route("/api/session", self._asked(self.session), methods=["GET"]),
            Route("/api/view", self._asked(self.view), methods=["GET"]),
            Route("/api/rows", self._asked(self.rows), methods=["GET"]),
            Route("/api/groups/{group:int}", self._asked(self.group), methods=["GET"]),
            Route("/api/position", self._asked(self.position), methods=["GET"]),
            Route("/api/decide", self._told(self.decide), methods=["POST"]),
            Route("/api/undo", self._told(self.undo), methods=["POST"]),
            Route("/api/redo", self._told(self.redo), methods=["POST"]),
            Route("/api/reveal", self._told(self.reveal), methods=["POST"]),
            Route("/image/{member:int}", self.image, methods=["GET"]),
        ]

    def session(self, _: Request) -> Answer:
        """What the page needs to begin."""
        result, path = self._session.result, self._session.decisions.path
        return {
            "groups": len(self._session),
            "images": result.image_count,
            "totals": self._session.totals._asdict(),
            "can_reveal": can_reveal(),
            "saved_in": str(path) if path else None,
        }

    def view(self, request: Request) -> Answer:
        """A new view."""
        given = request.query_params
        number, count = self._views.make(
            given.get("sort", "found"), given.get("shown", "all"), given.get("text", "")
        )
        return {"view": number, "count": count}

    def rows(self, request: Request) -> Answer:
        """Some rows of a view."""
        return {"rows": self._views.rows(_number(request, "view"), _number(request, "at"))}

    def position(self, request: Request) -> Answer:
        """Where a group, or the next one to decide after a position, is in a view."""
        view = _number(request, "view")
        if "group" in request.query_params:
            return {"at": self._views.position(view, _number(request, "group"))}
        return {"at": self._views.next_open(view, _number(request, "after"))}

    def group(self, request: Request) -> Answer:
        """Everything about a group."""
        return self._session.describe(request.path_params["group"])

    def decide(self, given: Answer) -> Answer:
        """Save what is to become of the members of a group."""
        group = _whole(given["group"])
        self._session.decide(group, [Choice(one) for one in given["chosen"]])
        return self._changed(group)

    def undo(self, _: Answer) -> Answer:
        """Take a step back."""
        return self._changed(self._session.undo())

    def redo(self, _: Answer) -> Answer:
        """Make a step again."""
        return self._changed(self._session.redo())

    def reveal(self, given: Answer) -> Answer:
        """Open the folder of an image."""
        if not can_reveal():
            raise Refused(403, "there is no desktop to show the folder on")
        reveal(self._session.image(_whole(given["member"])))
        return {}

    async def image(self, request: Request) -> Response:
        """A picture, encoded anew. It is dropped if the page no longer waits for it."""
        side = _number(request, "side")
        if side not in SIDES:
            raise Refused(400, f"side must be one of {', '.join(map(str, SIDES))}")
        image = await run_in_threadpool(self._image_of, request.path_params["member"])
        future = self._gallery.picture(image, side)
        waiting = asyncio.wrap_future(future)
        while not (await asyncio.wait([waiting], timeout=PATIENCE))[0]:
            if await request.is_disconnected():
                waiting.cancel()
                return Response(status_code=204)
        shown = waiting.result()
        if not shown.jpeg:
            raise Refused(410 if shown.gone else 422, shown.reason)
        return Response(shown.jpeg, media_type="image/jpeg")

    def _image_of(self, member: int) -> ImageInfo:
        try:
            return self._session.image(member)
        except IndexError as error:
            raise Refused(404, str(error)) from error

    def _changed(self, group: int | None) -> Answer:
        state = None if group is None else self._session.state(group).word
        return {"group": group, "state": state, "totals": self._session.totals._asdict()}

    def _asked(self, answer: Callable[[Request], Answer]) -> Callable[..., Any]:
        async def endpoint(request: Request) -> Response:
            return await run_in_threadpool(self._answered, answer, request)

        return endpoint

    def _told(self, answer: Callable[[Answer], Answer]) -> Callable[..., Any]:
        async def endpoint(request: Request) -> Response:
            try:
                given = await request.json()
            except (ValueError, RecursionError) as error:
                raise Refused(400, f"not JSON: {error}") from error
            if not isinstance(given, dict):
                raise Refused(400, "expected a JSON object")
            return await run_in_threadpool(self._answered, answer, given)

        return endpoint

    def _answered(self, answer: Callable[[Any], Answer], given: Any) -> Response:
        """The answer, or why there is none."""
        try:
            with self._lock:
                return JSONResponse(answer(given))
        except OldViewError as error:
            raise Refused(410, str(error)) from error
        except IndexError as error:
            raise Refused(404, str(error)) from error
        except KeyError as error:
            raise Refused(400, f"{error} is missing") from error
        except (ValueError, TypeError) as error:
            raise Refused(400, str(error)) from error
        except LookalikeError as error:
            raise Refused(507, str(error)) from error
        except OSError as error:
            raise Refused(404, words_of(error)) from error


def application(session: Session, gallery: Gallery, port: int, secret: str) -> Guard:
    """The whole application, guarded."""
    api = Api(session, gallery)
    inner = Starlette(routes=api.routes(), exception_handlers={Refused: _refused})
    return Guard(inner, port, secret)


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return JSONResponse({"error": error.reason}, error.status)


async def _page(_: Request) -> Response:
    return _file("index.html")


async def _nothing(_: Request) -> Response:
    return Response(status_code=204)


async def _static(request: Request) -> Response:
    return _file(request.path_params["name"])


def _file(name: str) -> Response:
    found = static_files().get(name)
    if found is None:
        raise Refused(404, "there is no such file")
    return Response(found[0], headers={"content-type": found[1]})


def _number(request: Request, name: str) -> int:
    """A whole number of the query."""
    text = request.query_params.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise Refused(400, f"{name} must be a whole number, not {text[:40]!r}")
    return int(text)


def _whole(value: object) -> int:
    if type(value) is not int:
        raise TypeError(f"expected a whole number, not {value!r}")
    return value
