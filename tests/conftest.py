"""Which tests run: all but the slow ones, only these, or only the quick files. Shared fixtures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from serving import Server, serving

THOROUGH = frozenset(
    f"test_{name}.py"
    for name in (
        "against_brute_force",
        "archive_limits",
        "benchmarks",
        "changing",
        "cli",
        "comparison",
        "damaged",
        "deep_grey",
        "detail",
        "examples",
        "extraction",
        "files_from",
        "find",
        "forbidden",
        "fuzz",
        "fuzz_containers",
        "golden",
        "grey",
        "hostile_servers",
        "imagehash",
        "index_file",
        "index_model",
        "index_saving",
        "index_sections",
        "index_used_damaged",
        "index_writing",
        "isolation",
        "join",
        "jpeg",
        "kernel",
        "look",
        "lost_data",
        "methods",
        "paper",
        "pixel_check",
        "plotting",
        "progress",
        "public_hosts",
        "raw",
        "searchers",
        "seen",
        "sequences",
        "sheets",
        "sight",
        "sight_index",
        "stopping",
        "thorough",
        "thumbnail",
        "unexpected",
        "verified",
    )
)
"""Files that take seconds each: they start processes and servers, or try many random cases.

In other files, such tests are marked `thorough`.
"""


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--quick` for the tests that most changes need."""
    parser.addoption("--quick", action="store_true", help="leave out what takes seconds")


def pytest_configure(config: pytest.Config) -> None:
    """With `--quick`, properties are tried with a fifth of the random cases."""
    if config.getoption("--quick"):
        settings.register_profile("quick", max_examples=20)
        settings.load_profile("quick")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Thorough files are not even imported with `--quick`."""
    quick = config.getoption("--quick") and collection_path.name in THOROUGH
    named = collection_path in map(Path.absolute, map(Path, config.args))
    return True if quick and not named else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Thorough tests are left out with `--quick`."""
    if config.getoption("--quick"):
        items[:] = [one for one in items if not one.get_closest_marker("thorough")]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A web server on loopback, which is reached without a proxy."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serving() as one:
        yield one


@pytest.fixture
def bad_format() -> Iterator[None]:
    """A format with files that crash, hang or use up memory. Other files do not match it."""
    from PIL import Image

    from bad_decoders import register
    from lookalike.images.pillow.opening import openable

    register()
    openable.cache_clear()
    yield
    Image.ID.remove("BAD")
    del Image.OPEN["BAD"]
    openable.cache_clear()
