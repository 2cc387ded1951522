"""Many images to a table of hashes: in order, each read once, with every input accounted for."""

from __future__ import annotations

import io
import pickle
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from lookalike import Failure, HashTable, ImageError, Status, hash_image, hash_images
from lookalike.images import ImageSource

Pixels = NDArray[np.uint8]

ALGORITHMS = ["phash", "dhash:16", "ahash@imagededup"]


def picture(seed: int, width: int = 40, height: int = 30) -> Pixels:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def save(path: Path, pixels: Pixels, **options: Any) -> Path:
    Image.fromarray(pixels).save(path, **options)
    return path


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Twenty inputs, alternately large and small. Every fifth cannot be read."""
    tmp_path = tmp_path_factory.mktemp("mixed")
    paths = []
    for seed in range(20):
        path = tmp_path / f"{seed:02}.png"
        if seed % 5 == 3:
            path.write_bytes([b"", b"text", b"GIF89a", b"%PDF-1.7"][seed // 5])
        else:
            save(path, picture(seed, *((500, 400) if seed % 2 else (9, 7))))
        paths.append(path)
    return paths


# Order


def told(table: HashTable) -> tuple[Any, ...]:
    return list(table.images), table.hashes, table.failures, table.digests.tolist()


@pytest.mark.thorough
@pytest.mark.parametrize("workers", [1, 2, 8, None])
def test_images_keep_the_order_of_the_inputs(workers: int | None, mixed: list[Path]) -> None:
    """Images are in the order of the inputs, for any number of threads."""
    backwards = mixed[::-1]
    table = hash_images(backwards, workers=workers)
    read = [str(path) for path in backwards if int(path.stem) % 5 != 3]
    assert table.paths == [image.path for image in table.images] == read
    assert told(table) == told(hash_images(backwards, workers=1))


@pytest.mark.parametrize("workers", [1, 2, 8])
def test_failures_keep_the_order_of_the_inputs(workers: int, mixed: list[Path]) -> None:
    """An unreadable input is reported with path, status and reason, and the rest is read."""
    table = hash_images([*mixed, "gone.png"], workers=workers)
    assert [(Path(one.path).name, one.status) for one in table.failures] == [
        ("03.png", Status.EMPTY),
        ("08.png", Status.NOT_AN_IMAGE),
        ("13.png", Status.DAMAGED),
        ("18.png", Status.UNSUPPORTED),
        ("gone.png", Status.MISSING),
    ]
    assert all(one.reason for one in table.failures)
    assert len(table) + len(table.failures) == 21


def test_what_has_no_path_fails_under_its_place() -> None:
    """A failure of bytes is reported by their place among the inputs."""
    table = hash_images([picture(0), b"no image", picture(1)])
    assert [one.path for one in table.failures] == ["[1]"]
    assert table.paths == ["[0]", "[2]"]


def test_an_opened_image_that_turns_out_to_be_damaged_is_a_failure() -> None:
    """An image or a file opened by the caller fails alone, like any other input."""
    file = io.BytesIO()
    Image.fromarray(picture(0)).save(file, "JPEG")
    cut_off = Image.open(io.BytesIO(file.getvalue()[:-500]))
    table = hash_images([picture(1), cut_off, picture(2)])
    assert table.paths == ["[0]", "[2]"]
    assert [(one.path, one.status) for one in table.failures] == [("[1]", Status.DAMAGED)]


def test_no_inputs_make_an_empty_table() -> None:
    """A table without images still has its columns."""
    table = hash_images([], algorithms=ALGORITHMS)
    assert len(table) == len(table.images) == 0
    assert [hashes.data.shape for hashes in table.hashes.values()] == [(0, 8), (0, 32), (0, 8)]
    assert table.digests.shape == (0, 16)
    assert (table.failures, table.skipped) == ([], {})


# Algorithms


class CountedFile(io.BytesIO):
    """A file that counts how many bytes are read."""

    given = 0

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        self.given += len(data)
        return data


def test_several_algorithms_share_one_reading(tmp_path: Path) -> None:
    """Each image is read once, however many hashes it gets."""
    path = save(tmp_path / "a.png", picture(0))
    file = CountedFile(path.read_bytes())
    table = hash_images(file, algorithms=ALGORITHMS)
    assert file.given == path.stat().st_size
    assert table.algorithms == tuple(table.hashes) == tuple(ALGORITHMS)
    for name in ALGORITHMS:
        assert table.hashes[name][0] == hash_image(path, algorithm=name)


def test_algorithms_go_by_their_canonical_names() -> None:
    """A name with the default size, or given twice, is one column."""
    table = hash_images(picture(0), algorithms=["dhash:8", "phash", "dhash"])
    assert table.algorithms == ("dhash", "phash")
    assert hash_images(picture(0), algorithms="dhash:8").hashes == {"dhash": table.hashes["dhash"]}


# The table


def test_the_columns_of_a_table_agree(mixed: list[Path]) -> None:
    """Images, hashes, paths and digests agree at every position."""
    table = hash_images(mixed, algorithms=ALGORITHMS)
    assert len(table) == len(table.images) == len(table.paths) == len(table.digests) == 16
    assert {len(hashes) for hashes in table.hashes.values()} == {16}
    for at, image in enumerate(table.images):
        assert image.path == table.paths[at]
        assert image.hashes == {name: table.hashes[name][at] for name in ALGORITHMS}
        assert image.hashes["phash"] == hash_image(image.path)


def test_an_image_tells_what_it_is(tmp_path: Path) -> None:
    """A row has the file's size, width and height as seen, format by content, and flatness."""
    exif = Image.Exif()
    exif[0x0112] = 6
    path = save(tmp_path / "turned.png", picture(0, 40, 30), format="JPEG", exif=exif)
    (image,) = hash_images(path).images
    assert image.path == str(path)
    assert image.bytes == path.stat().st_size
    assert (image.width, image.height, image.pixels) == (30, 40, 1200)
    assert image.format == "JPEG"
    assert not image.flat


