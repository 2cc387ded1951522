"""Where images come from."""

from lookalike.images import Item
from lookalike.sources.archives.limits import ArchiveLimits
from lookalike.sources.choice import Choice
from lookalike.sources.input import Input
from lookalike.sources.inputs import ImageSources, Inputs, is_there
from lookalike.sources.location import Kind, Location
from lookalike.sources.name_list import files_from
from lookalike.sources.names import source_of
from lookalike.sources.patterns import Patterns
from lookalike.sources.trouble import trouble_of
from lookalike.sources.web.urls import Fetch, is_url

__all__ = [
    "ArchiveLimits",
    "Choice",
    "Fetch",
    "ImageSources",
    "Input",
    "Inputs",
    "Item",
    "Kind",
    "Location",
    "Patterns",
    "files_from",
    "is_there",
    "is_url",
    "source_of",
    "trouble_of",
]
