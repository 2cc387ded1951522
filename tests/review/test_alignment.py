"""Where pictures of a group lie on their keeper."""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

import lookalike
from lookalike.review.alignment import transforms_of

DRAWN = Path(__file__).parents[2] / "examples" / "draw_pictures.py"
BOX = (240, 100, 1080, 820)
"""What is cut out of a picture of 1200 x 900."""


@pytest.fixture(scope="module")
def scene() -> Image.Image:
    """A picture with many details."""
    drawn = runpy.run_path(str(DRAWN))
    canvas = drawn["Canvas"](1200, 900, 7)
    drawn["SCENES"]["fruit"].draw(canvas)
    picture: Image.Image = canvas.photo()
    return picture


@pytest.fixture(scope="module")
def folder(scene: Image.Image, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The picture twice, and copies that are smaller, cut out, mirrored and turned."""
    root = tmp_path_factory.mktemp("aligned")
    scene.save(root / "z-whole.png")
    (root / "copy.png").write_bytes((root / "z-whole.png").read_bytes())
    scene.resize((600, 450)).save(root / "smaller.png")
    scene.crop(BOX).save(root / "part.png")
    (root / "part again.png").write_bytes((root / "part.png").read_bytes())
    scene.transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(root / "mirrored.png")
    scene.transpose(Image.Transpose.ROTATE_90).resize((450, 600)).save(root / "turned.png")
    return root


def found(result: lookalike.Result) -> dict[str, NDArray[np.float64] | None]:
    """The transform of each image, by the name of its file."""
    (group,) = result.groups
    transforms = transforms_of(result, group, 0, group.duplicates)
    return {
        Path(image.path).stem: None if one is None else np.reshape(one, (2, 3))
        for image, one in zip(group.members, transforms, strict=True)
    }


WHOLE = [[1, 0, 0], [0, 1, 0]]
EXPECTED = {
    "copy": WHOLE,
    "z-whole": WHOLE,
    "smaller": WHOLE,
    "part": [[0.7, 0, 0.2], [0, 0.8, 1 / 9]],
    "part again": [[0.7, 0, 0.2], [0, 0.8, 1 / 9]],
    "mirrored": [[-1, 0, 1], [0, 1, 0]],
    "turned": [[0, -1, 1], [1, 0, 0]],
}


def test_every_copy_lies_on_the_keeper(folder: Path) -> None:
    """Also if the links are those of a copy of the keeper, or of a copy of the other."""
    transforms = found(lookalike.find_duplicates(folder, thorough=True))
    assert transforms.keys() == EXPECTED.keys()
    for name, expected in EXPECTED.items():
        one = transforms[name]
        assert one is not None, name
        assert np.abs(one - np.array(expected)).max() < 0.01, (name, one)


def test_a_result_read_back_knows_quarter_turns_only(folder: Path) -> None:
    """For all others, no transform is better than a wrong one."""
    result = lookalike.find_duplicates(folder, thorough=True)
    transforms = found(lookalike.Result.from_json(result.to_json()))
    known = {name for name, one in transforms.items() if one is not None}
    assert known >= {"copy", "z-whole", "smaller"}
    assert not known & {"part", "part again"}