def test_an_array_tells_what_it_is() -> None:
    """Pixels given as such have their own size and no format."""
    (image,) = hash_images(picture(0, 40, 30)).images
    assert (image.path, image.bytes, image.format) == ("[0]", 3600, "")
    assert (image.width, image.height) == (40, 30)


@pytest.mark.parametrize(("spread", "flat"), [(0, True), (4, True), (40, False)])
def test_a_picture_without_detail_is_flat(spread: int, flat: bool) -> None:
    """An evenly grey picture is flat, and so is one with almost no detail."""
    grey = np.full((64, 64), 120, np.uint8)
    grey[8:24, 8:24] += spread
    grey[32:56, 40:48] += spread
    table = hash_images([picture(0), grey])
    assert [image.flat for image in table.images] == [False, flat]
    assert list(table.flat_digests) == [1] * flat


def test_digests_are_equal_for_equal_bytes_or_pixels(tmp_path: Path) -> None:
    """Files are distinguished by their bytes, and images without a file by their pixels."""
    path = save(tmp_path / "a.png", picture(0))
    copy = shutil.copy(path, tmp_path / "b.png")
    other = save(tmp_path / "a.bmp", picture(0))
    grey = picture(0)[..., 0]
    images: list[ImageSource] = [
        path, copy, path.read_bytes(), other, picture(0), Image.open(path),
        grey, np.dstack([grey] * 3), grey.T,
    ]  # fmt: skip
    digests = [bytes(row) for row in hash_images(images).digests]
    assert [digests.index(one) for one in digests] == [0, 0, 0, 3, 4, 4, 6, 6, 8]


def test_images_are_a_sequence() -> None:
    """Positions from either end, slices, iteration and membership are those of a list."""
    images = hash_images([picture(seed) for seed in range(5)]).images
    everything = list(images)
    assert [image.path for image in everything] == ["[0]", "[1]", "[2]", "[3]", "[4]"]
    assert images[-1] == images[4] == everything[4]
    assert images[-5] == images[0]
    for part in (slice(1, 3), slice(None, None, -1), slice(-2, None), slice(3, 1), slice(0, 9, 2)):
        assert images[part] == everything[part]
    assert list(reversed(images)) == everything[::-1]
    assert everything[3] in images
    assert images.index(everything[3]) == 3
    for at in (5, -6):
        with pytest.raises(IndexError):
            images[at]


# Wrong arguments

WRONG: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"algorithms": "fhash"}, ValueError, "fhash"),
    ({"algorithms": ["phash", "dhash:1"]}, ValueError, "dhash:1"),
    ({"algorithms": []}, ValueError, "at least one"),
    ({"algorithms": [5]}, TypeError, "5"),
    ({"max_pixels": 0}, ValueError, "max_pixels must be 1 or more, not 0"),
    ({"max_pixels": -5}, ValueError, "not -5"),
    ({"workers": 0}, ValueError, "workers must be 1 to 4096, not 0"),
    ({"workers": "2"}, TypeError, "'2'"),
    ({"workers": True}, TypeError, "True"),
]


@pytest.mark.parametrize(("options", "error", "named"), WRONG, ids=lambda value: repr(value)[:40])
def test_wrong_arguments_are_named_before_anything_is_read(
    options: dict[str, Any], error: type[Exception], named: str
) -> None:
    """All arguments are checked before an input is read or progress is reported."""
    begun: list[str] = []

    def pictures() -> Iterator[Pixels]:
        begun.append("reading")
        yield picture(0)

    with pytest.raises(error) as caught:
        hash_images(pictures(), progress=lambda *_: begun.append("progress"), **options)
    assert named in str(caught.value)
    assert begun == []


@pytest.mark.parametrize(
    ("options", "error"),
    [({"algorithm": "fhash"}, ValueError), ({"algorithm": None}, TypeError),
     ({"max_pixels": 0}, ValueError)],
    ids=repr,
)  # fmt: skip
def test_wrong_arguments_for_one_image_come_before_the_image(
    options: dict[str, Any], error: type[Exception]
) -> None:
    """They are reported even if the file does not exist."""
    with pytest.raises(error):
        hash_image("gone.png", **options)


