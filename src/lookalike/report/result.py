"""What a search for duplicates gives back."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from lookalike.errors import Status
from lookalike.extras import extra
from lookalike.images import PREPARATION, Mark
from lookalike.matching.chance import chance_warning
from lookalike.matching.groups import choose_keeper, widest_at_all
from lookalike.matching.pairs import Pairs, pairs_within
from lookalike.matching.sequences import at_moments
from lookalike.text import visible
from lookalike.version import VERSION

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from lookalike.hashes import HashArray
    from lookalike.hashing.row import Failure, ImageInfo
    from lookalike.hashing.table import HashTable, Images
    from lookalike.matching.related import Related

COLUMNS = (
    "group",
    "keeper",
    "path",
    "distance",
    "exact",
    "bytes",
    "width",
    "height",
    "format",
    "frames",
    "marks",
    "status",
    "reason",
)

RELATED = "related"
"""Stands where other rows have their `Status`."""

WHOLE = ("group", "distance", "bytes", "width", "height", "frames")
YES_NO = ("keeper", "exact")
"""Columns that pandas keeps as whole numbers and truths though some are missing."""


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A member of a group that need not stay."""

    image: ImageInfo
    distance: int
    """From the keeper, in bits; of several frames, that of those that differ most. Above
    `max_distance` where only a chain of others links the two."""
    exact: bool
    """Whether it has the same bytes as the keeper."""


class Group:
    """A connected set of images: each is within `max_distance` of some other."""

    def __init__(
        self,
        table: HashTable,
        members: NDArray[np.intp],
        hashes: HashArray,
    ) -> None:
        """`members`: positions of images, ascending; `hashes`: of all images."""
        self._table = table
        keeper, self.keeper_reason = choose_keeper(table, members)
        others = members[members != keeper]
        at_all = at_moments(table, members, hashes)
        differing = at_all[members != keeper] ^ at_all[members == keeper]
        distances = np.bitwise_count(differing).sum(axis=2).max(axis=1)
        exact = table.same_bytes(keeper, others)
        order = np.lexsort((others, ~exact, distances))
        self.positions = np.concatenate([[keeper], others[order]])
        """Positions of the members among the images of the result, the keeper's first."""
        self._distances = distances[order]
        self._exact = exact[order]
        self.max_distance_within, self.max_distance_is_exact = widest_at_all(at_all, hashes)
        """The largest distance between any two members; where `max_distance_is_exact` is false,
        which is above 10,000 distinct hashes, a bound: no two are farther apart."""

    def __len__(self) -> int:
        return len(self.positions)

    @property
    def keeper(self) -> ImageInfo:
        """The member that stays; `keeper_reason` says why."""
        return self._table.image(int(self.positions[0]))

    @property
    def duplicates(self) -> list[Duplicate]:
        """The other members, the nearest to the keeper first."""
        members = zip(self.positions[1:], self._distances, self._exact, strict=True)
        return [
            Duplicate(self._table.image(int(at)), int(bits), bool(same))
            for at, bits, same in members
        ]

    @property
    def marks(self) -> dict[str, list[str]]:
        """By path, the marks of the members that have any."""
        images = [
            self._table.image(int(at)) for at in self.positions if int(at) in self._table.marks
        ]
        return {image.path: list(image.marks) for image in images}

    @property
    def bytes_to_save(self) -> int:
        """What the duplicates take, in bytes."""
        return sum(self._table.size(int(at))[0] for at in self.positions[1:])

    def __repr__(self) -> str:
        return f"<Group of {len(self)}, keeper {self.keeper.path}>"


