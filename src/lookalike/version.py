"""The version of this installation."""

from __future__ import annotations

from functools import cache


@cache
def version() -> str:
    """As the package's metadata has it, such as `0.1.0`."""
    from importlib.metadata import version as version_of

    return version_of("lookalike")
