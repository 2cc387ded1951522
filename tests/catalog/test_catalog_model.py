"""Whatever is done to files between scans, the catalogue knows what reading them again gives."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from catalogs import LARGE, LONG_AGO, bmp, fresh, paths_in, remembered, scanned, write
from lookalike import Catalog
from lookalike.catalog.scanning import batch
from lookalike.catalog.store import files

NAMES = ("a.bmp", "b.bmp", "sub/a.bmp", "sub/c.bmp", "sub/deep/d.bmp")
ROOTS = ("one", "two")
PATHS = [f"{root}/{name}" for root in ROOTS for name in NAMES]
PICTURES = [bmp(1), bmp(2), bmp(3), bmp(4, LARGE), bmp(5, LARGE), b"not a picture"]
places = st.sampled_from(PATHS)
pictures = st.sampled_from(range(len(PICTURES)))
times = st.integers(0, 3)


class Library(RuleBasedStateMachine):
    """Two folders of pictures on one file system, and what may have to be read at the next scan."""

    def __init__(self) -> None:
        super().__init__()
        self.base = Path(tempfile.mkdtemp(prefix="lookalike-model-"))
        self.catalog = Catalog.open(self.base / "catalog")
        self.doubtful: set[int] = set()
        """The inodes of files that are new, or not as they were at the last scan."""
        self.recorded: set[str] = set()
        """The paths that the catalogue may have a file for."""
        self.unplugged: set[str] = set()
        self.patch = pytest.MonkeyPatch()
        # All of this happens within a moment. Doubts about that have a test of their own.
        self.patch.setattr(batch, "FINE", -1)
        self.patch.setattr(batch, "COARSE", -1)
        self.patch.setattr(batch, "SECONDS", 1000)  # what is opened does not depend on the time

    def teardown(self) -> None:
        self.patch.undo()
        self.catalog.close()
        shutil.rmtree(self.base)

    @initialize()
    def make(self) -> None:
        """Each root has a file that is not a picture, so it is never empty."""
        for name in PATHS:
            self.at(name).parent.mkdir(parents=True, exist_ok=True)
        for root in ROOTS:
            (self.base / root / "notes.txt").write_bytes(b"notes")

    def at(self, name: str) -> Path:
        return self.base / name

    def is_there(self, name: str) -> bool:
        return self.at(name).exists()

    def doubt(self, name: str) -> None:
        self.doubtful.add(self.at(name).stat().st_ino)

    def doubt_links(self, name: str) -> None:
        """Whatever happens to one name of a file changes the time of its state, for all names."""
        if self.is_there(name) and self.at(name).stat().st_nlink > 1:
            self.doubt(name)

    @rule(name=places, picture=pictures, time=times)
    def write(self, name: str, picture: int, time: int) -> None:
        """Make a file, or edit it in place. Its time may be the same as before."""
        if self.at(name).parent.exists():
            write(self.at(name), PICTURES[picture], LONG_AGO + time)
            self.doubt(name)

    @rule(name=places, picture=pictures)
    def save_by_rename(self, name: str, picture: int) -> None:
        """Replace a file by a new one, as many editors do."""
        if self.at(name).parent.exists():
            write(self.base / "temporary", PICTURES[picture], LONG_AGO + 9)
            self.doubt_links(name)
            (self.base / "temporary").rename(self.at(name))
            self.doubt(name)

    @rule(old=places, new=places)
    def rename(self, old: str, new: str) -> None:
        """Move a file, perhaps to the other root, and perhaps over another."""
        if self.is_there(old) and self.at(new).parent.exists():
            self.doubt_links(old)
            self.doubt_links(new)
            self.at(old).rename(self.at(new))
            if new in self.recorded:
                self.doubt(new)

    @rule(root=st.sampled_from(ROOTS))
    def rename_folder(self, root: str) -> None:
        """Rename a folder with all that is in it, and back."""
        one, other = self.at(f"{root}/sub"), self.at(f"{root}/other")
        for old, new in ((one, other), (other, one)):
            if old.exists() and not new.exists():
                old.rename(new)
                for path in new.rglob("*.bmp"):  # other files may be known there
                    if str(path.relative_to(self.base)) in self.recorded:
                        self.doubtful.add(path.stat().st_ino)
                return

    @rule(root=st.sampled_from(ROOTS), stays=st.booleans())
    def move_files(self, root: str, stays: bool) -> None:
        """Move all that is in a folder to a new one, one by one. The old one may stay, empty."""
        one, other = self.at(f"{root}/sub"), self.at(f"{root}/other")
        for old, new in ((one, other), (other, one)):
            if new.exists() and not any(new.iterdir()):
                new.rmdir()
            if old.exists() and not new.exists():
                new.mkdir()
                for path in sorted(old.iterdir()):
                    self.doubt_links(str(path.relative_to(self.base)))
                    path.rename(new / path.name)
                for path in new.rglob("*.bmp"):  # other files may be known there
                    if str(path.relative_to(self.base)) in self.recorded:
                        self.doubtful.add(path.stat().st_ino)
                if not stays:
                    old.rmdir()
                return

    @rule(old=places, new=places)
    def copy(self, old: str, new: str) -> None:
        """Copy a file with its times."""
        if self.is_there(old) and self.at(new).parent.exists() and not self.is_there(new):
            shutil.copy2(self.at(old), self.at(new))
            self.doubt(new)

    @rule(old=places, new=places)
    def link(self, old: str, new: str) -> None:
        """Give a file a second name."""
        if self.is_there(old) and self.at(new).parent.exists() and not self.is_there(new):
            os.link(self.at(old), self.at(new))
            self.doubt(new)

    @rule(name=places)
    def change_mode(self, name: str) -> None:
        if self.is_there(name):
            self.at(name).chmod(self.at(name).stat().st_mode ^ 0o010)
            self.doubt(name)

    @rule(name=places, time=times)
    def touch(self, name: str, time: int) -> None:
        if self.is_there(name):
            os.utime(self.at(name), ns=(LONG_AGO + time, LONG_AGO + time))
            self.doubt(name)

    @rule(name=places)
    def delete(self, name: str) -> None:
        self.doubt_links(name)
        self.at(name).unlink(missing_ok=True)

    @rule(name=places, picture=pictures)
    def delete_and_make(self, name: str, picture: int) -> None:
        """The new file often has the inode of the old one."""
        if self.is_there(name):
            self.doubt_links(name)
            self.at(name).unlink()
            self.write(name, picture, 0)

    @precondition(lambda self: not self.unplugged)
    @rule(root=st.sampled_from(ROOTS))
    def unplug(self, root: str) -> None:
        self.at(root).rename(self.base / f"{root} is away")
        self.unplugged.add(root)

    @precondition(lambda self: self.unplugged)
    @rule()
    def plug_in(self) -> None:
        for root in self.unplugged:
            (self.base / f"{root} is away").rename(self.at(root))
        self.unplugged.clear()

    @rule()
    def scan(self) -> None:
        """Every file is known as it is, and only doubtful files were opened."""
        before = {root: self.present(root) for root in self.unplugged}
        there = [self.at(root) for root in ROOTS if self.is_there(root)]
        if len(self.catalog.places.all_roots()) < len(ROOTS):
            summary = scanned(self.catalog, *there)
        else:
            summary = scanned(self.catalog)
            assert summary.offline == len(self.unplugged)
        inodes = {path.stat().st_ino for root in there for path in root.rglob("*.bmp")}
        if not self.unplugged:  # whether a file has gone from there cannot be known
            assert summary.opened <= len(inodes & self.doubtful)
        self.doubtful -= inodes
        for root in there:
            self.check(root)
        for name, known in before.items():
            assert self.present(name) == known
        self.recorded |= {str(Path(p).relative_to(self.base)) for p in paths_in(self.catalog)}

    def present(self, root: str) -> set[str]:
        return {path for path in paths_in(self.catalog) if path.startswith(f"{self.at(root)}/")}

    def check(self, root: Path) -> None:
        assert self.present(root.name) == {str(path) for path in root.rglob("*.bmp")}
        table, unknown = remembered(self.catalog, root)
        assert not unknown
        expected = fresh(root)
        assert [one.to_dict() for one in table.failures] == [
            one.to_dict() for one in expected.failures
        ]
        assumed = self.assumed()
        assert table.paths == expected.paths
        for at, path in enumerate(expected.paths):
            if path not in assumed:
                assert table.row(at) == expected.row(at)
            else:
                assert table.row(at).byte_count == expected.row(at).byte_count > 2 << 16

    def assumed(self) -> set[str]:
        rows = self.catalog.database.rows(
            "SELECT root.path, folder.path, name FROM root JOIN folder ON root_id = root.id "
            f"JOIN file ON folder_id = folder.id WHERE flags & {files.ASSUMED}"
        )
        return {os.fsdecode(b"/".join(filter(None, row))) for row in rows}

    @invariant()
    def is_sound(self) -> None:
        assert self.catalog.check() == []


Library.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestLibrary = Library.TestCase
