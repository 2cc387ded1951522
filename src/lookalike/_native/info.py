"""What the native kernel of this installation can do."""

from __future__ import annotations

from typing import NamedTuple

from lookalike._native import kernel


class KernelInfo(NamedTuple):
    """Which instruction sets the kernel uses."""

    isa: str
    """The one in use: `scalar` (portable C++), `avx2` or `avx512`."""
    available: tuple[str, ...]
    """All that this processor has, the best one last."""

    @property
    def path(self) -> str:
        """The old name of `isa`."""
        return self.isa


def kernel_info() -> KernelInfo:
    """Say which instruction set the kernel uses, and which ones this processor has."""
    return KernelInfo(kernel.isa(), tuple(kernel.isas()))
