"""Sets of hashes and pictures for the tests of the Spark job, and results to compare."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from PIL import Image

from files import encoded
from lookalike.errors import Status
from lookalike.hashing.builder import TableBuilder
from lookalike.hashing.options import DEFAULTS
from lookalike.hashing.row import Failure, Row
from lookalike.hashing.table import HashTable
from lookalike.matching.rules import Rule
from lookalike.scan import result_of
from lookalike.sources.location import Kind, Location, Stamp
from lookalike.spark.rows import rows_of
from lookalike.spark.settings import Definition, Settings
from pictures import blobs, photo, uniform

if TYPE_CHECKING:
    from lookalike.report.result import Result

SHARDS = 8
Groups = list[list[tuple[str, bool, int]]]
"""For each group, its images: their names, whether they are kept, the distance to the keeper."""


def rows_for(hashes: NDArray[np.uint8], first: int = 0) -> list[Row]:
    """Rows of images with these hashes, as hashing makes them."""
    sizes = np.random.default_rng(len(hashes)).integers(1, 2000, (len(hashes), 3)).tolist()
    return [
        Row(
            location=Location(Kind.MEMBER, "a.tar", f"{first + at:09}.jpg"),
            stamp=Stamp(size),
            byte_count=size,
            width=width,
            height=height,
            format="JPEG",
            frames=1,
            digest=(first + at).to_bytes(16, "big"),
            is_beginning=False,
            flat_digest=b"",
            hashes=(one.tobytes(),),
        )
        for at, (one, (size, width, height)) in enumerate(zip(hashes, sizes, strict=True))
    ]


def settings_for(max_distance: int, algorithm: str = "phash") -> Settings:
    return Settings(Rule.of(algorithm, max_distance), DEFAULTS, False, Definition.here(algorithm))


def write_hashes(folder: Path, rows: list[Row], settings: Settings) -> HashTable:
    """Write a complete `hashes` folder of these rows and some failures. Returns their table."""
    run = folder / "run=made"
    run.mkdir(parents=True)
    every = TableBuilder([settings.rule.algorithm])
    for shard, numbers in enumerate(np.array_split(np.arange(len(rows)), SHARDS)):
        builder = TableBuilder([settings.rule.algorithm])
        lost = Failure(f"lost-{shard}", Status.DAMAGED, "it is cut off")
        for one in (*(rows[number] for number in numbers), lost):
            builder.add(one)
            every.add(one)
        batch = rows_of(builder.finish(), [], settings, shard, f"digest-{shard}", 0)
        pq.write_table(pa.Table.from_batches([batch]), run / f"part-{shard}.parquet")
    (run / "_SUCCESS").touch()
    statuses = {"damaged": SHARDS, "ok": len(rows)}
    manifest = {
        "asked": {"recipe": settings.recipe}, "run": "made", "runs": ["run=made"],
        "statuses": statuses, "inputs": len(rows) + SHARDS,
    }  # fmt: skip
    (folder / "_manifest.json").write_text(json.dumps(manifest))
    return every.finish()


def groups_of(result: Result) -> Groups:
    """The groups of one machine's search."""
    groups: dict[int, list[tuple[str, bool, int]]] = {}
    for row in result.rows():
        if row["group"] is not None:
            one = row["path"], row["keeper"], row["distance"]
            groups.setdefault(row["group"], []).append(one)
    return sorted(map(sorted, groups.values()))


def expected(table: HashTable, settings: Settings) -> Groups:
    """The groups that one machine makes of a table."""
    return groups_of(result_of(table, settings.rule))


def found_in(rows: Iterable[Any]) -> Groups:
    """The groups in the rows of a job."""
    groups: dict[int, list[tuple[str, bool, int]]] = {}
    for row in rows:
        groups.setdefault(row["group"], []).append((row["key"], row["keeper"], row["distance"]))
    return sorted(map(sorted, groups.values()))


def read_result(folder: Path) -> list[dict[str, Any]]:
    """The rows in the folder of a result."""
    rows: list[dict[str, Any]] = []
    for file in sorted(folder.glob("*.parquet")):
        rows += pq.ParquetFile(file).read().to_pylist()
    return rows