def test_the_pixel_limit_holds_for_every_image() -> None:
    """An image above `max_pixels` is a failure, and one of exactly that many is read."""
    images = [Image.new("L", (10, width)) for width in (10, 11)]
    table = hash_images(images, max_pixels=100)
    assert table.paths == ["[0]"]
    assert [one.status for one in table.failures] == [Status.TOO_LARGE]


# One image that cannot be read


@pytest.mark.parametrize("kind", [str, lambda path: path], ids=["str", "Path"])
def test_the_error_of_one_image_names_its_path(
    kind: Callable[[Path], str | Path], tmp_path: Path
) -> None:
    """It has the status, reason and path, and the message has path and reason."""
    path = tmp_path / "gone.png"
    with pytest.raises(ImageError) as caught:
        hash_image(kind(path))
    error = caught.value
    assert (error.status, error.path) == (Status.MISSING, str(path))
    assert str(error) == f"{path}: {error.reason}"
    (failure,) = hash_images(path).failures
    assert failure == Failure(str(path), error.status, error.reason)


def test_the_error_of_bytes_has_no_path() -> None:
    """The error of an image without a path has only a reason."""
    with pytest.raises(ImageError) as caught:
        hash_image(b"")
    assert (caught.value.status, caught.value.path) == (Status.EMPTY, None)
    assert str(caught.value) == caught.value.reason


# Progress


@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.parametrize("count", [1, 4, 5, 12, 200])
@pytest.mark.parametrize("as_paths", [False, True], ids=["pictures", "paths"])
def test_progress_counts_to_the_total(as_paths: bool, count: int, workers: int) -> None:
    """There is one call per input, failures included. Once known, the total is right and stays."""
    calls: list[tuple[str, int, int | None]] = []
    images: list[ImageSource] = ["gone.png"] * count if as_paths else [picture(0)] * count
    hash_images(images, workers=workers, progress=lambda *call: calls.append(call))
    stages, done, totals = zip(*calls, strict=True)
    assert set(stages) == {"reading"}
    assert done == tuple(range(1, count + 1))
    assert totals[-1] == count
    assert set(totals) <= {None, count}
    assert list(totals) == sorted(totals, key=lambda total: total is not None)


def test_the_total_of_a_small_folder_is_known_from_the_start(mixed: list[Path]) -> None:
    """Names are listed ahead of the reading, so a bar can be drawn at once."""
    totals: list[int | None] = []
    hash_images(mixed[0].parent, workers=1, progress=lambda *call: totals.append(call[2]))
    assert totals == [20] * 20


def test_an_interrupt_ends_the_work() -> None:
    """Ctrl-C takes effect at once: no more inputs are read, and threads finish their current
    ones.
    """
    drawn = 0
    before = threading.active_count()

    def pictures() -> Iterator[Pixels]:
        nonlocal drawn
        for seed in range(100):
            drawn += 1
            yield picture(seed)

    def interrupt(_stage: str, done: int, _total: int | None) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        hash_images(pictures(), workers=2, progress=interrupt)
    assert drawn < 30
    deadline = time.monotonic() + 10
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert threading.active_count() == before


def test_one_pillow_image_may_be_given_many_times() -> None:
    """Threads that are given the same Pillow image do not decode it at the same time."""
    file = io.BytesIO()
    Image.fromarray(picture(1)).save(file, "PNG")
    for _ in range(10):
        table = hash_images([Image.open(io.BytesIO(file.getvalue()))] * 8, workers=8)
        assert not table.failures
        assert len(table.hashes["phash"].unique().hashes) == 1


def test_what_can_be_no_image_is_a_failure_and_the_rest_goes_on() -> None:
    """A closed file, a text file and an array of another shape do not end the work."""
    closed = io.BytesIO(b"x")
    closed.close()
    bad = [closed, io.StringIO("text"), np.zeros((2, 2, 7), np.uint8), np.zeros((2, 2), int)]
    table = hash_images([picture(1), *bad, picture(2)])  # type: ignore[list-item]
    assert table.paths == ["[0]", "[5]"]
    assert [one.path for one in table.failures] == ["[1]", "[2]", "[3]", "[4]"]
    assert all(one.reason for one in table.failures)


def test_hashes_and_digests_are_not_copied_at_each_look() -> None:
    """A loop over `table.hashes["phash"][k]` is linear."""
    table = hash_images([picture(1), picture(2)])
    assert table.hashes["phash"] is table.hashes["phash"]
    assert table.digests is table.digests


def test_numbers_of_numpy_are_numbers() -> None:
    """Whole numbers as arguments may come from an array."""
    table = hash_images([picture(1)], workers=np.int64(1), max_pixels=np.int64(10**6))  # type: ignore[arg-type]
    assert len(table) == 1


def test_image_errors_travel_between_processes() -> None:
    """A pickled `ImageError` keeps its status, reason and path."""
    error = pickle.loads(pickle.dumps(ImageError(Status.EMPTY, "it has no bytes", "a.png")))
    assert (error.status, error.reason, error.path) == ("empty", "it has no bytes", "a.png")
