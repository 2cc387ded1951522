"""Looking after a catalogue: checks, copies, forgetting, and its commands."""

from __future__ import annotations

import io
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from archives import zip_of
from catalogs import (
    LARGE,
    LONG_AGO,
    assert_up_to_date,
    bmp,
    contents_in,
    fresh,
    paths_in,
    scanned,
    settle,
    write,
)
from lookalike import Catalog
from lookalike.cli.commands import commands
from lookalike.errors import CatalogError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    (folder / "sub").mkdir(parents=True)
    for number in range(4):
        write(folder / f"{number}.bmp", bmp(number))
    write(folder / "sub/large.bmp", bmp(9, LARGE))
    write(folder / "broken.bmp", b"not a picture")
    write(folder / "album.zip", zip_of({"a.bmp": bmp(20)}))
    settle()
    return folder


@pytest.fixture
def catalog(tmp_path: Path, folder: Path) -> Iterator[Catalog]:
    with Catalog.open(tmp_path / "catalog") as one:
        scanned(one, folder, archives=True)
        yield one


def change_silently(path: Path, at: int) -> None:
    """Change a byte as a failing disk does: the size and the time stay."""
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    write(path, bytes(data))


def test_bytes_that_changed_silently_are_found(folder: Path, catalog: Catalog) -> None:
    """With both digests, each time, until they are right again."""
    assert catalog.check_bytes().same == 5
    before = (folder / "sub/large.bmp").read_bytes()
    change_silently(folder / "sub/large.bmp", len(before) // 2)
    for _ in range(2):
        found = catalog.check_bytes(workers=1)
        (rotten,) = found.rotten
        assert rotten.path == str(folder / "sub/large.bmp")
        assert rotten.expected != rotten.found
        assert len(rotten.expected) == len(rotten.found) == 32
        assert found.same == 4
    assert catalog.info().rotten == 1
    write(folder / "sub/large.bmp", before)
    assert catalog.check_bytes().same == 5
    assert catalog.info().rotten == 0


@pytest.mark.thorough
def test_the_first_check_reads_what_a_scan_did_not(tmp_path: Path, folder: Path) -> None:
    """A copy that was told by its ends is compared, and read again if it was mistaken."""
    write(folder / "sub/copy.bmp", bmp(10, LARGE))
    right = (folder / "sub/large.bmp").read_bytes()
    with Catalog.open(tmp_path / "other") as catalog:
        (folder / "sub/copy.bmp").rename(tmp_path / "copy.bmp")
        scanned(catalog, folder)
        shutil.copy2(tmp_path / "copy.bmp", folder / "sub/mistaken.bmp")
        shutil.copy2(folder / "sub/large.bmp", folder / "sub/right.bmp")
        settle()
        assert scanned(catalog).taken_over == 2
        assert catalog.info().assumed == 2
        found = catalog.check_bytes()
        assert (found.mistaken, found.rotten) == (1, [])
        assert catalog.info().assumed == 0
        assert right == (folder / "sub/large.bmp").read_bytes()
        assert scanned(catalog).opened == 1
        assert_up_to_date(catalog, folder)


def test_a_check_leaves_what_it_cannot_compare(folder: Path, catalog: Catalog) -> None:
    write(folder / "0.bmp", bmp(30), LONG_AGO + 1)
    (folder / "1.bmp").unlink()
    found = catalog.check_bytes([folder])
    assert (found.changed, found.same) == (1, 3)
    assert found.unreadable == [str(folder / "1.bmp")]
    folder.rename(folder.with_name("away"))
    assert catalog.check_bytes().offline == [str(folder)]
    with pytest.raises(CatalogError, match="not a root"):
        catalog.check_bytes([folder / "sub"])


def test_damage_in_the_tables_is_found(catalog: Catalog) -> None:
    assert catalog.check() == []
    catalog.database.connection.execute("UPDATE block SET facts = x'00' WHERE number = 0")
    assert catalog.check() == ["block 0 of recipe 1 has a wrong length"]


@pytest.mark.thorough
def test_files_are_forgotten_only_when_they_were_long_gone(folder: Path, catalog: Catalog) -> None:
    (folder / "0.bmp").unlink()
    scanned(catalog)
    assert catalog.prune() == (0, 0)
    assert len(paths_in(catalog, missing=True)) == 1
    assert catalog.prune(older=0) == (1, 1)
    assert not paths_in(catalog, missing=True)
    assert catalog.check() == []
    settle()
    assert_up_to_date(catalog, folder)


def test_roots_folders_and_recipes_are_forgotten(folder: Path, catalog: Catalog) -> None:
    """No file is touched, and what is left is as before."""
    scanned(catalog, algorithm="dhash")
    catalog.forget(folder / "sub")
    assert str(folder / "sub/large.bmp") not in paths_in(catalog)
    catalog.forget_recipe(2)
    assert len(catalog.info().recipes) == 1
    with pytest.raises(CatalogError, match="there is no recipe 2; there are 1"):
        catalog.forget_recipe(2)
    with pytest.raises(CatalogError, match="not in the catalogue"):
        catalog.forget(folder / "sub")
    catalog.forget(folder)
    assert catalog.roots == []
    assert paths_in(catalog) == set()
    assert len(list(folder.rglob("*.bmp"))) == 6
    scanned(catalog, folder)
    assert_up_to_date(catalog, folder)


@pytest.mark.thorough
def test_an_export_holds_all_that_is_known(tmp_path: Path, folder: Path, catalog: Catalog) -> None:
    """In an empty catalogue it gives the same, and nothing has to be read."""
    (folder / "0.bmp").unlink()
    os.link(folder / "1.bmp", folder / os.fsdecode(b"odd \xff.bmp"))
    settle()
    scanned(catalog, archives=True)
    scanned(catalog, algorithm="dhash", archives=True)
    text = io.StringIO()
    assert catalog.export(text.write) == 9
    assert text.getvalue().isascii()
    with Catalog.open(tmp_path / "other") as other:
        for added in (9, 0):
            text.seek(0)
            assert other.add_from(text, "there") == added
        assert contents_in(other) == contents_in(catalog)
        assert scanned(other, archives=True).opened == 0
        assert_up_to_date(other, folder, archives=True)
        assert other.check() == []


@pytest.mark.thorough
def test_an_export_is_moved_to_another_machine(
    tmp_path: Path, folder: Path, catalog: Catalog
) -> None:
    """There the files have other inodes. Only their ends are read, except of broken ones."""
    text = io.StringIO()
    catalog.export(text.write)
    text.seek(0)
    there = shutil.copytree(folder, tmp_path / "there")
    shutil.rmtree(folder)
    settle()
    with Catalog.open(tmp_path / "other") as other:
        other.add_from(text, "there")
        other.move_root(folder, there)
        summary = scanned(other)
        assert (summary.new, summary.changed, summary.checked) == (0, 1, 5)


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ([], "not written by"),
        (["{}"], "not written by"),
        (["[1]"], "not a JSON object"),
        (["nothing"], "not JSON"),
        (['{"lookalike": "catalogue", "version": 1}', '{"file": 1}'], "not valid"),
        (['{"lookalike": "catalogue", "version": 1}', '{"colour": 1}'], "not valid"),
    ],
)
def test_other_files_are_not_imported(catalog: Catalog, lines: list[str], reason: str) -> None:
    before = contents_in(catalog)
    with pytest.raises(CatalogError, match=reason):
        catalog.add_from(io.StringIO("\n".join(lines)), "there")
    assert contents_in(catalog) == before


