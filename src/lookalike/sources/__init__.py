"""Where images come from."""

from lookalike.sources.at_hand import at_hand
from lookalike.sources.choice import Choice
from lookalike.sources.files_from import files_from
from lookalike.sources.input import Input
from lookalike.sources.inputs import Inputs, ImageSources
from lookalike.sources.item import Item
from lookalike.sources.limits import ArchiveLimits

__all__ = [
    "ArchiveLimits",
    "Choice",
    "ImageSources",
    "Input",
    "Inputs",
    "Item",
    "at_hand",
    "files_from",
]
