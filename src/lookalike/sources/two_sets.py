"""`TwoSets`: the inputs of a search for what a reference set has already."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from lookalike.images import Unreadable
from lookalike.images.source.door import is_image_source
from lookalike.sources.inputs import Inputs
from lookalike.sources.location import Kind, Location
from lookalike.sources.places.addresses import is_address
from lookalike.sources.seen import Seen
from lookalike.sources.trouble import trouble_of
from lookalike.sources.web.urls import is_url

if TYPE_CHECKING:
    from lookalike.images import ImageSource, Source
    from lookalike.sources.choice import Choice
    from lookalike.sources.input import Input
    from lookalike.sources.inputs import ImageSources


class TwoSets:
    """First the new images, then the references.

    A file that is in both counts once, and `skipped` counts it as `same file`. It belongs to the
    folder that was named closest to it: in `find photos/inbox --against photos`, the inbox is new,
    and in `find photos --against photos/best`, the best ones are references.
    """

    def __init__(self, new: ImageSources, old: ImageSources, choice: Choice) -> None:
        """Raises `ValueError` if both name the same path, and otherwise as `Inputs` does."""
        self.choice = choice
        self._new, self._old = Inputs(new, choice), Inputs(old, choice)
        self._named = _listed(new), _listed(old)
        self._inner = references_within(new, old)
        self._repeated = 0
        self._holding: tuple[dict[Location, Source], int] | None = None
        self.is_reference = bytearray()
        """1 for each input so far that is a reference, otherwise 0."""

    @property
    def skipped(self) -> Counter[str]:
        """How many files were left out, by kind."""
        skipped = self._new.skipped + self._old.skipped
        if self._repeated:
            skipped["same file"] += self._repeated
        return skipped

    @property
    def images(self) -> ImageSources:
        """Both as one, in which an image without a name has the number that is its path."""
        new, old = self._named
        if isinstance(new, Sequence) and isinstance(old, Sequence):
            return [*new, *old]
        return chain(new, old)  # nothing of it can be read again by its number

    def __iter__(self) -> Iterator[Input]:
        inner, seen = Seen(), Seen()
        for one in Inputs(self._inner, self.choice) if self._inner else ():
            inner.add(_identity(one))
        for one in self._new:
            if _identity(one) in inner:
                self._repeated += 1
                continue
            seen.add(_identity(one))
            self.is_reference.append(False)
            yield self._held(one)
        for one in self._old:
            if one.location.kind is Kind.MEMORY:
                one = one._replace(location=self._renumbered(one.location))
            elif _identity(one) in seen:
                self._repeated += 1
                continue
            self.is_reference.append(True)
            yield one

    def hold(self, held: dict[Location, Source], max_bytes: int) -> None:
        """Keep the bytes of new images that could not be read a second time, such as URLs.

        They are put into `held` as they are listed.
        """
        self._holding = held, max_bytes

    def _held(self, one: Input) -> Input:
        if self._holding is None or one.location.kind not in {Kind.URL, Kind.ADDRESS, Kind.ITEM}:
            return one
        held, max_bytes = self._holding
        try:
            source = one.source.sent(None, max_bytes) or one.source
        except BaseException as error:  # noqa: BLE001  # whatever an `Item` raises
            return one._replace(source=Unreadable(trouble_of(error)))
        held[one.location] = source
        return one._replace(source=source)

    def _renumbered(self, location: Location) -> Location:
        """The references are numbered after the new images."""
        return Location(Kind.MEMORY, f"[{self._new.named_count + int(location.path[1:-1])}]")


def references_within(new: ImageSources, old: ImageSources) -> list[str]:
    """The paths of references inside of folders of new images.

    Raises `ValueError` if a path is named as both.
    """
    ours = set(_real_paths(new))
    inner = []
    for path in _real_paths(old):
        if path in ours:
            raise ValueError(f"{path!r} is named twice: as new, and as what to compare with")
        if any(_is_inside(path, folder) for folder in ours):
            inner.append(path)
    return inner


def _is_inside(path: str, folder: str) -> bool:
    return path.startswith(folder.rstrip(os.sep) + os.sep)


def _listed(images: ImageSources) -> Iterable[ImageSource]:
    return [images] if is_image_source(images) else images  # type: ignore[return-value]


def _real_paths(images: ImageSources) -> Iterator[str]:
    """The real paths of those named that are on this machine."""
    named = _listed(images)
    for one in named if isinstance(named, Sequence) else ():
        if isinstance(one, str | os.PathLike) and not is_url(one) and not is_address(one):
            yield os.path.realpath(os.fsdecode(one))


def _identity(one: Input) -> int | str:
    """What an input has in common with itself under another name, if it is a file."""
    if one.location.kind is Kind.FILE and one.stamp and one.stamp.identity is not None:
        return one.stamp.identity
    return one.location.key
