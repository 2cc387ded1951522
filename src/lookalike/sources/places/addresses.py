"""Addresses such as `s3://bucket/photos`: files and folders that fsspec can open.

fsspec is an extra, which is imported for the first address.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, TypeGuard

from lookalike.errors import ImageError, LookalikeError, MissingExtraError, Status
from lookalike.images import ItemSource, Unreadable
from lookalike.sources.kinds import is_plainly_image
from lookalike.sources.location import Kind, Location
from lookalike.sources.places.globs import is_glob
from lookalike.sources.places.local import LocalPlace
from lookalike.sources.places.place import Folder, Place
from lookalike.sources.streams import Layer, buffered
from lookalike.sources.trouble import refusal
from lookalike.sources.web.urls import is_url

if TYPE_CHECKING:
    from lookalike.images import Source, Stamp
    from lookalike.sources.web.urls import Fetch

_ADDRESS = re.compile(r"(?:[a-z][a-z0-9+.-]+::)*([a-z][a-z0-9+.-]+)://", re.IGNORECASE)
"""Scheme names have two letters or more, because a single letter is a Windows drive."""
_NAME = re.compile(r"(?:^|::)([a-z][a-z0-9+.-]+)(?=://|::)", re.IGNORECASE)
_FILE = re.compile(r"(file|local)://", re.IGNORECASE)
SMALL = 5 << 20
"""In bytes, the size of fsspec's own blocks. Files up to this size are read in one request."""
BLOCK = 1 << 20
"""How many bytes of an archive are read at a time."""


def is_address(source: object) -> TypeGuard[str]:
    """Whether `source` is a str that begins with `NAME://`, except http and https."""
    return (
        isinstance(source, str)
        and "://" in source
        and _ADDRESS.match(source) is not None
        and not is_url(source)
    )


def place_of(address: str, fetch: Fetch = "any") -> tuple[Place, str]:
    """The file system of an address, and the path there.

    Raises `ImageError` if fsspec does not know or cannot reach the file system, or if only public
    hosts are allowed. Raises `MissingExtraError` if fsspec, or the package for this file system, is
    not installed.
    """
    if found := _FILE.match(address):
        return AddressedPlace(found[0]), address[found.end() :]
    if fetch == "public":
        names = "::".join(_names(address))
        reason = f"{names}:// may lead to hosts that are not public; only http and https are safe"
        raise ImageError(Status.UNREADABLE, reason)
    require_address(address)
    import fsspec

    for name in _names(address):
        if not _is_known(name):
            raise ImageError(Status.UNSUPPORTED, f"fsspec does not support {name}:// addresses")
    with told_plainly():
        # A bucket may have millions of files, so listings are not cached.
        file_system, path = fsspec.url_to_fs(address, use_listings_cache=False)
    return RemotePlace(file_system, address, path), path


def require_address(address: str) -> None:
    """Raise `MissingExtraError` if fsspec, or a package that it needs, is not installed."""
    if not _FILE.match(address):
        for name in _names(address):
            _is_known(name)


def _names(address: str) -> list[str]:
    """The names of the file systems of an address. Several may be chained by `::`."""
    return [name.lower() for name in _NAME.findall(address)]


def _is_known(name: str) -> bool:
    """Whether fsspec has a file system of that name. Raises `MissingExtraError`."""
    try:
        from fsspec.registry import get_filesystem_class, known_implementations
    except ImportError as error:
        raise MissingExtraError(f"{name}:// addresses need fsspec: pip install fsspec") from error
    try:
        get_filesystem_class(name)
    except ImportError as error:
        package = known_implementations[name]["class"].partition(".")[0].replace("_", "-")
        complaint = str(error) if package == "fsspec" else f"{package}: pip install {package}"
        raise MissingExtraError(f"{name}:// addresses need {complaint}") from error
    except ValueError:
        return False
    return True


