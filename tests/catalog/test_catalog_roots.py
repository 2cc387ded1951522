"""A disk that is not there, or is another one, is not a deletion."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from catalogs import assert_up_to_date, bmp, paths_in, scanned, settle, write
from lookalike import Catalog
from lookalike.catalog.scanning.targets import targets_of
from lookalike.errors import CatalogError

COUNT = 24


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Pictures in two folders."""
    folder = tmp_path / "pictures"
    fill(folder)
    return folder


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with Catalog.open(tmp_path / "catalog") as one:
        yield one


def fill(folder: Path, seed: int = 0) -> None:
    (folder / "sub").mkdir(parents=True, exist_ok=True)
    for number in range(COUNT):
        write(folder / ("sub" * (number % 2)) / f"{number}.bmp", bmp(number + seed))
    settle()


def emptied(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.mkdir()


def without_most(folder: Path) -> None:
    for number in range(COUNT // 2 + 1):
        (folder / ("sub" * (number % 2)) / f"{number}.bmp").unlink()


def with_everything_in_a_folder(folder: Path) -> None:
    """Only the files of other folders are there."""
    for path in folder.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    (folder / "notes.txt").write_bytes(b"notes")


def replaced(folder: Path) -> None:
    """Another folder is there, with some of the same names."""
    folder.rename(folder.with_name("old"))
    fill(folder, seed=100)


LOSSES = [emptied, without_most, with_everything_in_a_folder, replaced]


@pytest.mark.thorough
@pytest.mark.parametrize("lose", LOSSES)
def test_a_root_that_lost_most_of_its_files_is_left_alone_until_that_is_accepted(
    folder: Path, catalog: Catalog, lose: Callable[[Path], None]
) -> None:
    """Nothing is marked as missing by any number of scans before."""
    scanned(catalog, folder)
    before = paths_in(catalog)
    lose(folder)
    for paths in ([], [folder], []):
        summary = scanned(catalog, *paths)
        assert (summary.offline, summary.gone) == (1, 0)
        assert before <= paths_in(catalog)
        assert "1 root offline" in summary.line
        assert catalog.roots[0].offline
    summary = scanned(catalog, accept_loss=[folder])
    assert summary.offline == 0
    assert paths_in(catalog) == {str(path) for path in folder.rglob("*.bmp")}
    settle()
    scanned(catalog)
    assert_up_to_date(catalog, folder)
    assert not catalog.roots[0].offline


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("inner_first", [False, True])
@pytest.mark.parametrize("accepts", [False, True])
def test_a_folder_and_one_inside_it_are_scanned_once(
    folder: Path, catalog: Catalog, known: bool, inner_first: bool, accepts: bool
) -> None:
    inner = folder / "inner"
    fill(inner, seed=100)
    if known:
        scanned(catalog, inner)
    link = folder.with_name("link")
    link.symlink_to(folder)
    paths = [inner, folder, link] if inner_first else [link, folder, inner]
    summary = scanned(catalog, *paths, accept_loss=[folder] if accepts else ())
    assert [root.path for root in catalog.roots] == [str(folder)]
    assert (summary.new, summary.unchanged) == ((COUNT, COUNT) if known else (2 * COUNT, 0))
    assert_up_to_date(catalog, folder)


def test_half_of_the_files_may_go(folder: Path, catalog: Catalog) -> None:
    scanned(catalog, folder)
    without_most(folder)
    write(folder / "0.bmp", bmp(0))
    assert scanned(catalog).gone == COUNT // 2


def test_a_root_that_is_away_comes_back_as_it_was(folder: Path, catalog: Catalog) -> None:
    """Nothing is read when it is back."""
    scanned(catalog, folder)
    away = folder.rename(folder.with_name("away"))
    assert scanned(catalog).reasons == [f"{folder}: it cannot be listed: No such file or directory"]
    assert scanned(catalog, folder).offline == 1
    assert len(paths_in(catalog)) == COUNT
    away.rename(folder)
    summary = scanned(catalog)
    assert (summary.unchanged, summary.opened) == (COUNT, 0)
    assert not catalog.roots[0].offline


def test_a_folder_that_cannot_be_listed_leaves_its_files_as_they_are(
    folder: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lookalike.catalog.scanning import listing, walk

    def broken(descriptor: int) -> object:
        if os.fstat(descriptor).st_ino == sub:
            raise OSError(5, "Input/output error")
        return listing.listed(descriptor)

    scanned(catalog, folder)
    sub = (folder / "sub").stat().st_ino
    monkeypatch.setattr(walk, "listed", broken)
    (folder / "0.bmp").unlink()
    summary = scanned(catalog)
    assert (summary.unlisted, summary.gone) == (1, 1)
    assert len(paths_in(catalog)) == COUNT - 1


def test_roots_do_not_nest(folder: Path, catalog: Catalog) -> None:
    """A folder in a root is a part of it, and a root around others takes them in."""
    scanned(catalog, folder / "sub")
    summary = scanned(catalog, folder)
    assert (summary.new, summary.unchanged) == (COUNT // 2, COUNT // 2)
    assert [root.path for root in catalog.roots] == [str(folder)]
    assert_up_to_date(catalog, folder)
    (folder / "0.bmp").unlink()
    (folder / "sub/1.bmp").unlink()
    assert scanned(catalog, folder / "sub").gone == 1
    assert [root.path for root in catalog.roots] == [str(folder)]
    assert scanned(catalog, folder).gone == 1


def test_what_is_not_a_folder_is_refused(folder: Path, catalog: Catalog) -> None:
    for path in (folder / "nothing", folder / "0.bmp"):
        with pytest.raises(CatalogError, match=f"{path}: there is no such folder"):
            scanned(catalog, path)


@pytest.mark.thorough
def test_a_root_can_be_moved_to_another_disk(folder: Path, catalog: Catalog) -> None:
    """Of files copied with their times, only the ends are read."""
    scanned(catalog, folder)
    new = shutil.copytree(folder, folder.with_name("new"))
    shutil.rmtree(folder)
    settle()
    with pytest.raises(CatalogError, match="not a root of the catalogue"):
        catalog.move_root(new, folder)
    with pytest.raises(CatalogError, match="there is no such folder"):
        catalog.move_root(folder, folder)
    catalog.move_root(folder, new)
    summary = scanned(catalog)
    assert (summary.checked, summary.new, summary.changed, summary.gone) == (COUNT, 0, 0, 0)
    assert_up_to_date(catalog, new)


@pytest.mark.thorough
def test_a_root_cannot_be_moved_into_another(folder: Path, catalog: Catalog) -> None:
    other = folder.with_name("other")
    fill(other)
    scanned(catalog, folder, other)
    with pytest.raises(CatalogError, match="overlaps with the root"):
        catalog.move_root(other, folder / "sub")


def test_two_scans_at_once_make_one_root(tmp_path: Path) -> None:
    """The second one does not know yet that the first has made it."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    with Catalog.open(tmp_path / "c") as first, Catalog.open(tmp_path / "c") as second:
        assert second.places.all_roots() == []
        for catalog in (first, second):
            (target,) = targets_of(catalog.database, catalog.places, [os.fsencode(folder)], [])
            assert target.path == os.fsencode(folder)
        assert len(first.database.rows("SELECT id FROM root")) == 1
