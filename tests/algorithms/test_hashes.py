"""`Hash` and `HashArray`: one number in many forms, and n of them in one array."""

import operator
import pickle
import sqlite3
import tracemalloc
from collections.abc import Callable
from contextlib import closing
from itertools import repeat
from typing import Any
from unittest.mock import ANY

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from lookalike import AlgorithmMismatchError, Hash, HashArray, get_algorithm
from lookalike.hashes import pack_bits

# 4 bits in 1 byte, 9 in 2, 64 in 8, 144 in 18, 256 in 32.
ALGORITHMS = ["phash:2", "dhash:3", "phash", "ahash:12", "whash:16"]

every_width = pytest.mark.parametrize("algorithm", ALGORITHMS)
no_deadline = settings(deadline=None)

UNLIKE = [
    ("phash", "dhash"),
    ("phash", "phash:16"),
    ("phash", "phash@imagededup"),
    ("dhash:3", "dhash:2"),
]

NOT_HEX = [
    ("phash", ""),
    ("phash", "0123456789abcde"),
    ("phash", "0123456789abcdef0"),
    ("phash", "0123456789abcdeg"),
    ("phash", "0x23456789abcdef"),
    ("phash", "0_23456789abcdef"),
    ("phash", "+123456789abcdef"),
    ("phash", "-123456789abcdef"),
    ("phash", " 123456789abcdef"),
    ("phash", "0123456789abcde "),
    ("phash", "0123456789abcde\n"),
    ("phash", "0123456789abcde\N{FULLWIDTH DIGIT ONE}"),
    ("phash", "\N{ARABIC-INDIC DIGIT ONE}123456789abcdef"),
    ("dhash:3", "1ff0"),
    ("dhash:3", "200"),
    ("dhash:5", "2000000"),
]


def numbered(number: int, algorithm: str) -> Hash:
    """The hash whose bits are those of a number."""
    return Hash(number.to_bytes(get_algorithm(algorithm).width, "big"), algorithm)


def numbers(algorithm: str) -> st.SearchStrategy[int]:
    """Any number of this many bits, or one that differs from others in a bit or two."""
    bits = get_algorithm(algorithm).bits
    near = st.tuples(st.integers(0, 3), st.integers(0, bits - 2))
    return st.integers(0, 2**bits - 1) | near.map(lambda drawn: drawn[0] << drawn[1])


def hash_arrays(algorithm: str) -> st.SearchStrategy[HashArray]:
    """Hashes drawn from a few, so most occur several times."""
    few = st.lists(numbers(algorithm), min_size=1, max_size=5)
    many = few.flatmap(lambda pool: st.lists(st.sampled_from(pool), max_size=40))
    return many.map(lambda drawn: counting(drawn, algorithm))


def counting(numbers: list[int] | range, algorithm: str = "phash") -> HashArray:
    """The hashes whose bits are those of the numbers."""
    return HashArray.of([numbered(number, algorithm) for number in numbers], algorithm=algorithm)


def ints(hashes: HashArray) -> list[int]:
    return [int(one) for one in hashes]


# Hash


@every_width
@no_deadline
@given(st.data())
def test_bytes_int_and_hex_are_one_number(algorithm: str, data: st.DataObject) -> None:
    """Every form gives the same hash back."""
    kind = get_algorithm(algorithm)
    number = data.draw(numbers(algorithm))
    one = numbered(number, algorithm)
    assert int(one) == number
    assert bytes(one) == number.to_bytes(kind.width, "big")
    assert str(one) == f"{number:x}".zfill(kind.digits)
    assert repr(one) == f"<Hash {algorithm} {one}>"
    assert (one.algorithm, one.bits) == (algorithm, kind.bits)
    assert Hash.from_hex(str(one), algorithm=algorithm) == one
    assert Hash.from_hex(str(one).upper(), algorithm=algorithm) == one


