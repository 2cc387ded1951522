"""Which tests run: all but the slow ones, only these, or only the quick files. Shared fixtures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from browsing import open_browser
from serving import Server, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser

THOROUGH = frozenset(
    f"test_{name}.py"
    for name in (
        "against_brute_force",
        "alignment",
        "archive_limits",
        "benchmarks",
        "catalog_changes",
        "catalog_killed",
        "catalog_model",
        "changed_meanwhile",
        "changing",
        "clean_up",
        "cleaning",
        "cleaning_page",
        "cli",
        "comparison",
        "damaged",
        "deep_grey",
        "detail",
        "earlier",
        "examples",
        "extraction",
        "files_from",
        "find",
        "forbidden",
        "fuzz",
        "fuzz_containers",
        "golden",
        "grey",
        "held_back",
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
        "jpeg_damaged",
        "jpeg_decoders",
        "jpeg_luma",
        "kernel",
        "killed",
        "look",
        "lost_data",
        "methods",
        "paper",
        "pixel_check",
        "plan_and_apart",
        "plan_command",
        "plotting",
        "preparation",
        "progress",
        "promises",
        "public_hosts",
        "raw",
        "refusing_disks",
        "report_command",
        "report_notebook",
        "report_page",
        "report_reading",
        "review_page",
        "runs_side_by_side",
        "searchers",
        "seen",
        "sequences",
        "sheets",
        "sight",
        "sight_index",
        "stopping",
        "thorough",
        "threats",
        "thumbnail",
        "unexpected",
        "verified",
    )
)
"""Files that take seconds each: they start processes and servers, or try many random cases.

In other files, such tests are marked `thorough`.
"""

RANDOM_CASES = {"quick": 20, "some": 40, "many": 100}


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--quick` for the tests that most changes need."""
    parser.addoption("--quick", action="store_true", help="leave out what takes seconds")


def pytest_configure(config: pytest.Config) -> None:
    """How many random cases are tried where a test does not say so. They have no deadline."""
    for profile, count in RANDOM_CASES.items():
        settings.register_profile(profile, max_examples=count, deadline=None)
    quick = "quick" if config.getoption("--quick") else "some"
    settings.load_profile(config.getoption("hypothesis_profile", None) or quick)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Thorough files are not even imported with `--quick`."""
    quick = config.getoption("--quick") and collection_path.name in THOROUGH
    named = collection_path in map(Path.absolute, map(Path, config.args))
    return True if quick and not named else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Thorough tests are left out with `--quick`."""
    if config.getoption("--quick"):
        items[:] = [one for one in items if not one.get_closest_marker("thorough")]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests, because it takes seconds to start."""
    with open_browser() as one:
        yield one


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
