"""How many images match by chance alone: what may be expected of hashes of random bits.

Of n random hashes, another lies within d bits of one with a probability of the sum of C(bits, k)
for k from 0 to d, divided by 2 ** bits. Real hashes are less varied than random ones, so that this
is the least to expect; docs/choosing-a-distance.md has measurements.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from lookalike.algorithms import BitShape, checked_distance, get_algorithm
from lookalike.checks import whole_number

SAFE_LEVEL = 0.01
"""The mean number of chance matches of an image up to which a distance is called safe.

At 1 most images would hang together as one false group. At 0.01 an image in a hundred has a chance
match, nearly all of them in false pairs: one in several thousand is in a false group of three.
"""

LONGER_SIZES = (4, 8, 12, 16)
"""The sizes among which a longer hash is looked for."""


def expected_chance_matches(n: int, bits: int, max_distance: int) -> float:
    """The mean number of others, among n random hashes, within `max_distance` bits of one.

    `max_distance` is inclusive. Computed in whole numbers up to one last division. Raises
    `ValueError` and `TypeError` for a negative n, no bits, or a distance that is not 0 to `bits`.
    """
    n, bits = _checked(n, bits)
    distance = BitShape(bits).check_distance(max_distance)
    return _expected(n, bits, next(islice(_hashes_within(bits), distance, None)))


def largest_safe_distance(n: int, bits: int) -> int | None:
    """The largest `max_distance` at which n random hashes have at most `SAFE_LEVEL` chance matches
    each; None if not even equal hashes are that rare.

    Raises `ValueError` and `TypeError` for a negative n or no bits.
    """
    n, bits = _checked(n, bits)
    safe = None
    for distance, within in enumerate(_hashes_within(bits)):
        if _expected(n, bits, within) > SAFE_LEVEL:
            break
        safe = distance
    return safe


def longer_algorithm(n: int, algorithm: str, max_distance: int) -> tuple[str, int] | None:
    """The shortest longer hash of the same kind at which as large a share of the bits is safe.

    Its name and its `max_distance`, rounded down; None if there is none of up to 16 x 16 bits.
    """
    kind = get_algorithm(algorithm)
    distance = checked_distance(max_distance, algorithm)
    family, at, flavour = kind.name.partition("@")
    stem = family.partition(":")[0]
    for size in LONGER_SIZES:
        try:
            longer = get_algorithm(f"{stem}:{size}{at}{flavour}")
        except ValueError:  # a size that this kind does not come in
            continue
        share = distance * longer.bits // kind.bits
        if longer.bits > kind.bits and _is_safe(n, longer.bits, share):
            return longer.name, share
    return None


def chance_warning(n: int, algorithm: str, max_distance: int) -> str | None:
    """A paragraph in plain words if `max_distance` is not safe among n different hashes.

    It says how many chance matches to expect, the largest safe distance and, if there is one, a
    longer hash. Raises `ValueError` and `TypeError` for wrong arguments.
    """
    kind = get_algorithm(algorithm)
    distance = checked_distance(max_distance, algorithm)
    if _is_safe(n, kind.bits, distance):
        return None
    mean = expected_chance_matches(n, kind.bits, distance)
    safe = largest_safe_distance(n, kind.bits)
    longer = longer_algorithm(n, kind.name, distance)
    advice = "No distance is safe" if safe is None else f"Take a max_distance of at most {safe}"
    if longer:
        name, share = longer
        link = "; take" if safe is None else ", or"
        advice += f"{link} a longer hash: {name} ({get_algorithm(name).bits} bits) within {share}"
    return (
        f"Each of {n:,} different {kind.name} hashes has, by chance alone, an average of "
        f"{_short(mean)} others within {distance} of its {kind.bits} bits, and real pictures have "
        f"more: groups may hold images that have nothing to do with each other. {advice}."
    )


def _checked(n: int, bits: int) -> tuple[int, int]:
    return whole_number(n, "n", least=0), whole_number(bits, "bits", least=1)


def _hashes_within(bits: int) -> Iterator[int]:
    """How many of the 2 ** bits hashes lie within 0, 1, 2, ... bits of one."""
    total = at_distance = 1
    for distance in range(bits + 1):
        yield total
        at_distance = at_distance * (bits - distance) // (distance + 1)
        total += at_distance


def _expected(n: int, bits: int, within: int) -> float:
    return max(n - 1, 0) * within / (1 << bits)


def _is_safe(n: int, bits: int, max_distance: int) -> bool:
    return expected_chance_matches(n, bits, max_distance) <= SAFE_LEVEL


def _short(mean: float) -> str:
    """Two digits that count, and no exponent."""
    return f"{mean:,.0f}" if mean >= 10 else f"{mean:.2g}"
