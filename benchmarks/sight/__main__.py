"""How many edited copies each system finds, how many false pairs, and what it costs.

Thresholds of lookalike were chosen on one half of the photographs, by a hash of the name. Figures
are of the other half. Look-alikes of one layout are drawn by code that was not used for choosing.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.measure import Report, arguments

from .cost import cost
from .graphics import KINDS
from .lookalikes import measure_layouts
from .peers import PACKAGES, of_others
from .photos import Photos, photos_in, trials
from .scenes import measure_scenes
from .systems import System, of_lookalike
from .trial import Score, add_false, add_recall

PARTS = ("photos", "layouts", "cost", "scenes")
DRAWN = ("layouts", "scenes")
"""Those that need no photographs."""
FEW = 12, 48
"""Queries and originals for slow systems."""
QUICK = 4, 8
"""Queries and originals with `--quick`."""


def chosen_systems(names: Sequence[str], report: Report) -> list[System]:
    """The systems to run. Those that this version of lookalike lacks are named in the notes."""
    found, missing = of_lookalike()
    report.notes += [f"{name} is left out: this version does not have it." for name in missing]
    everything = [*found, *of_others()]
    unknown = set(names) - {system.name for system in everything} - set(missing)
    if unknown:
        raise SystemExit(f"no system {', '.join(sorted(unknown))}")
    return [system for system in everything if not names or system.name in names]


def measure_photos(
    report: Report,
    photos: Photos,
    few: Photos,
    systems: Sequence[System],
    scratch: Path,
    seed: int,
) -> None:
    """Recall of each edit and false pairs, for fast systems on all and slow ones on a few."""
    for slow, used in ((False, photos), (True, few)):
        chosen = [system for system in systems if system.slow == slow]
        if not chosen:
            continue
        found = list(trials(used, scratch, seed))
        sizes = f"{len(used.reporting)} photographs against {len(used.originals)}"
        kind = " by slow systems" if slow else ""
        scores = [Score(system) for system in chosen]
        for score in scores:
            score.run_all(found)
            score.write(scratch)
        add_recall(report, f"share of copies found{kind}, {sizes}", scores)
        add_false(report, f"false pairs and processor time{kind}, {sizes}", scores)


def main() -> None:
    parser = arguments(__doc__, "benchmarks.sight photos my-photos", rounds=3)
    parser.add_argument("part", choices=PARTS, help="what to measure")
    parser.add_argument("folders", nargs="*", type=Path, help="folders of different photographs")
    parser.add_argument("--systems", nargs="+", default=[], metavar="NAME", help="only these")
    parser.add_argument("--quick", action="store_true", help="a few pictures")
    parser.add_argument("--seed", type=int, default=0, help="of edits and drawings (default: 0)")
    parser.add_argument(
        "--keep",
        type=Path,
        metavar="FOLDER",
        help="keep all pictures made, and lists of what was lost and false",
    )
    parser.add_argument(
        "--layouts", type=int, default=3, metavar="N", help="layouts of each kind (default: 3)"
    )
    parser.add_argument(
        "--count", type=int, default=1_000_000, help="of generated pictures, for cost and scenes"
    )
    options = parser.parse_args()
    if options.part not in DRAWN and not options.folders:
        parser.error(f"{options.part} requires a folder of photographs")
    report = Report(__doc__, [name for module, name in PACKAGES.items() if find_spec(module)])
    with TemporaryDirectory() as temporary:
        scratch = options.keep or Path(temporary)
        if options.part == "cost":
            count = 5_000 if options.quick else options.count
            cost(report, photos_in(options.folders), scratch, options.rounds, count)
        elif options.part == "scenes":
            measure_scenes(report, scratch / "scenes", 1_000 if options.quick else options.count)
        elif options.part == "layouts":
            systems = chosen_systems(options.systems, report)
            kinds = list(KINDS)[:3] if options.quick else list(KINDS)
            measure_layouts(report, systems, scratch, options.layouts, kinds, options.seed)
        else:
            systems = chosen_systems(options.systems, report)
            photos = photos_in(options.folders)
            halves = f"{len(photos.choosing)} for choosing, {len(photos.reporting)} for reporting"
            report.notes.append(f"Halves: {halves}. {len(photos.fillers)} fill collages.")
            few = photos.few(*(QUICK if options.quick else FEW))
            used = few if options.quick else photos
            measure_photos(report, used, few, systems, scratch, options.seed)
    report.print(options.json)


if __name__ == "__main__":
    main()