def test_a_backup_is_a_catalogue(tmp_path: Path, folder: Path, catalog: Catalog) -> None:
    """It overwrites nothing."""
    place = tmp_path / "copy"
    place.mkdir()
    catalog.backup(place / "catalog.db")
    with pytest.raises(CatalogError, match="exists already"):
        catalog.backup(place / "catalog.db")
    assert os.listdir(place) == ["catalog.db"]
    with Catalog.open(place) as copy:
        assert contents_in(copy) == contents_in(catalog)
        assert scanned(copy, archives=True).opened == 0


def test_the_frame_has_a_row_per_image(folder: Path, catalog: Catalog) -> None:
    scanned(catalog, algorithm="dhash")
    (folder / "0.bmp").unlink()
    scanned(catalog)
    frame = catalog.to_frame()
    assert len(frame) == 7
    by_path = frame.set_index("path")
    assert list(by_path.index[by_path.missing]) == [str(folder / "0.bmp")]
    assert by_path.member[str(folder / "album.zip")] == "a.bmp"
    large = by_path.loc[str(folder / "sub/large.bmp")]
    assert (large.width, large.height, large.frames) == (LARGE, LARGE, 1)
    assert large.bytes == (folder / "sub/large.bmp").stat().st_size
    table = fresh(folder)
    at = table.paths.index(str(folder / "sub/large.bmp"))
    assert large.phash == str(table.hashes["phash"][at])
    assert by_path.phash.isna()[str(folder / "broken.bmp")]
    assert by_path.dhash.notna().sum() == 5


