"""Fuzzing of the kernel's reader of JPEG: for any bytes it ends, alike on every instruction set.

    pip install atheris
    python fuzz/read_luma.py CORPUS [OPTION...]   # writes seeds into CORPUS, then fuzzes
    python fuzz/read_luma.py --seeds CORPUS       # only writes the seeds
    python fuzz/read_luma.py --replay FILE...     # only tries files, without atheris

Options are libFuzzer's: -max_len=4096 -timeout=10 -rss_limit_mb=2048 -max_total_time=600.
"""

from __future__ import annotations

import io

import numpy as np
from fuzzing import run
from PIL import Image

from lookalike._native import kernel

SCALES = (2, 4, 8)
VARIANTS: dict[str, dict[str, object]] = {
    "plain": {},
    "progressive": {"progressive": True},
    "restarts": {"restart_marker_blocks": 1},
    "optimized": {"optimize": True, "subsampling": 0},
    "wide": {"subsampling": 1, "quality": 100},
}


def check(data: bytes) -> list[str]:
    """Read the bytes at every scale. Returns the verdicts."""
    if not data:
        return []
    outcomes = [_outcome(data, name) for name in kernel.isas()]
    kernel.force_isa("")
    assert all(one == outcomes[0] for one in outcomes)
    return [verdict for verdict, _ in outcomes[0]]


def _outcome(data: bytes, isa: str) -> list[tuple[str, bytes]]:
    kernel.force_isa(isa)
    array = np.frombuffer(data, np.uint8)
    found: list[tuple[str, bytes]] = []
    for scale in SCALES:
        verdict, planes = kernel.jpeg_lumas(array, scale)
        found.append((verdict, b"".join(one.tobytes() for one in planes)))
        for first_scan in (False, True):
            verdict, pixels = kernel.jpeg_luma(array, scale, first_scan)
            assert (verdict == "read") == (pixels is not None)
            found.append((verdict, b"" if pixels is None else pixels.tobytes()))
    return found


def seeds() -> dict[str, bytes]:
    """Small files of every kind that is read, in grey and in colour."""
    channels = [Image.linear_gradient("L").resize((37, 21)).rotate(k) for k in (0, 30, 200)]
    picture = Image.merge("RGB", channels)
    found = {}
    for mode in ("L", "RGB"):
        for name, options in VARIANTS.items():
            file = io.BytesIO()
            picture.convert(mode).save(file, "JPEG", **options)
            found[f"{mode}-{name}"] = file.getvalue()
    return found


if __name__ == "__main__":
    run(__doc__, seeds, check)
