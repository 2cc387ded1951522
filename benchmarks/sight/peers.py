"""Systems of other packages. One that is not installed is named and left out."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeAlias, TypeVar

import numpy as np
from benchmarks.measure import peer
from numpy.typing import NDArray
from PIL import Image, ImageOps

from .systems import Match, System

Described = TypeVar("Described")
Bytes: TypeAlias = NDArray[np.uint8]

PACKAGES = {"pdqhash": "pdqhash", "imagehash": "ImageHash", "cv2": "opencv-python-headless"}
"""The peers: modules and their packages."""

PDQ_BITS = 31
"""The distance that PDQ's authors recommend."""
SIDE = 512
"""Of pictures for local features, in pixels. lookalike uses the same."""
POINTS = 500
RATIO = 0.75
LEAST_INLIERS = 10
REPROJECTION = 5.0
MOST_AREA = 30
"""A homography that changes an area more is an accident."""


def upright(path: Path, most: int | None = None) -> Image.Image:
    """A picture as a viewer shows it, in RGB, with at most so many pixels on a side."""
    picture = ImageOps.exif_transpose(Image.open(path)).convert("RGB")
    if most:
        picture.thumbnail((most, most), Image.Resampling.LANCZOS)
    return picture


class OneByOne(System, Generic[Described]):
    """Describes each picture once, and compares descriptions."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._known: dict[Path, Described] = {}

    def describe(self, path: Path) -> Described:
        """The description of a picture, made when it is first asked for."""
        if path not in self._known:
            with self.pictures.runs():
                self._known[path] = self.read(path)
        return self._known[path]

    @abstractmethod
    def read(self, path: Path) -> Described:
        """Make the description of a picture."""

    @abstractmethod
    def same(self, query: Described, other: Described) -> bool:
        """Whether two pictures are the same."""

    def matches(self, edited: Sequence[Path], originals: Sequence[Path]) -> set[Match]:
        others = {path: self.describe(path) for path in originals}
        found = set()
        for path in edited:
            query = self.describe(path)
            with self.queries.runs():
                same = [other for other, known in others.items() if self.same(query, known)]
            found |= {frozenset((path, other)) for other in same}
        return found


class Pdq(OneByOne[Bytes]):
    """PDQ of 256 bits, by the package pdqhash. All pairs are compared."""

    within = True

    def __init__(self, pdqhash: Any) -> None:
        super().__init__(f"PDQ {PDQ_BITS}")
        self._pdqhash = pdqhash

    def read(self, path: Path) -> Bytes:
        bits, _ = self._pdqhash.compute(np.asarray(upright(path)))
        return np.packbits(np.asarray(bits, np.uint8))

    def same(self, query: Bytes, other: Bytes) -> bool:
        return int(np.bitwise_count(query ^ other).sum()) <= PDQ_BITS

    def matches(self, edited: Sequence[Path], originals: Sequence[Path]) -> set[Match]:
        """One picture against all at once, because there are millions of pairs."""
        paths = [*edited, *originals]
        hashes = np.stack([self.describe(path) for path in paths]).view(np.uint64)
        found = set()
        for at, path in enumerate(paths):
            with self.queries.runs():
                bits = np.bitwise_count(hashes[at + 1 :] ^ hashes[at]).sum(axis=1)
            near = np.flatnonzero(bits <= PDQ_BITS) + at + 1
            found |= {frozenset((path, paths[other])) for other in near.tolist()}
        return found


class CropResistant(OneByOne[Any]):
    """`crop_resistant_hash` of ImageHash, compared as its own `matches` does."""

    slow = True

    def __init__(self, imagehash: Any) -> None:
        super().__init__("crop-resistant")
        self._imagehash = imagehash

    def read(self, path: Path) -> Any:
        return self._imagehash.crop_resistant_hash(upright(path))

    def same(self, query: Any, other: Any) -> bool:
        return bool(query.matches(other))


class Points(NamedTuple):
    """The keypoints of a picture."""

    places: NDArray[np.float32]
    descriptors: NDArray[Any] | None


class Local(OneByOne[Points]):
    """Keypoints of OpenCV, matched with a ratio test and verified with RANSAC."""

    slow = True

    def __init__(self, cv2: Any, name: str, detector: Any, norm: int) -> None:
        super().__init__(name)
        self._cv2, self._detector, self._matcher = cv2, detector, cv2.BFMatcher(norm)

    def read(self, path: Path) -> Points:
        grey = np.asarray(upright(path, SIDE).convert("L"))
        points, descriptors = self._detector.detectAndCompute(grey, None)
        return Points(np.array([one.pt for one in points], np.float32), descriptors)

    def same(self, query: Points, other: Points) -> bool:
        if query.descriptors is None or other.descriptors is None:
            return False
        pairs = self._matcher.knnMatch(query.descriptors, other.descriptors, k=2)
        sure = [
            pair[0]
            for pair in pairs
            if len(pair) == 2 and pair[0].distance < RATIO * pair[1].distance
        ]
        if len(sure) < LEAST_INLIERS:
            return False
        here = query.places[[one.queryIdx for one in sure]]
        there = other.places[[one.trainIdx for one in sure]]
        self._cv2.setRNGSeed(0)
        found, inliers = self._cv2.findHomography(here, there, self._cv2.RANSAC, REPROJECTION)
        return found is not None and int(inliers.sum()) >= LEAST_INLIERS and self.sane(found)

    def sane(self, homography: NDArray[np.float64]) -> bool:
        """Whether a square stays convex, and about as large."""
        corners = np.array([[(0, 0), (SIDE, 0), (SIDE, SIDE), (0, SIDE)]], np.float32)
        moved = self._cv2.perspectiveTransform(corners, homography)
        area = self._cv2.contourArea(moved) / SIDE**2
        return bool(self._cv2.isContourConvex(moved) and 1 / MOST_AREA < area < MOST_AREA)


def of_others() -> list[System]:
    """The systems whose packages are installed."""
    pdqhash, imagehash, cv2 = (peer(module, package) for module, package in PACKAGES.items())
    systems: list[System] = []
    if pdqhash:
        systems.append(Pdq(pdqhash))
    if imagehash:
        systems.append(CropResistant(imagehash))
    if cv2:
        cv2.setNumThreads(1)
        systems.append(Local(cv2, "ORB", cv2.ORB_create(POINTS), cv2.NORM_HAMMING))
        systems.append(Local(cv2, "SIFT", cv2.SIFT_create(POINTS), cv2.NORM_L2))
    return systems
