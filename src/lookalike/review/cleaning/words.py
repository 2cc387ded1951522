"""A plan and the history of runs as plain types, for the page."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from lookalike.actions.words import run_line
from lookalike.planning.words import held_kinds, how_words
from lookalike.text import printable

if TYPE_CHECKING:
    from lookalike.actions.history import Entry, Run
    from lookalike.planning.plan import Plan, PlanGroup, PlannedFile
    from lookalike.review.cleaning.plans import Shown

MOST_GROUPS = 100
"""How many groups of a plan are sent at once."""
MOST_FOLDERS = 8
MOST_ENTRIES = 200
"""How many files of a run are sent."""


def plan_of(shown: Shown) -> dict[str, Any]:
    """What a plan comes to."""
    plan = shown.plan
    return {
        "digest": shown.digest,
        "files": len(shown.wanted),
        "bytes": sum(file.size for file in shown.wanted),
        "unwanted": len(shown.unwanted),
        "unwanted_bytes": sum(file.size for file in shown.unwanted),
        "groups": len(plan.groups),
        "volumes": _volumes(plan),
        "held": [[kind, count] for kind, count in held_kinds(plan)],
        "folders": _folders(plan),
        "warnings": list(map(printable, plan.warnings)),
    }


def groups_of(plan: Plan, at: int) -> list[dict[str, Any]]:
    """Some groups of a plan, from the one at a position."""
    return [_group(one) for one in plan.groups[at : at + MOST_GROUPS]]


def _group(group: PlanGroup) -> dict[str, Any]:
    relied = {one.keeper for one in group.remove}
    held = {one.file.path for one in group.held}
    return {
        "none_wanted": group.none_wanted,
        "keep": [
            [_path(one.file), printable(one.why)]
            for at, one in enumerate(group.keep)
            if at in relied or one.file.path not in held
        ],
        "remove": [
            {
                "path": _path(one.file),
                "do": ", ".join(one.do),
                "how": how_words(group, one),
                "with": [_path(companion.file) for companion in one.companions],
            }
            for one in group.remove
        ],
        "held": [[_path(one.file), printable(one.why)] for one in group.held],
    }


def _folder(path: str) -> str:
    return path.rpartition("/")[0] or "/"


def _path(file: PlannedFile) -> str:
    return printable(file.path)


def _volumes(plan: Plan) -> list[list[Any]]:
    """The actions and volumes of a plan: action, volume, files, bytes."""
    tops: dict[str, str] = {}
    counts: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for group in plan.groups:
        for removal in group.remove:
            folder = _folder(removal.file.path)
            if folder not in tops:
                tops[folder] = _top(folder)
            total = counts[", ".join(removal.do), tops[folder]]
            for file in (removal.file, *(one.file for one in removal.companions)):
                total[0] += 1
                total[1] += file.size
    return [[action, printable(top), *total] for (action, top), total in sorted(counts.items())]


def _top(folder: str) -> str:
    """The folder that the volume of a folder is mounted at."""
    while folder != "/" and not os.path.ismount(folder):
        folder = _folder(folder)
    return folder


def _folders(plan: Plan) -> list[list[Any]]:
    """The folders that lose most: name, files that go, files that are there."""
    goes = Counter(_folder(file.path) for group in plan.groups for file in group.files())
    return [
        [printable(name), count, _count(name)] for name, count in goes.most_common(MOST_FOLDERS)
    ]


def _count(folder: str) -> int:
    try:
        with os.scandir(folder) as entries:
            return sum(not one.is_dir(follow_symlinks=False) for one in entries)
    except OSError:
        return 0


def run_of(run: Run) -> dict[str, Any]:
    """A run, in short."""
    return {
        "run": run.run,
        "started": run.started,
        "undoes": run.undoes,
        "line": printable(run_line(run).removeprefix(run.run).strip()),
    }


def entry_of(entry: Entry) -> dict[str, Any]:
    """A file of a run."""
    return {
        "path": printable(entry.path),
        "did": entry.did,
        "why": printable(entry.why),
        "keeper": printable(entry.keeper) if entry.keeper else None,
        "now": printable(entry.now),
        "can_undo": entry.can_undo,
    }
