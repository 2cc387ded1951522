"""The measures of retrieved duplicates, by hand and against the plain definition."""

from __future__ import annotations

import math
import tracemalloc
import warnings
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike.evaluation import evaluate

Map = dict[str, list[str]]

# True pairs: ab, ac, bc. Found pairs: ad, ab. d has no true duplicate, and e has nothing at all.
TRUTH: Map = {"a": ["b", "c"], "b": ["a", "c"], "c": ["a", "b"], "d": [], "e": []}
FOUND: Map = {"a": ["d", "b"], "b": ["a"], "c": [], "d": ["a"], "e": []}

PER_FILE = ["map", "ndcg", "jaccard"]
PER_CLASS = ["precision", "recall", "f1_score", "support"]
UNDEFINED = pytest.mark.filterwarnings("ignore:.* is undefined:UserWarning")


# Values


def test_map_is_the_mean_of_average_precisions() -> None:
    """Each hit adds the precision at its rank, and the sum is divided by the number of true
    ones.
    """
    # a: its only hit is at rank 2 with precision 1/2, of 2 true ones: 1/4. b: 1 at rank 1, of 2:
    # 1/2. c: nothing found: 0. d: something found though nothing is true: 0. e: nothing, correctly:
    # 1.
    expected = (1 / 4 + 1 / 2 + 0 + 0 + 1) / 5
    assert evaluate(TRUTH, FOUND, "map") == {"map": pytest.approx(expected)}


def test_ndcg_compares_the_order_with_the_best_order_of_the_same_list() -> None:
    """A hit at rank k is worth 1 / log2(k + 1), and true duplicates that are not found nothing."""
    # a: 1 / log2(3) where 1 / log2(2) = 1 was possible.  b: 1 of 1.  c: 0.  d: 0.  e: 1.
    expected = (1 / math.log2(3) + 1 + 0 + 0 + 1) / 5
    assert evaluate(TRUTH, FOUND, "ndcg") == {"ndcg": pytest.approx(expected)}


def test_jaccard_is_the_share_of_names_in_both_lists() -> None:
    """The number of names in both lists is divided by the number in either."""
    # a: {b} of {b, c, d}: 1/3.  b: {a} of {a, c}: 1/2.  c: 0.  d: 0.  e: 1.
    expected = (1 / 3 + 1 / 2 + 0 + 0 + 1) / 5
    assert evaluate(TRUTH, FOUND, "jaccard") == {"jaccard": pytest.approx(expected)}


def test_classification_counts_unordered_pairs() -> None:
    """Each measure has a value for pairs that are not duplicates, then for those that are."""
    # 10 pairs, 3 of them true. Found: ab (right) and ad (wrong). Missed: ac and bc. 6 are rightly
    # left.
    measures = evaluate(TRUTH, FOUND, "classification")
    assert list(measures) == PER_CLASS
    assert measures["precision"].tolist() == pytest.approx([6 / 8, 1 / 2])
    assert measures["recall"].tolist() == pytest.approx([6 / 7, 1 / 3])
    # 2 x right / (true + found): 12 / (7 + 8) and 2 / (3 + 2).
    assert measures["f1_score"].tolist() == pytest.approx([0.8, 0.4])
    assert measures["support"].tolist() == [7, 3]
    assert [measures[name].dtype for name in PER_CLASS] == [float, float, float, np.int64]


def test_all_is_every_measure_in_one_dictionary() -> None:
    """Without a metric, all of them come in imagededup's order, with the values of single calls."""
    measures = evaluate(TRUTH, FOUND)
    assert list(measures) == PER_FILE + PER_CLASS
    for metric in [*PER_FILE, "classification"]:
        for name, value in evaluate(TRUTH, FOUND, metric).items():
            assert np.array_equal(measures[name], value)


def test_means_are_plain_floats() -> None:
    """A single number is Python's own float, and prints as one."""
    measures = evaluate(TRUTH, FOUND)
    assert [type(measures[name]) for name in PER_FILE] == [float, float, float]


