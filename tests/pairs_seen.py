"""Pictures of few scenes, and a look at any pair of them, as a second look takes it."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

import lookalike
from lookalike.images import read_picture, source_of
from lookalike.images.picture import turn
from lookalike.sight.look import look_whole
from lookalike.sight.paper import LEAST_OF_PAGES
from lookalike.sight.seen import Seen
from lookalike.sight.thumb import thumb_of
from lookalike.sight.turned import QUARTERS, UPRIGHT, hashes_of
from pictures import Pixels, photo


def drawn_pictures(seed: int, count: int) -> list[bytes]:
    """JPEG files of a few scenes, mixed, turned and halved."""
    chance = np.random.default_rng(seed)
    files: list[bytes] = []
    for _ in range(count):
        one, other = (photo(120, 90, int(number)) for number in chance.integers(0, 5, 2))
        share = chance.choice([0, 0, 0.15, 0.3, 0.45])
        mixed = (one * (1 - share) + other * share).astype(np.uint8)
        image = Image.fromarray(
            np.ascontiguousarray(turn(mixed, int(chance.choice([1, 1, 1, 3, 6, 8]))))
        )
        file = io.BytesIO()
        image.save(file, "JPEG", quality=int(chance.choice([10, 30, 90])))
        files.append(files[-1] if files and chance.random() < 0.1 else file.getvalue())
    return files


class Seeing:
    """Looks at any pair of pictures, upright and turned by quarters."""

    def __init__(self, files: list[bytes], max_distance: int) -> None:
        self.files = files
        pictures = [read_picture(source_of(one)) for one in files]
        self.thumbs = list(map(thumb_of, pictures))
        self.pages = [Seen.of(one).shares.like_a_page() for one in pictures]
        hashes = [bytes(lookalike.hash_image(one, reading="exact")) for one in files]
        self.upright = [int.from_bytes(one, "big") for one in hashes]
        flat = np.array([thumb.ravel() for thumb in self.thumbs])
        self.turned = {
            way: [int.from_bytes(one.tobytes(), "big") for one in hashes_of(flat, (way,))[0]]
            for way in QUARTERS
        }
        self.max_distance = max_distance

    def same(self, i: int, j: int) -> bool:
        """Whether a search of both would link them."""
        if self.files[i] == self.files[j]:
            return True
        back = {6: 8, 3: 3}
        ways = [UPRIGHT] * self._near(self.upright[i], self.upright[j])
        for way in QUARTERS:
            ways += [way] * self._near(self.upright[i], self.turned[way][j])
            ways += [back[way]] * self._near(self.turned[way][i], self.upright[j])
        least = LEAST_OF_PAGES * (self.pages[i] and self.pages[j])
        return any(self._agree(self.thumbs[i], self.thumbs[j], way, least) for way in ways)

    def _near(self, one: int, other: int) -> bool:
        return (one ^ other).bit_count() <= self.max_distance

    @staticmethod
    def _agree(one: Pixels, other: Pixels, way: int, least: float) -> bool:
        pair = np.stack([one, np.ascontiguousarray(turn(other, way))])
        looks = look_whole(pair, np.zeros(1, np.uint32), np.ones(1, np.uint32))
        return bool(looks.same()[0] and looks.agreement[0] >= least)
