"""The number of bits in which fast and exact reading differ on photographs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

import lookalike
from lookalike.images import read_picture

from .reading_pictures import jpegs_in

if TYPE_CHECKING:
    from pathlib import Path

    from .measure import Report, Row

ALGORITHMS = ["phash", "dhash", "ahash", "whash"]
NEARLY_FLAT = 16
"""Nine tenths of the samples of its 32 x 32 grid differ by at most this many of 255 levels."""
MEAN_TARGET, PERCENTILE_TARGET = 0.25, 3


def fidelity(report: Report, photos: Path) -> None:
    """A row per algorithm, and one per photograph that is nearly flat."""
    exact = lookalike.hash_images(jpegs_in(photos), algorithms=ALGORITHMS, reading="exact")
    # Each alone. Together, all are read as thoroughly as the most demanding one needs.
    fast = {
        name: lookalike.hash_images(jpegs_in(photos), algorithms=name).hashes[name]
        for name in ALGORITHMS
    }
    flat = {at for at, path in enumerate(exact.paths) if is_nearly_flat(path)}
    detailed = [at for at in range(len(exact)) if at not in flat]
    for name in ALGORITHMS:
        apart = (fast[name].data ^ exact.hashes[name].data)[detailed]
        bits = np.bitwise_count(apart).sum(axis=1)
        reached = bits.mean() <= MEAN_TARGET and np.percentile(bits, 99) <= PERCENTILE_TARGET
        report.add(
            f"bits between fast and exact reading of {len(detailed)} photographs",
            {
                "algorithm": name,
                "mean": float(bits.mean()),
                "99th percentile": float(np.percentile(bits, 99)),
                "most": int(bits.max()),
                "equal": f"{np.mean(bits == 0):.0%}",
                "targets reached": "yes" if reached else "no",
            },
        )
    for at in sorted(flat):
        row: Row = {"photograph": exact.paths[at]}
        row |= {name: fast[name][at] - exact.hashes[name][at] for name in ALGORITHMS}
        report.add("nearly flat, and not counted above", row)


def is_nearly_flat(path: str) -> bool:
    """Whether it has so little detail that a hash means almost nothing."""
    grid = read_picture(path, least_side=256).grey_grid(32, 32)
    low, high = np.percentile(grid, [5, 95])
    return bool(high - low <= NEARLY_FLAT)
