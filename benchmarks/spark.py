"""The Spark job: how long each stage takes, and how that grows, next to one process.

Hashes are random bits, of which every tenth is a copy of another one with up to three changed bits.
The job starts from Parquet files of hashes. One process reads the same files, finds the same
groups, and writes them. `--pictures` also hashes that many JPEG files from tar archives.

It needs the environment of `make test-spark`. Starting Spark is not counted.
"""

from __future__ import annotations

import io
import json
import os
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from lookalike.hashes import HashArray
from lookalike.hashing.options import DEFAULTS
from lookalike.index import members_of, searcher_for
from lookalike.matching.rules import Rule
from lookalike.spark import find_duplicates
from lookalike.spark.blocks.packing import fixed
from lookalike.spark.settings import Definition, Settings
from lookalike.work.threads import worker_count

from .measure import Report, arguments, positive

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pyspark.sql import SparkSession

SHARD = 250_000
COPIES = 10
SHORT = {
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.shuffle.compress": "false",
    "spark.executorEnv.MALLOC_MMAP_THRESHOLD_": str(1 << 28),
    "spark.executorEnv.MALLOC_TRIM_THRESHOLD_": str(1 << 30),
}
"""The settings that docs/scale-out.md recommends for short jobs."""


def main() -> None:
    parser = arguments(__doc__, "benchmarks.spark --counts 1000000 10000000", rounds=1)
    parser.add_argument("--counts", type=positive, nargs="+", default=[1_000_000])
    parser.add_argument("--max-distance", type=int, default=4)
    parser.add_argument("--pictures", type=int, default=0, help="how many JPEG files to hash")
    parser.add_argument("--joins", action="store_true", help="measure joins alone, too")
    parser.add_argument("--connect", choices=["auto", "driver", "stars"], default="auto")
    parser.add_argument("--master", default=f"local[{worker_count(None)}]")
    parser.add_argument("--memory", default="6g", help="of the driver, which has local workers")
    parser.add_argument("--plain", action="store_true", help="without settings for short jobs")
    parser.add_argument("--folder", help="where to make the files; a temporary folder otherwise")
    options = parser.parse_args()
    report = Report(__doc__, ["pyspark"])
    begin = time.perf_counter()
    spark = started(options.master, options.memory, {} if options.plain else SHORT)
    report.facts["start of Spark, s"] = f"{time.perf_counter() - begin:.1f}"
    for count in options.counts:
        with tempfile.TemporaryDirectory(dir=options.folder) as name:
            measure_hashes(report, spark, Path(name), count, options)
    if options.joins:
        measure_joins(report)
    if options.pictures:
        with tempfile.TemporaryDirectory(dir=options.folder) as name:
            measure_pictures(report, spark, Path(name), options.pictures)
    report.print(options.json)


def started(master: str, memory: str, settings: dict[str, str]) -> SparkSession:
    """A session that needs no network."""
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder: Any = SparkSession.builder.master(master).appName("benchmark")
    for key, value in {
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.memory": memory,
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        **settings,
    }.items():
        builder = builder.config(key, value)
    session: SparkSession = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    session.range(100).mapInArrow(lambda batches: batches, "id bigint").count()  # Python starts too
    return session


def measure_hashes(
    report: Report, spark: SparkSession, folder: Path, count: int, options: Any
) -> None:
    """One process and the job, in turn."""
    distance = options.max_distance
    on_stderr(f"{count:,} hashes")
    write_hashes(folder / "hashes", count, distance)
    alone, groups = timed(lambda: in_one_process(folder / "hashes", folder / "alone", distance))
    stages = [("", Spent.until_now())]

    def say(line: str) -> None:
        stages.append((line.partition(":")[0], Spent.until_now()))
        on_stderr(line)

    took, outcome = timed(
        lambda: find_duplicates(
            spark, str(folder / "hashes"), folder / "out",
            max_distance=distance, connect=options.connect, say=say,
        )
    )  # fmt: skip
    assert outcome.groups == groups, (outcome.groups, groups)
    for (_, before), (stage, after) in pairwise(stages):
        row = {"hashes": count, "stage": stage, "s": outcome.seconds.get(stage)}
        spent = after.since(before)
        each = sum(spent) / count * 1e6
        row |= {"Java, CPU s": spent.java, "Python, CPU s": spent.python, "CPU µs per hash": each}
        report.add("stages", row)
    whole = {"hashes": count, "groups": groups, "members": outcome.groups + outcome.duplicates}
    for name, (ours, theirs) in {
        "s": (took.seconds, alone.seconds),
        "CPU s": (sum(took.spent), sum(alone.spent)),
    }.items():
        row = {"clock": name, "one process": theirs, "Spark": ours, "ratio": ours / theirs}
        report.add("the whole", {**whole, **row})


