"""The native kernel: `lookalike._native.kernel`, described in `kernel.pyi`."""
