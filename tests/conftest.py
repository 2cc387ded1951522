"""Which tests run: all but the slow ones, only these, or only the quick files."""

from __future__ import annotations

from pathlib import Path

import pytest

THOROUGH = frozenset(
    f"test_{name}.py"
    for name in (
        "changing",
        "cli",
        "detail",
        "examples",
        "find",
        "forbidden",
        "fuzz",
        "fuzz_containers",
        "golden",
        "hostile_servers",
        "imagehash",
        "index_model",
        "index_sections",
        "index_writing",
        "isolation",
        "join",
        "jpeg",
        "kernel",
        "lost_data",
        "methods",
        "progress",
        "public_hosts",
        "searchers",
        "seen",
        "sequences",
        "stopping",
        "thumbnail",
        "unexpected",
    )
)
"""Files that take seconds each: they start processes and servers, or try many random cases."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--quick` for the tests that most changes need."""
    parser.addoption("--quick", action="store_true", help="leave out the files that take seconds")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Thorough files are not even imported with `--quick`."""
    quick = config.getoption("--quick") and collection_path.name in THOROUGH
    named = collection_path in map(Path.absolute, map(Path, config.args))
    return True if quick and not named else None
