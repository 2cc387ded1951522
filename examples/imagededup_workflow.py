"""A script for imagededup, with only its import line changed.

    python examples/draw_pictures.py photos
    python examples/imagededup_workflow.py photos

It encodes the folder, finds the duplicates of each image, saves them as JSON, and lists what could
be removed.
"""

import argparse
from pathlib import Path

from lookalike.methods import PHash  # was: from imagededup.methods import PHash


def main() -> None:
    """Go through imagededup's documented steps."""
    parser = argparse.ArgumentParser(description="imagededup's steps, on this library")
    parser.add_argument("folder", type=Path, help="a folder of images")
    parser.add_argument("--outfile", type=Path, help="where to save the duplicates, as JSON")
    arguments = parser.parse_args()

    phasher = PHash(verbose=False)
    encodings = phasher.encode_images(image_dir=arguments.folder, recursive=True)
    print(f"{len(encodings)} images encoded")

    duplicates = phasher.find_duplicates(
        encoding_map=encodings, max_distance_threshold=10, scores=True, outfile=arguments.outfile
    )
    for name, others in duplicates.items():
        if others:
            count = f"{len(others)} duplicate" + "s" * (len(others) > 1)
            print(f"{name}: {count}, the nearest with its distance is {others[0]}")

    to_remove = phasher.find_duplicates_to_remove(encoding_map=encodings)
    print(f"{len(to_remove)} could go: {', '.join(to_remove[:3])}, ...")


if __name__ == "__main__":
    main()
