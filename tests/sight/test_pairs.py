"""`pairs_within`: the pairs of a collection, looked for both ways."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest

from lookalike.images import read_picture
from lookalike.sight.points import pairs
from lookalike.sight.points.forms import query_form
from lookalike.sight.points.pairs import pairs_within
from lookalike.sight.points.pictures import Pictures
from lookalike.sight.points.spool import PictureFile, QueryFile
from sight_pictures import cropped, scene


def files_of(collection: list[np.ndarray]) -> tuple[Pictures, QueryFile]:
    """The stored forms and the queries of some pictures."""
    stored, queries = PictureFile(), QueryFile()
    for picture in collection:
        query = query_form(read_picture(picture))
        stored.append(query.stored())
        queries.append(query)
    return stored.pictures(), queries


def test_parts_and_wholes_are_found_from_both_sides() -> None:
    """No picture is a pair with itself, and strangers are not found."""
    whole, other = scene(1), scene(2)
    pictures, queries = files_of([whole, other, cropped(whole, 0.3), scene(3), other[:, ::-1]])
    found = {
        (int(i), int(j))
        for block in pairs_within(pictures, enumerate(queries))
        for i, j, verdict in zip(
            block.query, block.found.position, block.found.verdict, strict=True
        )
        if verdict == 1
    }
    assert found == {(0, 2), (2, 0), (1, 4), (4, 1)}


def test_blocks_say_how_far_the_work_is_and_it_can_be_stopped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Every block counts, also if nothing was found."""
    monkeypatch.setattr(pairs, "BATCH", 2)
    pictures, queries = files_of([scene(seed, shapes=40) for seed in range(5)])
    assert [block.done for block in pairs_within(pictures, enumerate(queries))] == [2, 4, 5]
    assert [
        block.done for block in islice(pairs_within(pictures, enumerate(queries), workers=1), 1)
    ] == [2]
    assert list(pairs_within(Pictures.empty(0), [])) == []


def test_files_give_back_what_was_put_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the grey of a query is smaller."""
    monkeypatch.setattr("lookalike.sight.points.spool.BLOCK", 2)
    scenes = [scene(seed, 300 + 50 * seed, 200, 60) for seed in range(5)]
    scenes.append(np.full((20, 30), 7, np.uint8))
    forms = [query_form(read_picture(one)) for one in scenes]
    pictures, queries = files_of(scenes)
    expected = Pictures.of([form.stored() for form in forms])
    for ours, theirs in zip(pictures, expected, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    for at, (ours, theirs) in enumerate(zip(queries, forms, strict=True)):
        assert (*ours[:2], ours.is_paper) == (*theirs[:2], theirs.is_paper)
        for one, same in zip(ours[2:5], theirs[2:5], strict=True):
            np.testing.assert_array_equal(one, same)
        assert max(ours.grey.shape) <= 128, at
