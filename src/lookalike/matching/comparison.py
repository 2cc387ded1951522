"""Whether two images look alike."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from lookalike.algorithms import get_algorithm
from lookalike.errors import ImageError
from lookalike.hashing.builder import TableBuilder
from lookalike.hashing.content import Reader
from lookalike.hashing.frames.moments import moments_of
from lookalike.hashing.hashing import named
from lookalike.hashing.memory import Memory
from lookalike.hashing.recipe import recipe_for
from lookalike.images import DEFAULT_MAX_BYTES, DEFAULT_MAX_PIXELS, Mark
from lookalike.matching.copies import find_copies
from lookalike.matching.groups import GroupColumns
from lookalike.matching.links import TRANSFORMS, Evidence
from lookalike.matching.nodes import nodes_of
from lookalike.matching.related import SAME_LAYOUT, SHARES_A_PART
from lookalike.matching.rereading import Rereading
from lookalike.matching.rules import Rule
from lookalike.matching.sequences import agreement
from lookalike.matching.verify.verified import Verified, orientations_for
from lookalike.sight.thumbs import Thumbs
from lookalike.sight.turned import UPRIGHT
from lookalike.sources import Input, source_of
from lookalike.sources.location import Kind, Location
from lookalike.work.progress import silent

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.hashing.content import Content, Depth
    from lookalike.hashing.table import HashTable
    from lookalike.images import ImageSource
    from lookalike.matching.links import Links
    from lookalike.sight.points.match import Transform


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two images have in common."""

    distance: int
    """In how many bits their hashes differ. With several frames, the largest such number. If the
    second must be turned to match, after that."""
    bits: int
    """How many bits the hashes have."""
    algorithm: str
    max_distance: int
    """The largest distance at which two images are alike."""
    exact: bool
    """Whether they have the same bytes."""
    flat: bool
    """Whether one of them has too little detail for its hash to be meaningful."""
    degenerate: bool
    """Whether one varies along one axis only, so most bits of its hash are meaningless."""
    alike: bool
    """Whether they look alike. If one is flat or degenerate, whether their pixels are equal.
    With several frames, all compared frames have to agree."""
    agreeing: int
    """How many of their frames look alike, compared at the same moments."""
    compared: int
    """How many pairs of frames were compared. For two stills, 1."""
    first_frames_alike: bool
    """Whether their first frames look alike, regardless of later ones."""
    evidence: str | None = None
    """Why they are alike: equal `bytes` or `pixels`, `agreement` of the pixels on a second look,
    `points` of a thorough comparison, or `bits` alone. None if they are not."""
    agreement: float | None = None
    """How well their pixels agree where both show the same, from 0 to 1. None without a second
    look."""
    turned: int = 0
    """By how many degrees the second must be turned clockwise to lie on the first, after
    mirroring."""
    mirrored: bool = False
    """Whether the second must be mirrored left to right to lie on the first."""
    colour_differs: bool = False
    """Whether they differ in colour alone, or in colour besides."""
    same_layout: bool = False
    """Whether they are pages, forms or screens of one layout with other entries. These are not
    alike."""
    shares_a_part: bool = False
    """Whether they show the same, but on less than half of either. These are not alike. Only a
    thorough comparison finds it."""
    transform: Transform | None = None
    """Where each place of the second is in the first, as in `Links`. None if it is unknown."""
    overlap: tuple[float, float] | None = None
    """The shares of the first and of the second that show the same. None if it is unknown."""


class _Two(NamedTuple):
    """Two images, hashed."""

    table: HashTable
    thumbs: Thumbs | None
    inputs: list[Input]
    reader: Reader

    @classmethod
    def of(cls, images: Sequence[ImageSource], rule: Rule) -> _Two:
        """Read two images. Raises `ImageError`, which names the image."""
        recipe = recipe_for(
            rule.algorithm, reading="exact", damaged="report", only_first=False,
            max_pixels=DEFAULT_MAX_PIXELS, max_bytes=DEFAULT_MAX_BYTES, with_thumb=rule.verify,
        )  # fmt: skip
        builder = TableBuilder(recipe.algorithms)
        thumbs = Thumbs((UPRIGHT, *orientations_for(rule))) if rule.verify else None
        inputs: list[Input] = []
        for at, image in enumerate(images):
            try:
                source = source_of(image)
                held = source.sent(None, recipe.max_bytes) or source  # nothing is fetched twice
                inputs.append(Input(Location(Kind.MEMORY, f"[{at}]"), None, held))
                row = recipe.row(inputs[at])
            except ImageError as error:
                raise named(error, image) from error
            builder.add(row)
            if thumbs is not None:
                thumbs.add(row.thumb)
        if thumbs is not None:
            thumbs.finish()
        return cls(builder.finish(), thumbs, inputs, Reader(recipe))

    def read(
        self, locations: Collection[Location], depth: Depth
    ) -> Iterator[tuple[Location, Content]]:
        """Read the images again, as `Read`."""
        for one in self.inputs:
            if one.location in locations:
                yield one.location, self.reader.content((one.source, depth))


