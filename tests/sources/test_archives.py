"""Archives as sources: members of every kind of archive are read as files would be."""

from __future__ import annotations

import io
import json
import os
import pickle
import zipfile
from pathlib import Path
from typing import Any

import click.testing
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import lookalike
from archives import ARCHIVES, header, png, tar_of, zip_of
from lookalike import ImageError, Status, find_duplicates, hash_image, hash_images
from lookalike.cli.commands import commands
from lookalike.images import read_picture
from lookalike.sources import Choice, Inputs
from refusing import statuses
from trying import cases

every_kind = pytest.mark.parametrize("kind", ARCHIVES)
FILES = {f"{k // 4}/{k}.png": png(k) for k in reversed(range(12))}


def write(folder: Path, kind: str, files: Any = FILES) -> str:
    path = folder / f"photos.{kind}"
    path.write_bytes(ARCHIVES[kind](files))
    return str(path)


@every_kind
@pytest.mark.parametrize("workers", [1, 4])
def test_members_are_read_as_files_are(kind: str, workers: int, tmp_path: Path) -> None:
    """They come in the archive's order, under its name and theirs, with the hashes of their
    bytes.
    """
    path = write(tmp_path, kind)
    table = hash_images(path, workers=workers)
    assert table.paths == [f"{path}!/{name}" for name in FILES]
    assert list(table.hashes["phash"]) == [hash_image(data) for data in FILES.values()]
    assert (table.failures, table.skipped) == ([], {})


@every_kind
def test_an_archive_in_a_folder_is_gone_into_when_asked_for(kind: str, tmp_path: Path) -> None:
    """Without `archives` it is only counted. With it, it is read in its place in the folder."""
    path = write(tmp_path, kind, {"a.png": png(1)})
    (tmp_path / "z.png").write_bytes(png(1))
    assert find_duplicates(tmp_path).skipped == {"archive": 1}
    result = find_duplicates(tmp_path, archives=True)
    assert [one.path for one in result.images] == [f"{path}!/a.png", str(tmp_path / "z.png")]
    assert result.groups[0].duplicates[0].exact
    assert result.skipped == {}


@every_kind
def test_an_archive_that_is_there_twice_is_read_once(kind: str, tmp_path: Path) -> None:
    """It is recognised by its name or a link, like any file."""
    path = write(tmp_path, kind, {"a.png": png(1)})
    (tmp_path / f"link.{kind}").hardlink_to(path)
    result = find_duplicates([path, path, tmp_path], archives=True)
    assert len(result.images) == 1
    assert result.skipped == {"same file": 3}


@every_kind
def test_what_is_no_image_is_counted_and_what_is_hidden_passed_over(
    kind: str, tmp_path: Path
) -> None:
    """As in folders."""
    files = {
        "a.png": png(1), "b/notes.txt": b"", "b/film.mp4": b"", ".hidden.png": png(2),
        "__MACOSX/._a.png": b"\0\5\x16\7", ".git/c.png": png(3), "b/d": png(4),
    }  # fmt: skip
    path = write(tmp_path, kind, files)
    table = hash_images(path)
    assert table.paths == [f"{path}!/a.png", f"{path}!/b/d"]
    assert table.skipped == {"text": 1, "video": 1}
    assert len(hash_images(path, hidden=True)) == 4


@every_kind
def test_patterns_are_held_against_paths_within(kind: str, tmp_path: Path) -> None:
    """Patterns see the path within a named archive. For one in a folder, the archive's path comes
    first.
    """
    names = ["a.png", "b/a.png", "b/c/d.png", "cache/e.png", "cache/f/g.png"]
    path = write(tmp_path, kind, dict.fromkeys(names, png(1)))

    def taken(source: Any, **patterns: Any) -> list[str]:
        table = hash_images(source, archives=True, **patterns)
        return [one.partition("!/")[2] for one in table.paths]

    for source in (path, tmp_path):
        assert taken(source, include="a.png") == ["a.png", "b/a.png"]
        assert taken(source, exclude=["cache", "d.*"]) == ["a.png", "b/a.png"]
    assert taken(path, include="b/*") == ["b/a.png", "b/c/d.png"]
    assert taken(path, exclude=["b/c/*", "/cache/"]) == ["a.png", "b/a.png"]
    assert taken(tmp_path, include="*!/b/*") == ["b/a.png", "b/c/d.png"]
    assert taken(tmp_path, exclude=Path(path).name) == []
    assert hash_images(path, exclude=["cache", "/a.png"]).skipped == {"excluded": 3}


