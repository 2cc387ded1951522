"""`Index` compared with a plain list of its entries, for any operations in any order."""

from __future__ import annotations

import tempfile
from collections import Counter
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from index_model import (
    KINDS,
    Key,
    Kind,
    Model,
    bands_of,
    collected,
    costly_comparisons,
    small_tails,
)
from lookalike import Index
from lookalike.index import part
from lookalike.index.search import linear, multi_index
from lookalike.index.search.multi_index import MultiIndex

SEARCHES = ["query", "query_many", "nearest", "pairs", "pairs_with", "groups"]

met: Counter[str] = Counter()
"""In how many searches of the run each searched part has occurred."""


class IndexMachine(RuleBasedStateMachine):
    """Applies the same steps to an index and to the model, and compares both."""

    @initialize(
        kind=st.sampled_from(KINDS),
        texts=st.booleans(),
        shape=st.sampled_from([(50, 0.5), (3, 0.02), (1, 0.1), (2, 0.0), (0, 0.0), (0, 0.05)]),
        bands=st.sampled_from(["planned", "planned", "costly", 3, 7, 13]),
        look_ups=st.booleans(),
        block=st.sampled_from([7, 1 << 20]),
        count=st.sampled_from([0, 5, 30, 45, 60]),
    )
    def begin(
        self,
        kind: Kind,
        texts: bool,
        shape: tuple[int, float],
        bands: int | str,
        look_ups: bool,
        block: int,
        count: int,
    ) -> None:
        """Starts with few or no entries, sorted soon or late, a way to search and a block size."""
        self.folder = tempfile.TemporaryDirectory()
        self.patch = pytest.MonkeyPatch()
        small_tails(self.patch)
        for module in (linear, multi_index, part):
            self.patch.setattr(module, "BLOCK", block)
        if not look_ups:
            self.patch.setattr(multi_index, "LOOK_UP_COST", 1 << 40)
        if isinstance(bands, int):
            bands_of(self.patch, bands)
        elif bands == "costly":
            costly_comparisons(self.patch)
        self.kind, self.texts, self.shape = kind, texts, shape
        self.index, self.model = kind.new(), Model(kind)
        self.mapped = False
        self.extend([self.key(number % 41) for number in range(count)], self.hashes(0, count))

    def teardown(self) -> None:
        if hasattr(self, "patch"):
            self.patch.undo()
            self.folder.cleanup()

    def key(self, number: int) -> Key:
        return f"é{number}.jpg" if self.texts else number

    def hashes(self, seed: int, count: int) -> list[int]:
        centres, flips = self.shape
        found = self.kind.clusters(0, max(centres, 1), centres, 0)  # the same centres each time
        noise = self.kind.clusters(seed, count, 0, flips)
        chosen = np.random.default_rng(seed).integers(0, len(found), count).tolist()
        return [found[at] ^ one for at, one in zip(chosen, noise, strict=True)]

    def query_hash(self, seed: int) -> int:
        """A hash like those of the entries, or any other."""
        return (self.hashes(seed, 1) if seed % 4 else self.kind.clusters(seed, 1, 1, 0))[0]

    def note(self, label: str) -> None:
        """Counts what this search met."""
        state = self.index._state  # noqa: SLF001
        base = "none" if state.base is None or not len(state.base) else "linear"
        if base == "linear" and isinstance(state.base.searcher, MultiIndex):  # type: ignore[union-attr]
            base = "multi"
        for thing in (
            f"base {base}",
            *(["mapped"] if self.mapped and base != "none" else []),
            *([f"base {base} with tail"] if len(state.tail) else []),
            *([f"base {base} with removed"] if len(state.removed) else []),
            *(["equal hashes"] if state.base is not None and state.base.starts is not None else []),
        ):
            met[f"{label}: {thing}"] += 1

    @rule(
        seed=st.integers(0, 999), count=st.integers(0, 30), keys=st.integers(1, 40), form=st.data()
    )
    def add(self, seed: int, count: int, keys: int, form: st.DataObject) -> None:
        """Keys may come again, in one call or another."""
        numbers = np.random.default_rng(seed).integers(0, keys, count).tolist()
        hashes = self.hashes(seed, count)
        given = form.draw(st.sampled_from(self.kind.forms(hashes)))
        self.extend([self.key(number) for number in numbers], hashes, given)

    def extend(self, keys: list[Key], hashes: list[int], given: object = None) -> None:
        self.index.add(keys, self.kind.array(hashes) if given is None else given)
        self.model.add(keys, hashes)

    @rule(seed=st.integers(0, 999), number=st.integers(0, 40))
    def add_one(self, seed: int, number: int) -> None:
        (one,) = self.hashes(seed, 1)
        self.index.add(self.key(number), self.kind.array([one])[0])
        self.model.add([self.key(number)], [one])

    @rule(numbers=st.lists(st.integers(0, 40), max_size=3))
    def remove(self, numbers: list[int]) -> None:
        """Removes all entries of the keys, or none if one key is missing."""
        keys = [self.key(number) for number in numbers]
        if missing := [key for key in keys if key not in self.model.keys]:
            with pytest.raises(KeyError) as caught:
                self.index.remove(keys)
            assert caught.value.args[0] in missing
        else:
            self.index.remove(keys)
            self.model.remove(keys)

    @rule(reopened=st.booleans(), again=st.booleans())
    def save(self, reopened: bool, again: bool) -> None:
        """Saves to a new file or over the open one, and continues with the saved index or both."""
        path = Path(self.folder.name) / ("same" if again else f"{len(met)}")
        self.index.save(path)
        saved = Index.open(path)
        saved.check()
        assert (saved.algorithm, saved.bits) == (self.kind.algorithm, self.kind.bits)
        assert list(saved) == self.model.keys
        if reopened:
            self.index, self.mapped = saved, True

    @rule(
        searches=st.lists(st.sampled_from(SEARCHES), min_size=1, unique=True),
        added=st.sampled_from([0, 0, 1, 5]),
        removed=st.sampled_from([None, None, *range(0, 500, 7)]),
        seed=st.integers(0, 999),
        share=st.floats(0, 0.15) | st.floats(0, 1),
        workers=st.integers(1, 3),
    )
    def ask(
        self,
        searches: list[str],
        added: int,
        removed: int | None,
        seed: int,
        share: float,
        workers: int,
    ) -> None:
        """Searches in some ways, one after the other, after a change or after none."""
        self.extend([self.key((seed + k) % 41) for k in range(added)], self.hashes(seed, added))
        if removed is not None and self.model.entries:
            key = self.model.keys[removed % len(self.model.entries)]
            self.index.remove(key)
            self.model.remove([key])
        self.seed, self.within, self.workers = seed, round(share * self.kind.bits), workers
        for search in searches:
            self.note(search)
            getattr(self, search)()

    def query(self) -> None:
        query = self.query_hash(self.seed)
        found = self.index.query(self.kind.array([query])[0], self.within)
        assert found == self.model.query(query, self.within)

    def query_many(self) -> None:
        queries = [self.query_hash(self.seed + k) for k in range(self.seed % 80)]
        array = self.kind.array(queries)
        found = self.index.query_many(array, self.within, workers=self.workers)
        assert [*zip(*(column.tolist() for column in found), strict=True)] == [
            (k, *match)
            for k, query in enumerate(queries)
            for match in self.model.near(query, self.within)
        ]
        dtypes = [column.dtype for column in found]
        assert dtypes == [np.uint32, np.uint32, np.uint16]

    def nearest(self) -> None:
        query, k = self.query_hash(self.seed), 1 + self.seed % (12 if self.seed % 2 else 300)
        found = self.index.nearest(self.kind.array([query])[0], k)
        assert found == self.model.query(query, self.kind.bits)[:k]

    def pairs(self) -> None:
        found = collected(self.index.pairs(self.within, workers=self.workers))
        assert found == self.model.pairs(self.within)

    def pairs_with(self) -> None:
        """Searches both ways, as either may be larger. The other index may need sorting too."""
        model = Model(self.kind, enumerate(self.hashes(self.seed, self.seed % 40)))
        other = self.kind.new()
        other.add(model.keys, model.array)
        expected = self.model.pairs_with(model, self.within)
        found = self.index.pairs_with(other, self.within, workers=self.workers)
        assert collected(found) == expected
        turned = collected(other.pairs_with(self.index, self.within, workers=self.workers))
        assert {(j, i, distance) for i, j, distance in turned} == expected

    def groups(self) -> None:
        found = self.index.groups(self.within, workers=self.workers)
        assert [members.tolist() for members in found] == self.model.groups(self.within)
        assert {members.dtype for members in found} <= {np.dtype(np.intp)}

    @rule(data=st.data())
    def keys_at(self, data: st.DataObject) -> None:
        keys = self.model.keys
        at = data.draw(st.lists(st.integers(0, len(keys) - 1))) if keys else []
        assert self.index.keys_at(at) == [keys[one] for one in at]
        for beyond in ([len(keys)], [*at, -1]):
            with pytest.raises(IndexError, match=f"below {len(keys)}, not"):
                self.index.keys_at(beyond)

    @invariant()
    def holds_the_same(self) -> None:
        if not hasattr(self, "model"):
            return
        keys = self.model.keys
        assert (len(self.index), list(self.index)) == (len(keys), keys)
        assert self.index.keys_at(np.arange(len(keys))) == keys
        there = {*keys}
        assert all((self.key(k) in self.index) == (self.key(k) in there) for k in range(0, 41, 3))
        assert ("0" if self.texts else 41) not in self.index


