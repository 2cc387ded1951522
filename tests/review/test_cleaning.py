"""Plans of a review: what is carried out is exactly what was shown, or nothing."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest

from files import save
from lookalike.actions.outcome import Outcome
from lookalike.errors import LookalikeError
from lookalike.review.cleaning.runs import Runs
from pictures import photo
from reviewing import Answer, Review, own_state, reviewing, tree


def decide(review: Review, group: int, *chosen: str) -> None:
    """Decides on a group: the larger picture is the first one."""
    answer = review.ask("/api/decide", {"group": group, "chosen": chosen or ("keep", "remove")})
    assert answer.status == 200


def plan(review: Review, do: str = "trash") -> dict[str, Any]:
    found: dict[str, Any] = review.ask(f"/api/plan?do={do}").json
    return found


def confirmed(review: Review, do: str = "trash") -> dict[str, Any]:
    """What the page posts for the plan as it is now."""
    shown = plan(review, do)
    return {
        "digest": shown["digest"],
        "files": shown["files"],
        "none_wanted": False,
        "metadata": "hold",
        "do": do,
    }


def ended(review: Review) -> dict[str, Any]:
    """What became of the run, once it has ended."""
    for _ in range(400):
        found: dict[str, Any] = review.ask("/api/run").json
        if not found["at_work"]:
            return found
        time.sleep(0.05)
    raise AssertionError("the run does not end")


def names(folder: Path) -> set[str]:
    return {path.name for path in (folder / "in").iterdir()}


def test_without_decisions_nothing_goes(review: Review, folder: Path) -> None:
    before = tree(folder / "in")
    assert plan(review)["files"] == 0
    assert review.ask("/api/apply", confirmed(review)).status == 409
    assert tree(folder / "in") == before


def test_what_was_shown_is_carried_out_and_taken_back(review: Review, folder: Path) -> None:
    """Only what was decided goes. The groups say so, and say it no more once all is back."""
    before = tree(folder / "in")
    decide(review, 0)
    decide(review, 1, "remove", "keep")
    shown = plan(review)
    groups = review.ask(f"/api/plan/groups?digest={shown['digest']}&at=0").json["groups"]
    goes = [Path(one["path"]).name for group in groups for one in group["remove"]]
    assert goes == ["0-120.png", "1-160.png"]
    assert tree(folder / "in") == before
    assert review.ask("/api/apply", confirmed(review)).status == 200
    assert ended(review)["lines"] == ["2 moved to the trash"]
    assert names(folder) == {"0-160.png", "1-120.png", "2-160.png", "2-120.png"}
    assert review.ask("/api/groups/0").json["state"] == "applied"
    assert review.ask("/api/session").json["totals"] == {"decided": 2, "files": 0, "bytes": 0}
    assert plan(review)["files"] == 0
    (run,) = review.ask("/api/history").json["runs"]
    found = review.ask(f"/api/history/{run['run']}").json
    assert (found["files"], found["can_undo"]) == (2, 2)
    assert review.ask(f"/api/history/{run['run']}/undo", {}).status == 200
    assert ended(review)["lines"] == ["2 taken back"]
    assert tree(folder / "in") == before
    assert review.ask("/api/groups/0").json["state"] == "decided"
    latest = review.ask("/api/history").json["runs"][0]
    assert latest["undoes"] == run["run"]
    assert review.ask(f"/api/history/{latest['run']}/undo", {}).status == 409


@pytest.mark.slow
def test_files_become_links_or_move_if_that_is_asked_for(folder: Path) -> None:
    """Only equal files can be links. Where files can move to is said when the review begins, and
    the page cannot name another folder.
    """
    first, copy, smaller = (folder / "in" / name for name in ("0-160.png", "a.png", "0-120.png"))
    copy.write_bytes(first.read_bytes())
    options = ("--decisions", "d.jsonl", "--to", "away", "--keep", "name:0-160*")
    with reviewing("in", *options, cwd=folder, **own_state(folder)) as one:
        members = one.ask("/api/groups/0").json["members"]
        assert [member["name"] for member in members] == [first.name, copy.name, smaller.name]
        decide(one, 0, "keep", "remove", "remove")
        shown = plan(one, "hardlink")
        assert shown["actions"] == ["trash", "dedupe", "hardlink", "move"]
        assert (shown["files"], [count for _, count in shown["held"]]) == (1, [1])
        assert one.ask("/api/apply", confirmed(one, "trash") | {"do": "hardlink"}).status == 409
        assert one.ask("/api/apply", confirmed(one, "hardlink")).status == 200
        assert ended(one)["lines"] == ["1 replaced by a hard link"]
        assert copy.samefile(first)
        assert one.ask("/api/groups/0").json["state"] == "decided"
        before = smaller.read_bytes()
        assert plan(one, "move")["to"] == str(folder / "away")
        assert one.ask("/api/apply", confirmed(one, "move")).status == 200
        assert ended(one)["lines"] == ["1 moved away"]
        moved = folder / "away" / str(smaller).lstrip("/")
        assert (moved.read_bytes(), smaller.exists()) == (before, False)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"digest": "0" * 64}, 409),
        ({"digest": ""}, 409),
        ({"digest": None}, 409),
        ({"files": 2}, 409),
        ({"files": 0}, 409),
        ({"files": -1}, 409),
        ({"files": "1"}, 400),
        ({"files": True}, 400),
        ({"files": 1.0}, 400),
        ({"none_wanted": 1}, 400),
        ({"metadata": "delete"}, 400),
        ({"metadata": None}, 400),
        ({"do": "delete"}, 400),
        ({"do": "move"}, 400),
        ({"do": "dedupe"}, 409),
        ({"do": None}, 400),
    ],
)
def test_anything_but_what_was_shown_is_refused(
    review: Review, folder: Path, wrong: dict[str, Any], status: int
) -> None:
    """Another digest, another number, other types. Nothing is changed, and no run begins."""
    before = tree(folder / "in")
    decide(review, 0)
    given = confirmed(review)
    answer = review.ask("/api/apply", given | wrong)
    assert answer.status == status
    assert answer.json["error"]
    for name in given:
        less = {key: value for key, value in given.items() if key != name}
        assert review.ask("/api/apply", less).status == 400
    assert review.ask("/api/run").json["number"] == 0
    assert tree(folder / "in") == before


def refused(review: Review, given: dict[str, Any]) -> Answer:
    """The answer to a plan that is no longer the one that was shown."""
    answer = review.ask("/api/apply", given)
    assert (answer.status, "changed since" in answer.json["error"]) == (409, True)
    return answer


@pytest.mark.slow
def test_a_plan_that_changed_since_it_was_shown_is_refused(review: Review, folder: Path) -> None:
    """By a decision in another tab, or because a file changed."""
    decide(review, 0)
    given = confirmed(review)
    decide(review, 1, "remove", "keep")
    refused(review, given)
    review.ask("/api/undo", {})
    assert confirmed(review) == given
    digest = given["digest"]
    save(folder / "in" / "0-120.png", photo(120, 90, 7))
    before = tree(folder / "in")
    refused(review, given)
    assert review.ask(f"/api/plan/groups?digest={digest}&at=0").status == 409
    assert plan(review)["held"] == [["changed since the search", 1]]
    assert tree(folder / "in") == before


@pytest.mark.slow
def test_a_group_that_changed_since_it_was_decided_is_not_planned(folder: Path) -> None:
    """It has to be looked at again first."""
    around = own_state(folder)
    with reviewing("in", "--decisions", "d.jsonl", cwd=folder, **around) as one:
        decide(one, 0)
        assert plan(one)["files"] == 1
    save(folder / "in" / "0-140.png", photo(140, 105, 0))
    with reviewing("in", "--decisions", "d.jsonl", cwd=folder, **around) as one:
        assert one.ask("/api/groups/0").json["state"] == "changed"
        assert plan(one)["files"] == 0
        decide(one, 0, "keep", "remove", "remove")
        assert plan(one)["files"] == 2


@pytest.mark.slow
def test_a_group_of_which_nothing_is_wanted_is_confirmed_apart(
    review: Review, folder: Path
) -> None:
    """Its files count only if that was ticked."""
    decide(review, 0)
    decide(review, 1, "remove", "remove")
    shown = plan(review)
    assert (shown["files"], shown["unwanted"]) == (1, 2)
    given = confirmed(review)
    assert review.ask("/api/apply", given | {"files": 3}).status == 409
    assert review.ask("/api/apply", given | {"none_wanted": True}).status == 409
    assert review.ask("/api/apply", given | {"none_wanted": True, "files": 3}).status == 200
    assert ended(review)["lines"] == ["3 moved to the trash"]
    assert names(folder) == {"0-160.png", "2-160.png", "2-120.png"}


@pytest.mark.slow
def test_what_is_told_apart_or_left_for_later_stays(review: Review, folder: Path) -> None:
    decide(review, 0, "apart", "apart")
    decide(review, 1, "later", "later")
    decide(review, 2, "keep", "keep")
    assert plan(review)["groups"] == 0


@pytest.mark.slow
def test_bodies_of_plans_have_a_limit(review: Review, folder: Path) -> None:
    """Nothing of a body that is too long is looked at."""
    decide(review, 0)
    given = b'{"digest": "' + b"0" * (2 << 20) + b'"}'
    for path in ("/api/apply", "/api/stop", "/api/history/x/undo"):
        assert review.ask(path, raw=given).status == 413
    assert review.ask("/api/history/x/undo", {}).status == 404


def test_one_run_at_a_time() -> None:
    """A second one is refused, and the end of the review stops the first one in order."""
    begun, after = threading.Event(), []

    def work(progress: Any, stop: Any) -> Outcome:
        progress("applying", 3, 10)
        begun.set()
        while not stop.asked:
            time.sleep(0.01)
        after.append("stopped")
        return Outcome(None, interrupted=True)

    with Runs(lambda: after.append("looked again")) as runs:
        assert runs.start("apply", work) == 1
        assert begun.wait(10)
        state = runs.state()
        assert (state["at_work"], state["done"], state["total"]) == (True, 3, 10)
        with pytest.raises(LookalikeError, match="another run is at work"):
            runs.start("undo", work)
    assert after == ["stopped", "looked again"]
    assert runs.state()["at_work"] is False


def test_a_run_that_cannot_begin_says_why() -> None:
    def work(_: Any, __: Any) -> Outcome:
        raise LookalikeError("another lookalike is at work")

    with Runs(lambda: None) as runs:
        runs.start("apply", work)
    state = runs.state()
    assert (state["lines"], state["failed"]) == (["another lookalike is at work"], True)
