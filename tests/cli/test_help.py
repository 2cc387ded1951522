"""What the help of the command lists, and which modules it loads."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from lookalike import __version__, algorithm_names, get_algorithm
from lookalike.algorithms import algorithm_sizes
from lookalike.cli.commands import commands


@pytest.mark.parametrize("command", ["find", "hash", "compare"])
def test_the_help_lists_every_algorithm(command: str) -> None:
    """It has each name and its sizes."""
    shown = CliRunner().invoke(commands, [command, "--help"], terminal_width=1000).output
    words = shown.replace(",", " ").replace(":", " ").replace(";", " ").split()
    assert set(algorithm_names()) <= set(words)
    text = " ".join(shown.split())
    assert all(f": {sizes}" in text for sizes in algorithm_sizes().values())
    assert "[default: phash]" in text


def test_the_package_runs_as_a_module() -> None:
    """`python -m lookalike` is the same as the command."""
    run = subprocess.run(
        [sys.executable, "-m", "lookalike", "--version"], capture_output=True, text=True
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert str(__version__) in run.stdout


def test_every_format_that_must_be_installed_has_its_extensions() -> None:
    """Who looks for HEIC or JPEG XL finds what to install."""
    listed = CliRunner().invoke(commands, ["formats", "--json"]).output
    extensions: dict[str, list[str]] = {
        one["name"]: one["extensions"] for one in json.loads(listed)
    }
    assert ".heic" in extensions["HEIF"]
    assert ".jxl" in extensions.get("JPEG XL", []) + extensions.get("JXL", [])
    assert all(one["extensions"] for one in json.loads(listed) if not one["readable"])


def test_the_sizes_in_the_help_are_accepted() -> None:
    """The first and last size of each range are accepted, and one beyond is refused."""
    ends = {"2 to 128": (2, 128), "a power of two from 2 to 128": (2, 128), "1 to 8": (1, 8)}
    for name, sizes in algorithm_sizes().items():
        stem, at, flavour = name.partition("@")
        first, last = ends.get(sizes, (8, 8))
        for size in (first, last):
            get_algorithm(f"{stem}:{size}{at}{flavour}")
        with pytest.raises(ValueError, match=f"must be {sizes}, not "):
            get_algorithm(f"{stem}:{last + 1}{at}{flavour}")


def loaded_by(*words: str) -> set[str]:
    """The modules that a command has loaded at its end."""
    script = (
        "import sys; from lookalike.cli.commands import commands\n"
        f"commands.main({words!r}, standalone_mode=False)\n"
        "print('loaded:', *sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return set(done.stdout.partition("loaded:")[2].split())


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_the_help_of_the_whole_command_loads_nothing_heavy(option: str) -> None:
    """Listing the commands or the version loads neither NumPy nor Pillow nor the kernel."""
    loaded = loaded_by(option)
    assert "click" in loaded
    assert not loaded & {"numpy", "PIL", "simplejpeg", "lookalike._native.kernel"}


def test_listing_the_algorithms_loads_nothing_that_reads_images() -> None:
    """The help of a command loads the registry, and none of the decoders."""
    loaded = loaded_by("find", "--help")
    assert "lookalike.algorithms.registry" in loaded
    assert not loaded & {"PIL", "simplejpeg", "lookalike.images"}
