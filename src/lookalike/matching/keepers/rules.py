"""`KeeperRule`: one way in which an image can be better than another. All rules, by their words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from lookalike.images.raw.formats import RAW_FORMATS
from lookalike.matching.keepers import ranks
from lookalike.sources.patterns import Patterns
from lookalike.text import plural, printable
from lookalike.text import size as size_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.hashing.table import HashTable
    from lookalike.images.metadata import Metadata
    from lookalike.matching.keepers.candidates import Candidates

LOSSLESS = {"PNG", "BMP", "TIFF", "PPM", "TGA", "PCX", "SGI", "GIF", "ICO", "DIB"}
LOSSY = {"JPEG", "MPO", "HEIF", "AVIF"}
FACTS = 6
"""How many facts of metadata are counted."""
UNKNOWN = np.iinfo(np.int64).max
"""Stands for an unknown time, which is later than any."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EDITORS = (
    "photoshop lightroom gimp darktable rawtherapee snapseed picasa affinity pixelmator luminar "
    "capture one paint.net photoscape acdsee irfanview faststone krita photos picsart vsco "
    "instagram facetune polarr luminar on1 dxo"
)
"""Words in the Software tag of programs that change pictures. Cameras write their firmware."""

_edited_name = re.compile(r"-edited|-bearbeitet|^IMG_E[0-9]", re.IGNORECASE).search
_editors = re.compile("|".join(map(re.escape, EDITORS.split())), re.IGNORECASE).search
_copy_name = re.compile(
    r"( \([0-9]+\)|\([0-9]+\)|[ _-]+(copy|copie|kopie|copia)( ?\(?[0-9]+\)?)?|~[0-9]+)$",
    re.IGNORECASE,
).search

FORMAT_WORDS = {"HEIF": "heic", "MPO": "jpeg", "JPEG2000": "jp2"}
ALIASES = {"jpg": "jpeg", "heif": "heic", "tif": "tiff"}


Shown: TypeAlias = "Callable[[Any, HashTable, int], str]"


def _nothing(_: Any, __: HashTable, ___: int) -> str:
    return ""


def _as(text: Callable[[Any], str]) -> Shown:
    """Shows a value alone, without looking at its image."""
    return lambda value, _, __: text(value)


def _sides(_: Any, table: HashTable, at: int) -> str:
    return "{1} x {2}".format(*table.size(at))


@dataclass(frozen=True)
class KeeperRule:
    """One way in which an image can be better than another."""

    reason: str
    """What the better one has, in plain words."""
    lack: str
    """What the worse one has instead."""
    values: Callable[[Candidates], NDArray[np.generic]]
    """The values it compares."""
    ranks: ranks.Ranks = ranks.most
    shown: Shown = _nothing
    """A value of the image at a position, in words. Empty if the reason says it all."""


def of_positions(reason: str, lack: str, name: str) -> KeeperRule:
    """A rule for images that are favoured under a name."""
    return KeeperRule(reason, lack, lambda those: those.are_in(those.favoured.get(name, ())))


UNDAMAGED = KeeperRule("undamaged", "damaged", lambda those: ~those.are_in(those.table.damages))
READ = KeeperRule("read to its end", "not read to its end", lambda t: ~t.are_in(t.unseen))
BY_PATH = KeeperRule(
    "first by name", "later by name", lambda those: those.paths(), ranks.least, _as(printable)
)


def preferred(folders: tuple[str, ...]) -> KeeperRule:
    """A rule for folders, of which earlier ones are better. The most specific one counts."""

    def values(those: Candidates) -> NDArray[np.int64]:
        real = [those.disk.real(folder).rstrip("/") + "/" for folder in folders]

        def place_of(folder: str) -> int:
            inside = f"{those.disk.real(folder or '.')}/"
            fits = [root for root in real if inside.startswith(root)]
            return real.index(max(fits, key=len)) if fits else len(folders)

        place = {folder: place_of(folder) for folder in set(those.folders())}
        files = those.files()
        found = [
            len(folders) if path is None else place[folder]
            for path, folder in zip(files, those.folders(), strict=True)
        ]
        return np.array(found, np.int64)

    def shown(at: int) -> str:
        return printable(folders[at]) if at < len(folders) else "no preferred folder"

    return KeeperRule("preferred folder", "folder less preferred", values, ranks.least, _as(shown))


