"""Shows duplicates side by side with matplotlib, an extra that is imported on demand."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping, Sequence
from numbers import Number
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np

from lookalike.checks import whole_number
from lookalike.errors import ImageError, WrongTypeError
from lookalike.extras import extra
from lookalike.images import is_image_source, read_thumbnail
from lookalike.sources import source_of
from lookalike.text import visible

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from lookalike.images import ImageSource

COLUMNS = 4
MOST_SHOWN = 100
"""The most pictures in one figure, because matplotlib takes a while for each."""
SHOWN_SIDE = 512
"""The longer side of a picture is reduced to this many pixels, to limit memory."""
CELL = (2.5, 2.2)
"""Width and height of a picture and its title, in inches."""
MOST_QUOTED = 60
"""The most characters quoted of a wrong argument: an encoding may be a long array."""
LINE = 32
"""How many characters of a title fit above a picture."""

# A file may be called a$b$.jpg, which is not a formula.
AS_IT_IS: dict[str, Any] = {"parse_math": False, "usetex": False}


def plot_duplicates(
    image_dir: str | os.PathLike[str],
    duplicate_map: Mapping[str, Sequence[Any]],
    filename: str,
    outfile: str | os.PathLike[str] | None = None,
) -> Figure:
    """Show an image above its duplicates, as imagededup's function does.

    `image_dir`: the folder with the files named in the map. `duplicate_map`: the duplicates of each
    file, as names or as (name, score). Scores are shown if there are any. `filename`: a key of the
    map. The figure is written to `outfile`, in the format of its extension. Without `outfile` it is
    shown in a window or notebook.

    Pictures are upright. A picture that cannot be read is an empty frame with the reason in it. At
    most 100 duplicates are shown, and the figure says so.

    Raises `ValueError` if `image_dir` is not a folder, or if `filename` is not in the map or has no
    duplicates. For all but the second of these, imagededup raises `AssertionError`. Raises an error
    that is both `TypeError` and `ValueError` if the map is not a mapping, or has encodings instead
    of duplicates. Raises `MissingExtraError` without matplotlib.

    Unlike imagededup's function, it returns the figure, and does not show a figure that it writes.
    At the end of a notebook cell, put a semicolon after the call, or the figure is shown twice.
    """
    _require_matplotlib()
    folder = Path(image_dir)
    if not folder.is_dir():
        raise ValueError(f"image_dir must be a folder, not {str(image_dir)!r}")
    if not isinstance(duplicate_map, Mapping):
        raise WrongTypeError(f"duplicate_map must be a mapping, not {type(duplicate_map).__name__}")
    if filename not in duplicate_map:
        raise ValueError(f"{filename!r} is not in the map of duplicates")
    entries = _entries(filename, duplicate_map[filename])
    if not entries:
        raise ValueError(f"{filename!r} has no duplicates")
    query = _read(folder / filename, f"query: {filename}")
    frames = [_read(folder / name, title) for name, title in entries[:MOST_SHOWN]]
    return _draw([query], frames, len(entries), COLUMNS, outfile)


def show_images(
    images: ImageSource | Iterable[ImageSource],
    labels: Iterable[object] | None = None,
    *,
    columns: int = COLUMNS,
    outfile: str | os.PathLike[str] | None = None,
) -> Figure:
    """Show pictures in rows of `columns`, each below its label.

    `images`: one or more of anything that `hash_image` accepts. `labels`: one label per image, of
    anything that prints. By default, the file names of images given as paths. `outfile`, unreadable
    pictures, the most pictures shown and the return value are as in `plot_duplicates`.

    Raises `ValueError` for no images, another number of labels, or less than one column. Raises
    `MissingExtraError` without matplotlib.
    """
    _require_matplotlib()
    sources: list[ImageSource]
    sources = [images] if is_image_source(images) else list(cast("Iterable[ImageSource]", images))
    if labels is None:
        labels = map(_name_of, sources)
    titles = [labels] if isinstance(labels, str) else list(map(str, labels))
    if not sources:
        raise ValueError("there are no images to show")
    if len(titles) != len(sources):
        raise ValueError(f"expected one label per image, {len(sources)}, not {len(titles)}")
    columns = whole_number(columns, "columns", least=1)
    frames = list(map(_read, sources[:MOST_SHOWN], titles))
    return _draw([], frames, len(sources), columns, outfile)


class _Frame(NamedTuple):
    """A picture or the reason why there is none, and its title."""

    title: str
    pixels: NDArray[np.uint8] | None
    """`(height, width, 3)`, a thumbnail."""
    size: tuple[int, int]
    """Width and height of the whole picture, upright."""
    reason: str = ""


def _require_matplotlib() -> None:
    with extra("matplotlib", "plotting needs matplotlib"):
        import matplotlib.figure  # noqa: F401


def _read(source: ImageSource, title: str) -> _Frame:
    try:
        shown = read_thumbnail(source_of(source), SHOWN_SIDE, SHOWN_SIDE)
    except ImageError as error:
        return _Frame(title, None, (0, 0), error.reason)
    return _Frame(title, shown.pixels, (shown.width, shown.height))


def _entries(filename: str, duplicates: object) -> list[tuple[str, str]]:
    """The names and titles of the duplicates of one file."""
    if isinstance(duplicates, Iterable) and not isinstance(duplicates, str | bytes | Mapping):
        found = list(duplicates)
        if all(map(_is_duplicate, found)):
            return list(map(_entry, found))
    given = repr(duplicates)
    raise WrongTypeError(
        "duplicate_map must have lists of duplicates, as find_duplicates gives them, not encodings:"
        f" {filename!r} has {given if len(given) < MOST_QUOTED else type(duplicates).__name__}"
    )


def _is_duplicate(one: object) -> bool:
    """A name, or a pair of a name and a score."""
    if isinstance(one, tuple | list) and len(one) == 2:
        return isinstance(one[0], str) and isinstance(one[1], Number)
    return isinstance(one, str)


def _entry(duplicate: Any) -> tuple[str, str]:
    """The name and the title of an entry of a map, which is a name or (name, score)."""
    if isinstance(duplicate, str):
        return duplicate, duplicate
    name, score = duplicate
    shown = f"{score:.3f}" if isinstance(score, float | np.floating) else str(score)
    return name, f"{name} ({shown})"


def _name_of(source: object) -> str:
    return Path(os.fsdecode(source)).name if isinstance(source, str | os.PathLike) else ""


def _draw(
    top: list[_Frame],
    frames: list[_Frame],
    total: int,
    columns: int,
    outfile: str | os.PathLike[str] | None,
) -> Figure:
    """Draw `top`, one or none, in the first row, and `frames`, of `total` in all, in rows below.

    Everything is read before this, so an error cannot leave pyplot with half a figure.
    """
    columns = min(columns, len(frames))
    rows = len(top) + math.ceil(len(frames) / columns)
    figure = _new_figure(columns * CELL[0], rows * CELL[1], on_screen=outfile is None)
    grid = figure.add_gridspec(rows, columns)
    for frame in top:
        _fill(figure.add_subplot(grid[0, :]), frame)
    for at, frame in enumerate(frames, start=len(top) * columns):
        _fill(figure.add_subplot(grid[divmod(at, columns)]), frame)
    if len(frames) < total:
        figure.suptitle(f"the first {len(frames):,} of {total:,}")
    if outfile is None:
        _show(figure)
    else:
        figure.savefig(outfile)
    return figure


def _new_figure(width: float, height: float, *, on_screen: bool) -> Figure:
    """A figure of this size in inches. Only a figure for the screen is registered with pyplot."""
    if on_screen:
        from matplotlib import pyplot

        return pyplot.figure(figsize=(width, height), layout="constrained")
    from matplotlib.figure import Figure

    return Figure((width, height), layout="constrained")


def _show(figure: Figure) -> None:
    from matplotlib import pyplot

    pyplot.show()
    # In interactive mode, `show` returns at once, and the window belongs to the user.
    if not pyplot.isinteractive():
        pyplot.close(figure)


def _fill(axes: Axes, frame: _Frame) -> None:
    axes.set_title(_lines(frame.title), fontsize=8, **AS_IT_IS)
    axes.set_xticks([])
    axes.set_yticks([])
    if frame.pixels is None:
        axes.set_box_aspect(3 / 4)
        axes.spines[:].set_color("0.7")
        reason = fill(visible(frame.reason), LINE)
        middle: dict[str, Any] = {"ha": "center", "va": "center", "transform": axes.transAxes}
        axes.text(0.5, 0.5, reason, fontsize=8, color="0.4", **middle, **AS_IT_IS)
        return
    width, height = frame.size
    axes.imshow(frame.pixels, extent=(0, width, height, 0))
    axes.set_frame_on(False)


def _lines(title: str) -> str:
    """A title in at most two lines. The middle is cut, as the end has the type or the score."""
    title = visible(title)
    if len(title) > 2 * LINE:
        title = f"{title[: LINE - 1]}…{title[-LINE:]}"
    return "\n".join(title[at : at + LINE] for at in range(0, len(title), LINE))
