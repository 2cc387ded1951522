"""How many images match by chance alone, if hashes were random bits.

Two random hashes lie within d bits with a probability of the sum of C(bits, k) for k from 0 to d,
divided by 2 ** bits. Real hashes vary less than random ones, so real numbers are higher.
docs/choosing-a-distance.md has measurements.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from lookalike.algorithms import BitShape, checked_distance, get_algorithm
from lookalike.checks import whole_number

SAFE_LEVEL = 0.01
"""A distance is safe up to this mean number of chance matches per image.

At 1, most images would form one false group. At 0.01, one image in a hundred has a chance match.
Nearly all of these are false pairs. One image in several thousand is in a false group of three.
"""

LONGER_SIZES = (4, 8, 12, 16)
"""The sizes to try when suggesting a longer hash."""


def expected_chance_matches(n: int, bits: int, max_distance: int) -> float:
    """The mean number of other hashes within `max_distance` bits of one, among n random hashes.

    `max_distance` is inclusive. Computed in whole numbers, with one final division. Raises
    `ValueError` and `TypeError` for a negative n, no bits, or a distance that is not 0 to `bits`.
    """
    n, bits = _checked(n, bits)
    distance = BitShape(bits).check_distance(max_distance)
    return _expected(n, bits, next(islice(_hashes_within(bits), distance, None)))


def largest_safe_distance(n: int, bits: int) -> int | None:
    """The largest `max_distance` with at most `SAFE_LEVEL` chance matches per hash.

    This is for n random hashes. None if even equal hashes are not that rare. Raises `ValueError`
    and `TypeError` for a negative n or no bits.
    """
    n, bits = _checked(n, bits)
    safe = None
    for distance, within in enumerate(_hashes_within(bits)):
        if _expected(n, bits, within) > SAFE_LEVEL:
            break
        safe = distance
    return safe


def longer_algorithm(n: int, algorithm: str, max_distance: int) -> tuple[str, int] | None:
    """The shortest longer hash of the same kind for which the same share of the bits is safe.

    Returns its name and its `max_distance`, rounded down. None if up to 16 x 16 bits there is none.
    """
    kind = get_algorithm(algorithm)
    distance = checked_distance(max_distance, algorithm)
    family, at, flavour = kind.name.partition("@")
    stem = family.partition(":")[0]
    for size in LONGER_SIZES:
        try:
            longer = get_algorithm(f"{stem}:{size}{at}{flavour}")
        except ValueError:  # this kind does not have that size
            continue
        share = distance * longer.bits // kind.bits
        if longer.bits > kind.bits and _is_safe(n, longer.bits, share):
            return longer.name, share
    return None


def chance_warning(n: int, algorithm: str, max_distance: int) -> str | None:
    """A paragraph of warning if `max_distance` is not safe among n different hashes, or None.

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
    advice = "No distance is safe" if safe is None else f"Use a distance of at most {safe}"
    if longer:
        name, share = longer
        link = ": use" if safe is None else ", or"
        advice += f"{link} a longer hash: {name} ({get_algorithm(name).bits} bits) within {share}"
    return (
        f"With {n:,} different {kind.name} hashes, each matches {_short(mean)} others on average "
        f"by chance alone, within {distance} of {kind.bits} bits. Real pictures match more, so "
        f"groups may contain unrelated images. {advice}."
    )


def _checked(n: int, bits: int) -> tuple[int, int]:
    return whole_number(n, "n", least=0), whole_number(bits, "bits", least=1)


def _hashes_within(bits: int) -> Iterator[int]:
    """How many of the 2 ** bits hashes lie within 0, 1, 2, ... bits of a given one."""
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
    """The number with two significant digits and no exponent."""
    return f"{mean:,.0f}" if mean >= 10 else f"{mean:.2g}"
