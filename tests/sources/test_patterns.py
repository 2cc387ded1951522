"""What `include` and `exclude` select in folders, and what globs match."""

from __future__ import annotations

import glob
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click.testing
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archives import png
from lookalike import Status, find_duplicates, hash_images
from lookalike.cli.commands import commands
from lookalike.sources import Choice, Inputs, Patterns

TREE = [
    "a.jpg", "b.png", "A.JPG", "[x].png", ".h.jpg", "raw/a.jpg", "raw/b.jpg", "raw/deep/a.jpg",
    "raw/deep/deeper/c.png", "thumbs/a.jpg", "2024/01/a.jpg", "2024/02/b.jpg", ".cache/a.jpg",
]  # fmt: skip


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tree")
    for k, name in enumerate(TREE):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(png(k))
    return folder


def found(images: Any, root: Path, **choice: Any) -> set[str]:
    return {os.path.relpath(one.key, root) for one in Inputs(images, Choice(**choice))}


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("*.jpg", "a.jpg", True),
        ("*.jpg", "x/y/a.jpg", True),
        ("*.jpg", "a.JPG", False),
        ("*.jpg", "a.jpg/b.png", False),
        ("a.jpg", "x/a.jpg", True),
        ("/a.jpg", "a.jpg", True),
        ("/a.jpg", "x/a.jpg", False),
        ("x/*.jpg", "x/a.jpg", True),
        ("x/*.jpg", "x/y/a.jpg", True),
        ("x/*.jpg", "y/x/a.jpg", False),
        ("*/x/*.jpg", "y/x/a.jpg", True),
        ("x", "x", True),
        ("x/", "y/x", True),
        ("x/", "x/y", False),
        ("?.jpg", "ab.jpg", False),
        ("[ab].jpg", "b.jpg", True),
        ("[!ab].jpg", "b.jpg", False),
        ("[[]x].jpg", "[x].jpg", True),
        ("*", "two\nlines", True),
        ("*é*", "xé.jpg", True),
    ],
)
def test_what_patterns_match(pattern: str, path: str, matches: bool) -> None:
    """Without a slash a pattern sees the last name. With one it sees the whole path, and `*` spans
    slashes.
    """
    assert Patterns([pattern]).match(path) is matches
    assert Patterns(["no such", pattern]).match(path) is matches


names = st.text(st.characters(exclude_characters="/*?[]\0", exclude_categories=["Cs"]), min_size=1)


@given(names, st.lists(names, max_size=3))
def test_a_name_is_a_pattern_of_itself(name: str, folders: list[str]) -> None:
    """This holds for any characters but the wildcards, in any folder."""
    assert Patterns(name).match("/".join([*folders, name]))
    assert not Patterns(name).match("/".join([*folders, name + "x"]))


@pytest.mark.parametrize(
    ("pattern", "error"), [("", ValueError), ("/", ValueError), (5, TypeError)]
)
def test_what_is_no_pattern_is_named(pattern: Any, error: type[Exception], tree: Path) -> None:
    """The error comes before anything is read."""
    with pytest.raises(error, match=repr(pattern)):
        hash_images(tree, include=[pattern])
    with pytest.raises(error, match=repr(pattern)):
        find_duplicates(tree, exclude=[pattern])


@pytest.mark.parametrize(
    ("include", "exclude", "taken", "skipped"),
    [
        ("*.png", (), {"b.png", "[x].png", "raw/deep/deeper/c.png"}, {"excluded": 8}),
        ("raw/*", (), {n for n in TREE if n.startswith("raw/")}, {"excluded": 7}),
        ((), ["raw", "2024"], {"a.jpg", "b.png", "A.JPG", "[x].png", "thumbs/a.jpg"},
         {"excluded folder": 2}),
        ((), ["raw/deep", "a.*", "*.JPG"], {"b.png", "[x].png", "raw/b.jpg", "2024/02/b.jpg"},
         {"excluded": 5, "excluded folder": 1}),
        (["a.*", "b.*"], ["*/*"], {"a.jpg", "b.png"},
         {"excluded": 5, "excluded folder": 3}),
        ("nothing", (), set(), {"excluded": 11}),
    ],
)  # fmt: skip
def test_patterns_choose_among_what_is_found(
    include: Iterable[str],
    exclude: Iterable[str],
    taken: set[str],
    skipped: dict[str, int],
    tree: Path,
) -> None:
    """Excluded files and folders are counted separately, and excluded folders are not walked."""
    result = find_duplicates(tree, include=include, exclude=exclude)
    assert {os.path.relpath(one.path, tree) for one in result.images} == taken
    assert result.failures == []
    assert result.skipped == skipped


