"""`SimilarResult`: the images that are similar to given pictures, the best of each first."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from lookalike.report.rows import csv_text, image_columns, match_columns
from lookalike.text import plural, printable, size

if TYPE_CHECKING:
    from lookalike.hashing.row import Failure, ImageInfo
    from lookalike.hashing.table import HashTable
    from lookalike.matching.groups import GroupColumns
    from lookalike.matching.rules import Rule
    from lookalike.report.facts import Facts

FORMAT = 1
COLUMNS = (
    "picture", "rank", "path", "reason", "distance", "exact", "same_pixels", "evidence",
    "agreement", "turned", "mirrored", "colour_differs", "bytes", "width", "height", "format",
    "frames", "marks", "status",
)  # fmt: skip
"""The columns of the CSV."""


@dataclass(frozen=True, slots=True)
class Similar:
    """An image that is similar to a picture. The fields that `Duplicate` has mean the same."""

    picture: str
    """The path of the picture."""
    rank: int
    """1 for the most similar image."""
    image: ImageInfo
    distance: int
    """From the picture, in bits."""
    exact: bool
    same_pixels: bool
    evidence: str
    agreement: float | None
    turned: int
    """By how many degrees the image must be turned clockwise to lie on the picture, after
    mirroring."""
    mirrored: bool
    colour_differs: bool
    overlap: list[float] | None
    """The shares of the picture and of the image that show the same. None if unknown."""

    @property
    def reason(self) -> str:
        """Why it is similar, in plain words."""
        if self.exact:
            return "same bytes"
        if self.agreement is None or self.same_pixels:
            words = ["same pixels" if self.same_pixels else f"{plural(self.distance, 'bit')} apart"]
        else:
            words = [f"{self.agreement:.0%} alike"]
        words += ["mirrored"] if self.mirrored else []
        words += [f"turned by {self.turned}°"] if self.turned else []
        words += ["colour differs"] if self.colour_differs else []
        words += ["found by points"] if self.evidence == "points" else []
        return ", ".join(words)


class SimilarResult:
    """The outcome of `find_similar`, a value. `matches` lists what was found."""

    def __init__(self, table: HashTable, rule: Rule, columns: GroupColumns, facts: Facts) -> None:
        self.table = table
        """All images, the pictures first."""
        self.rule = rule
        """What counted as similar."""
        self.columns = columns
        """A group per picture, which begins with it."""
        self.facts = facts
        """Counts, failures and warnings."""

    @property
    def pictures(self) -> list[ImageInfo]:
        """The pictures that were looked for, as far as they could be read."""
        starts = self.columns.members[self.columns.starts]
        return [self.table.image(at) for at in starts.tolist()]

    @cached_property
    def matches(self) -> list[Similar]:
        """What was found, picture by picture, the most similar first."""
        columns = self.columns
        others = np.flatnonzero(~columns.is_keeper)
        of = columns.starts[columns.group[others]]
        pictures = self.table.take("path", columns.members[of])
        matched = zip(*match_columns(columns, self.rule, others).values(), strict=True)
        return [
            Similar(picture, rank, self.table.image(at), *values)
            for picture, rank, at, values in zip(
                pictures, (others - of).tolist(), columns.members[others].tolist(), matched,
                strict=True,
            )
        ]  # fmt: skip

    @property
    def failures(self) -> list[Failure]:
        """The inputs that could not be read."""
        return self.facts.failures

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain types, as in the JSON."""
        columns, facts, rule = self.columns, self.facts, self.rule
        matches = list(zip(self._images(~columns.is_keeper), self.matches, strict=True))
        pictures = self._images(columns.is_keeper)
        for picture in pictures:
            picture["similar"] = []
        number = np.flatnonzero(~columns.is_keeper)
        for at, (image, one) in zip(columns.group[number].tolist(), matches, strict=True):
            pictures[at]["similar"].append(image | _match(one))
        return {
            "format": FORMAT,
            "pictures": pictures,
            "failures": [one.to_dict() for one in facts.failures],
            "warnings": facts.warnings,
            "images": facts.references,
            "skipped": facts.skipped,
            "thumbs_only": facts.thumbs_only,
            "algorithm": rule.algorithm,
            "max_distance": rule.max_distance,
            "verify": rule.verify,
            "thorough": rule.thorough,
            "colour": rule.colour,
            "min_agreement": rule.min_agreement,
            "preparation": facts.preparation,
            "version": facts.version,
        }

    def to_json(self) -> str:
        """`to_dict` as JSON. It is ASCII, so names in any encoding survive."""
        return json.dumps(self.to_dict(), indent=2)

    def rows(self) -> Iterator[dict[str, Any]]:
        """A dictionary per match, then one per failure. The keys are `COLUMNS`."""
        for one in self.matches:
            image = one.image
            values = _match(one) | {
                "picture": one.picture,
                "path": image.path,
                "bytes": image.bytes,
                "width": image.width,
                "height": image.height,
                "format": image.format,
                "frames": image.frames,
                "marks": ", ".join(image.marks) or None,
                "status": str(image.status),
            }
            yield {name: values[name] for name in COLUMNS}
        for failure in self.failures:
            yield dict.fromkeys(COLUMNS) | failure.to_dict()

    def to_csv(self) -> str:
        """`rows` as CSV with a header line. Booleans are `true` and `false`."""
        rows = (
            [str(value).lower() if isinstance(value, bool) else value for value in row.values()]
            for row in self.rows()
        )
        return csv_text(chain([COLUMNS], rows))

    def text(self) -> str:
        """A paragraph per picture: a line per match, with the reason first."""
        found: dict[str, list[Similar]] = {one.path: [] for one in self.pictures}
        for one in self.matches:
            found[one.picture].append(one)
        lines = []
        for picture, those in found.items():
            lines.append(f"{printable(picture)}: {plural(len(those), 'similar image')}")
            widest = max((len(one.reason) for one in those), default=0)
            for one in those:
                image = one.image
                facts = f"{image.width} x {image.height}  {image.format}  {size(image.bytes)}"
                lines.append(f"  {one.reason:<{widest}}  {printable(image.path)}  {facts}")
            lines.append("")
        return "".join(f"{line}\n" for line in lines)

    def _images(self, wanted: np.ndarray[Any, np.dtype[np.bool_]]) -> list[dict[str, Any]]:
        columns = image_columns(self.table, self.rule.algorithm, self.columns.members[wanted])
        return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]

    def __repr__(self) -> str:
        count = len(self.matches)
        return f"<SimilarResult: {plural(len(self.columns), 'picture')}, {count:,} found>"


def _match(one: Similar) -> dict[str, Any]:
    """How an image is similar, as plain types."""
    return {
        "rank": one.rank,
        "reason": one.reason,
        "distance": one.distance,
        "exact": one.exact,
        "same_pixels": one.same_pixels,
        "evidence": one.evidence,
        "agreement": one.agreement,
        "turned": one.turned,
        "mirrored": one.mirrored,
        "colour_differs": one.colour_differs,
        "overlap": one.overlap,
    }
