"""Many drawn pictures, all compared with all by local features: how long, and what is found."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image, ImageDraw

if TYPE_CHECKING:
    from benchmarks.measure import Report

WIDTH, HEIGHT = 400, 300
NOISE = ((4, 60), (12, 40), (40, 25))
"""How many cells the noise has across the picture, and how strong it is."""
DARKEST = 40
SHAPES = 14
EVERY = 50
"""One in so many pictures is a crop of the one before."""
CROP = 60, 40, 380, 280
FOLDER = 1000


def measure_scenes(report: Report, folder: Path, count: int) -> None:
    """Draw `count` pictures, search them with the command, and check what it says."""
    for at in range(0, count, FOLDER):
        (folder / f"{at // FOLDER:03}").mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor() as processes:
        list(processes.map(partial(save, folder), range(count), chunksize=100))
    begin, before = perf_counter(), used_by_children()
    command = [sys.executable, "-m", "lookalike", "find", str(folder), "--thorough", "--json"]
    printed = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    seconds, cpu = perf_counter() - begin, used_by_children() - before
    result = json.loads(printed)
    groups = [numbers(group) for group in result["groups"]]
    found = sum(is_crop(group) for group in groups)
    report.add(
        f"`find --thorough` of {count:,} drawn pictures",
        {
            "minutes": seconds / 60,
            "CPU ms per picture": 1000 * cpu / count,
            "crops": count // EVERY,
            "found": found,
            "false groups": len(groups) - found,
            "related": len(result["related"]),
        },
    )


def used_by_children() -> float:
    """Seconds of processor time."""
    times = os.times()
    return times.children_user + times.children_system


def save(folder: Path, number: int) -> None:
    """Draw a picture into its file."""
    path = folder / f"{number // FOLDER:03}" / f"{number:06}.jpg"
    if number % EVERY == EVERY - 1:
        scene(number - 1).crop(CROP).save(path, quality=85)
    else:
        scene(number).save(path, quality=85)


def scene(seed: int) -> Image.Image:
    """Soft noise of several sizes, and shapes on it. All scenes have much in common."""
    random = np.random.default_rng(seed)
    ground = np.zeros((HEIGHT, WIDTH), np.float32)
    for cells, strength in NOISE:
        noise = Image.fromarray(random.random((cells * 3 // 4 + 1, cells + 1), np.float32))
        ground += strength * np.asarray(noise.resize((WIDTH, HEIGHT), Image.Resampling.BILINEAR))
    picture = Image.fromarray((ground + DARKEST).clip(0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(picture)
    for _ in range(SHAPES):
        x, y = (int(random.integers(0, side)) for side in picture.size)
        width, height = (int(side) for side in random.integers(8, 90, 2))
        grey = int(random.integers(0, 256))
        shape = draw.rectangle if random.random() < 0.5 else draw.ellipse
        shape((x, y, x + width, y + height), fill=grey)
    return picture


def numbers(group: dict[str, Any]) -> list[int]:
    """The numbers of a group's pictures, ascending."""
    members = [group["keeper"], *group["duplicates"]]
    return sorted(int(Path(member["path"]).stem) for member in members)


def is_crop(group: list[int]) -> bool:
    """Whether a group is a picture and the crop of it."""
    return len(group) == 2 and group[1] == group[0] + 1 and group[1] % EVERY == EVERY - 1
