"""Pictures have the hashes that ImageHash and imagededup give them.

A few drawn pictures are in `tests/golden`. Real photographs are not part of the project. They lie
beside it, with the hashes that the two programs compute on Pillow 12. Without them, the tests that
need them are skipped.
"""

import json
from pathlib import Path

import pytest

from lookalike import Hash, ImageError, get_algorithm
from lookalike.hashes import pack_bits
from lookalike.images import read_picture
from lookalike.work.threads import ordered_map, worker_count

SHARED = Path(__file__).parents[3] / "shared"

DRAWN = Path(__file__).parents[1] / "golden"

needs_photographs = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the photographs do not lie beside the repository, in ../shared"
)

# The program that each algorithm comes from, and its name there.
NAMES = {
    "ahash": ("imagehash", "average_hash"),
    "ahash:16": ("imagehash", "average_hash_16"),
    "phash": ("imagehash", "phash"),
    "phash:16": ("imagehash", "phash_16"),
    "phash_simple": ("imagehash", "phash_simple"),
    "dhash": ("imagehash", "dhash"),
    "dhash:16": ("imagehash", "dhash_16"),
    "dhash_vertical": ("imagehash", "dhash_vertical"),
    "whash": ("imagehash", "whash"),
    "colorhash": ("imagehash", "colorhash"),
    "ahash@imagededup": ("imagededup", "AHash"),
    "phash@imagededup": ("imagededup", "PHash"),
    "dhash@imagededup": ("imagededup", "DHash"),
    "whash@imagededup": ("imagededup", "WHash"),
}

# Photographs that the programs could not open, and so have no hashes for.
UNOPENED = {"imagehash": {".heic"}, "imagededup": {".heic", ".avif"}}


@pytest.fixture(scope="module")
def photos() -> list[str]:
    """The names of the photographs."""
    root = SHARED / "photos"
    folders = (root / name for name in ("camera", "formats", "orientation"))
    return sorted(f.relative_to(root).as_posix() for folder in folders for f in folder.iterdir())


@pytest.fixture(scope="module")
def theirs() -> dict[str, dict[str, str]]:
    """The programs' results: for each algorithm, the hex of every photograph they open."""
    golden = {
        program: json.loads((SHARED / "golden" / f"{program}.pillow-12.json").read_text())["hashes"]
        for program in UNOPENED
    }
    return {
        algorithm: {
            photo: hashes[name]
            for photo, hashes in golden[program].items()
            if hashes and hashes.get(name)
        }
        for algorithm, (program, name) in NAMES.items()
    }


@pytest.fixture(scope="module")
def ours(photos: list[str]) -> dict[str, dict[str, str]]:
    """This library's results: for each photograph, the hex by algorithm."""
    return dict(zip(photos, ordered_map(hash_photo, photos, worker_count(None)), strict=True))


def hash_photo(photo: str) -> dict[str, str]:
    """All hashes from one decode, or the reason in their places if that fails."""
    return hash_file(SHARED / "photos" / photo)


def hash_file(path: Path) -> dict[str, str]:
    """The same for any file."""
    try:
        picture = read_picture(path, as_stored=True)
    except ImageError as error:
        return dict.fromkeys(NAMES, f"{error.status}: {error.reason}")
    return {
        name: str(Hash(pack_bits(get_algorithm(name).compute(picture)), name)) for name in NAMES
    }


@pytest.mark.parametrize(
    "name", sorted(json.loads((DRAWN / "imagehash.json").read_text())["hashes"])
)
def test_every_drawn_picture_has_the_hashes_that_imagehash_gives(name: str) -> None:
    """They agree to the last bit, in colour and grey, tall and tiny, baseline and progressive."""
    expected = json.loads((DRAWN / "imagehash.json").read_text())["hashes"][name]
    ours = hash_file(DRAWN / name)
    theirs = {
        algorithm: expected[name_there]
        for algorithm, (program, name_there) in NAMES.items()
        if program == "imagehash"
    }
    assert {algorithm: ours[algorithm] for algorithm in theirs} == theirs


@pytest.mark.slow
@needs_photographs
@pytest.mark.parametrize("algorithm", NAMES)
def test_every_photograph_has_the_hash_that_the_other_program_gives(
    algorithm: str, theirs: dict[str, dict[str, str]], ours: dict[str, dict[str, str]]
) -> None:
    """They agree to the last bit, even for broken and nearly flat ones."""
    expected = theirs[algorithm]
    assert {photo: ours[photo][algorithm] for photo in expected} == expected


@needs_photographs
@pytest.mark.parametrize("algorithm", NAMES)
def test_none_is_left_out_but_what_the_other_program_cannot_open(
    algorithm: str, theirs: dict[str, dict[str, str]], photos: list[str]
) -> None:
    """Every other photograph is compared, and at most four are left out."""
    left_out = set(photos) - set(theirs[algorithm])
    program, _ = NAMES[algorithm]
    assert {Path(photo).suffix for photo in left_out} <= UNOPENED[program]
    assert len(left_out) <= 2 * len(UNOPENED[program]) < len(photos)
