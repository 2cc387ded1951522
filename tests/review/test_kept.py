"""Decisions in a catalogue, and what they tell apart there."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

import lookalike
from bad_decoders import MAGIC
from files import save
from lookalike.errors import LookalikeError
from lookalike.review.decisions import Choice, Decision, File
from lookalike.review.kept import CatalogDecisions
from lookalike.review.session import Session, State
from lookalike.review.telling import sets_of
from lookalike.work.isolation import Isolation
from pictures import photo
from reviewing import LOOKALIKE, own_state, reviewing

KEEP, REMOVE, APART, LATER = Choice.KEEP, Choice.REMOVE, Choice.APART, Choice.LATER


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A group of two and one of three, in `in`."""
    for seed, sides in ((0, (160, 120)), (1, (160, 120, 80))):
        for side in sides:
            save(tmp_path / "in" / f"{seed}-{side}.png", photo(side, side * 3 // 4, seed))
    return tmp_path


def told(folder: Path) -> list[set[str]]:
    """The names of what is told apart in the catalogue."""
    with lookalike.Catalog.open(folder / "catalog") as catalog:
        sets = catalog.apart.sets().sets
    return sorted({Path(one.name).name for one in some.contents} for some in sets)


def test_decisions_come_back(folder: Path) -> None:
    """In another review of the same files."""
    result = lookalike.find_duplicates(folder / "in")
    with CatalogDecisions(folder / "catalog") as made:
        session = Session(result, made)
        session.decide(0, [KEEP, REMOVE])
        session.decide(1, [LATER, LATER, LATER])
        session.undo()
    with CatalogDecisions(folder / "catalog") as made:
        session = Session(result, made)
        assert [session.state(group) for group in (0, 1)] == [State.DECIDED, State.OPEN]
        assert session.describe(0)["chosen"] == ["keep", "remove"]


def test_names_with_odd_bytes_and_urls_are_kept(folder: Path) -> None:
    files = [File("/a/\udcff.jpg", "00" * 16), File("https://a.example/ü.jpg", "01" * 16)]
    decision = Decision(KEEP, "seen")
    with CatalogDecisions(folder / "catalog") as made:
        made.change(dict.fromkeys(files, decision))
    with CatalogDecisions(folder / "catalog") as made:
        assert [made.get(file) for file in files] == [decision, decision]


def test_one_review_at_a_time(folder: Path) -> None:
    with (
        CatalogDecisions(folder / "catalog"),
        pytest.raises(LookalikeError, match="used by another review"),
        CatalogDecisions(folder / "catalog"),
    ):
        pass
    with CatalogDecisions(folder / "catalog"):
        pass


def test_what_is_told_apart_is_never_a_group_again(folder: Path) -> None:
    """Until the step is undone."""
    result = lookalike.find_duplicates(folder / "in")
    with CatalogDecisions(folder / "catalog") as made:
        session = Session(result, made)
        session.decide(0, [APART, APART])
        assert told(folder) == [{"0-160.png", "0-120.png"}]
        with lookalike.Catalog.open(folder / "catalog") as catalog:
            again = lookalike.find_duplicates(folder / "in", apart=catalog.apart.sets())
        assert len(again.groups) == 1
        session.undo()
        assert told(folder) == []
        session.redo()
        assert len(told(folder)) == 1
        session.decide(0, [KEEP, REMOVE])
        assert told(folder) == []


def test_one_of_several_is_told_apart_from_each_of_the_others(folder: Path) -> None:
    """The others remain duplicates of each other."""
    result = lookalike.find_duplicates(folder / "in")
    with CatalogDecisions(folder / "catalog") as made:
        Session(result, made).decide(1, [KEEP, REMOVE, APART])
    pairs = [{"1-160.png", "1-80.png"}, {"1-120.png", "1-80.png"}]
    assert sorted(map(sorted, told(folder))) == sorted(map(sorted, pairs))


def test_what_was_told_apart_elsewhere_is_left_alone(folder: Path) -> None:
    """Undo takes back what the review did, and nothing else."""
    files = [folder / "in" / f"0-{side}.png" for side in (160, 120)]
    result = lookalike.find_duplicates(folder / "in")
    with lookalike.Catalog.open(folder / "catalog") as catalog:
        catalog.apart.add(files, "twins")
    with CatalogDecisions(folder / "catalog") as made:
        session = Session(result, made)
        session.decide(0, [APART, APART])
        session.undo()
    assert len(told(folder)) == 1


def test_a_picture_that_went_cannot_be_told_apart(folder: Path) -> None:
    """The step is refused as a whole."""
    result = lookalike.find_duplicates(folder / "in")
    (folder / "in" / "0-120.png").unlink()
    with CatalogDecisions(folder / "catalog") as made:
        session = Session(result, made)
        with pytest.raises(LookalikeError, match="0-120.png"):
            session.decide(0, [APART, APART])
        assert session.state(0) is State.OPEN


@pytest.mark.slow
@pytest.mark.usefixtures("bad_format")
def test_a_picture_that_hangs_its_decoder_is_told_apart_by_no_one(folder: Path) -> None:
    """It is read in another process, which is stopped. The review goes on."""
    result = lookalike.find_duplicates(folder / "in")
    with CatalogDecisions(folder / "catalog", Isolation(timeout=5)) as made:
        session = Session(result, made)
        whole = (folder / "in" / "0-120.png").read_bytes()
        (folder / "in" / "0-120.png").write_bytes(MAGIC + b"hang")
        with pytest.raises(LookalikeError, match="second"):
            session.decide(0, [APART, APART])
        (folder / "in" / "0-120.png").write_bytes(whole)
        session.decide(0, [APART, APART])
    assert told(folder) == [{"0-160.png", "0-120.png"}]


@pytest.mark.parametrize(
    ("choices", "expected"),
    [
        ((KEEP, REMOVE), []),
        ((APART, APART), ["01"]),
        ((APART, KEEP), ["01"]),
        ((APART, APART, APART), ["012"]),
        ((APART, APART, KEEP), ["012"]),
        ((APART, KEEP, REMOVE), ["01", "02"]),
        ((APART, APART, KEEP, REMOVE), ["012", "013"]),
        ((APART, None), ["01"]),
        ((APART,), []),
    ],
)
def test_which_files_choices_tell_apart(
    choices: tuple[Choice | None, ...], expected: list[str]
) -> None:
    files = [File(str(number), str(number)) for number in range(len(choices))]
    found = sets_of(zip(files, choices, strict=True))
    assert sorted("".join(sorted(file.path for file in one)) for one in found) == expected


def test_equal_bytes_are_one() -> None:
    """A file and its copy cannot be told apart."""
    files = [File("a", "00"), File("b", "00")]
    assert sets_of((file, APART) for file in files) == frozenset()


@pytest.mark.slow
def test_a_review_keeps_its_decisions_in_the_catalogue(folder: Path) -> None:
    """Also if it is killed. Then a search honours what was told apart."""
    around = own_state(folder) | {"LOOKALIKE_CATALOG": str(folder / "catalog")}
    with reviewing("in", cwd=folder, **around) as one:
        assert one.ask("/api/session").json["saved_in"] == str(folder / "catalog" / "catalog.db")
        for group, chosen in ((0, ["apart", "apart"]), (1, ["keep", "keep", "remove"])):
            answer = one.ask("/api/decide", {"group": group, "chosen": chosen})
            assert answer.status == 200
        one.process.kill()
        one.process.wait()
    with reviewing("in", cwd=folder, **around) as one:
        assert one.ask("/api/session").json["groups"] == 1
        assert one.ask("/api/groups/0").json["chosen"] == ["keep", "keep", "remove"]
    found = subprocess.run(
        [LOOKALIKE, "find", "in"],
        cwd=folder,
        env=around,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "0-160.png" not in found.stdout


@pytest.mark.slow
def test_a_review_searches_with_a_catalogue_and_against_references(folder: Path) -> None:
    """References stay: they are the first of their group, and what is decided of them is held."""
    save(folder / "new" / "a.png", photo(100, 75, 0))
    around = own_state(folder)
    options = ("new", "--against", "in", "--catalog-at", "catalog")
    with reviewing(*options, cwd=folder, **around) as one:
        assert one.ask("/api/session").json["groups"] == 1
        members = one.ask("/api/groups/0").json["members"]
        assert {one["name"] for one in members} > {"a.png"}
        chosen = ["remove"] * (len(members) - 1) + ["keep"]
        assert one.ask("/api/decide", {"group": 0, "chosen": chosen}).status == 200
        plan = one.ask("/api/plan").json
        assert plan["files"] == 0
        assert plan["held"] == [["in a reference folder", len(members) - 1]]
    with reviewing("--catalog-at", "catalog", cwd=folder, **around) as one:
        assert one.ask("/api/session").json["groups"] == 2
