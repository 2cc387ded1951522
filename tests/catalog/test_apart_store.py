"""What was told apart is kept in a catalogue, and outlives everything that happens to files."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from PIL import Image

import lookalike
from lookalike import Apart, Catalog, CatalogError
from lookalike.catalog.folder import VARIABLE
from lookalike.cli.commands import commands
from pictures import photo


def jpeg(seed: int, quality: int) -> bytes:
    file = io.BytesIO()
    Image.fromarray(photo(120, 90, seed)).save(file, "JPEG", quality=quality)
    return file.getvalue()


@pytest.fixture
def photos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two copies of one picture, and a catalogue of this user that is not there yet."""
    monkeypatch.setenv(VARIABLE, str(tmp_path / "catalog"))
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "a.jpg").write_bytes(jpeg(1, 90))
    (folder / "b.jpg").write_bytes(jpeg(1, 40))
    return folder


@pytest.fixture
def catalog(photos: Path) -> Iterator[Catalog]:
    """A catalogue in which the two were told apart."""
    with Catalog.open() as one:
        one.apart.add([photos / "a.jpg", photos / "b.jpg"], "twins")
        yield one


def run(*arguments: str | Path, status: int = 0) -> Result:
    done = CliRunner().invoke(commands, [*map(str, arguments)])
    assert done.exit_code == status, done.output
    return done


def count(folder: Path, catalog: Catalog) -> int:
    """How many groups a search finds."""
    return len(lookalike.find_duplicates(folder, apart=catalog.apart.sets()).groups)


def test_sets_are_read_back_as_they_were_written(photos: Path, catalog: Catalog) -> None:
    """With note, time and number."""
    (one,) = catalog.apart.sets().sets
    assert (one.id, one.note) == (1, "twins")
    assert abs(one.made_at - time.time()) < 600
    assert Apart((one,)).to_json() == catalog.apart.sets().to_json()
    read = lookalike.ApartSet.of([photos / "a.jpg", photos / "b.jpg"])
    assert set(one.contents) == set(read.contents)


def test_the_same_set_is_added_once(photos: Path, catalog: Catalog) -> None:
    """In any order. A larger set is another one."""
    assert catalog.apart.add([photos / "b.jpg", photos / "a.jpg"]) == 1
    (photos / "c.jpg").write_bytes(jpeg(1, 70))
    assert catalog.apart.add([photos / name for name in ("a.jpg", "b.jpg", "c.jpg")]) == 2
    catalog.apart.remove([1])
    assert [one.id for one in catalog.apart.sets().sets] == [2]
    with pytest.raises(CatalogError, match="there is no set 7"):
        catalog.apart.remove([2, 7])
    assert [one.id for one in catalog.apart.sets().sets] == [2]  # all or none


def test_scans_moves_and_forgetting_lose_nothing(
    photos: Path, catalog: Catalog, tmp_path: Path
) -> None:
    """A move, a rename, a rescan, forgotten roots and pruned files."""
    catalog.scan(photos)
    moved = photos.rename(tmp_path / "elsewhere")
    (moved / "a.jpg").rename(moved / "z.jpg")
    assert count(moved, catalog) == 0
    catalog.scan(moved)
    catalog.forget(photos)
    catalog.prune(older=0)
    assert count(moved, catalog) == 0
    assert len(lookalike.find_duplicates(moved).groups) == 1


def test_a_rating_written_into_a_file_loses_nothing(photos: Path, catalog: Catalog) -> None:
    """Its bytes are others, and its pixels are the same."""
    exif = Image.Exif()
    exif[0x4746] = 5  # the tag for a rating
    data = (photos / "a.jpg").read_bytes()
    block = b"Exif\0\0" + exif.tobytes()[6:]
    marked = data[:2] + b"\xff\xe1" + (len(block) + 2).to_bytes(2, "big") + block + data[2:]
    (photos / "a.jpg").write_bytes(marked)
    assert Image.open(io.BytesIO(marked)).getexif()[0x4746] == 5
    assert count(photos, catalog) == 0


def test_another_machine_gets_it_by_a_file(photos: Path, catalog: Catalog, tmp_path: Path) -> None:
    """`export` and `import`, twice."""
    with Catalog.open(tmp_path / "other") as other:
        assert other.apart.add_from(Apart.from_json(catalog.apart.sets().to_json())) == 1
        assert other.apart.add_from(catalog.apart.sets()) == 0
        assert count(photos, other) == 0
        (one,) = other.apart.sets().sets
        assert (one.note, one.made_at) == ("twins", catalog.apart.sets().sets[0].made_at)


