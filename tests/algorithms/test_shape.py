"""`BitShape`: how many bits, bytes and hex digits a hash has, and what does not fit them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike.algorithms import BitShape, is_hex

SHAPES = st.builds(BitShape, st.integers(1, 40), st.integers(1, 40))


@pytest.mark.parametrize(
    ("shape", "bits", "width", "digits", "words"),
    [
        (BitShape(8, 8), 64, 8, 16, 1),
        (BitShape(3, 3), 9, 2, 3, 1),
        (BitShape(14, 3), 42, 6, 11, 1),
        (BitShape(65), 65, 9, 17, 2),
        (BitShape(1), 1, 1, 1, 1),
    ],
)
def test_bits_fill_bytes_and_digits(
    shape: BitShape, bits: int, width: int, digits: int, words: int
) -> None:
    """A shape has the fewest bytes, hex digits and words that hold the bits."""
    assert (shape.bits, shape.width, shape.digits, shape.words) == (bits, width, digits, words)


def test_a_shape_is_a_tuple_of_rows_and_columns() -> None:
    """It can be unpacked, and arrays accept it as their shape."""
    rows, columns = BitShape(14, 3)
    assert (rows, columns) == BitShape(14, 3) == (14, 3)
    assert np.zeros(42).reshape(BitShape(14, 3)).shape == (14, 3)


@given(SHAPES, st.data())
def test_hex_is_the_number_of_the_bits(shape: BitShape, data: st.DataObject) -> None:
    """Hashes come back from their digits, in either case, as one run of bytes."""
    numbers = data.draw(st.lists(st.integers(0, (1 << shape.bits) - 1), max_size=5))
    texts = [f"{number:0{shape.digits}x}" for number in numbers]
    expected = b"".join(number.to_bytes(shape.width, "big") for number in numbers)
    assert shape.parse_hex(texts) == shape.parse_hex([text.upper() for text in texts]) == expected


@given(SHAPES, st.integers(1, 1 << 80), st.integers(0, 4), st.integers(0, 4))
def test_one_bit_too_many_is_refused(shape: BitShape, over: int, before: int, after: int) -> None:
    """It is refused as hex, as bytes and in an array, wherever it is among valid ones."""
    number = (1 << shape.bits) * over
    texts = ["0" * shape.digits] * (before + after)
    texts.insert(before, f"{number:x}")
    with pytest.raises(ValueError, match=rf"hex digits.*, not '{number:x}'"):
        shape.parse_hex(texts)
    if number < 1 << 8 * shape.width:
        row = number.to_bytes(shape.width, "big")
        rows = [bytes(shape.width)] * before + [row] + [bytes(shape.width)] * after
        array = np.frombuffer(b"".join(rows), np.uint8).reshape(-1, shape.width)
        with pytest.raises(ValueError, match=f"has {shape.bits} bits, not more: {row.hex()}"):
            shape.check_array(array)
        with pytest.raises(ValueError, match=f"has {shape.bits} bits, not more"):
            shape.check_bytes(row)


@given(
    st.text(alphabet="0123456789abcdefABCDEFgx_ +-\n\t\u0661\uff11", max_size=6), st.integers(0, 3)
)
def test_only_hex_digits_are_hex(text: str, before: int) -> None:
    """Blanks, signs, prefixes and digits of other scripts are not accepted."""
    sound = len(text) == 4 and all(one in "0123456789abcdefABCDEF" for one in text)
    texts = ["00ff"] * before + [text]
    if sound:
        assert BitShape(16).parse_hex(texts)[-2:] == bytes.fromhex(text)
        assert is_hex(text)
    else:
        with pytest.raises(ValueError, match="a hash of 16 bits has 4 hex digits, not "):
            BitShape(16).parse_hex(texts)
        assert not (len(text) == 4 and is_hex(text))


@pytest.mark.parametrize("wrong", [b"00ff", 5, None])
def test_hex_is_text(wrong: Any) -> None:
    """Anything else is a TypeError that shows it."""
    with pytest.raises(TypeError, match="a hash in hex must be a str, not "):
        BitShape(16).parse_hex(["00ff", wrong])


def test_messages_name_the_algorithm_where_there_is_one() -> None:
    """Otherwise they name the number of bits."""
    with pytest.raises(ValueError, match="^a phash hash has 16 hex digits, not 'ff'$"):
        BitShape(8, 8).parse_hex(["ff"], "phash")
    with pytest.raises(ValueError, match="^a hash of 64 bits has 8 bytes, not 2: b'ff'$"):
        BitShape(64).check_bytes(b"ff")
    with pytest.raises(ValueError, match="^max_distance must be 0 to 64 for phash, not 65$"):
        BitShape(8, 8).check_distance(65, "phash")
    with pytest.raises(ValueError, match="^max_distance must be 0 to 64 bits, not -1$"):
        BitShape(64).check_distance(-1)
    assert [BitShape(64).check_distance(one) for one in (0, np.uint8(64))] == [0, 64]
