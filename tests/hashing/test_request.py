"""The keywords that `find_duplicates`, `hash_images`, `Request` and the command have in common."""

from __future__ import annotations

import inspect
from collections.abc import Callable

import click
import pytest

from lookalike import ArchiveLimits, find_duplicates, hash_images
from lookalike.cli.commands import commands
from lookalike.cli.images import KEYWORDS, LIMITS
from lookalike.hashing.options import DEFAULTS, Options
from lookalike.hashing.request import request_for
from lookalike.work.isolation import Isolation

OWN = {
    find_duplicates: {"images", "algorithm", "max_distance", "progress"},
    hash_images: {"images", "algorithms", "progress"},
}
"""What only one of them has, or what is no option of reading."""
NOT_ON_THE_COMMAND_LINE = {"reading", "archive_limits"}


def defaults_of(function: Callable[..., object]) -> dict[str, object]:
    parameters = inspect.signature(function).parameters.values()
    return {one.name: one.default for one in parameters}


@pytest.mark.parametrize("function", OWN, ids=lambda one: one.__name__)
def test_the_signatures_have_the_same_options_and_defaults(
    function: Callable[..., object],
) -> None:
    """Names, their order and what holds unless said: all as in the one table of them."""
    shared = {name: one for name, one in defaults_of(function).items() if name not in OWN[function]}
    assert list(shared.items()) == list(DEFAULTS.items())
    assert list(DEFAULTS) == list(Options.__annotations__)


@pytest.mark.parametrize("function", OWN, ids=lambda one: one.__name__)
def test_the_signatures_have_the_same_types(function: Callable[..., object]) -> None:
    """A keyword means the same wherever it is given."""
    parameters = inspect.signature(function).parameters
    written = {name: parameters[name].annotation for name in DEFAULTS}
    assert written == {name: one.__forward_arg__ for name, one in Options.__annotations__.items()}


@pytest.mark.parametrize("name", ["find", "hash"])
def test_the_command_has_the_same_options_and_defaults(name: str) -> None:
    """Run without any, it passes on what a call without any means."""
    assert set(KEYWORDS) == set(DEFAULTS) - NOT_ON_THE_COMMAND_LINE
    context = commands.commands[name].make_context(name, ["."])
    assert {one: context.params[one] for one in KEYWORDS} == {
        one: default for one, default in DEFAULTS.items() if one in KEYWORDS
    }
    assert ArchiveLimits(**{one: context.params[one] for one in LIMITS}) == ArchiveLimits()


def test_the_help_names_the_limits_that_hold() -> None:
    """Also those that a call leaves to the library."""
    limits = Isolation()
    with click.Context(commands.commands["find"]) as context:
        text = " ".join(commands.commands["find"].get_help(context).split())
    assert f"[default: {limits.timeout:g}]" in text
    assert f"[default: {limits.memory}]" in text


def test_a_request_is_checked_before_anything_is_read() -> None:
    """What is not asked for has its default; what is wrong is refused at once."""
    request = request_for(["gone.png"], "phash", repeats=True, only_first=True, workers=3)
    assert (request.workers, request.isolation) == (3, None)
    assert request.recipe.max_pixels == DEFAULTS["max_pixels"]
    with pytest.raises(ValueError, match="workers must be 1 or more, not 0"):
        request_for(["gone.png"], "phash", repeats=True, only_first=True, workers=0)