def _raw(those: Candidates) -> NDArray[np.bool_]:
    return np.array([form in RAW_FORMATS for form in those.formats()], np.bool_)


def _original(those: Candidates) -> NDArray[np.bool_]:
    """Whether it is no lossless copy of a lossy file with the very same pixels."""
    formats = those.formats().tolist()
    if LOSSLESS.isdisjoint(formats):
        return np.ones(len(formats), np.bool_)
    both = list(zip(those.pixels.tolist(), formats, strict=True))
    lossy = {same for same, form in both if form in LOSSY}
    return _flags(not (form in LOSSLESS and same in lossy) for same, form in both)


def _pixels(those: Candidates) -> NDArray[np.int64]:
    found: NDArray[np.int64] = those.sizes()[:, 1:].prod(axis=1)
    return found


def _companions(those: Candidates) -> NDArray[np.int64]:
    return np.array(those.of_files(lambda path: len(those.disk.companions(path)), 0), np.int64)


def _facts(those: Candidates) -> NDArray[np.int64]:
    return np.array([len(one.facts) for one in those.metadata()], np.int64)


def _modified(those: Candidates) -> NDArray[np.int64]:
    times = those.table.take("modified_ns", those.at)
    return np.array([UNKNOWN if one is None else one for one in times], np.int64)


def _taken(those: Candidates) -> NDArray[np.int64]:
    """The date taken, else that of the file."""
    taken = [UNKNOWN if one.taken_ns is None else one.taken_ns for one in those.metadata()]
    found = np.array(taken, np.int64)
    return np.where(found == UNKNOWN, _modified(those), found)


def _date(ns: int) -> str:
    try:
        return f"{EPOCH + timedelta(microseconds=ns // 1000):%Y-%m-%d %H:%M:%S}"
    except OverflowError:
        return "unknown"


def _edited(those: Candidates) -> NDArray[np.bool_]:
    """Whether it is the work of an editor, by its Software tag, its name or its sidecar."""

    def has_edits(path: str) -> bool:
        return any(one.name.lower().endswith(".aae") for one in those.disk.companions(path))

    software = [_is_editor(one) for one in those.metadata()]
    named = [_edited_name(name) is not None for name in those.names()]
    beside = those.of_files(has_edits, False)
    return _flags(map(any, zip(software, named, beside, strict=True)))


def _is_editor(metadata: Metadata) -> bool:
    return _editors(metadata.software) is not None


def _depth(those: Candidates) -> NDArray[np.int64]:
    parts = (folder.strip("/") for folder in those.folders())
    return np.array([part.count("/") + bool(part) for part in parts], np.int64)


def _deep(count: int) -> str:
    return f"{plural(count, 'folder')} deep"


def _stems(those: Candidates) -> list[str]:
    return [name.rpartition(".")[0] or name for name in those.names()]


def _flags(values: Iterable[object]) -> NDArray[np.bool_]:
    return np.array([bool(value) for value in values], np.bool_)


def _lengths(values: Iterable[str]) -> NDArray[np.int64]:
    return np.array([len(value) for value in values], np.int64)


def _by_pixels(reason: str, lack: str, order: ranks.Ranks) -> tuple[KeeperRule, ...]:
    return (KeeperRule(reason, lack, _pixels, order, _sides),)


def _by_time(reason: str, lack: str, order: ranks.Ranks) -> tuple[KeeperRule, ...]:
    return tuple(
        KeeperRule(reason, lack, values, order, _as(_date)) for values in (_taken, _modified)
    )