def test_the_commands_say_what_they_did(tmp_path: Path, folder: Path) -> None:
    """One after the other, as a person would use them."""
    place = tmp_path / "mine"

    def say(*words: object, status: int = 0) -> str:
        done = CliRunner().invoke(
            commands, [*map(str, words)], env={"LOOKALIKE_CATALOG": str(place)}
        )
        assert done.exit_code == status, done.output
        return done.output

    assert say("scan", folder) == "6 new, 1 unreadable, 0 unchanged\n"
    assert say("scan", "--strict", status=1) == "1 unreadable, 5 unchanged\n"
    assert f"{place}: " in say("catalog", "info")
    assert f"{folder}: 6 files, scanned 2" in say("catalog", "roots")
    assert say("catalog", "check") == "The catalogue is sound.\n"
    assert say("catalog", "check", "--bytes") == "5 the same\nThe catalogue is sound.\n"
    assert "5 read for other hashes" in say("catalog", "rehash", "--algorithm", "dhash")
    assert "5 looked at and unchanged" in say("catalog", "rehash", "--all")
    new = folder.rename(folder.with_name("new"))
    lines = say("scan", "--strict", status=1).splitlines()
    assert lines[0] == "1 root offline, 0 unchanged"
    assert "--accept-loss" in lines[-1]
    assert "is the root now" in say("catalog", "roots", "move", folder, new)
    assert say("scan") == "1 unreadable, 5 unchanged\n"
    change_silently(new / "0.bmp", 700)
    assert f"{new / '0.bmp'}: its bytes changed, from " in say(
        "catalog", "check", "--bytes", status=1
    )
    say("catalog", "backup", tmp_path / "backup.db")
    exported = tmp_path / "catalogue.jsonl"
    say("catalog", "export", "--output", exported)
    assert json.loads(exported.read_text().splitlines()[0])["lookalike"] == "catalogue"
    assert say("catalog", "export") == exported.read_text()
    other = ["--catalog-at", tmp_path / "other"]
    assert say("catalog", "import", exported, *other) == "Added 6 files.\n"
    say("catalog", "forget", new)
    assert say("catalog", "roots") == ""
    assert say("catalog", "prune", "--older", "0s").startswith("Forgot 0 files and 5 contents")
    assert "such as 90d, not 'soon'" in say("catalog", "prune", "--older", "soon", status=2)
    assert "name a PATH or a --recipe" in say("catalog", "forget", status=2)
    nothing = CliRunner().invoke(commands, ["catalog", "info", "--catalog-at", str(tmp_path / "x")])
    assert "make one with scan" in str(nothing.exception)
