"""Where pictures of a group lie on their keeper."""

from __future__ import annotations

import runpy
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

import lookalike
from lookalike.matching.rules import Rule
from lookalike.review.alignment import found_by_sight, transforms_of

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


@pytest.mark.slow
def test_every_copy_lies_on_the_keeper(folder: Path) -> None:
    """Also if the links are those of a copy of the keeper, or of a copy of the other."""
    transforms = found(lookalike.find_duplicates(folder, thorough=True))
    assert transforms.keys() == EXPECTED.keys()
    for name, expected in EXPECTED.items():
        one = transforms[name]
        assert one is not None, name
        assert np.abs(one - np.array(expected)).max() < 0.01, (name, one)


@pytest.mark.slow
def test_a_result_read_back_knows_quarter_turns_only(folder: Path) -> None:
    """For all others, no transform is better than a wrong one."""
    result = lookalike.find_duplicates(folder, thorough=True)
    transforms = found(lookalike.Result.from_json(result.to_json()))
    known = {name for name, one in transforms.items() if one is not None}
    assert known >= {"copy", "z-whole", "smaller"}
    assert not known & {"part", "part again"}


def as_sent(picture: Image.Image) -> bytes:
    """A picture as the page gets it."""
    out = BytesIO()
    picture.convert("RGB").save(out, "JPEG", quality=85)
    return out.getvalue()


@pytest.mark.parametrize("name", [name for name in EXPECTED if name not in {"copy", "part again"}])
def test_what_a_result_does_not_know_is_found_by_sight(
    scene: Image.Image, folder: Path, name: str
) -> None:
    """With the pictures that the page shows anyway, whichever of them is the larger one."""
    rule = Rule.of("phash", None)
    whole, other = as_sent(scene), as_sent(Image.open(folder / f"{name}.png"))
    one = found_by_sight(whole, other, rule)
    assert one is not None
    assert np.abs(np.reshape(one, (2, 3)) - np.array(EXPECTED[name])).max() < 0.01
    back = found_by_sight(other, whole, rule)
    assert back is not None
    there, again = (np.vstack([np.reshape(each, (2, 3)), [0, 0, 1]]) for each in (one, back))
    assert np.abs(there @ again - np.eye(3)).max() < 0.02


def test_other_pictures_are_not_laid_on_each_other(scene: Image.Image) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (300, 400, 3), np.uint8)
    rule = Rule.of("phash", None)
    assert found_by_sight(as_sent(scene), as_sent(Image.fromarray(noise)), rule) is None
