"""The format of an index file: what is written can be read, and damage is found."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray

from index_bytes import FROZEN, HEADER, SECTIONS, opened
from lookalike import IndexFileError
from lookalike.index.stored import file as index_file
from lookalike.index.stored import layout
from lookalike.index.stored.file import Header, open_file, write

NUMBERS = [
    order + kind
    for kind in ["u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "f4", "f8"]
    for order in "<>"
]
ARRAYS = st.sampled_from(NUMBERS).flatmap(
    lambda dtype: arrays(dtype, array_shapes(min_dims=1, max_dims=2, min_side=0, max_side=9))
)
NAMES = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=24)
HEADERS = st.builds(
    Header,
    algorithm=st.text(max_size=16),
    bits=st.integers(0, 2**32 - 1),
    entries=st.integers(0, 2**64 - 1),
    distinct=st.integers(0, 2**64 - 1),
)


def test_the_format_is_frozen(tmp_path: Path) -> None:
    """The bytes of this index have stayed the same since the first version, on every machine."""
    write(tmp_path / "index", HEADER, SECTIONS)
    assert (tmp_path / "index").read_bytes() == FROZEN
    assert opened(FROZEN).header == HEADER


@pytest.mark.slow
@settings(deadline=None)
@given(HEADERS, st.dictionaries(NAMES, ARRAYS, max_size=4), st.sampled_from([8, 24, 4 << 20]))
def test_what_is_written_is_read(
    header: Header, sections: dict[str, NDArray[Any]], chunk: int
) -> None:
    """Header and sections come back in order, exact to the bit, for any chunks."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(index_file, "CHUNK", chunk)
        path = Path(folder) / "index"
        write(path, header, sections)
        file = open_file(path)
        file.check()
    assert (file.path, file.header, [*file.sections]) == (path, header, [*sections])
    for name, array in file.sections.items():
        native = sections[name].astype(sections[name].dtype.newbyteorder("="))
        assert (array.dtype, array.shape) == (native.dtype, native.shape)
        assert array.tobytes() == native.tobytes()


def test_sections_are_aligned_and_cannot_be_written_to(tmp_path: Path) -> None:
    """Every section starts at a multiple of 64 bytes in memory, and none can be changed."""
    write(tmp_path / "index", HEADER, SECTIONS)
    for array in open_file(tmp_path / "index").sections.values():
        assert array.ctypes.data % 64 == 0 or array.size == 0
        assert not array.flags.writeable
        with pytest.raises(ValueError, match="WRITEABLE"):
            array.flags.writeable = True


def test_arrays_of_the_other_byte_order_are_copied() -> None:
    """A big-endian machine gets its own numbers, which are also read-only."""
    other = np.array([1, 2], np.dtype("u4").newbyteorder("S"))
    copied = index_file.in_native_order(other)
    assert copied.dtype.isnative
    assert not copied.flags.writeable
    assert copied.tolist() == [1, 2]


@pytest.mark.skipif(sys.platform == "win32", reason="has no sparse files unless asked")
def test_opening_does_not_read_the_body(tmp_path: Path) -> None:
    """A file of 100 GB opens at once."""
    length = 100 << 30
    section = layout.Section(
        "hashes", "<u8", (length // 8,), layout.start_of_sections(1), length, 0
    )
    path = tmp_path / "index"
    path.write_bytes(layout.packed(HEADER, [section], section.end))
    os.truncate(path, section.end)
    assert open_file(path).sections["hashes"][-1] == 0


def test_what_is_no_file_is_told_as_it_is(tmp_path: Path) -> None:
    """A missing file and a folder raise the usual errors. A pipe is not an index."""
    with pytest.raises(FileNotFoundError):
        open_file(tmp_path / "missing")
    with pytest.raises(PermissionError if sys.platform == "win32" else IsADirectoryError):
        open_file(tmp_path)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(IndexFileError, match="not a lookalike index: not a regular file"):
            open_file(tmp_path / "pipe")
