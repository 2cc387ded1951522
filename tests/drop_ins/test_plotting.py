"""Figures of duplicates: what is drawn where, and what is written."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib import pyplot
from matplotlib.axes import Axes
from PIL import Image

from files import save
from lookalike import ImageSource, MissingExtraError, hash_image, plotting
from lookalike.methods import PHash
from lookalike.plotting import plot_duplicates, show_images
from pictures import Pixels, gradient, photo, uniform


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three pictures, one of them grey, and two files that are not images."""
    save(tmp_path / "photos" / "a.png", photo(80, 60, 1))
    save(tmp_path / "photos" / "b.png", photo(40, 30, 1))
    save(tmp_path / "photos" / "grey.png", gradient(30, 20) // 2 + 50)
    (tmp_path / "photos" / "empty.png").touch()
    (tmp_path / "photos" / "notes.png").write_text("no image")
    return tmp_path / "photos"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "figure.png"


def titles(figure: Any) -> list[str]:
    return [axes.get_title() for axes in figure.axes]


def read(path: Path) -> Image.Image:
    with Image.open(path) as image:
        image.load()
    return image


def drawn(axes: Axes) -> Pixels:
    """The pixels of the one picture in these axes."""
    (image,) = axes.images
    return np.asarray(image.get_array())


# Duplicates


def test_the_query_stands_above_its_duplicates(folder: Path, out: Path) -> None:
    """The query has its own row, and its duplicates are in order in rows of four under it."""
    names = ["b.png", "grey.png", "b.png", "grey.png", "b.png"]
    figure = plot_duplicates(folder, {"a.png": names}, "a.png", out)
    assert titles(figure) == ["query: a.png", *names]
    boxes = [axes.get_position() for axes in figure.axes]
    assert boxes[0].y0 > boxes[1].y1
    assert boxes[4].y0 > boxes[5].y1
    assert boxes[1].x0 < boxes[2].x0 < boxes[3].x0 < boxes[4].x0
    assert boxes[5].x0 == pytest.approx(boxes[1].x0, abs=0.01)
    assert boxes[0].x0 + boxes[0].x1 == pytest.approx(1, abs=0.01)


def test_scores_stand_behind_names(folder: Path, out: Path) -> None:
    """Distances are whole numbers, and similarities have three decimals. Lists are as good as
    tuples.
    """
    scored = [("b.png", 3), ["grey.png", np.float32(0.25)], ("b.png", np.int64(12)), ("b.png", 0.5)]
    figure = plot_duplicates(folder, {"a.png": scored}, "a.png", out)
    assert titles(figure)[1:] == ["b.png (3)", "grey.png (0.250)", "b.png (12)", "b.png (0.500)"]


def test_pictures_are_those_of_the_files(folder: Path, out: Path) -> None:
    """Every pixel of a small picture is drawn, and grey pictures keep their shade."""
    figure = plot_duplicates(folder, {"a.png": ["b.png", "grey.png"]}, "a.png", out)
    for axes, name in zip(figure.axes, ["a.png", "b.png", "grey.png"], strict=True):
        assert np.array_equal(drawn(axes), np.asarray(read(folder / name).convert("RGB")))


def test_pictures_are_upright(folder: Path, out: Path) -> None:
    """A picture stored on its side is turned as its EXIF says."""
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned to the right
    save(folder / "turned.png", photo(50, 20), exif=exif)
    figure = plot_duplicates(folder, {"turned.png": ["a.png"]}, "turned.png", out)
    assert np.array_equal(drawn(figure.axes[0]), np.rot90(photo(50, 20), -1))


def test_what_cannot_be_read_is_an_empty_frame_with_the_reason(folder: Path, out: Path) -> None:
    """The others are drawn, and the frame gives the reason in plain words."""
    names = ["empty.png", "b.png", "gone.png", "notes.png"]
    figure = plot_duplicates(folder, {"a.png": names}, "a.png", out)
    assert titles(figure)[1:] == names
    empty, read, gone, notes = figure.axes[1:]
    assert [len(axes.images) for axes in (empty, read, gone, notes)] == [0, 1, 0, 0]
    assert [text.get_text() for text in (*empty.texts, *gone.texts)] == [
        "it has no bytes",
        "there is no such file",
    ]
    assert not read.texts
    assert [text.get_text() for text in notes.texts] == ["unrecognised image format"]


def test_a_figure_has_its_columns_full(folder: Path, out: Path) -> None:
    """One duplicate makes a figure of one column, not of four with three empty."""
    plot_duplicates(folder, {"a.png": ["b.png"]}, "a.png", out)
    narrow = read(out).size
    plot_duplicates(folder, {"a.png": ["b.png"] * 9}, "a.png", out)
    wide = read(out).size
    assert (4 * narrow[0], 2 * narrow[1]) == (wide[0], wide[1])


def test_more_than_a_figure_holds_is_said(
    folder: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the first of very many are shown, and the figure has the total number."""
    monkeypatch.setattr(plotting, "MOST_SHOWN", 3)
    figure = plot_duplicates(folder, {"a.png": ["b.png"] * 1200}, "a.png", out)
    assert len(figure.axes) == 1 + 3
    assert figure.get_suptitle() == "the first 3 of 1,200"
    assert show_images([folder / "b.png"] * 3, outfile=out).get_suptitle() == ""
    assert len(show_images([folder / "b.png"] * 4, outfile=out).axes) == 3


# Names


def test_names_are_no_formulas(folder: Path, out: Path) -> None:
    """Dollars and backslashes in names and reasons are drawn literally."""
    name = r"$\nonsense{$.png"
    figure = plot_duplicates(folder, {"a.png": [name]}, "a.png", out)
    assert titles(figure)[1] == name
    assert read(out).format == "PNG"


def test_names_that_are_no_text_can_be_drawn(folder: Path, out: Path) -> None:
    """Odd bytes of a name become escapes."""
    figure = plot_duplicates(folder, {"a.png": ["caf\udce9.png"]}, "a.png", out)
    assert titles(figure)[1] == r"caf\udce9.png"


def test_long_names_keep_their_ends(folder: Path, out: Path) -> None:
    """A name too long for two lines loses its middle, not its kind or its score."""
    name = "holiday" * 20 + ".jpeg"
    figure = plot_duplicates(folder, {"a.png": [(name, 7)]}, "a.png", out)
    first, second = titles(figure)[1].split("\n")
    assert first.startswith("holidayholiday")
    assert first.endswith("…")
    assert second.endswith("holiday.jpeg (7)")
    assert len(first) == len(second) == plotting.LINE


# Any pictures


def test_anything_that_can_be_hashed_can_be_shown(folder: Path, out: Path) -> None:
    """Paths, bytes, open files, Pillow images and arrays are drawn, paths under their names."""
    path = folder / "b.png"
    with path.open("rb") as file, Image.open(path) as opened:
        sources: list[ImageSource] = [
            path,
            str(path),
            path.read_bytes(),
            file,
            opened,
            photo(40, 30, 1),
        ]
        figure = show_images(sources, outfile=out)
    assert titles(figure) == ["b.png", "b.png", "", "", "", ""]
    assert all(np.array_equal(drawn(axes), photo(40, 30, 1)) for axes in figure.axes)


@pytest.mark.parametrize("one", ["path", "array"])
def test_one_picture_may_come_alone(one: str, folder: Path, out: Path) -> None:
    """A path or label is not split into letters, nor an array into rows."""
    source = str(folder / "b.png") if one == "path" else photo(40, 30, 1)
    (axes,) = show_images(source, "the only one", outfile=out).axes
    assert axes.get_title() == "the only one"
    assert np.array_equal(drawn(axes), photo(40, 30, 1))


def test_labels_and_columns(out: Path) -> None:
    """Labels of any kind, even from a generator, are above the pictures, in the given columns."""
    pictures = (photo(40, 30, seed) for seed in range(5))
    figure = show_images(pictures, range(10, 15), columns=3, outfile=out)
    assert titles(figure) == ["10", "11", "12", "13", "14"]
    rows = [round(axes.get_position().y0, 2) for axes in figure.axes]
    assert rows[0] == rows[1] == rows[2] > rows[3] == rows[4]


def test_large_pictures_are_kept_small(out: Path) -> None:
    """The picture is resampled, and axes still count in pixels of the file."""
    stripes = np.tile(np.array([0, 255], np.uint8), (700, 500))
    (axes,) = show_images(stripes, outfile=out).axes
    assert drawn(axes).shape == (358, plotting.SHOWN_SIDE, 3)
    assert np.abs(drawn(axes).astype(int) - 128).max() < 64
    assert list(axes.images[0].get_extent()) == [0, 1000, 700, 0]


@pytest.mark.parametrize(("width", "height"), [(3000, 2), (2, 3000), (513, 1), (5000, 4000)])
def test_pictures_of_any_shape_are_drawn(width: int, height: int, out: Path) -> None:
    """None is too large or shrinks to nothing, and its colour stays."""
    (axes,) = show_images(np.dstack([uniform(width, height, 77)] * 3), outfile=out).axes
    shown = drawn(axes)
    assert (shown == 77).all()
    assert 250 < max(shown.shape) <= plotting.SHOWN_SIDE
    assert list(axes.images[0].get_extent()) == [0, width, height, 0]


# Files and windows


def test_a_figure_is_written_as_its_name_says(folder: Path, tmp_path: Path) -> None:
    """A PNG contains the pictures, and another ending gives another format."""
    figure = tmp_path / "figure.png"
    show_images(
        [uniform(40, 30, 0), np.dstack([uniform(40, 30, v) for v in (255, 0, 0)])], outfile=figure
    )
    image = read(figure)
    assert image.format == "PNG"
    colours = np.unique(np.asarray(image)[..., :3].reshape(-1, 3), axis=0).tolist()
    assert all(colour in colours for colour in ([0, 0, 0], [255, 0, 0], [255, 255, 255]))
    plot_duplicates(str(folder), {"a.png": ["b.png"]}, "a.png", str(tmp_path / "figure.pdf"))
    assert (tmp_path / "figure.pdf").read_bytes().startswith(b"%PDF")


@pytest.fixture
def shows(monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    """The numbers of pyplot's open figures, each time it was asked to show them."""
    pyplot.switch_backend("Agg")
    calls: list[list[int]] = []
    monkeypatch.setattr(pyplot, "show", lambda: calls.append(pyplot.get_fignums()))
    return calls


def test_without_a_file_the_figure_is_shown_and_closed(
    folder: Path, shows: list[list[int]]
) -> None:
    """Pyplot shows it once and keeps nothing."""
    figure = plot_duplicates(folder, {"a.png": ["b.png"]}, "a.png")
    assert titles(figure) == ["query: a.png", "b.png"]
    assert [len(open_figures) for open_figures in shows] == [1]
    assert pyplot.get_fignums() == []


def test_an_interactive_window_stays_open(folder: Path, shows: list[list[int]]) -> None:
    """If showing does not wait for the user, closing would take the window away."""
    with pyplot.ion():
        show_images(folder / "a.png")
        assert pyplot.get_fignums() == shows[0]
    pyplot.close("all")


def test_an_error_leaves_no_figure_behind(shows: list[list[int]]) -> None:
    """An input that cannot be a picture raises before pyplot knows of a figure."""
    with pytest.raises(ValueError, match="an image as an array must be bool, uint8"):
        show_images([photo(40, 30), np.zeros((2, 2, 5), np.uint8)])
    assert pyplot.get_fignums() == []
    assert shows == []


def test_a_file_is_written_without_pyplot(folder: Path, out: Path) -> None:
    """Nothing global is loaded: no matplotlib with the module, and no pyplot for a file."""
    script = f"""
import sys
from lookalike.plotting import show_images
print("matplotlib" in sys.modules)
show_images({str(folder / "a.png")!r}, outfile={str(out)!r})
print("matplotlib.pyplot" in sys.modules)
"""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["False", "False"]
    assert out.stat().st_size > 0


# Errors


def test_wrong_arguments_are_refused(folder: Path, out: Path) -> None:
    """The message names the wrong folder, file or number."""
    known: dict[str, list[str]] = {"a.png": ["b.png"], "b.png": []}
    with pytest.raises(ValueError, match="must be a folder, not 'nowhere'"):
        plot_duplicates("nowhere", known, "a.png", out)
    with pytest.raises(ValueError, match="'c.png' is not in the map"):
        plot_duplicates(folder, known, "c.png", out)
    with pytest.raises(ValueError, match="'b.png' has no duplicates"):
        plot_duplicates(folder, known, "b.png", out)
    with pytest.raises(TypeError, match="must be a mapping, not list"):
        plot_duplicates(folder, ["a.png"], "a.png", out)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="no images to show"):
        show_images([], outfile=out)
    with pytest.raises(ValueError, match="expected one label per image, 2, not 3"):
        show_images([folder / "a.png"] * 2, ["x", "y", "z"], outfile=out)
    with pytest.raises(ValueError, match="columns must be 1 or more, not 0"):
        show_images([folder / "a.png"], columns=0, outfile=out)
    assert not out.exists()


@pytest.mark.parametrize(
    "encoding",
    [
        "0123456789abcdef", b"01234567", np.zeros(576, np.float32), [0.5, 0.25], 5, None,
        hash_image(photo(32, 32, 1)), {"b.png": 3}, [("b.png", "c.png")], [("b.png", 1, 2)],
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_encodings_are_no_duplicates(encoding: object, folder: Path, out: Path) -> None:
    """The output of `encode_images` is refused and named, for any method. The output of
    `find_duplicates` for the same folder is drawn.
    """
    match = "as find_duplicates gives them, not encodings: 'a.png' has "
    for error in (TypeError, ValueError):
        with pytest.raises(error, match=match):
            plot_duplicates(folder, {"a.png": encoding}, "a.png", out)  # type: ignore[dict-item]
    assert not out.exists()


@pytest.mark.parametrize("scores", [False, True])
def test_what_find_duplicates_gives_is_drawn(scores: bool, folder: Path, out: Path) -> None:
    """It is drawn with and without scores, and after JSON. The encodings before it are refused."""
    finder = PHash(verbose=False)
    encodings = finder.encode_images(folder)
    with pytest.raises(TypeError, match=f"'a.png' has '{encodings['a.png']}'$"):
        plot_duplicates(folder, encodings, "a.png", out)
    duplicates = finder.find_duplicates(
        encoding_map=encodings, scores=scores, max_distance_threshold=64
    )
    for one in (duplicates, json.loads(json.dumps(duplicates))):
        plot_duplicates(folder, one, "a.png", out)
        assert out.stat().st_size > 0
        out.unlink()


def test_without_matplotlib_the_error_says_how_to_get_it(
    folder: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both functions raise with the install line for pip, before anything is read."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    line = "^plotting needs matplotlib: pip install matplotlib$"
    with pytest.raises(MissingExtraError, match=line):
        plot_duplicates(folder, {"a.png": ["b.png"]}, "a.png", out)
    with pytest.raises(MissingExtraError, match=line):
        show_images([folder / "a.png"], outfile=out)
