"""The keys of an index compared with a plain list."""

import re
import sys
import threading
import tracemalloc
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from lookalike.index.keys import keys as keys_module
from lookalike.index.keys.key_columns import Ints, Texts
from lookalike.index.keys.key_order import Order
from lookalike.index.keys.keys import Keys
from trying import cases

Key = int | str
LEAST, MOST = -(2**63), 2**63 - 1
INTS: list[Key] = [LEAST, LEAST + 1, -1, 0, 1, 2**32 - 1, 2**32, MOST - 1, MOST]
TEXTS: list[Key] = [
    *("", "\0", "a", "a\0", "b\0a", "ab", "é", "e\u0301", "\N{GRINNING FACE}", "12345678"),
    *("\udc80", "\ud83d", "\ude00", "\ud83d\ude00", "IMG\udcff.jpg", "x" * 200_000, "photo " * 20),
]

ints = st.integers(LEAST, MOST) | st.integers(-3, 3) | st.sampled_from(INTS)
texts = st.text(st.characters()) | st.text("ab", max_size=2) | st.sampled_from(TEXTS)


def batches_of(keys: st.SearchStrategy[Any]) -> st.SearchStrategy[list[list[Key]]]:
    return st.lists(st.lists(keys, max_size=30), max_size=5)


either = batches_of(ints) | batches_of(texts) | batches_of(ints).map(lambda b: [*map(sorted, b)])


def keys_of(*batches: Iterable[Key] | NDArray[Any]) -> Keys:
    keys = Keys()
    for batch in batches:
        keys.extend(keys.checked(batch))
    return keys


def assert_found(keys: Keys, model: list[Key], wanted: list[Key]) -> None:
    """Every wanted key is found where the model has it, alone and among the others."""
    places = [[k for k, key in enumerate(model) if key == one] for one in wanted]
    found = keys.positions_of_many(wanted)
    assert found.positions.tolist() == [at for each in places for at in each]
    assert found.counts.tolist() == [len(each) for each in places]
    assert found.missing == [one for one, each in zip(wanted, places, strict=True) if not each]
    for one, each in zip(wanted, places, strict=True):
        np.testing.assert_array_equal(keys.positions_of(one), np.array(each, np.intp), strict=True)


@pytest.mark.slow
@settings(deadline=None, max_examples=cases(200))
@given(either, st.data())
def test_keys_are_a_list_of_them(batches: list[list[Key]], data: st.DataObject) -> None:
    """Added keys keep their order, are found in all their places, and are selected by a mask."""
    keys, model = Keys(), list[Key]()
    for batch in batches:
        keys.extend(keys.checked(batch))
        model += batch
        if data.draw(st.booleans()):
            assert_found(keys, model, batch)
    assert list(keys) == model
    assert [keys[k] for k in range(-len(model), len(model))] == model * 2
    at = np.array(data.draw(st.lists(st.integers(0, len(model) - 1))) if model else [], np.intp)
    assert keys.take(at) == [model[k] for k in at]
    kept = data.draw(st.lists(st.booleans(), min_size=len(model), max_size=len(model)))
    chosen = keys.select(np.array(kept, np.bool_))
    rest = [key for key, keep in zip(model, kept, strict=True) if keep]
    for one, those in (
        (keys, model),
        (chosen, rest),
        (Keys.from_sections(chosen.to_sections()), rest),
    ):
        assert list(one) == those
        assert len(one) == len(those)
        assert_found(one, those, model)