class Took(NamedTuple):
    """How long some work took."""

    seconds: float
    spent: Spent


class Spent(NamedTuple):
    """Seconds of all cores, in this process and all that it started."""

    java: float
    python: float
    """In all other processes."""

    @classmethod
    def until_now(cls) -> Spent:
        """So far. Only on Linux."""
        children: dict[int, list[int]] = {}
        spent: dict[int, tuple[bool, int]] = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):  # it has just ended
                name, _, rest = stat.read_text().rpartition(")")
                fields = rest.split()
                children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
                is_java = name.endswith("(java")
                spent[int(stat.parent.name)] = is_java, sum(map(int, fields[11:15]))
        ticks, waiting = [0, 0], [os.getpid()]
        while waiting:
            one = waiting.pop()
            is_java, some = spent.get(one, (False, 0))
            ticks[is_java] += some
            waiting += children.get(one, [])
        python, java = (one / os.sysconf("SC_CLK_TCK") for one in ticks)
        return cls(java, python)

    def since(self, earlier: Spent) -> Spent:
        """What was spent after an earlier moment."""
        return Spent(self.java - earlier.java, self.python - earlier.python)


def on_stderr(line: str) -> None:
    """Show that it goes on."""
    print(line, file=sys.stderr)


def timed(work: Callable[[], Any]) -> tuple[Took, Any]:
    """How long some work takes, and its result."""
    begin, begun = time.perf_counter(), Spent.until_now()
    result = work()
    return Took(time.perf_counter() - begin, Spent.until_now().since(begun)), result