def result_in(out: Path) -> list[dict[str, Any]]:
    """The rows of the result of the complete job in a folder."""
    manifest = json.loads((out / "result" / "_manifest.json").read_text())
    return read_result(out / "result" / manifest["runs"][0])


def clustered(n: int, seed: int) -> NDArray[np.uint8]:
    """Random hashes, of which a third are near another one or equal to it."""
    rng = np.random.default_rng(seed)
    bits = rng.random((n, 64)) < 0.5
    copies = n // 3
    noise = np.zeros((copies, 64), np.bool_)
    rows = np.repeat(np.arange(copies), 3)
    noise[rows[: len(rows) // 2], rng.integers(0, 64, len(rows) // 2)] = True
    bits[rng.permutation(n)[:copies]] = bits[rng.integers(0, n, copies)] ^ noise
    return np.packbits(bits, axis=1)


def in_one_value(n: int, seed: int) -> NDArray[np.uint8]:
    """Half of all hashes agree in all but 20 bits."""
    hashes = clustered(n, seed)
    bits = np.unpackbits(hashes, axis=1)
    bits[: n // 2, :44] = 0
    return np.packbits(bits, axis=1)


def all_equal(n: int, seed: int) -> NDArray[np.uint8]:
    """One hash, again and again."""
    return np.repeat(clustered(1, seed), n, axis=0)


SETS: Mapping[str, Callable[[int, int], NDArray[np.uint8]]] = {
    "clusters": clustered,
    "half in one value": in_one_value,
    "all equal": all_equal,
    "none": lambda n, seed: np.empty((0, 8), np.uint8),
}


def jpeg(pixels: NDArray[np.uint8], quality: int = 90) -> bytes:
    return encoded(pixels, "JPEG", quality=quality)


def pictures(count: int) -> dict[str, bytes]:
    """Pictures with copies, blank ones, animations, and files that cannot be read."""
    files: dict[str, bytes] = {}
    for seed in range(count):
        picture = photo(120, 90, seed)
        files[f"{seed:03}.jpg"] = jpeg(picture)
        if seed % 3 == 0:
            files[f"{seed:03}-worse.jpg"] = jpeg(picture, 40)
        if seed % 4 == 0:
            small = Image.fromarray(picture).resize((80, 60))
            files[f"{seed:03}-small.png"] = encoded(small)
        if seed % 5 == 0:
            files[f"{seed:03}-copy.jpg"] = files[f"{seed:03}.jpg"]
        if seed % 6 == 0:
            files[f"{seed:03}-turned.jpg"] = jpeg(np.ascontiguousarray(np.rot90(picture)))
    for at in range(4):
        files[f"grey-{at}.png"] = encoded(uniform(50 + at // 2, 40, 99))
        frames = [Image.fromarray(blobs(60, 50, 7 * (at // 2) + k)) for k in range(3)]
        animation = io.BytesIO()
        frames[0].save(animation, "GIF", save_all=True, append_images=frames[1:])
        files[f"film-{at}.gif"] = animation.getvalue()
    files["cut.jpg"] = files["000.jpg"][: len(files["000.jpg"]) // 2]
    files["empty.jpg"] = b""
    files["text.jpg"] = b"not a picture"
    files["crash.bad"] = b"BAD!crash"
    return files


def write_files(folder: Path, files: Mapping[str, bytes]) -> Path:
    folder.mkdir(parents=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


def write_tars(folder: Path, files: Mapping[str, bytes], count: int) -> list[Path]:
    """The files in some tar archives, a part in each."""
    folder.mkdir(parents=True)
    names = sorted(files)
    paths = []
    for number in range(count):
        path = folder / f"shard-{number}.tar"
        with tarfile.open(path, "w") as archive:
            for name in names[number::count]:
                info = tarfile.TarInfo(name)
                info.size = len(files[name])
                archive.addfile(info, io.BytesIO(files[name]))
        paths.append(path)
    return paths
