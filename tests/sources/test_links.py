"""Symbolic links are listed once, under their target, and deleting one saves nothing."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click.testing
import pytest

from archives import png, zip_of
from lookalike import Status, find_duplicates, hash_images
from lookalike.cli.commands import commands
from lookalike.methods import PHash

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")


def fill(folder: Path, names: Iterable[str], links: dict[str, str] | None = None) -> Path:
    """Different pictures under some names, and links to named targets."""
    for seed, name in enumerate(names):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(png(seed))
    for name, target in (links or {}).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).symlink_to(target)
    return folder


def found(images: Any, **options: Any) -> tuple[list[str], dict[str, int]]:
    """What a search reads and skips. The table of hashes is the same for a folder."""
    result = find_duplicates(images, **options)
    if not isinstance(images, list):
        table = hash_images(images, **options)
        assert table.paths == result.table.paths
        assert table.skipped == result.skipped
    assert not result.failures
    return list(result.table.paths), result.skipped


@pytest.mark.parametrize("link", ["a.png", "z.png", "m/link.png", "m", "without extension"])
def test_a_link_in_a_folder_is_its_file(
    link: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """This holds whichever comes first, for absolute links, and however the folder is named."""
    monkeypatch.chdir(tmp_path)
    names = ["n/b.png", "p.png"]
    fill(tmp_path / "here", names, {link: str(tmp_path / "here" / "n" / "b.png")})
    fill(tmp_path / "there", names, {link: os.path.relpath("n/b.png", Path(link).parent)})
    for folder in ("here", "there", str(tmp_path / "here"), f"here{os.sep}", "here/../there"):
        paths = {f"{folder.rstrip('/')}/{name}" for name in names}
        listed, skipped = found(folder)
        assert (set(listed), skipped) == (paths, {"same file": 1})
        assert len(listed) == 2


def test_a_link_to_a_file_elsewhere_is_listed_where_that_is(tmp_path: Path) -> None:
    """Its name is a path without links. Under a named folder it keeps that folder's spelling."""
    fill(tmp_path / "there", ["x.png", "deep/y.png"])
    fill(tmp_path / "here", ["b.png"], {"a.png": "../there/deep/y.png", "c.png": "a.png"})
    here, there = str(tmp_path / "here"), str(tmp_path / "there")
    real = os.path.realpath(there)
    assert found(here) == ([f"{real}/deep/y.png", f"{here}/b.png"], {"same file": 1})
    odd = f"{there}/../there"
    expected = [f"{odd}/deep/y.png", f"{here}/b.png", f"{odd}/x.png"]
    assert found([here, odd]) == (expected, {"same file": 2})
    assert found([odd, here])[0] == [f"{odd}/x.png", f"{odd}/deep/y.png", f"{here}/b.png"]


def test_bytes_to_save_are_never_those_of_a_link(tmp_path: Path) -> None:
    """A link and its file are not duplicates. A copy duplicates the file, not the link."""
    fill(tmp_path, ["z/b.png"], {"a.png": "z/b.png", "z/c.png": "b.png"})
    alone = find_duplicates(tmp_path)
    assert (len(alone.groups), alone.bytes_to_save) == (0, 0)
    shutil.copy(tmp_path / "z" / "b.png", tmp_path / "the copy of it.png")
    (group,) = find_duplicates(tmp_path).groups
    listed = [group.keeper.path, *(one.image.path for one in group.duplicates)]
    assert sorted(listed) == [str(tmp_path / "the copy of it.png"), str(tmp_path / "z" / "b.png")]
    assert group.bytes_to_save == (tmp_path / "z" / "b.png").stat().st_size
    assert not any(Path(path).is_symlink() for path in listed)


