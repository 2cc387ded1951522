"""Where images come from."""

from lookalike.sources.inputs import ImageSources, Input, Inputs
from lookalike.sources.urls import at_hand, is_url

__all__ = ["ImageSources", "Input", "Inputs", "at_hand", "is_url"]
