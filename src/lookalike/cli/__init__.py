"""The command: `lookalike find`, `lookalike hash` and the others."""

from __future__ import annotations

from lookalike.cli.stopping import exit_stopped, stop_on_signals


def main() -> None:
    """Run the command; errors, and being stopped, come without a traceback."""
    try:
        stop_on_signals()
        from lookalike.cli.commands import run

        run()
    except KeyboardInterrupt as error:
        exit_stopped(error)
