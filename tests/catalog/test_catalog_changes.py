"""What is read again, what is not, and what is known of it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest
from PIL import Image

from archives import zip_of
from catalogs import (
    LARGE,
    LONG_AGO,
    as_nobody,
    assert_equal,
    assert_up_to_date,
    bmp,
    fresh,
    needs_root,
    open_to_all,
    paths_in,
    remembered,
    scanned,
    settle,
    write,
)
from jpegs import jpeg, scene
from lookalike import Catalog
from lookalike.catalog import recipes
from lookalike.catalog.scanning import batch, losses, walk
from lookalike.catalog.store import files
from lookalike.catalog.volumes import FileSystem
from pictures import photo


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(4):
        write(folder / f"{number}.bmp", bmp(number))
    write(folder / "large.bmp", bmp(9, LARGE))
    settle()
    return folder


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with Catalog.open(tmp_path / "catalog") as one:
        yield one


def flags_of(catalog: Catalog, name: str) -> int:
    rows = catalog.database.rows("SELECT flags FROM file WHERE name = ?", (os.fsencode(name),))
    flags: int = rows[0][0]
    return flags


OPENING = """
import sys
from lookalike import Catalog

opened = []
with Catalog.open(sys.argv[1]) as catalog:
    sys.addaudithook(lambda event, given: event == "open" and opened.append(str(given[0])))
    print(catalog.scan(sys.argv[2]).line)
print(*[path for path in opened if path.endswith((".bmp", ".jpg", ".png", ".zip"))])
"""


def opened_by_scan(catalog: Path, folder: Path) -> tuple[str, str]:
    """The summary of a scan in another process, and the pictures that it opened."""
    words = [sys.executable, "-c", OPENING, str(catalog), str(folder)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    line, paths = done.stdout.splitlines()
    return line, paths


@pytest.mark.slow
def test_a_second_scan_opens_no_file(folder: Path, tmp_path: Path) -> None:
    place = tmp_path / "catalog"
    line, paths = opened_by_scan(place, folder)
    assert line == "5 new, 0 unchanged"
    assert paths.count(".bmp") >= 5
    assert opened_by_scan(place, folder) == ("5 unchanged", "")
    (folder / "new").mkdir()
    for path in folder.glob("*.bmp"):
        path.rename(folder / "new" / path.name)
    assert opened_by_scan(place, folder) == ("5 moved (nothing read), 0 unchanged", "")
    folder.rename(folder.with_name("elsewhere")).rename(folder)
    assert opened_by_scan(place, folder) == ("5 unchanged", "")


def test_an_edit_in_the_moment_of_a_scan_is_seen_by_the_next(
    folder: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that changed just before it was read may change again without a sign of it."""
    path = folder / "0.bmp"
    monkeypatch.setattr(time, "time_ns", lambda: path.stat().st_ctime_ns + 1000)
    scanned(catalog, folder)
    assert flags_of(catalog, "0.bmp") == files.RACY
    path.write_bytes(bmp(77))
    status = path.stat()
    os.utime(path, ns=(LONG_AGO, LONG_AGO))
    # As if all of that had happened in the same tick of the file system's clock.
    monkeypatch.undo()
    settle()
    catalog.database.connection.execute(
        "UPDATE file SET ctime_ns = ? WHERE name = ?", (path.stat().st_ctime_ns, b"0.bmp")
    )
    assert status.st_size == path.stat().st_size
    assert scanned(catalog).changed == 1
    assert_up_to_date(catalog, folder)


