"""Where images come from."""

from lookalike.sources.inputs import Images, Input, Inputs

__all__ = ["Images", "Input", "Inputs"]
