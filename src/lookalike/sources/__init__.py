"""Where images come from."""

from lookalike.sources.archives.limits import ArchiveLimits
from lookalike.sources.choice import Choice
from lookalike.sources.input import Input
from lookalike.sources.inputs import ImageSources, Inputs, is_there
from lookalike.sources.item import Item, trouble_of
from lookalike.sources.name_list import files_from
from lookalike.sources.names import at_hand
from lookalike.sources.patterns import Patterns
from lookalike.sources.web.urls import Fetch, is_url

__all__ = [
    "ArchiveLimits",
    "Choice",
    "Fetch",
    "ImageSources",
    "Input",
    "Inputs",
    "Item",
    "Patterns",
    "at_hand",
    "files_from",
    "is_there",
    "is_url",
    "trouble_of",
]