@pytest.mark.parametrize("algorithm", [*ALGORITHMS, "colorhash", "phash:3"])
@no_deadline
@given(st.data())
def test_a_signed_number_is_the_same_bytes(algorithm: str, data: st.DataObject) -> None:
    """The signed number is the two's complement of the bytes. Either number gives the hash back."""
    kind = get_algorithm(algorithm)
    number = data.draw(numbers(algorithm))
    one = numbered(number, algorithm)
    assert one.signed.to_bytes(kind.width, "big", signed=True) == bytes(one)
    assert (one.signed < 0) == (number >> (8 * kind.width - 1) == 1)
    assert Hash.from_int(one.signed, algorithm=algorithm) == one
    assert Hash.from_int(number, algorithm=algorithm) == one
    assert kind.bits != 64 or -(2**63) <= one.signed < 2**63


@pytest.mark.parametrize(
    ("algorithm", "number"),
    [
        ("phash", 2**64), ("phash", -(2**63) - 1), ("phash", 1 - 2**64), ("colorhash", -1),
        ("colorhash", 2**42), ("dhash:3", 512), ("dhash:3", -1),
    ],
)  # fmt: skip
def test_a_number_that_does_not_fit_is_refused(algorithm: str, number: int) -> None:
    """It is refused by value, and so is anything but a whole number."""
    with pytest.raises(ValueError, match=f"{algorithm} hash has .* bits, which {number} does not"):
        Hash.from_int(number, algorithm=algorithm)
    for wrong in (1.0, "1", True, None):
        with pytest.raises(TypeError, match="number must be a whole number"):
            Hash.from_int(wrong, algorithm=algorithm)  # type: ignore[arg-type]


def test_signed_numbers_pass_through_a_database() -> None:
    """SQLite's integers are signed and have 64 bits. `int` may not fit, and `signed` does."""
    hashes = [numbered(number, "phash") for number in (0, 1, 2**63 - 1, 2**63, 2**64 - 1)]
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("create table images (hash integer)")
        with pytest.raises(OverflowError):
            database.execute("insert into images values (?)", (int(hashes[-1]),))
        rows = [(one.signed,) for one in hashes]
        database.executemany("insert into images values (?)", rows)
        found = [number for (number,) in database.execute("select hash from images")]
    assert [Hash.from_int(number, algorithm="phash") for number in found] == hashes


@pytest.mark.parametrize("spec", ["", "s", ">20", "<20", "^20", "*^30s", ".4", ">10.4"])
def test_a_hash_is_formatted_as_its_digits(spec: str) -> None:
    """It is padded, cut and filled as any text."""
    one = numbered(0x0123456789ABCDEF, "phash")
    assert format(one, spec) == format("0123456789abcdef", spec)
    assert f"{one:{spec}}" == format(str(one), spec)


@every_width
@no_deadline
@given(st.data())
def test_bits_stand_row_by_row_the_most_significant_first(
    algorithm: str, data: st.DataObject
) -> None:
    """The array reads as the number does in binary, and packs to the hash's bytes."""
    kind = get_algorithm(algorithm)
    one = numbered(data.draw(numbers(algorithm)), algorithm)
    assert one.array.dtype == np.bool_
    assert one.array.shape == kind.shape
    assert "".join("01"[bit] for row in one.array.tolist() for bit in row) == (
        f"{int(one):0{kind.bits}b}"
    )
    assert pack_bits(one.array) == bytes(one)


def test_a_hash_of_9_bits_has_7_zero_bits_in_front() -> None:
    """They are in the first byte, and the ninth bit from the end is the top left one."""
    one = Hash(b"\x01\x06", "dhash:3")
    assert str(one) == "106"
    assert one.array.astype(int).tolist() == [[1, 0, 0], [0, 0, 0], [1, 1, 0]]


@pytest.mark.parametrize("name", ["algorithm", "bits", "array", "colour"])
def test_a_hash_takes_no_attributes(name: str) -> None:
    """Neither its own attributes can be set, nor new ones."""
    with pytest.raises(AttributeError):
        setattr(numbered(5, "phash"), name, 1)


