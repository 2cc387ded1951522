"""Each image is matched with the nearest of a reference set, and with nothing of its own set."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from lookalike.hashing.builder import TableBuilder
from lookalike.hashing.row import Row
from lookalike.hashing.table import HashTable
from lookalike.matching.rereading import nothing_again
from lookalike.matching.rules import Rule
from lookalike.sight.glance import BYTES as GLANCE_BYTES
from lookalike.sight.thumbs import Thumbs
from lookalike.sight.turned import QUARTERS, UPRIGHT, hashes_of
from lookalike.sources.location import Kind, Location, Stamp
from lookalike.spark.matches import Matches, matches_in
from pictures import blobs, noise


def row(number: int, data: bytes, digest: bytes, flat: bytes = b"") -> Row:
    return Row(
        location=Location(Kind.ITEM, str(number)), stamp=Stamp(9), byte_count=9, width=9, height=9,
        format="PNG", frames=1, digest=digest, is_beginning=False, flat_digest=flat, hashes=(data,),
    )  # fmt: skip


def table_of(
    hashes: NDArray[np.uint8], digests: Sequence[int], *, blank: bool = False
) -> HashTable:
    builder = TableBuilder(["phash"])
    for at, (one, number) in enumerate(zip(hashes, digests, strict=True)):
        digest = number.to_bytes(16, "big")
        builder.add(row(at, one.tobytes(), digest, digest if blank else b""))
    return builder.finish()


@pytest.mark.parametrize("seed", range(5))
def test_the_nearest_reference_is_found(seed: int) -> None:
    """The first one with the same bytes, or else the first of the least distance."""
    rng = np.random.default_rng(seed)
    contents = rng.integers(0, 256, (40, 8), dtype=np.uint8)
    contents[10:] = contents[rng.integers(0, 10, 30)]
    contents[10:, 0] ^= 1 << rng.integers(0, 8, 30, dtype=np.uint8)
    digests = rng.integers(0, 40, 60).tolist()
    hashes = contents[digests]
    is_reference = rng.random(60) < 0.5
    apart = np.bitwise_count(hashes[:, None] ^ hashes[None]).sum(axis=2)
    wanted = {}
    for at in np.flatnonzero(~is_reference).tolist():
        near = [
            (digests[other] != digests[at], apart[at, other], other)
            for other in np.flatnonzero(is_reference & (apart[at] <= 2)).tolist()
        ]
        if near:
            differs, bits, other = min(near)
            wanted[at] = (other, bits, not differs)
    rule = Rule.of("phash", 2)
    found = matches_in(table_of(hashes, digests), rule, is_reference, None, nothing_again)
    columns = (column.tolist() for column in found[:4])
    assert {at: tuple(others) for at, *others in zip(*columns, strict=True)} == wanted
    assert np.isnan(found.agreement).all()
    assert any(exact for *_, exact in wanted.values())
    assert len(wanted) < 60


def test_blank_pictures_match_only_equal_ones() -> None:
    """However near their hashes are."""
    hashes = np.zeros((4, 8), np.uint8)
    table = table_of(hashes, [1, 2, 1, 3], blank=True)
    reference = np.array([False, False, True, True])
    found = matches_in(table, Rule.of("phash", 8), reference, None, nothing_again)
    assert (found.image.tolist(), found.reference.tolist()) == ([0], [2])


def seen(pictures: list[NDArray[np.uint8]], is_reference: list[bool]) -> Matches:
    """Matches with a second look at 32 x 32 pixels."""
    thumbs = Thumbs(QUARTERS)
    pixels = np.stack([np.ascontiguousarray(one).ravel() for one in pictures])
    for one in pixels:
        thumbs.add(one.tobytes() + bytes(GLANCE_BYTES))
    thumbs.finish()
    hashes = hashes_of(pixels, (UPRIGHT,))[0]
    table = table_of(hashes, range(len(pictures)))
    rule = Rule.of("phash", 12, verify=True)
    return matches_in(table, rule, np.array(is_reference), thumbs, nothing_again)


def test_a_second_look_finds_turned_pictures_and_refuses_others() -> None:
    """Whichever of the two sets has the turned one."""
    first, second, other = blobs(32, 32, 1), blobs(32, 32, 2), noise(32, 32, 3)
    turned = [np.rot90(first, 1), np.rot90(second, 3)]
    found = seen([first, turned[1], other, turned[0], second], [False, False, False, True, True])
    assert found.image.tolist() == [0, 1]
    assert found.reference.tolist() == [3, 4]
    assert (found.agreement > 0.9).all()