ODD = [
    "../../up.png",
    "/root.png",
    "C:\\x.png",
    "two\nlines.png",
    "a//b/./c.png",
    "n" * 251 + ".png",
]


@every_kind
def test_names_are_only_labels(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever path a name spells, nothing is written, and the output stays valid."""
    (tmp_path / "in").mkdir()
    monkeypatch.chdir(tmp_path / "in")
    path = write(tmp_path / "in", kind, dict.fromkeys(ODD, png(1)))
    result = find_duplicates(path)
    assert [one.path for one in result.images] == [f"{path}!/{name}" for name in ODD]
    assert len(json.loads(result.to_json())["groups"]) == 1
    assert os.listdir(tmp_path) == ["in"]
    assert os.listdir(tmp_path / "in") == [Path(path).name]


@every_kind
def test_archives_in_archives_are_named_not_opened(kind: str, tmp_path: Path) -> None:
    """Each is a failure that says so, whatever it contains."""
    inner = {f"{ending}/x.{ending}": make(FILES) for ending, make in ARCHIVES.items()}
    table = hash_images(write(tmp_path, kind, {**inner, "a.png": png(1)}))
    assert len(table) == 1
    assert statuses(table) == dict.fromkeys(inner, Status.UNSUPPORTED)
    assert {one.reason for one in table.failures} == {"archives within archives are not opened"}


@every_kind
def test_names_may_be_there_twice(kind: str, tmp_path: Path) -> None:
    """Both members are read."""
    path = tmp_path / f"a.{kind}"
    path.write_bytes(ARCHIVES[kind]({"1.png": png(1), "2.png": png(2)}).replace(b"2.png", b"1.png"))
    if kind in {"zip", "cbz"}:
        assert hash_images(path).paths == [f"{path}!/1.png"] * 2


@every_kind
def test_a_result_can_be_read_again_by_its_key(kind: str, tmp_path: Path) -> None:
    """One image, two to compare, and a set accept `archive!/path`. An absent member is missing."""
    path = write(tmp_path, kind)
    key = f"{path}!/1/5.png"
    assert hash_image(key) == hash_image(png(5))
    assert lookalike.compare(key, f"{path}!/0/0.png").exact is False
    assert hash_images([key]).paths == [key]
    with pytest.raises(lookalike.ImageError, match="there is no such file") as caught:
        hash_image(f"{path}!/1/gone.png")
    assert caught.value.status is Status.MISSING


def test_a_file_whose_name_has_the_mark_is_a_file(tmp_path: Path) -> None:
    """A file with the whole name comes first."""
    (tmp_path / "a.zip!").mkdir()
    (tmp_path / "a.zip!" / "b.png").write_bytes(png(1))
    assert hash_image(f"{tmp_path}/a.zip!/b.png") == hash_image(png(1))


@every_kind
@pytest.mark.parametrize("part", [0.3, 0.6, 0.9])
def test_what_lies_before_the_break_is_read(kind: str, part: float, tmp_path: Path) -> None:
    """A truncated archive is a damaged failure of its own. Members before the cut are read."""
    path = Path(write(tmp_path, kind))
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * part)])
    table = hash_images(path, workers=4)
    assert table.failures[-1].path == str(path)
    assert {one.status for one in table.failures} == {Status.DAMAGED}
    assert [one.partition("!/")[2] for one in table.paths] == list(FILES)[: len(table)]
    if not kind.endswith(("bz2", "xz", "zst")):  # one block contains the whole member
        assert len(table) >= int(len(FILES) * part) - 2


@pytest.mark.slow
@settings(max_examples=cases(150), deadline=None)
@given(
    st.sampled_from(["zip", "cbz", "tar", "tgz", "tar.bz2", "tar.xz", "tar.zst"]),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=8),
    st.floats(0, 1.2),
)
def test_broken_archives_end_in_statuses(
    tmp_path_factory: pytest.TempPathFactory,
    kind: str,
    changes: list[tuple[float, int]],
    cut: float,
) -> None:
    """Nothing is raised, whichever bytes are changed or missing."""
    data = bytearray(ARCHIVES[kind]({"a.png": png(1), "b.png": png(2)}))
    for place, value in changes:
        data[int(place * (len(data) - 1))] = value
    path = tmp_path_factory.getbasetemp() / f"broken.{kind}"
    path.write_bytes(data[: int(len(data) * cut)])
    table = hash_images(path, workers=1)
    assert len(table) <= 2
    assert not {one.status for one in table.failures} & {Status.OK, Status.MISSING}


NOT_ARCHIVES = {
    "picture": (png(1), None),
    "text": (b"no archive at all", Status.NOT_AN_IMAGE),
    "empty": (b"", Status.EMPTY),
}


@every_kind
@pytest.mark.parametrize("content", NOT_ARCHIVES)
def test_the_content_decides(kind: str, content: str, tmp_path: Path) -> None:
    """A file named like an archive is read as what it really is."""
    data, status = NOT_ARCHIVES[content]
    path = tmp_path / f"a.{kind}"
    path.write_bytes(data)
    table = hash_images(path)
    assert table.paths == ([str(path)] if status is None else [])
    assert [one.status for one in table.failures] == ([] if status is None else [status])


@every_kind
def test_an_archive_that_is_no_file_is_told(kind: str, tmp_path: Path) -> None:
    """A missing one is missing. A pipe is unreadable, and reading never waits for it."""
    os.mkfifo(tmp_path / f"pipe.{kind}")
    table = hash_images([tmp_path / f"gone.{kind}", tmp_path])
    assert statuses(table) == {"": Status.MISSING}
    table = hash_images([tmp_path / f"gone.{kind}", tmp_path], archives=True)
    assert [one.status for one in table.failures] == [Status.MISSING, Status.UNREADABLE]


@every_kind
def test_an_archive_without_members_has_no_images(kind: str, tmp_path: Path) -> None:
    """It is not a failure either."""
    table = hash_images(write(tmp_path, kind, {}))
    assert (len(table), table.failures) == (0, [])


@every_kind
def test_an_archive_that_vanishes_ends_in_statuses(kind: str, tmp_path: Path) -> None:
    """Members listed before are missing when their turn comes."""
    path = write(tmp_path, kind)
    inputs = Inputs(path, Choice())
    first = next(iter(inputs))
    Path(path).unlink()
    if kind in {"zip", "cbz", "tar"}:
        with pytest.raises(ImageError) as caught:
            read_picture(first.source)
        assert caught.value.status is Status.MISSING
    else:
        assert read_picture(first.source).width


@every_kind
def test_inputs_can_be_sent_to_other_processes(kind: str, tmp_path: Path) -> None:
    """They are pickled and read there."""
    for one in Inputs(write(tmp_path, kind), Choice()):
        copy = pickle.loads(pickle.dumps(one))
        assert copy.location == one.location
        assert read_picture(copy.source).digest == read_picture(one.source).digest


@pytest.mark.thorough
@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="open files cannot be counted")
@pytest.mark.parametrize("kind", ["zip", "tar", "tgz"])
def test_few_files_are_open_at_a_time(kind: str, tmp_path: Path) -> None:
    """Any number of members needs one open file for the listing and one per thread."""
    path = write(tmp_path, kind, {f"{k}.png": png(1) for k in range(300)})
    before = len(os.listdir("/proc/self/fd"))
    most = 0

    def count(_stage: str, _done: int, _total: int | None) -> None:
        nonlocal most
        most = max(most, len(os.listdir("/proc/self/fd")) - before)

    assert len(hash_images(path, workers=4, progress=count)) == 300
    assert most <= 6
    assert len(os.listdir("/proc/self/fd")) == before


def test_the_command_goes_into_archives(tmp_path: Path) -> None:
    """Named archives are read, and with --archives those in folders. Patterns and limits have
    options.
    """
    path = write(tmp_path, "zip")
    run = click.testing.CliRunner().invoke
    done = run(commands, ["hash", path, "--include", "*1.png"])
    assert [line.split("!/")[1] for line in done.output.splitlines()] == ["2/11.png", "0/1.png"]
    done = run(commands, ["find", str(tmp_path), "--json", "-q"])
    assert json.loads(done.output)["skipped"] == {"archive": 1}
    done = run(commands, ["hash", str(tmp_path), "--archives", "--max-member-bytes", "9", "--json"])
    failures = json.loads(done.stdout)["failures"]
    assert [one["status"] for one in failures] == ["too_large"] * len(FILES)


def test_a_zip_among_bytes_is_no_archive() -> None:
    """Archives are recognised by name, so bytes without a name are an image or not."""
    table = hash_images([zip_of(FILES), io.BytesIO(tar_of(FILES))])
    assert [one.status for one in table.failures] == [Status.NOT_AN_IMAGE] * 2


def test_folders_in_archives_are_no_images(tmp_path: Path) -> None:
    """They are skipped."""
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.mkdir("b")
        archive.writestr("b/a.png", png(1))
    assert hash_images(path).paths == [f"{path}!/b/a.png"]
    assert header("b").isreg()
