"""The main job: images to groups of duplicates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lookalike.algorithms import checked_distance, get_algorithm
from lookalike.groups import connect, nodes_of
from lookalike.hashing import hash_inputs
from lookalike.images import DEFAULT_MAX_PIXELS
from lookalike.index import members_of
from lookalike.progress import silent
from lookalike.results import Result
from lookalike.sources import ImageSources, Inputs

if TYPE_CHECKING:
    from lookalike.hashing import Reading
    from lookalike.progress import Progress


def find_duplicates(
    images: ImageSources,
    *,
    algorithm: str = "phash",
    max_distance: int | None = None,
    reading: Reading = "fast",
    recursive: bool = True,
    hidden: bool = False,
    workers: int | None = None,
    max_pixels: int = DEFAULT_MAX_PIXELS,
    progress: Progress | None = None,
) -> Result:
    """Find the groups of images that look alike.

    `images`: a folder, a path, a URL, anything else that `hash_image` takes, or any number of
    these. A file that is there twice, by a link or because it was named twice, is read once.
    `max_distance`: in how many bits the hashes of two images may differ, inclusive; None takes the
    default of the algorithm, `get_algorithm(algorithm).default_max_distance`.
    `reading`: `fast` reads no more of a JPEG than the hash needs, `exact` every pixel.
    `recursive`: go into sub-folders. `hidden`: take files whose names begin with a dot.
    `workers`: threads; None takes as many as there are processors.
    `max_pixels`: an image of more is a failure, told from its header.
    `progress`: called with the stage, how much is done, and how much there is or None.

    An image that cannot be read is one of the result's failures; the rest goes on. Raises
    `ValueError` or `TypeError` for wrong arguments before anything is read.
    """
    kind = get_algorithm(algorithm)
    distance = checked_distance(max_distance, algorithm)
    show = progress or silent
    inputs = Inputs(images, recursive=recursive, hidden=hidden)
    table = hash_inputs(
        inputs, kind.name, reading=reading, workers=workers, max_pixels=max_pixels, progress=show
    )
    nodes = nodes_of(table, table.hashes[kind.name])
    sets = members_of(connect(nodes, distance, workers, show)[nodes.of_image])
    return Result(table, kind.name, distance, sets)
