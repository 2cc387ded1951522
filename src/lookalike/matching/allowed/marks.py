"""`Marks`: which images of a search have contents that a person told apart."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from lookalike.hashes import words_of
from lookalike.hashing.content import Depth
from lookalike.images.picture import DIGEST_BYTES
from lookalike.index import searcher_for
from lookalike.matching.allowed.joining import agreeing
from lookalike.sight.turned import UPRIGHT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.hashing.apart import Apart, ApartContent
    from lookalike.matching.allowed.joining import Labels
    from lookalike.matching.rereading import Rereading
    from lookalike.sight.thumbs import Thumbs

NEAR = 8
"""In how many bits two pHashes of equal pixels may differ, of 64. A fast reading of a JPEG and its
thumb are not quite the picture."""


class Marks:
    """The contents of the images of a table, as far as an `Apart` knows them."""

    def __init__(self, apart: Apart, again: Rereading) -> None:
        """Only images that may have such a content and whose bytes are not known are read again."""
        table = self._table = again.table
        self._contents = {
            one.digest[:DIGEST_BYTES]: one for some in apart.sets for one in some.contents
        }
        self._numbers = {digest: number for number, digest in enumerate(self._contents)}
        self._of_set = [{one.digest[:DIGEST_BYTES] for one in some.contents} for some in apart.sets]
        self.of_image = np.full(len(table), -1, np.int64)
        """`(n,)`: the number of the content of each image, or -1."""
        self._mark_by_bytes()
        self._mark_by_pixels(again)

    def __bool__(self) -> bool:
        return bool((self.of_image >= 0).any())

    @property
    def count(self) -> int:
        """How many images are marked."""
        return int((self.of_image >= 0).sum())

    @cached_property
    def _labels(self) -> list[dict[int, int]]:
        """The labels of each content: by the number of an apart set, its own number."""
        labels: list[dict[int, int]] = [{} for _ in self._numbers]
        for number, digests in enumerate(self._of_set):
            for digest in digests:
                content = self._numbers[digest]
                labels[content][number] = content
        return labels

    def labels_of(self, first: NDArray[np.intp]) -> dict[int, Labels]:
        """The labels of those of some images that have any, by their numbers here."""
        contents = self.of_image[first]
        return {at: self._labels[contents[at]] for at in np.flatnonzero(contents >= 0).tolist()}

    def in_conflict(self, of_image: NDArray[np.integer]) -> NDArray[np.bool_]:
        """Which images are in a set that has two that were told apart. `of_image`: their sets."""
        labels: dict[int, Labels] = {}
        wrong = set()
        for at in np.flatnonzero(self.of_image >= 0).tolist():
            own, theirs = self._labels[self.of_image[at]], labels.get(int(of_image[at]), {})
            if not agreeing(own, theirs):
                wrong.add(int(of_image[at]))
            labels[int(of_image[at])] = {**theirs, **own}
        split: NDArray[np.bool_] = np.isin(of_image, list(wrong))
        return split

    def are_apart(self, i: NDArray[np.intp], j: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Which pairs of images are told apart."""
        one, other = self.of_image[i], self.of_image[j]
        found: NDArray[np.bool_] = (one >= 0) & (other >= 0) & (one != other)
        for at in np.flatnonzero(found).tolist():
            found[at] = not self._labels[one[at]].keys().isdisjoint(self._labels[other[at]])
        return found

    def _mark_by_bytes(self) -> None:
        digests = self._table.digests
        words = words_of(digests)[:, 0]
        wanted = words_of(
            np.frombuffer(b"".join(self._contents), np.uint8).reshape(-1, DIGEST_BYTES)
        )
        maybe = np.isin(words, wanted[:, 0])
        for at in np.flatnonzero(maybe).tolist():
            self.of_image[at] = self._numbers.get(digests[at].tobytes(), -1)

    def _mark_by_pixels(self, again: Rereading) -> None:
        """Mark images with other bytes but the same pixels, and those not read to their end."""
        by_pixels: dict[bytes, set[bytes]] = defaultdict(set)
        for digest, one in self._contents.items():
            if one.pixel_digest:
                by_pixels[one.pixel_digest].add(digest)
        only = {pixels: next(iter(those)) for pixels, those in by_pixels.items() if len(those) == 1}
        for contents in again.contents(self._may_be(again.memory.thumbs), Depth.PIXELS):
            for at, content in contents.items():
                known = (
                    content.digest if content.digest in self._numbers else only.get(content.pixels)
                )
                if known is not None:
                    self.of_image[at] = self._numbers[known]

    def _may_be(self, thumbs: Thumbs | None) -> NDArray[np.intp]:
        """The images that are not marked, and have the size and nearly the pHash of a content."""
        sizes = self._table.sizes[:, 1:]
        of_size: dict[tuple[int, int], list[ApartContent]] = defaultdict(list)
        for one in self._contents.values():
            of_size[one.width, one.height].append(one)
        keys = sizes[:, 0] << 32 | sizes[:, 1]
        wanted = np.array([width << 32 | height for width, height in of_size], np.int64)
        positions = np.flatnonzero(np.isin(keys, wanted) & (self.of_image < 0))
        hashes = self._phashes(thumbs)
        if hashes is None:
            return positions
        near = [np.empty(0, np.intp)]
        for (width, height), those in of_size.items():
            some = positions[(sizes[positions] == (width, height)).all(axis=1)]
            near.append(some[self._are_near(hashes[some], those)])
        return np.unique(np.concatenate(near))

    def _phashes(self, thumbs: Thumbs | None) -> NDArray[np.uint8] | None:
        """`(n, 8)`: the pHashes of all images, if they are known."""
        if "phash" in self._table.hashes:
            return self._table.hashes["phash"].data
        return None if thumbs is None else thumbs.hashes(UPRIGHT)

    @staticmethod
    def _are_near(hashes: NDArray[np.uint8], contents: list[ApartContent]) -> NDArray[np.bool_]:
        """Which hashes are near that of a content, or all if that of one is unknown."""
        if not all(one.phash for one in contents):
            return np.ones(len(hashes), np.bool_)
        known = np.unique(np.frombuffer(b"".join(one.phash for one in contents), np.uint64))
        near = np.zeros(len(hashes), np.bool_)
        blocks = searcher_for(known[:, None], 64, NEAR).matches(words_of(hashes), NEAR)
        for block in blocks:
            near[block.i] = True
        return near
