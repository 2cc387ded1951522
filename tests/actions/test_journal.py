"""The journal is only added to, and believed only as far as it is whole and the user's own."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from clean_up import Place, Watched, group, plan, removal, snapshot
from lookalike.actions.apply import apply, apply_with
from lookalike.actions.applying import BATCH, Choices
from lookalike.actions.history import history, history_of
from lookalike.actions.journal.intent import JournalError
from lookalike.actions.journal.journal import Record
from lookalike.actions.undo import undo
from lookalike.errors import LookalikeError
from lookalike.planning.plan import Action


def applied(place: Place, count: int = 2) -> Path:
    """The journal of a run that moved some files to the trash."""
    a = place.file("a.jpg", b"picture")
    victims = [place.file(f"b{number}.jpg", b"picture") for number in range(count)]
    run = apply(plan(group([a], *map(removal, victims)))).run
    return place.state / "lookalike" / "journal" / f"{run}.jsonl"


def test_only_the_user_can_read_and_write_it(place: Place) -> None:
    path = applied(place)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_intents_are_on_the_disk_before_the_first_of_them_is_done(place: Place) -> None:
    a = place.file("a.jpg", b"picture")
    victims = [place.file(f"b{number}.jpg", b"picture") for number in range(BATCH + 1)]
    fs = Watched()
    apply_with(fs, plan(group([a], *map(removal, victims))), Choices())
    calls = [call for call in fs.calls if call in {"sync", "rename"}]
    assert calls == ["sync", *["rename"] * BATCH, "sync", "rename", "sync"]


def test_what_the_trash_says_of_a_file_is_on_the_disk_before_the_file_is_there(
    place: Place,
) -> None:
    a = place.file("a.jpg", b"picture")
    victims = [place.file(f"b{number}.jpg", b"picture") for number in range(BATCH + 1)]
    fs = Watched()
    apply_with(fs, plan(group([a], *map(removal, victims))), Choices())
    calls = [call for call in fs.calls if call in {"create", "sync_volume", "rename"}]
    first = [*["create"] * BATCH, "sync_volume", *["rename"] * BATCH]
    assert calls == ["create", *first, "create", "sync_volume", "rename"]  # of the journal, first


def test_every_line_has_a_checksum_of_what_stands_before_it(place: Place) -> None:
    path = applied(place)
    for line in path.read_bytes().splitlines():
        assert json.loads(line)["crc"]
    record = Record.read(path)
    assert record.header["journal"] == 1
    assert [one.action for one in record.intents.values()] == ["trash", "trash"]
    assert record.outcomes == {1: ("done", "True"), 2: ("done", "True")}
    assert record.end == "complete"


@pytest.mark.thorough
def test_a_torn_last_line_is_as_if_it_had_not_been_written(place: Place) -> None:
    path = applied(place)
    whole = path.read_bytes()
    lines = whole.splitlines(keepends=True)
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        record = Record.read(path)
        assert record.broken is None
        assert record.length <= length
        complete = whole[:length].count(b"\n")
        assert record.length == sum(map(len, lines[:complete]))


def test_undo_stops_at_any_other_broken_line_and_names_it(place: Place) -> None:
    path = applied(place, 3)
    lines = path.read_bytes().splitlines(keepends=True)
    lines[2] = lines[2].replace(b"b1.jpg", b"b9.jpg")
    path.write_bytes(b"".join(lines))
    assert Record.read(path).broken == 3
    outcome = undo()
    assert outcome.stopped
    assert f"line 3 of {path} is broken" in outcome.stopped
    assert outcome.counts == {"restored": 1}
    assert (place.tree / "b0.jpg").exists()


@pytest.mark.parametrize("change", ["owner", "mode", "link"])
def test_a_journal_that_others_may_have_written_is_refused(place: Place, change: str) -> None:
    path = applied(place)
    before = snapshot(place.tree)
    if change == "mode":
        path.chmod(0o666)
    elif change == "link":
        path.rename(place.root / "moved")
        path.symlink_to(place.root / "moved")
    elif os.geteuid() == 0:
        os.chown(path, 12345, -1)
    else:
        pytest.skip("only root can give a file away")
    with pytest.raises(JournalError, match="not trusted|cannot be read"):
        undo()
    assert snapshot(place.tree) == before


def test_history_tells_what_was_done_why_and_where_it_is_now(place: Place) -> None:
    path = applied(place)
    [run] = history()
    assert (run.run, run.end, run.counts) == (path.stem, "complete", {"trash": 2})
    [first, _] = history_of(path.stem).entries
    assert first.path == str(place.tree / "b0.jpg")
    assert first.why == "fewer pixels: 1 < 2"
    assert first.keeper == str(place.tree / "a.jpg")
    assert first.now == str(place.trash / "files" / "b0.jpg")
    assert first.can_undo
    undo(only=str(place.tree / "b0.jpg"))
    [first, second] = history_of(path.stem).entries
    assert (first.now, first.can_undo, second.can_undo) == ("where it was", False, True)
    assert [one.undoes for one in history()] == [None, path.stem]


def test_an_unknown_run_is_an_error_that_names_it(place: Place) -> None:
    with pytest.raises(LookalikeError, match="no plan was applied yet"):
        undo()
    applied(place)
    with pytest.raises(LookalikeError, match="there is no run 'yesterday'"):
        undo("yesterday")
    undo()
    with pytest.raises(LookalikeError, match="make a new plan instead"):
        undo(history()[-1].run)


def test_a_part_of_a_run_can_be_taken_back(place: Place) -> None:
    a = place.file("a.jpg", b"picture")
    b, c = place.file("x/b.jpg", b"picture"), place.file("xy/c.jpg", b"picture")
    apply(plan(group([a], removal(b), removal(c, Action.DELETE))), delete=1)
    assert undo(only=[str(b.parent)]).counts == {"restored": 1}
    assert (b.exists(), c.exists()) == (True, False)
    assert undo(dry_run=True).counts == {"restored": 1, "here": 1}
    assert not c.exists()
    assert undo().counts == {"restored": 1, "here": 1}
    assert c.exists()