BY_WORD: dict[str, tuple[KeeperRule, ...]] = {
    "raw": (KeeperRule("raw file", "not a raw file", _raw),),
    "animation": (KeeperRule("more than one frame", "one frame", lambda t: t.frames() > 1),),
    "original-format": (
        KeeperRule("original format", "lossless copy of a lossy file", _original),
    ),
    "pixels": _by_pixels("most pixels", "fewer pixels", ranks.about_most),
    "-pixels": _by_pixels("fewest pixels", "more pixels", ranks.about_least),
    "frames": (
        KeeperRule(
            "most frames", "fewer frames", lambda those: those.frames(),
            shown=_as("{:,} frames".format),
        ),
    ),
    "companions": (
        KeeperRule(
            "most companions", "fewer companions", _companions,
            shown=_as(lambda count: plural(count, "file")),
        ),
    ),
    "metadata": (
        KeeperRule(
            "most metadata", "less metadata", _facts, shown=_as(f"{{}} of {FACTS} facts".format)
        ),
    ),
    "bytes": (
        KeeperRule(
            "most bytes", "fewer bytes", lambda those: those.sizes()[:, 0],
            ranks.most_within_format, _as(size_of),
        ),
    ),
    "oldest": _by_time("oldest", "newer", ranks.earliest),
    "newest": _by_time("newest", "older", ranks.latest),
    "edited": (KeeperRule("edited", "not edited", _edited),),
    "unedited": (KeeperRule("not edited", "edited", _edited, ranks.least),),
    "depth": (
        KeeperRule(
            "fewest folders", "more folders", _depth, ranks.least, _as(_deep)
        ),
    ),
    "-depth": (
        KeeperRule(
            "most folders", "fewer folders", _depth, shown=_as(_deep)
        ),
    ),
    "short-path": (
        KeeperRule(
            "shortest path", "longer path", lambda those: _lengths(those.paths()), ranks.least,
            _as("{} characters".format),
        ),
    ),
    "long-name": (
        KeeperRule(
            "longest name", "shorter name", lambda those: _lengths(those.names()),
            shown=_as("{} characters".format),
        ),
    ),
    "not-copy": (
        KeeperRule(
            "not named as a copy", "named as a copy",
            lambda those: _flags(_copy_name(stem) for stem in _stems(those)), ranks.least,
        ),
    ),
}  # fmt: skip
"""The rules that need no argument, by the words of `--keep`."""
WITH_ARGUMENT = ("format:", "name:", "-name:", "folder:")


def rules_of(word: str) -> tuple[KeeperRule, ...]:
    """The rules that a word of `--keep` names. Raises `ValueError` for any other word."""
    if word in BY_WORD:
        return BY_WORD[word]
    kind, colon, argument = word.partition(":")
    if not argument or f"{kind}{colon}" not in WITH_ARGUMENT:
        known = ", ".join([*BY_WORD, *(f"{one}…" for one in WITH_ARGUMENT)])
        raise ValueError(f"keep must be rules such as pixels, not {word!r}; the rules are {known}")
    if kind == "format":
        return (_by_format(argument),)
    if kind == "folder":
        return (_by_folder(argument),)
    return (_by_name(argument, wanted=kind == "name"),)


def _by_format(argument: str) -> KeeperRule:
    wanted = [ALIASES.get(word, word) for word in argument.lower().split(",")]
    if not all(re.fullmatch(r"[a-z0-9]+", word) for word in wanted):
        raise ValueError(f"keep must name formats such as format:heic,jpeg, not {argument!r}")

    def place(form: str) -> int:
        word = "raw" if form in RAW_FORMATS else FORMAT_WORDS.get(form, form.lower())
        return wanted.index(word) if word in wanted else len(wanted)

    def shown(at: int) -> str:
        return wanted[at] if at < len(wanted) else "another"

    def values(those: Candidates) -> NDArray[np.int64]:
        return np.array([place(form) for form in those.formats()], np.int64)

    return KeeperRule("format", "format less wanted", values, ranks.least, _as(shown))


def _by_folder(argument: str) -> KeeperRule:
    inside = Patterns([argument])

    def values(those: Candidates) -> NDArray[np.bool_]:
        return _flags(inside.match(folder) for folder in those.folders())

    return KeeperRule(f"in a folder {argument}", f"not in a folder {argument}", values)


def _by_name(argument: str, *, wanted: bool) -> KeeperRule:
    try:
        matches = re.compile(argument).search
    except re.error as error:
        raise ValueError(f"keep has the broken pattern {argument!r}: {error}") from error

    def values(those: Candidates) -> NDArray[np.bool_]:
        return _flags((matches(name) is not None) is wanted for name in those.names())

    yes, no = f"name matches {argument}", f"name does not match {argument}"
    return KeeperRule(*((yes, no) if wanted else (no, yes)), values)
