"""The algorithms: pixels to bits, one a file, and the registry that finds them by name.

A name is `FAMILY[:SIZE][@FLAVOUR]`: `phash`, `dhash:16`, `phash@imagededup`. Plain names are
ImageHash's definitions. The size is that of the grid of bits (8 unless said), of `colorhash` the
bits of a share (3 unless said), and belongs to the algorithm as much as its family: hashes of
different sizes or flavours cannot be compared.
"""

from lookalike.algorithms.registry import (
    Algorithm,
    algorithm_names,
    checked_distance,
    get_algorithm,
)

__all__ = ["Algorithm", "algorithm_names", "checked_distance", "get_algorithm"]
