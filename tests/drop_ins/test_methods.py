"""The drop-in for imagededup's hashing methods: the documentation's examples and the behaviour."""

from __future__ import annotations

import json
import logging
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from files import save
from lookalike import get_algorithm, hash_image
from lookalike.algorithms.grids import colour_grid
from lookalike.images import Picture
from lookalike.methods import AHash, DHash, Hashing, PHash, WHash
from naming import steady
from pictures import photo, uniform

GOLDEN = Path(__file__).parents[3] / "shared" / "golden" / "imagededup.pillow-12.json"
METHODS = [PHash, AHash, DHash, WHash]

every_method = pytest.mark.parametrize("method", METHODS)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A picture, two copies (one in a sub-folder), another picture, and a file that is not an
    image.
    """
    save(tmp_path / "a.png", photo(160, 120, 1))
    save(tmp_path / "b.jpg", photo(160, 120, 1), quality=60)
    save(tmp_path / "c.png", photo(160, 120, 2))
    save(tmp_path / "sub" / "d.png", photo(80, 60, 1))
    save(tmp_path / ".hidden.png", photo(160, 120, 1))
    (tmp_path / "broken.jpg").write_bytes(b"no image")
    (tmp_path / "notes.txt").write_text("no image either")
    return tmp_path


@every_method
def test_encode_image_takes_a_file_or_an_array(method: type[Hashing], folder: Path) -> None:
    """Both give the same 16 hex digits, those of this library's algorithm of that flavour."""
    myencoder = method()
    myhash = myencoder.encode_image(image_file=folder / "c.png")
    assert myhash == myencoder.encode_image(image_array=photo(160, 120, 2))
    assert myhash == myencoder.encode_image(str(folder / "c.png"))
    assert myhash == str(hash_image(folder / "c.png", algorithm=method.algorithm))


def test_encode_image_without_an_image_is_an_error(folder: Path) -> None:
    """Without an existing file or an array, it raises ValueError. A file that is not an image gives
    None.
    """
    with pytest.raises(ValueError, match="either image file path or image array"):
        PHash().encode_image()
    with pytest.raises(ValueError, match="either image file path or image array"):
        PHash().encode_image(image_file=folder / "gone.png")
    assert PHash().encode_image(image_file=folder / "broken.jpg") is None


@pytest.mark.parametrize(
    "given",
    [
        {"image_file": Image.new("RGB", (9, 9))}, {"image_file": photo(9, 9, 1)},
        {"image_file": 1}, {"image_file": 0}, {"image_file": b"a.png"}, {"image_file": ["a.png"]},
        {"image_array": Image.new("RGB", (9, 9))}, {"image_array": "a.png"},
        {"image_array": [[1, 2], [3, 4]]},
    ],
    ids=steady,
)  # fmt: skip
def test_encode_image_of_another_type_is_an_error(given: dict[str, Any]) -> None:
    """Both `except ValueError` and `except TypeError` catch the error, which has the type."""
    (value,) = given.values()
    for error in (ValueError, TypeError):
        with pytest.raises(error, match=f"either image file path .* is a {type(value).__name__}$"):
            PHash().encode_image(**given)


def unused(call: Callable[[], object]) -> list[tuple[type[Warning], str]]:
    """What a call warns of. Each warning points at this file."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call()
    assert {one.filename for one in caught} <= {__file__}
    return [(one.category, str(one.message)) for one in caught]


RECURSIVE = (SyntaxWarning, "recursive parameter is irrelevant when using encodings.")
WORKERS = (
    RuntimeWarning,
    "Parameter num_enc_workers has no effect since encodings are already provided",
)


@pytest.mark.parametrize("name", ["find_duplicates", "find_duplicates_to_remove"])
@pytest.mark.parametrize("as_folder", [False, True])
def test_what_has_no_effect_on_a_map_is_warned_of(name: str, as_folder: bool) -> None:
    """As in imagededup, the warning is at the caller's line, and the answer is unchanged."""
    find = getattr(PHash(verbose=False), name)
    given = {"image_dir" if as_folder else "encoding_map": ENCODINGS}
    found = find(**given)
    answers: list[object] = []
    cases: list[tuple[dict[str, Any], list[tuple[type[Warning], str]]]] = [
        ({}, []),
        ({"num_dist_workers": 2}, []),
        ({"recursive": True}, [RECURSIVE]),
        ({"num_enc_workers": 2}, [WORKERS]),
        ({"num_enc_workers": 0}, [WORKERS]),
        ({"recursive": True, "num_enc_workers": 4}, [RECURSIVE, WORKERS]),
    ]
    for options, expected in cases:
        assert unused(lambda: answers.append(find(**given, **options))) == expected  # noqa: B023
    assert answers == [found] * len(answers)


