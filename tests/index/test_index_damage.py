"""Files that are not an index, or not a whole one."""

from __future__ import annotations

import pickle
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index_bytes import BODY, FROZEN, fault, opened
from lookalike import IndexFileError
from lookalike.index.stored.file import open_file
from trying import cases


def repaired(data: bytearray) -> bytes:
    """The bytes with corrected checksums of table and header."""
    end = 128 + 64 * min(int.from_bytes(data[44:48], "little"), 1 << 20)
    data[48:52] = zlib.crc32(data[128:end]).to_bytes(4, "little")
    data[124:128] = zlib.crc32(data[:124]).to_bytes(4, "little")
    return bytes(data)


def flipped(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def test_a_foreign_file_is_told_from_a_damaged_one(tmp_path: Path) -> None:
    """A foreign file is called that. An index with changed first bytes is called damaged."""
    for data in (b"", b"GIF89a", b"\0" * 500, b"SQLite format 3\0" * 40):
        assert fault(data) == "not a lookalike index"
    as_text = FROZEN.replace(b"\r\n", b"\n")
    assert fault(as_text) == "damaged header: its first bytes are not as written"
    path = tmp_path / "some.index"
    path.write_bytes(b"nothing")
    with pytest.raises(IndexFileError) as caught:
        open_file(path)
    assert str(caught.value) == f"{path}: not a lookalike index"
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_a_newer_format_is_refused_by_its_number() -> None:
    """The message has both versions, whatever else a newer header holds, and does not speak of
    damage.
    """
    newer = bytearray(FROZEN[:200])
    newer[8:16] = bytes([2, 0, 0, 0, 200, 0, 0, 0])
    newer[196:] = zlib.crc32(newer[:196]).to_bytes(4, "little")
    assert fault(newer) == "made by a newer version: format 2, but only up to 1 is supported"
    newer[20] ^= 1
    assert fault(newer) == "damaged header"
    assert fault(repaired(bytearray(flipped(FROZEN, 64)))) == "damaged header"  # version 0


def test_a_file_of_another_size_is_refused() -> None:
    """Cut anywhere, it is truncated. With bytes added, it is too long. The message has both
    sizes.
    """
    for size in range(1, len(FROZEN)):
        expected = "expected at least 128" if size < 128 else f"expected {len(FROZEN)}"
        assert fault(FROZEN[:size]) == f"truncated: {expected} bytes, found {size}"
    assert fault(FROZEN + b"\0") == "too long: expected 448 bytes, found 449"


def test_a_flipped_bit_in_header_or_table_is_found_at_once() -> None:
    """Each single one."""
    reasons = [fault(flipped(FROZEN, bit)) for bit in range(BODY * 8)]
    header, table = reasons[: 128 * 8], reasons[128 * 8 :]
    assert set(table) == {"damaged section table"}
    # A larger header might be an incomplete newer one.
    others = ("damaged header", "not a lookalike index", "truncated: expected at least")
    assert all(reason.startswith(others) for reason in header)
    assert set(header[128 : 128 * 8]) == {"damaged header"}


def test_a_flipped_bit_in_the_body_is_found_by_check() -> None:
    """Every single flipped bit is found, even in the padding, and the section is named."""
    opened(FROZEN).check()
    for bit in range(BODY * 8, len(FROZEN) * 8):
        file = opened(flipped(FROZEN, bit))
        name = "hashes" if bit < (BODY + 64) * 8 else "rows"
        with pytest.raises(IndexFileError, match=f": damaged section {name}$"):
            file.check()


@pytest.mark.slow
@settings(deadline=None, max_examples=cases(500))
@given(
    st.dictionaries(st.integers(0, BODY - 1), st.integers(0, 255), min_size=1, max_size=8),
    st.booleans(),
)
def test_a_changed_file_opens_or_is_refused(changes: dict[int, int], right_sums: bool) -> None:
    """Only IndexFileError is raised, even if the checksums have been adjusted."""
    data = bytearray(FROZEN)
    for position, value in changes.items():
        data[position] = value
    try:
        opened(repaired(data) if right_sums else data).check()
    except IndexFileError:
        pass
    else:
        assert right_sums or data == FROZEN


@settings(deadline=None)
@given(st.binary(max_size=300), st.sampled_from([0, 8, 16]))
def test_random_bytes_are_refused(data: bytes, genuine: int) -> None:
    """Only IndexFileError is raised, however much of the start is that of an index."""
    fault(FROZEN[:genuine] + data)


@pytest.mark.parametrize(
    ("position", "value"),
    [
        (44, 2), (44, 4), (45, 8), (47, 255), (52, 65), (61, 1), (56, 0xFF),
        (128 + 27, 0), (128 + 27, 3), (128, 0), (128, 200), (128 + 25, ord("q")),
        (128 + 35, 1), (128 + 43, 255), (128 + 44, 65), (128 + 52, 7),
        (192 + 35, 255), (192 + 43, 255), (256 + 36, 1),
    ],
)  # fmt: skip
def test_a_table_that_cannot_be_is_refused(position: int, value: int) -> None:
    """Counts, names, types, shapes, offsets and lengths are checked, not only checksums."""
    data = bytearray(FROZEN)
    data[position] = value
    assert fault(repaired(data)).startswith("damaged")


def test_names_are_unique() -> None:
    """Two sections of one name make the table damaged."""
    data = bytearray(FROZEN)
    data[256:280] = data[192:216]
    assert fault(repaired(data)) == "damaged section table"


@pytest.mark.parametrize("size", [128, 150, 256, 320, 384, 447, 449, 512])
def test_table_and_sections_fill_the_file(size: int) -> None:
    """A file is refused if its size differs from the sum of its parts."""
    data = bytearray(FROZEN[:size].ljust(size, b"\0"))
    data[16:24] = size.to_bytes(8, "little")
    assert fault(repaired(data)) == "damaged section table"
