"""The command `lookalike` with `find`, `hash`, `compare` and `formats`."""

from __future__ import annotations

from lookalike.cli.stopping import exit_stopped, stop_on_signals, was_stopped


def main() -> None:
    """Run the command. Errors and interrupts end it without a traceback."""
    try:
        stop_on_signals()
        from lookalike.cli.commands import run

        run()
    except BaseException as error:  # an interrupt in any form; other errors are raised again
        if isinstance(error, KeyboardInterrupt) or was_stopped():
            exit_stopped()
        raise
