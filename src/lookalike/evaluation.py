"""How well retrieved duplicates agree with known ones, with the metrics of imagededup.

The n(n-1)/2 pairs are never listed. Pairs in neither map are counted by subtraction.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from lookalike.checks import one_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_NAMED = 5
"""The most names in a message. Others are only counted."""


def evaluate(
    ground_truth_map: Mapping[str, Sequence[str]],
    retrieved_map: Mapping[str, Sequence[str]],
    metric: str = "all",
) -> dict[str, Any]:
    """Measure a map of duplicates against the true one, as `imagededup.evaluation.evaluate` does.

    Each map has every file as a key. The value is the list of its duplicates' names, most similar
    first. `metric`, in upper or lower case, is one of

    - `"map"`: a float, the mean of the average precision over the files. For each rank of a file's
      retrieved list that holds a true duplicate, take the share of true ones down to that rank. The
      average precision is the sum of these shares, divided by the length of the true list.
    - `"ndcg"`: a float, the mean of the normalised discounted cumulative gain. Rank k has weight
      1 / log2(k + 1). The ideal list has the same hits at the top, so missing duplicates do not
      lower it.
    - `"jaccard"`: a float, the mean share of the names of either list that are in both.
    - `"classification"`: `"precision"`, `"recall"` and `"f1_score"`, float64 of shape (2,), and
      `"support"`, int64 of shape (2,). They are over all unordered pairs of different files. The
      first class is the pairs that are not duplicates in the ground truth, the second those that
      are.
    - `"all"`: all of these, in this order.

    In the first three, a file counts 1 if both of its lists are empty and 0 if one is. For `"map"`
    and `"ndcg"`, a repeated name counts each time. A file listed as its own duplicate counts like
    any other there, but is not a pair.

    Numbers are those of imagededup 0.3.3, with one exception. If no pair, or every pair, is a
    duplicate in both maps, imagededup returns arrays of one class, and this returns both. A metric
    that would be 0 / 0 is 0, with a `UserWarning`.

    Raises `ValueError` with the name of the file if the maps have different keys or a list has a
    name that is not a key. The same holds if one file lists another that does not list it. Also
    raises `ValueError` for empty maps, for pairs of fewer than two files, and for an unknown
    `metric`.
    """
    wanted = _metrics_of(metric)
    keys = _common_keys(ground_truth_map, retrieved_map)
    truth = _Lists("ground_truth_map", ground_truth_map, keys)
    retrieved = _Lists("retrieved_map", retrieved_map, keys)
    values: dict[str, Any] = {
        name: _mean(_PER_FILE[name](truth, retrieved), truth, retrieved)
        for name in wanted
        if name in _PER_FILE
    }
    if CLASSIFICATION in wanted:
        values.update(_classification(truth, retrieved))
    return values


class _Lists:
    """The lists of one map, with numbers in place of names."""

    def __init__(
        self, what: str, mapping: Mapping[str, Sequence[str]], keys: dict[str, int]
    ) -> None:
        """`keys`: the number of every file. Raises `ValueError` for lists that do not fit."""
        self.size = len(keys)
        """How many files there are."""
        self.counts = np.empty(self.size, np.int64)
        """`(size,)`: the length of each file's list."""
        for at, (key, names) in enumerate((key, mapping[key]) for key in keys):
            if isinstance(names, str) or not hasattr(names, "__len__"):
                raise ValueError(f"{what} must have a list of names for {key!r}, not {names!r}")
            self.counts[at] = len(names)
        listed = chain.from_iterable(mapping[key] for key in keys)
        total = int(self.counts.sum())
        try:
            self.item = np.fromiter(map(keys.__getitem__, listed), np.int64, total)
            """`(entries,)`: the listed files, list after list."""
        except (KeyError, TypeError):  # TypeError: not hashable
            raise ValueError(_stranger(what, mapping, keys)) from None
        self.query = np.repeat(np.arange(self.size), self.counts)
        """`(entries,)`: the file whose list has each entry."""
        starts = np.cumsum(self.counts) - self.counts
        self.place = np.arange(total) - starts[self.query]
        """`(entries,)`: the position of each entry in its list, from 0."""
        self.codes = self.query * self.size + self.item
        """`(entries,)`: one number for each (query, item)."""
        self.relations = _distinct(self.codes)
        """`(relations,)`: the codes without repeats, ascending."""
        self._check_symmetry(what, list(keys))

    def _check_symmetry(self, what: str, keys: list[str]) -> None:
        query, item = np.divmod(self.relations, self.size)
        one_way = np.flatnonzero(~_within(item * self.size + query, self.relations))
        if len(one_way):
            lists, listed = keys[query[one_way[0]]], keys[item[one_way[0]]]
            raise ValueError(
                f"{what} lists {listed!r} for {lists!r}, but not {lists!r} for {listed!r}"
            )

    def pairs(self) -> NDArray[np.int64]:
        """The codes of the unordered pairs of different files, ascending."""
        query, item = np.divmod(self.relations, self.size)
        return self.relations[query < item]


def _metrics_of(metric: str) -> list[str]:
    name = metric.lower() if isinstance(metric, str) else metric
    one_of(name, "metric", METRICS)
    return [*_PER_FILE, CLASSIFICATION] if name == "all" else [name]


