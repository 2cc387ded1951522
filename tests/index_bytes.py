"""The bytes of one small index file, and what is found in them when they change."""

import os
import tempfile
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from lookalike import IndexFileError
from lookalike.index.stored.file import Header, IndexFile, open_file

HEADER = Header("phash", 64, 3, 2)
SECTIONS: dict[str, NDArray[Any]] = {
    "hashes": np.array([[1, 2, 3], [4, 5, 6]], np.uint8),
    "none": np.zeros((0, 4), "<u8"),
    "rows": np.array([0x01020304, 5], ">u4"),
}

BODY = 128 + 3 * 64

FROZEN = bytes.fromhex(
    "894c4b4c0d0a1a0a 01000000 80000000 c001000000000000"  # magic, version, sizes
    "0300000000000000 0200000000000000 40000000"  # entries, distinct, bits
    "03000000 414cde69 05000000 7068617368" + 63 * "00" + "1b5d0cb9"  # sections; algorithm; crc
    "686173686573" + 18 * "00" + "7c753102"  # hashes, |u1, 2 dimensions
    "0200000000000000 0300000000000000 4001000000000000 0600000000000000 212d618d"
    "6e6f6e65" + 20 * "00" + "3c753802"  # none, <u8, 2 dimensions
    "0000000000000000 0400000000000000 8001000000000000 0000000000000000 00000000"
    "726f7773" + 20 * "00" + "3c753401"  # rows, <u4, 1 dimension
    "0200000000000000 0000000000000000 8001000000000000 0800000000000000 6a53eb48"
    "010203040506" + 58 * "00" + "0403020105000000" + 56 * "00"
)


def opened(data: bytes | bytearray) -> IndexFile:
    """The file with these bytes, which stays mapped after it is removed."""
    handle, name = tempfile.mkstemp()
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        return open_file(name)
    finally:
        with suppress(PermissionError):  # Windows keeps mapped files
            os.unlink(name)  # noqa: PTH108


def fault(data: bytes | bytearray) -> str:
    """Why a file of these bytes does not open."""
    with pytest.raises(IndexFileError) as caught:
        opened(data)
    return caught.value.reason
