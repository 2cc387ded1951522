"""A job on a real cluster finds what one machine finds."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import lookalike
from lookalike import LookalikeError
from lookalike.spark import find_duplicates
from lookalike.spark.settings import Definition
from spark_cluster import Cluster, executors_of
from spark_sets import (
    SETS,
    Groups,
    clustered,
    expected,
    found_in,
    groups_of,
    pictures,
    read_result,
    rows_for,
    settings_for,
    write_files,
    write_hashes,
    write_tars,
)

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

N = 20_000
COUNTED = ("words", "ids", "counts")


def run(spark: SparkSession, images: object, out: Path | str, **keywords: object) -> Groups:
    """The groups that a job finds."""
    outcome = find_duplicates(spark, images, out, **keywords)  # type: ignore[arg-type]
    groups = found_in(row.asDict() for row in outcome.rows(spark).collect())
    assert len(groups) == outcome.groups
    assert sum(map(len, groups)) == outcome.groups + outcome.duplicates
    return groups


@pytest.mark.parametrize("kind", SETS)
def test_sets_of_hashes_have_the_groups_of_one_machine(
    kind: str, spark: SparkSession, cluster: Cluster, tmp_path: Path
) -> None:
    """Also skewed ones, one hash again and again, and none. Both workers join pairs."""
    settings = settings_for(4)
    n = N if kind != "none" else 0
    table = write_hashes(tmp_path / "hashes", rows_for(SETS[kind](n, 1)), settings)
    hashes, out = str(tmp_path / "hashes"), tmp_path / "out"
    said: list[str] = []
    groups = run(
        spark, hashes, out, max_distance=4, block_size=3000, connect="driver", say=said.append
    )
    assert groups == expected(table, settings)
    assert len(groups) == {"all equal": 1, "none": 0}.get(kind, len(groups))
    if kind == "clusters":
        assert len(groups) > 1000
        (events,) = (cluster.folder / "events").glob(f"{spark.sparkContext.applicationId}*")
        assert len(executors_of(events, "lookalike: pairs")) == 2
        by_stars = run(
            spark, hashes, out, max_distance=4, block_size=3000, connect="stars", say=said.append
        )
        assert by_stars == groups
        assert any(line.startswith("pairs: complete before") for line in said)


def test_files_that_only_spark_can_open_have_the_same_groups(
    spark: SparkSession, tmp_path: Path
) -> None:
    """Tasks do not open files of other file systems of Hadoop. The same holds for `against`."""
    settings = settings_for(4)
    table = write_hashes(tmp_path / "hashes", rows_for(clustered(N, 1)), settings)
    found: list[list[tuple[object, ...]]] = []
    for folder in (str(tmp_path), f"viewfs://here/tests/{tmp_path.name}"):
        hashes = f"{folder}/hashes"
        out = f"{folder}/by-{'spark' if found else 'python'}"
        assert run(spark, hashes, out, max_distance=4) == expected(table, settings)
        outcome = find_duplicates(spark, hashes, f"{out}-against", max_distance=4, against=hashes)
        found.append(sorted(map(tuple, outcome.rows(spark).collect())))
    assert found[0] == found[1]
    assert len(found[0]) == N


def test_distinct_hashes_have_their_counts_and_smallest_ids(
    spark: SparkSession, tmp_path: Path
) -> None:
    """How many images have each hash, and the first of them."""
    hashes = clustered(3000, 5)
    hashes[::3] = hashes[:10].repeat(100, axis=0)
    write_hashes(tmp_path / "hashes", rows_for(hashes), settings_for(4))
    find_duplicates(spark, str(tmp_path / "hashes"), tmp_path / "out", max_distance=4)
    ids = [row.id for row in spark.read.parquet(str(tmp_path / "hashes")).collect() if row.sought]
    (run,) = (tmp_path / "out" / "distinct").glob("run=*")
    blocks = [row for row in spark.read.parquet(str(run)).collect() if row.search == 1]
    found = {
        one
        for row in blocks
        for one in zip(*(np.frombuffer(row[name], np.int64) for name in COUNTED), strict=True)
    }
    first, counts = np.unique(hashes.view("V8"), return_index=True, return_counts=True)[1:]
    words = hashes.view(np.int64).ravel()
    assert counts.max() >= 100
    assert found == set(zip(words[first], np.sort(ids)[first], counts, strict=True))


def test_longer_hashes_have_the_groups_of_one_machine(spark: SparkSession, tmp_path: Path) -> None:
    """Of 256 bits, which are four words."""
    settings = settings_for(15, "phash:16")
    rng = np.random.default_rng(3)
    hashes = rng.integers(0, 256, (2000, 32), dtype=np.uint8)
    hashes[1000:1400] = hashes[:400] ^ (1 << rng.integers(0, 8, (400, 32), dtype=np.uint8)) * (
        rng.random((400, 32)) < 0.4
    ).astype(np.uint8)
    table = write_hashes(tmp_path / "hashes", rows_for(hashes), settings)
    groups = run(
        spark, str(tmp_path / "hashes"), tmp_path / "out", algorithm="phash:16", max_distance=15
    )
    assert groups == expected(table, settings)
    assert len(groups) > 100


def one_machine(images: object, **keywords: object) -> Groups:
    return groups_of(lookalike.find_duplicates(images, **keywords))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "keywords",
    [
        {"max_distance": 6},
        {"max_distance": 12, "verify": True},
        {"max_distance": 10, "verify": True, "algorithm": "dhash"},
    ],
    ids=["bits", "verified", "dhash"],
)
def test_a_folder_has_the_groups_of_one_machine(
    keywords: dict[str, object], spark: SparkSession, tmp_path: Path
) -> None:
    """Copies, turned ones, blank ones, animations. What cannot be read, or crashes, is counted."""
    folder = write_files(tmp_path / "pictures", pictures(30))
    keywords = {"verify": False, **keywords}
    outcome = find_duplicates(spark, str(folder), tmp_path / "out", **keywords)  # type: ignore[arg-type]
    rows = [row.asDict() for row in outcome.rows(spark).collect()]
    assert found_in(rows) == one_machine(str(folder), **keywords)
    wanted = {"crashed": 1, "damaged": 1, "empty": 1, "not_an_image": 1}
    assert outcome.statuses == {**wanted, "ok": outcome.inputs - 4}
    assert outcome.inputs == len(list(folder.iterdir()))
    removed = spark.read.parquet(str(tmp_path / "out" / "remove")).collect()
    assert {row.key for row in removed} == {row["key"] for row in rows if not row["keeper"]}
    assert {row.shard for row in removed} == {0}
    page = (tmp_path / "out" / "pairs" / "pairs.html").read_text()
    assert page.count("data:image/png") >= 2
    if keywords["verify"]:
        turned = [row for row in rows if row["turned"]]
        assert turned
        assert all(row["agreement"] > 0.7 for row in turned)


def test_archives_and_parquet_files_have_the_groups_of_one_machine(
    spark: SparkSession, tmp_path: Path
) -> None:
    """An archive is a shard, and so is a file of pictures in a column. Names may be listed, too."""
    files = pictures(24)
    del files["crash.bad"]
    tars = write_tars(tmp_path / "tars", files, 3)
    column = tmp_path / "some.parquet"
    pq.write_table(pa.table({"picture": list(files.values())[::2]}), column)
    missing = tmp_path / "missing.jpg"
    listed = [str(tmp_path / "tars" / "*.tar"), str(column), str(missing), str(tars[0])]
    outcome = find_duplicates(spark, listed, tmp_path / "out", max_distance=6)
    rows = [row.asDict() for row in outcome.rows(spark).collect()]
    assert found_in(rows) == one_machine(listed, max_distance=6, verify=False)
    assert {row["shard"] for row in rows} == {0, 1, 2, 3}
    assert outcome.statuses["missing"] == 1
    assert outcome.inputs == len(files) + len(list(files)[::2]) + 1


@pytest.mark.parametrize("verify", [False, True])
def test_against_finds_what_is_in_another_set(
    verify: bool, spark: SparkSession, tmp_path: Path
) -> None:
    """Each image that one machine finds near one of the other set, and the nearest of these.

    Images are not compared with others of their own set. The hashes of the other set are used
    again.
    """
    files = pictures(24)
    ours = {name: data for name, data in files.items() if "-" in name or name < "012"}
    theirs = {name: data for name, data in files.items() if name not in ours or name < "004"}
    new, old = write_files(tmp_path / "new", ours), write_files(tmp_path / "old", theirs)
    keywords = {"max_distance": 8, "verify": verify}
    earlier = tmp_path / "earlier"
    find_duplicates(spark, str(old), earlier, **keywords)  # type: ignore[arg-type]
    found = []
    for number, against in enumerate((str(earlier / "hashes"), [str(old)])):
        out = tmp_path / f"out-{number}"
        said: list[str] = []
        outcome = find_duplicates(
            spark,
            str(new),
            out,
            against=against,
            say=said.append,
            **keywords,  # type: ignore[arg-type]
        )
        assert any(line.startswith("against/hashes: those of") for line in said) == (number == 0)
        rows = outcome.rows(spark).collect()
        found.append({Path(row.key).name: Path(row.reference).name for row in rows})
        assert len(rows) == outcome.groups == len(found[-1])
    assert found[0] == found[1]
    together = lookalike.find_duplicates([str(new), str(old)], **keywords)  # type: ignore[arg-type]
    expected = set()
    for link in (link for group in together.groups for link in zip(*group.links[:2], strict=True)):
        ends = [Path(together.images[int(at)].path) for at in link]
        if len({end.parent for end in ends}) == 2:
            expected |= {end.name for end in ends if end.parent == new}
    assert expected <= set(found[0])
    unreadable = {"cut.jpg", "empty.jpg", "text.jpg", "crash.bad"}
    assert (ours.keys() & theirs.keys()) - unreadable <= set(found[0])
    assert len(found[0]) < len(ours)
    for name, reference in found[0].items():
        if name.startswith(("0", "1")):
            assert reference[:3] == name[:3]


def test_a_changed_set_is_hashed_again_only_where_it_changed(
    spark: SparkSession, tmp_path: Path
) -> None:
    """A shard whose files are as they were keeps its rows."""
    files = pictures(12)
    del files["crash.bad"]
    tars = write_tars(tmp_path / "tars", files, 3)
    images, out = [str(path) for path in tars], tmp_path / "out"
    before = run(spark, images, out, max_distance=6)
    first = {path.name for path in (out / "hashes").rglob("*.parquet")}
    write_tars(tmp_path / "again", dict(list(files.items())[:20]), 1)
    shutil.copy(tmp_path / "again" / "shard-0.tar", tars[2])
    after = run(spark, images, out, max_distance=6)
    assert after == one_machine(images, max_distance=6, verify=False) != before
    kept = first & {path.name for path in (out / "hashes").rglob("*.parquet")}
    assert len(kept) == 2


def test_a_stage_without_its_mark_is_made_again(spark: SparkSession, tmp_path: Path) -> None:
    """Whether the mark of success or the manifest is missing. What follows is made again too."""
    settings = settings_for(4)
    table = write_hashes(tmp_path / "hashes", rows_for(clustered(500, 2)), settings)
    hashes, out = str(tmp_path / "hashes"), tmp_path / "out"

    def again() -> list[str]:
        said: list[str] = []
        groups = run(spark, hashes, out, max_distance=4, say=said.append)
        assert groups == expected(table, settings)
        return [line.partition(":")[0] for line in said if "complete before" not in line][1:]

    stages = ["distinct", "pairs", "labels", "result", "remove"]
    assert again() == stages
    assert again() == []
    (mark,) = (out / "pairs").glob("run=*/_SUCCESS")
    mark.unlink()
    for file in (out / "pairs").glob("run=*/*.parquet"):
        file.unlink()
    assert again() == stages[1:]
    (out / "labels" / "_manifest.json").write_text("{")
    assert again() == stages[2:]


def test_another_version_stops_the_job(spark: SparkSession, tmp_path: Path) -> None:
    """Workers that would hash differently than the driver."""
    changed = Definition.here("phash")._replace(proof="0123456789abcdef")
    here = Definition.here
    Definition.here = classmethod(lambda cls, algorithm: changed)  # type: ignore[assignment,method-assign]
    try:
        with pytest.raises(LookalikeError, match="install the same version everywhere"):
            find_duplicates(spark, str(tmp_path), tmp_path / "out", max_distance=4)
    finally:
        Definition.here = here  # type: ignore[method-assign]
    assert not (tmp_path / "out" / "hashes").exists()


def test_wrong_arguments_are_refused_before_any_work(spark: SparkSession, tmp_path: Path) -> None:
    """And a folder that holds something else is left as it is."""
    photos = write_files(tmp_path / "hashes-of-mine", {"a.txt": b"mine"})
    with pytest.raises(LookalikeError, match="is not empty, and not the folder of an earlier job"):
        find_duplicates(spark, str(tmp_path), photos, max_distance=4)
    assert os.listdir(photos) == ["a.txt"]
    with pytest.raises(ValueError, match="max_distance"):
        find_duplicates(spark, str(tmp_path), tmp_path / "out", max_distance=65)
    with pytest.raises(TypeError, match="max_distance"):
        find_duplicates(spark, str(tmp_path), tmp_path / "out")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="has no path or address"):
        find_duplicates(spark, [b"picture"], tmp_path / "out", max_distance=4)
    assert not (tmp_path / "out" / "hashes").exists()


def test_hashes_of_another_kind_are_refused(spark: SparkSession, tmp_path: Path) -> None:
    """They have another algorithm, or no thumbs for a second look."""
    write_hashes(tmp_path / "hashes", rows_for(clustered(100, 2)), settings_for(4))
    hashes = str(tmp_path / "hashes")
    with pytest.raises(LookalikeError, match="another algorithm: phash, not dhash"):
        find_duplicates(spark, hashes, tmp_path / "a", max_distance=4, algorithm="dhash")
    with pytest.raises(LookalikeError, match="another thumbs: False, not True"):
        find_duplicates(spark, hashes, tmp_path / "b", max_distance=4, verify=True)


def test_a_job_stops_when_another_takes_its_folder(spark: SparkSession, tmp_path: Path) -> None:
    """The later one goes on alone."""
    write_hashes(tmp_path / "hashes", rows_for(clustered(100, 2)), settings_for(4))
    out = tmp_path / "out"

    def taken(line: str) -> None:
        if line.startswith("distinct"):
            (out / "_lookalike.json").write_text(json.dumps({"job": "another"}))

    with pytest.raises(LookalikeError, match="another job has begun to write"):
        find_duplicates(spark, str(tmp_path / "hashes"), out, max_distance=4, say=taken)
    assert not (out / "pairs" / "_manifest.json").exists()
    assert read_result(out / "result") == []
