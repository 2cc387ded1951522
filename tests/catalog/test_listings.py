"""The files of folders as one value each: whatever happens, a search of everything is the same."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from io import StringIO
from pathlib import Path
from typing import TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalogs import LARGE, bmp, settle, write
from library import draw_library
from lookalike import Catalog, find_duplicates, find_similar
from lookalike.catalog.store import listings
from lookalike.catalog.store.database import Database
from lookalike.errors import CatalogError

pytestmark = pytest.mark.thorough


def found(catalog: Catalog, **keywords: int) -> str:
    """What a search of everything says."""
    return find_duplicates(catalog=catalog, **keywords).to_json()  # type: ignore[arg-type]


def found_anew(catalog: Catalog) -> str:
    """The same from the rows alone."""
    catalog.database.connection.execute("DELETE FROM listing")
    return found(catalog)


def kept(catalog: Catalog) -> dict[bytes, bytes]:
    """The digests of the listings, by the path of the folder in its root."""
    statement = "SELECT path, digest FROM folder LEFT JOIN listing ON folder_id = folder.id"
    return dict(catalog.database.rows(statement))


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Three folders with two pictures each, one of which all have."""
    for at, name in enumerate(("a", "b", "b/c")):
        (tmp_path / "tree" / name).mkdir(parents=True)
        write(tmp_path / "tree" / name / "same.bmp", bmp(1))
        write(tmp_path / "tree" / name / "own.bmp", bmp(10 + at))
    settle()
    return tmp_path / "tree"


@pytest.fixture
def catalog(tmp_path: Path, tree: Path) -> Catalog:
    """A catalogue of these, open for the test."""
    catalog = Catalog.open(tmp_path / "catalog")
    catalog.scan(tree)
    return catalog


def test_a_scan_stores_a_listing_of_each_folder_it_read(catalog: Catalog) -> None:
    """A search that follows reads these alone, and not the rows."""
    assert set(kept(catalog)) == {b"a", b"b", b"b/c"}
    assert all(kept(catalog).values())
    statements: list[str] = []
    catalog.database.connection.set_trace_callback(statements.append)
    found(catalog)
    assert any("FROM listing" in one for one in statements)
    assert not [one for one in statements if "FROM file" in one]


