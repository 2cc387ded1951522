"""What the page may ask and tell about plans and runs."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from starlette.routing import Route

from lookalike.actions.apply import apply_with
from lookalike.actions.applying import Choices as Confirmed
from lookalike.actions.disk.fs import FileSystem
from lookalike.actions.history import history, history_of
from lookalike.actions.journal.runs import record_of, require_linux, run_names
from lookalike.actions.undo import undo_with
from lookalike.errors import LookalikeError
from lookalike.review.answering import Answer, Answering, number, truth, whole
from lookalike.review.cleaning.words import (
    MOST_ENTRIES,
    entry_of,
    groups_of,
    plan_of,
    run_of,
)
from lookalike.review.guard import Refused

if TYPE_CHECKING:
    from starlette.requests import Request

    from lookalike.actions.outcome import Outcome
    from lookalike.review.cleaning.plans import Plans
    from lookalike.review.cleaning.runs import Runs
    from lookalike.work.deferring import Stop
    from lookalike.work.progress import Progress


class Cleaning:
    """Answers the page. Nothing here holds the session for long, because disks may be slow."""

    def __init__(self, plans: Plans, runs: Runs) -> None:
        self._plans, self._runs = plans, runs

    def routes(self, answering: Answering) -> list[Route]:
        """All that can be asked for."""
        asked, told = (partial(one, alone=False) for one in (answering.asked, answering.told))
        return [
            Route("/api/plan", asked(self.plan), methods=["GET"]),
            Route("/api/plan/groups", asked(self.groups), methods=["GET"]),
            Route("/api/apply", told(self.apply), methods=["POST"]),
            Route("/api/run", asked(lambda _: self._runs.state()), methods=["GET"]),
            Route("/api/stop", told(self.stop), methods=["POST"]),
            Route("/api/history", asked(self.history), methods=["GET"]),
            Route("/api/history/{run}", asked(self.history_of), methods=["GET"]),
            Route("/api/history/{run}/undo", told(self.undo), methods=["POST"]),
        ]

    def plan(self, request: Request) -> Answer:
        """The plan of what is decided now."""
        asked = request.query_params
        shown = self._plans.make(asked.get("metadata", "hold"), asked.get("do", "trash"))
        return {"actions": list(self._plans.actions), "to": self._plans.to, **plan_of(shown)}

    def groups(self, request: Request) -> Answer:
        """Some groups of the plan that was shown."""
        plan = self._plans.last(request.query_params.get("digest", ""))
        if plan is None:
            raise Refused(409, "the plan has changed since: look at it again")
        return {"groups": groups_of(plan, number(request, "at"))}

    def apply(self, given: Answer) -> Answer:
        """Begin to carry out a plan, if it is the one that was shown, down to the last byte."""
        require_linux()
        digest, files = str(given["digest"]), whole(given["files"])
        none_wanted = truth(given["none_wanted"])
        shown = self._plans.make(str(given["metadata"]), str(given["do"]))
        if shown.digest != digest:
            raise Refused(409, "the plan has changed since: look at it again")
        expected = len(shown.wanted) + (len(shown.unwanted) if none_wanted else 0)
        if files != expected or not expected:
            raise Refused(409, f"{expected:,} files would go, and {files:,} were confirmed")
        groups = (one for one in shown.plan.groups if none_wanted or not one.none_wanted)
        plan = replace(shown.plan, groups=tuple(groups))

        def work(progress: Progress, stop: Stop) -> Outcome:
            confirmed = Confirmed(none_wanted=none_wanted, progress=progress)
            return apply_with(FileSystem(), plan, confirmed, stop)

        return {"number": self._runs.start("apply", work)}

    def stop(self, _: Answer) -> Answer:
        """End the run that is at work early."""
        self._runs.stop()
        return {}

    def history(self, _: Request) -> Answer:
        """All runs, the latest first."""
        return {"runs": [run_of(one) for one in reversed(history())]}

    def history_of(self, request: Request) -> Answer:
        """The files of a run, and where they are now."""
        found = history_of(_known(request.path_params["run"]))
        return {
            **run_of(found.run),
            "files": len(found.entries),
            "can_undo": sum(one.can_undo for one in found.entries),
            "entries": list(map(entry_of, found.entries[:MOST_ENTRIES])),
        }

    def undo(self, given: Answer) -> Answer:
        """Begin to take a run back."""
        require_linux()
        run = _known(str(given["run"]))
        if record_of(run).undoes is not None:
            raise LookalikeError(f"{run} took another run back: make a new plan instead")

        def work(progress: Progress, stop: Stop) -> Outcome:
            return undo_with(FileSystem(), run, progress=progress, asked=stop)

        return {"number": self._runs.start("undo", work)}


def _known(run: str) -> str:
    if run not in run_names():
        raise Refused(404, "there is no such run")
    return run
