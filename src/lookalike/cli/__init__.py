"""The command: `lookalike find`, `lookalike hash` and the others."""

from __future__ import annotations

from lookalike.cli.stopping import exit_stopped, stop_on_signals, was_stopped


def main() -> None:
    """Run the command; errors, and being stopped, come without a traceback."""
    try:
        stop_on_signals()
        from lookalike.cli.commands import run

        run()
    except BaseException as error:  # whatever the interrupt has become; all else goes on
        if isinstance(error, KeyboardInterrupt) or was_stopped():
            exit_stopped()
        raise
