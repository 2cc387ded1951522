"""`Runs`: carries out one plan or takes one run back, while the page goes on."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeAlias

from lookalike.actions.words import outcome_lines
from lookalike.errors import LookalikeError, words_of
from lookalike.text import printable
from lookalike.work.deferring import Stop

if TYPE_CHECKING:
    from lookalike.actions.outcome import Outcome
    from lookalike.work.progress import Progress

Work: TypeAlias = "Callable[[Progress, Stop], Outcome]"


class Runs:
    """One run at a time, in a thread of its own. Use it as a context manager.

    At its end, a run that is at work finishes its file and stops.
    """

    def __init__(self, ended: Callable[[], None]) -> None:
        """`ended`: is called after each run, because files have changed."""
        self._ended = ended
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stop = Stop()
        self._state: dict[str, Any] = {"number": 0, "at_work": False}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()
        if self._thread is not None:
            self._thread.join()

    def start(self, does: str, work: Work) -> int:
        """Begin a run, and return its number. `does`: `apply` or `undo`.

        Raises `LookalikeError` if another one is at work.
        """
        with self._lock:
            if self._state["at_work"]:
                raise LookalikeError("another run is at work: wait until it has ended")
            self._stop = Stop()
            number: int = self._state["number"] + 1
            self._state = {
                "number": number, "does": does, "at_work": True, "done": 0, "total": 0,
                "lines": [], "failed": False,
            }  # fmt: skip
            self._thread = threading.Thread(target=self._run, args=(work, self._stop))
            self._thread.start()
            return number

    def stop(self) -> None:
        """Ask the run to stop after the file that it is working on."""
        self._stop.asked = True

    def state(self) -> dict[str, Any]:
        """What became of the last run, or how far it is."""
        with self._lock:
            return dict(self._state)

    def _run(self, work: Work, stop: Stop) -> None:
        lines, failed = [], True
        try:
            outcome = work(self._progress, stop)
            lines, failed = list(outcome_lines(outcome)), outcome.failed
        except LookalikeError as error:
            lines = [printable(str(error))]
        except OSError as error:
            lines = [printable(words_of(error))]
        except Exception as error:
            lines = [f"a bug: {error!r}"]
            raise
        finally:
            try:
                self._ended()
            finally:
                self._update(at_work=False, lines=lines, failed=failed)

    def _progress(self, _: str, done: int, total: int | None) -> None:
        self._update(done=done, total=total or 0)

    def _update(self, **news: Any) -> None:
        with self._lock:
            self._state |= news
