"""`Margins`: how far what each bit stands for is from its threshold."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Margins(NamedTuple):
    """As they come, so that those of whole numbers are exact and fast."""

    above: NDArray[np.int64] | NDArray[np.float64]
    """By how much each is above its threshold: the bit is set where that is more than 0."""
    level: float = 1.0
    """How much of that is one level of grey."""
