"""A job loses nothing and doubles nothing, whichever of its processes is killed, and when."""

from __future__ import annotations

import math
import os
import random
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

from lookalike.spark import find_duplicates
from spark_cluster import SECONDS, Cluster, Process, wait_until
from spark_sets import (
    Groups,
    clustered,
    expected,
    found_in,
    pictures,
    result_in,
    rows_for,
    settings_for,
    write_hashes,
    write_tars,
)

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

N = 20_000
STAGES = ("inputs", "hashes", "distinct", "pairs", "labels", "result", "remove")
KILLS = 20
BRIEFLY = (
    "--connect", "stars", "--conf", "spark.cores.max=1",
    "--conf", "spark.default.parallelism=2", "--conf", "spark.sql.shuffle.partitions=2",
)  # fmt: skip
"""Options for a job of few tasks in one executor. It takes little longer than the start of both."""


def start(cluster: Cluster, log: Path, images: list[Path], out: Path, *options: str) -> Process:
    """A driver of its own process, which runs the command."""
    arguments = [*map(str, images), "--out", str(out), "--max-distance", "4", *options]
    driver = Process(cluster.command(*arguments), log, **cluster.environment)
    cluster.drivers.append(driver)
    return driver


def finished(cluster: Cluster, log: Path, images: list[Path], out: Path, *options: str) -> str:
    """Run the command to its end. Returns what it printed."""
    log.unlink(missing_ok=True)
    driver = start(cluster, log, images, out, *options)
    wait_until(lambda: driver.code is not None, "the driver to end", 3 * SECONDS)
    assert driver.code == 0, driver.text()
    return driver.text()


def test_a_worker_is_killed_while_pairs_are_joined(
    spark: SparkSession, cluster: Cluster, tmp_path: Path
) -> None:
    """All that it has stored for others is gone, and the groups are the same."""
    settings = settings_for(4)
    table = write_hashes(tmp_path / "hashes", rows_for(clustered(N, 1)), settings)
    out = tmp_path / "out"
    lost = threading.Event()

    def lose() -> None:
        pairs = out / "pairs"
        wait_until(lambda: any(pairs.glob("run=*/_temporary/0/*/*")), "tasks that join pairs")
        assert not any(pairs.glob("run=*/_SUCCESS"))
        cluster.workers[0].lose()
        lost.set()

    thread = threading.Thread(target=lose)
    thread.start()
    try:
        outcome = find_duplicates(
            spark, str(tmp_path / "hashes"), out, max_distance=4, block_size=1000
        )
        thread.join()
        assert lost.is_set()
        rows = [row.asDict() for row in outcome.rows(spark).collect()]
        assert found_in(rows) == expected(table, settings)
    finally:
        thread.join()
        cluster.replace(0)


def counted(out: Path) -> list[tuple[int, str]]:
    """The ids and names of all rows of hashes."""
    rows = []
    for file in (out / "hashes").glob("run=*/*.parquet"):
        found = pq.ParquetFile(file).read(columns=["id", "path"])
        rows += list(zip(*(column.to_pylist() for column in found.columns), strict=True))
    return sorted(rows)


def test_finished_shards_are_not_decoded_again(cluster: Cluster, tmp_path: Path) -> None:
    """The driver is killed when some shards are finished, and their pictures are spoiled then.

    A picture that was decoded again would be a failure.
    """
    files = pictures(60)
    tars = write_tars(tmp_path / "tars", files, 8)
    out, log = tmp_path / "out", tmp_path / "log"
    driver = start(cluster, log, tars, out)

    def finished_shards() -> list[Path]:
        return list((out / "hashes").glob("run=*/*.parquet"))

    wait_until(lambda: len(finished_shards()) >= 2, "two finished shards")
    driver.kill()
    done = {
        number
        for file in finished_shards()
        for number in pq.ParquetFile(file).read(columns=["shard"]).column(0).to_pylist()
    }
    assert 2 <= len(done) < len(tars)
    for number in done:
        spoil(tars[number])
    printed = finished(cluster, log, tars, out)
    assert f"{len(files)} inputs: 1 crashed, 1 damaged, 1 empty, 1 not_an_image" in printed
    rows = counted(out)
    assert len({name for _, name in rows}) == len({one for one, _ in rows}) == len(files)


def spoil(path: Path) -> None:
    """Overwrite a file with zeros, in a way that its size and time do not show."""
    before = path.stat()
    path.write_bytes(bytes(before.st_size))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_the_driver_is_killed_after_each_stage(cluster: Cluster, tmp_path: Path) -> None:
    """What is complete is not made again, and the groups are the same."""
    files = pictures(20)
    tars = write_tars(tmp_path / "tars", files, 4)
    whole, out, log = tmp_path / "whole", tmp_path / "out", tmp_path / "log"
    finished(cluster, log, tars, whole)
    for number, stage in enumerate(STAGES[1:-1], start=1):
        log.unlink()
        driver = start(cluster, log, tars, out)
        manifest = out / stage / "_manifest.json"
        wait_until(manifest.exists, f"the end of {stage}")
        driver.kill()
        for earlier in STAGES[1:number]:
            assert f"{earlier}: complete before" in driver.text()
    finished(cluster, log, tars, out)
    assert counted(out) == counted(whole)
    assert found_in(result_in(out)) == found_in(result_in(whole)) != []


@pytest.mark.slow
def test_the_driver_is_killed_at_random(cluster: Cluster, tmp_path: Path) -> None:
    """Twenty times, while it lists, hashes, joins, connects in rounds, and writes.

    Each run goes on where the last one was killed. A job that is complete forgets a stage. The
    moments are counted in files that were written, because a busy machine needs long to start.
    """
    tars = write_tars(tmp_path / "tars", pictures(8), 4)
    whole, out, log = tmp_path / "whole", tmp_path / "out", tmp_path / "log"
    driver, most = stopped(cluster, log, tars, whole, math.inf)
    assert driver.code == 0, driver.text()
    wanted: Groups = found_in(result_in(whole))
    dice = random.Random(17)
    killed = 0
    while killed < KILLS:
        driver, _ = stopped(cluster, log, tars, out, dice.uniform(1, most / 2))
        if driver.code is None:
            driver.kill()
            killed += 1
            continue
        assert driver.code == 0, driver.text()
        assert found_in(result_in(out)) == wanted
        forget(out, dice)
    finished(cluster, log, tars, out, *BRIEFLY)
    assert found_in(result_in(out)) == wanted != []
    assert counted(out) == counted(whole)


def stopped(
    cluster: Cluster, log: Path, images: list[Path], out: Path, enough: float
) -> tuple[Process, int]:
    """A driver that has written enough files and folders, or ended. Also returns how many."""
    log.unlink(missing_ok=True)
    before, seen = names_in(out), set[str]()
    driver = start(cluster, log, images, out, *BRIEFLY)

    def is_enough() -> bool:
        seen.update(names_in(out) - before)
        return driver.code is not None or len(seen) >= enough

    wait_until(is_enough, "files of the job", 3 * SECONDS)
    return driver, len(seen)


def names_in(out: Path) -> set[str]:
    """All files and folders below a folder, of which some may be going just now."""
    return {
        os.path.join(folder, name)  # noqa: PTH118  # it is called very often
        for folder, folders, files in os.walk(out)
        for name in folders + files
    }


def forget(out: Path, dice: random.Random) -> None:
    """Make a complete job begin again at some stage."""
    stage = dice.choice(STAGES[1:])
    (out / stage / "_manifest.json").unlink()
