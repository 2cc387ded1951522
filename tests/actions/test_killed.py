"""A run may end before any of its calls. Nothing is lost, and it can be taken back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from clean_up import Place
from killing import (
    ACTIONS,
    check_clearing_up_killed_at_every_call,
    check_killed_at_every_call,
    check_undo_killed_at_every_call,
)
from lookalike.planning.plan import Action
from volumes import volume


@pytest.fixture
def fast_place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """A place on tmpfs, where writing to the disk takes no time."""
    with volume("tmpfs") as root:
        yield Place.at(root, monkeypatch)


@pytest.mark.slow
@pytest.mark.parametrize("action", ACTIONS)
def test_a_run_that_is_killed_at_any_call_loses_nothing(fast_place: Place, action: Action) -> None:
    assert check_killed_at_every_call(fast_place, action, fast_place.to) > 50


@pytest.mark.slow
@pytest.mark.parametrize("action", ACTIONS)
def test_undoing_that_is_killed_at_any_call_can_be_repeated(
    fast_place: Place, action: Action
) -> None:
    assert check_undo_killed_at_every_call(fast_place, action, fast_place.to) > 50


@pytest.mark.slow
@pytest.mark.parametrize("action", [Action.TRASH, Action.MOVE, Action.DELETE])
def test_clearing_up_that_is_killed_at_any_call_can_be_repeated(
    fast_place: Place, action: Action
) -> None:
    assert check_clearing_up_killed_at_every_call(fast_place, action, fast_place.to) > 30
