"""A trial: edited copies, the originals they are looked for among, and what a system says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.measure import Report, Row

    from .systems import Match, System

SHOWN = 5
"""How many false pairs of a system are named."""


@dataclass(frozen=True)
class Trial:
    """Copies by one edit."""

    name: str
    copies: dict[Path, Path]
    """The original of each copy. Copies of one original are the same picture."""
    originals: Sequence[Path]


@dataclass
class Score:
    """What a system found in some trials."""

    system: System
    recall: dict[str, float] = field(default_factory=dict)
    false: dict[Match, str] = field(default_factory=dict)
    """Pairs of different pictures, and in which trial."""
    pairs: int = 0
    """How many pairs were compared, of which a few are copies."""

    def run(self, trial: Trial, *, count_pairs: bool = True, recall: bool = True) -> None:
        """Run a system. `count_pairs`: whether its false pairs count."""
        copies = trial.copies
        found = self.system.matches(list(copies), trial.originals)
        if recall:
            right = sum(frozenset(pair) in found for pair in copies.items())
            self.recall[trial.name] = right / len(copies)
        if count_pairs:
            self.pairs += self.system.pair_count(len(copies), len(trial.originals))
            for match in found:
                if len({copies.get(path, path) for path in match}) > 1:
                    self.false[match] = trial.name


def together(trials: Sequence[Trial]) -> Trial:
    """All copies of all trials in one."""
    copies = {copy: original for trial in trials for copy, original in trial.copies.items()}
    return Trial("together", copies, trials[0].originals)


def add_recall(report: Report, table: str, scores: Sequence[Score]) -> None:
    """A row per edit, and a column per system."""
    for name in dict.fromkeys(name for score in scores for name in score.recall):
        row: Row = {"edit": name}
        row |= {score.system.name: f"{score.recall[name]:.3f}" for score in scores}
        report.add(table, row)


def add_false(report: Report, table: str, scores: Sequence[Score]) -> None:
    """A row per system: false pairs and times. Some false pairs are named in the notes."""
    for score in scores:
        system = score.system
        row: Row = {"by": system.name, "false pairs": len(score.false), "of pairs": score.pairs}
        row |= {
            "ms per picture": system.pictures.milliseconds,
            "ms per query": system.queries.milliseconds if system.queries.count else "",
        }
        report.add(table, row)
        for match, trial in sorted(score.false.items(), key=lambda one: sorted(one[0]))[:SHOWN]:
            names = " and ".join(sorted(f"{path.parent.name}/{path.name}" for path in match))
            report.notes.append(f"{system.name}, {trial}: {names}")
