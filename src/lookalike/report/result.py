"""The result of a search for duplicates: a value that can be written and read back."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from lookalike.extras import extra
from lookalike.matching.pairs import Pairs, pairs_within
from lookalike.report.group import Groups, require_hashes
from lookalike.report.json import read_json, to_dict, to_json
from lookalike.report.rows import COLUMNS, DTYPES, TABLE, csv_text, rows_of

if TYPE_CHECKING:
    import pandas as pd

    from lookalike.hashing.row import Failure
    from lookalike.hashing.table import HashTable, Images
    from lookalike.matching.groups import GroupColumns
    from lookalike.matching.related import Related
    from lookalike.matching.rules import Rule
    from lookalike.report.facts import Facts


class Result:
    """The outcome of a search for duplicates.

    Equal inputs give equal results, regardless of the number of workers. A result is final when it
    is made. Later changes to the files do not affect it.
    """

    def __init__(self, table: HashTable, rule: Rule, columns: GroupColumns, facts: Facts) -> None:
        self.rule = rule
        """What counted as a match."""
        self.table = table
        """The images, their hashes and the failures. A result read from JSON has only the images
        that are in groups."""
        self.columns = columns
        """The groups, in arrays."""
        self.facts = facts
        """Everything besides the groups."""

    @classmethod
    def from_json(cls, text: str | bytes) -> Result:
        """A result from the text that `to_json` returned.

        It has the same groups, failures and counts, and gives the same rows, JSON and CSV. `images`
        and `table` hold only images that are in groups, so positions differ. `pairs` and the
        `links` of groups raise `LookalikeError`. Raises `ValueError` for any other text.
        """
        return cls(*read_json(text))

    @property
    def algorithm(self) -> str:
        """The canonical name of the algorithm."""
        return self.rule.algorithm

    @property
    def max_distance(self) -> int:
        """The largest distance that still matched, in bits."""
        return self.rule.max_distance

    @property
    def groups(self) -> Groups:
        """The groups, in the order of their first images. Each is made on access."""
        return Groups(self.table, self.rule, self.columns)

    @property
    def images(self) -> Images:
        """The images that were read, in the order of the inputs."""
        return self.table.images

    @property
    def image_count(self) -> int:
        """How many images were read."""
        return self.facts.images

    @property
    def reference_count(self) -> int:
        """How many of the images are references. The others are new."""
        return self.facts.references

    @property
    def failures(self) -> list[Failure]:
        """The inputs that could not be read, in the order of the inputs."""
        return self.facts.failures

    @property
    def related(self) -> list[Related]:
        """Pairs of images that have something in common, at most `MOST_RELATED` of each sort.

        They begin alike, share a part or have the same layout. The two are in different groups.
        """
        return self.facts.related

    @property
    def skipped(self) -> dict[str, int]:
        """How many files were left out, by kind."""
        return self.facts.skipped

    @property
    def flat_count(self) -> int:
        """How many images are flat: they match only if their pixels are equal."""
        return self.facts.flat

    @property
    def degenerate_count(self) -> int:
        """How many images vary along one axis only. They are matched like flat ones."""
        return self.facts.degenerate

    @property
    def thumbs_only_count(self) -> int:
        """How many images were compared by their thumbs only, small copies made by the scan.

        A second look reads images again, to compare their colours and small differences. URLs,
        streams and what an iterator gave cannot be read again. Nor can files that were changed.
        """
        return self.facts.thumbs_only

    @property
    def damaged(self) -> list[Failure]:
        """The images that were hashed although they cannot be decoded to their end, and why."""
        return self.facts.damaged

    @property
    def warnings(self) -> list[str]:
        """What to know before trusting the groups, one paragraph each. Empty if there is nothing.

        Without a second look, images may match by chance (`lookalike.matching.chance`). That
        depends on the number of distinct hashes that were searched. Flat and degenerate images are
        not searched. With a second look, pairs of images may not have been looked at, because there
        were too many that differ.
        """
        return self.facts.warnings

    @property
    def duplicate_count(self) -> int:
        """How many images are in a group without being its keeper."""
        return len(self.columns.members) - len(self.columns)

    @property
    def bytes_to_save(self) -> int:
        """The total size of all duplicates, in bytes."""
        columns = self.columns
        return int(self.table.sizes[columns.members[~columns.is_keeper], 0].sum())

    @cached_property
    def pairs(self) -> Pairs:
        """All pairs within `max_distance`, computed on first access.

        After a second look, these are the pairs that it confirmed, as in `Group.links`. Raises
        `LookalikeError` for more than about 20,000,000 pairs. Use the groups instead.
        """
        require_hashes(self.columns)
        if self.columns.links is not None:
            links, _ = self.columns.all_links
            order = np.lexsort((links.j, links.i))
            return Pairs(links.i[order], links.j[order], links.distance[order])
        sets = [group.positions for group in self.groups]
        hashes = self.table.hashes[self.algorithm]
        pairs = pairs_within(sets, self.table, hashes, self.max_distance)
        if self.rule.against and not self.rule.within:
            keepers = self.columns.members[self.columns.starts]
            with_keeper = np.isin(pairs.i, keepers) | np.isin(pairs.j, keepers)
            return Pairs._make(column[with_keeper] for column in pairs)
        return pairs

    def to_dict(self) -> dict[str, Any]:
        """Groups, failures, warnings and counts as plain types, as in the JSON."""
        return to_dict(self)

    def to_json(self) -> str:
        """`to_dict` as JSON. It is ASCII, so names in any encoding survive.

        `from_json` reads it back.
        """
        return to_json(self)

    def rows(self) -> Iterator[dict[str, Any]]:
        """A dictionary per group member, then per failure, then per related pair.

        The keeper of a group comes first. A related pair has the status `related`, and its reason
        names the other image. The keys are `COLUMNS`. Groups are numbered from 1. A column without
        meaning is None.
        """
        return rows_of(self)

    def to_csv(self) -> str:
        """`rows` as CSV with a header line. Booleans are `true` and `false`."""
        rows = (
            [str(value).lower() if isinstance(value, bool) else value for value in row.values()]
            for row in self.rows()
        )
        return csv_text(chain([COLUMNS], rows))

    def to_frame(self) -> pd.DataFrame:
        """`rows` as a pandas DataFrame.

        What is missing is None in columns of text, and `pandas.NA` in all others.

        Raises `MissingExtraError` without pandas.
        """
        with extra("pandas", "to_frame needs pandas"):
            import pandas as pd
        frame = pd.DataFrame(self.rows(), columns=list(COLUMNS), dtype=object)
        return frame.astype({one.name: DTYPES[one.type] for one in TABLE if one.type in DTYPES})

    def __repr__(self) -> str:
        return (
            f"<Result: {self.image_count} images, {len(self.groups)} groups, "
            f"{len(self.failures)} failures>"
        )