def compare(
    first: ImageSource,
    second: ImageSource,
    *,
    algorithm: str = "phash",
    max_distance: int | None = None,
    verify: bool = True,
    thorough: bool = False,
    colour: bool = False,
    min_agreement: float = 0.0,
) -> Comparison:
    """Compare two images, as `find_duplicates` would with `reading="exact"`.

    Accepts whatever `hash_image` accepts. The other keywords are those of `find_duplicates`. Raises
    `ImageError` for an unreadable image, and `ValueError` or `TypeError` for wrong arguments.
    """
    rule = Rule.of(
        algorithm, max_distance,
        verify=verify, thorough=thorough, colour=colour, min_agreement=min_agreement,
    )  # fmt: skip
    two = _Two.of((first, second), rule)
    found = _by_bits(two.table, rule)
    columns = _as_group(two, rule, found)
    if rule.verify and two.thumbs is not None:
        return _by_sight(two, rule, found, columns)
    return replace(found, evidence=_word(columns) if found.alike else None)


def _by_bits(table: HashTable, rule: Rule) -> Comparison:
    """What the hashes say, and the pixels of pictures whose hashes say nothing."""
    one, other = (moments_of(table, at, rule.algorithm) for at in (0, 1))
    found = agreement(one, other, rule.max_distance)
    pixels_only = bool(table.flat_digests)
    same_pixels = pixels_only and table.flat_digests.get(0) == table.flat_digests.get(1)
    if pixels_only and found.compared == 1:  # their hashes say nothing
        found = found._replace(agreeing=int(same_pixels), first_alike=same_pixels)
    exact = bool((table.digests[0] == table.digests[1]).all())
    marks = table.marks.get(0, Mark(0)) | table.marks.get(1, Mark(0))
    return Comparison(
        distance=found.distance,
        bits=get_algorithm(rule.algorithm).bits,
        algorithm=rule.algorithm,
        max_distance=rule.max_distance,
        exact=exact,
        flat=Mark.FLAT in marks,
        degenerate=Mark.DEGENERATE in marks,
        alike=same_pixels if pixels_only else exact or found.matches,
        agreeing=found.agreeing,
        compared=found.compared,
        first_frames_alike=found.first_alike,
    )


def _as_group(two: _Two, rule: Rule, found: Comparison) -> GroupColumns:
    """The two as a group, whether they are alike or not. The first is the keeper."""
    members, hashes = np.arange(2), two.table.hashes[rule.algorithm]
    groups = np.zeros(2, np.intp)
    return GroupColumns(
        members=members,
        starts=groups[:1],
        distance=np.array([0, found.distance], np.uint16),
        copies=find_copies(Rereading(two.table, two.read), hashes, members, groups, silent),
        reason=np.zeros(1, np.uint8),
        reasons=("",),
        values=[(None, None)],
    )


def _by_sight(two: _Two, rule: Rule, found: Comparison, columns: GroupColumns) -> Comparison:
    """What a second look says, and a look for points if the rule is thorough."""
    assert two.thumbs is not None
    table, hashes = two.table, two.table.hashes[rule.algorithm]
    nodes = nodes_of(table, hashes)
    again = Rereading(table, two.read, Memory(two.thumbs))
    verified = Verified.of(again, hashes, nodes, rule, two.thumbs, 1, silent)
    alike = bool(verified.of_image[0] == verified.of_image[1])
    seen = verified.from_keepers(columns, silent)
    assert seen.looks is not None
    agreement, turned, mirrored, differs, *_ = (column.tolist()[1] for column in seen.looks)
    if found.compared == 1:
        found = replace(found, agreeing=int(alike), first_frames_alike=alike)
    found = replace(found, alike=alike, agreement=agreement)
    if alike:
        return replace(
            _placed(found, verified.confirming.links),
            distance=int(seen.distance[1]),
            evidence=_word(seen),
            turned=turned,
            mirrored=mirrored,
            colour_differs=differs,
        )
    if verified.sighted and len(verified.sighted.links.i):
        found = _placed(found, verified.sighted.links)
    kinds = [one.kind for one in verified.related(table)]
    found = replace(found, same_layout=SAME_LAYOUT in kinds, shares_a_part=SHARES_A_PART in kinds)
    if rule.colour:  # it may be the reason
        anyway = _by_sight(two, replace(rule, colour=False), found, columns)
        return replace(found, colour_differs=anyway.colour_differs)
    return found


def _placed(found: Comparison, links: Links) -> Comparison:
    """The comparison with how the two lie on each other. Without a link, as equal ones do."""
    if not len(links.i):
        return replace(found, transform=_rows(TRANSFORMS[UPRIGHT]), overlap=(1.0, 1.0))
    ours, theirs = links.overlap[0].tolist()
    return replace(
        found,
        agreement=float(links.agreement[0]),
        turned=int(links.turned[0]),
        mirrored=bool(links.mirrored[0]),
        transform=_rows(links.transform[0]),
        overlap=(ours, theirs),
    )


def _rows(transform: NDArray[np.float32]) -> Transform:
    (a, b, c), (d, e, f) = transform.tolist()
    return (a, b, c), (d, e, f)


def _word(columns: GroupColumns) -> str:
    """Why the two match."""
    return Evidence(int(columns.evidence[1])).word