@pytest.mark.parametrize("metric", ["MAP", "Ndcg", "JacCard", "Classification", "ALL"])
def test_the_case_of_a_metric_does_not_matter(metric: str) -> None:
    """A metric may be written in any case."""
    shouted, plain = evaluate(TRUTH, FOUND, metric), evaluate(TRUTH, FOUND, metric.lower())
    assert repr(shouted) == repr(plain)


def test_the_truth_itself_is_perfect() -> None:
    """If the lists agree, in any order, every measure is exactly 1."""
    turned = {key: TRUTH[key][::-1] for key in reversed(TRUTH)}
    measures = evaluate(TRUTH, turned)
    assert [measures[name] for name in PER_FILE] == [1.0, 1.0, 1.0]
    assert all((measures[name] == 1).all() for name in PER_CLASS[:3])


def test_only_map_and_ndcg_look_at_the_order() -> None:
    """A hit further down costs precision and gain, but sets and pairs stay the same."""
    early, late = evaluate(TRUTH, {**FOUND, "a": ["b", "d"]}), evaluate(TRUTH, FOUND)
    assert early["map"] > late["map"]
    assert early["ndcg"] > late["ndcg"]
    for name in ["jaccard", *PER_CLASS]:
        assert np.array_equal(early[name], late[name])


def test_a_file_may_list_itself() -> None:
    """As in imagededup, it counts in lists like any other duplicate, but is not a pair."""
    truth: Map = {"a": ["a", "b"], "b": ["b", "a"]}
    found: Map = {"a": ["b"], "b": ["a"]}
    with pytest.warns(UserWarning, match="class 0"):
        measures = evaluate(truth, found)
    # Each file: 1 hit of 2 true ones, at rank 1.
    assert [measures[name] for name in PER_FILE] == [0.5, 1.0, 0.5]
    assert measures["support"].tolist() == [0, 1]
    # a: the wrong name was found. b: nothing, correctly.
    assert evaluate({"a": [], "b": []}, {"a": ["a"], "b": []}, "map") == {"map": 0.5}


def test_a_repeated_name_counts_each_time_in_lists() -> None:
    """As in imagededup, it is a hit at both ranks, but one name of a set and one pair."""
    truth: Map = {"a": ["b"], "b": ["a"], "c": []}
    measures = evaluate(truth, {**truth, "a": ["b", "b"]})
    # a: (1 + 1) / 1 true one. b and c: 1.
    assert measures["map"] == pytest.approx(4 / 3)
    assert [measures["ndcg"], measures["jaccard"]] == [1.0, 1.0]
    assert measures["support"].tolist() == [2, 1]
    assert measures["precision"].tolist() == [1, 1]


# What is undefined


NOTHING: Map = {"a": [], "b": []}
EVERYTHING: Map = {"a": ["b"], "b": ["a"]}


@pytest.mark.parametrize(
    ("truth", "found", "complaints", "precision", "recall"),
    [
        # One pair. If it is in neither map, class 1 has nothing true and nothing found. If it is in
        # both, the same is true of class 0.
        (NOTHING, NOTHING, ["recall of class 1", "precision of class 1"], [1, 0], [1, 0]),
        (EVERYTHING, EVERYTHING, ["recall of class 0", "precision of class 0"], [0, 1], [0, 1]),
        # No class is right. Nothing is true for class 1, and nothing is found for class 0, or vice
        # versa.
        (NOTHING, EVERYTHING, ["recall of class 1", "precision of class 0"], [0, 0], [0, 0]),
        (EVERYTHING, NOTHING, ["recall of class 0", "precision of class 1"], [0, 0], [0, 0]),
    ],
)
def test_an_undefined_measure_is_zero_and_warned_of(
    truth: Map, found: Map, complaints: list[str], precision: list[int], recall: list[int]
) -> None:
    """A class without pairs keeps its place, with 0, and the warning points to the caller."""
    with warnings.catch_warnings(record=True) as record:
        warnings.simplefilter("always")
        measures = evaluate(truth, found, "classification")
    told = [str(one.message).split("the ")[-1] for one in record]
    assert told == [f"{complaint} is undefined and given as 0" for complaint in complaints]
    assert {one.filename for one in record} == {__file__}
    assert measures["precision"].tolist() == precision
    assert measures["recall"].tolist() == recall
    # 2 x right / (true + found): 2 / 2 for a class that is right, 0 otherwise.
    assert measures["f1_score"].tolist() == precision


