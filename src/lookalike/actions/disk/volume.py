"""`Volume`: within one, a file can be given any other name at once."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from lookalike.actions.disk.fs import FileSystem


class Volume(NamedTuple):
    """A mounted file system. One that is mounted twice is two volumes."""

    device: int
    mount: int
    """The number of the mount, or 0 if the system does not tell."""

    @classmethod
    def of(cls, fs: FileSystem, at: int) -> Volume:
        """The volume of an opened folder."""
        return cls(fs.status(at).st_dev, _mount(at))


def _mount(at: int) -> int:
    try:
        lines = Path(f"/proc/self/fdinfo/{at}").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line[7:]) for line in lines if line.startswith("mnt_id:")), 0)


def top_of(fs: FileSystem, folder: str) -> str:
    """The highest folder of the volume that a folder is in."""
    here = volume_at(fs, folder)
    while folder != "/" and volume_at(fs, os.path.dirname(folder)) == here:
        folder = os.path.dirname(folder)
    return folder


def volume_at(fs: FileSystem, folder: str) -> Volume:
    """The volume that a folder is in, or would be in if it existed."""
    while True:
        try:
            at = fs.open_folder(folder)
            break
        except FileNotFoundError:
            folder = os.path.dirname(folder)
    try:
        return Volume.of(fs, at)
    finally:
        os.close(at)


def is_read_only(at: int) -> bool:
    """Whether nothing can be changed on the volume of an opened folder."""
    return bool(os.fstatvfs(at).f_flag & os.ST_RDONLY)