def test_writing_to_the_bits_leaves_the_hash_alone() -> None:
    """`array` is new each time."""
    one = numbered(5, "phash")
    one.array[:] = True
    assert int(one) == 5


def test_equal_hashes_are_one_key() -> None:
    """Sets and dictionaries find a hash by value, however its name is spelt."""
    assert len({numbered(5, "phash"), numbered(5, "phash"), Hash(bytes(8), "phash")}) == 2
    assert {numbered(5, "phash"): "found"}[numbered(5, "phash:8")] == "found"


@pytest.mark.parametrize(
    "other", [5, "0000000000000005", bytes(7) + b"\5", None, numbered(5, "dhash")]
)
def test_a_hash_equals_nothing_but_a_hash_of_its_algorithm(other: object) -> None:
    """Numbers, texts, bytes and other algorithms' hashes of the same bits are different."""
    assert numbered(5, "phash") != other


def test_another_type_may_know_better_what_equals_a_hash() -> None:
    """The comparison is left to an operand of another type."""
    assert numbered(5, "phash") == ANY
    assert counting([5]) == ANY


@pytest.mark.parametrize("compare", [operator.lt, operator.le, operator.gt, operator.ge])
def test_hashes_sort_by_algorithm_and_number(compare: Callable[[object, object], bool]) -> None:
    """This holds in each comparison, and only between hashes."""
    ordered = [(name, k) for name in ("dhash", "phash", "phash:16") for k in (0, 1, 255, 2**63)]
    for one in ordered:
        for other in ordered:
            assert compare(numbered(*one[::-1]), numbered(*other[::-1])) == compare(one, other)
    for wrong in (5, "0000000000000005", None):
        with pytest.raises(TypeError, match="not supported between"):
            compare(numbered(5, "phash"), wrong)


@every_width
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_hash_survives_pickling(algorithm: str, protocol: int) -> None:
    """With its algorithm."""
    one = numbered(9, algorithm)
    assert pickle.loads(pickle.dumps(one, protocol)) == one


@pytest.mark.parametrize(("algorithm", "text"), NOT_HEX)
def test_what_is_no_hex_of_the_right_length_is_refused(algorithm: str, text: str) -> None:
    """The message shows the text, for one hash and for many."""
    for parse in (
        lambda: Hash.from_hex(text, algorithm=algorithm),
        lambda: HashArray.from_hex([text], algorithm=algorithm),
    ):
        with pytest.raises(ValueError, match="hex digits") as caught:
            parse()
        assert repr(text) in str(caught.value)


def test_hex_must_be_text() -> None:
    """Bytes are not decoded, and numbers are not printed."""
    for value in (b"0123456789abcdef", 5, None):
        with pytest.raises(TypeError, match="must be a str, not "):
            Hash.from_hex(value, algorithm="phash")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("algorithm", "data", "message"),
    [
        ("phash", b"1234567", "has 8 bytes, not 7"),
        ("phash", b"123456789", "has 8 bytes, not 9"),
        ("dhash:3", b"\x02\x00", "has 9 bits, not more"),
    ],
)
def test_bytes_that_do_not_fit_are_refused(algorithm: str, data: bytes, message: str) -> None:
    """A hash has exactly its algorithm's bytes, with zeros in the unused bits in front."""
    with pytest.raises(ValueError, match=f"^a {algorithm} hash {message}: "):
        Hash(data, algorithm)


@every_width
@no_deadline
@given(st.data())
def test_the_distance_is_the_number_of_differing_bits(algorithm: str, data: st.DataObject) -> None:
    """It equals a bit-by-bit count, is the same in both directions, and is an int."""
    a, b = (numbered(data.draw(numbers(algorithm)), algorithm) for _ in range(2))
    assert type(a - b) is int
    assert a - b == b - a == int((a.array != b.array).sum())


