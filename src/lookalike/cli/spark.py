"""`lookalike-spark`: the search for duplicates as a job on Apache Spark."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from lookalike.cli import options
from lookalike.cli.images import reads_images
from lookalike.extras import extra
from lookalike.text import plural

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from lookalike.hashing.options import Options
    from lookalike.spark.outcome import Outcome

HELP = {"help_option_names": ["-h", "--help"]}


@click.command(context_settings=HELP, short_help="Find duplicates on Apache Spark.")
@options.algorithm
@click.option(
    "--max-distance",
    type=click.IntRange(min=0),
    required=True,
    metavar="BITS",
    help="The most bits in which two hashes may differ and still match. There is no default: what "
    "is safe among 100,000 images finds strangers among 100 million.",
)
@click.option(
    "--against",
    multiple=True,
    metavar="PATH",
    help="Only find images that match one at PATH, and do not compare images with each other. PATH "
    "may be the hashes folder of an earlier job. Repeatable.",
)
@click.option("--verify", is_flag=True, help="Confirm each match by a second look at the pixels.")
@options.colour
@options.min_agreement
@click.option(
    "--connect",
    type=click.Choice(["auto", "driver", "stars"]),
    default="auto",
    show_default=True,
    help="Where pairs are joined to groups: in the driver, or in rounds over all workers.",
)
@click.option(
    "--out",
    required=True,
    metavar="FOLDER",
    help="The folder of the job, which all workers can write to. A job with the same folder goes "
    "on where the last one ended.",
)
@click.option(
    "--master",
    metavar="URL",
    help="Where to run, such as local[*] or spark://host:7077.  [default: Spark's own settings]",
)
@click.option("--conf", multiple=True, metavar="NAME=VALUE", help="A setting of Spark. Repeatable.")
@reads_images
def spark(
    images: Iterable[str],
    keywords: Options,
    against: tuple[str, ...],
    out: str,
    master: str | None,
    conf: tuple[str, ...],
    **matching: object,
) -> None:
    """Find groups of duplicates among very many images, on Apache Spark.

    Every worker must be able to read the PATHs: addresses such as s3://bucket/train/*.tar, or paths
    on a file system that all share. A PATH may also be the hashes folder of an earlier job.

    Images are always decoded in isolation, and Spark decides how many workers there are.

    Nothing is deleted. The result is in OUT/result, what need not be kept in OUT/remove, and a page
    of sampled pairs in OUT/pairs/pairs.html.

    A short job spends much of its time on compiling Java code. The second example avoids that. The
    page about scaling out has more settings.

    \b
    Examples:
      lookalike-spark ~/Pictures --max-distance 10 --out /tmp/job --master 'local[*]'
      lookalike-spark ~/Pictures --max-distance 10 --out /tmp/job --master 'local[*]' \\
        --conf spark.driver.extraJavaOptions='-XX:TieredStopAtLevel=1 -XX:+UseSerialGC'
      lookalike-spark 's3://bucket/train/*.tar' --max-distance 4 --out s3a://bucket/job
      lookalike-spark test/ --against s3a://bucket/job/hashes --max-distance 4 --out /tmp/leaks
    """
    from lookalike.spark.job import find_duplicates

    del keywords["workers"]  # Spark has its own
    del keywords["isolate"]  # always: nothing may end a worker
    named = list(images)
    with options.usage_errors():
        outcome = find_duplicates(
            session(master, conf),
            named[0] if len(named) == 1 else named,
            out,
            against=(against[0] if len(against) == 1 else against) or None,
            say=lambda line: click.echo(line, err=True),
            **keywords,
            **matching,  # type: ignore[arg-type]  # click has converted each to its type
        )
    click.echo("\n".join(lines_of(outcome, bool(against))))


def session(master: str | None, conf: Iterable[str]) -> SparkSession:
    """The session of Spark, which is started if there is none."""
    with extra("lookalike[spark]", "the Spark job needs pyspark"):
        from pyspark.sql import SparkSession

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # otherwise python3, whichever that is
    builder = SparkSession.builder.appName("lookalike")
    if master:
        builder = builder.master(master)
    for one in conf:
        name, equals, value = one.partition("=")
        if not equals:
            raise click.UsageError(f"--conf must be NAME=VALUE, not {one!r}")
        builder = builder.config(name, value)
    return builder.getOrCreate()


def lines_of(outcome: Outcome, against: bool) -> list[str]:
    """The outcome in words."""
    statuses = ", ".join(f"{count:,} {status}" for status, count in outcome.statuses.items())
    found = f"{plural(outcome.groups, 'group')}, {plural(outcome.duplicates, 'duplicate')}"
    if against:
        found = f"{plural(outcome.groups, 'image')} found in the other set"
    return [
        f"{plural(outcome.inputs, 'input')}: {statuses or 'none'}",
        f"{outcome.distinct:,} different hashes",
        *(f"  {count:,} pairs of them {bits} bits apart" for bits, count in outcome.pairs.items()),
        found,
        f"rows: {outcome.result}",
        f"to remove: {outcome.folder}/remove",
        *outcome.warnings,
    ]


def main() -> None:
    """Run the command. `spark-submit` can run this file."""
    spark(prog_name="lookalike-spark")


if __name__ == "__main__":
    main()
