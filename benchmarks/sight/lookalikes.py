"""How many pictures of one layout are taken for the same, and how many true copies are found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .graphics import layouts
from .layouts import COPIES, SHARES, Layout, as_png
from .trial import Score, Trial, add_false, add_recall

if TYPE_CHECKING:
    from benchmarks.measure import Report, Row

    from .systems import Match, System

MISSING = "one missing"
VARIANTS = 4
"""Pictures of one layout besides the base, for each share of entries."""


def draw_layout(layout: Layout, folder: Path) -> dict[str, list[Path]]:
    """Draw the base and its variants. Variants that look like the base are left out."""
    folder.mkdir(parents=True, exist_ok=True)
    base = save(folder / "base.png", as_png(layout.base))
    versions = range(1, VARIANTS + 1)
    pictures = {
        share: [layout.variant(size, version) for version in versions]
        for share, size in SHARES.items()
    }
    pictures[MISSING] = [layout.without_one(version) for version in versions]
    drawn = {}
    for share, variants in pictures.items():
        drawn[share] = [base]
        for version, picture in zip(versions, variants, strict=True):
            if picture.tobytes() != layout.base.tobytes():
                path = folder / f"{share} {version}.png"
                drawn[share].append(save(path, as_png(picture)))
    return drawn


def save(path: Path, content: bytes) -> Path:
    """Write a file, unless it is there."""
    if not path.exists():
        path.write_bytes(content)
    return path


def copies(chosen: Sequence[Layout], folder: Path, others: Sequence[Path]) -> Iterator[Trial]:
    """A trial for each kind of true copy. `others` are pictures of the same layouts."""
    for name, copy in COPIES.items():
        suffix = ".jpg" if copy(chosen[0].base)[:2] == b"\xff\xd8" else ".png"
        made = {
            save(folder / layout.name / f"copy, {name}{suffix}", copy(layout.base)): base_of(
                folder, layout
            )
            for layout in chosen
        }
        yield Trial(name, made, others)


def base_of(folder: Path, layout: Layout) -> Path:
    """The file of the base of a layout."""
    return folder / layout.name / "base.png"


def measure_layouts(
    report: Report,
    systems: Sequence[System],
    scratch: Path,
    each: int,
    kinds: Sequence[str],
    seed: int,
) -> None:
    """Pairs of one layout that are taken for the same, per kind, and true copies found."""
    folder = scratch / "layouts"
    chosen = layouts(each, kinds, seed)
    drawn = {layout: draw_layout(layout, folder / layout.name) for layout in chosen}
    alike = [path for one in drawn.values() for path in one["all"]]
    scores = [Score(system) for system in systems if not system.slow]
    for score in scores:
        score.run_all(list(copies(chosen, folder, alike)))
        score.write(folder)
    title = f"true copies found, {len(chosen)} layouts against {len(alike)} pictures"
    add_recall(report, title, scores)
    add_false(report, "false pairs beside true copies, and processor time", scores)
    for share in (*SHARES, MISSING):
        add_share(report, scores, [one[share] for one in drawn.values()], chosen, share)


def add_share(
    report: Report,
    scores: Sequence[Score],
    sets: Sequence[Sequence[Path]],
    chosen: Sequence[Layout],
    share: str,
) -> None:
    """How many pairs of one layout match, per kind, where a share of entries differ."""
    everything = [path for paths in sets for path in paths]
    found = {score.system.name: all_pairs(score.system, everything) for score in scores}
    layout_of = {path: at for at, paths in enumerate(sets) for path in paths}
    which = share if share == MISSING else f"{share} of the entries different"
    table = f"pairs of one layout taken for the same, {which}"
    rows: dict[str, Row] = {}
    for layout, paths in zip(chosen, sets, strict=True):
        row = rows.setdefault(layout.kind, zeros(layout.kind, 0, found))
        row["pairs"] = int(row["pairs"] or 0) + pair_count(paths)
    inside = sum(int(row["pairs"] or 0) for row in rows.values())
    rows[""] = zeros("different layouts", pair_count(everything) - inside, found)
    for name, matches in found.items():
        for one, other in matches:
            same = layout_of[one] == layout_of[other]
            row = rows[chosen[layout_of[one]].kind if same else ""]
            row[name] = int(row[name] or 0) + 1
    for row in rows.values():
        report.add(table, row)


def zeros(kind: str, pairs: int, systems: Iterable[str]) -> Row:
    """A row to count in."""
    return {"kind": kind, "pairs": pairs, **dict.fromkeys(systems, 0)}


def all_pairs(system: System, paths: Sequence[Path]) -> set[Match]:
    """The matches among some pictures."""
    if system.within:
        return system.matches([], paths)
    return {match for match in system.matches(paths, paths) if len(match) > 1}


def pair_count(paths: Sequence[Path]) -> int:
    """How many pairs so many pictures make."""
    return len(paths) * (len(paths) - 1) // 2
