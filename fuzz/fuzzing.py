"""What the fuzzers have in common: writing seeds, trying single files, and fuzzing."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path


def run(
    usage: str | None,
    seeds: Callable[[], Mapping[str, bytes]],
    check: Callable[[bytes], Iterable[object]],
) -> None:
    """Do what the command line asks for, as `usage` says.

    `check` reads the bytes in every way, and returns the outcomes. It raises what must never be
    raised.
    """
    match sys.argv[1:]:
        case ["--replay", *names] if names:
            for name in names:
                print(name, *dict.fromkeys(map(str, check(Path(name).read_bytes()))), flush=True)
        case ["--seeds", folder]:
            write(Path(folder), seeds())
        case [folder, *options] if not folder.startswith("-"):
            write(Path(folder), seeds())
            fuzz([folder, *options], check)
        case _:
            sys.exit(usage)


def write(folder: Path, seeds: Mapping[str, bytes]) -> None:
    """Write one file per seed."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in seeds.items():
        (folder / name).write_bytes(data)


def fuzz(arguments: list[str], check: Callable[[bytes], object]) -> None:
    """Never returns."""
    try:
        import atheris
    except ImportError:
        sys.exit("pip install atheris; without it, --replay tries single files")
    atheris.instrument_all()
    atheris.Setup([sys.argv[0], *arguments], check)
    atheris.Fuzz()
