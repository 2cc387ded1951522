"""Matches by chance: how many to expect, which distance is safe, and the warning."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import lookalike
from files import save
from lookalike import expected_chance_matches, largest_safe_distance
from lookalike.matching.chance import SAFE_LEVEL, chance_warning, longer_algorithm
from pictures import photo, uniform

LOOKALIKE = Path(sys.executable).with_name("lookalike")
WIDE = 30
"""A distance of 64 bits within which a third of random hashes match."""


@pytest.mark.parametrize("bits", [1, 2, 5, 8])
def test_expectations_are_those_of_counting_all_hashes(bits: int) -> None:
    """For few bits, the expectation is the share of all hashes within the distance of one."""
    for distance in range(bits + 1):
        within = sum((other ^ 0b1).bit_count() <= distance for other in range(2**bits))
        assert expected_chance_matches(1, bits, distance) == 0
        assert expected_chance_matches(2, bits, distance) == within / 2**bits
        assert expected_chance_matches(1001, bits, distance) == 1000 * within / 2**bits


def test_expectations_are_met_by_random_hashes() -> None:
    """Hashes of random bits have about as many others near them as expected."""
    hashes = np.random.default_rng(1).integers(0, 2**16, 3000, np.uint16)
    matches = np.bitwise_count(hashes[:, None] ^ hashes) <= 3
    mean = (matches.sum() - len(hashes)) / len(hashes)
    assert mean == pytest.approx(expected_chance_matches(3000, 16, 3), rel=0.02)


@pytest.mark.parametrize(("distance", "mean"), [(10, 0.0998), (11, 0.503), (12, 2.28)])
def test_known_expectations_of_ten_million_images(distance: int, mean: float) -> None:
    """Of 10,000,000 hashes of 64 bits, one has 0.5 others within 11 bits and 2.3 within 12."""
    assert expected_chance_matches(10_000_000, 64, distance) == pytest.approx(mean, rel=0.002)


@pytest.mark.parametrize("bits", [1, 64, 4096, 16384])
def test_large_numbers_do_not_overflow(bits: int) -> None:
    """A trillion hashes are all within the full distance, whatever their length."""
    assert expected_chance_matches(10**12, bits, bits) == 10**12 - 1
    assert expected_chance_matches(10**12, bits, 0) == (10**12 - 1) / 2**bits
    safe = largest_safe_distance(10**12, bits)
    assert (safe is None) == (bits == 1)


@given(st.integers(0, 10**12), st.integers(1, 300), st.data())
def test_more_images_and_larger_distances_match_more(
    n: int, bits: int, data: st.DataObject
) -> None:
    """The expectation never falls with n or the distance, nor rises with the bits."""
    distance = data.draw(st.integers(0, bits - 1))
    matches = expected_chance_matches(n, bits, distance)
    assert 0 <= matches <= max(n - 1, 0)
    assert expected_chance_matches(n + 1, bits, distance) >= matches
    assert expected_chance_matches(n, bits, distance + 1) >= matches
    assert expected_chance_matches(n, bits + 1, distance) <= matches


@given(st.integers(0, 10**12), st.integers(1, 300))
def test_the_safe_distance_is_the_largest_one(n: int, bits: int) -> None:
    """It keeps to the level, and one bit more does not."""
    safe = largest_safe_distance(n, bits)
    if safe is not None:
        assert expected_chance_matches(n, bits, safe) <= SAFE_LEVEL
    if safe != bits:
        above = 0 if safe is None else safe + 1
        assert expected_chance_matches(n, bits, above) > SAFE_LEVEL


def test_safe_distances_at_the_ends() -> None:
    """Every distance is safe if there is nothing to match. Among too many images, none is."""
    assert [largest_safe_distance(n, 64) for n in (0, 1)] == [64, 64]
    assert largest_safe_distance(10**18, 64) is None
    assert largest_safe_distance(1_000_000, 64) == 10


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((-1, 64, 10), ValueError, "n must be 0 or more, not -1"),
        ((1e6, 64, 10), TypeError, "n must be a whole number, not 1000000.0"),
        ((10, 0, 0), ValueError, "bits must be 1 or more, not 0"),
        ((10, "64", 10), TypeError, "bits must be a whole number, not '64'"),
        ((10, 64, 65), ValueError, "max_distance must be 0 to 64 bits, not 65"),
        ((10, 64, -1), ValueError, "max_distance must be 0 to 64 bits, not -1"),
        ((10, 64, None), TypeError, "max_distance must be a whole number, not None"),
    ],
)
def test_wrong_arguments_are_named(
    arguments: tuple[int, int, int], error: type[Exception], message: str
) -> None:
    """A wrong argument raises, naming its value and what was expected."""
    with pytest.raises(error, match=message):
        expected_chance_matches(*arguments)
    if "max_distance" not in message:
        with pytest.raises(error, match=message):
            largest_safe_distance(*arguments[:2])


@pytest.mark.parametrize(
    ("n", "algorithm", "distance", "longer"),
    [
        (10**7, "phash", 12, ("phash:12", 27)),
        (10**10, "phash", 14, ("phash:16", 56)),
        (10**7, "whash", 12, ("whash:16", 48)),  # there is no whash:12
        (10**6, "dhash:2", 0, ("dhash", 0)),
        (10**12, "colorhash", 1, ("colorhash:4", 1)),
        (10**7, "phash@imagededup", 10, None),  # comes in one size
        (10**7, "phash:16", 80, None),
        (10, "phash", 64, None),
    ],
)
def test_a_longer_hash_is_the_shortest_that_is_safe(
    n: int, algorithm: str, distance: int, longer: tuple[str, int] | None
) -> None:
    """It is of the same kind, uses as large a share of its bits, and is safe there."""
    assert longer_algorithm(n, algorithm, distance) == longer
    if longer:
        assert chance_warning(n, *longer) is None


def test_the_warning_says_how_many_and_what_to_do() -> None:
    """It has the mean number of chance matches, the largest safe distance and a longer hash."""
    assert chance_warning(10_000_000, "phash", 8) is None
    assert chance_warning(10_000_000, "phash", 12) == (
        "With 10,000,000 different phash hashes, each matches 2.3 others on average by chance "
        "alone, within 12 of 64 bits. Real pictures match more, so groups may contain unrelated "
        "images. Use a distance of at most 8, or a longer hash: phash:12 (144 bits) within 27."
    )
    alone = chance_warning(10_000_000, "phash@imagededup", 10)
    assert alone is not None
    assert alone.endswith(". Use a distance of at most 8.")
    hopeless = chance_warning(1_000_000, "dhash:2", 0)
    assert hopeless is not None
    assert hopeless.endswith(" No distance is safe: use a longer hash: dhash (64 bits) within 0.")
    with pytest.raises(ValueError, match="max_distance must be 0 to 64 for phash, not 65"):
        chance_warning(10, "phash", 65)


def test_default_distances_are_safe_for_small_collections() -> None:
    """No algorithm of the usual size warns of its default distance among 100,000 images."""
    for name in lookalike.algorithm_names():
        distance = lookalike.get_algorithm(name).default_max_distance
        assert chance_warning(100_000, name, distance) is None, name


def test_a_result_warns_of_a_distance_that_is_too_large() -> None:
    """`warnings` and the dictionary have the paragraph, but not by default, nor if a second look
    decides.
    """
    pictures = [photo(160, 120, seed) for seed in range(6)]
    result = lookalike.find_duplicates(pictures, max_distance=WIDE, verify=False)
    assert result.warnings == [chance_warning(6, "phash", WIDE)]
    assert result.to_dict()["warnings"] == result.warnings
    assert lookalike.find_duplicates(pictures, verify=False).warnings == []
    assert lookalike.find_duplicates(pictures, max_distance=WIDE).warnings == []


@pytest.mark.parametrize("distance", [20, WIDE, 64])
def test_equal_hashes_count_once_and_flat_ones_not(distance: int) -> None:
    """The warning depends on the distinct hashes that were searched, in groups or not."""
    one, two, three = (photo(160, 120, seed) for seed in (1, 2, 3))
    flat = [uniform(50, 40, value) for value in (9, 9, 10, 11)]
    result = lookalike.find_duplicates(
        [one] * 30 + flat + [two] * 2 + [three], max_distance=distance, verify=False
    )
    expected = chance_warning(3, "phash", distance)
    assert result.warnings == ([expected] if expected else [])
    copies = lookalike.find_duplicates([one] * 30 + flat, max_distance=distance, verify=False)
    assert copies.warnings == []
    assert lookalike.find_duplicates([], max_distance=distance, verify=False).warnings == []


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five different pictures."""
    path = tmp_path_factory.mktemp("different")
    for seed in range(5):
        save(path / f"{seed}.png", photo(160, 120, seed))
    return path


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Calls the installed command."""
    command = [str(LOOKALIKE), "find", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)


@pytest.mark.slow
def test_the_command_prints_the_warning(folder: Path) -> None:
    """It is the last line of the summary. A small folder with the default distance has none."""
    done = run(folder, "--no-verify", "--max-distance", WIDE)
    expected = f"Warning: {chance_warning(5, 'phash', WIDE)}"
    assert done.stdout.splitlines()[-1] == expected
    assert "Warning" not in run(folder, "--no-verify").stdout
    assert "Warning" not in run(folder, "--max-distance", WIDE).stdout
    apart = run(folder, "--no-verify", "--max-distance", WIDE, "--json")
    assert apart.stderr.splitlines()[-1] == expected
    assert [f"Warning: {one}" for one in json.loads(apart.stdout)["warnings"]] == [expected]
    assert run(folder, "--no-verify", "--max-distance", WIDE, "--csv", "--quiet").stderr == ""
