"""Decisions in their file: saved before they are answered, and never half."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import lookalike
from files import save
from lookalike import LookalikeError
from lookalike.review.decisions import Choice, Decision, Decisions, File
from lookalike.review.session import Session, State
from lookalike.review.views import OldViewError, Views
from pictures import photo

A, B = File("/photos/a.jpg", "aa" * 16), File("/photos/\udcff\n.jpg", "bb" * 16)
KEEP, REMOVE = Decision(Choice.KEEP, "s"), Decision(Choice.REMOVE, "s")


def read_back(path: Path) -> dict[File, Decision | None]:
    """What another process would read."""
    with Decisions(path) as found:
        return {file: found.get(file) for file in (A, B)}


def test_decisions_are_read_back(tmp_path: Path) -> None:
    """Later ones win, those taken back are gone, and odd names survive."""
    path = tmp_path / "sub" / "d.jsonl"
    with Decisions(path) as made:
        undo = made.change({A: KEEP, B: REMOVE})
        assert undo == {A: None, B: None}
        made.change({A: REMOVE})
    assert read_back(path) == {A: REMOVE, B: REMOVE}
    with Decisions(path) as made:
        made.change(undo)
    assert read_back(path) == {A: None, B: None}
    assert path.stat().st_mode & 0o777 == 0o600


STEPS = st.lists(
    st.dictionaries(st.sampled_from([A, B]), st.sampled_from([KEEP, REMOVE, None])), max_size=6
)


@pytest.mark.slow
@given(steps=STEPS, cut=st.integers(0, 2000))
@example(steps=[], cut=16)
@example(steps=[{A: KEEP}], cut=95)
def test_a_file_that_breaks_off_loses_the_last_step_only(
    tmp_path_factory: pytest.TempPathFactory, steps: list[dict[File, Decision | None]], cut: int
) -> None:
    """Wherever writing stopped, all complete lines count, and new ones follow them."""
    path = tmp_path_factory.mktemp("cut") / "d.jsonl"
    with Decisions(path) as made:
        for step in steps:
            made.change(step)
    data = path.read_bytes()
    path.write_bytes(data[:cut])
    expected: dict[File, Decision | None] = {A: None, B: None}
    for step in steps[: max(data[:cut].count(b"\n") - 1, 0)]:
        expected |= step
    assert read_back(path) == expected
    with Decisions(path) as made:
        made.change({A: KEEP})
    assert read_back(path) == expected | {A: KEEP}


@pytest.mark.parametrize(
    "text",
    [
        b"not json\n",
        b'{"decisions":1}',
        b"[]\n",
        b'{"decisions": 2}\n',
        b'{"decisions": 1}\n{"step": 7}\n',
        b'{"decisions": 1}\nnot json\n{"step": []}\n',
        b'{"decisions": 1}\n{"step": [["/a", "aa", "delete", "s"]]}\n',
        b"\xff\xd8\xff\xe0 a picture",
    ],
)
def test_another_file_is_refused_and_left_alone(tmp_path: Path, text: bytes) -> None:
    """The message names the file and the line."""
    path = tmp_path / "d.jsonl"
    path.write_bytes(text)
    with (
        pytest.raises(LookalikeError, match=r"d\.jsonl, line [12]: not a decision"),
        Decisions(path),
    ):
        pass
    assert path.read_bytes() == text


def test_a_file_has_one_user_at_a_time(tmp_path: Path) -> None:
    """A second review of it is refused, until the first one ends."""
    path = tmp_path / "d.jsonl"
    complaint = pytest.raises(LookalikeError, match="used by another review")
    with Decisions(path), complaint, Decisions(path):
        pass
    with Decisions(path):
        pass


def test_a_step_that_cannot_be_written_changes_nothing(tmp_path: Path) -> None:
    """On a full disk the decision is refused, the file stays whole, and later ones are saved."""
    code = f"""
