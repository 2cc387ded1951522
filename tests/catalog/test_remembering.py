"""`find_duplicates(..., catalog=c)`: the same result, but only what changed is opened."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from files import save
from library import draw_library, set_back
from lookalike import ArchiveLimits, Result, find_duplicates
from lookalike.catalog.catalog import Catalog
from lookalike.catalog.searching import everything
from lookalike.errors import CatalogError
from lookalike.report.words import text_of
from lookalike.sight.thumbs import KEPT_BYTES
from pictures import photo
from remembering import Searched, killed, searched

pytestmark = pytest.mark.thorough

ARCHIVES = {"album.zip", "album.tar"}
"""Their lists of members are read each time."""


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw_library(tmp_path_factory.mktemp("drawn") / "library")


@pytest.fixture(scope="module")
def plain(drawn: Path) -> Searched:
    """A search without a catalogue."""
    return searched(drawn)


def same(one: Searched, other: Searched) -> bool:
    assert one.text == other.text
    assert one.csv == other.csv
    assert one.json == other.json
    return True


def test_three_searches_say_the_same_and_the_second_opens_nothing(
    drawn: Path, plain: Searched, tmp_path: Path
) -> None:
    """The first search with a catalogue, and those after it, give the bytes of one without."""
    first = searched(drawn, tmp_path / "c")
    assert same(first, plain)
    assert first.opened
    for _ in range(2):
        again = searched(drawn, tmp_path / "c")
        assert same(again, plain)
        assert set(again.opened) <= ARCHIVES


@pytest.fixture
def library(drawn: Path, tmp_path: Path) -> Path:
    """A copy of the folder, to be changed."""
    shutil.copytree(drawn, tmp_path / "library", symlinks=True)
    set_back()
    return tmp_path / "library"


@pytest.mark.slow
def test_a_new_file_opens_itself_and_each_candidate_at_most_once(
    library: Path, tmp_path: Path
) -> None:
    """It is near one picture, has the pixels of others, and is a form of known layout."""
    searched(library, tmp_path / "c")
    save(library / "edits/new.png", photo(300, 225, 5))
    shutil.copy(library / "copies/pixels.png", library / "copies/new.png")
    save(library / "copies/new.tif", photo(200, 150, 3))
    form = library / "paper/new.png"
    shutil.copy(library / "paper/form1.png", form)
    form.write_bytes(form.read_bytes() + b" ")
    set_back(*library.rglob("new.*"))
    plain = searched(library)
    found = searched(library, tmp_path / "c")
    assert same(found, plain)
    names = set(found.opened) - ARCHIVES
    new = {"new.png", "new.tif"}
    assert new <= names
    assert names - new <= {
        "plain.png", "small.jpg", "turned.png", "other colours.png", "pixels.png", "pixels.bmp",
        "form0.png", "form1.png", "form2.png", "form0 again.jpg",
    }  # fmt: skip
    assert all(found.opened[name] == 1 for name in names - new), found.opened
    again = searched(library, tmp_path / "c")
    assert same(again, plain)
    assert set(again.opened) <= ARCHIVES


@pytest.mark.slow
def test_what_changed_is_read_again(library: Path, tmp_path: Path) -> None:
    """Files that are edited, gone, renamed and moved give what they give without a catalogue."""
    searched(library, tmp_path / "c")
    save(library / "edits/stranger.png", photo(480, 360, 5))
    (library / "edits/plain.png").unlink()
    (library / "copies/second.jpg").rename(library / "copies/a renamed one.jpg")
    (library / "odd").rename(library / "at the end")
    (library / "edits/link.png").unlink()
    found = searched(library, tmp_path / "c")
    assert same(found, searched(library))
    assert found.opened["a renamed one.jpg"] == 0
    assert found.opened["film.gif"] == 0
    assert found.opened["stranger.png"] >= 1


@pytest.mark.slow
@pytest.mark.parametrize(
    "keywords",
    [
        pytest.param({"verify": False}, id="no second look"),
        pytest.param({"algorithm": "dhash"}, id="dhash"),
        pytest.param({"colour": True, "min_agreement": 0.5}, id="colour"),
        pytest.param({"damaged": "hash"}, id="damaged"),
        pytest.param({"isolate": True}, id="processes"),
        pytest.param({"exclude": ["paper"], "hidden": True}, id="exclude"),
        pytest.param({"recursive": False}, id="no folders"),
    ],
)
def test_other_searches_agree_too(
    drawn: Path, tmp_path_factory: pytest.TempPathFactory, shared: Path, keywords: dict[str, Any]
) -> None:
    """They share one catalogue, and each opens nothing when it comes again."""
    plain = searched(drawn, **keywords)
    assert same(searched(drawn, shared, **keywords), plain)
    again = searched(drawn, shared, **keywords)
    assert same(again, plain)
    assert set(again.opened) <= ARCHIVES


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shared") / "c"


@pytest.mark.slow
def test_a_thorough_search_agrees(drawn: Path, shared: Path) -> None:
    """It reads the files for their points, but its result is the same."""
    plain = searched(drawn, thorough=True)
    for _ in range(2):
        assert same(searched(drawn, shared, thorough=True), plain)


def test_thumbs_may_be_deleted(drawn: Path, plain: Searched, tmp_path: Path) -> None:
    """They are made again from the files, once."""
    searched(drawn, tmp_path / "c")
    assert (tmp_path / "c/thumbs").stat().st_mode & 0o777 == 0o700
    shutil.rmtree(tmp_path / "c/thumbs")
    assert same(searched(drawn, tmp_path / "c"), plain)
    again = searched(drawn, tmp_path / "c")
    assert same(again, plain)
    assert set(again.opened) <= ARCHIVES


def test_damaged_thumbs_are_made_again(drawn: Path, plain: Searched, tmp_path: Path) -> None:
    """Half a record, or the record of another content, is not taken for a thumb."""
    searched(drawn, tmp_path / "c")
    for path in (tmp_path / "c/thumbs").iterdir():
        data = bytearray(path.read_bytes())
        data[: len(data) // 2] = data[-(len(data) // 2) :]
        path.write_bytes(data[:-100])
    assert same(searched(drawn, tmp_path / "c"), plain)


@pytest.mark.slow
@pytest.mark.parametrize("after", [1, 9, 40, 60])
def test_a_killed_search_goes_on(drawn: Path, plain: Searched, tmp_path: Path, after: int) -> None:
    """Whatever it was doing, the next one gives the same result."""
    killed(drawn, tmp_path / "c", after)
    assert same(searched(drawn, tmp_path / "c"), plain)
    assert set(searched(drawn, tmp_path / "c").opened) <= ARCHIVES


def test_the_whole_catalogue_is_searched_without_touching_a_file(
    library: Path, tmp_path: Path
) -> None:
    """The groups are those of the last search of the folder, though it is not there any more."""
    first = searched(library, tmp_path / "c")
    library.rename(tmp_path / "elsewhere")
    with Catalog.open(tmp_path / "c") as catalog:
        result = find_duplicates(catalog=catalog)
        assert catalog.account is not None
        [line] = catalog.account.lines
        assert line.startswith(f"{library}: last scanned 20")
    assert text_of(result, summary=False) == first.text.split("24 images hashed")[0]
    assert result.failures == Result.from_json(first.json).failures


@pytest.mark.parametrize("part", [1, 3])
def test_the_whole_catalogue_is_the_same_however_many_files_are_looked_up_at_once(
    drawn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: int
) -> None:
    with Catalog.open(tmp_path / "c") as catalog:
        find_duplicates(drawn, catalog=catalog)
        expected = find_duplicates(catalog=catalog).to_json()
        monkeypatch.setattr(everything, "PART", part)
        assert find_duplicates(catalog=catalog).to_json() == expected


def test_the_whole_catalogue_needs_thumbs_and_the_right_hashes(drawn: Path, tmp_path: Path) -> None:
    """What was never read for this search, or lost its thumb, is not silently left out."""
    searched(drawn, tmp_path / "c")
    shutil.rmtree(tmp_path / "c/thumbs")
    with Catalog.open(tmp_path / "c") as catalog:
        with pytest.raises(CatalogError, match="nothing in it was read for dhash"):
            find_duplicates(catalog=catalog, algorithm="dhash")
        result = find_duplicates(catalog=catalog)
        assert sum("its small copy is missing" in one.reason for one in result.failures) == 24
        assert len(find_duplicates(catalog=catalog, verify=False).groups) > 4
        with pytest.raises(TypeError, match="images must be given"):
            find_duplicates()


def test_a_copy_is_taken_over_on_trust_until_its_bytes_are_compared(tmp_path: Path) -> None:
    """A copy with the time of another is exact only once all bytes of both were read."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    save(folder / "a.png", photo(400, 300, 5))
    save(folder / "z.png", photo(400, 300, 6))
    assert (folder / "a.png").stat().st_size > 1 << 17
    set_back(*folder.iterdir())
    searched(folder, tmp_path / "c")
    shutil.copy2(folder / "a.png", folder / "b.png")
    shutil.copy2(folder / "z.png", folder / "y.png")
    data = bytearray((folder / "y.png").read_bytes())
    data[len(data) // 2] ^= 1  # its ends and its time are as before
    (folder / "y.png").write_bytes(data)
    set_back(folder / "y.png")
    with Catalog.open(tmp_path / "c") as catalog:
        catalog.scan(folder)
        assert catalog.info().assumed == 2
    found = searched(folder, tmp_path / "c")
    same_bytes, others = Result.from_json(found.json).groups
    assert [one.exact for one in same_bytes.duplicates] == [True]
    assert [one.same_pixels for one in others.duplicates] == [False]
    assert found.opened["b.png"] == 1
    again = searched(folder, tmp_path / "c")  # the one that differs is read like any other
    assert same(again, searched(folder))
    assert not searched(folder, tmp_path / "c").opened


def test_thumbs_of_an_earlier_version_are_replaced(library: Path, tmp_path: Path) -> None:
    """The next search makes them again, and the one after it opens nothing."""
    first = searched(library, tmp_path / "c")
    thumbs = tmp_path / "c/thumbs"
    for path in list(thumbs.iterdir()):
        path.rename(path.with_suffix(path.suffix.removesuffix("-2")))
    assert {path.suffix for path in thumbs.iterdir()} == {".thumbs", ".turned"}
    assert searched(library, tmp_path / "c").json == first.json
    assert {path.suffix for path in thumbs.iterdir()} == {".thumbs-2", ".turned-2"}
    assert not {*searched(library, tmp_path / "c").opened} - ARCHIVES


def test_what_is_pruned_loses_its_thumbs(library: Path, tmp_path: Path) -> None:
    """The records of a content that is gone are overwritten, and those of the others stay."""
    searched(library, tmp_path / "c")
    before = {path: path.read_bytes() for path in (tmp_path / "c/thumbs").iterdir()}
    shutil.rmtree(library / "edits")
    with Catalog.open(tmp_path / "c") as catalog:
        catalog.scan(library)
        _, gone = catalog.prune(-10)
        assert gone == 5
    for path, data in before.items():
        length = KEPT_BYTES + 8 if path.suffix == ".thumbs-2" else 72
        after = path.read_bytes()
        records = [range(at, at + length) for at in range(0, len(data), length)]
        emptied = [
            one
            for one in records
            if any(data[one.start : one.stop]) and not any(after[one.start : one.stop])
        ]
        assert len(emptied) == 5
    again = searched(library, tmp_path / "c")
    assert same(again, searched(library))
    assert set(again.opened) <= ARCHIVES


@pytest.mark.slow
def test_a_catalogue_that_cannot_be_written_is_used_as_it_is(library: Path, tmp_path: Path) -> None:
    """What it knows is not opened, the rest is read, and nothing is stored."""
    searched(library, tmp_path / "c")
    save(library / "edits/new.png", photo(300, 225, 5))
    database = (tmp_path / "c/catalog.db").read_bytes()
    with Catalog.open(tmp_path / "c") as catalog:
        readable = catalog.database  # root may write whatever the permissions are
        readable.is_writable = False
        lock, readable._lock = readable._lock, None  # noqa: SLF001
        result = find_duplicates([str(library)], archives=True, catalog=catalog)
        readable._lock = lock  # noqa: SLF001
    assert result.to_json() == searched(library).json
    assert (tmp_path / "c/catalog.db").read_bytes() == database


@pytest.mark.slow
def test_two_searches_at_once(library: Path, tmp_path: Path) -> None:
    """Both give the result, whoever stores what first."""
    plain = searched(library)
    command = [sys.executable, "-m", "lookalike", "find", str(library), "--archives", "--json"]
    both = [
        subprocess.Popen([*command, "--catalog-at", str(tmp_path / "c")], stdout=subprocess.PIPE)
        for _ in range(2)
    ]
    for one in both:
        output, _ = one.communicate()
        assert output.decode().strip() == plain.json
        assert one.returncode == 0


@pytest.mark.slow
def test_the_command_takes_the_folder_from_its_options_and_the_environment(
    drawn: Path, plain: Searched, tmp_path: Path
) -> None:
    """Its output is the same. What became of the files goes to standard error."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "lookalike", "find", *arguments],
            capture_output=True, text=True, check=False,
            env={**os.environ, "LOOKALIKE_CATALOG": str(tmp_path / "c")},
        )  # fmt: skip

    first = run(str(drawn), "--archives", "--catalog")
    assert first.stdout == plain.text
    assert first.stderr.startswith("Catalogue: ")
    assert " new, " in first.stderr
    again = run(str(drawn), "--archives", "--catalog-at", str(tmp_path / "c"))
    assert again.stdout == plain.text
    assert " new, " not in again.stderr
    every = run("--catalog", "--csv")
    assert every.stdout == plain.csv
    assert "last scanned" in every.stderr
    assert run(str(drawn), "--quiet", "--catalog").stderr == ""
    assert run().returncode == 2  # the environment alone asks for no catalogue
    none = run("--catalog-at", str(tmp_path / "none"))
    assert none.returncode == 2
    assert "there is no catalogue here" in none.stderr
    assert not (tmp_path / "none").exists()


@pytest.mark.slow
def test_smaller_limits_hold_for_what_is_known(drawn: Path, shared: Path) -> None:
    """An image that was read before is refused by a search with smaller limits."""
    searched(drawn, shared)
    tight = ArchiveLimits(member_bytes=20_000)
    for keywords in ({"max_pixels": 100_000}, {"max_bytes": 50_000}, {"archive_limits": tight}):
        plain = searched(drawn, **keywords)
        assert "too_large" in plain.text
        assert same(searched(drawn, shared, **keywords), plain)
    with Catalog.open(shared) as catalog:
        failures = find_duplicates(catalog=catalog, max_pixels=100_000).failures
    assert any("the limit of this search" in one.reason for one in failures)
    assert same(searched(drawn, shared), searched(drawn))


def test_thumbs_of_a_forgotten_recipe_are_removed(library: Path, tmp_path: Path) -> None:
    """Those of other recipes stay."""
    searched(library, tmp_path / "c")
    before = set((tmp_path / "c/thumbs").iterdir())
    searched(library, tmp_path / "c", algorithm="whash")
    with Catalog.open(tmp_path / "c") as catalog:
        catalog.forget_recipe(2)
    assert set((tmp_path / "c/thumbs").iterdir()) == before


def test_references_are_remembered_too(drawn: Path, tmp_path: Path) -> None:
    """Both the new images and the references are scanned, and not opened again."""
    keywords = {"against": [str(drawn / "copies"), str(drawn / "odd")]}
    plain = searched(drawn, None, drawn / "edits", **keywords)
    for _ in range(2):
        found = searched(drawn, tmp_path / "c", drawn / "edits", **keywords)
        assert same(found, plain)
    assert not found.opened
