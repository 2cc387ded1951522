"""`Margins`: how far the value of each bit is from its threshold."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Margins(NamedTuple):
    """Margins in their own unit, so that whole numbers stay exact and fast."""

    above: NDArray[np.int64] | NDArray[np.float64]
    """How far each value is above its threshold. The bit is set if that is more than 0."""
    level: float = 1.0
    """How much of `above` is one level of grey."""
