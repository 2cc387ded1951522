"""`Settings`: what every task of a job needs to know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from lookalike.algorithms import get_algorithm
from lookalike.errors import LookalikeError
from lookalike.hashing.hashing import hash_image
from lookalike.hashing.request import request_for
from lookalike.images import PREPARATION
from lookalike.images.picture import DIGEST_BYTES
from lookalike.matching.verify.candidates import PHASH_BITS
from lookalike.sight.turned import QUARTERS
from lookalike.version import VERSION

if TYPE_CHECKING:
    from lookalike.hashing.options import Options
    from lookalike.hashing.request import Request
    from lookalike.matching.rules import Rule
    from lookalike.sources import ImageSources

TURNED = tuple(f"turned_{orientation}" for orientation in QUARTERS)
"""The columns with the hashes of turned pictures."""
UPRIGHT_COLUMN = "upright"
"""The column with the pHash of the thumb, if the rule has another algorithm."""
SOUGHT = "sought"
"""The column with the hash by which an image is searched. Null if it is not searched."""


class Definition(NamedTuple):
    """What the hashes of a job mean. All machines of a job must agree on it."""

    version: str
    preparation: int
    proof: str
    """The hash of one picture, as this machine computes it."""

    @classmethod
    def here(cls, algorithm: str) -> Definition:
        """The definition on this machine."""
        y, x = np.indices((96, 128))
        picture = np.stack([(5 * x + 3 * y) % 256, (x * y // 7) % 256, (x ^ y) % 256], axis=2)
        proof = hash_image(picture.astype(np.uint8), algorithm=algorithm)
        return cls(VERSION, PREPARATION, str(proof))

    def check(self, algorithm: str) -> None:
        """Raise `LookalikeError` if this machine would hash differently than the driver."""
        self.require(Definition.here(algorithm), algorithm)

    def require(self, here: Definition, algorithm: str) -> None:
        """Raise `LookalikeError` unless a worker has the same definition as the driver."""
        if here != self:
            raise LookalikeError(
                f"a worker has lookalike {here.version} (preparation {here.preparation}, "
                f"{algorithm} of the test picture {here.proof}), but the driver has {self.version} "
                f"({self.preparation}, {self.proof}). Hashes of different versions must not be "
                "mixed: install the same version everywhere"
            )


@dataclass(frozen=True)
class Search:
    """One search by distance among the hashes of a job.

    A role says what hashes are: 0 for those of images, and 2 for those of turned pictures. Roles 1
    and 3 are the same for the set searched against.
    """

    name: str
    bits: int
    max_distance: int | None
    """None if only equal ones match."""
    columns: tuple[tuple[int, str], ...]
    """Roles, and the columns with their hashes."""
    joins: tuple[tuple[int, int], ...]
    """The roles that are compared with each other."""

    @property
    def width(self) -> int:
        """The bytes of a hash."""
        return -(-self.bits // 8)


@dataclass(frozen=True)
class Settings:
    """How to hash and what matches."""

    rule: Rule
    options: Options
    against: bool
    """Whether images are searched for in another set, and not among themselves."""
    definition: Definition

    def request(self, images: ImageSources) -> Request:
        """A request for some of the images, to be read in this process."""
        return request_for(
            images, self.rule.algorithm, repeats=True, only_first=False,
            with_thumbs=self.rule.verify, **self.options,
        )  # fmt: skip

    def check_here(self) -> None:
        """Raise `LookalikeError` if this machine would hash differently than the driver."""
        self.definition.check(self.rule.algorithm)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the hashes of thumbs."""
        if not self.rule.verify:
            return ()
        return TURNED if self.rule.algorithm == "phash" else (UPRIGHT_COLUMN, *TURNED)

    @property
    def searches(self) -> list[Search]:
        """The searches of this job. Images that match are connected by what these find."""
        rule, bits = self.rule, get_algorithm(self.rule.algorithm).bits
        flat = Search("flat", 8 * DIGEST_BYTES, None, ((0, "flat_digest"),), ())
        among: tuple[tuple[int, int], ...] = ((0, 1),) if self.against else ((0, 0),)
        turned = ((2, 1), (3, 0)) if self.against else ((2, 0),)
        quarters = tuple((2, column) for column in TURNED)
        if not rule.verify:
            return [flat, Search("hashes", bits, rule.max_distance, ((0, SOUGHT),), among)]
        if rule.algorithm == "phash":
            every = ((0, SOUGHT), *quarters)
            return [flat, Search("hashes", bits, rule.max_distance, every, among + turned)]
        limit = rule.max_distance * PHASH_BITS // bits
        return [
            flat,
            Search("hashes", bits, rule.max_distance, ((0, SOUGHT),), among),
            Search("turned", PHASH_BITS, limit, ((0, UPRIGHT_COLUMN), *quarters), turned),
        ]

    @property
    def recipe(self) -> dict[str, Any]:
        """What decides the hashes, as plain types."""
        options = {name: value for name, value in self.options.items() if name in DECIDING}
        return {
            "algorithm": self.rule.algorithm,
            "definition": list(self.definition),
            "thumbs": self.rule.verify,
            "options": {name: _plain(value) for name, value in sorted(options.items())},
        }


DECIDING = {"reading", "max_pixels", "max_bytes", "damaged", "column", "archive_limits"}
"""The options that may change a row of an input."""


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, str | int) else str(value)