class AddressedPlace(LocalPlace):
    """This machine's file system, with addresses as the names of files."""

    def __init__(self, scheme: str) -> None:
        super().__init__()
        self._scheme = scheme

    def location(self, path: str) -> Location:
        return Location(Kind.ADDRESS, self._scheme + path)


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file as an `Item`."""

    key: str
    """Its address."""
    file_system: Any
    path: str
    size: int | None
    seekable: bool = False
    """Whether its stream is seekable. Archives need that, images do not."""

    def open(self) -> BinaryIO:
        """Open a stream that turns all errors of fsspec into `ImageError`."""
        with told_plainly():
            if not self.seekable and self.size is not None and self.size <= SMALL:
                return io.BytesIO(self.file_system.cat_file(self.path))
            block = BLOCK if self.seekable else None
            file = self.file_system.open(self.path, "rb", block_size=block)
            return buffered(Told(file, self.seekable))


class RemotePlace:
    """A `Place` on a file system of fsspec. Links to folders are not followed."""

    def __init__(self, file_system: Any, address: str, path: str) -> None:
        """`path`: the path of the address in that file system."""
        self._file_system = file_system
        self._infos: dict[str, dict[str, Any]] = {}  # for the last folder, or the last file
        begin = _ADDRESS.match(address)
        chained = address.find("::", begin.end() if begin else 0)
        named = address if chained < 0 else address[:chained]
        self._after = address[len(named) :]
        tail = path.strip("/")
        head = named.rstrip("/") if tail else named
        self._before = head.removesuffix(tail) if head.endswith(tail) else None

    def location(self, path: str) -> Location:
        return Location(Kind.ADDRESS, self._key(path))

    def is_folder(self, path: str) -> bool:
        """Whether a folder is there. No request is made if the name is clearly that of an image."""
        if self._is_told(path) or self.is_missing(path):
            return False
        return bool(self._info(path)["type"] == "directory")

    def is_missing(self, path: str) -> bool:
        try:
            self._info(path)
        except ImageError as error:
            return error.status is Status.MISSING
        return False

    def is_link(self, path: str) -> bool:  # noqa: ARG002  # not worth a request
        return False

    def real(self, path: str) -> str | None:  # noqa: ARG002  # few file systems report it
        return None

    def spelled(self, real: str, folder: str) -> str:  # noqa: ARG002
        return real

    def join(self, folder: str, name: str) -> str:
        return f"{folder.rstrip('/')}/{name}"

    def list(self, folder: str) -> Folder:
        """The entries of the folder. They are kept until the next folder is listed."""
        with told_plainly():
            listed = self._file_system.ls(folder, detail=True)
        self._infos = {}
        files: list[str] = []
        folders: list[str] = []
        links: set[str] = set()
        for info in listed:
            path = info["name"].rstrip("/")
            if path == folder.rstrip("/"):  # some file systems list the folder itself
                continue
            name = path.rpartition("/")[2]
            if info["type"] == "link" or info.get("islink"):
                links.add(name)
            if info["type"] == "directory":
                folders.append(name)
                continue
            if info["type"] != "file":
                info = self._followed(path)
            if info["type"] != "directory":
                files.append(name)
                self._infos[self.join(folder, name)] = info
        return Folder(folder, sorted(files), sorted(folders), links)

    def image(self, path: str) -> Source:
        """The file at a path. No request is made if the name is clearly that of an image."""
        size = None
        if not self._is_told(path):
            if not self._is_file(path):
                return Unreadable(ImageError(Status.UNREADABLE, "it is not a file"))
            size = self._info(path).get("size")
        return ItemSource(RemoteFile(self._key(path), self._file_system, path, size))

    def file(self, path: str) -> RemoteFile | None:
        if not self._is_file(path):
            return None
        size = self._info(path).get("size")
        return RemoteFile(self._key(path), self._file_system, path, size, seekable=True)

    def stamp(self, path: str) -> Stamp | None:  # noqa: ARG002  # file systems differ in this
        return None

    def identity(self, path: str, stamp: Stamp | None) -> str:  # noqa: ARG002
        return self._key(path)

    def _key(self, path: str) -> str:
        """The address of a path, spelled like the named address if that contains the path."""
        if self._before is None:
            return str(self._file_system.unstrip_protocol(path))
        return f"{self._before}{path.lstrip('/')}{self._after}"

    def _followed(self, path: str) -> dict[str, Any]:
        """The info of what a link leads to. If that is unknown, reading it reports the error."""
        with suppress(ImageError), told_plainly():
            return dict(self._file_system.info(path))
        return {"type": "file", "size": None}

    def _is_told(self, path: str) -> bool:
        """Whether an unknown path is clearly that of an image by its name."""
        return path not in self._infos and is_plainly_image(path) and not is_glob(path)

    def _is_file(self, path: str) -> bool:
        return self._info(path)["type"] in {"file", "link"}

    def _info(self, path: str) -> dict[str, Any]:
        if path not in self._infos:
            with told_plainly():
                self._infos = {path: self._file_system.info(path)}
        return self._infos[path]


class Told(Layer[Any]):
    """Wraps a file of fsspec, so that its errors become `ImageError`."""

    def __init__(self, file: Any, seekable: bool) -> None:
        super().__init__(file)
        self._seekable = seekable

    def some(self, most: int) -> bytes:
        with told_plainly():
            data: bytes = self._inner.read(most)
        return data

    def seekable(self) -> bool:
        return self._seekable

    def tell(self) -> int:
        return int(self._inner.tell())

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        with told_plainly():
            return int(self._inner.seek(offset, whence))


@contextmanager
def told_plainly() -> Iterator[None]:
    """Turn the errors of fsspec and its file systems into errors of this library."""
    try:
        yield
    except (LookalikeError, MemoryError):
        raise
    except ImportError as error:
        raise MissingExtraError(f"this address needs another package: {error}") from error
    except TimeoutError as error:
        raise ImageError(Status.TIMED_OUT, "the server did not answer in time") from error
    except OSError as error:
        raise refusal(error) from error
    except Exception as error:  # every file system has its own types of errors
        reason = str(error).strip() or type(error).__name__
        raise ImageError(Status.UNREADABLE, f"it cannot be read: {reason}") from error
