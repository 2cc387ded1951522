"""The algorithms, from pixels to bits. Each file declares its own. The registry collects them.

A name is `FAMILY[:SIZE][@FLAVOUR]`: `phash`, `dhash:16`, `phash@imagededup`. Plain names are
ImageHash's definitions. The size is the side of the grid of bits, 8 by default. For `colorhash` it
is the number of bits per share, 3 by default. Hashes of different sizes or flavours
cannot be compared.
"""

from lookalike.algorithms.algorithm import Algorithm
from lookalike.algorithms.registry import (
    algorithm_names,
    algorithm_sizes,
    checked_distance,
    get_algorithm,
)
from lookalike.algorithms.shape import BitShape, is_hex

__all__ = [
    "Algorithm",
    "BitShape",
    "algorithm_names",
    "algorithm_sizes",
    "checked_distance",
    "get_algorithm",
    "is_hex",
]
