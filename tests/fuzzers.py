"""The fuzzers of `fuzz/`, and how their tests change the seeds."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path
from typing import Any, TypeAlias

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

FUZZ = Path(__file__).parents[1] / "fuzz"

Edit: TypeAlias = tuple[str, float, bytes]

slow_files_are_failures = settings(
    deadline=10_000, suppress_health_check=list(HealthCheck), derandomize=True
)


def fuzzer(name: str) -> dict[str, Any]:
    """What a script of `fuzz/` defines."""
    sys.path.insert(0, str(FUZZ))
    try:
        return runpy.run_path(str(FUZZ / name))
    finally:
        sys.path.remove(str(FUZZ))


def edited(data: bytes, edits: list[Edit]) -> bytes:
    """The data with bytes replaced, inserted, removed, repeated or cut off."""
    for kind, place, payload in edits:
        at = int(place * len(data))
        if kind == "replace":
            data = data[:at] + payload + data[at + len(payload) :]
        elif kind == "insert":
            data = data[:at] + payload + data[at:]
        elif kind == "delete":
            data = data[:at] + data[at + len(payload) :]
        elif kind == "repeat":
            data = data[:at] + data[max(at - 40, 0) :]
        else:
            data = data[:at]
    return data


def edits_of(payloads: st.SearchStrategy[bytes]) -> st.SearchStrategy[list[Edit]]:
    """Half of the places are in the first bytes of the file, which hold its header."""
    kinds = st.sampled_from(["replace", "replace", "replace", "insert", "delete", "repeat", "cut"])
    return st.lists(st.tuples(kinds, places, payloads), min_size=1, max_size=6)


places = st.floats(0, 1) | st.floats(0, 0.15)
