"""Another program reads our trash, and gives a file back."""

from __future__ import annotations

import subprocess

from clean_up import Place, group, plan, removal, snapshot
from lookalike.actions.apply import apply
from lookalike.actions.undo import undo
from volumes import require_program


def test_another_program_lists_our_files_and_restores_one(place: Place) -> None:
    require_program("trash-list")
    a = place.file("a.jpg", b"picture")
    b, c = place.file("sub/b ü%.jpg", b"picture"), place.file("c.jpg", b"picture")
    before = snapshot(place.tree)
    apply(plan(group([a], removal(b), removal(c))))
    listed = subprocess.run(["trash-list"], capture_output=True, text=True, check=True).stdout
    found = {line.split(" ", 2)[2] for line in listed.splitlines()}
    assert {str(b), str(c)} <= found
    subprocess.run(
        ["trash-restore", str(b)], input="0\n", text=True, check=True, capture_output=True
    )
    assert b.read_bytes() == b"picture"
    outcome = undo()
    assert outcome.counts == {"restored": 1, "here": 1}
    assert snapshot(place.tree) == before
    assert place.leftovers() == []


def test_what_another_program_has_emptied_is_named(place: Place) -> None:
    require_program("trash-empty")
    a = place.file("a.jpg", b"picture")
    b, c = place.file("b.jpg", b"picture"), place.file("c.jpg", b"picture")
    apply(plan(group([a], removal(b), removal(c))))
    subprocess.run(["trash-rm", "b.jpg"], check=True, capture_output=True)
    outcome = undo()
    assert outcome.counts == {"restored": 1, "gone": 1}
    [problem] = outcome.problems
    assert problem.path == str(b)
    assert "is not there any more" in problem.why
    assert not b.exists()
    assert c.exists()
