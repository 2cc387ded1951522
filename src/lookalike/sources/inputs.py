"""From what a caller names to single images, in a fixed order."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, TypeAlias

from lookalike.errors import ImageError, Status
from lookalike.images import ImageSource, is_image_source, taken
from lookalike.sources.choice import Choice, Sieve
from lookalike.sources.input import Input
from lookalike.sources.item import Item, is_item, key_of, trouble_of
from lookalike.sources.kinds import MARK, is_archive, is_parquet
from lookalike.sources.parquet import require_pyarrow, rows
from lookalike.sources.places.addresses import is_address, place_of, require_address
from lookalike.sources.places.folders import files_of
from lookalike.sources.places.globs import Glob, expand, is_glob
from lookalike.sources.places.local import LocalPlace
from lookalike.sources.seen import Seen
from lookalike.sources.web.urls import WebImage, is_url, require_httpx

if TYPE_CHECKING:
    from lookalike.sources.places.place import Place

ImageSources: TypeAlias = "ImageSource | Item | Iterable[ImageSource | Item]"
"""One image, URL, folder, archive or the like, or any number of them."""


class Inputs:
    """The single images among `images`: folders and archives are gone into, globs expanded.

    Iterate once. `skipped` then says how many files were left out, by kind: those that plainly are
    something else, those that patterns exclude, `link` where those are not followed, and under
    `same file` those that were already there by another name, through a link or because they were
    named twice.
    """

    def __init__(
        self,
        images: ImageSources,
        choice: Choice | None = None,
        *,
        repeats: bool = False,
        first_row: int = 0,
    ) -> None:
        """`repeats`: whether to yield a file again that was already yielded. `first_row`: of
        Parquet files, the first that is yielded.

        Raises `TypeError` for what no image can be read from, and `MissingExtraError` where what is
        named needs an extra that is not installed.
        """
        self.skipped: Counter[str] = Counter()
        self._sieve = Sieve(choice or Choice(), self.skipped)
        self._repeats = repeats
        self._first_row = first_row
        self._seen = Seen()
        self._here = LocalPlace(images if isinstance(images, Sequence) else ())
        if is_image_source(images) or is_item(images):
            self._named: Iterable[object] = [images]
        elif isinstance(images, Iterable):
            self._named = images
        else:
            raise TypeError(
                "images must be a folder, a path, bytes, a file, a Pillow image, a NumPy array "
                f"or any number of these, not {type(images).__name__}"
            )
        if isinstance(self._named, Sequence):  # anything else may give its items only once
            for at, named in enumerate(self._named):
                _require_extras(_source(named, at), self._sieve.choice)

    def __iter__(self) -> Iterator[Input]:
        for at, named in enumerate(self._named):
            source, place = _source(named, at), f"[{at}]"
            try:
                if isinstance(source, str | os.PathLike):
                    yield from self._by_name(source)
                elif is_item(source):
                    yield Input(key_of(source), source)
                else:
                    yield Input(place, _taken(source))
            except BaseException as error:  # noqa: BLE001  # the failure names it
                yield Input(place, trouble_of(error))

    def _by_name(self, name: str | os.PathLike[str]) -> Iterator[Input]:
        if is_url(name):
            if self._is_new(name):
                yield Input(name, WebImage(name, self._sieve.choice.fetch))
            return
        key = os.fsdecode(name)
        try:
            place, path = self._place_of(name) if is_address(name) else (self._here, key)
            key = place.key(path)
            if place.is_folder(path):
                yield from self._folder(place, path)
            elif isinstance(name, str) and is_glob(path) and place.is_missing(path):
                yield from self._glob(place, path)
            elif (led := self._led(place, path, os.path.dirname(path))) is not None:  # noqa: PTH120
                yield from self._file(place, led)
        except BaseException as error:  # noqa: BLE001  # the failure names it
            yield Input(key, trouble_of(error))

    def _folder(self, place: Place, folder: str, prefix: str = "") -> Iterator[Input]:
        for path, relative, error, _ in files_of(place, folder, self._sieve, prefix):
            if error:
                yield Input(place.key(path), error)
            elif self._sieve.choice.archives and is_archive(path):
                yield from self._file(place, path, f"{relative}{MARK}")
            elif self._is_new(place.identity(path)):
                yield Input(place.key(path), place.image(path))

    def _glob(self, place: Place, pattern: str) -> Iterator[Input]:
        """As if all that matches were named, but that patterns apply."""
        nothing = True
        glob = Glob(pattern)
        for path, relative, error, is_folder in expand(place, glob, self._sieve):
            nothing = False
            if error:
                yield Input(place.key(path), error)
            elif (led := self._led(place, path, glob.root)) is None:
                continue
            elif is_folder:
                yield from self._folder(place, led, f"{relative}/" if relative else "")
            else:
                yield from self._file(place, led, f"{relative}{MARK}")
        if nothing:
            reason = "nothing is there by that name, or matches it as a pattern"
            yield Input(place.key(pattern), ImageError(Status.MISSING, reason))

    def _led(self, place: Place, path: str, folder: str) -> str | None:
        """Where a link that is named, or that a glob matches in `folder`, leads; None where links
        are left out. Anything else is where it is."""
        if not place.is_link(path):
            return path
        if not self._sieve.choice.follow_links:
            self._sieve.skip("link")
            return None
        real = place.real(path)
        return path if real is None else place.spelled(real, folder)

    def _file(self, place: Place, path: str, prefix: str = "") -> Iterator[Input]:
        """One file, or what is in it; `prefix` stands before that where patterns are matched."""
        if not self._is_new(place.identity(path)):
            return
        try:
            if is_archive(path) or is_parquet(path):
                yield from self._container(place, path, prefix)
            else:
                yield Input(place.key(path), place.image(path))
        except BaseException as error:  # noqa: BLE001  # the failure names it
            yield Input(place.key(path), trouble_of(error))

    def _container(self, place: Place, path: str, prefix: str) -> Iterator[Input]:
        """What is in a file that is called an archive or Parquet file; itself where it is none."""
        from lookalike.sources.archives.archive import archive_kind, inputs_in

        file = place.file(path)
        if file and is_parquet(path):
            for key, found in rows(file, self._sieve.choice, self._first_row):
                yield from self._row(place, path, key, found)
        elif file and (kind := archive_kind(file)):
            yield from inputs_in(file, kind, self._sieve, prefix)
        else:
            yield Input(place.key(path), place.image(path))

    def _row(
        self, place: Place, path: str, key: str, found: bytes | str | ImageError
    ) -> Iterator[Input]:
        """A row of the Parquet file at `path`: an image, or where that is."""
        if not isinstance(found, str):
            yield Input(key, found)
            return
        if is_url(found):
            if self._is_new(found):
                yield Input(key, WebImage(found, self._sieve.choice.fetch))
            return
        try:
            if is_address(found):
                place, found = self._place_of(found)
            else:
                found = place.join(os.path.dirname(path), found)  # noqa: PTH120
            if self._is_new(place.identity(found)):
                yield Input(key, place.image(found))
        except BaseException as error:  # noqa: BLE001  # the failure names it
            yield Input(key, trouble_of(error))

    def _place_of(self, address: str) -> tuple[Place, str]:
        return place_of(address, self._sieve.choice.fetch)

    def _is_new(self, identity: int | str | None) -> bool:
        if self._repeats or identity is None or self._seen.add(identity):
            return True
        self.skipped["same file"] += 1
        return False


def is_there(name: str) -> bool:
    """Whether anything is there by that name, as far as this machine can tell."""
    if is_url(name) or is_address(name):
        return True
    place = LocalPlace()
    ends = [at for at in range(len(name)) if name.startswith(MARK, at)]
    if any(not place.is_missing(name[:at]) for at in [len(name), *ends]):
        return True
    every = Sieve(Choice(), None)
    return is_glob(name) and any(True for _ in expand(place, Glob(name), every))


def _source(named: object, at: int) -> ImageSource | Item:
    if not is_image_source(named) and not is_item(named):
        raise TypeError(f"no image can be read from {named!r}, number {at} of images")
    return named


def _taken(source: ImageSource) -> ImageSource | ImageError:
    try:
        return taken(source)
    except TypeError as error:  # a file open for text
        return ImageError(Status.NOT_AN_IMAGE, str(error))


def _require_extras(source: object, choice: Choice) -> None:
    if is_url(source):
        require_httpx()
    elif is_address(source) and choice.fetch != "public":  # which refuses it
        require_address(source)
    elif isinstance(source, os.PathLike) and not isinstance(source, PurePath | os.DirEntry):
        return  # asking it for its name may fail, which is for its turn
    if isinstance(source, str | os.PathLike) and is_parquet(os.fsdecode(source)):
        require_pyarrow()
