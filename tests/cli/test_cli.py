"""The command, as a person or a script calls it."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import lookalike
from files import save
from pictures import photo
from signals import undisturbed
from terminal import drawn_by

LOOKALIKE = Path(sys.executable).with_name("lookalike")


def run(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Calls the installed command."""
    command = [str(LOOKALIKE), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, timeout=60, check=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One pair of duplicates, one exact pair, a picture alone, and two files that fail."""
    path = tmp_path_factory.mktemp("pictures")
    save(path / "a.png", photo(160, 120, 1))
    save(path / "b.jpg", photo(160, 120, 1), quality=50)
    save(path / "sub" / "c.png", photo(160, 120, 2))
    (path / "sub" / "d.png").write_bytes((path / "sub" / "c.png").read_bytes())
    save(path / "e.png", photo(160, 120, 3))
    (path / "broken.png").write_bytes((path / "e.png").read_bytes()[:900])
    (path / "empty.jpg").touch()
    (path / "film.mp4").write_bytes(b"film")
    return path


def test_find_prints_groups_keeper_and_summary(folder: Path) -> None:
    """Each group is shown with its keeper and reason, distances and sizes, with a summary at the
    end.
    """
    done = run("find", ".", cwd=folder)
    assert done.returncode == 0
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert re.match(r"Group 1: 2 images, [\d.]+ kB to save", lines[0])
    assert re.match(r" +keep  \./a\.png +160 x 120  PNG +[\d.]+ kB  first by name", lines[1])
    assert re.match(r" *\d+ bits?  \./b\.jpg +160 x 120  JPEG", lines[2])
    assert re.search(r"exact copy  \./sub/d\.png", done.stdout)
    assert (
        "5 images hashed by phash, matched within 12 bits and by a second look: "
        "2 groups with 2 duplicates" in lines[-5]
    )
    assert lines[-4:] == [
        "Skipped: 1 video.",
        "2 files could not be read:",
        lines[-2],
        "  empty: ./empty.jpg: it has no bytes",
    ]
    assert lines[-2].startswith("  damaged: ./broken.png: it cannot be decoded")
    assert not any(line != line.rstrip() for line in lines)


@pytest.mark.slow
def test_find_prints_json_and_the_summary_apart(folder: Path) -> None:
    """Only JSON goes to standard output. The summary goes to standard error, unless --quiet is
    given.
    """
    done = run("find", folder, "--json")
    assert json.loads(done.stdout) == lookalike.find_duplicates(folder).to_dict()
    assert "2 files could not be read" in done.stderr
    quiet = run("find", folder, "--json", "--quiet")
    assert (quiet.stdout, quiet.stderr) == (done.stdout, "")


def test_find_prints_csv(folder: Path) -> None:
    """CSV is what the result gives."""
    done = run("find", folder, "--csv", "-q")
    assert done.stdout == lookalike.find_duplicates(folder).to_csv()


def test_find_takes_its_options(folder: Path) -> None:
    """Algorithm, distance and recursion reach the search."""
    done = run(
        "find", folder, "--json", "--algorithm", "dhash:16", "--max-distance", "3",
        "--no-recursive", "--workers", "1",
    )  # fmt: skip
    document = json.loads(done.stdout)
    assert (document["algorithm"], document["max_distance"]) == ("dhash:16", 3)
    assert (document["images"], document["groups"]) == (3, [])


@pytest.mark.slow
def test_strict_exits_with_1_where_something_failed(folder: Path) -> None:
    """Failures exit with 0, or with 1 under --strict. Without failures --strict exits with 0."""
    assert run("find", folder).returncode == 0
    assert run("find", folder, "--strict").returncode == 1
    assert run("find", folder / "sub", "--strict").returncode == 0
    assert run("hash", folder, "--strict").returncode == 1


def test_output_writes_a_whole_file(folder: Path, tmp_path: Path) -> None:
    """The file holds what would have been printed, and no other file is left beside it."""
    target = tmp_path / "groups.json"
    done = run("find", folder, "--json", "--output", target)
    assert (done.returncode, done.stdout) == (0, "")
    assert json.loads(target.read_text()) == lookalike.find_duplicates(folder).to_dict()
    assert os.listdir(tmp_path) == ["groups.json"]
    assert target.stat().st_mode & 0o777 == 0o666 & ~_umask()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["find"], "Missing argument 'PATH...'"),
        (["find", ".", "--algorithm", "phish"], "no algorithm 'phish'; there are ahash"),
        (["find", ".", "--max-distance", "65"], "--max-distance must be 0 to 64 for phash, not 65"),
        (["find", ".", "--max-distance", "-1"], "-1 is not in the range x>=0"),
        (["find", ".", "--json", "--csv"], "--json and --csv cannot both be given"),
        (
            ["find", ".", "--output", "nowhere/x.json"],
            "nowhere/x.json cannot be written",
        ),
        (
            ["find", ".", "--thorough", "--no-verify"],
            "--thorough cannot be combined with --no-verify",
        ),
        (["find", ".", "--no-verify", "--colour"], "--colour cannot be combined with --no-verify"),
        (
            ["compare", "a.png", "b.jpg", "--bits", "--thorough"],
            "--thorough cannot be combined with --bits",
        ),
        (["find", ".", "--timeout", "5"], "--timeout requires --isolate, because"),
        (["hash", ".", "--workers", "5000"], "--workers must be 1 to 4096, not 5000"),
        (["find", ".", "--workers", "0"], "0 is not in the range x>=1"),
        (["find", "no such folder"], "no such file or folder: no such folder"),
        (["hash", "no such file"], "no such file or folder: no such file"),
        (["hash", ".", "--algorithm", "whash:12"], "must be a power of two"),
        (["compare", "a.png"], "Missing argument 'B'"),
        (["compare", "a.png", "gone.png"], "gone.png: there is no such file"),
        (["compare", "a.png", "empty.jpg"], "empty.jpg: it has no bytes"),
        (["compare", "sub", "a.png"], "sub: it is a folder"),
        (["improve", "."], "No such command 'improve'"),
    ],
)
def test_errors_are_named_without_a_traceback(
    folder: Path, arguments: list[str], message: str
) -> None:
    """A usage error is explained on standard error, nothing else is printed, and the status is
    2.
    """
    done = run(*arguments, cwd=folder)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


@pytest.mark.slow
@pytest.mark.parametrize("command", ["find", "hash"])
def test_finding_no_image_is_said(command: str, tmp_path: Path) -> None:
    """So is what was left out, such as the sub-folders in which the images are."""
    (tmp_path / "a.txt").write_text("text")
    (tmp_path / "sub").mkdir()
    save(tmp_path / "sub" / "a.png", photo(160, 120, 1))
    done = run(command, tmp_path, "--no-recursive")
    said = done.stdout if command == "find" else done.stderr
    assert said == "No images found.\nSkipped: 1 sub-folder, 1 text file.\n"
    assert done.returncode == 0
    quiet = run(command, tmp_path, "--no-recursive", "--quiet")
    assert quiet.stdout == quiet.stderr == ""
    (tmp_path / "a.png").write_bytes(b"text")
    assert "No images found" not in run(command, tmp_path, "--no-recursive").stderr
    assert "hashed by phash" in run("find", tmp_path).stdout


@pytest.mark.slow
def test_output_goes_through_links_and_into_pipes(folder: Path, tmp_path: Path) -> None:
    """A link's target is replaced, a pipe is written into, and neither is itself replaced."""
    (tmp_path / "real.json").write_text("old")
    (tmp_path / "link.json").symlink_to(tmp_path / "real.json")
    assert run("find", folder, "--json", "-q", "--output", tmp_path / "link.json").returncode == 0
    assert (tmp_path / "link.json").is_symlink()
    assert json.loads((tmp_path / "real.json").read_text())["images"] == 5
    os.mkfifo(tmp_path / "pipe")
    with subprocess.Popen(["cat", tmp_path / "pipe"], stdout=subprocess.PIPE, text=True) as reader:
        assert run("find", folder, "--json", "-q", "--output", tmp_path / "pipe").returncode == 0
        assert json.loads(reader.communicate(timeout=30)[0])["images"] == 5
    assert (tmp_path / "pipe").is_fifo()


@pytest.mark.parametrize("form", ["--json", "--csv", "--quiet"])
def test_any_name_comes_through_any_encoding(tmp_path: Path, form: str) -> None:
    """Names that the terminal's encoding lacks are escaped, and the command goes on."""
    save(tmp_path / "\u65e5\u672c \U0001f600.png", photo(160, 120, 1))
    save(tmp_path / ":cat:.png", photo(160, 120, 1))
    command = [str(LOOKALIKE), "find", str(tmp_path), form]
    environment = {**os.environ, "PYTHONIOENCODING": "cp1252"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    assert ":cat:.png" in done.stdout
    if form == "--json":
        (group,) = json.loads(done.stdout)["groups"]
        names = {group["keeper"]["path"], group["duplicates"][0]["path"]}
        assert str(tmp_path / "\u65e5\u672c \U0001f600.png") in names


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_full_disk_is_an_error_not_a_verdict(folder: Path) -> None:
    """If the output cannot be written, the command says so and exits with 2."""
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [str(LOOKALIKE), "find", str(folder)],
            stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 2
    assert "the output cannot be written" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_closed_pipe_ends_it_quietly(folder: Path) -> None:
    """A reader may stop at any time."""
    command = f"'{LOOKALIKE}' find '{folder}' --json --quiet | true"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert done.stderr == ""


def test_hash_prints_a_line_an_image(folder: Path) -> None:
    """The hashes come first, then the path. Failures go to standard error."""
    done = run("hash", folder, "--algorithm", "phash", "--algorithm", "dhash:16")
    table = lookalike.hash_images(folder, algorithms=["phash", "dhash:16"])
    assert done.stdout.splitlines() == [
        f"{one.hashes['phash']}  {one.hashes['dhash:16']}  {one.path}" for one in table.images
    ]
    assert [line.split(":")[0] for line in done.stderr.splitlines()] == ["damaged", "empty"]


def test_hash_prints_json_and_csv(folder: Path) -> None:
    """Both hold every image with its hash and every failure with its status."""
    document = json.loads(run("hash", folder, "--json").stdout)
    rows = list(csv.DictReader(io.StringIO(run("hash", folder, "--csv").stdout)))
    assert [row["phash"] for row in rows][:5] == [
        one["hashes"]["phash"] for one in document["images"]
    ]
    assert [row["status"] for row in rows] == ["ok"] * 5 + ["damaged", "empty"]
    assert [one["status"] for one in document["failures"]] == ["damaged", "empty"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("names", "code", "verdict"),
    [
        (("a.png", "b.jpg"), 0, "alike: "),
        (("sub/c.png", "sub/d.png"), 0, "The two have the same bytes."),
        (("a.png", "e.png"), 1, "not alike: "),
    ],
)
def test_compare_exits_by_its_verdict(
    folder: Path, names: tuple[str, str], code: int, verdict: str
) -> None:
    """The status is 0 for images that look alike, and 1 for others. The distance is printed."""
    done = run("compare", *names, cwd=folder)
    assert done.returncode == code
    assert verdict in done.stdout
    assert re.search(r"\d+ of 64 bits of phash differ, at most 12 may", done.stdout)
    assert json.loads(run("compare", *names, "--json", cwd=folder).stdout)["alike"] == (code == 0)


def test_version_is_that_of_the_package() -> None:
    """`--version` prints the name and the version."""
    assert run("--version").stdout == f"lookalike {lookalike.__version__}\n"


@pytest.mark.parametrize("command", [[], ["find"], ["hash"], ["compare"]])
def test_help_has_examples(command: list[str]) -> None:
    """Each command's help has examples of calls."""
    done = run(*command, "--help")
    assert done.returncode == 0
    assert re.search(r"Examples:\n +lookalike ", done.stdout)


@pytest.mark.slow
def test_a_terminal_gets_a_progress_bar(folder: Path) -> None:
    """A terminal gets a bar on standard error, and a pipe gets none."""
    assert "reading" not in run("find", folder, "--json").stderr
    assert b"reading" in drawn_by(str(LOOKALIKE), "find", str(folder), "--json")


@pytest.mark.slow
def test_ctrl_c_stops_cleanly(tmp_path: Path) -> None:
    """An interrupt ends the command in about a second: no traceback, no output file, status 130."""
    pictures = tmp_path / "pictures"
    first = save(pictures / "0.png", photo(800, 600, 1))
    for k in range(1, 2000):
        (pictures / f"{k}.png").write_bytes(first.read_bytes())
    target = tmp_path / "out.json"
    with subprocess.Popen(
        [str(LOOKALIKE), "find", str(pictures), "--json", "--output", str(target)],
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=undisturbed,
    ) as process:
        time.sleep(1.0)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=10)
    assert process.returncode == 130
    assert errors.strip() == "Interrupted."
    assert os.listdir(tmp_path) == ["pictures"]