def test_files_of_a_moment_ago_are_looked_at_once_more(tmp_path: Path, catalog: Catalog) -> None:
    """When they are no longer new, they are not."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    write(folder / "0.bmp", bmp(0))
    scanned(catalog, folder)
    settle()
    scanned(catalog)
    settle()
    summary = scanned(catalog)
    assert (summary.unchanged, summary.opened) == (1, 0)


def test_a_clock_that_steps_back_hides_no_change(
    folder: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither times in the future nor a scan that seems to be before the last one matter."""
    hour = 3_600_000_000_000
    now = time.time_ns()
    write(folder / "0.bmp", bmp(0), now + 5 * hour)
    settle()
    scanned(catalog, folder)
    monkeypatch.setattr(time, "time", lambda: now / 1e9 - 86_400)
    monkeypatch.setattr(time, "time_ns", lambda: now - 24 * hour)
    summary = scanned(catalog)
    assert (summary.unchanged, summary.opened) == (5, 0)
    write(folder / "0.bmp", bmp(50), now - 24 * hour)
    write(folder / "1.bmp", bmp(51), now + 5 * hour)
    assert scanned(catalog).changed == 2
    monkeypatch.undo()
    settle()
    scanned(catalog)
    assert_up_to_date(catalog, folder)


def test_an_edit_with_its_time_set_back_is_found(folder: Path, catalog: Catalog) -> None:
    scanned(catalog, folder)
    write(folder / "0.bmp", bmp(60))
    write(folder / "large.bmp", bmp(61, LARGE))
    settle()
    assert scanned(catalog).changed == 2
    assert_up_to_date(catalog, folder)


def test_a_restored_file_is_told_by_its_ends(folder: Path, catalog: Catalog) -> None:
    """A small one is compared as a whole. A large one is assumed to be the same, and marked."""
    scanned(catalog, folder)
    for name in ("0.bmp", "large.bmp"):
        shutil.copy2(folder / name, folder / "temporary")
        (folder / "temporary").rename(folder / name)
    settle()
    summary = scanned(catalog)
    assert (summary.checked, summary.changed) == (2, 0)
    assert flags_of(catalog, "0.bmp") == 0
    assert flags_of(catalog, "large.bmp") == files.ASSUMED
    assert catalog.info().assumed == 1
    assert_up_to_date(catalog, folder)


def test_trust_decides_what_is_read(folder: Path, catalog: Catalog) -> None:
    """`stat` believes sizes and times, and `nothing` reads every file."""
    scanned(catalog, folder)
    for path in folder.iterdir():
        path.chmod(0o600)
    settle()
    summary = scanned(catalog, trust="stat")
    assert (summary.opened, summary.checked) == (0, 5)
    for path in folder.iterdir():
        path.chmod(0o644)
    settle()
    assert scanned(catalog).opened == 5
    summary = scanned(catalog, trust="nothing")
    assert (summary.opened, summary.changed) == (5, 0)
    with pytest.raises(ValueError, match="trust must be 'normal', 'stat' or 'nothing', not 'all'"):
        scanned(catalog, trust="all")