@pytest.mark.parametrize(("ours", "theirs"), UNLIKE)
def test_hashes_of_different_algorithms_cannot_meet(ours: str, theirs: str) -> None:
    """They cannot be compared or joined, even if only the size or flavour differs."""
    for meet in (
        lambda: numbered(5, ours) - numbered(5, theirs),
        lambda: counting([5], ours) + counting([5], theirs),
        lambda: HashArray.of([numbered(5, ours)], algorithm=theirs),
    ):
        with pytest.raises(AlgorithmMismatchError) as caught:
            meet()
        assert isinstance(caught.value, ValueError)
        assert all(f"a {name} hash" in str(caught.value) for name in (ours, theirs))


def test_only_hashes_have_a_distance() -> None:
    """Anything else is a TypeError, on either side."""
    one: Any = numbered(5, "phash")
    for other in (5, "0000000000000005", None):
        with pytest.raises(TypeError):
            one - other
        with pytest.raises(TypeError):
            other - one


# HashArray


@pytest.mark.parametrize("at", [0, 2, -1, -3, np.int64(1), np.uint8(2)])
def test_an_index_gives_a_hash(at: int) -> None:
    """It counts from the front or the end, and may be a NumPy integer."""
    assert counting([7, 8, 9])[at] == numbered([7, 8, 9][at], "phash")


@pytest.mark.parametrize("at", [3, -4])
def test_an_index_out_of_range_is_an_error(at: int) -> None:
    """It behaves like a list."""
    with pytest.raises(IndexError):
        counting([7, 8, 9])[at]


@pytest.mark.parametrize(
    "at", [slice(1, 3), slice(None, None, -2), slice(9, None)], ids=["some", "backwards", "none"]
)
def test_a_slice_gives_the_hashes_a_list_gives(at: slice) -> None:
    """The result is an array of the same algorithm."""
    assert counting(range(5), "dhash:3")[at] == counting(range(5)[at], "dhash:3")


def test_masks_and_index_arrays_choose_hashes() -> None:
    """They choose in the given order, with repetitions."""
    hashes = counting(range(5))
    assert ints(hashes[np.array([4, 0, 0, -1])]) == [4, 0, 0, 4]
    assert ints(hashes[np.array([True, False, False, True, False])]) == [0, 3]
    assert ints(hashes[np.array([], np.intp)]) == []


def test_an_array_is_iterated_hash_by_hash() -> None:
    """It yields as many hashes as its length."""
    hashes = counting([3, 1, 2])
    assert list(hashes) == [numbered(3, "phash"), numbered(1, "phash"), numbered(2, "phash")]
    assert len(hashes) == 3


def test_arrays_are_put_one_after_the_other() -> None:
    """Nothing else can be added to them."""
    left, right = counting([1, 2]), counting([3])
    assert left + right == counting([1, 2, 3])
    with pytest.raises(TypeError):
        left + list(right)  # type: ignore[operator]


@pytest.mark.parametrize(
    "other", [counting([1, 3]), counting([1]), counting([1, 2], "dhash"), [1, 2], None]
)
def test_arrays_are_equal_by_value_and_algorithm(other: object) -> None:
    """All hashes count."""
    assert counting([1, 2]) == counting([1, 2])
    assert counting([1, 2]) != other


def test_an_array_is_no_key() -> None:
    """Its equality is by value, and the values can change."""
    with pytest.raises(TypeError, match="unhashable"):
        hash(counting([1]))


@every_width
@no_deadline
@given(st.data())
def test_an_array_comes_back_from_every_form(algorithm: str, data: st.DataObject) -> None:
    """It can be built from hex, hashes, or the bytes of its hashes in sequence."""
    hashes = data.draw(hash_arrays(algorithm))
    assert hashes.to_hex() == [str(one) for one in hashes]
    assert HashArray.from_hex(hashes.to_hex(), algorithm=algorithm) == hashes
    assert HashArray.of(iter(hashes), algorithm=algorithm) == hashes
    stored = b"".join(bytes(one) for one in hashes)
    assert HashArray.from_bytes(stored, algorithm=algorithm) == hashes
    assert (hashes.algorithm, hashes.bits) == (algorithm, get_algorithm(algorithm).bits)
    assert repr(hashes) == f"<HashArray {algorithm}, {len(hashes)} hashes>"


