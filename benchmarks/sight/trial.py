"""A trial: edited copies, the originals they are looked for among, and what a system says."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.measure import Report, Row

    from .systems import Match, System

SHOWN = 5
"""How many pairs of originals with false pairs are named."""


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
    false: dict[Match, Match] = field(default_factory=dict)
    """Pairs of different pictures, each with the two originals."""
    lost: list[Path] = field(default_factory=list)
    """Copies that were not found."""
    pairs: int = 0
    """How many pairs were compared, of which a few are copies."""

    def run(self, trial: Trial, *, count_pairs: bool = True, recall: bool = True) -> None:
        """Run a system. `count_pairs`: whether its false pairs count."""
        copies = trial.copies
        found = self.system.matches(list(copies), trial.originals)
        if recall:
            lost = [copy for copy, original in copies.items() if {copy, original} not in found]
            self.recall[trial.name] = 1 - len(lost) / len(copies)
            self.lost += lost
        if count_pairs:
            self.pairs += self.system.pair_count(len(copies), len(trial.originals))
            for match in found:
                shown = frozenset(copies.get(path, path) for path in match)
                if len(shown) > 1:
                    self.false[match] = shown

    def run_all(self, trials: Sequence[Trial]) -> None:
        """Run a system on several trials.

        If it compares copies with each other too, false pairs are those in one large collection of
        all copies. There are many more of them.
        """
        within = self.system.within
        for trial in trials:
            self.run(trial, count_pairs=not within)
        if within:
            self.run(together(trials), recall=False)
        print(f"{self.system.name} is done", file=sys.stderr, flush=True)

    def write(self, folder: Path) -> None:
        """Write the lost copies and the false pairs to a text file."""
        lines = [f"lost: {path}" for path in self.lost]
        lines += [f"false: {' and '.join(sorted(map(str, match)))}" for match in self.false]
        text = "\n".join(lines) + "\n"
        (folder / f"{self.system.name}.txt").write_text(text, encoding="utf-8")


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
    """A row per system: false pairs and times. The notes name the worst originals."""
    for score in scores:
        system = score.system
        row: Row = {"by": system.name, "false pairs": len(score.false), "of pairs": score.pairs}
        row |= {
            "ms per picture": system.pictures.milliseconds,
            "ms per query": system.queries.milliseconds if system.queries.count else "",
        }
        report.add(table, row)
        for shown, count in Counter(score.false.values()).most_common(SHOWN):
            names = " and ".join(sorted(f"{path.parent.name}/{path.name}" for path in shown))
            report.notes.append(f"{system.name}: {names}, {count} false pairs")