def test_a_scan_remakes_only_the_listing_of_the_folder_that_changed(
    catalog: Catalog, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = kept(catalog)
    remade: list[int] = []
    really = listings.made

    def made(database: Database, folder: int) -> listings.Listing:
        remade.append(folder)
        return really(database, folder)

    monkeypatch.setattr(listings, "made", made)
    write(tree / "b/own.bmp", bmp(30))
    settle()
    catalog.scan(tree)
    after = kept(catalog)
    assert len(remade) == 1
    assert [path for path in after if after[path] != before[path]] == [b"b"]
    found(catalog)
    catalog.scan(tree)
    assert len(remade) == 1


VALUES = "INSERT INTO file(folder_id, name, size, mtime_ns, ctime_ns, flags) VALUES "
STATEMENTS = [
    (f"{VALUES} (1, x'00', 1, 1, 1, 0)", {1}),
    (f"{VALUES} (1, x'00', 1, 1, 1, 2), (2, x'00', 1, 1, 1, 8)", set()),  # missing, an archive
    (
        f"{VALUES} (1, (SELECT name FROM file WHERE id = 1), 1, 1, 1, 0) "
        "ON CONFLICT DO UPDATE SET size = excluded.size",
        {1},
    ),
    ("DELETE FROM file WHERE id = 1", {1}),
    ("UPDATE file SET folder_id = 2, name = x'00' WHERE id = 1", {1, 2}),
    ("UPDATE OR IGNORE file SET folder_id = 2 WHERE id = 1", set()),  # the name is taken there
    ("UPDATE file SET name = x'00' WHERE id = 1", {1}),
    ("UPDATE file SET member = x'00' WHERE id = 1", {1}),
    ("UPDATE file SET size = 7 WHERE id = 1", {1}),
    ("UPDATE file SET mtime_ns = 7 WHERE id = 1", {1}),
    ("UPDATE file SET inode = 7 WHERE id = 1", {1}),
    ("UPDATE file SET inode = NULL WHERE id = 1", {1}),
    ("UPDATE file SET content_id = NULL WHERE id = 1", {1}),
    ("UPDATE file SET flags = flags | 2 WHERE id = 1", {1}),
    ("UPDATE file SET flags = flags | 4 WHERE id = 1", {1}),
    ("UPDATE file SET flags = flags | 8 WHERE id = 1", {1}),
    ("UPDATE file SET flags = flags | 1, ctime_ns = 7, born_ns = 7, rotten = x'00'", set()),
    ("UPDATE file SET size = size, name = name, flags = flags", set()),
    ("UPDATE folder SET path = x'00' WHERE id = 1", set()),
    ("DELETE FROM folder WHERE id = 1", {1}),
    ("DELETE FROM root", {1, 2, 3}),
]


@pytest.mark.parametrize(("statement", "gone"), STATEMENTS)
def test_whoever_changes_a_file_removes_its_listing(
    catalog: Catalog, statement: str, gone: set[int]
) -> None:
    """And no other, whatever program it is."""
    catalog.database.connection.execute(statement)
    there = {folder for (folder,) in catalog.database.rows("SELECT folder_id FROM listing")}
    assert {1, 2, 3} - there == gone
    assert catalog.check() == []


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param("UPDATE listing SET names = x''", id="truncated"),
        pytest.param("UPDATE listing SET records = zeroblob(LENGTH(records))", id="damaged"),
        pytest.param("UPDATE listing SET inodes = x'00'", id="no whole inodes"),
        pytest.param("UPDATE listing SET digest = x'00'", id="of another version"),
        pytest.param("DELETE FROM listing WHERE folder_id > 2", id="gone"),
    ],
)
def test_a_listing_that_is_not_whole_is_made_again(catalog: Catalog, damage: str) -> None:
    """The search says the same. After the next one, all listings are there again."""
    expected, before = found(catalog), kept(catalog)
    catalog.database.connection.execute(damage)
    assert found(catalog) == expected
    assert found(catalog) == expected
    assert kept(catalog) == before
    assert catalog.check() == []


def test_a_check_names_a_listing_that_is_wrong(catalog: Catalog) -> None:
    """Only somebody who removes the triggers can make one."""
    connection = catalog.database.connection
    connection.execute("DROP TRIGGER listing_changes")
    connection.execute("UPDATE file SET size = size + 1 WHERE folder_id = 3")
    assert catalog.check() == ["the listing of folder 3 is wrong"]


def test_a_catalogue_that_is_only_read_needs_no_listings(catalog: Catalog) -> None:
    """Neither of this version nor of the one before."""
    expected = found(catalog)
    for change in ("DELETE FROM listing", "DROP TABLE listing"):
        for trigger in ("gains", "loses", "changes") if "TABLE" in change else ():
            catalog.database.connection.execute(f"DROP TRIGGER listing_{trigger}")
        catalog.database.connection.execute(change)
        catalog.database.is_writable = False
        assert found(catalog) == expected
        catalog.database.is_writable = True
    assert not catalog.database.rows("SELECT 1 FROM sqlite_schema WHERE name = 'listing'")


