"""What the native kernel of this installation can do."""

from __future__ import annotations

from typing import NamedTuple

from lookalike._native import kernel


class KernelInfo(NamedTuple):
    """Which instruction sets the kernel uses."""

    path: str
    """The active one: `scalar` (portable C++), `avx2` or `avx512`."""
    available: tuple[str, ...]
    """All that this processor has, the best one last."""


def kernel_info() -> KernelInfo:
    """Say which path of the kernel is active, and which this processor has."""
    return KernelInfo(kernel.path(), tuple(kernel.paths()))
