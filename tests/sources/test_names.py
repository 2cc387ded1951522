"""Names that look like something else, and names that are hard to print."""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path
from unicodedata import normalize

import click.testing
import fsspec
import pytest

from archives import png, zip_of
from lookalike import Status, find_duplicates, hash_image, hash_images
from lookalike.cli.commands import commands

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX file system")


def run(*arguments: object) -> click.testing.Result:
    return click.testing.CliRunner().invoke(commands, list(map(str, arguments)))


def _printed(*arguments: object) -> str:
    """To the byte."""
    return run(*arguments).stdout_bytes.decode()


# Exclamation marks


FOLDERS = ["Party!", "a!/b!", "photos.zip!", "!", "Party!/photos.zip!/more!"]


@pytest.mark.thorough
@pytest.mark.parametrize("name", FOLDERS)
@pytest.mark.parametrize("absolute", [True, False])
def test_a_folder_whose_name_ends_in_an_exclamation_mark_is_a_folder(
    name: str, absolute: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It, its files, and archives in it can be named, by all commands, alone and together."""
    monkeypatch.chdir(tmp_path)
    folder = Path(f"{tmp_path}/{name}" if absolute else name)
    folder.mkdir(parents=True)
    (folder / "a.png").write_bytes(png(1))
    (folder / "b.zip").write_bytes(zip_of({"c!/d.png": png(2)}))
    one, two = f"{folder}/a.png", f"{folder}/b.zip!/c!/d.png"
    for named, expected in (
        ([f"{folder}/"], [one]), ([str(folder)], [one]), ([one], [one]), ([two], [two]),
        ([f"{folder}/b.zip"], [two]), ([f"{folder}/*.png"], [one]), ([two, one], [two, one]),
    ):  # fmt: skip
        table = hash_images(named)
        assert (table.paths, table.failures) == (expected, [])
        for command in ("find", "hash"):
            done = run(command, *named, "--json", "-q")
            assert done.exit_code == 0, done.output
            assert json.loads(done.stdout)["failures"] == []
    assert hash_image(one) == hash_image(png(1))
    assert hash_image(two) == hash_image(png(2))
    assert run("compare", one, one).exit_code == 0


def test_a_file_comes_before_a_member_of_the_same_name(tmp_path: Path) -> None:
    """A file with the whole name is meant, and another spelling reads the member."""
    (tmp_path / "p.zip").write_bytes(zip_of({"a.png": png(1)}))
    name = f"{tmp_path}/p.zip!/a.png"
    assert hash_image(name) == hash_image(png(1))
    (tmp_path / "p.zip!").mkdir()
    (tmp_path / "p.zip!" / "a.png").write_bytes(png(2))
    assert hash_image(name) == hash_image(png(2))
    table = hash_images([tmp_path / "p.zip", name])
    assert table.paths == [name, name]
    assert list(map(str, table.hashes["phash"])) == [str(hash_image(png(k))) for k in (1, 2)]


def test_at_an_address_as_well(tmp_path: Path) -> None:
    """A folder there may have a name that ends like an archive's and `!`."""
    for base in ("memory://names", f"file://{tmp_path}"):
        file_system, path = fsspec.url_to_fs(base)
        for folder in ("p.zip!", "Party!"):
            file_system.makedirs(f"{path}/{folder}")
        file_system.pipe(f"{path}/p.zip!/a.png", png(2))
        file_system.pipe(f"{path}/Party!/a.png", png(3))
        file_system.pipe(f"{path}/q.zip", zip_of({"a.png": png(1)}))
        for name, seed in (("p.zip!/a.png", 2), ("Party!/a.png", 3), ("q.zip!/a.png", 1)):
            assert hash_image(f"{base}/{name}") == hash_image(png(seed))
        file_system.rm(path, recursive=True)


@pytest.mark.parametrize("name", ["gone!/a.png", "gone.zip!/a.png", "a!/", "!/", "", "n" * 300])
def test_what_is_not_there_is_missing_all_the_same(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is a usage error if nothing else is named. Otherwise it is a failure, and the rest is
    read.
    """
    monkeypatch.chdir(tmp_path)
    Path("b.png").write_bytes(png(1))
    done = run("find", name)
    assert (done.exit_code, "no such file or folder" in done.output) == (2, True)
    document = json.loads(run("find", name, "b.png", "--json", "-q").stdout)
    assert document["images"] == 1
    (failure,) = document["failures"]
    assert failure["path"] == name
    assert failure["status"] == (Status.UNREADABLE if len(name) > 255 else Status.MISSING)


@posix_only
def test_names_in_a_list_that_no_file_can_have_are_failures(tmp_path: Path) -> None:
    """Covers a name that is too long, and a late NUL byte in a list of lines."""
    (tmp_path / "a.png").write_bytes(png(1))
    lines = [f"{tmp_path}/a.png", "n" * 300, *["x" * 200] * 400, "a\0b.png"]
    (tmp_path / "list").write_text("\n".join(lines))
    document = json.loads(run("find", "--files-from", tmp_path / "list", "--json", "-q").stdout)
    assert document["images"] == 1
    assert [one["path"] for one in document["failures"]] == lines[1:]
    assert document["failures"][0]["status"] == "unreadable"
    assert document["failures"][-1]["status"] == "missing"


# CSV


ODD = [
    "a\rb.png",
    "a\r\nb.png",
    "\r.png",
    "a\nb.png",
    'say "a", b.png',
    "a;b\tc.png",
    "\x0b\x0c.png",
]


@posix_only
@pytest.mark.parametrize("name", ODD, ids=ascii)
def test_csv_comes_apart_as_it_was_put_together(name: str, tmp_path: Path) -> None:
    """Any reader parses it, whatever is in the name of an image or failure, from both commands."""
    for path in (tmp_path / name, tmp_path / f"z{name}"):
        path.write_bytes(png(1))
    (tmp_path / f"empty{name}").touch()
    names = {str(tmp_path / f"{front}{name}") for front in ("", "z", "empty")}
    texts = [find_duplicates(tmp_path).to_csv()]
    texts += [_printed(command, tmp_path, "--csv", "-q") for command in ("find", "hash")]
    for text in texts:
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
        assert {row["path"] for row in rows} == names
        assert {row["status"] for row in rows} == {"ok", "empty"}
        assert text.replace(name, "").count("\r") == 0


def test_csv_quotes_nothing_that_needs_no_quotes(tmp_path: Path) -> None:
    """Lines of plain names are unquoted as always, and end with a line feed."""
    (tmp_path / "plain name.png").write_bytes(png(1))
    text = run("hash", tmp_path, "--csv").stdout
    assert text == (
        f"path,phash,status,reason\n{tmp_path}/plain name.png,{hash_image(png(1))},ok,\n"
    )


# Accents


ACCENTS = [
    "caf\N{LATIN SMALL LETTER E WITH ACUTE}",
    "\N{ANGSTROM SIGN}ngstr\N{LATIN SMALL LETTER O WITH DIAERESIS}m",
]


@posix_only
@pytest.mark.parametrize("word", ACCENTS)
@pytest.mark.parametrize("on_disk", ["NFC", "NFD"])
@pytest.mark.parametrize("typed", ["NFC", "NFD"])
def test_a_pattern_matches_both_spellings_of_a_letter(
    typed: str, on_disk: str, word: str, tmp_path: Path
) -> None:
    """An accented letter may be one character or two, in names, folders, globs and archives."""
    name, pattern = normalize(on_disk, word), normalize(typed, word)  # type: ignore[arg-type]
    for path in (f"{name}.png", f"{name}/x.png", "cafe.png"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(png(len(path)))
    (tmp_path / "p.zip").write_bytes(zip_of({f"{name}.png": png(7), "other.png": png(8)}))

    def found(images: object = tmp_path, **options: str) -> set[str]:
        paths = hash_images(images, archives=True, **options).paths  # type: ignore[arg-type]
        return {path.removeprefix(f"{tmp_path}/") for path in paths}

    everything = {
        f"{name}.png",
        f"{name}/x.png",
        "cafe.png",
        f"p.zip!/{name}.png",
        "p.zip!/other.png",
    }
    assert found(exclude=f"{pattern}*") == {"cafe.png", "p.zip!/other.png"}
    assert found(exclude=f"{pattern}/*") == everything - {f"{name}/x.png"}
    assert found(exclude=f"{pattern[:-1]}?") <= everything
    assert found(include=f"{pattern}.png") == {f"{name}.png", f"p.zip!/{name}.png"}
    assert found(f"{tmp_path}/*{pattern}.png") == {f"{name}.png"}
    assert found(f"{tmp_path}/[!p]*/*.png") == {f"{name}/x.png"}
    document = json.loads(run("find", tmp_path, "--exclude", pattern, "--json").stdout)
    assert document["images"] == 2


@posix_only
@pytest.mark.parametrize("word", ACCENTS)
@pytest.mark.parametrize("on_disk", ["NFC", "NFD"])
@pytest.mark.parametrize("typed", ["NFC", "NFD"])
def test_a_folder_before_the_first_wildcard_matches_in_both_spellings(
    typed: str, on_disk: str, word: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Absolute or not, at any depth; one of another name does not match."""
    name, pattern = normalize(on_disk, word), normalize(typed, word)  # type: ignore[arg-type]
    file = tmp_path / name / "in" / name / "x.png"
    file.parent.mkdir(parents=True)
    file.write_bytes(png(1))
    monkeypatch.chdir(tmp_path)
    inner = f"{pattern}/in/{pattern}"
    assert hash_images(f"{tmp_path}/{inner}/*.png").paths == [str(file)]
    assert hash_images(f"{inner}/*.png").paths == [f"{name}/in/{name}/x.png"]
    assert hash_images(f"{inner}/*.png", exclude="x.png").paths == []
    (failure,) = hash_images(f"{inner}x/*.png").failures
    assert failure.path == f"{inner}x/*.png"
    assert run("hash", f"{inner}/*.png").exit_code == 0