@UNDEFINED
@pytest.mark.parametrize(
    ("truth", "found", "value"), [(NOTHING, NOTHING, 1), (NOTHING, EVERYTHING, 0)]
)
def test_empty_lists_are_right_only_together(truth: Map, found: Map, value: float) -> None:
    """A file counts 1 if both lists are empty, and 0 if only one is."""
    for one, other in [(truth, found), (found, truth)]:
        measures = evaluate(one, other)
        assert [measures[name] for name in PER_FILE] == [value] * 3


def test_one_file_has_lists_but_no_pairs() -> None:
    """A single file can be measured by its list, but pairs are refused."""
    assert evaluate({"a": []}, {"a": []}, "map") == {"map": 1.0}
    with pytest.raises(ValueError, match="at least two files"):
        evaluate({"a": []}, {"a": []}, "classification")


# Against the plain definition


def plainly(truth: Map, found: Map) -> dict[str, Any]:
    """All measures, file by file and pair by pair, by their definitions."""
    pairs = list(combinations(truth, 2))
    labels = [(second in truth[first], second in found[first]) for first, second in pairs]
    measures: dict[str, Any] = {
        "map": sum(precision_of(truth[key], found[key]) for key in truth) / len(truth),
        "ndcg": sum(gain_of(truth[key], found[key]) for key in truth) / len(truth),
        "jaccard": sum(overlap_of(truth[key], found[key]) for key in truth) / len(truth),
    }
    measures.update({name: [] for name in PER_CLASS})
    for positive in [False, True]:
        right = sum(one == other == positive for one, other in labels)
        true = sum(one == positive for one, _ in labels)
        predicted = sum(other == positive for _, other in labels)
        measures["precision"].append(right / predicted if predicted else 0)
        measures["recall"].append(right / true if true else 0)
        measures["f1_score"].append(2 * right / (true + predicted) if true + predicted else 0)
        measures["support"].append(true)
    return measures


def precision_of(true: list[str], found: list[str]) -> float:
    if not true or not found:
        return float(true == found)
    ranks = [rank for rank, name in enumerate(found, start=1) if name in true]
    return sum(hits / rank for hits, rank in enumerate(ranks, start=1)) / len(true)


def gain_of(true: list[str], found: list[str]) -> float:
    if not true or not found:
        return float(true == found)
    ranks = [rank for rank, name in enumerate(found, start=1) if name in true]
    best = sum(1 / math.log2(rank + 1) for rank in range(1, len(ranks) + 1))
    return sum(1 / math.log2(rank + 1) for rank in ranks) / best if ranks else 0.0


def overlap_of(true: list[str], found: list[str]) -> float:
    if not true and not found:
        return 1.0
    return len({*true} & {*found}) / len({*true, *found})


@st.composite
def two_maps(draw: st.DrawFn) -> tuple[Map, Map]:
    """Two symmetric maps of the same files, their keys and lists in any order."""
    names = [f"{number}.jpg" for number in range(draw(st.integers(2, 7)))]
    pairs = list(combinations(names, 2))

    def one_map() -> Map:
        lists: Map = {key: [] for key in draw(st.permutations(names))}
        for first, second in draw(st.lists(st.sampled_from(pairs), unique=True)):
            lists[first].append(second)
            lists[second].append(first)
        return {key: draw(st.permutations(listed)) for key, listed in lists.items()}

    return one_map(), one_map()


