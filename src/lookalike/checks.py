"""Checks of arguments. Their messages name the value and say what was expected."""

from __future__ import annotations

import operator


def whole_number(
    value: object,
    name: str,
    *,
    least: int | None = None,
    most: int | None = None,
    of: str = "",
) -> int:
    """Return `value` as an int. NumPy's integers are accepted too.

    Raises `TypeError` for anything else, and `ValueError` below `least` or above `most`. `of` is
    what the message says after the range, such as a unit.
    """
    if type(value) is int and (least is None or value >= least) and (most is None or value <= most):
        return value  # as it is nearly always
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise TypeError(f"{name} must be a whole number, not {value!r}")
    number = operator.index(value)
    if (least is not None and number < least) or (most is not None and number > most):
        expected = f"{least} or more" if most is None else f"{least} to {most}"
        raise ValueError(f"{name} must be {expected}{of and ' '}{of}, not {number}")
    return number


def one_of(value: object, name: str, choices: tuple[str, ...]) -> None:
    """Raise `ValueError` unless the value is one of the choices."""
    if value not in choices:
        *others, last = map(repr, choices)
        raise ValueError(f"{name} must be {', '.join(others)} or {last}, not {value!r}")


def share(value: object, name: str) -> float:
    """Return `value` as a float from 0 to 1.

    Raises `TypeError` if it is not a number, and `ValueError` if it lies outside.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{name} must be a number from 0 to 1, not {value!r}")
    if not 0 <= value <= 1:
        raise ValueError(f"{name} must be from 0 to 1, not {value!r}")
    return float(value)