def test_what_has_an_effect_on_a_folder_is_not_warned_of(folder: Path) -> None:
    """A folder has files to list and to encode."""
    finder = PHash(verbose=False)
    for find in (finder.find_duplicates, finder.find_duplicates_to_remove):
        assert unused(partial(find, folder, recursive=True, num_enc_workers=2)) == []


@every_method
def test_encode_images_maps_relative_names_to_hashes(
    method: type[Hashing], folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """They are in order of name, without hidden files. Other files are logged, and reported once in
    sum.
    """
    encoder = method(verbose=False)
    with caplog.at_level(logging.WARNING, "lookalike"):
        mapping = encoder.encode_images(folder)
    assert list(mapping) == ["a.png", "b.jpg", "c.png"]
    assert mapping["c.png"] == encoder.encode_image(folder / "c.png")
    assert [record.getMessage() for record in caplog.records if "broken" in record.getMessage()]
    assert caplog.records[-1].getMessage() == "2 of 5 files could not be read as images"


@pytest.mark.parametrize("workers", [None, 0, 1, 3])
def test_encode_images_recursive_with_any_number_of_workers(
    folder: Path, workers: int | None
) -> None:
    """Sub-folders are part of the names, and 0 workers means none besides this one."""
    mapping = PHash().encode_images(folder, recursive=True, num_enc_workers=workers)
    assert list(mapping) == ["a.png", "b.jpg", "c.png", str(Path("sub", "d.png"))]


def test_encode_images_of_no_folder_is_an_error(folder: Path) -> None:
    """The message names the given value."""
    for wrong in (None, "", folder / "a.png", "nowhere"):
        with pytest.raises(ValueError, match="valid directory path"):
            PHash().encode_images(wrong)


@every_method
def test_find_duplicates_of_a_folder(method: type[Hashing], folder: Path) -> None:
    """Every image has a list of the others within the distance, never itself."""
    duplicates = method().find_duplicates(image_dir=folder, recursive=True, num_dist_workers=0)
    nested = str(Path("sub", "d.png"))
    assert {name: set(others) for name, others in duplicates.items()} == {
        "a.png": {"b.jpg", nested},
        "b.jpg": {"a.png", nested},
        "c.png": set(),
        nested: {"a.png", "b.jpg"},
    }


ENCODINGS = {
    "q": "0000000000000000",
    "far": "ffffffffffffffff",
    "three": "0000000000000007",
    "one": "0000000000000001",
    "same": "0",
    "ten": "00000000000003ff",
    "eleven": "00000000000007ff",
}


def test_find_duplicates_of_a_map_with_scores() -> None:
    """The nearest come first, then by the order of the map. The threshold is inclusive."""
    phasher = PHash()
    found = phasher.find_duplicates(encoding_map=ENCODINGS, max_distance_threshold=10, scores=True)
    assert found["q"] == [("same", 0), ("one", 1), ("three", 3), ("ten", 10)]
    assert found["far"] == []
    assert list(found) == list(ENCODINGS)
    assert phasher.results == found
    assert PHash().find_duplicates(ENCODINGS, scores=True) == found
    assert PHash().find_duplicates(ENCODINGS)["q"] == ["same", "one", "three", "ten"]


@pytest.mark.parametrize("method", ["bktree", "brute_force", "brute_force_cython"])
def test_every_search_method_gives_the_same(method: str) -> None:
    """Their names are accepted, and the answer is exact."""
    assert PHash().find_duplicates(ENCODINGS, search_method=method) == PHash().find_duplicates(
        encoding_map=ENCODINGS
    )


def test_scores_agree_with_brute_force() -> None:
    """Every pair within the threshold is found, for skewed hashes too."""
    random = np.random.default_rng(5)
    centres = random.integers(0, 2**63, 5, dtype=np.int64)
    hashes = [int(centres[k % 5]) ^ (1 << int(random.integers(0, 62))) for k in range(80)]
    encodings = {f"{k:03}": f"{value:x}" for k, value in enumerate(hashes)}
    for threshold in (0, 1, 2, 10, 64):
        found = PHash().find_duplicates(encodings, None, threshold, True)
        for name, text in encodings.items():
            distances = {
                other: PHash.hamming_distance(text, theirs)
                for other, theirs in encodings.items()
                if other != name
            }
            expected = [(n, d) for n, d in distances.items() if d <= threshold]
            assert found[name] == sorted(expected, key=lambda match: match[1])


def test_outfile_is_sorted_json(folder: Path, tmp_path: Path) -> None:
    """Keys are sorted and indented by two spaces."""
    target = tmp_path / "results.json"
    found = PHash().find_duplicates(folder, scores=True, outfile=target)
    assert target.read_text() == json.dumps(found, sort_keys=True, indent=2)
    removed = PHash().find_duplicates_to_remove(folder, outfile=target)
    assert json.loads(target.read_text()) == removed


def test_duplicates_to_remove_keep_the_first() -> None:
    """The map is walked in order, and an image to be removed removes none itself."""
    encodings = {"a": "0", "b": "3", "c": "f", "d": "3f", "e": "ffff000000000000"}
    assert PHash().find_duplicates_to_remove(encoding_map=encodings, max_distance_threshold=2) == [
        "b",
        "d",
    ]
    assert PHash().find_duplicates_to_remove(encodings, None, 0) == []


@pytest.mark.parametrize(
    ("threshold", "error"),
    [(-1, ValueError), (65, ValueError), (2.0, TypeError), ("5", TypeError), (None, TypeError)],
)
def test_a_wrong_threshold_is_an_error(threshold: Any, error: type[Exception]) -> None:
    """The message names the value."""
    match = f"max_distance_threshold must be (0 to 64|a whole number), not {threshold!r}"
    with pytest.raises(error, match=match):
        PHash().find_duplicates(ENCODINGS, max_distance_threshold=threshold)


def test_nothing_to_search_is_an_error() -> None:
    """Covers neither folder nor map, an invalid hash, and an unknown search method."""
    with pytest.raises(ValueError, match="Provide either an image directory or encodings"):
        PHash().find_duplicates()
    with pytest.raises(ValueError, match="the hash of 'x' must be up to 16 hex digits, not 'zz'"):
        PHash().find_duplicates(encoding_map={"x": "zz"})
    with pytest.raises(ValueError, match="search_method must be 'bktree', .* not 'magic'"):
        PHash().find_duplicates(ENCODINGS, search_method="magic")
    assert PHash().find_duplicates(encoding_map={}) == {}


def test_hamming_distance_pads_shorter_hashes() -> None:
    """As the documentation says, shorter ones have zeros in front."""
    assert PHash.hamming_distance("1", "0000000000000003") == 1
    assert PHash().hamming_distance("ffffffffffffffff", "0") == 64


def test_a_subclass_brings_its_own_algorithm(folder: Path) -> None:
    """`_hash_algo` gets the grey array of `target_size`, and its bits are the hash."""
    seen: list[tuple[int, ...]] = []

    class Lightness(Hashing):
        def __init__(self) -> None:
            super().__init__()
            self.target_size = (16, 4)

        def _hash_algo(self, image_array: NDArray[np.uint8]) -> NDArray[np.bool_]:
            seen.append(image_array.shape)
            return image_array > 128

    mine = Lightness()
    expected = np.packbits(colour_grid(Picture(photo(160, 120, 2)), 16, 4) > 128).tobytes().hex()
    assert mine.encode_image(folder / "c.png") == expected
    assert set(seen) == {(4, 16)}
    assert list(mine.find_duplicates(folder)) == ["a.png", "b.jpg", "c.png"]


def test_flat_images_are_duplicates_here_as_there(tmp_path: Path) -> None:
    """The model knows nothing of flat pictures, and neither does the drop-in."""
    save(tmp_path / "a.png", uniform(50, 40, 100))
    save(tmp_path / "b.png", uniform(50, 40, 200))
    assert PHash().find_duplicates(tmp_path) == {"a.png": ["b.png"], "b.png": ["a.png"]}


@pytest.mark.slow
@pytest.mark.skipif(not GOLDEN.exists(), reason="the golden hashes are not here")
@every_method
def test_hashes_are_imagededups(method: type[Hashing]) -> None:
    """The hashes are equal on every photograph that imagededup can hash."""
    photos = GOLDEN.parents[1] / "photos"
    golden = json.loads(GOLDEN.read_text())["hashes"]
    wanted = {
        name: hashes[method.__name__] for name, hashes in golden.items() if hashes is not None
    }
    wanted = {name: text for name, text in wanted.items() if text is not None}
    mapping = method().encode_images(photos, recursive=True)
    assert len(wanted) > 100
    assert {name: mapping[name] for name in wanted} == wanted


def test_every_method_names_an_algorithm() -> None:
    """Each is one of this library's, in imagededup's flavour."""
    assert {get_algorithm(method.algorithm).bits for method in METHODS} == {64}


EXAMPLES = [
    "encoded = encoder.encode_image(image_file = 'path/to/image.jpg')",
    "encoded = encoder.encode_image(image_array = image_array)",
    "encoding_map = encoder.encode_images(image_dir = 'path/to')",
    """duplicates = encoder.find_duplicates(image_dir='path/to',
max_distance_threshold=15, scores=True, outfile='results.json')""",
    """duplicates = encoder.find_duplicates(encoding_map=encoding_map,
max_distance_threshold=15, scores=True, outfile='results.json')""",
    "to_remove = encoder.find_duplicates_to_remove(image_dir='path/to', max_distance_threshold=15)",
    """to_remove = encoder.find_duplicates_to_remove(encoding_map=encoding_map,
max_distance_threshold=15, outfile='removed.json')""",
]
"""Examples from imagededup's documentation, with paths for placeholders and brackets closed."""


@every_method
def test_the_documented_examples_do_what_they_promise(
    method: type[Hashing], folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each runs as written, after the import line, and gives what it promises."""
    monkeypatch.chdir(tmp_path)
    save(tmp_path / "path" / "to" / "image.jpg", photo(160, 120, 1))
    save(tmp_path / "path" / "to" / "copy.png", photo(80, 60, 1))
    save(tmp_path / "path" / "to" / "other.png", photo(160, 120, 2))
    names: dict[str, Any] = {"image_array": photo(160, 120, 1)}
    exec(f"from lookalike.methods import {method.__name__}\nencoder = {method.__name__}()", names)
    for example in EXAMPLES:
        exec(example, names)
        result = names[example.split()[0]]
        match example.split()[0]:
            case "encoded":
                assert len(bytes.fromhex(result)) == 8
            case "encoding_map":
                assert list(result) == ["copy.png", "image.jpg", "other.png"]
            case "duplicates":
                ((name, distance),) = result["image.jpg"]
                assert (name, 0 <= distance <= 15) == ("copy.png", True)
                saved = json.loads(Path("results.json").read_text())
                assert as_pairs(saved) == result
            case "to_remove":
                assert result == ["image.jpg"]
    assert json.loads(Path("removed.json").read_text()) == ["image.jpg"]


def as_pairs(saved: dict[str, list[list[Any]]]) -> dict[str, list[tuple[Any, ...]]]:
    """JSON has lists instead of Python's tuples."""
    return {name: [tuple(match) for match in matches] for name, matches in saved.items()}
