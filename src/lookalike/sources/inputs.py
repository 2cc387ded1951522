"""Lists the single images behind what a caller names, in a fixed order."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, TypeAlias

from lookalike.errors import ImageError, Status
from lookalike.images import ImageSource, Unreadable, is_image_source, source_of
from lookalike.sources.choice import Choice, Sieve
from lookalike.sources.input import Input, guarded
from lookalike.sources.kinds import MARK, is_archive, is_parquet
from lookalike.sources.location import Kind, Location
from lookalike.sources.names import within
from lookalike.sources.parquet import require_pyarrow, rows
from lookalike.sources.places.addresses import is_address, place_of, require_address
from lookalike.sources.places.folders import files_of
from lookalike.sources.places.globs import expand, globs_of, is_glob
from lookalike.sources.places.local import LocalPlace
from lookalike.sources.seen import Seen
from lookalike.sources.web.urls import WebImage, is_url, require_httpx
from lookalike.text import plain

if TYPE_CHECKING:
    from lookalike.sources.places.place import Place

ImageSources: TypeAlias = "ImageSource | Iterable[ImageSource]"
"""One image, URL, folder or archive, or any number of them."""


class Inputs:
    """The single images in `images`. Folders and archives are searched, and globs expanded.

    Iterate only once. `skipped` then says how many files were left out, by kind. It counts files
    that are clearly something else, files that patterns exclude, and `link` if links are not
    followed. `same file` counts files that were found again under another name, through a link or
    because they were named twice.
    """

    def __init__(
        self,
        images: ImageSources,
        choice: Choice | None = None,
        *,
        repeats: bool = False,
        first_row: int = 0,
        opened: bool = True,
    ) -> None:
        """`repeats`: whether to yield a file again that was already yielded. `first_row`: the first
        row to yield from Parquet files. `opened`: whether archives and Parquet files are opened, or
        yielded as they are.

        Raises `TypeError` for values from which no image can be read. Raises `MissingExtraError` if
        a named image needs an extra that is not installed.
        """
        self.skipped: Counter[str] = Counter()
        self.choice = choice or Choice()
        self._sieve = Sieve(self.choice, self.skipped)
        self._repeats = repeats
        self._first_row = first_row
        self._opens = opened
        self._seen = Seen()
        self.named_count = 0
        """How many values of `images` have been listed, or begun."""
        self._here = LocalPlace(images if isinstance(images, Sequence) else ())
        if is_image_source(images):
            self._named: Iterable[object] = [images]
        elif isinstance(images, Iterable):
            self._named = images
        else:
            raise TypeError(
                "images must be a folder, a path, bytes, a file, a Pillow image, a NumPy array "
                f"or any number of these, not {type(images).__name__}"
            )
        if isinstance(self._named, Sequence):  # other iterables may yield their items only once
            for at, named in enumerate(self._named):
                _require_extras(_checked(named, at), self.choice)

    def __iter__(self) -> Iterator[Input]:
        for at, named in enumerate(self._named):
            self.named_count = at + 1
            value, place = _checked(named, at), Location(Kind.MEMORY, f"[{at}]")
            yield from guarded(place, self._inputs(value, place))

    def _inputs(self, named: ImageSource, place: Location) -> Iterator[Input]:
        """The inputs that one named value stands for. `place` is its number among the images."""
        if isinstance(named, str | os.PathLike):
            yield from self._by_name(named)
            return
        source = source_of(named)
        key = source.key
        yield Input(place if key is None else Location(Kind.ITEM, key), None, source)

    def _by_name(self, name: str | os.PathLike[str]) -> Iterator[Input]:
        path = plain(os.fsdecode(name))
        if is_url(name):
            yield from self._url(Location(Kind.URL, path), path)
        elif is_address(name):
            yield from guarded(Location(Kind.ADDRESS, path), self._address(path))
        else:
            is_pattern = isinstance(name, str) and is_glob(path)
            yield from self._path(self._here, path, is_pattern=is_pattern)

    def _url(self, location: Location, url: str) -> Iterator[Input]:
        if self._is_new(url):
            yield Input(location, None, WebImage(url, self.choice.fetch))

    def _address(self, address: str) -> Iterator[Input]:
        place, path = self._place_of(address)
        yield from self._path(place, path, is_pattern=is_glob(path))

    def _path(self, place: Place, path: str, *, is_pattern: bool) -> Iterator[Input]:
        """The inputs that a path stands for."""
        yield from guarded(place.location(path), self._at(place, path, is_pattern))

    def _at(self, place: Place, path: str, is_pattern: bool) -> Iterator[Input]:
        if place.is_folder(path):
            yield from self._folder(place, path)
        elif inner := within(place, path, self.choice):
            yield Input(inner.location, None, inner)
        elif is_pattern and place.is_missing(path):
            yield from self._glob(place, path)
        elif (led := self._led(place, path, os.path.dirname(path))) is not None:  # noqa: PTH120
            yield from self._file(place, led)

    def _folder(self, place: Place, folder: str, prefix: str = "") -> Iterator[Input]:
        for path, relative, error, _ in files_of(place, folder, self._sieve, prefix):
            if error:
                if self._is_new(place.identity(path, place.stamp(path))):
                    yield Input(place.location(path), None, Unreadable(error))
            elif self.choice.archives and is_archive(path):
                yield from self._file(place, path, f"{relative}{MARK}")
            elif one := self._image(place, path):
                yield one

    def _glob(self, place: Place, pattern: str) -> Iterator[Input]:
        """The inputs that a glob stands for. Unlike named paths, they must match the patterns."""
        nothing = True
        every = (
            (glob, one)
            for glob in globs_of(place, pattern)
            for one in expand(place, glob, self._sieve)
        )
        for glob, (path, relative, error, is_folder) in every:
            nothing = False
            if error:
                yield Input(place.location(path), None, Unreadable(error))
            elif (led := self._led(place, path, glob.root)) is None:
                continue
            elif is_folder:
                yield from self._folder(place, led, f"{relative}/" if relative else "")
            else:
                yield from self._file(place, led, f"{relative}{MARK}")
        if nothing:
            reason = "nothing is there by that name, or matches it as a pattern"
            raise ImageError(Status.MISSING, reason)

    def _led(self, place: Place, path: str, folder: str) -> str | None:
        """Where a link leads that is named, or that a glob matches in `folder`.

        None if links are left out. Any other path is returned unchanged.
        """
        if not place.is_link(path):
            return path
        if not self.choice.follow_links:
            self._sieve.skip("link")
            return None
        real = place.real(path)
        return path if real is None else place.spelled(real, folder)

    def _file(self, place: Place, path: str, prefix: str = "") -> Iterator[Input]:
        """One file, or its members. For patterns, `prefix` is put before their names."""
        yield from guarded(place.location(path), self._opened(place, path, prefix))

    def _opened(self, place: Place, path: str, prefix: str) -> Iterator[Input]:
        one = self._image(place, path)
        if one is not None and self._opens and (is_archive(path) or is_parquet(path)):
            yield from self._container(place, path, one, prefix)
        elif one is not None:
            yield one

    def _image(self, place: Place, path: str) -> Input | None:
        """The file at a path. None if it was already found under another name."""
        stamp = place.stamp(path)
        if not self._is_new(place.identity(path, stamp)):
            return None
        return Input(place.location(path), stamp, place.image(path))

    def _container(self, place: Place, path: str, outer: Input, prefix: str) -> Iterator[Input]:
        """The images in what is named an archive or Parquet file. If it is neither, the file."""
        from lookalike.sources.archives.archive import archive_kind, inputs_in

        file = place.file(path)
        if file and is_parquet(path):
            for number, found in rows(file, self.choice, self._first_row):
                location = Location(Kind.ROW, outer.location.path, str(number))
                if isinstance(found, str):
                    folder = os.path.dirname(path)  # noqa: PTH120
                    yield from guarded(location, self._row(place, folder, location, found))
                else:
                    yield Input(location, outer.stamp, found)
        elif file and (kind := archive_kind(file)):
            yield from inputs_in(file, outer, kind, self._sieve, prefix)
        else:
            yield outer

    def _row(self, place: Place, folder: str, location: Location, name: str) -> Iterator[Input]:
        """The image that a row of a Parquet file in `folder` names, located at that row."""
        if is_url(name):
            yield from self._url(location, name)
            return
        if is_address(name):
            place, path = self._place_of(name)
        else:
            path = place.join(folder, name)
        if inner := within(place, path, self.choice):
            yield Input(location, None, inner)
            return
        if one := self._image(place, path):
            yield one._replace(location=location)

    def _place_of(self, address: str) -> tuple[Place, str]:
        return place_of(address, self.choice.fetch)

    def _is_new(self, identity: int | str | None) -> bool:
        if self._repeats or identity is None or self._seen.add(identity):
            return True
        self.skipped["same file"] += 1
        return False


def is_there(name: str) -> bool:
    """Whether anything exists under that name, as far as this machine can tell."""
    if is_url(name) or is_address(name):
        return True
    place = LocalPlace()
    ends = [at for at in range(len(name)) if name.startswith(MARK, at)]
    if any(not place.is_missing(name[:at]) for at in [len(name), *ends]):
        return True
    every = Sieve(Choice(), None)
    return is_glob(name) and any(
        True for glob in globs_of(place, name) for _ in expand(place, glob, every)
    )


def _checked(named: object, at: int) -> ImageSource:
    if not is_image_source(named):
        raise TypeError(f"no image can be read from {named!r}, number {at} of images")
    return named


def _require_extras(source: object, choice: Choice) -> None:
    if is_url(source):
        require_httpx()
    elif is_address(source) and choice.fetch != "public":  # `public` refuses addresses
        require_address(source)
    elif isinstance(source, os.PathLike) and not isinstance(source, PurePath | os.DirEntry):
        return  # asking for its name may fail, which is reported when its turn comes
    if isinstance(source, str | os.PathLike) and is_parquet(os.fsdecode(source)):
        require_pyarrow()
