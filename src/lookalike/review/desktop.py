"""Shows the folder of a file in the file manager of the desktop."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from lookalike.sources.location import Kind

if TYPE_CHECKING:
    from lookalike.hashing.row import ImageInfo


def can_reveal() -> bool:
    """Whether there is a desktop with a file manager that this process can reach."""
    if sys.platform == "darwin":
        return True
    has_screen = bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return sys.platform.startswith("linux") and has_screen and bool(shutil.which("xdg-open"))


def reveal(image: ImageInfo) -> None:
    """Open the folder that an image or its archive is in. Nothing ever opens the file itself.

    Raises `OSError` if there is no such folder, and `ValueError` for an image without one.
    """
    if image.location.kind not in {Kind.FILE, Kind.MEMBER, Kind.ROW}:
        raise ValueError("the image is not in a folder of this machine")
    path = Path(image.location.path).absolute()
    if not path.parent.is_dir():
        raise FileNotFoundError(f"there is no folder {path.parent}")
    if sys.platform == "darwin":
        command = ["open", "-R", str(path)]  # a folder itself may be an application
    else:
        # With a slash at the end, it cannot be a file that took the folder's place.
        command = ["xdg-open", f"{path.parent}/".replace("//", "/")]
    subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
