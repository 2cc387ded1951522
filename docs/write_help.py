"""Write the help texts of the command into docs/command.md. `make docs` runs this."""

import re
from pathlib import Path

from click import Command, Context, Group

from lookalike.cli.commands import commands

PAGE = Path(__file__).with_name("command.md")
WIDTH = 100


def help_of(words: str) -> str:
    """The help text of `lookalike`, one of its commands, or one of theirs."""
    name, *subs = words.split()
    context = _context(commands, name, None)
    for sub in subs:
        command = context.command
        assert isinstance(command, Group)
        found = command.get_command(context, sub)
        assert found is not None, f"the page describes a command that there is not: {words}"
        context = _context(found, sub, context)
    return context.get_help()


def _context(command: Command, name: str, parent: Context | None) -> Context:
    return command.make_context(name, [], parent, resilient_parsing=True, terminal_width=WIDTH)


def with_help(page: str) -> str:
    """The page, with the text between the first fences of each command's section replaced."""
    return re.sub(
        r"(## (lookalike[ \w]*)\n\n```\n).*?(```\n)",
        lambda found: f"{found[1]}{help_of(found[2])}\n{found[3]}",
        page,
        flags=re.DOTALL,
    )


if __name__ == "__main__":
    PAGE.write_text(with_help(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
