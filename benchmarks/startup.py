"""How long Python takes to start with lookalike, compared with a bare interpreter."""

from __future__ import annotations

import subprocess
import sys
from functools import partial

from .measure import Report, Row, Timing, arguments, time_in_turn

BARE = "bare interpreter"
PROGRAMS = {
    BARE: ["-c", "pass"],
    "import lookalike": ["-c", "import lookalike"],
    "lookalike --version": ["-c", "from lookalike.cli import main; main()", "--version"],
    "lookalike.find_duplicates": ["-c", "import lookalike; lookalike.find_duplicates"],
}
HEAVY = ("numpy", "PIL", "lookalike._native.kernel")


def run(program: list[str]) -> str:
    """Start Python, wait for its end, and return what it printed."""
    command = [sys.executable, *program]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def loaded_by_import() -> list[str]:
    """Which of the heavy modules `import lookalike` loads."""
    loaded = run(["-c", "import sys, lookalike; print(*sys.modules)"]).split()
    return [name for name in HEAVY if name in loaded]


def main() -> None:
    options = arguments(__doc__, "benchmarks.startup --rounds 50", rounds=20).parse_args()
    report = Report(__doc__)
    programs = {name: partial(run, program) for name, program in PROGRAMS.items()}
    timings = time_in_turn(programs, options.rounds)

    def more(_: str, timing: Timing[str]) -> Row:
        return {"ms more": (timing.seconds - timings[BARE].seconds) * 1000}

    report.add_timings("a process", timings, BARE, more)
    loaded = loaded_by_import()
    report.notes.append(f"Of {', '.join(HEAVY)}, import lookalike loads {loaded or 'none'}.")
    report.print(options.json)


if __name__ == "__main__":
    main()
