"""The tables of the JPEG reader say what a plain walk over the bits says."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from lookalike._native import kernel

BITS = 11
END_OF_BLOCK, ESCAPE, NOWHERE = 512 << 6, 256 << 6, 128

Code = dict[str, int]
"""Symbols by their bits, written as text."""


def drawn(symbols: list[int], dice: np.random.Generator) -> tuple[NDArray[np.uint8], Code]:
    """A random code of these symbols, as a JPEG has it, and by its bits."""
    lengths = [0]
    while len(lengths) <= len(symbols):
        short = [k for k, length in enumerate(lengths) if length < 16]
        length = lengths.pop(short[int(dice.integers(len(short)))]) + 1
        lengths += [length, length]
    lengths = sorted(lengths)[:-1]  # no code has ones alone
    counts = [lengths.count(length) for length in range(1, 17)]
    code: Code = {}
    value = before = 0
    for length, symbol in zip(lengths, symbols, strict=True):
        value <<= length - before
        code[f"{value:0{length}b}"] = symbol
        value, before = value + 1, length
    return np.array(counts + symbols, np.uint8), code


class Step(NamedTuple):
    """A symbol at the beginning of some bits."""

    length: int
    symbol: int
    rest: str
    """The bits behind its value."""
    value: int | None
    """None if it is not within the bits."""

    @property
    def bits(self) -> int:
        return self.length + self.symbol % 16

    @property
    def run(self) -> int:
        return self.symbol // 16

    @property
    def ends_block(self) -> bool:
        return self.symbol % 16 == 0 and self.run != 15

    @property
    def place(self) -> int:
        return self.run if self.symbol % 16 else NOWHERE

    @property
    def move(self) -> int:
        return END_OF_BLOCK if self.ends_block else self.run + 1 << 6


def step(code: Code, bits: str) -> Step | None:
    """The symbol that the bits begin with. None if its code is longer."""
    for length in range(1, len(bits) + 1):
        symbol = code.get(bits[:length])
        if symbol is None:
            continue
        size = symbol % 16
        digits, rest = bits[length : length + size], bits[length + size :]
        value = None
        if len(digits) == size:
            value = int(digits or "0", 2)
            if digits.startswith("0"):  # half of all values are negative
                value -= 2**size - 1
        return Step(length, symbol, rest, value)
    return None


def difference(code: Code, bits: str) -> int:
    found = step(code, bits)
    return found.bits | found.length << 5 | found.symbol << 10 if found else 0


def symbol(code: Code, bits: str) -> int:
    found = step(code, bits)
    return found.length | found.symbol << 8 if found else 0


def skipped(code: Code, bits: str) -> int:
    """What all symbols of the bits do."""
    found = step(code, bits)
    if found is None:
        return 0
    entry = found.bits + found.move
    return entry if found.ends_block else entry + skipped(code, found.rest)


def second(code: Code, bits: str) -> int:
    """The second coefficient, and the end of the block behind it."""
    found = step(code, bits)
    if found is None or found.value is None:
        return NOWHERE << 24
    if found.ends_block:
        return (NOWHERE << 24) + found.bits + found.move
    entry = found.bits + found.move + (found.place << 24) + (found.value % 2**16 << 48)
    after = step(code, found.rest)
    return entry + (after.bits + after.move if after and after.symbol == 0 else 0)


def values(code: Code, bits: str) -> int:
    found = step(code, bits)
    nothing = (NOWHERE << 16) + (NOWHERE << 24)
    if found is None:
        return nothing + ESCAPE
    if found.value is None:
        return nothing + ESCAPE + found.bits + (found.symbol << 32) + (found.length << 48)
    if found.ends_block:
        return nothing + found.bits + found.move
    first = found.bits + found.move + (found.place << 16) + (found.value % 2**16 << 32)
    return first + (found.run + 1 << 24) + second(code, found.rest)


def all_bits() -> Iterator[str]:
    return (f"{bits:0{BITS}b}" for bits in range(1 << BITS))


def table(entry: Callable[[str], int]) -> list[int]:
    return [entry(bits) for bits in all_bits()]


@cache
def codes(averages: int, others: int) -> tuple[list[NDArray[np.uint8]], list[Code]]:
    """Two random codes of as many symbols: of differences, and of other coefficients."""
    dice = np.random.default_rng(others)
    of_differences = dice.permutation(16)[:averages].tolist()
    of_others = [0, *(dice.permutation(255)[: others - 1] + 1).tolist()]
    dice.shuffle(of_others)
    found = drawn(of_differences, dice), drawn(of_others, dice)
    return [array for array, _ in found], [code for _, code in found]


@pytest.mark.parametrize("counts", [(1, 1), (3, 2), (12, 9), (12, 60), (12, 162), (16, 255)])
def test_tables_say_what_a_walk_says(counts: tuple[int, int]) -> None:
    """For every kind of table and codes of every length."""
    arrays, (averages, others) = codes(*counts)

    def after(bits: str) -> int:
        found = step(averages, bits)
        return found.bits + skipped(others, found.rest) if found else ESCAPE

    expected = [
        table(lambda bits: difference(averages, bits)),
        table(lambda bits: symbol(others, bits)),
        table(lambda bits: skipped(others, bits) or ESCAPE),
        table(after),
        table(lambda bits: values(others, bits)),
    ]
    found: list[list[int]] = [one.tolist() for one in kernel.jpeg_tables(*arrays)]
    assert found == expected


@pytest.mark.parametrize("wrong", [[0] * 15, [1] * 16, [2, *[0] * 15, 1, 2], [1, *[0] * 15]])
def test_what_is_not_a_code_is_refused(wrong: list[int]) -> None:
    """It has too few counts, too few symbols, or a code of ones alone."""
    (good, _), _ = codes(1, 1)
    with pytest.raises(ValueError, match="others must be a Huffman code"):
        kernel.jpeg_tables(good, np.array(wrong, np.uint8))
