"""How long applying a plan takes, compared with hashing its files and flushing a journal.

Half of the files go to the trash, and each has one that stays. The reference reads and hashes all
of them once with BLAKE3, and flushes a file once per 64 that go. The aim is at most 1.3 times as
long. The files are in a folder beside the temporary ones of other programs, so set TMPDIR to choose
the disk.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import NamedTuple

from blake3 import blake3

from lookalike.actions.apply import apply
from lookalike.actions.applying import BATCH
from lookalike.actions.undo import undo
from lookalike.matching.rules import Rule
from lookalike.planning.plan import EXACT, Action, Kept, Plan, PlanGroup, PlannedFile, Removal

from .measure import Report, arguments, positive

READ = 1 << 20


class Cost(NamedTuple):
    """What a piece of work took, in seconds."""

    wall: float
    processor: float


@contextmanager
def timed(costs: list[Cost]) -> Iterator[None]:
    """Add the cost of a block."""
    wall, processor = perf_counter(), process_time()
    yield
    costs.append(Cost(perf_counter() - wall, process_time() - processor))


def planned(path: Path, data: bytes) -> PlannedFile:
    """A new file as a plan names it."""
    path.write_bytes(data)
    found = path.stat()
    digest = blake3(data).digest(16).hex()
    return PlannedFile(str(path), len(data), found.st_mtime_ns, digest, found.st_ino, found.st_dev)


def plan_of(folder: Path, count: int, size: int) -> Plan:
    """A plan by which `count` files go, each with a copy that stays."""
    groups = []
    for number in range(count):
        data = number.to_bytes(8, "little") + os.urandom(1024) * (size // 1024)
        inner = folder / f"{number // 500:04}"
        inner.mkdir(exist_ok=True)
        kept = planned(inner / f"{number}.jpg", data)
        gone = planned(inner / f"{number}-copy.jpg", data)
        removal = Removal(gone, 0, EXACT, (Action.TRASH,), "a copy")
        groups.append(PlanGroup(str(number), (Kept(kept, "the first"),), (removal,)))
    return Plan(Rule.of("phash", verify=True), tuple(groups))


def hash_all(plan: Plan, journal: Path) -> None:
    """The reference."""
    with journal.open("ab", buffering=0) as log:
        for number, group in enumerate(plan.groups):
            for file in (group.keep[0].file, group.remove[0].file):
                digest = blake3()
                with open(file.path, "rb", buffering=0) as data:  # noqa: PTH123
                    while chunk := data.read(READ):
                        digest.update(chunk)
                log.write(digest.hexdigest().encode())
            if number % BATCH == 0:
                os.fdatasync(log.fileno())


def main() -> None:
    parser = arguments(__doc__, "benchmarks.clean_up --files 10000 --size 3000000", rounds=3)
    parser.add_argument("--files", type=positive, default=10_000, help="how many files go")
    parser.add_argument("--size", type=positive, default=1_000_000, help="bytes per file")
    options = parser.parse_args()
    costs: dict[str, list[Cost]] = {"hash and flush": [], "apply": [], "undo": []}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(os.path.realpath(name))
        os.environ["XDG_STATE_HOME"] = str(folder / "state")
        os.environ["XDG_DATA_HOME"] = str(folder / "data")
        (folder / "tree").mkdir()
        plan = plan_of(folder / "tree", options.files, options.size)
        os.sync()
        for _ in range(options.rounds):
            with timed(costs["hash and flush"]):
                hash_all(plan, folder / "log")
            with timed(costs["apply"]):
                outcome = apply(plan)
            assert outcome.counts == {"trash": options.files}, outcome
            with timed(costs["undo"]):
                outcome = undo()
            assert outcome.counts == {"restored": options.files}, outcome
    report = Report(__doc__)
    medians = {work: Cost(*map(median, zip(*each, strict=True))) for work, each in costs.items()}
    base = medians["hash and flush"]
    for work, cost in medians.items():
        report.add(
            f"{options.files:,} files of {options.size:,} bytes",
            {
                "by": work,
                "s": cost.wall,
                "CPU s": cost.processor,
                "times as long": cost.wall / base.wall,
                "times the CPU": cost.processor / base.processor,
            },
        )
    report.print(options.json)


if __name__ == "__main__":
    main()