def _common_keys(truth: Mapping[str, object], retrieved: Mapping[str, object]) -> dict[str, int]:
    """The number of every file, in the order of the ground truth."""
    only = [
        f"only {what} has {_named(key for key in one if key not in other)}"
        for what, one, other in (
            ("ground_truth_map", truth, retrieved),
            ("retrieved_map", retrieved, truth),
        )
        if one.keys() - other.keys()
    ]
    if only:
        raise ValueError(f"the maps must have the same keys: {'; '.join(only)}")
    if not truth:
        raise ValueError("the maps are empty: there is nothing to evaluate")
    return {key: at for at, key in enumerate(truth)}


def _named(names: Iterable[str]) -> str:
    listed = [repr(name) for name in names]
    more = len(listed) - MOST_NAMED
    shown = ", ".join(listed[:MOST_NAMED])
    return f"{shown} and {more:,} more" if more > 0 else shown


def _stranger(what: str, mapping: Mapping[str, Sequence[str]], keys: Mapping[str, int]) -> str:
    """The message about the first name that is not a key."""

    def is_key(name: object) -> bool:
        return isinstance(name, Hashable) and name in keys

    key, name = next((key, name) for key in keys for name in mapping[key] if not is_key(name))
    hint = " (expected names without scores)" if isinstance(name, list | tuple) else ""
    return f"{what} lists {name!r} for {key!r}, but has no such key{hint}"


def _distinct(codes: NDArray[np.int64]) -> NDArray[np.int64]:
    """The codes without repeats, ascending. Sorts, as `np.unique` takes ten times as long."""
    ascending = np.sort(codes)
    distinct: NDArray[np.int64] = ascending[np.diff(ascending, prepend=-1) != 0]
    return distinct


def _within(codes: NDArray[np.int64], ascending: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which of the codes are among the ascending ones."""
    at = np.searchsorted(ascending, codes)
    padded = np.append(ascending, -1)  # no code is -1
    found: NDArray[np.bool_] = padded[at] == codes
    return found


def _average_precision(truth: _Lists, retrieved: _Lists) -> NDArray[np.float64]:
    hit = _within(retrieved.codes, truth.relations)
    hits = np.append(0, np.cumsum(hit))  # of all lists, one after another
    at = np.arange(len(hit))
    precision = (hits[at + 1] - hits[at - retrieved.place]) / (retrieved.place + 1)
    total = np.bincount(retrieved.query, hit * precision, truth.size)
    values: NDArray[np.float64] = total / np.maximum(truth.counts, 1)
    return values


def _ndcg(truth: _Lists, retrieved: _Lists) -> NDArray[np.float64]:
    hit = _within(retrieved.codes, truth.relations)
    weight = 1 / np.log2(np.arange(retrieved.counts.max()) + 2)
    gain = np.bincount(retrieved.query, hit * weight[retrieved.place], truth.size)
    hits = np.bincount(retrieved.query[hit], minlength=truth.size)
    ideal = np.append(1.0, np.cumsum(weight))[hits]  # without hits 0 / 1, not 0 / 0
    values: NDArray[np.float64] = gain / ideal
    return values


def _jaccard(truth: _Lists, retrieved: _Lists) -> NDArray[np.float64]:
    common = retrieved.relations[_within(retrieved.relations, truth.relations)]
    shared, one, other = (
        np.bincount(codes // truth.size, minlength=truth.size)
        for codes in (common, truth.relations, retrieved.relations)
    )
    values: NDArray[np.float64] = shared / np.maximum(one + other - shared, 1)
    return values


def _mean(values: NDArray[np.float64], truth: _Lists, retrieved: _Lists) -> float:
    """The mean over the files. A file counts 1 if it has nothing to find and nothing found."""
    return float(np.where((truth.counts == 0) & (retrieved.counts == 0), 1.0, values).mean())


def _classification(truth: _Lists, retrieved: _Lists) -> dict[str, NDArray[Any]]:
    """Precision, recall, F1 and support of both classes: non-duplicate and duplicate pairs."""
    total = truth.size * (truth.size - 1) // 2
    if not total:
        raise ValueError("classification counts pairs, so it needs at least two files")
    true, found = truth.pairs(), retrieved.pairs()
    both = int(_within(found, true).sum())
    correct = np.array([total - len(true) - len(found) + both, both])
    support = np.array([total - len(true), len(true)])
    predicted = np.array([total - len(found), len(found)])
    for what, measure, counts in (
        ("ground_truth_map", "recall", support),
        ("retrieved_map", "precision", predicted),
    ):
        for at in np.flatnonzero(counts == 0):
            pairs = ("every pair", "no pair")[at]
            warnings.warn(
                f"{what} has {pairs} as duplicates: "
                f"the {measure} of class {at} is undefined and given as 0",
                stacklevel=3,
            )
    return {
        "precision": correct / np.maximum(predicted, 1),
        "recall": correct / np.maximum(support, 1),
        "f1_score": 2 * correct / np.maximum(support + predicted, 1),
        "support": support,
    }


_PER_FILE: dict[str, Callable[[_Lists, _Lists], NDArray[np.float64]]] = {
    "map": _average_precision,
    "ndcg": _ndcg,
    "jaccard": _jaccard,
}
CLASSIFICATION = "classification"
METRICS = (*_PER_FILE, CLASSIFICATION, "all")