import resource, signal, sys
from pathlib import Path
from lookalike import LookalikeError
from lookalike.review.decisions import *
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
path = Path({str(tmp_path / "d.jsonl")!r})
with Decisions(path) as made:
    made.change({{File("/a", "aa"): Decision(Choice.KEEP, "s")}})
    size = path.stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 10, resource.RLIM_INFINITY))
    try:
        made.change({{File("/b", "bb"): Decision(Choice.KEEP, "s")}})
    except LookalikeError as error:
        assert "cannot be written" in str(error), error
    else:
        sys.exit("it was written")
    assert path.stat().st_size == size, path.read_bytes()
    assert made.get(File("/b", "bb")) is None
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    made.change({{File("/c", "cc"): Decision(Choice.REMOVE, "s")}})
with Decisions(path) as made:
    assert made.paths() == {{"/a", "/c"}}, made.paths()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> lookalike.Result:
    """Five groups of two and one of three."""
    root = tmp_path_factory.mktemp("session")
    for seed in range(6):
        for number in range(3 if seed == 5 else 2):
            side = 160 - 40 * number
            save(root / f"{seed}" / f"{number}.png", photo(side, side * 3 // 4, seed))
    found = lookalike.find_duplicates(root)
    assert [len(group) for group in found.groups] == [2] * 5 + [3]
    return found


def test_a_session_goes_on_where_another_ended(result: lookalike.Result, tmp_path: Path) -> None:
    """States and totals are the same after the file is read again."""
    path = tmp_path / "d.jsonl"
    with Decisions(path) as made:
        session = Session(result, made)
        session.decide(0, [Choice.KEEP, Choice.REMOVE])
        session.decide(1, [Choice.LATER, Choice.LATER])
        session.decide(5, [Choice.REMOVE, Choice.KEEP, Choice.APART])
        states, totals = session.states.tolist(), session.totals
    assert states == [State.DECIDED, State.LATER, 0, 0, 0, State.DECIDED]
    assert totals.decided == 2
    assert totals.files == 2
    assert totals.bytes == result.groups[0].members[1].bytes + result.groups[5].members[0].bytes
    with Decisions(path) as made:
        session = Session(result, made)
        assert session.states.tolist() == states
        assert session.totals == totals
        assert session.describe(5)["chosen"] == ["remove", "keep", "apart"]
        assert session.describe(2)["chosen"] == ["keep", "remove"]


def test_a_group_with_other_members_must_be_looked_at_again(
    result: lookalike.Result, tmp_path: Path
) -> None:
    """If it gained one, lost one, or one has other bytes. Nothing of it counts as removed."""
    folder = Path(result.groups[5].keeper.path).parent
    parts = {
        "lost one": lookalike.find_duplicates([folder / "0.png", folder / "1.png"]),
        "the same": lookalike.find_duplicates([folder / f"{at}.png" for at in (2, 0, 1)]),
    }
    with Decisions(tmp_path / "d.jsonl") as made:
        Session(result, made).decide(5, [Choice.KEEP, Choice.REMOVE, Choice.REMOVE])
        states = {name: Session(part, made).state(0) for name, part in parts.items()}
        assert states == {"lost one": State.CHANGED, "the same": State.DECIDED}
        assert Session(parts["lost one"], made).totals.files == 0
    with Decisions(tmp_path / "e.jsonl") as made:
        Session(parts["lost one"], made).decide(0, [Choice.KEEP, Choice.REMOVE])
        assert Session(result, made).state(5) is State.CHANGED


def test_relative_names_mean_the_same_files(
    result: lookalike.Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A decision is about a file, however the search was called."""
    folder = Path(result.groups[0].keeper.path).parent
    monkeypatch.chdir(folder)
    with Decisions(tmp_path / "d.jsonl") as made:
        first = Session(lookalike.find_duplicates(["0.png", "1.png"]), made)
        first.decide(0, [Choice.KEEP, Choice.REMOVE])
        for images in (".", "../0", f"{folder}/../0"):
            again = Session(lookalike.find_duplicates(images), made)
            assert again.state(0) is State.DECIDED
        assert Session(result, made).state(0) is State.DECIDED


@given(st.lists(st.sampled_from(["decide", "undo", "redo"]), max_size=30), st.randoms())
def test_undo_goes_back_as_far_as_the_session(
    result: lookalike.Result, actions: list[str], random: object
) -> None:
    """After any steps, undo gives every earlier state, and redo every later one."""
    session = Session(result, Decisions(None))
    past: list[list[int]] = [session.states.tolist()]
    future: list[list[int]] = []
    for number, action in enumerate(actions):
        if action == "decide":
            group = number % 6
            choices = list(Choice)[number % 4 :] + list(Choice)
            session.decide(group, choices[: len(result.groups[group])])
            past, future = [*past, session.states.tolist()], []
        elif action == "undo":
            assert (session.undo() == ()) == (len(past) == 1)
            if len(past) > 1:
                future.append(past.pop())
        else:
            assert (session.redo() == ()) == (not future)
            if future:
                past.append(future.pop())
        assert session.states.tolist() == past[-1]


def test_views_do_not_change_with_decisions(result: lookalike.Result) -> None:
    """So paging through one neither skips a group nor shows it twice."""
    session = Session(result, Decisions(None))
    views = Views(session)
    view, count = views.make("gain", "open", "")
    order = [row[0] for row in views.rows(view, 0)]
    assert sorted(order) == list(range(6)) == sorted(range(count))
    gains = [row[2] for row in views.rows(view, 0)]
    assert gains == sorted(gains, reverse=True)
    session.decide(order[0], [Choice.KEEP] * len(result.groups[order[0]]))
    assert [row[0] for row in views.rows(view, 0)] == order
    assert [row[3] for row in views.rows(view, 0)] == ["decided", *["open"] * 5]
    assert views.next_open(view, 5) == 1
    assert views.position(view, order[3]) == 3
    assert views.make("size", "open", "")[1] == 5
    named, count = views.make("found", "all", "/5/2.PNG")
    assert [row[0] for row in views.rows(named, 0)] == [5]
    assert views.position(named, 0) is None
    for _ in range(8):
        views.make("found", "all", "")
    with pytest.raises(OldViewError):
        views.rows(view, 0)
    for wrong in (("best", "all"), ("found", "some")):
        with pytest.raises(ValueError, match="must be one of"):
            views.make(*wrong, "")


def test_an_empty_result_has_an_empty_view() -> None:
    """There is nothing to decide, and nothing fails."""
    session = Session(lookalike.find_duplicates([]), Decisions(None))
    views = Views(session)
    assert views.make("gain", "all", "a")[1] == 0
    assert session.totals.decided == 0
    assert session.undo() == ()
