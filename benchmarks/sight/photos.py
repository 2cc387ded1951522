"""Which photographs are reported on, and their edited copies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import lookalike

from .edits import EDITS, OTHERS, edited, random_for
from .peers import upright
from .trial import Trial

if TYPE_CHECKING:
    from PIL import Image

MOST_SIDE = 1000
"""Edited copies are made from a photograph of at most so many pixels on a side."""
LEAST_SIDE = 160


@dataclass(frozen=True)
class Photos:
    """Photographs with detail, all different files, by the hash of their names.

    The lowest bit of the first byte of the SHA-256 of a name says for what a photograph is used. 0:
    choosing thresholds. 1: reporting. Of those for choosing, the next bit says whether it fills the
    other tiles of collages. Such photographs are not among the originals.
    """

    reporting: list[Path]
    choosing: list[Path]
    fillers: list[Path]

    @property
    def originals(self) -> list[Path]:
        """The photographs that edited copies are compared with."""
        return [*self.reporting, *(path for path in self.choosing if path not in self.fillers)]

    def few(self, count: int, originals: int) -> Photos:
        """So many for reporting, and so many originals, in the order of their hashes."""
        rest = sorted(set(self.choosing) - set(self.fillers), key=digest)[: originals - count]
        reporting = sorted(self.reporting, key=digest)[:count]
        return Photos(reporting, [*rest, *self.fillers], self.fillers)


def digest(path: Path) -> bytes:
    """The hash of a name."""
    return sha256(path.name.encode()).digest()


def photos_in(folders: Sequence[Path]) -> Photos:
    """Sort the photographs of some folders by what they are used for.

    Leaves out those without detail, those below 160 pixels, and repeated files.
    """
    table = lookalike.hash_images([str(folder) for folder in folders])
    seen: set[bytes] = set()
    photos = Photos([], [], [])
    for image in table.images:
        path = Path(image.path)
        content = sha256(path.read_bytes()).digest()
        if image.flat or max(image.width, image.height) < LEAST_SIDE or content in seen:
            continue
        seen.add(content)
        use = digest(path)[0]
        (photos.reporting if use & 1 else photos.choosing).append(path)
        if not use & 1 and use & 2:
            photos.fillers.append(path)
    return photos


def trials(photos: Photos, folder: Path, seed: int) -> Iterator[Trial]:
    """A trial per edit. The edited copies are written into the folder, unless they are there."""
    pictures: dict[Path, Image.Image] = {}
    for edit in EDITS:
        here = folder / f"edits {seed}" / edit.replace("%", "percent")
        here.mkdir(parents=True, exist_ok=True)
        copies = {}
        for path in photos.reporting:
            copy = here / f"{digest(path).hex()[:8]} {path.stem}.jpg"
            if not copy.exists():
                copy.write_bytes(copy_of(edit, path, photos.fillers, seed, pictures))
            copies[copy] = path
        yield Trial(edit, copies, photos.originals)


def copy_of(
    edit: str, path: Path, fillers: Sequence[Path], seed: int, pictures: dict[Path, Image.Image]
) -> bytes:
    """The bytes of an edited copy. `pictures` keeps what was read."""
    others = []
    if edit == "collage":
        chosen = random_for("fillers", path.name, seed).choice(len(fillers), OTHERS, replace=False)
        others = [fillers[at] for at in chosen.tolist()]
    for one in (path, *others):
        if one not in pictures:
            pictures[one] = upright(one, MOST_SIDE)
    return edited(edit, pictures[path], path.name, seed, [pictures[one] for one in others])
