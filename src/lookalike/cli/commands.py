"""The group of commands, and the exit status for each kind of error."""

from __future__ import annotations

import io
import logging
import sys
import traceback
import warnings
from contextlib import suppress

import click

from lookalike.cli.catalog.commands import catalog
from lookalike.cli.catalog.scan import scan
from lookalike.cli.compare import compare
from lookalike.cli.find import find
from lookalike.cli.formats import formats
from lookalike.cli.hash import hash_command
from lookalike.cli.stopping import exit_stopped, was_stopped
from lookalike.cli.streams import (
    EXIT_CLOSED_PIPE,
    ClosedPipe,
    Commands,
    buffer_output,
    drop_output,
    fill_standard_files,
    leave,
)
from lookalike.errors import LookalikeError

EXIT_ERROR = 2


def _show_version(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        from lookalike.version import VERSION

        click.echo(f"lookalike {VERSION}")
        context.exit()


@click.group(
    cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_version,
    help="Show the version and exit.",
)
def commands() -> None:
    """Find duplicate and near-duplicate images.

    \b
    Examples:
      lookalike find ~/Pictures
      lookalike find ~/Pictures --json --output duplicates.json
      lookalike hash *.jpg
      lookalike compare a.jpg b.jpg
    """


commands.add_command(find)
commands.add_command(hash_command)
commands.add_command(compare)
commands.add_command(formats)
commands.add_command(scan)
commands.add_command(catalog)


def run() -> None:
    """Run the command that the arguments name, and end the process."""
    fill_standard_files()
    buffer_output()
    # If a warning of Pillow matters, a status of the image says so. Odd metadata does not matter.
    warnings.filterwarnings("ignore", module="PIL")
    logging.getLogger("PIL").setLevel(logging.CRITICAL + 1)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # its encoding may lack some characters
            stream.reconfigure(errors="backslashreplace")
    try:
        code = commands.main(standalone_mode=False)
        if sys.stdout is not None:
            sys.stdout.flush()
    except click.ClickException as error:
        with suppress(OSError):  # standard error may be closed
            error.show()
        code = error.exit_code
    except (LookalikeError, MemoryError) as error:
        code = _fail(str(error) or "there is not enough memory")
    except (ClosedPipe, BrokenPipeError):
        code = EXIT_CLOSED_PIPE
        drop_output()
    except OSError as error:
        code = _fail(f"the output cannot be written: {error.strerror or error}")
        drop_output()
    except click.Abort:
        exit_stopped()
    except Exception:  # a bug; the exit status must not look like a verdict
        if was_stopped():
            raise
        traceback.print_exc()
        code = EXIT_ERROR
    leave(code or 0)


def _fail(message: str) -> int:
    from lookalike.text import printable

    with suppress(OSError):
        click.echo(f"Error: {printable(message)}", err=True)
    return EXIT_ERROR
