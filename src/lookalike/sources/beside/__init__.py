"""The files beside a picture that belong to it, and what the disk says of both."""

from lookalike.sources.beside.companions import Companion, Folder, Role
from lookalike.sources.beside.disk import Disk

__all__ = ["Companion", "Disk", "Folder", "Role"]
