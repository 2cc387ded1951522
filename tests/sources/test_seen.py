"""The set of files seen before, compared with a Python set."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike.sources.seen import Seen

inodes = st.one_of(st.integers(0, 50), st.integers(0, (1 << 64) - 1), st.integers(0, 1 << 48))
devices = st.one_of(st.integers(0, 3), st.integers(0, (1 << 64) - 1))
identities = st.one_of(
    st.builds(lambda device, inode: device << 64 | inode, devices, inodes), st.text(max_size=3)
)


@given(st.lists(identities, max_size=200))
def test_only_the_first_of_equals_is_new(given_identities: list[int | str]) -> None:
    """This holds for any device and inode, and for names."""
    seen, expected = Seen(), set()
    for one in given_identities:
        assert seen.add(one) == (one not in expected)
        expected.add(one)
        assert len(seen) == len(expected)


@pytest.mark.slow
def test_many_files_are_told_apart() -> None:
    """A hundred thousand in a row on each of two devices are all distinct."""
    seen = Seen()
    numbers = [device << 64 | inode for device in (7, 2049) for inode in range(1, 100_001)]
    assert all(map(seen.add, numbers))
    assert not any(map(seen.add, numbers))
    assert len(seen) == 200_000


@pytest.mark.slow
def test_a_file_takes_few_bytes() -> None:
    """It takes at most 24 bytes, and at most 36 while the array grows."""
    tracemalloc.start()
    try:
        seen = Seen()
        for inode in range(1, 200_001):
            seen.add(2049 << 64 | inode)
        held, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < 24 * 200_000 + 20_000
    assert peak < 36 * 200_000 + 20_000
