"""Pictures that are merely similar are decoded and matched again before one of them goes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from clean_up import Place, group, plan, planned, removal
from files import encoded
from lookalike.actions.apply import apply
from lookalike.actions.checks.standing import Standing
from lookalike.actions.undo import undo
from lookalike.matching.rules import Rule
from lookalike.planning.plan import Action, Match, Plan
from pictures import Pixels, photo

AGREE = Match("agreement", 4, 0.98)


def jpeg(place: Place, name: str, pixels: Pixels, quality: int = 90) -> Path:
    return place.file(name, encoded(pixels, "JPEG", quality=quality))


def one_goes(keeper: Path, victim: Path, match: Match = AGREE) -> Plan:
    return plan(group([keeper], removal(victim, match=match)))


def why_left(wanted: Plan) -> str:
    [problem] = apply(wanted).problems
    return problem.why


def test_a_smaller_copy_goes_and_comes_back(place: Place) -> None:
    a = jpeg(place, "a.jpg", photo(320, 240, 1))
    b = jpeg(place, "b.jpg", photo(160, 120, 1), 60)
    before = b.read_bytes()
    assert apply(one_goes(a, b)).counts == {"trash": 1}
    assert not b.exists()
    assert undo().counts == {"restored": 1}
    assert b.read_bytes() == before


def test_another_picture_stays_whatever_the_plan_says(place: Place) -> None:
    a = jpeg(place, "a.jpg", photo(320, 240, 1))
    b = jpeg(place, "b.jpg", photo(320, 240, 2))
    for evidence in ("bits", "agreement", "pixels", "points"):
        assert "does not match" in why_left(one_goes(a, b, Match(evidence)))
    assert "it has other bytes" in why_left(one_goes(a, b, Match("bytes")))
    assert b.exists()


def test_a_picture_that_cannot_be_decoded_to_its_end_stays(place: Place) -> None:
    a = jpeg(place, "a.jpg", photo(320, 240, 1))
    b = place.file("b.jpg", encoded(photo(320, 240, 1), "JPEG")[:-2000])
    assert "it cannot be compared" in why_left(one_goes(a, b))
    assert "it cannot be compared" in why_left(one_goes(b, a))
    assert a.exists()


def test_weaker_evidence_than_planned_is_not_enough(place: Place) -> None:
    a = jpeg(place, "a.jpg", photo(320, 240, 1))
    b = jpeg(place, "b.jpg", photo(320, 240, 1), 50)
    assert "does not match" in why_left(one_goes(a, b, Match("pixels")))
    assert b.exists()


def test_a_match_that_is_further_than_planned_is_not_enough(place: Place) -> None:
    pixels = photo(320, 240, 1)
    a, b = jpeg(place, "a.jpg", pixels), jpeg(place, "b.jpg", pixels, 5)
    wanted = one_goes(a, b)
    near = Plan(Rule.of("phash", verify=True), wanted.groups, distance_for_action=0)
    outcome = apply(near)
    if outcome.problems:
        assert "bits from the file that stays, more than 0" in outcome.problems[0].why
    far = photo(320, 240, 1)
    far[:, :80] = np.minimum(far[:, :80], 120)
    c = jpeg(place, "c.jpg", far)
    [problem] = apply(
        Plan(Rule.of("phash", 40), (group([a], removal(c, match=Match("bits", 1))),), 0)
    ).problems
    assert "bits from the file that stays, more than 0" in problem.why
    assert c.exists()


def test_deleting_what_has_no_exact_copy_has_to_be_asked_for(place: Place) -> None:
    a = jpeg(place, "a.jpg", photo(320, 240, 1))
    b = jpeg(place, "b.jpg", photo(160, 120, 1), 60)
    wanted = plan(group([a], removal(b, Action.DELETE, match=AGREE)))
    outcome = apply(wanted, delete=1)
    assert "could not be undone" in outcome.problems[0].why
    assert b.exists()
    assert apply(wanted, delete=1, delete_similar=True).counts == {"delete": 1}
    outcome = undo()
    assert outcome.counts == {"gone": 1}
    assert "nothing with the same bytes was kept" in outcome.problems[0].why
    assert not b.exists()


def test_no_chain_forms_over_several_runs(place: Place) -> None:
    a = jpeg(place, "a.jpg", photo(320, 240, 1))
    b = jpeg(place, "b.jpg", photo(160, 120, 1), 80)
    c = jpeg(place, "c.jpg", photo(80, 60, 1), 80)
    twin = place.file("twin.jpg", b.read_bytes())
    first = apply(one_goes(b, c)).run
    assert Standing().digests == {planned(b).digest}
    assert "it stayed for others in an earlier run" in why_left(one_goes(a, b))
    assert b.exists()
    assert apply(one_goes(twin, b, Match("bytes"))).counts == {"trash": 1}
    assert "it stayed for others" in why_left(one_goes(a, twin))
    undo()
    undo(first)
    assert Standing().digests == set()
    assert apply(one_goes(a, twin)).counts == {"trash": 1}


@pytest.mark.thorough
def test_a_match_by_points_is_looked_for_by_points_again(place: Place) -> None:
    from sight_pictures import scene

    whole = scene(1)
    height, width = whole.shape[:2]
    a = place.file("a.png", encoded(whole))
    b = place.file("b.png", encoded(whole[height // 8 :, width // 8 :]))
    rule = Rule.of("phash", verify=True, thorough=True)
    wanted = Plan(rule, (group([a], removal(b, match=Match("points", 9))),), 64)
    assert apply(wanted).counts == {"trash": 1}