def test_a_catalogue_that_cannot_store_listings_is_searched(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the disk is full."""
    expected = found(catalog)
    catalog.database.connection.execute("DELETE FROM listing")

    def full(*_: object) -> None:
        raise CatalogError("the disk is full", "catalog.db")

    monkeypatch.setattr(listings, "complete", full)
    assert found(catalog) == expected
    assert not any(kept(catalog).values())


def test_a_catalogue_of_the_first_version_is_brought_up_to_date(
    catalog: Catalog, tmp_path: Path
) -> None:
    expected = found(catalog)
    catalog.close()
    with sqlite3.connect(tmp_path / "catalog/catalog.db") as connection:
        for trigger in ("gains", "loses", "changes"):
            connection.execute(f"DROP TRIGGER listing_{trigger}")
        connection.execute("DROP TABLE listing")
        connection.execute("PRAGMA user_version=1")
    with Catalog.open(tmp_path / "catalog") as newer:
        assert not any(kept(newer).values())
        assert found(newer) == expected
        assert all(kept(newer).values())


def test_names_of_one_file_in_several_folders_are_one_image(catalog: Catalog, tree: Path) -> None:
    """As without a catalogue: the first name counts, and the others are skipped."""
    os.link(tree / "b/own.bmp", tree / "a/link.bmp")
    os.link(tree / "b/own.bmp", tree / "b/c/link.bmp")
    settle()
    catalog.scan(tree)
    result = find_duplicates(catalog=catalog)
    assert result.skipped["same file"] == 2
    assert result.table.paths == find_duplicates(tree, catalog=catalog).table.paths
    assert result.to_json() == found_anew(catalog)


def test_a_search_that_opens_no_file_does_not_forget_what_was_assumed(
    catalog: Catalog, tree: Path
) -> None:
    """A copy that was taken over on trust is neither confirmed nor refuted."""
    write(tree / "a/large.bmp", bmp(5, LARGE))
    settle()
    catalog.scan(tree)
    shutil.copy2(tree / "a/large.bmp", tree / "b/large.bmp")
    settle()
    catalog.scan(tree)
    assert catalog.info().assumed == 1
    first = found(catalog)
    assert "large.bmp" in first
    assert found(catalog) == first
    assert catalog.info().assumed == 1


def test_a_picture_that_is_asked_for_is_not_listed_again(catalog: Catalog, tree: Path) -> None:
    similar = find_similar(tree / "a/same.bmp", catalog=catalog)
    paths = similar.table.paths
    assert paths[0] == str(tree / "a/same.bmp")
    assert sorted(paths) == sorted(map(str, tree.rglob("*.bmp")))


def test_names_that_are_not_text_are_kept(catalog: Catalog, tree: Path) -> None:
    """Names in other encodings come back as the same bytes, beside names that are text."""
    names = [b"\xff.bmp", b"caf\xc3", b"\xa9.bmp", "größer.bmp".encode(), b"\xed\xa0\x80.bmp"]
    for at, name in enumerate(names):
        write(Path(os.fsdecode(os.fsencode(tree / "a") + b"/" + name)), bmp(40 + at))
    settle()
    catalog.scan(tree)
    paths = list(find_duplicates(catalog=catalog).table.paths)
    assert paths == list(find_duplicates(tree, catalog=catalog).table.paths)
    assert {os.fsencode(path).rpartition(b"/")[2] for path in paths} >= set(names)


@pytest.mark.slow
def test_two_processes_may_store_listings_at_once(tmp_path: Path) -> None:
    """Both searches say the same, while a third process scans."""
    folder = draw_library(tmp_path / "library")
    with Catalog.open(tmp_path / "catalog") as catalog:
        catalog.scan(folder, archives=True)
        expected = found_anew(catalog)
        catalog.database.connection.execute("DELETE FROM listing")
    command = [sys.executable, "-m", "lookalike"]
    place = ["--catalog-at", str(tmp_path / "catalog")]
    both = [
        subprocess.Popen([*command, "find", "--json", *place], stdout=subprocess.PIPE)
        for _ in range(2)
    ]
    scan = subprocess.run([*command, "scan", *place, str(folder), "--archives"], check=False)
    for one in both:
        assert one.communicate()[0].decode().strip() == expected
    assert scan.returncode == 0
    with Catalog.open(tmp_path / "catalog") as catalog:
        assert catalog.check() == []


NAMES = ("a.bmp", "b.bmp", "in/a.bmp", "in/c.bmp", "in/deep/d.bmp")
Step: TypeAlias = tuple[str, int, int]
"""What to do, with which file, and with which other file or picture."""
CHANGES = (
    "write", "write", "copy", "copy2", "move", "link", "remove", "break", "touch", "rename folder",
    "move files", "scan", "scan in", "search", "forget", "prune", "move root", "import", "rehash",
    "unread", "no thumbs",
)  # fmt: skip
STEPS = st.lists(
    st.tuples(
        st.sampled_from(CHANGES), *2 * [st.integers(0, len(NAMES) - 1)]
    ),
    max_size=12,
)  # fmt: skip


FIRST = [("write", 0, 4), ("write", 3, 1), ("scan", 0, 0), ("copy2", 0, 2), ("scan", 0, 0)]
"""A picture, and a large one with a copy that is taken over on trust."""


def change_tree(tree: Path, step: Step) -> None:
    """Change the files."""
    what, one, other = step
    path, second = tree / NAMES[one], tree / NAMES[other]
    if what == "rename folder" and not (tree / "out").exists():
        (tree / "in").rename(tree / "out")
    elif what == "rename folder":
        shutil.rmtree(tree / "out")
    for name in NAMES:
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
    if what == "write":
        write(path, bmp(other, LARGE if other == 4 else 24))
    elif not path.exists() or (second.exists() and path.samefile(second)):
        return
    elif what == "copy":
        shutil.copy(path, second)
    elif what == "copy2":
        shutil.copy2(path, second)
    elif what == "move":
        path.rename(second)
    elif what == "link":
        second.unlink(missing_ok=True)
        second.hardlink_to(path)
    elif what == "remove":
        path.unlink()
    elif what == "break":
        path.write_bytes(path.read_bytes()[:-200])
    elif what == "touch":
        os.utime(path)
    elif what == "move files":
        for moved in list((tree / "in").glob("*.bmp")):
            moved.rename(tree / moved.name)


def change_catalog(catalog: Catalog, tree: Path, step: Step) -> None:
    """Change what is known of the files."""
    what, one, _ = step
    root = catalog.roots[0].path if catalog.roots else None
    accepted = [tree] if root == str(tree) else []
    if what == "scan":
        catalog.scan(tree, accept_loss=accepted)
    elif what == "scan in":
        catalog.scan(tree / "in", accept_loss=accepted)
    elif what == "search" and root:
        find_duplicates(catalog=catalog)
    elif what == "forget" and root and one:
        catalog.forget(root)
    elif what == "prune":
        catalog.prune(-10)
    elif what == "move root" and root == str(tree):
        other = tree.with_name("elsewhere")
        other.mkdir(exist_ok=True)
        catalog.move_root(tree, other)
        catalog.move_root(other, tree)
    elif what == "import":
        lines: list[str] = []
        catalog.export(lambda line: lines.append(line if line.endswith("\n") else f"{line}\n"))
        catalog.add_from(StringIO("".join(lines)), "itself")
    elif what == "rehash":
        catalog.scan(tree, algorithm="dhash", accept_loss=accepted)
    elif what == "unread":
        catalog.database.connection.execute("UPDATE file SET content_id = NULL WHERE id = ?", [one])
    elif what == "no thumbs":
        shutil.rmtree(catalog.folder / "thumbs", ignore_errors=True)


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(STEPS)
def test_listings_never_change_a_result(steps: list[Step]) -> None:
    """After any changes to the files and to what is known of them, a search with the listings
    gives what one gives that has to make them.
    """
    with tempfile.TemporaryDirectory() as place, Catalog.open(Path(place) / "catalog") as catalog:
        tree = Path(place) / "tree"
        for step in [*FIRST, *steps]:
            change_tree(tree, step)
            change_catalog(catalog, tree, step)
            assert catalog.check() == []
        if catalog.roots:
            warm = found(catalog), found(catalog, max_pixels=100)
            assert warm == (found_anew(catalog), found(catalog, max_pixels=100))
