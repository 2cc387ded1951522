"""`Answering`: makes endpoints of functions, which get JSON and answer with it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, TypeAlias

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from lookalike.errors import LookalikeError, words_of
from lookalike.review.guard import Refused
from lookalike.review.views import OldViewError

if TYPE_CHECKING:
    from starlette.requests import Request

Answer: TypeAlias = "dict[str, Any]"
Endpoint: TypeAlias = "Callable[..., Any]"


class Answering:
    """Endpoints of one session. Those that are `alone` never run at the same time."""

    def __init__(self, lock: threading.Lock) -> None:
        self._lock = lock

    def asked(self, answer: Callable[[Request], Answer], *, alone: bool = True) -> Endpoint:
        """For questions. `answer` gets the request."""

        async def endpoint(request: Request) -> Response:
            return await run_in_threadpool(self._answered, answer, request, alone)

        return endpoint

    def told(self, answer: Callable[[Answer], Answer], *, alone: bool = True) -> Endpoint:
        """For changes. `answer` gets the object that was sent, and what the address names."""

        async def endpoint(request: Request) -> Response:
            try:
                given = await request.json()
            except (ValueError, RecursionError) as error:
                raise Refused(400, f"not JSON: {error}") from error
            if not isinstance(given, dict):
                raise Refused(400, "expected a JSON object")
            return await run_in_threadpool(
                self._answered, answer, {**given, **request.path_params}, alone
            )

        return endpoint

    def _answered(self, answer: Callable[[Any], Answer], given: Any, alone: bool) -> Response:
        """The answer, or why there is none."""
        try:
            with self._lock if alone else nullcontext():
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
            raise Refused(507 if alone else 409, str(error)) from error
        except OSError as error:
            raise Refused(404, words_of(error)) from error


def number(request: Request, name: str) -> int:
    """A whole number of the query. Raises `Refused`."""
    text = request.query_params.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise Refused(400, f"{name} must be a whole number, not {text[:40]!r}")
    return int(text)


def whole(value: object) -> int:
    """A whole number of JSON. Raises `TypeError`."""
    if type(value) is not int:
        raise TypeError(f"expected a whole number, not {str(value)[:40]!r}")
    return value


def truth(value: object) -> bool:
    """True or false of JSON. Raises `TypeError`."""
    if not isinstance(value, bool):
        raise TypeError(f"expected true or false, not {str(value)[:40]!r}")
    return value
