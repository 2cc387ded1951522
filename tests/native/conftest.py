"""Forces the kernel's instruction sets one by one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lookalike._native import kernel


@pytest.fixture(scope="module", params=kernel.isas())
def isa(request: pytest.FixtureRequest) -> Iterator[str]:
    """Each instruction set that this machine has."""
    name: str = request.param
    kernel.force_isa(name)
    yield name
    kernel.force_isa("")
