"""An index as sections of a file, and back. `docs/index-format.md` lists them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from lookalike.errors import IndexFileError
from lookalike.index.accept import Kind
from lookalike.index.keys.keys import Keys
from lookalike.index.part import Part
from lookalike.index.search.linear import Linear
from lookalike.index.search.multi_index import MultiIndex, Sorted
from lookalike.index.search.plan import Plan
from lookalike.index.stored.damage import DATA_ERRORS
from lookalike.index.stored.file import Header, IndexFile, open_file, write
from lookalike.index.stored.layout import MAX_SECTIONS, SIGHT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from lookalike.index.search.searcher import Searcher


MOST_KEY_SECTIONS = 2


class Stored(NamedTuple):
    """The contents of a file."""

    kind: Kind
    keys: Keys
    base: Part
    file: IndexFile


def save(
    path: str | os.PathLike[str], kind: Kind, keys: Keys, base: Part, preparation: int
) -> None:
    """Write an index whose entries are all sorted.

    If there are more bands than a file has room for, they are left out, and the index is scanned.
    """
    searcher = base.searcher
    sections: dict[str, NDArray[Any]] = {"hashes": searcher.words.view(np.uint8)}
    if base.starts is not None and base.entries is not None:
        sections["entries.starts"] = base.starts
        sections["entries.order"] = base.entries
    if isinstance(searcher, MultiIndex):
        bands = _band_sections(searcher)
        if len(sections) + len(bands) + MOST_KEY_SECTIONS <= MAX_SECTIONS:
            sections |= bands
    sections |= keys.to_sections()
    header = Header(kind.algorithm or "", kind.bits, len(base), len(searcher.words), preparation)
    write(path, header, sections)


def load(path: str | os.PathLike[str]) -> Stored:
    """Map an index. Raises `IndexFileError` if the sections do not make one."""
    file = open_file(path)
    header, sections = file.header, file.sections
    if header.algorithm == SIGHT:
        reason = "an index of pictures, not of hashes: open it with SightIndex.open"
        raise IndexFileError(reason, str(file.path))
    try:
        kind = Kind.of(header.algorithm or None, None if header.algorithm else header.bits)
        if kind.bits != header.bits:
            raise ValueError(f"{kind} has {kind.bits} bits, not {header.bits}")
        words = _hashes(sections, kind, header.distinct)
        starts, entries = sections.get("entries.starts"), sections.get("entries.order")
        if starts is None or entries is None:
            _require(header.entries == header.distinct, "entries")
        else:
            _require(starts.shape == (header.distinct + 1,) and starts.dtype == np.uint32, "starts")
            _require(entries.shape == (header.entries,) and entries.dtype == np.uint32, "order")
        keys = Keys.from_sections(sections)
        _require(len(keys) == header.entries, "keys")
        base = Part(_searcher(sections, words, kind.bits), 0, starts, entries)
    except (*DATA_ERRORS, TypeError) as error:
        reason = f"damaged: its sections do not make an index: {error}"
        raise IndexFileError(reason, str(file.path)) from error
    return Stored(kind, keys, base, file)


def _band_sections(searcher: MultiIndex) -> dict[str, NDArray[Any]]:
    plan = searcher.plan
    sections: dict[str, NDArray[Any]] = {
        "bands.sizes": np.array([len(band) for band in plan.bands], np.uint16),
        "bands.positions": np.concatenate(plan.bands),
        "bands.schedule": plan.schedule,
        "bands.shares": np.concatenate(plan.shares),
    }
    for at, (offsets, order, hashes) in enumerate(searcher.arrays):
        sections[f"band.{at}.offsets"] = offsets
        sections[f"band.{at}.order"] = order
        if hashes is not None:
            sections[f"band.{at}.hashes"] = hashes.view(np.uint8)
    return sections


def _searcher(
    sections: Mapping[str, NDArray[Any]], words: NDArray[np.uint64], bits: int
) -> Searcher:
    if "bands.sizes" not in sections:
        return Linear(words)
    sizes = _column(sections, "bands.sizes", np.uint16).astype(int)
    _require(bool(len(sizes) and sizes.min() > 0), "bands.sizes")
    positions = _column(sections, "bands.positions", np.uint16)
    _require(len(positions) == sizes.sum(), "bands.positions")
    schedule = _column(sections, "bands.schedule", np.uint32)
    _require(len(schedule) <= bits + 1 and bool((schedule < len(sizes)).all()), "bands.schedule")
    steps = np.bincount(schedule, minlength=len(sizes))
    _require(bool((steps <= sizes).all()), "bands.schedule")
    shares = _column(sections, "bands.shares", np.float64)
    _require(len(shares) == sizes.sum() + len(sizes), "bands.shares")
    bands = np.split(positions, np.cumsum(sizes)[:-1])
    plan = Plan(len(words), bits, bands, schedule, np.split(shares, np.cumsum(sizes + 1)[:-1]))
    arrays = []
    for at in range(len(sizes)):
        copy = sections.get(f"band.{at}.hashes")
        as_words = None if copy is None else copy.view(np.uint64)
        arrays.append(
            Sorted(sections[f"band.{at}.offsets"], sections[f"band.{at}.order"], as_words)
        )
    return MultiIndex(words, plan, arrays)


def _hashes(sections: Mapping[str, NDArray[Any]], kind: Kind, distinct: int) -> NDArray[np.uint64]:
    data = sections["hashes"]
    _require(data.dtype == np.uint8 and data.shape == (distinct, 8 * kind.words), "hashes")
    return data.view(np.uint64)


def _column(
    sections: Mapping[str, NDArray[Any]], name: str, dtype: type[np.generic]
) -> NDArray[Any]:
    array = sections[name]
    _require(array.ndim == 1 and array.dtype == dtype, name)
    return array


def _require(is_right: bool, section: str) -> None:
    if not is_right:
        raise ValueError(section)
