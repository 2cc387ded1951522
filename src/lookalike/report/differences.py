"""What differs between the images of a group, and which of them is better in that."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from lookalike.images.jpeg.quality import quality_of
from lookalike.images.metadata import read_metadata
from lookalike.report.why import megapixels
from lookalike.sources.location import Kind
from lookalike.text import plural, printable, size

if TYPE_CHECKING:
    from lookalike.hashing.row import ImageInfo
    from lookalike.images.metadata import Metadata


class Difference(NamedTuple):
    """One fact that is not the same for all images of a group."""

    name: str
    values: list[str]
    """One per image."""
    better: list[bool]
    """Which images have the best value. All false if no value is better than another."""
    word: str = ""
    """What is better about the best, such as "more pixels"."""


class Fact(NamedTuple):
    """Something to know about an image."""

    name: str
    text: Callable[[ImageInfo], str]
    rank: Callable[[ImageInfo], int] | None = None
    """The higher, the better. None if no value is better than another."""
    word: str = ""


FACTS = (
    Fact("dimensions", lambda one: dimensions(one), lambda one: one.pixels, "more pixels"),
    Fact("size", lambda one: size(one.bytes), lambda one: one.bytes, "more bytes"),
    Fact("format", lambda one: one.format or "pixels without a file"),
    Fact("frames", lambda one: plural(one.frames, "frame"), lambda one: one.frames, "more frames"),
    Fact(
        "completeness",
        lambda one: "damaged" if one.damage else "complete",
        lambda one: not one.damage,
        "complete",
    ),
    Fact("to know", lambda one: ", ".join(one.marks) or "nothing"),
)
SAID: tuple[tuple[str, Callable[[Metadata], str]], ...] = (
    ("date taken", lambda said: _taken(said)),
    ("camera", lambda said: printable(said.camera)),
    ("place", lambda said: "has GPS" if said.gps else ""),
    ("keywords", lambda said: "has keywords" if said.keywords else ""),
    ("rating", lambda said: "has a rating" if said.rating else ""),
)
"""What files say of their pictures. Empty if they do not."""
MODIFIED = Fact("last changed", lambda one: _modified(one))


def differences(images: Sequence[ImageInfo], *, dates: bool = True) -> list[Difference]:
    """The facts that are not the same for all of the images. `dates`: whether to tell dates."""
    facts = (*FACTS, MODIFIED) if dates else FACTS
    found = (_difference(fact, images) for fact in facts)
    return [one for one in found if one is not None]


def _difference(fact: Fact, images: Sequence[ImageInfo]) -> Difference | None:
    values = [fact.text(one) for one in images]
    if len(set(values)) < 2:
        return None
    better = [False] * len(images)
    if fact.rank is not None and _comparable(fact, images):
        ranks = [fact.rank(one) for one in images]
        better = [rank == max(ranks) > min(ranks) for rank in ranks]
    return Difference(fact.name, values, better, fact.word if any(better) else "")


def said_differences(images: Sequence[ImageInfo]) -> list[Difference]:
    """What the files of images do not say alike of their pictures. To say it is better.

    The files are read. Those in archives and elsewhere are not, and their facts are unknown.
    """
    said = [
        read_metadata(one.location.path) if one.location.kind is Kind.FILE else None
        for one in images
    ]
    found = [quality] if (quality := _quality(images)) is not None else []
    for name, text in SAID:
        values = ["unknown" if one is None else text(one) or "none" for one in said]
        if len(set(values)) > 1:
            better = [one is not None and bool(text(one)) for one in said]
            lacking = not all(better)
            word = "known" if lacking and any(better) else ""
            found.append(Difference(name, values, [lacking and one for one in better], word))
    return found


def _quality(images: Sequence[ImageInfo]) -> Difference | None:
    """What JPEGs were saved with. More is better if they have equally many pixels.

    A copy may be saved with more than its original, but then it is mostly smaller or larger.
    """
    known = [
        quality_of(one.location.path) if one.location.kind is Kind.FILE else None for one in images
    ]
    if len(set(known)) < 2:
        return None
    same = None not in known and len({one.pixels for one in images}) == 1
    most = max(one for one in known if one is not None)
    values = [
        f"about {quality}" if quality else "unknown" if one.format == "JPEG" else "not a JPEG"
        for one, quality in zip(images, known, strict=True)
    ]
    better = [same and one == most for one in known]
    return Difference("JPEG quality", values, better, "higher quality" if same else "")


def _comparable(fact: Fact, images: Sequence[ImageInfo]) -> bool:
    """Whether more is better. A larger file says nothing if it has another format."""
    return fact.name != "size" or len({one.format for one in images}) == 1


def dimensions(image: ImageInfo) -> str:
    """Width and height, and how many pixels that is."""
    return f"{image.width:,} x {image.height:,} ({megapixels(image.pixels)})"


def _taken(said: Metadata) -> str:
    """When a picture was taken, by the clock of its camera."""
    if said.taken_ns is None:
        return ""
    try:
        return f"{datetime.fromtimestamp(said.taken_ns // 1_000_000_000, UTC):%Y-%m-%d %H:%M:%S}"
    except (OverflowError, OSError, ValueError):
        return ""


def _modified(image: ImageInfo) -> str:
    """The date of the file in UTC, so that a report is the same wherever it is made."""
    if image.stamp.modified_ns is None:
        return "unknown"
    try:
        moment = datetime.fromtimestamp(image.stamp.modified_ns // 1_000_000_000, UTC)
    except (OverflowError, OSError, ValueError):
        return "unknown"
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