def test_the_commands_add_list_export_import_and_remove(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And `find` honours the sets, without any option."""
    assert "1 group" in run("find", photos).stdout
    added = run("apart", "add", photos / "a.jpg", photos / "b.jpg", "--note", "twins")
    assert added.stdout == "Set 1: 2 pictures told apart.\n"
    assert "0 groups" in run("find", photos).stdout
    assert "0 groups" in run("find", photos, "--no-verify").stdout
    assert "0 found" in run("find", photos / "a.jpg", "--in", photos).stdout
    assert "told apart from others" in run("find", photos).stdout
    listed = run("apart", "list").stdout.splitlines()
    assert listed[0].startswith("Set 1, 2 pictures, 2")
    assert listed[0].endswith(": twins")
    assert len(listed) == 3
    file = tmp_path / "apart.json"
    run("apart", "export", "--output", file)
    run("apart", "remove", "1")
    assert run("apart", "list").stdout == "Nothing has been told apart.\n"
    assert "1 group" in run("find", photos).stdout
    monkeypatch.setenv(VARIABLE, str(tmp_path / "other machine"))
    assert run("apart", "import", file).stdout == "Added 1 set.\n"
    assert "0 groups" in run("find", photos).stdout


def test_find_writes_nothing_into_the_catalogue(photos: Path, tmp_path: Path) -> None:
    """It makes none, and only reads the sets of one."""
    run("find", photos)
    assert not (tmp_path / "catalog").exists()
    run("apart", "add", photos / "a.jpg", photos / "b.jpg")
    before = (tmp_path / "catalog" / "catalog.db").read_bytes()
    run("find", photos)
    assert (tmp_path / "catalog" / "catalog.db").read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["add", "a.jpg", "a.jpg"], 2, "have the same bytes"),
        (["add", "a.jpg"], 2, "two or more images"),
        (["remove", "5"], 1, "there is no set 5"),
        (["import", "a.jpg"], 1, "cannot be read|expected|decode|JSON|Expecting"),
    ],
)
def test_wrong_arguments_are_explained(
    photos: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], status: int, message: str
) -> None:
    """Nothing is added."""
    monkeypatch.chdir(photos)
    Catalog.open().close()
    done = CliRunner().invoke(commands, ["apart", *arguments])
    assert done.exit_code == status
    text = done.stderr if status == 2 else str(done.exception)
    assert any(one in text for one in message.split("|"))
    assert run("apart", "list").stdout == "Nothing has been told apart.\n"


def test_a_newer_file_is_refused_with_both_versions(photos: Path, catalog: Catalog) -> None:
    """By the command, too."""
    document = json.loads(catalog.apart.sets().to_json()) | {"version": 9}
    file = photos / "newer.json"
    file.write_text(json.dumps(document))
    done = CliRunner().invoke(commands, ["apart", "import", str(file)])
    assert "its version is 9, and this lookalike knows version 1" in str(done.exception)


ADDING = """
import sys
from lookalike import Apart, ApartContent, ApartSet, Catalog
with Catalog.open() as catalog:
    number = 0
    while True:
        number += 1
        digests = [(2 * number + k).to_bytes(32, "big") for k in range(2)]
        one = ApartSet(tuple(ApartContent(digest) for digest in digests))
        catalog.apart.add_from(Apart((one,)))
        print(number, flush=True)
"""


@pytest.mark.thorough
def test_what_was_said_is_kept_when_the_process_is_killed(photos: Path) -> None:
    """Every set whose addition was confirmed is there as a whole."""
    with subprocess.Popen(
        [sys.executable, "-c", ADDING], stdout=subprocess.PIPE, text=True, env=os.environ
    ) as program:
        assert program.stdout is not None
        for _ in range(20):
            line = program.stdout.readline()
        program.send_signal(signal.SIGKILL)
        rest = program.stdout.read().split()
    with Catalog.open() as catalog:
        sets = catalog.apart.sets().sets
        assert len(sets) >= int((rest or [line])[-1])
        assert all(len(one.contents) == 2 for one in sets)
        assert catalog.check() == []
    assert photos.is_dir()