def write_hashes(folder: Path, count: int, distance: int) -> None:
    """A complete folder of hashes, as a job leaves it."""
    settings = Settings(Rule.of("phash", distance), DEFAULTS, False, Definition.here("phash"))
    run = folder / "run=made"
    run.mkdir(parents=True)
    rng = np.random.default_rng(count)
    hashes = rng.integers(0, 256, (count, 8), dtype=np.uint8)
    copies = rng.permutation(count)[: count // COPIES]
    hashes[copies] = hashes[rng.integers(0, count, len(copies))]
    for _ in range(3):
        flips = rng.integers(0, 65, len(copies))  # one in 65 changes nothing
        bits = np.unpackbits(hashes[copies], axis=1)
        changed = np.flatnonzero(flips < 64)
        bits[changed, flips[changed]] ^= 1
        hashes[copies] = np.packbits(bits, axis=1)
    for shard, begin in enumerate(range(0, count, SHARD)):
        table = rows(hashes[begin : begin + SHARD], shard)
        pq.write_table(table, run / f"part-{shard:05}.parquet", compression="snappy")
    (run / "_SUCCESS").touch()
    manifest = {
        "asked": {"recipe": settings.recipe}, "run": "made", "runs": ["run=made"],
        "statuses": {"ok": count}, "inputs": count,
    }  # fmt: skip
    (folder / "_manifest.json").write_text(json.dumps(manifest))


def rows(hashes: NDArray[np.uint8], shard: int) -> pa.Table:
    """The rows of a shard, as the job's first stage writes them."""
    count = len(hashes)
    at = np.arange(count)
    size = np.frombuffer(hashes.tobytes(), np.uint16)[: 4 * count : 4].astype(np.int64)
    offsets = np.arange(0, 8 * count + 1, 8, dtype=np.int32)
    data = pa.py_buffer(hashes.tobytes())
    binary = pa.Array.from_buffers(pa.binary(), count, [None, pa.py_buffer(offsets), data])

    def same(value: object, kind: pa.DataType) -> pa.Array:
        return pa.repeat(pa.scalar(value, kind), count)

    text, whole = pa.string(), pa.int64()
    samples = pa.struct({"flat": pa.list_(pa.bool_()), "hashes": pa.list_(pa.binary())})
    digests = np.zeros((count, 16), np.uint8)
    digests[:, :8] = ((shard << 32) + at).view(np.uint8).reshape(-1, 8)
    columns = {
        "id": pa.array((shard << 32) + at),
        "shard": same(shard, whole),
        "shard_digest": same(str(shard), text),
        "path": pa.array([f"/no/such/folder/{shard:05}.tar!/{one:09}.jpg" for one in at]),
        "kind": same("member", text),
        "inner_at": same(len("/no/such/folder/00000.tar!/"), whole),
        "bytes": pa.array(size + 10_000),
        "file_bytes": same(10**9, whole),
        "modified_ns": same(None, whole),
        "identity": same(None, pa.binary()),
        "width": pa.array(size % 1000 + 100),
        "height": pa.array(size % 777 + 100),
        "format": same("JPEG", text),
        "frames": same(1, whole),
        "marks": same(None, text),
        "digest": pa.array(digests.view("V16").ravel().tolist(), pa.binary()),
        "is_beginning": same(False, pa.bool_()),
        "end_unseen": same(False, pa.bool_()),
        "flat_digest": same(None, pa.binary()),
        "samples": pa.nulls(count, samples),
        "status": same("ok", text),
        "reason": same(None, text),
        "hash": binary,
        "raw_path": same(None, pa.binary()),
        "sought": binary,
    }
    return pa.table(columns)


def in_one_process(hashes: Path, out: Path, distance: int) -> int:
    """Read the hashes, and write the ids of the groups. Returns how many there are."""
    table = pq.read_table(hashes, columns=["id", "hash"], partitioning=None)
    data = np.concatenate([fixed(chunk, 8) for chunk in table.column("hash").chunks])
    unique = HashArray(data, "phash").unique()
    words = unique.hashes.words
    roots = searcher_for(words, 64, distance).connected(distance)
    sets = members_of(roots[unique.inverse])
    ids = table.column("id").to_numpy()
    members = np.concatenate([np.empty(0, np.intp), *sets])
    group = np.repeat(np.arange(len(sets)), [len(one) for one in sets])
    pq.write_table(pa.table({"id": ids[members], "group": group}), out)
    return len(sets)


JOINS = (
    (12_000, 64, 4, 13), (140_000, 64, 4, 13),
    (8_000, 64, 8, 7), (80_000, 64, 8, 7), (800_000, 64, 8, 7),
    (150_000, 64, 10, 6), (1_600_000, 64, 10, 6),
    (16_000, 256, 15, 16), (400_000, 256, 31, 8),
)  # fmt: skip
"""Hashes of one value, their bits, the distance, and the bits of the band."""


def measure_joins(report: Report) -> None:
    """The join of random hashes of one value of a band, on one core."""
    rng = np.random.default_rng(1)
    for count, bits, distance, band in JOINS:
        data = rng.integers(0, 256, (count, bits // 8), dtype=np.uint8)
        data[:, 0] = 0
        data[:, 1] &= 255 >> max(band - 8, 0)
        unique = HashArray(data, "phash" if bits == 64 else "phash:16").unique()
        words = unique.hashes.words
        begin = time.process_time()
        blocks = searcher_for(words, bits, distance, 1).pairs(distance, workers=1)
        pairs = sum(len(block.i) for block in blocks)
        each = (time.process_time() - begin) / len(words) * 1e6
        row = {"hashes of one value": len(words), "bits": bits, "within": distance, "pairs": pairs}
        report.add("joins", {**row, "CPU µs per hash": each})


def measure_pictures(report: Report, spark: SparkSession, folder: Path, count: int) -> None:
    """Hash JPEG files of 0.1 MB from archives, with and without thumbs."""
    rng = np.random.default_rng(1)
    originals = [jpeg(rng) for _ in range(20)]
    archives = 4
    for number in range(archives):
        with tarfile.open(folder / f"{number}.tar", "w") as archive:
            for at in range(number, count, archives):
                info = tarfile.TarInfo(f"{at:08}.jpg")
                data = originals[at % len(originals)]
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
    for verify in (False, True):
        marks = [Spent.until_now()]
        find_duplicates(
            spark, str(folder / "*.tar"), folder / f"out-{verify}", max_distance=4, verify=verify,
            say=lambda line: marks.append(Spent.until_now()) if "puts" in line else None,  # noqa: B023
        )  # fmt: skip
        size = sum(map(len, originals)) / len(originals) / 1000
        row: dict[str, Any] = {"files": count, "kB per file": size, "verify": str(verify)}
        spent = sum(marks[2].since(marks[1]))  # from the end of the listing to that of the hashing
        report.add("hashing JPEG files", {**row, "CPU s": spent, "ms": spent / count * 1000})


def jpeg(rng: np.random.Generator) -> bytes:
    """A JPEG file of about 0.1 MB."""
    coarse = Image.fromarray(rng.integers(0, 256, (60, 80, 3), dtype=np.uint8))
    file = io.BytesIO()
    coarse.resize((800, 600), Image.Resampling.BICUBIC).save(file, "JPEG", quality=88)
    return file.getvalue()


if __name__ == "__main__":
    main()
