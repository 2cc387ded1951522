"""Planning a search: which way to search, with how many bands, and the expected cost.

The model has a cost per word for comparing two hashes, one for looking up a value of a band, and
one for sorting a hash into a band. A sample tells how many hashes are near each other in a band.
The figures are for one core, and only their ratios matter.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import comb
from typing import TYPE_CHECKING

import numpy as np

from lookalike._native import kernel
from lookalike.index.search.bands import WIDEST, BitStatistics, near_shares, sample_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

COMPARE = {"scalar": 1.3e-9, "avx2": 0.25e-9, "avx512": 0.08e-9}
"""Seconds to compare one word of two hashes, by the path of the kernel."""
LOOK, FAR_LOOK = 6e-9, 15e-9
"""Seconds to look up one value of a band in a join. The second is for a directory that does not fit
in the processor's cache."""
TURN = 50e-9
"""Seconds to prepare the hashes of one value for comparing."""
PLACE, FAR_PLACE = 15e-9, 40e-9
"""Seconds to sort one hash into a band."""
DIRECTORY_BITS = 1
"""How many bits wider than log2 of the number of hashes a band may be: directories take memory."""
PROBE = 40e-9
"""Seconds to look up one value of a band for a single query, which is not in the cache."""
NEAR_BITS = 18
"""A directory of this many bits, 1 MB, still fits in the cache."""
GATHER = 4e-9
"""Seconds to fetch a row of more than one word, because a band has no copy of it."""
PLANNING = 4e-8
"""Seconds of planning per pair of bits."""
LEAST_SECONDS = 8e-3
"""A linear scan that takes less time is not worth a plan."""
ENOUGH_BETTER = 1.25
"""More bands must make the search this many times cheaper, because they take memory."""
MOST_BYTES = 450_000_000
"""The most memory for bands, if fewer bands, or one without a copy of its hashes, take less."""
UNCOPIED = 2
"""How many times longer it takes to search a band without a copy of its hashes."""


@dataclass(frozen=True)
class Plan:
    """How to join all hashes within a distance."""

    count: int
    """How many hashes there are."""
    bits: int
    bands: list[NDArray[np.uint16]]
    """The positions of the bits of each band. Empty if a linear scan is cheaper."""
    schedule: NDArray[np.uint32]
    """Which band's distance grows by one, from -1, to find all pairs within 0, 1, 2, ... bits.
    Beyond the end, everything has to be compared."""
    shares: list[NDArray[np.float64]]
    """For each band, the share of pairs that differ there in at most 0, 1, ... bits."""

    def distances(self, max_distance: int) -> list[int]:
        """How many differing bits each band has to be searched up to. -1 means not at all."""
        steps = self.schedule[: max_distance + 1]
        distances: list[int] = (np.bincount(steps, minlength=len(self.bands)) - 1).tolist()
        return distances

    def comparisons(self, max_distance: int) -> float:
        """About how many pairs of hashes are compared."""
        pairs = self.count * (self.count - 1) / 2
        if max_distance >= len(self.schedule):
            return pairs
        return pairs * sum(
            float(share[distance])
            for share, distance in zip(self.shares, self.distances(max_distance), strict=True)
            if distance >= 0
        )

    def seconds(self, max_distance: int) -> float:
        """About how long a join takes on one core, including sorting into bands."""
        if not self.bands or max_distance >= len(self.schedule):
            return linear_seconds(self.count, self.bits)
        total = 0.0
        for band, share, distance in zip(
            self.bands, self.shares, self.distances(max_distance), strict=True
        ):
            if distance >= 0:
                total += self.count * (PLACE if len(band) <= NEAR_BITS else FAR_PLACE)
            for d in range(distance + 1):
                total += _step_seconds(self.count, self.bits, len(band), share, d)
        return total

    def look_up_seconds(self, max_distance: int) -> float:
        """About how long one query takes on one core."""
        scan = self.count * _words(self.bits) * COMPARE[kernel.isa()]
        if not self.bands or max_distance >= len(self.schedule):
            return scan
        total = 0.0
        for band, share, distance in zip(
            self.bands, self.shares, self.distances(max_distance), strict=True
        ):
            if distance >= 0:
                values = sum(comb(len(band), d) for d in range(distance + 1))
                total += values * PROBE + scan * float(share[distance])
        return min(total, scan)

    def is_scanned(self, max_distance: int) -> bool:
        """Whether comparing a query with everything is faster."""
        scan = self.count * _words(self.bits) * COMPARE[kernel.isa()]
        return self.look_up_seconds(max_distance) >= scan

    @property
    def nbytes(self) -> int:
        """The memory that the bands take: directories, orders, and copies of hashes of one word."""
        a_hash = 4 + 8 * (_words(self.bits) == 1)
        return sum(4 * ((1 << len(band)) + 1) + a_hash * self.count for band in self.bands)

    @property
    def uncopied(self) -> int | None:
        """The band without a copy of its hashes: the last one, if copies in all bands would take
        more than `MOST_BYTES`. Otherwise None."""
        return len(self.bands) - 1 if self.nbytes > MOST_BYTES else None

    def is_linear(self, max_distance: int) -> bool:
        """Whether comparing everything is cheaper for this distance."""
        return self.seconds(max_distance) >= linear_seconds(self.count, self.bits)

    def __str__(self) -> str:
        sizes = ", ".join(str(len(band)) for band in self.bands)
        return f"multi-index with {len(self.bands)} bands of {sizes} bits"