def test_times_that_shift_by_an_hour_are_no_change_on_a_card(
    folder: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """FAT stores local times, so all of them shift when the clocks change."""
    monkeypatch.setattr(walk, "file_system_of", lambda path: FileSystem("vfat"))
    scanned(catalog, folder)
    for path in folder.iterdir():
        os.utime(path, ns=(LONG_AGO + 3_600_000_000_000, LONG_AGO + 3_600_000_000_000))
    settle()
    summary = scanned(catalog)
    assert (summary.changed, summary.checked) == (0, 5)
    assert flags_of(catalog, "large.bmp") == files.ASSUMED


def test_a_picture_that_comes_back_is_known(folder: Path, catalog: Catalog) -> None:
    """Under its old name and under another, however long it was away."""
    scanned(catalog, folder)
    away = folder.with_name("trash")
    away.mkdir()
    for name in ("0.bmp", "1.bmp"):
        (folder / name).rename(away / name)
    assert scanned(catalog).gone == 2
    (away / "0.bmp").rename(folder / "0.bmp")
    shutil.copy2(away / "1.bmp", folder / "another name.bmp")
    settle()
    summary = scanned(catalog)
    assert (summary.new, summary.changed) == (0, 0)
    assert (summary.checked, summary.taken_over) == (1, 1)
    assert_up_to_date(catalog, folder)
    assert not paths_in(catalog, missing=True)


def test_what_cannot_be_read_is_tried_again_when_it_may_help(
    tmp_path: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A package that was installed matters only to files that need it."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    write(folder / "broken.jpg", jpeg(scene(96, 72, 3))[:2000])
    write(folder / "text.png", b"not a picture at all")
    write(folder / "empty.png", b"")
    write(folder / "wide.bmp", bmp(3, 240))
    write(folder / "phone.heic", b"\0\0\0\x18ftypheic" + bytes(200))
    settle()
    assert scanned(catalog, folder, max_pixels=10_000).unreadable == 5
    table, unknown = remembered(catalog, folder, max_pixels=10_000)
    assert not unknown
    assert_equal(table, fresh(folder, max_pixels=10_000))
    assert "pip install pillow-heif" in " ".join(one.reason for one in table.failures)
    summary = scanned(catalog, max_pixels=10_000)
    assert (summary.opened, summary.unreadable) == (0, 5)
    assert scanned(catalog).opened == 1  # the wide one is not too large any more

    def installed(package: str) -> str:
        return "99.0" if package == "pillow-heif" else version(package)

    monkeypatch.setattr(recipes, "version", installed)
    recipes.installed.cache_clear()
    assert scanned(catalog).opened == 1
    assert scanned(catalog).opened == 0
    monkeypatch.setattr(recipes, "DECODERS", ("blake3",))
    assert scanned(catalog).opened == 3  # all but the empty and the wide one
    monkeypatch.undo()
    recipes.installed.cache_clear()


UNREADABLE = """
import sys
from lookalike import Catalog

with Catalog.open(sys.argv[1]) as catalog:
    print(catalog.scan(sys.argv[2], workers=1).line)
"""


@pytest.mark.slow
def test_a_file_without_permission_is_tried_each_time() -> None:
    """As another user, because root may read everything. The folder may be closed, too."""
    with open_to_all() as base:
        folder, closed = base / "pictures", base / "pictures/closed"
        closed.mkdir(parents=True)
        for name in ("0.bmp", "1.bmp", "2.bmp", "closed/3.bmp"):
            write(folder / name, bmp(ord(name[0])))
        (folder / "0.bmp").chmod(0)
        needs_root("act as another user")
        subprocess.run(["chown", "-R", "65534:65534", base], check=True)
        settle()

        def line() -> str:
            return as_nobody(UNREADABLE, base / "catalog", folder).strip()

        assert line() == "4 new, 1 unreadable, 0 unchanged"
        assert line() == "1 unreadable, 3 unchanged"
        closed.chmod(0)
        assert line() == "1 unreadable, 1 folder not listed, 2 unchanged"
        closed.chmod(0o755)
        (folder / "0.bmp").chmod(0o644)
        settle()
        assert line() == "1 changed, 3 unchanged"


def test_members_of_archives_follow_their_archive(tmp_path: Path, catalog: Catalog) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    pages = {"a.bmp": bmp(1), "in/b.bmp": bmp(2), "broken.bmp": b"nothing"}
    write(folder / "album.zip", zip_of(pages))
    write(folder / "named.zip", b"not an archive")
    settle()
    scanned(catalog, folder, archives=True)
    assert_up_to_date(catalog, folder, archives=True)
    assert scanned(catalog, archives=True).opened == 0
    (folder / "album.zip").rename(folder / "moved.zip")
    assert scanned(catalog, archives=True).opened == 0
    assert_up_to_date(catalog, folder, archives=True)
    write(folder / "moved.zip", zip_of({"in/b.bmp": bmp(2), "c.bmp": bmp(3)}), LONG_AGO + 9)
    settle()
    assert scanned(catalog, archives=True).changed == 1
    assert_up_to_date(catalog, folder, archives=True)
    (folder / "moved.zip").unlink()
    assert scanned(catalog, archives=True).gone == 1
    assert catalog.info().present == 1


def test_what_is_not_chosen_is_neither_read_nor_lost(folder: Path, catalog: Catalog) -> None:
    """Patterns of one scan do not change what others have found."""
    (folder / ".hidden").mkdir()
    write(folder / ".hidden/h.bmp", bmp(70))
    write(folder / "notes.txt", b"notes")
    (folder / "link.bmp").symlink_to(folder / "0.bmp")
    settle()
    assert scanned(catalog, folder, exclude="0*").new == 4
    assert scanned(catalog, folder, exclude="1*").new == 1
    summary = scanned(catalog, folder, hidden=True)
    assert (summary.new, summary.gone, summary.unchanged) == (1, 0, 5)
    summary = scanned(catalog, folder)
    assert (summary.gone, summary.unchanged) == (0, 5)
    assert len(paths_in(catalog)) == 6


@pytest.mark.slow
def test_every_sort_of_picture_is_given_back_as_it_was(tmp_path: Path, catalog: Catalog) -> None:
    """Films, flat and damaged pictures, and such of which only the beginning was read."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    frames = [Image.fromarray(photo(120, 90, seed)) for seed in (7, 8, 9)]
    frames[0].save(folder / "film.gif", save_all=True, append_images=frames[1:], duration=90)
    Image.new("RGB", (40, 40), "navy").save(folder / "flat.png")
    whole = jpeg(scene(1800, 1400, 2), progressive=True, quality=95)
    write(folder / "progressive.jpg", whole)
    write(folder / "cut.jpg", jpeg(scene(640, 480, 3))[:-9000])
    write(folder / os.fsdecode(b"odd \xff name.bmp"), bmp(5))
    settle()
    for options in ({"damaged": "hash"}, {"damaged": "report"}, {"reading": "exact"}):
        scanned(catalog, folder, **options)
        assert_up_to_date(catalog, folder, **options)
    assert_up_to_date(catalog, folder, damaged="hash")


@pytest.mark.slow
def test_more_files_than_a_batch_or_a_block(
    tmp_path: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Parts of folders, batches and pages meet at their ends."""
    monkeypatch.setattr(batch, "MOST", 7)
    monkeypatch.setattr("lookalike.catalog.scanning.listing.PART", 16)
    monkeypatch.setattr("lookalike.catalog.known.PAGE", 5)
    monkeypatch.setattr("lookalike.catalog.scanning.losses.PART", 3)
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(1100):
        write(folder / f"{number}.bmp", bmp(number, 12), LONG_AGO + number)
    settle()
    assert scanned(catalog, folder).new == 1100
    assert scanned(catalog).unchanged == 1100
    assert_up_to_date(catalog, folder)
    for number in range(0, 1100, 100):
        (folder / f"{number}.bmp").unlink()
    assert scanned(catalog).gone == 11
    assert len(paths_in(catalog)) == 1089


def test_a_recipe_of_several_algorithms_is_refused(folder: Path, catalog: Catalog) -> None:
    with pytest.raises(ValueError, match="keeps one algorithm at a time"):
        catalog.scan(folder, algorithm=["phash", "dhash"])  # type: ignore[arg-type]


def test_the_hashes_of_several_algorithms_live_side_by_side(folder: Path, catalog: Catalog) -> None:
    scanned(catalog, folder)
    summary = scanned(catalog, algorithm="dhash:16")
    assert (summary.rehashed, summary.new) == (5, 0)
    assert scanned(catalog).opened == scanned(catalog, algorithm="dhash:16").opened == 0
    assert_up_to_date(catalog, folder)
    assert list(catalog.info().recipes.values()) == [5, 5]


def test_a_file_that_moves_to_another_root_is_not_lost(tmp_path: Path, catalog: Catalog) -> None:
    """The root that it came from is listed before or after that, and must not count it as gone."""
    one, two = tmp_path / "one", tmp_path / "two"
    for root in (one, two):
        root.mkdir()
        write(root / f"{root.name}.bmp", bmp(len(root.name)))
        write(root / "stays.bmp", bmp(30))
    settle()
    scanned(catalog, one, two)
    (two / "two.bmp").rename(one / "two.bmp")
    (one / "one.bmp").rename(two / "one.bmp")
    summary = scanned(catalog)
    assert (summary.moved, summary.gone, summary.opened) == (2, 0, 0)
    for root in (one, two):
        assert_up_to_date(catalog, root)


def test_files_that_leave_a_folder_together_are_moved_but_for_those_that_differ(
    tmp_path: Path, catalog: Catalog
) -> None:
    """One was edited on the way, one was copied, and one has a new file in its old place."""
    old, new = tmp_path / "pictures/old", tmp_path / "pictures/new"
    old.mkdir(parents=True)
    for number in range(8):
        write(old / f"{number}.bmp", bmp(number))
    settle()
    scanned(catalog, tmp_path / "pictures")
    new.mkdir()
    for number in range(6):
        (old / f"{number}.bmp").rename(new / f"{number}.jpg")
    write(new / "2.jpg", bmp(12), LONG_AGO + 1)
    write(old / "3.bmp", bmp(13))
    shutil.copy2(old / "6.bmp", new / "6.bmp")
    settle()
    found = scanned(catalog)
    assert (found.moved, found.opened, found.gone) == (5, 3, 1)
    assert_up_to_date(catalog, tmp_path / "pictures")


def test_files_that_were_found_elsewhere_are_not_looked_for(
    tmp_path: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only what this scan did not find anywhere, and the first file, is looked for again."""
    old, new = tmp_path / "pictures/old", tmp_path / "pictures/new"
    for place in (old, new):
        place.mkdir(parents=True)
    for number in range(8):
        write(old / f"{number}.bmp", bmp(number))
    write(new / "stays.bmp", bmp(30))
    settle()
    scanned(catalog, tmp_path / "pictures")
    for number in range(6):
        (old / f"{number}.bmp").rename(new / f"{number}.bmp")
    (old / "7.bmp").unlink()
    really, asked = losses._is_file, []  # noqa: SLF001

    def is_file(path: bytes) -> bool:
        asked.append(os.path.basename(path))  # noqa: PTH119
        return really(path)

    monkeypatch.setattr(losses, "_is_file", is_file)
    found = scanned(catalog)
    assert (found.moved, found.opened, found.gone) == (6, 0, 1)
    assert len(asked) == 2
    assert b"7.bmp" in asked
    assert_up_to_date(catalog, tmp_path / "pictures")


def test_a_file_that_is_not_where_it_was_known_is_not_moved(folder: Path, catalog: Catalog) -> None:
    """Another scan was faster, so the caller stores the file anew."""
    scanned(catalog, folder)
    select = "SELECT folder_id, name, ctime_ns, id, folder_id, name, inode FROM file ORDER BY id"
    there, elsewhere, another, *_ = catalog.database.rows(select)
    shifts = [
        (there[0], b"moved", *there[2:]),
        (elsewhere[0], b"new", *elsewhere[2:5], b"old", elsewhere[6]),
        (another[0], b"moved", *another[2:]),
    ]
    with catalog.database.writing() as connection:
        assert files.shift(connection, shifts) == [1, 2]


def test_a_renamed_folder_takes_its_files_along(tmp_path: Path, catalog: Catalog) -> None:
    """Even to another root. A copy that is met first does not take the place of the original."""
    one, two = tmp_path / "one", tmp_path / "two"
    (two / "sub/deep").mkdir(parents=True)
    one.mkdir()
    write(two / "sub/deep/a.bmp", bmp(1))
    write(two / "sub/b.bmp", bmp(2))
    write(two / "c.bmp", bmp(3))
    write(one / "d.bmp", bmp(4))
    settle()
    scanned(catalog, one, two)
    (two / "sub").rename(two / "other")
    shutil.copy2(two / "other/b.bmp", one / "b.bmp")
    os.link(two / "other/deep/a.bmp", one / "a.bmp")
    settle()
    summary = scanned(catalog)
    assert (summary.new, summary.gone) == (0, 0)
    for root in (one, two):
        assert_up_to_date(catalog, root)
    (two / "other").rename(one / "other")
    summary = scanned(catalog)
    assert (summary.moved, summary.opened, summary.gone) == (2, 0, 0)
    for root in (one, two):
        assert_up_to_date(catalog, root)


def move_all(old: Path, new: Path) -> None:
    """Move the files of a folder to a new one, one by one."""
    new.mkdir()
    for path in sorted(old.iterdir()):
        path.rename(new / path.name)


def folders_of(catalog: Catalog) -> dict[bytes, int]:
    return dict(catalog.database.rows("SELECT path, id FROM folder"))


@pytest.mark.parametrize("stays", [True, False])
def test_a_new_folder_takes_the_place_of_one_whose_files_it_has(
    tmp_path: Path, catalog: Catalog, stays: bool
) -> None:
    """Whatever was known of them goes along. A folder that is gone may have been elsewhere."""
    one, two = tmp_path / "one", tmp_path / "two"
    old, new = one / "old", (one if stays else two) / "new"
    for number, root in enumerate((one, two)):
        root.mkdir()
        write(root / "stays.bmp", bmp(30 + number))
    old.mkdir()
    for number in range(3):
        write(old / f"{number}.bmp", bmp(number))
    write(old / "broken.bmp", b"not a picture")
    write(old / "several.zip", zip_of({"a.bmp": bmp(50), "b.bmp": bmp(51)}))
    settle()
    scanned(catalog, one, two, archives=True)
    number = folders_of(catalog)[b"old"]
    move_all(old, new)
    if not stays:
        old.rmdir()
    summary = scanned(catalog, archives=True)
    assert (summary.moved, summary.opened, summary.new, summary.gone) == (5, 0, 0, 0)
    assert folders_of(catalog)[b"new"] == number
    for root in (one, two):
        assert_up_to_date(catalog, root, archives=True)
    summary = scanned(catalog, archives=True)
    assert (summary.moved, summary.changed, summary.opened, summary.gone) == (0, 0, 0, 0)


def test_a_folder_that_has_files_left_or_lost_some_keeps_its_place(
    folder: Path, catalog: Catalog
) -> None:
    for name in ("left", "lost"):
        (folder / name).mkdir()
        for number in range(3):
            write(folder / name / f"{number}.bmp", bmp(number + 50))
    settle()
    scanned(catalog, folder)
    before = folders_of(catalog)
    (folder / "lost/2.bmp").unlink()
    for name in ("left", "lost"):
        move_all(folder / name, folder / f"new {name}")
    write(folder / "left/3.bmp", bmp(90))
    settle()
    summary = scanned(catalog)
    assert (summary.moved, summary.opened, summary.new, summary.gone) == (5, 1, 1, 1)
    assert before.items() <= folders_of(catalog).items()
    assert paths_in(catalog, missing=True) == {str(folder / "lost/2.bmp")}
    assert_up_to_date(catalog, folder)


def test_only_what_came_along_is_not_read_in_a_folder_that_took_the_place_of_another(
    folder: Path, catalog: Catalog
) -> None:
    """A file that was made anew has another time of birth, even with the inode of the old one."""
    (folder / "old").mkdir()
    for number in range(4):
        write(folder / f"old/{number}.bmp", bmp(number + 50))
    settle()
    scanned(catalog, folder)
    number = folders_of(catalog)[b"old"]
    move_all(folder / "old", folder / "new")
    (folder / "new/1.bmp").unlink()
    write(folder / "new/1.bmp", bmp(77))
    write(folder / "new/2.bmp", bmp(78), LONG_AGO + 5)
    write(folder / "new/more.bmp", bmp(79))
    settle()
    summary = scanned(catalog)
    assert (summary.moved, summary.opened) == (2, 3)
    assert folders_of(catalog)[b"new"] == number
    assert_up_to_date(catalog, folder)
