"""The trash of the desktop, as freedesktop.org specifies it. A file never leaves its volume."""

from __future__ import annotations

import os
import re
import secrets
import stat
from contextlib import suppress
from typing import NamedTuple
from urllib.parse import quote

from lookalike.actions.disk.fs import FileSystem, Unsupported
from lookalike.actions.disk.spot import NAME_BYTES, Spot, make_folders, shortened
from lookalike.actions.disk.volume import Volume, top_of, volume_at
from lookalike.errors import words_of

INFO = ".trashinfo"
FOLDERS = 4096
"""For how many folders the trash is remembered."""
_IN_TRASH = re.compile(r"/(?:\.Trash(?:/\d+|-\d+)|Trash)/(?:files|info|expunged)/")


def is_in_trash(path: str) -> bool:
    """Whether a file is in the trash already."""
    return bool(_IN_TRASH.search(path))


class Can(NamedTuple):
    """The trash of one volume."""

    folder: str
    top: str
    """The folder that paths in it are relative to. `/` for the one at home."""

    @classmethod
    def of_info(cls, info: str) -> Can:
        """The trash that a file of information is in."""
        folder = os.path.dirname(os.path.dirname(info))
        above, name = os.path.split(folder)
        if name.startswith(".Trash-"):
            return cls(folder, above)
        shared = os.path.basename(above) == ".Trash"
        return cls(folder, os.path.dirname(above) if shared else "/")

    @property
    def files(self) -> str:
        return f"{self.folder}/files"

    @property
    def info(self) -> str:
        return f"{self.folder}/info"

    def text(self, path: str, date: str) -> bytes:
        """What it says about a file, so that the desktop can put it back."""
        shown = path if self.top == "/" else os.path.relpath(path, self.top)
        where = quote(os.fsencode(shown))
        return f"[Trash Info]\nPath={where}\nDeletionDate={date}\n".encode("ascii")


class Trash:
    """The trash of every volume that files come from."""

    def __init__(self, fs: FileSystem) -> None:
        self._fs = fs
        data = os.environ.get("XDG_DATA_HOME", "")
        if not os.path.isabs(data):  # which the specification tells to ignore
            data = os.path.expanduser("~/.local/share")
        self._home = os.path.join(os.path.realpath(data), "Trash")
        self._cans: dict[Volume, Can] = {}
        self._by_folder: dict[str, Can] = {}
        self._chosen: set[str] = set()

    def can_for(self, spot: Spot) -> Can:
        """The trash that a file would go to. Raises `Unsupported` if its volume cannot have one."""
        if (known := self._by_folder.get(spot.folder)) is not None:
            return known
        volume = Volume.of(self._fs, spot.at)
        if volume not in self._cans:
            try:
                self._cans[volume] = self._can(spot, volume)
            except OSError as error:
                reason = f"there is no trash on its volume: {words_of(error)}"
                raise Unsupported(reason) from error
        if len(self._by_folder) >= FOLDERS:
            self._by_folder.clear()
        self._by_folder[spot.folder] = self._cans[volume]
        return self._cans[volume]

    def _can(self, spot: Spot, volume: Volume) -> Can:
        if volume_at(self._fs, self._home) == volume:
            return self._made(self._home, "/")
        top = top_of(self._fs, spot.folder)
        user = os.getuid()
        with Spot(self._fs, os.path.join(top, ".Trash")) as shared:
            if _is_shared(shared):
                with suppress(OSError):
                    return self._made(f"{shared.path}/{user}", top)
            return self._made(f"{shared.path}-{user}", top)

    def _made(self, folder: str, top: str) -> Can:
        """Make the folders of a trash. Raises `OSError`, also if it is somebody else's."""
        can = Can(folder, top)
        for path in (can.files, can.info):
            make_folders(self._fs, path, 0o700)
        with Spot(self._fs, folder) as spot:
            if self._fs.look(spot.name, spot.at).st_uid != os.geteuid():
                raise PermissionError(f"{folder} belongs to another user")
        return can

    def free_name(self, can: Can, name: str) -> str:
        """A name in the trash that no other file has, nor one that is about to come."""
        stem, ending = os.path.splitext(name)
        wanted = shortened(stem, ending, NAME_BYTES - len(INFO))
        with Spot(self._fs, f"{can.files}/x") as files, Spot(self._fs, f"{can.info}/x") as info:
            while (
                f"{can.folder}/{wanted}" in self._chosen
                or self._fs.exists(wanted + INFO, info.at)
                or self._fs.exists(wanted, files.at)
            ):
                mark = f".{secrets.token_hex(4)}{ending}"
                wanted = shortened(stem, mark, NAME_BYTES - len(INFO))
        self._chosen.add(f"{can.folder}/{wanted}")
        return wanted

    def forget_chosen(self) -> None:
        """Forget the names that were given out. The files are in the trash by now."""
        self._chosen.clear()


def _is_shared(spot: Spot) -> bool:
    """Whether a volume has a trash for all users that can be trusted."""
    try:
        found = spot.fs.look(spot.name, spot.at)
    except FileNotFoundError:
        return False
    return stat.S_ISDIR(found.st_mode) and bool(found.st_mode & stat.S_ISVTX)
