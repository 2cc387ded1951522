"""Input that an index refuses: the error says what came and what was expected."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from lookalike import AlgorithmMismatchError, Hash, HashArray, Index, IndexFileError

ZEROS = "0" * 16


def raising() -> Iterator[str]:
    """Hashes that end in an error."""
    yield ZEROS
    raise OSError("the disk is gone")


BYTES = np.zeros((1, 8), np.uint8)
PHASH = "expected a phash hash: a Hash, 16 hex digits or 8 bytes as a uint8 array, not "
DIGITS = "a phash hash has 16 hex digits, not "
WRONG_HASHES: list[tuple[str, Any, type[Exception], str]] = [
    ("phash", [Hash(bytes(8), "dhash")], AlgorithmMismatchError, "a phash hash and a dhash hash"),
    ("phash", HashArray(BYTES, "ahash"), AlgorithmMismatchError, "a phash hash and a ahash hash"),
    ("phash", [ZEROS, Hash(bytes(32), "phash:16")], AlgorithmMismatchError, "a phash:16 hash"),
    ("phash", ["0" * 15], ValueError, f"{DIGITS}'000000000000000'"),
    ("phash", ["0" * 17], ValueError, f"{DIGITS}'00000000000000000'"),
    ("phash", ["0123 4567 89ab c"], ValueError, f"{DIGITS}'0123 4567 89ab c'"),
    ("phash", [" " * 16], ValueError, f"{DIGITS}'                '"),
    ("phash", ["-" + "0" * 15], ValueError, f"{DIGITS}'-000000000000000'"),
    ("phash", ["0x" + "0" * 14], ValueError, f"{DIGITS}'0x00000000000000'"),
    ("phash", ["\u0661" * 16], ValueError, DIGITS),
    ("phash", [""], ValueError, f"{DIGITS}''"),
    ("phash", [ZEROS, "g" * 16], ValueError, f"{DIGITS}'gggggggggggggggg'"),
    ("phash", [bytes(8)], TypeError, PHASH + repr(bytes(8))),
    ("phash", [0], TypeError, f"{PHASH}0"),
    ("phash", [None], TypeError, f"{PHASH}None"),
    ("phash", [[ZEROS]], TypeError, f"{PHASH}['{ZEROS}']"),
    ("phash", [BYTES], TypeError, f"{PHASH}array([[0"),
    ("phash", [np.zeros(9, np.uint8)], TypeError, f"{PHASH}array([0"),
    ("phash", [np.zeros(8, np.int8)], TypeError, f"{PHASH}array([0"),
    ("phash", np.zeros((1, 7), np.uint8), ValueError, "array of uint8, not uint8 of shape (1, 7)"),
    ("phash", np.zeros((1, 8, 1), np.uint8), ValueError, "not uint8 of shape (1, 8, 1)"),
    ("phash", np.zeros((1, 8), np.int64), ValueError, "not int64 of shape (1, 8)"),
    ("phash", np.zeros(1, np.uint64), ValueError, "not uint64 of shape (1,)"),
    ("phash", np.array([ZEROS]), ValueError, "not <U16 of shape (1,)"),
    ("phash", bytes(8), TypeError, "expected hashes, each a phash hash, not " + repr(bytes(8))),
    ("phash", 5, TypeError, "expected hashes, each a phash hash, not 5"),
    ("phash", None, TypeError, "not None"),
    ("phash", raising, OSError, "the disk is gone"),
    ("colorhash", ["4" + "0" * 10], ValueError, "11 hex digits for 42 bits, not '40000000000'"),
    ("colorhash", np.array([[3] * 6, [4] + [0] * 5], np.uint8), ValueError, ": 040000000000"),
    ("colorhash", ["0" * 12], ValueError, "hash has 11 hex digits, not '000000000000'"),
    ("12 bits", ["0000"], ValueError, "a hash of 12 bits has 3 hex digits, not '0000'"),
    ("12 bits", np.array([[0x10, 0]], np.uint8), ValueError, "12 bits, not more: 1000"),
    ("12 bits", HashArray(BYTES, "phash"), AlgorithmMismatchError, "of 12 bits and a phash"),
]  # fmt: skip


def filled(kind: str) -> Index:
    """An index of an algorithm or of bits, with one entry."""
    index = Index(bits=12) if kind == "12 bits" else Index(kind)
    index.add([7], np.zeros((1, -(-index.bits // 8)), np.uint8))
    return index


@pytest.mark.parametrize(("kind", "hashes", "error", "message"), WRONG_HASHES)
def test_wrong_hashes_are_refused(
    kind: str, hashes: Any, error: type[Exception], message: str
) -> None:
    """They are neither added nor looked up, and nothing has changed."""
    index = filled(kind)
    with pytest.raises(error, match=re.escape(message)):
        index.add([1], hashes() if callable(hashes) else hashes)
    with pytest.raises(error, match=re.escape(message)):
        index.query_many(hashes() if callable(hashes) else hashes, 3)
    assert index.nearest(np.zeros(-(-index.bits // 8), np.uint8), 5) == [(7, 0)]
    assert list(index) == [7]


WRONG_QUERIES: list[tuple[Any, type[Exception], str]] = [
    (Hash(bytes(8), "dhash"), AlgorithmMismatchError, "a phash hash and a dhash hash"),
    ("abc", ValueError, f"{DIGITS}'abc'"),
    (np.zeros(7, np.uint8), TypeError, f"{PHASH}array([0, 0, 0, 0, 0, 0, 0]"),
    (BYTES, TypeError, "expected a phash hash: a Hash, hex digits or a uint8 array, not array([[0"),
    ([ZEROS], TypeError, f"not ['{ZEROS}']"),
    (HashArray(BYTES, "phash"), TypeError, "not <HashArray phash, 1 hashes>"),
    (bytes(8), TypeError, f"not {bytes(8)!r}"),
    (0, TypeError, "not 0"),
    (None, TypeError, "not None"),
]


@pytest.mark.parametrize(("query", "error", "message"), WRONG_QUERIES)
def test_one_hash_is_looked_up_at_a_time(query: Any, error: type[Exception], message: str) -> None:
    """`query` and `nearest` take one hash, as a Hash, hex digits or an array of its bytes."""
    index = filled("phash")
    with pytest.raises(error, match=re.escape(message)):
        index.query(query, 3)
    with pytest.raises(error, match=re.escape(message)):
        index.nearest(query, 3)


WRONG_KEYS: list[tuple[Any, Any, type[Exception], str]] = [
    ([1, 2], [ZEROS], ValueError, "there must be as many keys as hashes, not 2 and 1"),
    ([1], [ZEROS] * 2, ValueError, "as many keys as hashes, not 1 and 2"),
    (1, [ZEROS] * 2, ValueError, "not 1 and 2"),
    ([], [ZEROS], ValueError, "not 0 and 1"),
    (range(3), [], ValueError, "not 3 and 0"),
    (["a"], [ZEROS], TypeError, "a key must be an int, as those before it, not 'a'"),
    ([1, "a"], [ZEROS] * 2, TypeError, "not 'a'"),
    ("a", ZEROS, TypeError, "not 'a'"),
    (True, ZEROS, TypeError, "a key must be an int, as those before it, not True"),
    (1.0, ZEROS, TypeError, "not 1.0"),
    (None, ZEROS, TypeError, "not None"),
    (np.timedelta64(1, "s"), ZEROS, TypeError, "not np.timedelta64(1,'s')"),
    (np.array([1.5]), [ZEROS], TypeError, "1.5"),
    (2**63, ZEROS, ValueError, "must fit in 64 bits with its sign, not 9223372036854775808"),
    (b"a", ZEROS, TypeError, "not b'a'"),
]


@pytest.mark.parametrize(("keys", "hashes", "error", "message"), WRONG_KEYS)
def test_wrong_keys_are_refused(
    keys: Any, hashes: Any, error: type[Exception], message: str
) -> None:
    """There must be as many keys as hashes, all of the first key's kind, or nothing is added."""
    index = filled("phash")
    with pytest.raises(error, match=re.escape(message)):
        index.add(keys, hashes)
    assert list(index) == [7]
    assert index.query(ZEROS, 64) == [(7, 0)]