def test_the_name_of_an_algorithm_may_be_spelt_out() -> None:
    """`phash:8` is `phash`, for an array as for a hash."""
    hashes = counting([1, 2])
    assert HashArray(hashes.data, "phash:8") == hashes
    assert HashArray.from_hex(hashes.to_hex(), algorithm="phash:8") == hashes
    assert HashArray.of(hashes, algorithm="phash:8") == hashes


@every_width
def test_an_array_survives_pickling(algorithm: str) -> None:
    """It keeps its algorithm, so it can be sent to another process."""
    hashes = counting([1, 2], algorithm)
    assert pickle.loads(pickle.dumps(hashes)) == hashes


def test_bytes_are_whole_hashes() -> None:
    """A truncated file is noticed."""
    with pytest.raises(ValueError, match="15 bytes are not a whole number of 8-byte hashes"):
        HashArray.from_bytes(bytes(15), algorithm="phash")


@pytest.mark.parametrize(
    "data",
    [
        np.zeros(8, np.uint8),
        np.zeros((3, 7), np.uint8),
        np.zeros((3, 8, 1), np.uint8),
        np.zeros((3, 8), np.int8),
        np.zeros((3, 8), np.bool_),
        np.zeros((3, 1), np.uint64),
    ],
    ids=lambda data: f"{data.dtype} {data.shape}",
)
def test_arrays_of_another_shape_or_type_are_refused(data: NDArray[Any]) -> None:
    """The message says what came and what was expected."""
    with pytest.raises(ValueError, match=r"^phash hashes must be an \(n, 8\) array of uint8, not "):
        HashArray(data, "phash")


@every_width
@no_deadline
@given(st.data())
def test_unique_finds_what_a_dictionary_finds(algorithm: str, data: st.DataObject) -> None:
    """It gives the distinct hashes in order, their first places, counts, and which is which."""
    hashes = data.draw(hash_arrays(algorithm))
    places: dict[int, list[int]] = {}
    for at, number in enumerate(ints(hashes)):
        places.setdefault(number, []).append(at)
    found = hashes.unique()
    assert ints(found.hashes) == list(places)
    assert found.first.tolist() == [at[0] for at in places.values()]
    assert found.counts.tolist() == [len(at) for at in places.values()]
    assert found.hashes[found.inverse] == hashes
    assert {part.dtype for part in found[1:]} == {np.dtype(np.intp)}


def test_contiguous_hashes_are_not_copied() -> None:
    """This holds for arrays, bytes and a run of an array's hashes."""
    data = np.zeros((5, 8), np.uint8)
    hashes = HashArray(data, "phash")
    assert hashes.data is data
    assert np.shares_memory(hashes[1:4].data, data)
    stored = bytearray(16)
    view = HashArray.from_bytes(stored, algorithm="phash")
    stored[-1] = 5
    assert ints(view) == [0, 5]


def test_scattered_hashes_are_made_contiguous() -> None:
    """This covers every other row, and some of the columns."""
    data = np.arange(160, dtype=np.uint8).reshape(10, 16)[::2, 3:11]
    hashes = HashArray(data, "phash")
    assert hashes.data.flags.c_contiguous
    assert [bytes(one) for one in hashes] == [bytes(row) for row in data.tolist()]


@pytest.mark.slow
def test_a_million_hashes_cost_little_more_than_their_bytes() -> None:
    """Gathered one by one, they take at most 8 MB and an eighth for growth."""
    one = numbered(5, "phash")
    tracemalloc.start()
    try:
        hashes = HashArray.of(repeat(one, 1_000_000), algorithm="phash")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(hashes) == 1_000_000
    assert hashes.data.nbytes == 8_000_000
    assert peak < 8_000_000 * 9 / 8 + 100_000
