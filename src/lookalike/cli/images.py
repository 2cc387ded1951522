"""The argument and options of all commands that read sets of images."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from functools import wraps
from itertools import chain
from typing import TYPE_CHECKING, TypeAlias, cast

import click

from lookalike.cli.options import usage_errors
from lookalike.hashing.options import DEFAULTS
from lookalike.work import defaults

if TYPE_CHECKING:
    from lookalike.hashing.options import Options

Command: TypeAlias = Callable[..., None]
Option: TypeAlias = Callable[[Command], Command]

NUMBER = click.IntRange(min=1)

PATHS: Option = click.argument(
    "paths", metavar="[PATH...]", nargs=-1, type=click.Path(readable=False)
)
"""A path that cannot be read becomes a failure, and the others are still read."""
FILES_FROM: Option = click.option(
    "--files-from",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True),
    metavar="FILE",
    help="Also read paths from FILE, one per line or NUL-separated. - is standard input.",
)
KEYWORDS: dict[str, Option] = {
    "recursive": click.option(
        "--recursive/--no-recursive",
        default=DEFAULTS["recursive"],
        help="Whether to search sub-folders.  [default: yes]",
    ),
    "hidden": click.option("--hidden", is_flag=True, help="Include hidden files and folders."),
    "follow_links": click.option(
        "--no-follow-links",
        "follow_links",
        is_flag=True,
        callback=lambda _context, _option, given: not given,
        help="Leave out symbolic links. By default they are listed under the file they lead to.",
    ),
    "include": click.option(
        "--include",
        multiple=True,
        metavar="PATTERN",
        help="Read only files whose names match, such as '*.jpg' or 'raw/*'. Repeatable.",
    ),
    "exclude": click.option(
        "--exclude",
        multiple=True,
        metavar="PATTERN",
        help="Leave out files and folders that match. Repeatable.",
    ),
    "archives": click.option(
        "--archives",
        is_flag=True,
        help="Also open archives found in folders: .zip, .cbz, .tar, .tar.gz and so on. Archives "
        "given as a PATH are always opened.",
    ),
    "column": click.option(
        "--column",
        metavar="NAME",
        help="The column of a Parquet file.  [default: the one that can hold images]",
    ),
    "fetch": click.option(
        "--fetch",
        type=click.Choice(["any", "public"]),
        default=DEFAULTS["fetch"],
        show_default=True,
        help="Which hosts to fetch URLs from. For untrusted lists, public refuses private "
        "networks, this machine, and addresses such as s3://.",
    ),
    "workers": click.option(
        "--workers",
        type=NUMBER,
        metavar="N",
        help="How many threads to use, or processes with --isolate.  [default: one per processor]",
    ),
    "max_pixels": click.option(
        "--max-pixels",
        type=NUMBER,
        default=DEFAULTS["max_pixels"],
        show_default=True,
        metavar="N",
        help="Reject larger images from their header alone.",
    ),
    "max_bytes": click.option(
        "--max-bytes",
        type=NUMBER,
        default=DEFAULTS["max_bytes"],
        show_default=True,
        metavar="N",
        help="Reject larger files before reading them.",
    ),
    "damaged": click.option(
        "--damaged",
        type=click.Choice(["report", "hash"]),
        default=DEFAULTS["damaged"],
        show_default=True,
        help="Report images that cannot be decoded completely, or hash the part that can.",
    ),
    "isolate": click.option(
        "--isolate",
        is_flag=True,
        help="Read in separate processes, so that a decoder that crashes, hangs or eats memory "
        "affects only one image.",
    ),
    "timeout": click.option(
        "--timeout",
        type=float,
        metavar="SECONDS",
        help="How long one image may take. Needs --isolate, because a thread cannot be stopped.  "
        f"[default: {defaults.TIMEOUT:g}]",
    ),
    "memory": click.option(
        "--memory",
        type=NUMBER,
        metavar="BYTES",
        help="How much memory one process may use for its work. Needs --isolate and Linux.  "
        f"[default: {defaults.MEMORY}]",
    ),
}
"""The command's options for `Options`. `reading` has none, and `archive_limits` has several."""
LIMITS: dict[str, Option] = {
    "member_bytes": click.option(
        "--max-member-bytes",
        "member_bytes",
        type=NUMBER,
        default=defaults.MEMBER_BYTES,
        show_default=True,
        metavar="N",
        help="Reject larger images in archives before unpacking them.",
    ),
    "unpacked_bytes": click.option(
        "--max-unpacked-bytes",
        "unpacked_bytes",
        type=NUMBER,
        default=defaults.UNPACKED_BYTES,
        show_default=True,
        metavar="N",
        help="Stop reading an archive once it has unpacked to N bytes more than its own size.",
    ),
    "members": click.option(
        "--max-members",
        "members",
        type=NUMBER,
        default=defaults.MEMBERS,
        show_default=True,
        metavar="N",
        help="Stop reading an archive after N members.",
    ),
}
"""The fields of `ArchiveLimits`."""
OPTIONS = [PATHS, FILES_FROM, *KEYWORDS.values(), *LIMITS.values()]


def reads_images(command: Command) -> Command:
    """Add the argument and the options to a command.

    The command receives `images`, and `keywords` for `hash_images` or `find_duplicates`. With a
    catalogue and without paths, `images` is None.
    """

    @wraps(command)
    def with_images(paths: tuple[str, ...], files_from: str | None, **given: object) -> None:
        from lookalike.sources import ArchiveLimits, Patterns
        from lookalike.work.isolation import isolation_for
        from lookalike.work.threads import worker_count

        # click has converted each value to the type of its option.
        limits = cast("dict[str, int]", {name: given.pop(name) for name in LIMITS})
        keywords = cast("Options", {name: given.pop(name) for name in KEYWORDS})
        keywords["archive_limits"] = ArchiveLimits(**limits)
        with usage_errors():
            Patterns(keywords["include"])
            Patterns(keywords["exclude"])
            isolation_for(keywords["isolate"], keywords["timeout"], keywords["memory"])
            worker_count(keywords["workers"])
        may_be_all = given.get("catalog_at") is not None and not paths and files_from is None
        images = None if may_be_all else _named(paths, files_from)
        command(images=images, keywords=keywords, **given)

    added: Command = with_images
    for option in reversed(OPTIONS):
        added = option(added)
    return added


def _named(paths: tuple[str, ...], list_path: str | None) -> Iterable[str]:
    """All named images. Raises `click.UsageError` if none of them exists.

    If only some are missing, each becomes a failure and the others are still read.
    """
    from lookalike.sources import files_from, is_there

    if list_path is not None:
        listed = sys.stdin.buffer if list_path == "-" else list_path
        return chain(paths, files_from(listed))
    if not paths:
        raise click.UsageError("Missing argument 'PATH...'.")
    if not any(is_there(path) for path in paths):
        raise click.UsageError(f"no such file or folder: {', '.join(paths)}")
    return paths