@pytest.mark.parametrize("absolute", [True, False])
def test_a_link_that_is_named_is_its_file(
    absolute: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Alone, by a glob and beside the file, it is spelled like the folder it was named in."""
    monkeypatch.chdir(fill(tmp_path, ["Party/b.png", "copy.png"], {"link.png": "Party/b.png"}))
    before = f"{tmp_path}/" if absolute else ""
    target, link = f"{before}Party/b.png", f"{before}link.png"
    assert found([link]) == ([target], {})
    assert found([link, target]) == ([target], {"same file": 1})
    assert found([target, link]) == ([target], {"same file": 1})
    assert found(f"{before}l*.png") == ([target], {})
    assert hash_images([link, link, target]).paths == [target] * 3
    assert hash_images(iter([link])).paths == [target]


def test_the_folder_that_is_named_keeps_its_spelling(tmp_path: Path) -> None:
    """The folder may itself be a link, and may hold links to its own files."""
    fill(tmp_path / "disk" / "pictures", ["a.png", "sub/b.png"], {"c.png": "sub/b.png"})
    (tmp_path / "Pictures").symlink_to("disk/pictures")
    named = str(tmp_path / "Pictures")
    for choice in ({}, {"follow_links": False}):
        paths, skipped = found(named, **choice)
        assert paths == [f"{named}/a.png", f"{named}/sub/b.png"]
        assert skipped == {"link" if choice else "same file": 1}
    assert found([f"{named}/a.png"]) == ([f"{named}/a.png"], {})


# Folders


def test_linked_folders_are_followed_and_loops_end(tmp_path: Path) -> None:
    """Their contents are listed where they are. A link back up adds nothing."""
    fill(tmp_path / "here", ["a.png"], {"linked": "../there", "self": "."})
    fill(tmp_path / "there", ["b.png", "deep/c.png"], {"up": "../here", "d.png": "deep/c.png"})
    here, there = str(tmp_path / "here"), os.path.realpath(tmp_path / "there")
    paths, skipped = found(here)
    assert paths == [f"{here}/a.png", f"{there}/b.png", f"{there}/deep/c.png"]
    assert skipped == {"same file": 1}
    (tmp_path / "here" / "above").symlink_to(os.pardir)
    listed = [os.path.realpath(path) for path in found(here)[0]]
    assert sorted(listed) == sorted({os.path.realpath(path) for path in paths})


def test_a_folder_that_is_reached_twice_is_walked_once(tmp_path: Path) -> None:
    """It has its own name, whatever comes first, so patterns of that name match."""
    fill(tmp_path, ["m/a.png"], {"b": "m", "z": "m"})
    assert found(str(tmp_path)) == ([f"{tmp_path}/m/a.png"], {})
    assert found(str(tmp_path), include="m/*") == ([f"{tmp_path}/m/a.png"], {})


@pytest.mark.parametrize("target", [".store/x.png", "n/.y.png"])
def test_a_link_to_what_a_walk_leaves_out_is_followed(target: str, tmp_path: Path) -> None:
    """A visible link may lead to a hidden file, as in git-annex, whose files are all links."""
    fill(tmp_path, ["a.png", target], {"link.png": target})
    assert found(str(tmp_path)) == ([f"{tmp_path}/a.png", f"{tmp_path}/{target}"], {})
    (tmp_path / "other.png").symlink_to("link.png")
    expected = [f"{tmp_path}/a.png", f"{tmp_path}/{target}"]
    assert found(str(tmp_path)) == (expected, {"same file": 1})


def test_without_recursion_a_link_brings_in_a_file_of_a_sub_folder(tmp_path: Path) -> None:
    """The walk would not reach that file otherwise."""
    fill(tmp_path, ["sub/a.png", "b.png"], {"link.png": "sub/a.png", "c.png": "b.png"})
    paths, skipped = found(str(tmp_path), recursive=False)
    assert paths == [f"{tmp_path}/b.png", f"{tmp_path}/sub/a.png"]
    assert skipped == {"same file": 1, "sub-folder": 1}


def test_no_link_brings_in_what_is_excluded(tmp_path: Path) -> None:
    """A pattern also applies to the file's own name, and to the folders it is in."""
    links = {"a.png": "raw/x.png", "b": "raw", "c.png": "keep.png"}
    fill(tmp_path, ["raw/x.png", "keep.png", "out/y.png"], links)
    paths, skipped = found(str(tmp_path), exclude="raw")
    assert paths == [f"{tmp_path}/keep.png", f"{tmp_path}/out/y.png"]
    assert skipped == {"same file": 1, "excluded": 1, "excluded folder": 2}
    assert found(str(tmp_path), exclude="[abc]*")[0] == [
        f"{tmp_path}/keep.png", f"{tmp_path}/out/y.png", f"{tmp_path}/raw/x.png",
    ]  # fmt: skip
    assert found(str(tmp_path), include="a.png")[0] == [f"{tmp_path}/raw/x.png"]


def test_an_archive_behind_a_link_is_called_by_its_own_name(tmp_path: Path) -> None:
    """Its members are found once."""
    fill(tmp_path, ["p.png"], {"a.zip": "real.zip"})
    (tmp_path / "real.zip").write_bytes(zip_of({"m.png": png(9)}))
    expected = [f"{tmp_path}/p.png", f"{tmp_path}/real.zip!/m.png"]
    assert found(str(tmp_path), archives=True) == (expected, {"same file": 1})
    assert found([f"{tmp_path}/a.zip"])[0] == expected[1:]


def test_globs_follow_links_as_walks_do(tmp_path: Path) -> None:
    """This includes links to folders on their way."""
    fill(tmp_path / "there", ["x.png"])
    fill(tmp_path / "here", ["b.png"], {"a.png": "b.png", "linked": "../there"})
    here, there = str(tmp_path / "here"), os.path.realpath(tmp_path / "there")
    expected = ([f"{here}/b.png", f"{there}/x.png"], {"same file": 1})
    assert found([f"{here}/**/*.png"]) == expected
    assert found([f"{here}/*"]) == expected
    for pattern in ("**/*.png", "*"):
        assert found([f"{here}/{pattern}"], follow_links=False) == ([f"{here}/b.png"], {"link": 2})


# Left out


def test_links_may_be_left_out(tmp_path: Path) -> None:
    """Found and named files and folders count as links. Hidden ones do not."""
    links = {"a.png": "m/b.png", "n": "m", "gone.png": "nowhere", ".h.png": "m/b.png", "f.mp4": "m"}
    fill(tmp_path, ["m/b.png"], links)
    paths = [f"{tmp_path}/m/b.png"]
    assert found(str(tmp_path), follow_links=False) == (paths, {"link": 4})
    named = [tmp_path / "a.png", tmp_path / "m"]
    assert found(named, follow_links=False) == (paths, {"link": 1})
    run = click.testing.CliRunner().invoke
    done = run(commands, ["find", str(tmp_path), "--no-follow-links"])
    assert "Skipped: 4 links." in done.output
    assert "1 image hashed" in done.output


def test_links_that_lead_nowhere_keep_their_names(tmp_path: Path) -> None:
    """They have no file to be listed under: missing, or unreadable if a link leads to itself."""
    fill(tmp_path, ["b.png"], {"a.png": "gone.png", "c.png": "c.png"})
    for images in (tmp_path, [tmp_path / name for name in ("a.png", "b.png", "c.png")]):
        table = hash_images(images)
        assert table.paths == [str(tmp_path / "b.png")]
        assert [(Path(one.path).name, one.status) for one in table.failures] == [
            ("a.png", Status.MISSING), ("c.png", Status.UNREADABLE),
        ]  # fmt: skip


def test_what_is_wrong_with_a_file_is_told_under_its_own_name(tmp_path: Path) -> None:
    """It is never reported under the name of a link."""
    (tmp_path / "empty").touch()
    (tmp_path / "a.png").symlink_to("empty")
    (failure,) = hash_images([tmp_path / "a.png"]).failures
    assert (failure.path, failure.status) == (str(tmp_path / "empty"), Status.EMPTY)


def test_imagededups_names_are_those_in_the_folder(tmp_path: Path) -> None:
    """The imagededup model knows nothing of links."""
    fill(tmp_path, ["b.png"], {"a.png": "b.png"})
    assert list(PHash().encode_images(tmp_path)) == ["a.png", "b.png"]


def test_hard_links_are_one_file_by_its_first_name(tmp_path: Path) -> None:
    """Nothing shows which of its names is the intended one."""
    fill(tmp_path, ["b.png"])
    (tmp_path / "a.png").hardlink_to(tmp_path / "b.png")
    result = find_duplicates(tmp_path)
    assert result.table.paths == [str(tmp_path / "a.png")]
    assert result.skipped == {"same file": 1}


def test_a_file_behind_two_links_is_found_once(tmp_path: Path) -> None:
    """One link leads to it, the other to a folder around it; whichever comes first."""
    fill(tmp_path / "there", ["in/x.png", "in/y.png"])
    for name, links in {
        "file first": {"a.png": "../there/in/x.png", "b": "../there"},
        "folder first": {"a/f": "../../there", "b/x.png": "../../there/in/x.png"},
    }.items():
        fill(tmp_path / name, ["z.png"], links)
        table = hash_images(tmp_path / name)
        names = [Path(path).name for path in table.paths]
        assert sorted(names) == ["x.png", "y.png", "z.png"]
        assert table.skipped == {"same file": 1}


def test_a_folder_named_twice_has_each_failure_once(tmp_path: Path) -> None:
    """A link that leads nowhere is itself what is there; two such links are two failures."""
    fill(tmp_path, ["b.png"], {"a.png": "gone.png", "c.png": "gone.png"})
    result = find_duplicates([tmp_path, tmp_path])
    assert [Path(one.path).name for one in result.failures] == ["a.png", "c.png"]
    assert result.skipped == {"same file": 3}
