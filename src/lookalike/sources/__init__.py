"""Where images come from."""

from lookalike.sources.inputs import ImageSources, Input, Inputs

__all__ = ["ImageSources", "Input", "Inputs"]