def make_plan(words: NDArray[np.uint64], bits: int, max_distance: int) -> Plan:
    """The cheapest plan for joining these hashes, of which none are equal.

    It tries as many bands as fit the number of hashes, and some fewer. Bits that vary little, or
    are correlated, make a band worth fewer bits than it has.
    """
    count = len(words)
    nothing = Plan(count, bits, [], np.empty(0, np.uint32), [])
    if linear_seconds(count, bits) < max(LEAST_SECONDS, PLANNING * bits * bits):
        return nothing
    sample = sample_of(words)
    statistics = BitStatistics(sample, bits)
    if not len(statistics.varying):
        return nothing
    best = nothing
    for bands in _band_counts(len(statistics.varying), count):
        plan = plan_with(sample, statistics, count, bits, bands)
        if best.bands and plan.nbytes - 8 * count > MOST_BYTES:
            break
        if plan.seconds(max_distance) * ENOUGH_BETTER < best.seconds(max_distance):
            best = plan
    return best


def plan_with(
    sample: NDArray[np.uint64], statistics: BitStatistics, count: int, bits: int, bands: int
) -> Plan:
    """The plan with a given number of bands."""
    dealt = statistics.deal(bands, -(-len(statistics.varying) // bands))
    shares = near_shares(sample, dealt)
    plan = Plan(count, bits, dealt, np.empty(0, np.uint32), shares)
    return replace(plan, schedule=_schedule(count, bits, shares, plan.uncopied))


def linear_seconds(count: int, bits: int) -> float:
    """About how long comparing all pairs takes on one core."""
    return count * (count - 1) / 2 * _words(bits) * COMPARE[kernel.isa()]


def _words(bits: int) -> int:
    return -(-bits // 64)


def _band_counts(varying: int, count: int) -> list[int]:
    """Numbers of bands to try, the smallest first."""
    fitting = varying / max(np.log2(max(count, 2)) - 3, 4)
    widest = min(WIDEST, int(np.log2(max(count, 2))) + DIRECTORY_BITS)
    fewest = max(1, -(-varying // widest))
    most = max(fewest, round(fitting) + 1)
    return sorted({max(fewest, round(most * share)) for share in (0.5, 0.65, 0.8, 0.9, 1)})


def _step_seconds(
    count: int, bits: int, size: int, share: NDArray[np.float64], distance: int
) -> float:
    """What it costs to search a band at exactly `distance` bits."""
    more = share[distance] - (share[distance - 1] if distance else 0.0)
    columns = min(2.0**size, count)
    values = columns * comb(size, distance) / (2 if distance else 1)
    seconds = values * (LOOK if size <= NEAR_BITS else FAR_LOOK)
    if distance == 0:
        seconds += columns * TURN
    seconds += count * count / 2 * more * _words(bits) * COMPARE[kernel.isa()]
    if _words(bits) > 1:
        seconds += values * (count / 2.0**size) * GATHER
    return float(seconds)


def _schedule(
    count: int, bits: int, shares: list[NDArray[np.float64]], uncopied: int | None
) -> NDArray[np.uint32]:
    """The cheapest next step, repeatedly, until one band would be searched completely."""
    reached = [-1] * len(shares)

    def cost(at: int) -> float:
        seconds = _step_seconds(count, bits, len(shares[at]) - 1, shares[at], reached[at] + 1)
        return seconds * (UNCOPIED if at == uncopied else 1)

    costs = [cost(at) for at in range(len(shares))]
    steps: list[int] = []
    while len(steps) <= bits:
        at = int(np.argmin(costs))
        if reached[at] + 1 == len(shares[at]) - 1:
            break
        steps.append(at)
        reached[at] += 1
        costs[at] = cost(at)
    return np.array(steps, np.uint32)
