"""`Spread`: which tasks join which hashes.

The bits of the hashes are dealt to one band more than the distance allows. So two hashes within the
distance agree wholly in some band. In each band, hashes go to buckets by their values there. A
value with too many hashes is cut into blocks, and every two blocks are joined by a task of their
own. The bands and bounds come from a sample. They decide how long a job takes, not what it finds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from lookalike._native import kernel
from lookalike.index.search.bands import BitStatistics, sample_of
from lookalike.spark.blocks.packing import Nodes, mixed

if TYPE_CHECKING:
    from numpy.typing import NDArray

SAMPLE = 1 << 18
"""About how many hashes are sampled."""
LEAST_BITS = 8


@dataclass(frozen=True)
class Band:
    """Some bits of the hashes, and how their values are spread over buckets."""

    positions: tuple[int, ...]
    """As in the kernel's `Band`. Empty if all hashes are compared with all."""
    bounds: tuple[int, ...]
    """The first value of each bucket. The first is 0."""
    blocks: tuple[int, ...]
    """Into how many blocks each bucket is cut. More than one only for a single value."""


class Part(NamedTuple):
    """Some nodes for one task."""

    task: int
    """The number of the task within its band."""
    second: bool
    """Whether the nodes are the second block of a pair of blocks."""
    nodes: Nodes


@dataclass(frozen=True)
class Spread:
    """How the hashes of one search are spread over tasks."""

    bits: int
    max_distance: int
    bands: tuple[Band, ...]

    @classmethod
    def of(
        cls,
        sample: NDArray[np.uint64],
        count: int,
        bits: int,
        max_distance: int,
        *,
        target: int,
        most: int,
    ) -> Spread:
        """Spread `count` hashes, of which a sample is known.

        `target`: about how many a bucket should have. `most`: how many a block may have at most.
        """
        dealt = _dealt(sample, count, bits, max_distance)
        scale = count / max(len(sample), 1)
        bands = [_band(sample, positions, scale, target, most) for positions in dealt]
        return cls(bits, max_distance, tuple(bands))

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> Spread:
        """The spread that `plain` was made of."""
        bands = (
            Band(*(tuple(one[name]) for name in Band.__annotations__)) for one in plain["bands"]
        )
        return cls(plain["bits"], plain["max_distance"], tuple(bands))

    def plain(self) -> dict[str, Any]:
        """The spread as plain types, for a manifest."""
        return asdict(self)

    @property
    def words(self) -> int:
        """How many words a hash has."""
        return -(-self.bits // 64)

    @property
    def tasks(self) -> int:
        """How many tasks there are."""
        return sum(k * (k + 1) // 2 for band in self.bands for k in band.blocks)

    def parts(self, nodes: Nodes, at: int) -> Iterator[Part]:
        """The parts of some nodes for the tasks of a band."""
        band = self.bands[at]
        if band.positions:
            positions = np.array(band.positions, np.uint16)
            offsets, order, words = kernel.sort_band(nodes.words, positions, True)
            assert words is not None
            ordered = Nodes(words, nodes.ids[order])
            edges = [*offsets[list(band.bounds)].tolist(), len(order)]
        else:
            ordered, edges = nodes, [0, len(nodes.ids)]
        task = 0
        for bucket, blocks in enumerate(band.blocks):
            some = ordered.among(slice(edges[bucket], edges[bucket + 1]))
            if len(some.ids):
                yield from _blocks(some, blocks, task)
            task += blocks * (blocks + 1) // 2


def _blocks(nodes: Nodes, count: int, first: int) -> Iterator[Part]:
    """The parts of a bucket for each pair of its blocks. `first`: the number of the first task."""
    if count == 1:
        yield Part(first, False, nodes)
        return
    block_of = mixed(nodes.words) % np.uint64(count)
    blocks = [nodes.among(block_of == np.uint64(block)) for block in range(count)]
    task = first
    for i in range(count):
        for j in range(i, count):
            yield Part(task, False, blocks[i])
            if j > i:
                yield Part(task, True, blocks[j])
            task += 1


def _dealt(
    sample: NDArray[np.uint64], count: int, bits: int, max_distance: int
) -> list[tuple[int, ...]]:
    """The positions of the bits of each band. One without bits if there are too few for all."""
    statistics = BitStatistics(sample_of(sample), bits) if len(sample) else None
    size = min(-(-bits // (max_distance + 1)), max(count.bit_length(), LEAST_BITS))
    bands = statistics.deal(max_distance + 1, size) if statistics else []
    if len(bands) <= max_distance:
        return [()]
    return [tuple(band.tolist()) for band in bands]


def _band(
    sample: NDArray[np.uint64], positions: tuple[int, ...], scale: float, target: int, most: int
) -> Band:
    """Cut the values of a band into buckets. `scale`: how many hashes one of the sample is."""
    if not positions:
        return Band((), (0,), (max(1, -(-round(len(sample) * scale) // most)),))
    offsets, _, _ = kernel.sort_band(sample, np.array(positions, np.uint16), False)
    counts = (offsets[1:] - offsets[:-1]).astype(np.int64)
    values = np.flatnonzero(counts)
    bounds, blocks, size = [0], [1], 0.0
    for value, rows in zip(values.tolist(), (counts[values] * scale).tolist(), strict=True):
        if size and (size + rows > target or rows > most):
            bounds.append(value)
            blocks.append(1)
            size = 0.0
        size += rows
        if rows > most:
            if bounds[-1] < value:
                bounds.append(value)
                blocks.append(1)
            blocks[-1] = -(-round(rows) // most)
            bounds.append(value + 1)
            blocks.append(1)
            size = 0.0
    if bounds[-1] == len(counts):  # the hot value was the last one
        bounds.pop()
        blocks.pop()
    return Band(positions, tuple(bounds), tuple(blocks))
