"""Which instruction sets the native kernel of this installation supports."""

from __future__ import annotations

from typing import NamedTuple

from lookalike._native import kernel


class KernelInfo(NamedTuple):
    """Which instruction sets the kernel uses."""

    isa: str
    """The instruction set in use: `scalar` (portable C++), `avx2` or `avx512`."""
    available: tuple[str, ...]
    """All that this processor supports, the best last."""

    @property
    def path(self) -> str:
        """The former name of `isa`."""
        return self.isa


def kernel_info() -> KernelInfo:
    """Which instruction set the kernel uses, and which ones this processor supports."""
    return KernelInfo(kernel.isa(), tuple(kernel.isas()))
