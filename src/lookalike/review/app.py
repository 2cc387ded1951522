"""The application behind the page: what it may ask, and the answers."""

from __future__ import annotations

import asyncio
import sys
import threading
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from lookalike.review.alignment import found_by_sight
from lookalike.review.answering import Answer, Answering, number, whole
from lookalike.review.decisions import Choice
from lookalike.review.desktop import can_reveal, reveal
from lookalike.review.folders import Folders
from lookalike.review.gallery import SIDES
from lookalike.review.guard import Refused
from lookalike.review.views import Views

if TYPE_CHECKING:
    from concurrent.futures import Future

    from starlette.requests import Request

    from lookalike.hashing.row import ImageInfo
    from lookalike.report.pictures import Shown
    from lookalike.review.cleaning.routes import Cleaning
    from lookalike.review.gallery import Gallery
    from lookalike.review.rules import Rules
    from lookalike.review.session import Session

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
    """Answers what the page asks about groups and pictures, and keeps what it decides."""

    def __init__(self, session: Session, gallery: Gallery, rules: Rules) -> None:
        self._session = session
        self._gallery = gallery
        self._views = Views(session)
        self._folders = Folders(session)
        self._rules = rules

    def routes(self, answering: Answering) -> list[Route]:
        """All that can be asked for."""
        asked, told = answering.asked, answering.told
        return [
            Route("/", _page, methods=["GET"]),
            Route("/favicon.ico", _nothing, methods=["GET"]),
            Route("/static/{name}", _static, methods=["GET"]),
            Route("/api/session", asked(self.session), methods=["GET"]),
            Route("/api/view", asked(self.view), methods=["GET"]),
            Route("/api/rows", asked(self.rows), methods=["GET"]),
            Route("/api/groups/{group:int}", asked(self.group), methods=["GET"]),
            Route("/api/position", asked(self.position), methods=["GET"]),
            Route("/api/decide", told(self.decide), methods=["POST"]),
            Route("/api/undo", told(self.undo), methods=["POST"]),
            Route("/api/redo", told(self.redo), methods=["POST"]),
            Route("/api/folders", asked(self.folders), methods=["GET"]),
            Route("/api/folders/preview", asked(self.preview), methods=["GET"]),
            Route("/api/folders/decide", told(self.decide_pair), methods=["POST"]),
            Route("/api/rules", asked(self.rules), methods=["GET"]),
            Route("/api/rules/changes", asked(self.changes), methods=["GET"]),
            Route("/api/rules/use", told(self.use_rules), methods=["POST"]),
            Route("/api/reveal", told(self.reveal), methods=["POST"]),
            Route(
                "/api/align/{keeper:int}/{member:int}",
                answering.asked(self.align, alone=False),
                methods=["GET"],
            ),
            Route("/image/{member:int}", self.image, methods=["GET"]),
            Route("/image/{member:int}/part", self.part, methods=["GET"]),
        ]

    def session(self, _: Request) -> Answer:
        """What the page needs to begin."""
        result, path = self._session.result, self._session.decisions.path
        return {
            "groups": len(self._session),
            "images": result.image_count,
            "totals": self._session.totals._asdict(),
            "can_reveal": can_reveal(),
            "can_apply": sys.platform == "linux",
            "saved_in": str(path) if path else None,
        }

    def view(self, request: Request) -> Answer:
        """A new view."""
        given = request.query_params
        view, count = self._views.make(
            given.get("sort", "found"), given.get("shown", "all"), given.get("text", "")
        )
        return {"view": view, "count": count}

    def rows(self, request: Request) -> Answer:
        """Some rows of a view."""
        return {"rows": self._views.rows(number(request, "view"), number(request, "at"))}

    def position(self, request: Request) -> Answer:
        """Where a group, or the next one to decide after a position, is in a view."""
        view = number(request, "view")
        if "group" in request.query_params:
            return {"at": self._views.position(view, number(request, "group"))}
        return {"at": self._views.next_open(view, number(request, "after"))}

    def group(self, request: Request) -> Answer:
        """Everything about a group."""
        return self._session.describe(request.path_params["group"])

    def decide(self, given: Answer) -> Answer:
        """Save what is to become of the members of a group."""
        group = whole(given["group"])
        self._session.decide(group, [Choice(one) for one in given["chosen"]])
        return self._changed((group,))

    def undo(self, _: Answer) -> Answer:
        """Take a step back."""
        return self._changed(self._session.undo())

    def redo(self, _: Answer) -> Answer:
        """Make a step again."""
        return self._changed(self._session.redo())

    def folders(self, _: Request) -> Answer:
        """Pairs of folders."""
        return {"pairs": self._folders.pairs()}

    def preview(self, request: Request) -> Answer:
        """What a decision for a pair of folders would do."""
        return self._folders.preview(number(request, "keep"), number(request, "lose"))

    def decide_pair(self, given: Answer) -> Answer:
        """Decide on all groups of a pair of folders, if it is what was shown."""
        keep, lose = whole(given["keep"]), whole(given["lose"])
        count = self._folders.decide(keep, lose, str(given["digest"]))
        return {"groups": count, "totals": self._session.totals._asdict()}

    def rules(self, _: Request) -> Answer:
        """The rules for what stays."""
        return self._rules.all()

    def changes(self, request: Request) -> Answer:
        """What other rules would change."""
        return self._rules.changes(request.query_params.getlist("keep"))

    def use_rules(self, given: Answer) -> Answer:
        """Propose by other rules from now on."""
        keep = given["keep"]
        if not isinstance(keep, list):
            raise TypeError("expected a list of rules")
        self._rules.use(keep)
        return self._rules.all()

    def reveal(self, given: Answer) -> Answer:
        """Open the folder of an image."""
        if not can_reveal():
            raise Refused(403, "there is no desktop to show the folder on")
        reveal(self._session.image(whole(given["member"])))
        return {}

    def align(self, request: Request) -> Answer:
        """Where a picture lies on another one, by looking at both."""
        images = [self._image_of(request.path_params[name]) for name in ("keeper", "member")]
        shown = [self._gallery.picture(one, SIDES[1]) for one in images]
        keeper, other = (one.result().jpeg for one in shown)
        if not keeper or not other:
            return {"transform": None}
        return {"transform": found_by_sight(keeper, other, self._session.result.rule)}

    async def image(self, request: Request) -> Response:
        """A picture, encoded anew."""
        side = number(request, "side")
        if side not in SIDES:
            raise Refused(400, f"side must be one of {', '.join(map(str, SIDES))}")
        image = await run_in_threadpool(self._image_of, request.path_params["member"])
        return await _sent(self._gallery.picture(image, side), request)

    async def part(self, request: Request) -> Response:
        """A part of a picture at full size, encoded anew."""
        image = await run_in_threadpool(self._image_of, request.path_params["member"])
        try:
            part = self._gallery.part(image, number(request, "column"), number(request, "row"))
        except IndexError as error:
            raise Refused(404, str(error)) from error
        return await _sent(part, request)

    def _image_of(self, member: int) -> ImageInfo:
        try:
            return self._session.image(member)
        except IndexError as error:
            raise Refused(404, str(error)) from error

    def _changed(self, groups: tuple[int, ...]) -> Answer:
        """The first of the groups that changed, how many did, and what all comes to."""
        first = groups[0] if groups else None
        return {
            "group": first,
            "state": None if first is None else self._session.state(first).word,
            "groups": len(groups),
            "totals": self._session.totals._asdict(),
        }


def application(api: Api, cleaning: Cleaning, lock: threading.Lock) -> Starlette:
    """The whole application. `lock`: is held while the session is read or changed."""
    answering = Answering(lock)
    routes = [*api.routes(answering), *cleaning.routes(answering)]
    return Starlette(routes=routes, exception_handlers={Refused: _refused})


async def _sent(future: Future[Shown], request: Request) -> Response:
    """A picture once it is there. It is dropped if the page no longer waits for it."""
    waiting = asyncio.wrap_future(future)
    while not (await asyncio.wait([waiting], timeout=PATIENCE))[0]:
        if await request.is_disconnected():
            waiting.cancel()
            return Response(status_code=204)
    shown = waiting.result()
    if not shown.jpeg:
        raise Refused(410 if shown.gone else 422, shown.reason)
    return Response(shown.jpeg, media_type="image/jpeg")


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