def test_what_is_named_is_taken_whatever_the_patterns(tree: Path) -> None:
    """Patterns apply only to files that are found."""
    assert found([tree / "a.jpg"], tree, exclude="*", include="x") == {"a.jpg"}


GLOBS = [
    "*", "*.jpg", "?.jpg", "[ab].*", "[!a].*", "[[]x].png", "raw/*", "*/a.jpg", "*/*.jpg",
    "**/*.jpg", "**/a.jpg", "raw/**/*.jpg", "raw/**/a.*", "**/deep/*", "**/deep/**/*.png",
    "2024/0?/*.jpg", "**/**/*.png", "*/*/*", ".*", ".cache/*", "**/[ab].jpg", "2024/**/a.jpg",
]  # fmt: skip


@pytest.mark.parametrize("pattern", GLOBS)
@pytest.mark.parametrize("absolute", [True, False])
def test_a_glob_stands_for_what_it_matches(
    pattern: str, absolute: bool, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It finds the same files as the standard library. A matching folder is read whole."""
    monkeypatch.chdir(tree)
    matched = glob.glob(pattern, root_dir=tree, recursive=True)  # noqa: PTH207
    expected = {path for path in matched if (tree / path).is_file()}
    for path in matched:
        if (tree / path).is_dir():
            expected |= found(tree / path, tree)
    full = f"{tree}/{pattern}" if absolute else pattern
    inputs = [one.key for one in Inputs(full, Choice(), repeats=True)]
    assert len(set(inputs)) == len(inputs)
    assert all(one.startswith(str(tree)) is absolute for one in inputs)
    assert {os.path.relpath(one, tree) for one in inputs} == expected


def test_globs_of_folders_and_of_all(tree: Path) -> None:
    """A final `**` is the folder itself. A final slash matches only folders."""
    assert found(f"{tree}/**", tree) == found(tree, tree)
    assert found(f"{tree}/raw/**", tree) == {n for n in TREE if n.startswith("raw/")}
    assert found(f"{tree}/*/", tree) == found(tree, tree) - {n for n in TREE if "/" not in n}
    assert found(f"{tree}/.cache*", tree) == {".cache/a.jpg"}
    assert ".h.jpg" in found(f"{tree}/*", tree, hidden=True)


def test_patterns_are_held_against_what_a_glob_finds(tree: Path) -> None:
    """They see the path from the place of the first wildcard."""
    assert found(f"{tree}/**/*.jpg", tree, exclude=["raw/*", "2024"]) == {"a.jpg", "thumbs/a.jpg"}
    assert found(f"{tree}/*", tree, include="raw/deep/*") == {
        "raw/deep/a.jpg", "raw/deep/deeper/c.png",
    }  # fmt: skip


def test_a_path_that_is_there_is_no_glob(tree: Path) -> None:
    """A `Path` is not a glob either."""
    assert found(f"{tree}/[x].png", tree) == {"[x].png"}
    (only,) = hash_images(tree / "*.jpg").failures
    assert only.status is Status.MISSING


@pytest.mark.parametrize("pattern", ["*.gif", "gone/*.jpg", "**/gone/*", "/gone-[ab]*/**"])
def test_a_glob_without_a_match_is_missing(pattern: str, tree: Path) -> None:
    """It is one failure, under the glob's own name."""
    path = f"{tree}/{pattern}"
    assert [(one.path, one.status) for one in hash_images([path]).failures] == [
        (path, Status.MISSING)
    ]


def test_globs_end_where_links_lead_in_circles(tmp_path: Path) -> None:
    """Each file is also found only once."""
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "c.png").write_bytes(png(1))
    (tmp_path / "a" / "b" / "up").symlink_to(tmp_path / "a")
    (tmp_path / "a" / "self").symlink_to(tmp_path / "a")
    assert hash_images(f"{tmp_path}/**/*.png").paths == [f"{tmp_path}/a/b/c.png"]


def test_the_command_takes_patterns_and_globs(tree: Path) -> None:
    """It behaves as the library does. A glob without any match is a usage error."""
    run = click.testing.CliRunner().invoke
    done = run(commands, ["hash", str(tree), "--include", "a.*", "--exclude", "raw", "--json"])
    document = json.loads(done.stdout)
    assert [os.path.relpath(one["path"], tree) for one in document["images"]] == [
        "a.jpg", "2024/01/a.jpg", "thumbs/a.jpg",
    ]  # fmt: skip
    assert run(commands, ["hash", f"{tree}/r*/*.jpg"]).output.count("\n") == 2
    done = run(commands, ["hash", f"{tree}/*.gif"])
    assert (done.exit_code, "no such file or folder" in done.output) == (2, True)
    assert "'' is not a pattern" in run(commands, ["find", str(tree), "--exclude", ""]).output
