"""The hashes of turned pictures are those of the pictures after turning."""

from __future__ import annotations

import numpy as np
import pytest

import lookalike
from lookalike.images import read_picture, source_of
from lookalike.images.picture import turn
from lookalike.sight.thumb import thumb_of
from lookalike.sight.turned import INVERSE, UPRIGHT, hashes_of
from pictures import Pixels, photo

PICTURES = [photo(*size, seed) for seed, size in enumerate([(200, 150), (90, 160), (64, 64)] * 3)]
THUMBS = np.array([thumb_of(read_picture(source_of(one))) for one in PICTURES])


def bits_apart(one: Pixels, other: Pixels) -> int:
    return int(np.bitwise_count(one ^ other).sum(axis=1).max())


def test_upright_hashes_are_phash() -> None:
    """They differ where a coefficient is very close to the median, in one bit at most."""
    plain = [list(bytes(lookalike.hash_image(one, reading="exact"))) for one in PICTURES]
    assert bits_apart(hashes_of(THUMBS, (UPRIGHT,))[0], np.array(plain, np.uint8)) <= 1


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_hash_is_that_of_the_turned_thumb(orientation: int) -> None:
    """This holds for all eight orientations, and for several at a time."""
    turned = np.array([np.ascontiguousarray(turn(one, orientation)) for one in THUMBS])
    several = hashes_of(THUMBS, (UPRIGHT, orientation))
    assert (several[1] == hashes_of(THUMBS, (orientation,))[0]).all()
    assert bits_apart(several[1], hashes_of(turned, (UPRIGHT,))[0]) <= 1


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_inverse_undoes_an_orientation(orientation: int) -> None:
    """Turned by both, a picture is as it was."""
    picture = PICTURES[0]
    assert (turn(turn(picture, orientation), INVERSE[orientation]) == picture).all()
