"""The checks of arguments."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lookalike.checks import one_of, whole_number


@pytest.mark.parametrize("value", [3, np.int8(3), np.uint64(3)])
def test_whole_numbers_become_ints(value: Any) -> None:
    """This includes NumPy's, within limits that belong to the range."""
    found = whole_number(value, "n", least=3, most=3)
    assert (found, type(found)) == (3, int)


@pytest.mark.parametrize("value", [True, np.True_, 3.0, "3", None, [3]])
def test_anything_else_is_a_type_error(value: Any) -> None:
    """The message names the argument and shows the value."""
    with pytest.raises(TypeError) as caught:
        whole_number(value, "n")
    assert str(caught.value) == f"n must be a whole number, not {value!r}"


@pytest.mark.parametrize(
    ("value", "limits", "message"),
    [
        (0, {"least": 1}, "n must be 1 or more, not 0"),
        (-1, {"least": 0, "most": 9}, "n must be 0 to 9, not -1"),
        (10, {"least": 0, "most": 9, "of": "bits"}, "n must be 0 to 9 bits, not 10"),
    ],
)
def test_what_is_out_of_range_is_a_value_error(
    value: int, limits: dict[str, Any], message: str
) -> None:
    """The message names the range, with its unit."""
    with pytest.raises(ValueError, match=f"^{message}$"):
        whole_number(value, "n", **limits)


def test_a_choice_is_one_of_those_that_there_are() -> None:
    """The message lists all choices."""
    one_of("b", "letter", ("a", "b"))
    for choices, listed in ((("a", "b"), "'a' or 'b'"), (("a", "b", "c"), "'a', 'b' or 'c'")):
        with pytest.raises(ValueError, match=f"^letter must be {listed}, not 'z'$"):
            one_of("z", "letter", choices)