@UNDEFINED
@given(two_maps())
def test_measures_are_those_of_the_plain_definition(maps: tuple[Map, Map]) -> None:
    """For any two symmetric maps, every measure is that of all n^2 pairs and each list."""
    measures, expected = evaluate(*maps), plainly(*maps)
    assert list(measures) == list(expected)
    for name, value in measures.items():
        assert value == pytest.approx(expected[name]), name


# Many files


@pytest.mark.thorough
def test_many_files_take_little_memory() -> None:
    """20,000 files of 10 duplicates take less than one byte per five of their pairs."""
    count = 20_000

    def ring(steps: list[int]) -> Map:
        """Each file is listed with those at most this many steps away, to either side."""
        return {
            str(at): [str((at + way * step) % count) for step in steps for way in (-1, 1)]
            for at in range(count)
        }

    truth, found = ring([1, 2, 3, 4, 5]), ring([1, 2, 3, 4, 6])
    tracemalloc.start()
    try:
        measures = evaluate(truth, found)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 40e6
    # 8 hits at the top of each list of 10, of 10 true ones. 8 names are in both lists, of 12 in
    # either.
    assert [measures[name] for name in PER_FILE] == pytest.approx([0.8, 1.0, 8 / 12])
    # 100,000 pairs are true and as many found. 80,000 of those are right, of 199,990,000 pairs.
    assert measures["support"].tolist() == [199_890_000, 100_000]
    others = 199_870_000 / 199_890_000
    for name in PER_CLASS[:3]:
        assert measures[name].tolist() == pytest.approx([others, 0.8], abs=1e-12)


# Errors


@pytest.mark.parametrize("metric", ["f1", "", None, 3])
def test_an_unknown_metric_is_refused_with_the_known_ones(metric: Any) -> None:
    """The message has the metric and all that exist."""
    with pytest.raises(
        ValueError, match="'map', 'ndcg', 'jaccard', 'classification' or 'all'"
    ) as told:
        evaluate(TRUTH, FOUND, metric)
    assert str(told.value).endswith(f"not {metric!r}")


def test_both_maps_must_have_the_same_keys() -> None:
    """The message names a limited number of keys that only one of them has."""
    more: Map = {f"{number}": [] for number in range(1, 8)}
    message = (
        "the maps must have the same keys: only ground_truth_map has 'e'; "
        "only retrieved_map has '1', '2', '3', '4', '5' and 2 more"
    )
    fewer = {key: listed for key, listed in FOUND.items() if key != "e"}
    with pytest.raises(ValueError, match=f"^{message}$"):
        evaluate(TRUTH, {**fewer, **more})


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"b": ["a", "x"]}, "lists 'x' for 'b', but has no such key$"),
        ({"b": [("a", 3)]}, r"lists \('a', 3\) for 'b', .* \(expected names without scores\)"),
        ({"b": [["a", 3]]}, r"lists \['a', 3\] for 'b', .* \(expected names without scores\)"),
        ({"b": []}, "lists 'b' for 'a', but not 'a' for 'b'$"),
        ({"e": ["c"]}, "lists 'c' for 'e', but not 'e' for 'c'$"),
        ({"b": "a"}, "must have a list of names for 'b', not 'a'"),
        ({"b": None}, "must have a list of names for 'b', not None"),
    ],
)
def test_lists_that_do_not_fit_are_refused(wrong: dict[str, Any], message: str) -> None:
    """The message says which map, which file and which name."""
    pair: Map = {"a": ["b"], "b": ["a"], "c": [], "e": []}
    with pytest.raises(ValueError, match=f"^ground_truth_map {message}"):
        evaluate({**pair, **wrong}, pair)
    with pytest.raises(ValueError, match=f"^retrieved_map {message}"):
        evaluate(pair, {**pair, **wrong})


def test_empty_maps_are_refused() -> None:
    """Nothing has no mean."""
    with pytest.raises(ValueError, match="nothing to evaluate"):
        evaluate({}, {})
