"""`Outcome`: what a job found, in numbers. The rows are in its folder."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


@dataclass(frozen=True)
class Outcome:
    """What a job found, in numbers."""

    folder: str
    """Where everything is."""
    result: str
    """The folder of the rows of the result, as Parquet."""
    inputs: int
    """How many inputs there were."""
    statuses: dict[str, int]
    """How many inputs there are of each status. `ok` and `damaged` ones were hashed."""
    distinct: int
    """How many different hashes were searched."""
    pairs: dict[int, int]
    """How many pairs of different hashes there are of each distance in bits, before any second
    look. Images with equal hashes are not counted here."""
    groups: int
    """How many groups there are. With `against`, how many images of the set were found."""
    duplicates: int
    """How many images need not be kept."""
    warnings: list[str] = field(default_factory=list)
    """What to know before trusting the groups."""
    seconds: dict[str, float] = field(default_factory=dict)
    """How long each stage took. 0 if it was complete before."""

    def rows(self, spark: SparkSession) -> DataFrame:
        """The rows of the result. docs/scale-out.md explains the columns."""
        return spark.read.parquet(self.result)
