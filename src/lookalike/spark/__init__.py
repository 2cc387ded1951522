"""The search of `find_duplicates` as a job on Apache Spark, for sets that no one machine can hold.

    from lookalike.spark import find_duplicates

    outcome = find_duplicates(spark, "s3://bucket/train/*.tar", "s3a://bucket/out", max_distance=4)

It needs `pip install "lookalike[spark]"` on the driver and on every worker.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lookalike.spark.job import find_duplicates
    from lookalike.spark.outcome import Outcome

__all__ = ["Outcome", "find_duplicates"]


def __getattr__(name: str) -> object:
    if name == "find_duplicates":  # workers need less than the driver
        from lookalike.spark.job import find_duplicates

        return find_duplicates
    if name == "Outcome":
        from lookalike.spark.outcome import Outcome

        return Outcome
    raise AttributeError(f"module 'lookalike.spark' has no attribute {name!r}")
