"""`find_duplicates` on Spark: the stages of a job, one after another."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, Unpack

from lookalike.checks import one_of, whole_number
from lookalike.errors import LookalikeError
from lookalike.extras import extra
from lookalike.hashing.options import DEFAULTS, Options
from lookalike.matching.chance import chance_warning
from lookalike.matching.rules import Rule
from lookalike.spark.distinct import SCHEMA as DISTINCT
from lookalike.spark.distinct import find_distinct
from lookalike.spark.folders import Folder
from lookalike.spark.hashing import hash_inputs
from lookalike.spark.labels import CONNECTS, LABELS, Connect, find_labels
from lookalike.spark.listing import SHARDS, list_inputs
from lookalike.spark.matches import MATCHES
from lookalike.spark.outcome import Outcome
from lookalike.spark.page import PAGE, page_of
from lookalike.spark.pairs import BLOCK, find_pairs
from lookalike.spark.pairs import SCHEMA as PAIRS
from lookalike.spark.results import GROUPS, write_result
from lookalike.spark.rows import row_schema
from lookalike.spark.settings import Definition, Settings
from lookalike.spark.stages import MANIFEST, Claim, Stage, without_dictionary

REMOVALS = "shard bigint, id bigint, key string, raw_path binary"

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import SparkSession

    from lookalike.sources import ImageSources


def find_duplicates(
    spark: SparkSession,
    images: ImageSources,
    out: str | os.PathLike[str],
    *,
    max_distance: int,
    algorithm: str = "phash",
    against: ImageSources | None = None,
    verify: bool = False,
    colour: bool = False,
    min_agreement: float = 0.0,
    connect: Connect = "auto",
    block_size: int = BLOCK,
    say: Callable[[str], object] | None = None,
    **options: Unpack[Options],
) -> Outcome:
    """Find the groups of images that look alike, or the images that are in another set.

    `images`: a folder, a glob, a path, an address such as `s3://bucket/a.tar`, or any number of
    these, which every worker must be able to read. Archives and Parquet files are opened. It may
    also be the `hashes` folder of an earlier job, which is not hashed again. `out`: the folder of
    the job, on any file system of Spark. Calling this again with the same folder goes on where a
    job ended.

    `max_distance`: the most bits in which two hashes may differ. There is no default: what is safe
    among 10^5 images finds strangers among 10^8. `against`: another set like `images`. Then only
    images that match one of that set are found, and no groups. `verify`, `colour`,
    `min_agreement`: as in `lookalike.find_duplicates`. `connect`: `driver` joins all pairs there,
    `stars` in rounds over all workers, and `auto` chooses by their number. `block_size`: about the
    most hashes that a task compares with each other. It bounds the memory of a task. `say`: called
    with a line about each stage. `options`: as in `lookalike.find_duplicates`. `isolate` is on
    unless turned off.

    Raises `ValueError` or `TypeError` for wrong arguments, and `LookalikeError` if the folder holds
    something else, another job takes it over, or a worker has another version of lookalike.
    """
    with extra("lookalike[spark]", "the Spark job needs pyspark and pandas"):
        import pandas  # noqa: F401  # Spark needs it for Arrow
        import pyspark  # noqa: F401
    one_of(connect, "connect", CONNECTS)
    whole_number(block_size, "block_size", least=1)
    whole_number(max_distance, "max_distance", least=0)
    rule = Rule.of(
        algorithm, max_distance, verify=verify, colour=colour, min_agreement=min_agreement
    )
    settings = _settings(rule, options, against is not None)
    job = _Job(Folder(spark, os.fsdecode(out)), settings, say or _silent)
    return job.run(images, against, connect, block_size)


def _settings(rule: Rule, options: Options, against: bool) -> Settings:
    """What tasks need to know. Raises `ValueError` and `TypeError` for wrong options."""
    asked: Options = {**DEFAULTS, "isolate": True, **options}
    asked["include"], asked["exclude"] = map(_patterns, (asked["include"], asked["exclude"]))
    settings = Settings(rule, asked, against, Definition.here(rule.algorithm))
    settings.request([])  # checks the options
    return settings


def _patterns(given: str | Iterable[str]) -> tuple[str, ...]:
    """Patterns as a tuple, which can be sent to tasks."""
    return (given,) if isinstance(given, str) else tuple(given)


def _silent(line: str) -> None:
    """Say nothing."""


class _Job:
    """One run of a job."""

    def __init__(self, out: Folder, settings: Settings, say: Callable[[str], object]) -> None:
        self._out = out
        self._settings = settings
        self._say = say
        self._seconds: dict[str, float] = {}
        self._warning: str | None = None
        self._claim = Claim(out)
        check_workers(out.spark, settings)

    def run(
        self, images: ImageSources, against: ImageSources | None, connect: Connect, block: int
    ) -> Outcome:
        """Run all stages that are not complete."""
        settings = self._settings
        made = [self._hashes(images, "")]
        if against is not None:
            made.append(self._hashes(against, "against/"))
        asked = {"columns": settings.columns, "hashes": [one.facts["runs"] for one in made]}
        distinct = self._stage(
            "distinct",
            DISTINCT,
            asked,
            lambda stage: find_distinct(stage, made, settings),
        )
        self._warn(distinct.facts["hashes"], "different hashes")
        pairs = self._stage(
            "pairs",
            PAIRS,
            {"runs": distinct.facts["runs"], "within": settings.rule.max_distance, "block": block},
            lambda stage: find_pairs(stage, distinct, settings, block),
        )
        self._write_page(pairs, made)
        result = self._grouped(distinct, pairs, made, connect)
        return Outcome(
            folder=self._out.address,
            result=result.address,
            inputs=made[0].facts["inputs"],
            statuses=made[0].facts["statuses"],
            distinct=distinct.facts["hashes"],
            pairs=dict(enumerate(pairs.facts["pairs"])),
            groups=result.facts["groups"],
            duplicates=result.facts["duplicates"],
            warnings=[self._warning] if self._warning else [],
            seconds=self._seconds,
        )

    def _grouped(self, distinct: Stage, pairs: Stage, made: list[Stage], connect: Connect) -> Stage:
        """The last stages: from edges to the result."""
        settings = self._settings
        edges = distinct.facts["edges"] + pairs.facts["edges"]
        labels = self._stage(
            "labels",
            LABELS,
            {"runs": pairs.facts["runs"], "connect": connect},
            lambda stage: find_labels(stage, [distinct.rows(), pairs.rows()], edges, connect),
            keep={"runs": pairs.facts["runs"]},
        )
        result = self._stage(
            "result",
            MATCHES if settings.against else GROUPS,
            {"runs": labels.facts["runs"], "rule": str(settings.rule)},
            lambda stage: write_result(stage, made, labels.rows(), edges, settings),
        )
        self._stage(
            "remove",
            REMOVALS,
            {"runs": result.facts["runs"]},
            lambda stage: list_removals(stage, result),
        )
        return result

    def _hashes(self, images: ImageSources, prefix: str) -> Stage:
        """The stage with the hashes of some images, which are hashed unless they were before."""
        settings = self._settings
        if isinstance(images, str | os.PathLike) and is_hashes(os.fsdecode(images)):
            folder = Folder(self._out.spark, os.fsdecode(images))
            if folder.exists(MANIFEST):
                self._say(f"{prefix}hashes: those of {folder.address}")
                return hashes_at(folder, settings)
        choice = settings.request([]).inputs.choice
        inputs = self._stage(
            f"{prefix}inputs",
            SHARDS,
            {"listed": os.urandom(8).hex()},  # listed each time, because files come and go
            lambda stage: list_inputs(stage, images, choice),
        )
        self._warn(inputs.facts["names"], "inputs")
        return self._stage(
            f"{prefix}hashes",
            row_schema(settings),
            {"recipe": settings.recipe, "inputs": inputs.facts["digest"]},
            lambda stage: hash_inputs(stage, inputs.rows(), settings),
            keep=settings.recipe,
        )

    def _stage(
        self,
        name: str,
        schema: str,
        asked: dict[str, Any],
        make: Callable[[Stage], dict[str, Any]],
        keep: dict[str, Any] | None = None,
    ) -> Stage:
        """Complete a stage, unless it is complete. `keep`: as in `Stage.begin`."""
        stage = Stage(self._out.child(name), schema, asked)
        begin = time.perf_counter()
        said = "complete before"
        if not stage.is_complete:
            stage.begin(keep)
            self._out.spark.sparkContext.setJobDescription(f"lookalike: {name}")
            facts = make(stage)
            self._claim.check()
            stage.finish(facts)
            numbers = [f"{one:,} {key}" for key, one in facts.items() if isinstance(one, int)]
            said = ", ".join(numbers) or "done"
        self._seconds[name] = round(time.perf_counter() - begin, 3)
        self._say(f"{name}: {said} ({self._seconds[name]:.1f} s)")
        return stage

    def _warn(self, count: int, what: str) -> None:
        """Say what the chance model says about so many hashes. A second look refuses such pairs."""
        rule = self._settings.rule
        if not rule.verify:
            self._warning = chance_warning(count, rule.algorithm, rule.max_distance)
            if self._warning:
                self._say(f"warning, for {count:,} {what}: {self._warning}")

    def _write_page(self, pairs: Stage, made: list[Stage]) -> None:
        """Write the page of sampled pairs beside the pairs, unless it is there."""
        if not pairs.folder.exists(PAGE):
            choice = self._settings.request([]).inputs.choice
            sides = [one.rows() for one in made]
            page = page_of(pairs.rows(), sides, pairs.facts["pairs"], choice)
            pairs.folder.write(PAGE, page)


def is_hashes(name: str) -> bool:
    """Whether a name is that of a folder with the hashes of a job."""
    return name.rstrip("/").rpartition("/")[2] == "hashes"


def hashes_at(folder: Folder, settings: Settings) -> Stage:
    """The complete stage in a folder with hashes.

    Raises `LookalikeError` if it is not complete, or was hashed in another way.
    """
    stage = Stage(folder, row_schema(settings), {})
    if stage.manifest is None or "statuses" not in stage.manifest:
        raise LookalikeError(f"{folder.address} is not the hashes folder of a job that is complete")
    recipe = stage.manifest["asked"]["recipe"]
    wanted = settings.recipe
    names = ["algorithm", "definition"]
    if settings.rule.verify:  # without, the thumbs are of no use
        names.append("thumbs")
    for name in names:
        if recipe[name] != wanted[name]:
            raise LookalikeError(
                f"{folder.address} was hashed with another {name}: {recipe[name]}, "
                f"not {wanted[name]}"
            )
    return stage


def list_removals(stage: Stage, result: Stage) -> dict[str, Any]:
    """Write what need not be kept, in a folder per shard: one list of all would fit nowhere."""
    rows = result.rows()
    if "keeper" in rows.columns:
        rows = rows.where("not keeper")
    listed = rows.select(*(one.split()[0] for one in REMOVALS.split(", "))).repartition("shard")
    listed.write.partitionBy("shard").options(**without_dictionary("id", "key")).parquet(stage.path)
    return {}


def check_workers(spark: SparkSession, settings: Settings) -> None:
    """Raise `LookalikeError` if a worker would hash differently than the driver.

    Each task checks it again, because workers come and go.
    """
    count = 2 * spark.sparkContext.defaultParallelism
    schema = "version string, preparation int, proof string"
    work = partial(_definitions, algorithm=settings.rule.algorithm)
    for one in set(spark.range(0, count, 1, count).mapInArrow(work, schema).collect()):
        settings.definition.require(Definition(*one), settings.rule.algorithm)


def _definitions(batches: Iterator[pa.RecordBatch], algorithm: str) -> Iterator[pa.RecordBatch]:
    """The definition on this machine. Runs in a task."""
    import pyarrow as pa

    for _ in batches:
        version, preparation, proof = Definition.here(algorithm)
        arrays = [pa.array([version]), pa.array([preparation], pa.int32()), pa.array([proof])]
        yield pa.RecordBatch.from_arrays(arrays, ["version", "preparation", "proof"])
