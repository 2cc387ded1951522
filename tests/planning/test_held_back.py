"""Each reason for which a file is held back although it matches one that stays."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lookalike
from files import save
from lookalike.images import Mark
from lookalike.images.metadata import NOTHING, Metadata, Movie
from lookalike.matching.rules import Rule
from lookalike.planning.plan import Plan
from lookalike.sources.location import Kind
from photo_metadata import exif_block, movie, photo
from pictures import photo as drawn
from pictures import uniform
from plan_worlds import File, World
from sight_pictures import cropped, scene

A = File("/p/a.jpg", 1, width=80)
B = File("/p/b.jpg", 2)


def held(plan: Plan) -> dict[str, str]:
    """The reason for each name that is held back."""
    return {Path(one.file.path).name: one.why for group in plan.groups for one in group.held}


def gone(plan: Plan) -> list[str]:
    """The names that go, of pictures and companions."""
    return sorted(Path(file.path).name for group in plan.groups for file in group.files())


def plan_of(*files: File, **choices: Any) -> Plan:
    """The plan for made-up files."""
    return World(files).plan(**choices)


def planned(folder: Path, *, thorough: bool = False, **choices: Any) -> Plan:
    """The plan for real files."""
    return lookalike.plan(lookalike.find_duplicates(folder, thorough=thorough), **choices)


def test_what_nothing_speaks_against_goes() -> None:
    plan = plan_of(A, B)
    assert (gone(plan), held(plan)) == (["b.jpg"], {})


@pytest.mark.parametrize("fact", ["date taken", "camera", "GPS", "keywords", "rating", "XMP"])
def test_metadata_that_the_keeper_lacks(fact: str) -> None:
    names = {"date taken": "taken_ns", "GPS": "gps", "XMP": "xmp"}
    more = Metadata(**{names.get(fact, fact): "X" if fact == "camera" else 1})  # type: ignore[arg-type]
    files = A, replace(B, metadata=more)
    assert held(plan_of(*files)) == {"b.jpg": f"metadata: a.jpg lacks its {fact}"}
    assert gone(plan_of(*files, metadata="ignore")) == ["b.jpg"]
    assert gone(plan_of(replace(A, metadata=more), replace(B, metadata=more))) == ["b.jpg"]
    assert gone(plan_of(A, replace(B, content=1, width=80, metadata=more))) == ["b.jpg"]


def test_metadata_that_cannot_be_read() -> None:
    assert held(plan_of(A, replace(B, metadata=None))) == {"b.jpg": "metadata: it cannot be read"}


TAKEN = Metadata(taken_ns=10**18, camera="X")


@pytest.mark.parametrize(
    ("other", "is_burst"),
    [
        (TAKEN, False),
        (TAKEN._replace(taken_ns=10**18 + 10**9), True),
        (TAKEN._replace(taken_ns=10**18 - 60 * 10**9), True),
        (TAKEN._replace(taken_ns=10**18 + 61 * 10**9), False),
        (TAKEN._replace(taken_ns=10**18 + 10**9, camera="Y"), False),
        (TAKEN._replace(taken_ns=10**18 + 10**8, has_fraction=True), False),
    ],
)
def test_a_burst(other: Metadata, is_burst: bool) -> None:
    """Taken by one camera, seconds apart. A copy may have lost the fraction of the second."""
    files = replace(A, metadata=TAKEN), replace(B, metadata=other)
    plan = plan_of(*files)
    assert gone(plan) == ([] if is_burst else ["b.jpg"])
    assert [why.partition(":")[0] for why in held(plan).values()] == ["burst"] * is_burst
    assert gone(plan_of(*files, bursts="take")) == ["b.jpg"]


def test_a_burst_within_one_second() -> None:
    """The numbers in the names of pictures of one size tell."""
    first = File("/p/IMG_0001.jpg", 1, metadata=TAKEN, size=200)
    second = File("/p/IMG_0002.jpg", 2, metadata=TAKEN)
    assert held(plan_of(first, second)) == {
        "IMG_0002.jpg": "burst: taken in the same second as IMG_0001.jpg by the same camera"
    }
    assert gone(plan_of(first, replace(second, path="/p/IMG_0001-edit.jpg"))) == [
        "IMG_0001-edit.jpg"
    ]
    assert gone(plan_of(first, replace(second, width=20))) == ["IMG_0002.jpg"]


@pytest.mark.parametrize("how", ["turned", "mirrored", "colour"])
def test_edits_are_held_back_unless_they_are_taken(tmp_path: Path, how: str) -> None:
    picture = scene(5)
    other = {
        "turned": np.rot90(picture),
        "mirrored": picture[:, ::-1],
        "colour": np.stack([picture, picture // 2, picture // 3], axis=2),
    }[how]
    save(tmp_path / "a.png", picture)
    save(tmp_path / "b.jpg", np.ascontiguousarray(other), quality=95)
    why = held(planned(tmp_path, thorough=how == "mirrored"))["b.jpg"]
    assert why.startswith("edited: ")
    assert ("degrees" if how == "turned" else how) in why
    taken = planned(tmp_path, thorough=how == "mirrored", take_edited=True)
    assert (gone(taken), held(taken)) == (["b.jpg"], {})


@pytest.mark.slow
@pytest.mark.parametrize(("share", "is_edit"), [(0.6, True), (0.98, False)])
def test_a_deliberate_crop_is_an_edit(tmp_path: Path, share: float, is_edit: bool) -> None:
    save(tmp_path / "a.png", scene(5, 800, 600))
    save(tmp_path / "b.jpg", cropped(scene(5, 800, 600), share), quality=95)
    result = lookalike.find_duplicates(tmp_path, thorough=True)
    if len(result.groups) == 1:  # otherwise the two are only related
        plan = lookalike.plan(result)
        assert (list(held(plan)), gone(plan)) == ((["b.jpg"], []) if is_edit else ([], ["b.jpg"]))


def test_blank_pictures_unless_bytes_are_equal(tmp_path: Path) -> None:
    save(tmp_path / "a.png", uniform(50, 40, 100))
    save(tmp_path / "b.bmp", uniform(50, 40, 100))
    shutil.copy(tmp_path / "a.png", tmp_path / "c.png")
    plan = planned(tmp_path)
    assert held(plan) == {"b.bmp": "blank: only equal bytes count"}
    assert gone(plan) == ["c.png"]


def test_the_same_pixels_go_although_the_file_differs(tmp_path: Path) -> None:
    save(tmp_path / "a.png", drawn(160, 120, 1))
    save(tmp_path / "b.bmp", drawn(160, 120, 1))
    (group,) = planned(tmp_path).groups
    assert [(one.match.evidence if one.match else "") for one in group.remove] == ["pixels"]


def test_frames_that_were_not_compared() -> None:
    films = replace(A, path="/p/a.gif", frames=9), replace(B, path="/p/b.gif", frames=9)
    world = World([replace(one, content=1) for one in films])
    assert gone(world.plan()) == ["b.gif"]
    stills = replace(A, frames=2, marks=Mark.FIRST_FRAMES), replace(B, frames=2)
    assert gone(plan_of(*stills)) == []


def test_matches_farther_than_the_plan_takes() -> None:
    far = replace(B, shows=0b11 << 8)
    why = "distance: 2 bits apart, and the plan takes at most 1"
    assert held(plan_of(A, far, distance_for_action=1)) == {"b.jpg": why}
    assert gone(plan_of(A, far, distance_for_action=2)) == ["b.jpg"]
    assert held(plan_of(A, far, do="delete")) == {"b.jpg": why.replace("1", "0")}
    assert gone(plan_of(A, far, exact=True)) == []
    assert gone(plan_of(A, far, do=("dedupe", "hardlink"))) == []


def test_matches_by_chance() -> None:
    """Among 40 hashes of 4 bits, pairs match by chance."""
    rule = Rule.of("dhash:2", 1)
    files = [File(f"/p/{at}.jpg", at, width=40 + at) for at in range(40)]
    plan = _plan_of_shown(files, rule)
    assert gone(plan) == []
    assert {why.partition(":")[0] for why in held(plan).values()} == {"chance"}


def _plan_of_shown(files: list[File], rule: Rule) -> Plan:
    """The plan for files with a hash of one byte."""
    from lookalike.hashing.builder import TableBuilder
    from lookalike.planning.choices import Choices
    from lookalike.planning.planning import planned as planned_with
    from lookalike.scan import result_of
    from plan_worlds import MadeUpDisk, row_of

    builder = TableBuilder([rule.algorithm])
    for at, one in enumerate(files):
        builder.add(row_of(one, at)._replace(hashes=(bytes([at % 2]),)))
    return planned_with(result_of(builder.finish(), rule), Choices.of(), MadeUpDisk(World(files)))


def test_a_keeper_that_is_gone_changed_damaged_or_in_an_archive() -> None:
    assert held(World([A, B], gone={A.path}).plan()) == {
        "b.jpg": "what stays: a.jpg is not there any more, or its disk is offline"
    }
    assert held(World([A, B], changed={A.path}).plan()) == {
        "b.jpg": "what stays: a.jpg is changed since the search"
    }
    member = replace(A, path="/p/a.zip!/a.jpg", kind=Kind.MEMBER)
    assert held(plan_of(member, B)) == {"b.jpg": "what stays: /p/a.zip!/a.jpg is in an archive"}
    both = replace(A, damage="it breaks off"), replace(B, damage="it breaks off")
    assert held(plan_of(*both)) == {"b.jpg": "what stays: a.jpg is damaged"}


def test_a_damaged_file_goes_only_if_its_bytes_are_equal() -> None:
    assert held(plan_of(A, replace(B, damage="it breaks off"))) == {"b.jpg": "damaged"}


def test_a_file_that_changed_itself() -> None:
    assert held(World([A, B], changed={B.path}).plan()) == {"b.jpg": "changed since the search"}
    assert World([A, B], gone={B.path}).plan().groups == ()


def test_a_keeper_of_an_earlier_run() -> None:
    earlier = {B.digest.hex()}
    why = {"b.jpg": "earlier run: it stays for a file that went"}
    assert held(plan_of(A, B, kept_before=earlier)) == why
    assert gone(plan_of(A, replace(B, content=1, width=80), kept_before=earlier)) == ["b.jpg"]


@pytest.mark.parametrize(
    ("folder", "why"),
    [
        ("/p/.git/x", "in a folder of Git"),
        ("/p/My.photoslibrary/originals", "in the photo library My.photoslibrary"),
        ("/p/Cat.lrdata/1", "in the photo library Cat.lrdata"),
        ("/p/.Trash-1000/files", "in a trash folder"),
        ("/p/$RECYCLE.BIN", "in a trash folder"),
        ("/p/.lookalike-removed/run/p", "in a trash folder"),
    ],
)
def test_places_that_others_manage(folder: str, why: str) -> None:
    assert held(plan_of(A, replace(B, path=f"{folder}/b.jpg"))) == {"b.jpg": why}


def test_nothing_relies_on_a_file_in_a_trash() -> None:
    trashed = replace(A, path="/p/.Trash-1000/files/a.jpg")
    assert held(plan_of(trashed, B)) == {
        "b.jpg": "what stays: /p/.Trash-1000/files/a.jpg is in a trash folder"
    }


def test_another_name_of_the_file_that_stays() -> None:
    """A search lists such a name once, but a folder mounted twice shows it under two."""
    one, other = replace(A, inode=9, links=2), replace(A, path="/p/b.jpg", inode=9, links=2)
    assert held(plan_of(one, other)) == {"b.jpg": "same file: another name of a.jpg"}


def test_a_file_that_goes_and_has_other_names_frees_nothing(tmp_path: Path) -> None:
    save(tmp_path / "in" / "a.png", drawn(160, 120, 1))
    shutil.copy(tmp_path / "in" / "a.png", tmp_path / "in" / "b.png")
    os.link(tmp_path / "in" / "b.png", tmp_path / "outside.png")
    plan = planned(tmp_path / "in", roots=[tmp_path / "in"])
    assert gone(plan) == ["b.png"]
    assert plan.warnings == (
        "1 file that would go has other names as well, so this frees no space",
    )


def test_a_file_reached_through_a_link(tmp_path: Path) -> None:
    """The folder that was named may be a link, but no folder in it."""
    save(tmp_path / "real" / "a.png", drawn(160, 120, 1))
    shutil.copy(tmp_path / "real" / "a.png", tmp_path / "real" / "b.png")
    (tmp_path / "link").symlink_to("real")
    named = tmp_path / "link"
    assert gone(planned(named, roots=[named])) == ["b.png"]
    paths = [tmp_path / "link" / "b.png", tmp_path / "real" / "a.png"]
    plan = lookalike.plan(lookalike.find_duplicates(paths), keep="short-path")
    assert held(plan) == {"a.png": "what stays: b.png is reached through a symbolic link"}
    plan = lookalike.plan(lookalike.find_duplicates(paths), keep="name:^a")
    assert held(plan) == {"b.png": "reached through a symbolic link"}


def test_the_last_files_of_a_folder() -> None:
    alone = replace(B, path="/q/b.jpg")
    litter = File("/q/Thumbs.db"), File("/r/other.txt")
    assert plan_of(A, alone, *litter).warnings == ("1 folder would be left without files: /q",)
    assert held(plan_of(A, alone, *litter, empty_folders="hold")) == {
        "b.jpg": "last files: nothing else would be left in its folder"
    }
    assert gone(plan_of(A, replace(B, path="/r/b.jpg"), *litter, empty_folders="hold")) == ["b.jpg"]


def test_a_folder_of_a_photo_manager_is_warned_about() -> None:
    plan = plan_of(A, B, File("/p/digikam4.db"))
    assert plan.warnings == ("/p is managed by digiKam, which would miss the files that go",)


RAW = File("/p/b.cr2", 5, shows=0xFF << 40)
SIDE = File("/p/b.xmp", 7)


def test_a_raw_file_without_a_copy_keeps_its_jpeg() -> None:
    assert held(plan_of(A, B, RAW)) == {"b.jpg": "companion: its raw file b.cr2 has no copy"}
    copy = replace(RAW, path="/p/a.cr2")
    plan = plan_of(A, B, RAW, copy)
    assert (gone(plan), held(plan)) == (["b.cr2", "b.jpg"], {})


def test_a_raw_file_goes_for_equal_bytes_only() -> None:
    near = replace(RAW, path="/p/a.cr2", content=6, width=80)
    assert held(plan_of(near, RAW)) == {"b.cr2": "raw file: its raw data has no copy"}
    developed = File("/p/a.jpg", 1, shows=RAW.shows, width=900)
    assert held(plan_of(developed, RAW)) == {"a.jpg": "raw file: b.cr2 is one, and this is not"}


def test_a_larger_picture_does_not_go_for_one_that_stays_with_its_raw_file() -> None:
    plan = plan_of(A, B, replace(RAW, shows=0))
    assert held(plan) == {"a.jpg": "raw file: b.cr2 is one, and this is not"}
    assert gone(plan_of(replace(A, width=40), B, replace(RAW, shows=0))) == ["a.jpg"]


def test_a_raw_file_and_its_jpeg_are_no_duplicates_of_each_other() -> None:
    assert plan_of(B, replace(RAW, shows=0)).groups == ()


def test_a_sidecar_goes_along_if_it_has_a_copy() -> None:
    assert held(plan_of(A, B, SIDE)) == {"b.jpg": "companion: its sidecar b.xmp has no copy"}
    assert gone(plan_of(A, B, SIDE, companions="keep")) == ["b.jpg"]
    same = File("/p/a.xmp", 7)
    assert gone(plan_of(A, B, SIDE, same)) == ["b.jpg", "b.xmp"]
    other = File("/p/a.xmp", 8)
    assert held(plan_of(A, B, SIDE, other)) == {"b.jpg": "companion: its sidecar b.xmp has no copy"}
    assert gone(plan_of(A, B, SIDE, other, metadata="ignore")) == ["b.jpg", "b.xmp"]


def test_a_shared_sidecar_stays() -> None:
    plan = plan_of(A, B, SIDE, replace(B, path="/p/b.png", content=9, shows=0xFF << 40))
    assert gone(plan) == ["b.jpg"]


def test_the_halves_of_a_live_photo_go_together(tmp_path: Path) -> None:
    block = exif_block("2020:01:31 12:00:05", content_id="4F-11")
    for name in ("a", "b"):
        photo(tmp_path / f"{name}.jpg", drawn(160, 120, 1), exif=block)
        (tmp_path / f"{name}.mov").write_bytes(movie(content_id="4F-11"))
    assert gone(planned(tmp_path)) == ["b.jpg", "b.mov"]
    (tmp_path / "b.mov").write_bytes(movie(content_id="4F-11", seconds=3))
    assert held(planned(tmp_path)) == {"b.jpg": "companion: its film b.mov has no copy"}
    (tmp_path / "b.mov").write_bytes(movie(content_id="5A-22"))
    assert gone(planned(tmp_path)) == ["b.jpg"]


def test_films_are_not_asked_for_in_made_up_worlds() -> None:
    world = World([A, B, File("/p/b.mov", 9)], films={"/p/b.mov": Movie("x")})
    assert gone(world.plan()) == ["b.jpg"]
    assert NOTHING.content_id == ""