@pytest.mark.parametrize("sample", [INTS, TEXTS], ids=["ints", "texts"])
def test_keys_of_one_hash_are_told_apart(
    sample: list[Key], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even if all hashes were equal, every key would be found in its place, and only there."""
    for column in (Ints, Texts):
        monkeypatch.setattr(column, "_hashes", lambda self, at: np.zeros(at.stop - at.start, "u8"))
    model = [*sample, *sample[::-2], *sample[1:5]]
    keys = keys_of(model[:7], model[7:])
    assert_found(keys, model, sample)
    keys.extend(keys.checked(sample[3:6]))
    assert_found(keys, model + sample[3:6], sample)
    assert_found(keys_of(sample[4:]), sample[4:], sample[:4])


@pytest.mark.slow
def test_many_keys_are_found_at_once() -> None:
    """For keys of several blocks, all places come by wanted key, and missing ones are named."""
    rng = np.random.default_rng(0)
    numbers = rng.integers(0, 150_000, 200_000)
    wanted = rng.permutation(160_000)
    order = np.argsort(numbers, kind="stable")
    counts = np.bincount(numbers, minlength=160_000)
    places = np.split(order, np.cumsum(counts)[:-1])
    for name in (int, "é{:06}.jpg".format):
        keys = keys_of(list(map(name, numbers.tolist())))
        found = keys.positions_of_many(list(map(name, wanted.tolist())))
        np.testing.assert_array_equal(found.counts, counts[wanted], strict=True)
        np.testing.assert_array_equal(found.positions, np.concatenate([places[k] for k in wanted]))
        assert found.missing == [name(k) for k in wanted.tolist() if not counts[k]]
        keep = rng.random(len(numbers)) < 0.5
        assert list(keys.select(keep)) == [name(k) for k in numbers[keep].tolist()]


def test_a_key_is_found_after_every_addition() -> None:
    """Keys that come one by one are found at once, in a sorted order of few parts."""
    keys, column, order = Keys(), Ints.of([5]), Order()
    for k in range(3000):
        keys.extend(keys.checked([k * k % 1009]))
        column = column.extended(Ints.of([k * k % 1009]))
        order = order.upto(column)
        assert keys.positions_of(k * k % 1009)[-1] == k
        assert len(order.runs) <= 6


def test_ascending_ints_need_no_order() -> None:
    """Ascending ints are found without sorting, and so are keys added after them."""
    column = Ints.of([*range(-10, 10), 9, 9])
    order = Order().upto(column)
    assert order == Order(22)
    column = column.extended(Ints.of([9, 12]))
    assert order.upto(column) == Order(24)
    longer = order.upto(column.extended(Ints.of([9])))
    assert longer.ascending == 22
    assert [len(run) for run in longer.runs] == [3]
    assert keys_of([9, 9, 12], [12, 5]).positions_of(12).tolist() == [2, 3]


def test_keys_move_rarely() -> None:
    """Thousands of single additions copy the keys to a larger buffer only a few times."""
    for name in (int, str):
        keys = keys_of([name(0)])
        before = keys.to_sections()
        moves = 0
        for k in range(3000):
            keys.extend(keys.checked([name(k)]))
            sections = keys.to_sections()
            moves += any(not np.shares_memory(sections[part], before[part]) for part in before)
            before = sections
        assert moves <= 26  # 12 or 13 times per buffer


def test_an_int_takes_eight_bytes() -> None:
    """A million ints take as much memory as an array of them."""
    tracemalloc.start()
    keys = keys_of(np.arange(1_000_000))
    taken = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert len(keys) == 1_000_000
    assert taken < 8.1e6


# What is accepted

NUMBERS = [3, 0, 100, 3]
NAMES = ["b.jpg", "", "é\udcff", "b.jpg"]
ACCEPTED: list[tuple[Any, list[Any]]] = [
    *((np.array(NUMBERS, dtype), NUMBERS) for dtype in (">i8", "<i2", "i1", "u1", "u4", ">u8")),
    (np.array(NUMBERS * 2)[::2], (NUMBERS * 2)[::2]),
    (np.array([0, 2**63 - 1], np.uint64), [0, MOST]),
    (np.array(NUMBERS, object), NUMBERS),
    ([np.int8(-5), 7, np.uint64(2**63 - 1)], [-5, 7, MOST]),
    (range(5, 0, -2), [5, 3, 1]),
    ((name for name in NAMES), NAMES),
    (dict.fromkeys(NAMES), list(dict.fromkeys(NAMES))),
    (np.array(["b", "é", ""]), ["b", "é", ""]),
    (np.array(["b", "é", ""], np.dtypes.StringDType()), ["b", "é", ""]),
    (np.array(NAMES, object), NAMES),
    ([np.str_("a"), "b"], ["a", "b"]),
    (pd.Series(["b", "é"]), ["b", "é"]),
    (pd.Series(["b", "é"], dtype=object), ["b", "é"]),
    (pd.Series([3, -1]), [3, -1]),
    (pd.Series([3, -1], dtype="Int64"), [3, -1]),
    (pd.Index([3, 1]), [3, 1]),
    ([], []),
    (np.array([]), []),
]


@pytest.mark.parametrize(("values", "expected"), ACCEPTED)
def test_lists_and_arrays_are_accepted(values: Any, expected: list[Key]) -> None:
    """Keys come from arrays of any ints or texts, lists and iterables, and are plain Python."""
    keys = keys_of(values)
    assert list(keys) == expected
    assert {type(key) for key in keys} == {type(key) for key in expected}


REFUSED: list[tuple[Any, type[Exception], str]] = [
    ([True], TypeError, "a key must be an int or a str, not True"),
    ([1, False], TypeError, "a key must be an int, as those before it, not False"),
    ([None], TypeError, "an int or a str, not None"),
    ([1.0], TypeError, "not 1.0"),
    ([b"a"], TypeError, "not b'a'"),
    (["a", 1], TypeError, "a key must be a str, as those before it, not 1"),
    ([1, "a"], TypeError, "not 'a'"),
    ([*range(100_000), "last"], TypeError, "not 'last'"),
    ([Path("a.jpg")], TypeError, "Path('a.jpg')"),
    ([np.timedelta64(1, "s")], TypeError, "timedelta64(1"),
    (np.array([True]), TypeError, "True"),
    (np.array([1.5]), TypeError, "1.5"),
    (np.array([b"a"]), TypeError, "b'a'"),
    (np.array(["2024-01-01"], "M8[ns]"), TypeError, "2024-01-01"),
    (np.array([1, "a"], object), TypeError, "not 'a'"),
    (pd.Series(["a", None]), TypeError, "not nan"),
    ("abc", TypeError, "an iterable of them, not 'abc'"),
    (b"abc", TypeError, "not b'abc'"),
    (5, TypeError, "not 5"),
    ([1, 2**63], ValueError, "must fit in 64 bits with its sign, not 9223372036854775808"),
    ([LEAST - 1], ValueError, "not -9223372036854775809"),
    ([1, np.uint64(2**63)], ValueError, "not 9223372036854775808"),
    (np.array([1, 2**63], np.uint64), ValueError, "not 9223372036854775808"),
    (np.array([[1, 2]]), ValueError, "not of shape (1, 2)"),
    (np.array(1), ValueError, "not of shape ()"),
]


@pytest.mark.parametrize(("values", "error", "message"), REFUSED)
def test_what_is_no_key_is_refused(values: Any, error: type[Exception], message: str) -> None:
    """A wrong key is named with what was expected, whether to be added or to be found."""
    keys = Keys()
    for call in (keys.checked, keys.positions_of_many):
        with pytest.raises(error, match=re.escape(message)):
            call(values)
    assert list(keys) == []
    assert keys.to_sections() == {}


def test_all_keys_are_of_one_kind() -> None:
    """The first keys decide the kind, and refused keys change nothing."""
    keys, later = Keys(), Keys()
    strs = later.checked(["a"])
    keys.extend(keys.checked([1, 2]))
    refused: list[Any] = [["a"], np.array(["a"]), [3, "a"]]
    for wrong in refused:
        with pytest.raises(TypeError, match=r"^a key must be an int, as those before it, not 'a'$"):
            keys.checked(wrong)
    with pytest.raises(TypeError, match=r"^a key must be an int, as those before it, not 'a'$"):
        keys.extend(strs)
    assert list(keys) == [1, 2]
    later.extend(strs)
    with pytest.raises(TypeError, match=r"^a key must be a str, as those before it, not 5$"):
        later.checked(np.array([5, 6]))
    with pytest.raises(TypeError, match=r"must be a str, as those before it, not 1$"):
        later.select(np.array([False])).checked([1])


def test_a_key_of_the_other_kind_is_not_there() -> None:
    """A str among ints, an int among strs and an int beyond 64 bits are not found."""
    for keys in (Keys(), keys_of([1, 2]), keys_of(["1", "2"])):
        for key in ("a", 3, 2**63, -(2**70)):
            assert keys.positions_of(key).tolist() == []
        assert keys.positions_of_many(["a", "b", "a"]).missing == ["a", "b", "a"]
        assert keys.positions_of_many([4, 3]).counts.tolist() == [0, 0]
        for wrong in (True, None, 1.0):
            with pytest.raises(TypeError, match=f"an int or a str, not {wrong}"):
                keys.positions_of(wrong)  # type: ignore[arg-type]


def test_checking_changes_nothing() -> None:
    """Checked keys are added only by `extend`, and no keys leave the kind open."""
    keys = Keys()
    checked = keys.checked(["a"])
    keys.checked([1])
    keys.extend(keys.checked([]))
    keys.extend(keys.checked(np.array([], np.int64)))
    assert (len(keys), keys.to_sections()) == (0, {})
    keys.extend(checked)
    assert (len(checked), list(keys)) == (1, ["a"])


def test_an_array_that_was_added_may_change() -> None:
    """The keys are a copy of the array that was given."""
    numbers = np.array([1, 2])
    keys = keys_of(numbers)
    numbers[:] = 0
    assert list(keys) == [1, 2]


def test_positions_beyond_the_end_are_refused() -> None:
    """A position beyond the keys raises `IndexError`, even in an empty index."""
    for keys in (Keys(), keys_of([1, 2]), keys_of(["a", "b"])):
        assert keys.take(np.array([], np.intp)) == []
        for at in (2, -3):
            with pytest.raises(IndexError):
                keys.take(np.array([at]))
            with pytest.raises(IndexError):
                keys[at]


def test_a_mask_of_another_length_or_dtype_is_refused() -> None:
    """`select` names what came instead of one bool per key."""
    refused: list[Any] = [np.ones(3, np.bool_), np.ones(2, np.int64), np.ones((2, 1), np.bool_)]
    for keep in refused:
        came = re.escape(f"keep must be (2,) of bool, not {keep.dtype} of shape {keep.shape}")
        with pytest.raises(ValueError, match=came):
            keys_of([1, 2]).select(keep)


def test_more_keys_than_positions_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Positions are limited to this many keys, and one more is refused."""
    monkeypatch.setattr(keys_module, "MOST_KEYS", 5)
    keys = keys_of([1, 2], [3, 4, 5])
    with pytest.raises(ValueError, match="at most 5 keys, not 6"):
        keys.checked([6])


# Sections


def test_sections_are_plain_arrays() -> None:
    """The saved arrays are the ints themselves, or UTF-8 and offsets, and nothing beyond their
    end.
    """
    (values,) = keys_of([1, 2], [-1]).to_sections().items()
    assert values[0] == "keys.int"
    np.testing.assert_array_equal(values[1], np.array([1, 2, -1]), strict=True)
    sections = keys_of(["a", "é"], [""], ["b"]).to_sections()
    assert sections.keys() == {"keys.text", "keys.offsets"}
    assert sections["keys.text"].tobytes() == "aéb".encode()
    np.testing.assert_array_equal(sections["keys.offsets"], np.array([0, 1, 3, 3, 4]), strict=True)
    assert keys_of([1]).select(np.array([False])).to_sections()["keys.int"].shape == (0,)


@pytest.mark.parametrize("model", [[5, 3, 5], ["a", "", "a\udc80"]], ids=["ints", "texts"])
def test_mapped_sections_are_used_as_they_are(model: list[Key], tmp_path: Path) -> None:
    """Arrays of a file are neither copied nor written to, and new keys are in memory."""
    mapped = {"hashes": np.zeros((3, 8))}
    for name, array in keys_of(model).to_sections().items():
        np.save(tmp_path / name, array)
        mapped[name] = np.load(tmp_path / f"{name}.npy", mmap_mode="r")
    keys = Keys.from_sections(mapped)
    for name, array in keys.to_sections().items():
        assert np.shares_memory(array, mapped[name])
    assert_found(keys, model, model)
    keys.extend(keys.checked([]))
    keys.extend(keys.checked(model[1:2]))
    keys.extend(keys.checked(model))
    assert_found(keys, [*model, model[1], *model], model)
    assert list(Keys.from_sections(mapped)) == model


OFFSETS, TEXT = np.array([0, 1]), np.zeros(1, np.uint8)


@pytest.mark.parametrize(
    ("sections", "message"),
    [
        ({"keys.int": OFFSETS.astype(np.int32)}, "keys.int must be .* not int32 of shape .2,."),
        ({"keys.int": OFFSETS[None]}, "keys.int must be .* not int64 of shape .1, 2."),
        ({"keys.int": OFFSETS, "keys.text": TEXT}, "sections of keys: keys.int, keys.text"),
        ({"keys.text": TEXT}, "unexpected sections of keys: keys.text"),
        ({"keys.text": OFFSETS, "keys.offsets": OFFSETS}, "keys.text must be .* uint8, not int64"),
        ({"keys.text": TEXT, "keys.offsets": OFFSETS[:1]}, "keys.offsets must go from 0 to 1"),
        ({"keys.text": TEXT, "keys.offsets": OFFSETS[1:]}, "keys.offsets must go from 0 to 1"),
        ({"keys.text": TEXT, "keys.offsets": OFFSETS[:0]}, "keys.offsets must go from 0 to 1"),
    ],
)
def test_sections_of_no_keys_are_refused(sections: dict[str, NDArray[Any]], message: str) -> None:
    """Arrays that cannot hold keys are refused by name."""
    with pytest.raises(ValueError, match=message):
        Keys.from_sections(sections)


# Threads


@pytest.mark.parametrize("name", [int, "é{}".format], ids=["ints", "texts"])
def test_threads_read_while_one_appends(name: Callable[[int], Key]) -> None:
    """A thread that takes the length can read and find all keys below it during additions."""
    keys, total, wrong = Keys(), 20_000, list[object]()

    def key(k: int) -> Key:
        return name(k * 7919 % total)

    def read() -> None:
        try:
            while len(keys) < total:
                count = len(keys)
                at = np.arange(max(count - 50, 0), count)
                expected = [key(k) for k in at.tolist()]
                assert keys.take(at) == expected
                assert keys.positions_of_many(expected).positions.tolist() == at.tolist()
        except BaseException as error:  # noqa: BLE001
            wrong.append(error)

    readers = [threading.Thread(target=read) for _ in range(3)]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    for reader in readers:
        reader.start()
    for first in range(0, total, 40):
        keys.extend(keys.checked([key(k) for k in range(first, first + 40)]))
    for reader in readers:
        reader.join()
    sys.setswitchinterval(interval)
    assert wrong == []
    assert list(keys) == [key(k) for k in range(total)]
