"""How long a search of a whole catalogue takes until it has its rows, and how much memory.

It is compared with fetching the rows of all files from SQLite. The catalogue is filled through its
own storage, without pictures. All times are processor time.
"""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING

import numpy as np
from blake3 import blake3

from lookalike import Catalog
from lookalike.catalog.recipes import definition_of
from lookalike.catalog.searching.everything import everything
from lookalike.catalog.searching.search import remembered
from lookalike.catalog.store import contents, files, present, roots
from lookalike.catalog.store.facts import END_UNSEEN, IS_BEGINNING, record_type
from lookalike.catalog.thumb_file import CHECK_BYTES, TURNED_BYTES, ThumbFile
from lookalike.hashing.request import request_for
from lookalike.matching.rules import Rule
from lookalike.matching.verify.verified import orientations_for
from lookalike.work.progress import silent

from .measure import Report, arguments, peak_memory, positive, time_in_turn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from lookalike.catalog.store.database import Database
    from lookalike.hashing.request import Request

    from .measure import Row

IN_A_FOLDER = 1000
WRITTEN = 64 * contents.BLOCK
"""How many files are stored in one transaction."""
ROOT = "/photographs of the benchmark"
WIDTH = 8


def requested() -> Request:
    return request_for((), "phash", repeats=False, only_first=False, with_thumbs=True)


def fill(place: Path, count: int) -> None:
    """Make a catalogue of photographs, each with a content and a thumb, a thousand in a folder."""
    definition = definition_of(requested().recipe)
    random = np.random.default_rng(count)
    with Catalog.open(place) as catalog:
        database = catalog.database
        with database.writing() as connection:
            root = roots.add_root(connection, ROOT.encode(), None, None, None, "ext4")
            recipe = contents.recipe_id(connection, "phash", definition, WIDTH)
            connection.execute("INSERT INTO format(id, name) VALUES (1, 'JPEG')")
        ThumbFile(place, definition, writable=True).close()
        [turned] = (place / "thumbs").glob("*.turned-2")
        with turned.open("r+b") as file:
            for numbers in _portions(count):
                records = _records(random, len(numbers))
                _store(database, root, recipe, numbers, records)
                file.seek(int(numbers[0]) * (TURNED_BYTES + CHECK_BYTES))
                file.write(_turned(random, records))


def _portions(count: int) -> Iterator[NDArray[np.int64]]:
    """Numbers of contents, from 1 on, so that each portion but the first has whole blocks."""
    for first in range(0, count + 1, WRITTEN):
        yield np.arange(max(first, 1), min(first + WRITTEN, count + 1))


def _records(random: np.random.Generator, count: int) -> NDArray[np.void]:
    records = np.zeros(count, record_type(WIDTH))
    records["size"] = random.integers(1_000_000, 8_000_000, count)
    records["width"], records["height"], records["frames"] = 4000, 3000, 1
    records["format"], records["flags"] = 1, IS_BEGINNING | END_UNSEEN
    for name in ("digest", "hash"):
        records[name] = random.integers(0, 256, records[name].shape, np.uint8)
    return records


def _store(
    database: Database,
    root: int,
    recipe: int,
    numbers: NDArray[np.int64],
    records: NDArray[np.void],
) -> None:
    """Store the files, contents and records of a portion."""
    whole = np.zeros(-(-len(records) // contents.BLOCK) * contents.BLOCK, records.dtype)
    begin = int(numbers[0]) % contents.BLOCK
    whole[begin : begin + len(records)] = records
    present = (whole["size"] > 0).reshape(-1, contents.BLOCK)
    with database.writing() as connection:
        contents.add(connection, [(one, one.to_bytes(16, "big"), None) for one in numbers.tolist()])
        for at, block in enumerate(whole.reshape(-1, contents.BLOCK)):
            values = recipe, int(numbers[0]) // contents.BLOCK + at, present[at].tobytes()
            connection.execute("INSERT INTO block VALUES (?, ?, ?, ?)", (*values, block.tobytes()))
        folders: dict[int, int] = {}
        rows: list[tuple[object, ...]] = []
        for one, size in zip(numbers.tolist(), records["size"].tolist(), strict=True):
            place = one // IN_A_FOLDER
            if place not in folders:
                folders[place] = roots.add_folder(connection, root, f"{place:05}".encode())
            time = 1_700_000_000_000_000_000 + one
            state = (size, time, time, one, time)
            rows.append((folders[place], f"IMG_{one:08}.JPG".encode(), b"", *state, 0, one))
        files.store_all(connection, rows)


def _turned(random: np.random.Generator, records: NDArray[np.void]) -> bytes:
    """What the file of thumbs has about a portion."""
    turned = random.integers(0, 256, (len(records), TURNED_BYTES), np.uint8)
    return b"".join(
        data + blake3(digest + data).digest(CHECK_BYTES)
        for digest, data in zip(map(bytes, records["digest"]), map(bytes, turned), strict=True)
    )


def start(place: Path) -> int:
    """Do all that a search of a whole catalogue does before it links. Returns the images."""
    request = requested()
    orientations = orientations_for(Rule.of("phash"))
    with (
        Catalog.open(place) as catalog,
        remembered(catalog, None, request, orientations, silent) as memory,
    ):
        return len(everything(catalog, request.recipe, memory, silent))


def starting(place: str) -> Callable[[], object]:
    return partial(start, Path(place))


def fetched(place: Path) -> int:
    """Fetch what the listings have, from the rows. Returns how many there are."""
    with Catalog.open(place) as catalog:
        folders = [one for (one,) in catalog.database.rows("SELECT id FROM folder")]
        every = (present.present(catalog.database, one, b"", IN_A_FOLDER + 1) for one in folders)
        return sum(map(len, every))


def without_listings(place: Path) -> int:
    """Start a search that has to make all listings."""
    with Catalog.open(place) as catalog, catalog.database.writing() as connection:
        connection.execute("DELETE FROM listing")
    return start(place)


def with_a_changed_folder(place: Path) -> int:
    """Start a search after one folder changed."""
    with Catalog.open(place) as catalog, catalog.database.writing() as connection:
        connection.execute("UPDATE file SET mtime_ns = mtime_ns + 1 WHERE folder_id = 1")
    return start(place)


def main() -> None:
    parser = arguments(__doc__, "benchmarks.whole_catalog --count 10000000", 3)
    parser.add_argument("--count", type=positive, default=100_000, metavar="N", help="images")
    parser.add_argument("--folder", type=Path, metavar="DIR", help="where to put the catalogue")
    options = parser.parse_args()
    report = Report(__doc__)
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        place = Path(name) / "catalog"
        fill(place, options.count)
        work: dict[str, Callable[[Path], int]] = {
            "fetching the rows": fetched,
            "the first search": without_listings,
            "the next one": start,
            "one after a folder changed": with_a_changed_folder,
        }
        timings = time_in_turn(
            {name: partial(one, place) for name, one in work.items()}, options.rounds, process_time
        )
        assert {one.result for one in timings.values()} == {options.count}
        report.add_timings(
            f"rows of {options.count:,} images",
            timings,
            next(iter(work)),
            lambda _, one: {"µs per image": one.seconds / options.count * 1e6},
        )
        peak = peak_memory(starting, str(place))
        size = (place / "catalog.db").stat().st_size
        row: Row = {"images": options.count, "database": size / options.count}
        row["peak memory"] = None if peak is None else peak / options.count
        report.add("bytes per image", row)
    report.print(options.json)


if __name__ == "__main__":
    main()