@pytest.mark.slow
def test_an_index_is_a_list_of_entries() -> None:
    """Every answer is that of a plain list, for any steps."""
    run_state_machine_as_test(
        IndexMachine,
        settings=settings(
            max_examples=120, stateful_step_count=25, deadline=None, report_multiple_bugs=False
        ),
    )


@pytest.mark.parametrize("bands", ["planned", 3])
def test_every_way_to_search_answers_like_a_list(bands: int | str) -> None:
    """The same steps in a fixed order reach every part of an index that can be searched."""
    met.clear()
    for count, saved in ((0, False), (60, False), (60, True)):
        machine = IndexMachine()
        machine.begin(
            kind=KINDS[0],
            texts=saved,
            shape=(3, 0.02),
            bands=bands,
            look_ups=True,
            block=7,
            count=count,
        )
        if saved:
            machine.save(reopened=True, again=False)
        for added, removed in ((0, None), (1, None), (0, 7)):
            machine.ask(SEARCHES, added, removed, seed=5, share=0.1, workers=2)
            machine.holds_the_same()
        machine.teardown()
    base = "linear" if bands == "planned" else "multi"
    for search, place in product(
        SEARCHES, ("none", base, f"{base} with tail", f"{base} with removed")
    ):
        assert met[f"{search}: base {place}"], (search, place)
    for search, thing in product(SEARCHES, ("mapped", "equal hashes")):
        assert met[f"{search}: {thing}"], (search, thing)
