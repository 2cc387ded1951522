"""`Stage`: a folder of a job that is complete or worth nothing.

The rows of a stage are in a folder that belongs to one run of it, so the tasks of a run that was
killed cannot add to those of the next. The manifest is written last. It names the run, and
everything the rows depend on. A stage with Spark's mark of success and an equal manifest is
skipped, and any other is made anew.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from lookalike.errors import LookalikeError
from lookalike.spark.blocks.packing import TASKS_PER_CORE
from lookalike.spark.blocks.reading import PART_BYTES, parts_of, work_on_parts

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

    from lookalike.spark.blocks.reading import Work
    from lookalike.spark.folders import Folder

MANIFEST = "_manifest.json"
BEGUN = "_begun.json"
MARK = "_lookalike.json"
"""The file that says that a folder belongs to a job."""
RUN = "run="
BATCH_BYTES = "spark.sql.execution.arrow.maxBytesPerBatch"
NO_LIMIT = str(2**31 - 1)


class Stage:
    """One stage of a job."""

    def __init__(self, folder: Folder, schema: str, asked: dict[str, Any]) -> None:
        """`schema`: the columns of the rows, in SQL, so that Spark need not look for them.

        `asked`: everything the rows depend on, as plain types.
        """
        self.folder = folder
        self._schema = schema
        self.asked = json.loads(json.dumps(asked))
        self.run = os.urandom(6).hex()
        self.manifest = manifest_in(folder)
        """What the last complete run wrote."""

    @property
    def is_complete(self) -> bool:
        """Whether the rows are there, and are those asked for."""
        if self.manifest is None or self.manifest["asked"] != self.asked:
            return False
        return self.folder.exists(f"{RUN}{self.manifest['run']}/_SUCCESS")

    @property
    def path(self) -> str:
        """Where this run writes its rows."""
        return f"{self.folder.address}/{RUN}{self.run}"

    def begin(self, keep: dict[str, Any] | None = None) -> None:
        """Discard what is there.

        `keep`: what the rows of unfinished runs depend on. If they depended on the same, they stay.
        """
        begun = json.dumps(keep, sort_keys=True)
        if keep is not None and self.folder.read(BEGUN) == begun:
            self.folder.delete(MANIFEST)
            return
        self.folder.delete()
        if keep is not None:
            self.folder.write(BEGUN, begun)

    def finish(self, facts: dict[str, Any]) -> None:
        """Write the manifest, with further facts."""
        own = f"{RUN}{self.run}"
        self.manifest = {"asked": self.asked, "run": self.run, "runs": [own], **facts}
        self.folder.write(MANIFEST, json.dumps(self.manifest, indent=1))

    @property
    def facts(self) -> dict[str, Any]:
        """The manifest of the complete stage."""
        assert self.manifest is not None
        return self.manifest

    @property
    def address(self) -> str:
        """Where the rows of the complete stage are. Only hashing has several such folders."""
        return f"{self.folder.address}/{self.facts['runs'][-1]}"

    def rows(self) -> DataFrame:
        """The rows of the complete stage."""
        return self.rows_of(self.facts["runs"])

    def rows_of(self, runs: list[str]) -> DataFrame:
        """The rows of some runs."""
        paths = (f"{self.folder.address}/{run}" for run in runs)
        return self.folder.spark.read.schema(self._schema).parquet(*paths)

    def map_rows(self, columns: Sequence[str], work: Work, schema: str) -> DataFrame:
        """What `work` makes of all batches of some columns of the complete stage, in each task.

        Spark hands rows over one by one, which takes it several times longer than pyarrow takes to
        read them. So tasks get only the names of files, where they can open them.
        """
        files = self.files()
        if not files:
            return self.rows().select(*columns).mapInArrow(work, schema)
        spark = self.folder.spark
        parts = parts_of(files)
        least = TASKS_PER_CORE * spark.sparkContext.defaultParallelism
        tasks = max(least, sum(size for _, size in files) // PART_BYTES)
        named = spark.createDataFrame(parts).repartition(min(tasks, len(parts)))
        return named.mapInArrow(partial(work_on_parts, columns=list(columns), work=work), schema)

    def files(self) -> list[tuple[str, int]] | None:
        """The files of the complete stage with their sizes, if workers can open them as files."""
        found = [self.folder.child(run).local_files(".parquet") for run in self.facts["runs"]]
        return None if None in found else [file for files in found for file in files or ()]

    def written(self) -> DataFrame:
        """The rows that this run has written."""
        return self.rows_of([f"{RUN}{self.run}"])

    def runs(self) -> list[str]:
        """All runs that have any complete file, whatever became of them."""
        runs = [name for name in self.folder.names() if name.startswith(RUN)]
        return [run for run in runs if self._has_rows(run)]

    def _has_rows(self, run: str) -> bool:
        return any(name.endswith(".parquet") for name in self.folder.child(run).names())


def manifest_in(folder: Folder) -> dict[str, Any] | None:
    """The manifest of a stage, if it has a readable one."""
    text = folder.read(MANIFEST)
    try:
        found = json.loads(text) if text else None
    except ValueError:
        return None
    return found if isinstance(found, dict) and {"asked", "run"} <= set(found) else None


def in_groups(
    rows: DataFrame, keys: list[str], count: int, work: Callable[[pa.Table], pa.Table], schema: str
) -> DataFrame:
    """What `work` makes of the rows of each group with equal keys. `count`: about how many groups.

    Each group is in the memory of one task, so there should be many groups.
    """
    grouped = rows.repartition(count, *keys).groupBy(*keys)
    # Spark 4.3 fails for a function whose type hints it cannot resolve.
    return grouped.applyInArrow(lambda group: work(group), schema)


@contextmanager
def small_rows(spark: SparkSession) -> Iterator[None]:
    """Bound the batches that go to Python by their rows alone, for rows that are not packed.

    To bound their bytes, Spark measures a batch after each of its rows. For rows with many columns,
    that costs more than all else in a stage.
    """
    before = spark.conf.get(BATCH_BYTES, None)
    spark.conf.set(BATCH_BYTES, NO_LIMIT)
    try:
        yield
    finally:
        if before is None:
            spark.conf.unset(BATCH_BYTES)
        else:
            spark.conf.set(BATCH_BYTES, before)


def without_dictionary(*columns: str) -> dict[str, str]:
    """Options for columns of Parquet whose values differ in nearly all rows.

    A dictionary of them takes long to make, and is then discarded.
    """
    return {f"parquet.enable.dictionary#{name}": "false" for name in columns}


class Claim:
    """The folder of a job, which only one driver uses at a time."""

    def __init__(self, out: Folder) -> None:
        """Raises `LookalikeError` if the folder holds something else."""
        names = out.names()
        if names and MARK not in names:
            raise LookalikeError(
                f"{out.address} is not empty, and not the folder of an earlier job: name a new one"
            )
        self._out = out
        self._token = os.urandom(8).hex()
        out.write(MARK, json.dumps({"job": self._token}))

    def check(self) -> None:
        """Raise `LookalikeError` if another driver has begun to use the folder."""
        text = self._out.read(MARK)
        if not text or json.loads(text).get("job") != self._token:
            raise LookalikeError(
                f"another job has begun to write to {self._out.address}: this one has stopped"
            )
