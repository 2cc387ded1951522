"""`Paths` and `Identities`: columns that give back what was put in, and take little memory."""

from __future__ import annotations

import os

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike.hashing import paths
from lookalike.hashing.columns import Identities
from lookalike.hashing.paths import FilePaths, Paths

TEXTS = st.lists(st.text(st.sampled_from("ab/é\ud800\udcff\0"), max_size=8) | st.text(max_size=8))
NAMES = st.lists(st.binary(max_size=6).map(lambda name: name.replace(b"/", b"")), max_size=8)


def assert_holds(column: Paths, expected: list[str]) -> None:
    """A column is like a list, however it is asked."""
    assert len(column) == len(expected)
    assert list(column) == expected
    assert column == expected
    assert column[:] == expected
    assert column[::-2] == expected[::-2]
    assert [column[-1 - at] for at in range(len(column))] == expected[::-1]
    at = np.arange(len(column))[::-1]
    assert column.take(at) == expected[::-1]
    for index in (len(column), -1 - len(column)):
        with pytest.raises(IndexError):
            column[index]


@given(TEXTS)
def test_any_text_is_given_back(texts: list[str]) -> None:
    """Even lone surrogates, and paths without a folder."""
    column = Paths()
    for text in texts:
        column.append(text)
    assert_holds(column, texts)
    other = Paths()
    other.extend(texts)
    assert other == column
    assert other != [*texts, "more"]


@given(TEXTS, st.lists(NAMES, max_size=4), st.sampled_from(("utf-8", "latin-1", "euc-jp")))
def test_names_of_files_are_read_as_the_system_reads_them(
    before: list[str], folders: list[list[bytes]], encoding: str
) -> None:
    """Names in bytes give the same strings as `os.fsdecode`, in any encoding of the system."""
    column = Paths()
    column.extend(before)
    names = [name for folder in folders for name in folder]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paths, "ENCODING", encoding)
        column.extend(
            FilePaths(
                [f"/{at}/" for at in range(len(folders))],
                np.repeat(np.arange(len(folders)), [len(folder) for folder in folders]),
                b"".join(names),
                np.array([len(name) for name in names], np.uint32),
            )
        )
    expected = [
        f"/{at}/{name.decode(encoding, 'surrogateescape')}"
        for at, folder in enumerate(folders)
        for name in folder
    ]
    assert_holds(column, before + expected)
    if encoding == "utf-8":
        assert expected == [
            os.fsdecode(path.encode("utf-8", "surrogateescape")) for path in expected
        ]


def test_the_paths_of_a_folder_take_little_more_than_their_names() -> None:
    import tracemalloc

    count = 20_000
    names = [f"/a long path to a folder/{at:08}.jpg" for at in range(count)]
    tracemalloc.start()
    try:
        column = Paths()
        column.extend(names)
        held = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert column == names
    assert held / count < 12 + 12 + 4


@given(
    st.lists(st.none() | st.integers(1, 2**128 - 1), max_size=9),
    st.integers(0, 5),
    st.lists(st.none() | st.integers(1, 2**128 - 1), max_size=9),
)
def test_identities_are_given_back(
    before: list[int | None], nones: int, after: list[int | None]
) -> None:
    """Those that are None take no memory before the first of the others."""
    column = Identities()
    for one in before:
        column.append(one)
    column.extend_by_none(nones)
    for one in after:
        column.append(one)
    expected = [*before, *[None] * nones, *after]
    assert len(column) == len(expected)
    assert [column[at] for at in range(len(column))] == expected
    assert [column[at - len(column)] for at in range(len(column))] == expected
    assert column.take(np.arange(len(column))) == expected
