"""Which file system a path is on, and what may be relied on there."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import NamedTuple

MOUNTS = Path("/proc/self/mountinfo")
BY_UUID = Path("/dev/disk/by-uuid")
NETWORK = re.compile(r"nfs|cifs|smb|9p|fuse|afs|ceph|glusterfs|virtiofs|davfs|sshfs")
"""The types of file systems whose files other machines may change. Their locks, mapped memory and
inodes are not to be relied on."""
WITH_FSID = {"ext2", "ext3", "ext4", "btrfs"}
"""Where `statvfs` gives a number made from the UUID. Elsewhere it may be that of the device."""
WITHOUT_INODES = {"vfat", "msdos", "exfat", "ntfs", "ntfs3", "hfs"}
WITH_LOCAL_TIME = {"vfat", "msdos", "exfat", "cifs", "smb3"}
"""Where all times may shift by an hour when the clocks change."""


class FileSystem(NamedTuple):
    """What is known about the file system of a path."""

    type: str = ""
    """As the kernel names it, such as ext4. Empty if unknown."""
    volume: bytes | None = None
    """Its identity, the same wherever and whenever it is mounted. None if unknown."""
    within: bytes | None = None
    """The path inside the file system. None if unknown."""

    @property
    def is_network(self) -> bool:
        """Whether other machines may change its files."""
        return NETWORK.match(self.type) is not None

    @property
    def keeps_inodes(self) -> bool:
        """Whether the number of a file stays the same when it is mounted again."""
        return not self.is_network and self.type not in WITHOUT_INODES

    @property
    def shifts_times(self) -> bool:
        """Whether its times may shift by whole hours."""
        return self.type in WITH_LOCAL_TIME


class _Mount(NamedTuple):
    point: bytes
    root: bytes
    """The path of the mounted folder inside the file system."""
    type: str


def file_system_of(path: bytes) -> FileSystem:
    """The file system of a real path. Raises `OSError` if nothing is there."""
    status = os.stat(path)  # noqa: PTH116
    mount = _mount_of(path)
    if mount is None:
        return FileSystem()
    inner = path[len(mount.point) :].strip(b"/")
    within = b"/".join(part for part in (mount.root.strip(b"/"), inner) if part)
    return FileSystem(mount.type, _volume(path, mount.type, status.st_dev), within)


def _mount_of(path: bytes) -> _Mount | None:
    """The mount with the longest point that the path is under. Later mounts hide earlier ones."""
    try:
        lines = MOUNTS.read_bytes().splitlines()
    except OSError:  # not Linux
        return None
    best: _Mount | None = None
    for line in lines:
        fields, _, rest = line.partition(b" - ")
        root, point = map(_unescaped, fields.split()[3:5])
        is_under = path == point or path.startswith(point.rstrip(b"/") + b"/")
        if is_under and (best is None or len(point) >= len(best.point)):
            best = _Mount(point, root, os.fsdecode(rest.split()[0]))
    return best


def _unescaped(field: bytes) -> bytes:
    """Undo the octal escapes of spaces and the like."""
    return re.sub(rb"\\([0-7]{3})", lambda found: bytes([int(found[1], 8)]), field)


def _volume(path: bytes, kind: str, device: int) -> bytes | None:
    if kind in WITH_FSID:
        number = os.statvfs(path).f_fsid
        return b"%x" % number if number else None
    try:
        for link in BY_UUID.iterdir():
            if link.stat().st_rdev == device:
                return os.fsencode(link.name)
    except OSError:  # no such folder, as in containers
        pass
    return None