def test_keys_that_are_not_there_remove_nothing() -> None:
    """The first missing key is named, and the others stay."""
    index = filled("phash")
    index.add([8, 9, 8], [ZEROS] * 3)
    index.remove(9)
    for keys, missing in (([7, 5, 6], "5"), ([8, 9], "9"), (9, "9"), (["a"], "'a'"), ("a", "'a'")):
        with pytest.raises(KeyError, match=f"^{re.escape(missing)}$"):
            index.remove(keys)
    wrong: list[Any] = [1.0, None, True, [7, 1.0], b"a"]
    for keys in wrong:
        with pytest.raises(TypeError, match=f"not {re.escape(repr(keys))}|not 1.0"):
            index.remove(keys)
    assert list(index) == [7, 8, 8]


NUMBERS: list[tuple[Callable[[Any], object], type[Exception], str]] = [
    (lambda one: one.query(ZEROS, -1), ValueError, "max_distance must be 0 to 64 bits, not -1"),
    (lambda one: one.query(ZEROS, 65), ValueError, "max_distance must be 0 to 64 bits, not 65"),
    (lambda one: one.query(ZEROS, 1.0), TypeError, "max_distance must be a whole number"),
    (lambda one: one.query_many([], True), TypeError, "whole number, not True"),
    (lambda one: one.pairs(None), TypeError, "whole number, not None"),
    (lambda one: one.pairs_with(one, 99), ValueError, "0 to 64 bits, not 99"),
    (lambda one: one.groups("3"), TypeError, "whole number, not '3'"),
    (lambda one: one.explain(65), ValueError, "0 to 64 bits, not 65"),
    (lambda one: one.nearest(ZEROS, 0), ValueError, "k must be 1 or more, not 0"),
    (lambda one: one.nearest(ZEROS, 2.0), TypeError, "k must be a whole number, not 2.0"),
    (lambda one: one.query_many([ZEROS], 3, workers=0), ValueError, "1 to 4096, not 0"),
    (lambda one: one.pairs(3, workers=-1), ValueError, "workers must be 1 to 4096, not -1"),
    (lambda one: one.pairs_with(one, 3, workers=0), ValueError, "1 to 4096, not 0"),
    (lambda one: one.groups(3, workers=1.5), TypeError, "whole number, not 1.5"),
    (lambda one: one.pairs_with([ZEROS], 3), TypeError, "other must be an Index, not"),
    (lambda one: one.pairs_with(Index("dhash"), 3), AlgorithmMismatchError, "and a dhash hash"),
    (lambda one: one.pairs_with(Index(bits=64), 3), AlgorithmMismatchError, "a hash of 64 bits"),
    (lambda one: one.keys_at([1]), IndexError, "0 or more and below 1, not 1 to 1"),
    (lambda one: one.keys_at([0, -1]), IndexError, "not -1 to 0"),
    (lambda one: one.keys_at([0.5]), TypeError, "positions must be whole numbers, not [0.5]"),
    (lambda one: one.keys_at([True]), TypeError, "not [True]"),
    (lambda one: one.keys_at([[0]]), TypeError, "not [[0]]"),
    (lambda one: one.keys_at(["0"]), TypeError, "not ['0']"),
    (lambda one: one.keys_at(0), TypeError, "int"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "error", "message"), NUMBERS)
