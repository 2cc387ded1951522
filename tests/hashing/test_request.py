"""The keywords shared by `find_duplicates`, `hash_images`, `Request` and the command."""

from __future__ import annotations

import inspect
from collections.abc import Callable

import click.testing
import pytest

from lookalike import ArchiveLimits, find_duplicates, hash_images
from lookalike.cli.commands import commands
from lookalike.cli.images import KEYWORDS, LIMITS
from lookalike.hashing.options import DEFAULT_ALGORITHM, DEFAULTS, Options
from lookalike.hashing.request import request_for
from lookalike.work.isolation import Isolation

RULE = {"max_distance", "verify", "thorough", "colour", "min_agreement"}
OWN = {
    find_duplicates: {
        *("images", "algorithm", "against", "within", "apart", "keep", "progress", "catalog"),
        *RULE,
    },
    hash_images: {"images", "algorithms", "progress"},
}
"""Keywords that only one of them has, or that are not options of reading."""
NOT_ON_THE_COMMAND_LINE = {"reading", "archive_limits"}


def defaults_of(function: Callable[..., object]) -> dict[str, object]:
    parameters = inspect.signature(function).parameters.values()
    return {one.name: one.default for one in parameters}


@pytest.mark.parametrize("function", OWN, ids=lambda one: one.__name__)
def test_the_signatures_have_the_same_options_and_defaults(
    function: Callable[..., object],
) -> None:
    """Names, order and defaults are as in their one table."""
    shared = {name: one for name, one in defaults_of(function).items() if name not in OWN[function]}
    assert list(shared.items()) == list(DEFAULTS.items())
    assert list(DEFAULTS) == list(Options.__annotations__)


@pytest.mark.parametrize("function", OWN, ids=lambda one: one.__name__)
def test_the_signatures_have_the_same_types(function: Callable[..., object]) -> None:
    """A keyword has the same type wherever it is given."""
    parameters = inspect.signature(function).parameters
    written = {name: parameters[name].annotation for name in DEFAULTS}
    assert written == {name: one.__forward_arg__ for name, one in Options.__annotations__.items()}


@pytest.mark.parametrize("name", ["find", "hash"])
def test_the_command_has_the_same_options_and_defaults(name: str) -> None:
    """Without options, the command passes on the defaults of a call."""
    assert set(KEYWORDS) == set(DEFAULTS) - NOT_ON_THE_COMMAND_LINE
    outer = commands.make_context("lookalike", [name], resilient_parsing=True)
    context = commands.commands[name].make_context(name, ["."], outer, resilient_parsing=False)
    functions: dict[str, Callable[..., object]] = {"find": find_duplicates, "hash": hash_images}
    defaults = defaults_of(functions[name])
    algorithm = defaults.get("algorithm", defaults.get("algorithms"))
    given = context.params.get("algorithm", context.params.get("algorithms"))
    assert algorithm == DEFAULT_ALGORITHM
    assert given in (algorithm, (algorithm,))
    assert {one: context.params[one] for one in KEYWORDS} == {
        one: default for one, default in DEFAULTS.items() if one in KEYWORDS
    }
    assert ArchiveLimits(**{one: context.params[one] for one in LIMITS}) == ArchiveLimits()


def test_the_help_names_the_limits_that_hold() -> None:
    """This includes limits that a call leaves to the library."""
    limits = Isolation()
    done = click.testing.CliRunner().invoke(commands, ["find", "--help"])
    text = " ".join(done.output.split())
    assert f"[default: {limits.timeout:g}]" in text
    assert f"[default: {limits.memory}]" in text


def test_a_request_is_checked_before_anything_is_read() -> None:
    """An absent keyword has its default, and a wrong one is refused at once."""
    request = request_for(["gone.png"], "phash", repeats=True, only_first=True, workers=3)
    assert (request.workers, request.isolation) == (3, None)
    assert request.recipe.max_pixels == DEFAULTS["max_pixels"]
    with pytest.raises(ValueError, match="workers must be 1 to 4096, not 0"):
        request_for(["gone.png"], "phash", repeats=True, only_first=True, workers=0)