class Groups(Sequence[Group]):
    """The groups of a result, made when they are asked for."""

    def __init__(self, table: HashTable, hashes: HashArray, sets: list[NDArray[np.intp]]) -> None:
        self._table = table
        self._hashes = hashes
        self._sets = sets

    def __len__(self) -> int:
        return len(self._sets)

    @overload
    def __getitem__(self, at: int) -> Group: ...
    @overload
    def __getitem__(self, at: slice) -> Groups: ...
    def __getitem__(self, at: int | slice) -> Group | Groups:
        if isinstance(at, slice):
            return Groups(self._table, self._hashes, self._sets[at])
        return Group(self._table, self._sets[at], self._hashes)

    def __repr__(self) -> str:
        return f"<{len(self)} groups>"


class Result:
    """The outcome of a search for duplicates.

    Equal inputs give an equal result, whatever the number of workers.
    """

    def __init__(
        self,
        table: HashTable,
        algorithm: str,
        max_distance: int,
        sets: list[NDArray[np.intp]],
        related: Sequence[Related] = (),
    ) -> None:
        """`sets`: the positions of the images of each group."""
        self.algorithm = algorithm
        """The canonical name of the algorithm."""
        self.max_distance = max_distance
        """The largest distance that still matched, in bits."""
        self.table = table
        """The images, their hashes and the failures."""
        self.related = list(related)
        """Images that begin alike and go on differently, in pairs; no two are of one group, and of
        two groups there is one pair. At most `MOST_RELATED`."""
        self._hashes = table.hashes[algorithm]
        self._sets = sets

    @property
    def groups(self) -> Groups:
        """The groups, in the order of their first images; each is made when it is asked for."""
        return Groups(self.table, self._hashes, self._sets)

    @property
    def images(self) -> Images:
        """The images that were read, in the order of the inputs."""
        return self.table.images

    @property
    def failures(self) -> list[Failure]:
        """The inputs that could not be read, in the order of the inputs."""
        return self.table.failures

    @property
    def skipped(self) -> dict[str, int]:
        """How many files were left out, by kind."""
        return self.table.skipped

    @property
    def flat_count(self) -> int:
        """How many images are flat: they match only where their pixels are equal."""
        return self._pixels_only_count - self.degenerate_count

    @property
    def degenerate_count(self) -> int:
        """How many images vary along one axis only: they are matched as flat ones are."""
        return sum(Mark.DEGENERATE in marks for marks in self.table.marks.values())

    @property
    def _pixels_only_count(self) -> int:
        """How many images match only where their pixels are equal."""
        return len(self.table.flat_digests)

    @property
    def damaged(self) -> list[Failure]:
        """The images that were hashed though they cannot be decoded to their end, and why."""
        return self.table.damaged

    @property
    def duplicate_count(self) -> int:
        """How many images are in a group and not its keeper."""
        return sum(len(members) - 1 for members in self._sets)

    @cached_property
    def bytes_to_save(self) -> int:
        """What all duplicates take, in bytes."""
        return sum(group.bytes_to_save for group in self.groups)

    @cached_property
    def pairs(self) -> Pairs:
        """All pairs within `max_distance`, worked out when first asked for.

        Raises `LookalikeError` where they are more than about 20,000,000: go by the groups then.
        """
        return pairs_within(self._sets, self.table, self._hashes, self.max_distance)

    @cached_property
    def warnings(self) -> list[str]:
        """What to know before trusting the groups, a paragraph each; empty if there is nothing.

        There is one kind so far: that images match by chance (`lookalike.matching.chance`). It goes
        by the number of distinct hashes that were searched: those of flat and degenerate images are
        not.
        """
        most = len(self.images) - self._pixels_only_count
        if chance_warning(most, self.algorithm, self.max_distance) is None:
            return []  # nor is there among fewer
        warning = chance_warning(self._distinct_count(), self.algorithm, self.max_distance)
        return [warning] if warning else []

    def _distinct_count(self) -> int:
        """How many distinct hashes were searched: outside the groups no two are equal."""
        grouped = np.zeros(len(self.images), np.bool_)
        for members in self._sets:
            grouped[members] = True
        grouped[list(self.table.flat_digests)] = False
        alone = len(self.images) - self._pixels_only_count - int(grouped.sum())
        return alone + len(self._hashes[grouped].unique().hashes)

    def to_dict(self) -> dict[str, Any]:
        """Groups, failures, warnings and counts in plain types, as the JSON has them."""
        return {
            "groups": [
                {
                    "keeper": group.keeper.path,
                    "duplicates": [
                        {"path": one.image.path, "distance": one.distance, "exact": one.exact}
                        for one in group.duplicates
                    ],
                    "max_distance_within": group.max_distance_within,
                    "max_distance_is_exact": group.max_distance_is_exact,
                    "marks": group.marks,
                }
                for group in self.groups
            ],
            "related": [one.to_dict() for one in self.related],
            "failures": [one.to_dict() for one in self.failures],
            "damaged": [{"path": one.path, "reason": one.reason} for one in self.damaged],
            "warnings": self.warnings,
            "images": len(self.images),
            "flat": self.flat_count,
            "degenerate": self.degenerate_count,
            "skipped": self.skipped,
            "algorithm": self.algorithm,
            "max_distance": self.max_distance,
            "preparation": PREPARATION,
            "version": VERSION,
        }

    def to_json(self) -> str:
        """`to_dict` as JSON, in ASCII, so that any name in any encoding comes through."""
        return json.dumps(self.to_dict(), indent=2)

    def rows(self) -> Iterator[dict[str, Any]]:
        """A dictionary for every member of a group, its keeper first, then for every failure, then
        for every related pair, with the status `related` and the other image in its reason.

        The keys are `COLUMNS`; groups count from 1; None stands where a column has no meaning.
        """
        for number, group in enumerate(self.groups, start=1):
            keeper = Duplicate(group.keeper, 0, False)
            for at, member in enumerate([keeper, *group.duplicates]):
                image = member.image
                yield {
                    "group": number,
                    "keeper": at == 0,
                    "path": image.path,
                    "distance": member.distance,
                    "exact": member.exact,
                    "bytes": image.bytes,
                    "width": image.width,
                    "height": image.height,
                    "format": image.format,
                    "frames": image.frames,
                    "marks": ", ".join(image.marks) or None,
                    "status": str(Status.DAMAGED if image.damage else Status.OK),
                    "reason": image.damage or None,
                }
        others = [(one.path, str(one.status), one.reason) for one in self.failures]
        others += [(one.first, RELATED, one.reason) for one in self.related]
        for path, status, reason in others:
            yield dict.fromkeys(COLUMNS) | {"path": path, "status": status, "reason": reason}

    def to_csv(self) -> str:
        """`rows` as CSV with a header line, yes and no as `true` and `false`."""
        rows = (
            [
                str(row[name]).lower() if isinstance(row[name], bool) else row[name]
                for name in COLUMNS
            ]
            for row in self.rows()
        )
        return csv_text(chain([COLUMNS], rows))

    def to_frame(self) -> pd.DataFrame:
        """`rows` as a pandas DataFrame, with types that may be missing.

        Raises `MissingExtraError` without pandas.
        """
        with extra("pandas", "to_frame needs pandas"):
            import pandas as pd
        frame = pd.DataFrame(self.rows(), columns=list(COLUMNS))
        return frame.astype({**dict.fromkeys(WHOLE, "Int64"), **dict.fromkeys(YES_NO, "boolean")})

    def __repr__(self) -> str:
        return (
            f"<Result: {len(self.images)} images, {len(self.groups)} groups, "
            f"{len(self.failures)} failures>"
        )


def csv_text(rows: Iterable[Iterable[object]]) -> str:
    """Rows as CSV, which any reader takes apart again, whatever characters a name has.

    Lines end with a line feed. `csv` puts a carriage return in quotes only where lines end with
    one, too, so that this is taken off afterwards.
    """
    lines: list[str] = []
    writer = csv.writer(SimpleNamespace(write=lines.append), lineterminator="\r\n")
    writer.writerows(rows)
    return visible("".join(line.removesuffix("\r\n") + "\n" for line in lines))
