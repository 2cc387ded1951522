"""Copies of files, complete with everything that belongs to them, under a temporary name."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from lookalike.actions.disk.spot import Changed, Spot, State, digest_of

if TYPE_CHECKING:
    from lookalike.actions.disk.fs import FileSystem


def copy_to(
    source: int,
    target: Spot,
    digest: str,
    like: State,
    attributes: dict[str, bytes],
) -> State:
    """Write the bytes of an opened file under a new name, and read them back.

    The copy gets the times, owner, permissions and extended attributes of `like`, as far as the
    file system allows. Nothing is left if that fails. Raises `OSError`, and `Changed` if the bytes
    are not those of the digest.
    """
    fs = target.fs
    file = fs.create(target.name, target.at)
    try:
        if not fs.clone(source, file):
            os.lseek(source, 0, os.SEEK_SET)
            while data := fs.read(source):
                fs.write(file, data)
        _dress(fs, file, like, attributes)
        fs.sync(file)
        os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)  # read from the disk, not from memory
        os.lseek(file, 0, os.SEEK_SET)
        if digest_of(fs, file) != digest:
            raise Changed("its bytes changed while they were copied")
        fs.set_times(file, like.atime_ns, like.mtime_ns)
        return State.of(fs.status(file))
    except (OSError, Changed):
        fs.unlink(target.name, target.at)
        raise
    finally:
        os.close(file)


def _dress(fs: FileSystem, file: int, like: State, attributes: dict[str, bytes]) -> None:
    """Set all but the times. What a file system does not have is left out."""
    with suppress(OSError):
        fs.set_owner(file, like.user, like.group)
    with suppress(OSError):
        fs.set_mode(file, like.mode)
    for name, value in attributes.items():
        with suppress(OSError):
            fs.set_attribute(file, name, value)
