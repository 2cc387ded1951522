"""`Outcome`: what became of a plan, or of taking a run back."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple


class Problem(NamedTuple):
    """A file that was left as it was, and why."""

    path: str
    word: str
    """`skipped`: it is not as planned any more. `failed`: the system refused."""
    why: str


@dataclass
class Outcome:
    """What became of a run."""

    run: str | None
    """Its name, for `lookalike undo` and `lookalike history`. None for a trial."""
    counts: Counter[str] = field(default_factory=Counter)
    """How many files: by action, `skipped`, `failed` and, for undoing, `restored` and `here`."""
    bytes: int = 0
    """The size of the files with which something was done."""
    problems: list[Problem] = field(default_factory=list)
    """The files that were left as they were."""
    notes: list[str] = field(default_factory=list)
    """What to know besides, one paragraph each."""
    stopped: str | None = None
    """Why the run ended early. None if it did not."""
    interrupted: bool = False
    """Whether the user stopped it."""

    @property
    def failed(self) -> bool:
        """Whether anything failed."""
        return bool(self.counts["failed"] or self.stopped)

    @property
    def word(self) -> str:
        """How the run ended."""
        if self.interrupted:
            return "interrupted"
        return "stopped" if self.stopped else "complete"

    def add_problem(self, path: str, word: str, why: str, count: int = 1) -> None:
        """Note a file that was left as it was, or several with one reason."""
        self.problems.append(Problem(path, word, why))
        self.counts[word] += count
