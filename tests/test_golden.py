"""Real photographs have the hashes that ImageHash and imagededup give them.

The photographs are not part of the project: they lie beside it, with what the two programs compute
for them on Pillow 12, and without them these tests are skipped.
"""

import json
from functools import partial
from pathlib import Path

import pytest

from lookalike import Algorithm, ImageError, Status, get_algorithm
from lookalike.hashes import Hash, pack_bits
from lookalike.images import read_picture
from lookalike.parallel import ordered_map, worker_count

SHARED = Path(__file__).parents[2] / "shared"

pytestmark = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the photographs do not lie in ../shared beside the project"
)

# What each program calls an algorithm, and what we do.
NAMES = {
    "imagehash": {
        "average_hash": "ahash",
        "average_hash_16": "ahash:16",
        "phash": "phash",
        "phash_16": "phash:16",
        "dhash": "dhash",
        "dhash_16": "dhash:16",
        "dhash_vertical": "dhash_vertical",
        "whash": "whash",
    },
    "imagededup": {
        "AHash": "ahash@imagededup",
        "PHash": "phash@imagededup",
        "DHash": "dhash@imagededup",
        "WHash": "whash@imagededup",
    },
}
