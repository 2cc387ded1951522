"""Made-up photo collections, their search results and a disk that holds them, for the planner."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from blake3 import blake3
from hypothesis import strategies as st

from lookalike.hashing.builder import TableBuilder
from lookalike.hashing.row import Row
from lookalike.images import Mark
from lookalike.images.metadata import NOTHING, Metadata, Movie
from lookalike.images.raw.formats import WITH_PREVIEWS
from lookalike.matching.rules import Rule
from lookalike.planning.choices import Choices
from lookalike.planning.plan import Plan
from lookalike.planning.planning import planned
from lookalike.report.result import Result
from lookalike.scan import result_of
from lookalike.sources.beside import Disk, Folder
from lookalike.sources.beside.disk import State
from lookalike.sources.location import Kind, Location, Stamp

FORMATS = {"jpg": "JPEG", "JPG": "JPEG", "png": "PNG", "heic": "HEIF", "gif": "GIF"}
FORMATS |= {ending[1:]: name for name, endings in WITH_PREVIEWS.items() for ending in endings}
RULE = Rule("phash", 2)
NO_MARK = Mark(0)


@dataclass(frozen=True)
class File:
    """One made-up file."""

    path: str
    content: int = 0
    """Equal for equal bytes."""
    shows: int = 0
    """The hash of its picture. None of the files beside pictures has one."""
    width: int = 40
    height: int = 30
    size: int = 100
    time: int = 1000
    """When it was modified, in seconds."""
    metadata: Metadata | None = NOTHING
    inode: int = 0
    links: int = 1
    frames: int = 1
    marks: Mark = NO_MARK
    damage: str = ""
    kind: Kind = Kind.FILE

    @property
    def digest(self) -> bytes:
        """Of its content."""
        return blake3(self.content.to_bytes(8, "big")).digest(16)

    @property
    def ending(self) -> str:
        """What follows the last dot of its name."""
        return self.path.rpartition(".")[2]

    @property
    def is_picture(self) -> bool:
        """Whether a search reads it."""
        return self.ending in FORMATS


@dataclass
class World:
    """Files, and what may have happened to them since the search."""

    files: Sequence[File]
    gone: set[str] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)
    films: dict[str, Movie] = field(default_factory=dict)

    def result(self, rule: Rule = RULE, order: Iterable[int] | None = None) -> Result:
        """What a search over its pictures finds."""
        builder = TableBuilder([rule.algorithm])
        pictures = [one for one in self.files if one.is_picture]
        for at in range(len(pictures)) if order is None else order:
            builder.add(row_of(pictures[at], at))
        return result_of(builder.finish(), rule)

    def plan(self, rule: Rule = RULE, order: Iterable[int] | None = None, **choices: Any) -> Plan:
        """The plan for it."""
        return planned(self.result(rule, order), Choices.of(**choices), MadeUpDisk(self))


class MadeUpDisk(Disk):
    """A disk with the files of a world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._files = {one.path: one for one in world.files if one.path not in world.gone}
        names: dict[str, list[str]] = {}
        for path in self._files:
            folder, _, name = path.rpartition("/")
            names.setdefault(folder, []).append(name)
        self._folders = {folder: Folder(within) for folder, within in names.items()}
        self._inodes = {one.path: one.inode or 100 + at for at, one in enumerate(world.files)}
        self.asked: list[str] = []
        super().__init__()

    def folder(self, path: str) -> Folder:
        """The names in a folder."""
        return self._folders.get(path, Folder(()))

    def metadata(self, path: str) -> Metadata | None:
        """What a file says."""
        self.asked.append(path)
        return self._files[path].metadata if path in self._files else None

    def movie(self, path: str) -> Movie | None:
        """What a film says."""
        return self._world.films.get(path)

    def state(self, path: str) -> State | None:
        """The state of a file."""
        one = self._files.get(path)
        if one is None:
            return None
        later = path in self._world.changed
        return State(one.size, (one.time + later) * 10**9, self._inodes[path], 1, one.links, True)

    def digest(self, path: str) -> bytes | None:
        """The digest of a file."""
        one = self._files.get(path)
        return one.digest if one else None

    def real(self, path: str) -> str:
        """There are no links."""
        return path


def row_of(one: File, at: int) -> Row:
    blank = bool(one.marks & (Mark.FLAT | Mark.DEGENERATE))
    path, _, inner = one.path.partition("!/")
    return Row(
        location=Location(one.kind, path, inner),
        stamp=Stamp(one.size, one.time * 10**9, 1 << 64 | (one.inode or 100 + at)),
        byte_count=one.size,
        width=one.width,
        height=one.height,
        format=FORMATS[one.ending],
        frames=one.frames,
        digest=one.digest,
        is_beginning=False,
        flat_digest=one.shows.to_bytes(16, "big") if blank else b"",
        hashes=(one.shows.to_bytes(8, "big"),),
        damage=one.damage,
        marks=one.marks,
    )


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Small collections with copies, chains, raw pairs, sidecars and hard links."""
    folders = st.sampled_from(["/p/a", "/p/b", "/p/b/c"])
    names = st.sampled_from(["1.jpg", "1.cr2", "1.xmp", "1.jpg.json", "2.jpg", "2.png", "3.jpg"])
    places = draw(st.lists(st.tuples(folders, names), min_size=1, max_size=12, unique=True))
    files = []
    for folder, name in places:
        content = draw(st.integers(0, 5))
        files.append(
            File(
                f"{folder}/{name}",
                content=content,
                shows=CHAIN[content] << 8,
                width=draw(st.sampled_from([40, 80])),
                size=100 + 10 * content,
                time=draw(st.sampled_from([1000, 1001, 5000])),
                inode=draw(st.sampled_from([0, 0, 0, 7 + content])),
                metadata=draw(st.sampled_from([NOTHING, Metadata(camera="X"), Metadata(gps=True)])),
            )
        )
    files = _as_one_shows(files)
    paths = [one.path for one in files]
    some = st.sets(st.sampled_from(paths), max_size=2)
    return World(files, gone=draw(some), changed=draw(some))


CHAIN = (0b0, 0b1, 0b11, 0b111, 0b11111, 0b1111111)
"""Hashes that form a chain: each is near its neighbours, and the ends are not near each other."""


def _as_one_shows(files: list[File]) -> list[File]:
    """Files of equal bytes have equal sizes of their pictures and equal metadata."""
    first: dict[int, File] = {}
    return [
        replace(
            one,
            width=first.setdefault(one.content, one).width,
            metadata=first[one.content].metadata,
        )
        for one in files
    ]
