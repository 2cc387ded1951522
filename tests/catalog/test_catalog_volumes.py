"""Disks are told apart by their file systems, wherever they are mounted."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from catalogs import (
    assert_up_to_date,
    bmp,
    needs_root,
    paths_in,
    scanned,
    settle,
    write,
)
from lookalike import Catalog
from lookalike.catalog.volumes import FileSystem, file_system_of

pytestmark = pytest.mark.thorough


class Disks:
    """File systems in files, mounted and unmounted at will."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self._mounted: list[Path] = []

    def make(self, name: str) -> Path:
        """Make a file system with three pictures of its own."""
        image = self.base / f"{name}.img"
        with image.open("wb") as file:
            file.truncate(8 << 20)
        subprocess.run(["mkfs.ext4", "-q", "-F", image], check=True)
        point = self.mount(image, f"making {name}")
        for number in range(3):
            write(point / f"{name} {number}.bmp", bmp(number + 10 * len(name)))
        self.unmount(point)
        settle()
        return image

    def mount(self, source: Path, point: str, *options: str) -> Path:
        place = self.base / point
        place.mkdir(parents=True, exist_ok=True)
        how = options or ("-o", "loop")
        subprocess.run(["mount", *how, source, place], check=True)
        self._mounted.append(place)
        return place

    def unmount(self, place: Path) -> None:
        subprocess.run(["umount", place], check=True)
        self._mounted.remove(place)

    def close(self) -> None:
        for place in reversed(self._mounted):
            subprocess.run(["umount", place], check=False)


@pytest.fixture
def disks(tmp_path: Path) -> Iterator[Disks]:
    needs_root("mount file systems")
    if shutil.which("mkfs.ext4") is None:
        if "CI" in os.environ:
            pytest.fail("mkfs.ext4 is missing")
        pytest.skip("mkfs.ext4 is missing")
    one = Disks(tmp_path)
    yield one
    one.close()


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with Catalog.open(tmp_path / "catalog") as one:
        yield one


def test_one_disk_at_another_mount_point_is_the_same_root(disks: Disks, catalog: Catalog) -> None:
    """Nothing is read when it is found there."""
    image = disks.make("photos")
    first = disks.mount(image, "first")
    assert scanned(catalog, first).new == 3
    disks.unmount(first)
    assert scanned(catalog).offline == 1
    second = disks.mount(image, "second")
    summary = scanned(catalog, second)
    assert (summary.unchanged, summary.opened, summary.offline) == (3, 0, 0)
    assert [root.path for root in catalog.roots] == [str(second)]
    assert_up_to_date(catalog, second)


def test_one_disk_at_two_mount_points_at_once_is_one_root(disks: Disks, catalog: Catalog) -> None:
    """The second is known by the first, and both are found."""
    first = disks.mount(disks.make("photos"), "first")
    scanned(catalog, first)
    second = disks.mount(first, "second", "--bind")
    summary = scanned(catalog, second)
    assert (summary.unchanged, summary.opened) == (3, 0)
    assert [root.path for root in catalog.roots] == [str(first)]
    assert_up_to_date(catalog, first)
    assert_up_to_date(catalog, second)


def test_two_disks_at_one_mount_point_are_two_roots(disks: Disks, catalog: Catalog) -> None:
    """Each keeps its files while the other is there."""
    images = disks.make("photos"), disks.make("holidays")
    place = disks.mount(images[0], "usb")
    scanned(catalog, place)
    disks.unmount(place)
    disks.mount(images[1], "usb")
    assert scanned(catalog).offline == 1
    assert scanned(catalog, place).new == 3
    assert len(catalog.roots) == 2
    assert len(paths_in(catalog)) == 6
    assert_up_to_date(catalog, place)
    disks.unmount(place)
    disks.mount(images[0], "usb")
    summary = scanned(catalog)
    assert (summary.offline, summary.unchanged, summary.opened) == (1, 3, 0)
    assert len(paths_in(catalog)) == 6
    assert_up_to_date(catalog, place)


def test_a_disk_mounted_in_a_root_is_no_deletion_while_it_is_away(
    disks: Disks, catalog: Catalog
) -> None:
    """Nor is another disk in its place, whose files wait until it is scanned itself."""
    image, other = disks.make("photos"), disks.make("holidays")
    outer = disks.base / "outer"
    place = disks.mount(image, "outer/usb")
    for number in range(3):
        write(outer / f"{number}.bmp", bmp(number))
    settle()
    assert scanned(catalog, outer).new == 6
    disks.unmount(place)
    summary = scanned(catalog)
    assert (summary.unchanged, summary.gone, summary.offline) == (3, 0, 1)
    disks.mount(other, "outer/usb")
    summary = scanned(catalog)
    assert (summary.unchanged, summary.gone, summary.offline, summary.new) == (3, 0, 1, 0)
    disks.unmount(place)
    disks.mount(image, "outer/usb")
    summary = scanned(catalog)
    assert (summary.unchanged, summary.opened, summary.offline) == (6, 0, 0)
    assert_up_to_date(catalog, outer)


def test_a_disk_that_was_scanned_first_stays_itself_in_a_root_around_it(
    disks: Disks, catalog: Catalog
) -> None:
    image = disks.make("photos")
    place = disks.mount(image, "outer/usb")
    scanned(catalog, place)
    write(disks.base / "outer/0.bmp", bmp(0))
    settle()
    summary = scanned(catalog, disks.base / "outer")
    assert (summary.new, summary.unchanged) == (1, 3)
    assert len(catalog.roots) == 1
    disks.unmount(place)
    summary = scanned(catalog)
    assert (summary.gone, summary.offline, summary.unchanged) == (0, 1, 1)


def test_the_kernel_says_what_is_mounted(disks: Disks) -> None:
    """A path within a file system is the same at every mount point of it."""
    place = disks.mount(disks.make("photos"), "with a space")
    (place / "a").mkdir()
    bound = disks.mount(place / "a", "bound", "--bind")
    one, other = file_system_of(os.fsencode(place / "a")), file_system_of(os.fsencode(bound))
    assert one == other
    assert one.type == "ext4"
    assert one.within == b"a"
    assert one.volume


def test_inodes_are_not_relied_on_where_they_change(tmp_path: Path) -> None:
    assert FileSystem("ext4").keeps_inodes
    assert not FileSystem("nfs4").keeps_inodes
    assert not FileSystem("vfat").keeps_inodes
    assert FileSystem("fuse.sshfs").is_network
