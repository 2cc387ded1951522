"""Which shares of two pictures show the same."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike.sight.overlay import shares


@pytest.mark.parametrize(
    ("transform", "expected"),
    [
        ([[1, 0, 0], [0, 1, 0]], (1, 1)),
        ([[-1, 0, 1], [0, 1, 0]], (1, 1)),
        ([[0, 1, 0], [-1, 0, 1]], (1, 1)),
        ([[0.5, 0, 0.25], [0, 0.5, 0.5]], (0.25, 1)),
        ([[2, 0, -0.5], [0, 2, -0.5]], (1, 0.25)),
        ([[1, 0, 0.5], [0, 1, 0]], (0.5, 0.5)),
        ([[1, 0, 1.5], [0, 1, 0]], (0, 0)),
        ([[0, 0, 0.5], [0, 0, 0.5]], (0, 1)),
    ],
)
def test_shares_follow_from_the_map(
    transform: list[list[float]], expected: tuple[float, float]
) -> None:
    """For wholes, turned and mirrored ones, parts, and pictures that do not meet."""
    assert shares(np.array([transform], np.float32))[0].tolist() == pytest.approx(expected)


@pytest.mark.slow
@given(st.lists(st.floats(-2, 2), min_size=6, max_size=6))
def test_the_map_back_has_the_same_shares_the_other_way_round(numbers: list[float]) -> None:
    """Within the size of a few samples."""
    transform = np.array(numbers).reshape(2, 3)
    if abs(np.linalg.det(transform[:, :2])) < 0.05:
        return
    back = np.linalg.inv(np.vstack([transform, [0, 0, 1]]))[:2]
    there, again = shares(np.stack([transform, back]))
    larger = max(1, np.abs(transform[:, :2]).max(), np.abs(back[:, :2]).max())
    np.testing.assert_allclose(there, again[::-1], atol=0.15 * larger)
    assert ((there >= 0) & (there <= 1)).all()