def test_other_arguments_are_checked(
    call: Callable[[Any], object], error: type[Exception], message: str
) -> None:
    """They are checked at the call, before any search, even if the answer is an iterator."""
    with pytest.raises(error, match=re.escape(message)):
        call(filled("phash"))


KINDS: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({}, TypeError, "either the name of an algorithm, or bits="),
    ({"algorithm": "phash", "bits": 64}, TypeError, "either the name of an algorithm, or bits="),
    ({"algorithm": "nonsense"}, ValueError, "no algorithm 'nonsense'"),
    ({"algorithm": "phash:1"}, ValueError, "the size of 'phash:1'"),
    ({"algorithm": 5}, TypeError, "not 5"),
    ({"bits": 7}, ValueError, "bits must be 8 to 4096, not 7"),
    ({"bits": 4097}, ValueError, "bits must be 8 to 4096, not 4097"),
    ({"bits": 64.0}, TypeError, "bits must be a whole number, not 64.0"),
    ({"bits": "64"}, TypeError, "not '64'"),
]


@pytest.mark.parametrize(("arguments", "error", "message"), KINDS)
def test_an_index_is_of_an_algorithm_or_of_bits(
    arguments: dict[str, Any], error: type[Exception], message: str
) -> None:
    """It has an existing algorithm or 8 to 4096 bits, and not both."""
    with pytest.raises(error, match=re.escape(message)):
        Index(**arguments)


def test_what_is_no_index_does_not_open(tmp_path: Any) -> None:
    """A missing file raises the usual error. Any other file is an `IndexFileError` that names
    it.
    """
    with pytest.raises(FileNotFoundError):
        Index.open(tmp_path / "missing")
    (tmp_path / "notes.txt").write_text("nothing")
    with pytest.raises(IndexFileError, match="notes.txt: not a lookalike index"):
        Index.open(tmp_path / "notes.txt")
