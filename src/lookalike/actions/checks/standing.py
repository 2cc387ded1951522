"""`Standing`: what stays for files of earlier runs, so that no chain of look-alikes forms."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from lookalike.actions.disk.spot import Changed
from lookalike.actions.journal.runs import records
from lookalike.planning.earlier import Went, kept_before
from lookalike.planning.plan import KEEPS_NAME

if TYPE_CHECKING:
    from lookalike.planning.plan import Match


class Standing:
    """The bytes that stay for files that only resemble them, and went in earlier runs."""

    def require_free(self, digest: str, match: Match) -> None:
        """Raise `Changed` if a file stays for others, and what stays for it only resembles it."""
        if not match.same_pixels and digest in self.digests:
            raise Changed("it stayed for others in an earlier run, which may resemble it alone")

    @cached_property
    def digests(self) -> frozenset[str]:
        """The digests of these files. Raises `JournalError`."""
        runs = list(records())
        restored = {
            (run.undoes, intent.of)
            for run in runs
            for n, intent in run.intents.items()
            if run.undoes and run.outcomes.get(n, ("",))[0] == "done"
        }
        return kept_before(
            Went(
                intent.file.digest,
                intent.keeper_digest,
                same_pixels=intent.evidence in {"bytes", "pixels"},
            )
            for run in runs
            if not run.undoes
            for n, intent in run.intents.items()
            if intent.keeper_digest
            and intent.action not in KEEPS_NAME
            and run.outcomes.get(n, ("done",))[0] == "done"
            and (run.run, n) not in restored
        )
