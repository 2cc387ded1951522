"""`Memory`: what a search knows about its images besides their rows.

This one forgets everything at the end of the search. A catalogue has one that does not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from lookalike.hashing.row import Row

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.hashing.content import Content, Depth
    from lookalike.hashing.row import Failure
    from lookalike.images.metadata import Metadata
    from lookalike.sight.thumbs import Thumbs
    from lookalike.sources import Input

UNKNOWN = 255
"""Stands for a verdict that is not known."""


class Memory:
    """What is known about the images of one search. Images are named by their positions."""

    def __init__(self, thumbs: Thumbs | None = None) -> None:
        """`thumbs`: where the thumbs of the images are kept. None for a search that needs none."""
        self.thumbs = thumbs
        self.opens_files = True
        """Whether files may be opened to find out what is not known."""

    def known(self, one: Input) -> Row | Failure | None:  # noqa: ARG002
        """The outcome of an input that was read before. None if it must be read.

        Called in the threads that read.
        """
        return None

    def is_old(self, positions: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Whether images were known, and should be opened at most once."""
        return np.zeros(len(positions), np.bool_)

    def add(self, outcome: Row | Failure) -> None:
        """Take note of the outcome of the next input. Positions are numbers of rows."""
        if self.thumbs is not None and isinstance(outcome, Row):
            self.thumbs.add(outcome.thumb)

    def finish(self) -> None:
        """End adding. Only now can anything be asked about positions."""
        if self.thumbs is not None:
            self.thumbs.finish()

    def close(self) -> None:
        """End the search. What is to be kept is stored."""

    def assumed(self, positions: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Whether the bytes of images were taken over on trust, and never read to their end."""
        return np.zeros(len(positions), np.bool_)

    def refute(self, positions: NDArray[np.intp]) -> None:
        """Take note that the bytes of assumed images turned out to be others."""

    def recall(
        self,
        positions: NDArray[np.intp],  # noqa: ARG002
        depth: Depth,  # noqa: ARG002
    ) -> dict[int, Content]:
        """What is known about the contents of images, by position."""
        return {}

    def keep(self, contents: Mapping[int, Content], depth: Depth) -> None:
        """Take note of what images hold, by position, found out to some depth."""

    def metadata(
        self,
        at: int,  # noqa: ARG002
        read: Callable[[], Metadata | None],
    ) -> Metadata | None:
        """What the image at a position says of itself. `read` finds out, if that is not known."""
        return read() if self.opens_files else None

    def verdicts(
        self,
        one: NDArray[np.intp],
        other: NDArray[np.intp],  # noqa: ARG002
        rules: NDArray[np.uint8],  # noqa: ARG002
    ) -> NDArray[np.uint8]:
        """What closer looks said about pairs of images, or `UNKNOWN`."""
        return np.full(len(one), UNKNOWN, np.uint8)

    def keep_verdicts(
        self,
        one: NDArray[np.intp],
        other: NDArray[np.intp],
        rules: NDArray[np.uint8],
        verdicts: NDArray[np.uint8],
    ) -> None:
        """Take note of what closer looks said about pairs of images."""
