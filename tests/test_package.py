"""The package as a whole."""

from __future__ import annotations

import subprocess
import sys
from importlib.resources import files

import pytest

import lookalike


def loaded_by(statement: str) -> set[str]:
    """The modules that a fresh interpreter has loaded after a statement."""
    script = f"import sys\n{statement}\nprint(' '.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "statement", ["import lookalike", "import lookalike; lookalike.__version__"]
)
def test_importing_loads_nothing_heavy(statement: str) -> None:
    """`import lookalike` loads neither NumPy nor Pillow nor the kernel."""
    modules = loaded_by(statement)
    assert "lookalike" in modules
    assert not modules & {"numpy", "PIL", "simplejpeg", "click", "rich", "lookalike._native.kernel"}


def test_the_command_starts_light() -> None:
    """The command loads none of them before it has work to do."""
    assert "click" not in loaded_by("import lookalike.cli")  # so that it can soon be stopped
    modules = loaded_by("import lookalike.cli.commands")
    assert not modules & {"numpy", "PIL", "simplejpeg", "rich", "lookalike._native.kernel"}


def test_every_public_name_is_there() -> None:
    """`__all__` lists what can be imported, and anything else is an AttributeError."""
    for name in lookalike.__all__:
        assert getattr(lookalike, name) is not None
    assert set(lookalike.__all__) <= set(dir(lookalike))
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = lookalike.nothing


def test_every_public_name_is_documented() -> None:
    """Every public class and function says what it does."""
    for name in lookalike.__all__:
        thing = getattr(lookalike, name)
        assert isinstance(thing, str) or (thing.__doc__ or "").strip(), name


def test_the_package_is_typed() -> None:
    """Type checkers find the marker for inline annotations."""
    assert (files("lookalike") / "py.typed").is_file()


def test_kernel_info_names_the_active_path() -> None:
    """The active path is the best of those that the processor has."""
    info = lookalike.kernel_info()
    assert info.available[0] == "scalar"
    assert info.isa == info.path == info.available[-1]


def test_statuses_are_the_documented_ones() -> None:
    """The statuses of inputs, which scripts compare with, do not change."""
    assert [str(status) for status in lookalike.Status] == [
        "ok",
        "missing",
        "unreadable",
        "empty",
        "not_an_image",
        "unsupported",
        "damaged",
        "crashed",
        "too_large",
        "not_found",
        "timed_out",
    ]
