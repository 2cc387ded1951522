"""A folder of drawn pictures of every sort that a search treats in its own way."""

from __future__ import annotations

import os
import time
from pathlib import Path

from PIL import Image

from archives import tar_of, zip_of
from files import encoded, save
from jpegs import jpeg, scene
from pictures import colour, photo, uniform
from sheets import draw_sheet, entries_of

PAST_NS = 1_700_000_000_123_456_789
"""When the files were last modified."""


def draw_library(folder: Path) -> Path:
    """Draw all of it. Returns the folder."""
    for name in ("copies", "edits", "paper", "odd"):
        (folder / name).mkdir(parents=True)
    _copies(folder / "copies")
    _edits(folder / "edits")
    for number in range(3):
        sheet = draw_sheet("form", 1, entries_of(number))
        save(folder / f"paper/form{number}.png", _pixels(sheet))
    save(folder / "paper/form0 again.jpg", _pixels(draw_sheet("form", 1, entries_of(0))))
    _odd(folder / "odd")
    pages = {"a.png": encoded(photo(160, 120, 3)), "notes.txt": b"nothing"}
    (folder / "album.zip").write_bytes(zip_of(pages))
    (folder / "album.tar").write_bytes(tar_of({"b.png": encoded(photo(160, 120, 4))}))
    set_back(*folder.rglob("*.*"))
    return folder


def set_back(*files: Path) -> None:
    """Give files old times, and wait until a scan does not doubt them any more."""
    for path in files:
        if path.is_file() and not path.is_symlink():
            os.utime(path, ns=(PAST_NS, PAST_NS))
    time.sleep(0.15)


def _copies(folder: Path) -> None:
    data = jpeg(scene(640, 480, 1), quality=90)
    for name in ("first.jpg", "second.jpg"):
        (folder / name).write_bytes(data)
    save(folder / "pixels.png", photo(200, 150, 3))
    save(folder / "pixels.bmp", photo(200, 150, 3))
    # Only the beginnings of these are read to hash them.
    whole = jpeg(scene(1320, 1290, 2), progressive=True, quality=85)
    for name in ("large.jpg", "large too.jpg"):
        (folder / name).write_bytes(whole)
    (folder / "large cut.jpg").write_bytes(whole[: len(whole) * 3 // 4])
    (folder / "large with a note.jpg").write_bytes(whole[:-2] + b"\xff\xfe\0\4no\xff\xd9")


def _edits(folder: Path) -> None:
    picture = photo(480, 360, 5)
    save(folder / "plain.png", picture)
    save(folder / "small.jpg", photo(240, 180, 5))
    save(folder / "turned.png", picture.swapaxes(0, 1)[:, ::-1])
    save(folder / "other colours.png", picture[:, :, ::-1])
    save(folder / "stranger.png", photo(480, 360, 6))
    (folder / "link.png").symlink_to("../odd/film.gif")


def _odd(folder: Path) -> None:
    frames = [Image.fromarray(photo(120, 90, seed)) for seed in (7, 8, 9)]
    for name in ("film.gif", "film again.gif"):
        frames[0].save(folder / name, save_all=True, append_images=frames[1:], duration=90)
    frames[0].save(folder / "begins alike.gif", save_all=True, append_images=frames[::-1])
    save(folder / "blank.png", uniform(64, 64, 40))
    save(folder / "blank.bmp", uniform(64, 64, 40))
    (folder / "broken.png").write_bytes(encoded(photo(90, 90, 10))[:900])
    (folder / "broken.jpg").write_bytes(jpeg(scene(320, 240, 3))[:4000])
    (folder / "empty.jpg").write_bytes(b"")
    (folder / "a text.png").write_bytes(b"not a picture at all")
    (folder / "notes.txt").write_bytes(b"some notes")
    save(folder / "plain colour.png", colour(*(uniform(64, 64, v) for v in (9, 80, 200))))


def _pixels(sheet: Image.Image):  # type: ignore[no-untyped-def]
    import numpy as np

    return np.asarray(sheet.convert("RGB"))
