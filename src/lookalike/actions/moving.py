"""Steps that actions and their undoing share. Each leaves all as it was if it cannot be done."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from lookalike.actions.disk.copying import copy_to
from lookalike.actions.disk.fs import Unsupported
from lookalike.actions.disk.spot import Changed, Spot, State
from lookalike.actions.disk.trash import Can

if TYPE_CHECKING:
    from lookalike.actions.disk.fs import FileSystem
    from lookalike.actions.journal.intent import Intent

DOUBT = (Changed, Unsupported, OSError)
"""What ends an action before its end."""


def sync_folders(fs: FileSystem, folders: Iterable[str]) -> None:
    """Write the names in some folders to the disk. Some may be gone again."""
    for folder in sorted(folders):
        with suppress(OSError), Spot(fs, f"{folder}/.") as spot:
            fs.sync_folder(spot.at)


def put_back(now: Spot, spot: Spot) -> None:
    """Give a file its name back, or one like it if another file has taken that."""
    try:
        now.fs.rename(now.name, now.at, spot.name, spot.at)
    except FileExistsError:
        name = os.path.basename(path := spot.free_path("restored"))
        now.fs.rename(now.name, now.at, name, spot.at)
        raise Changed(f"another file took its name, so it is {path} now") from None


@contextmanager
def aside(intent: Intent, spot: Spot) -> Iterator[Spot]:
    """Give a file its temporary name. If anything goes wrong, it gets its own one back."""
    with spot.beside(intent.temporary) as temporary:
        spot.fs.rename(spot.name, spot.at, temporary.name, temporary.at)
        try:
            yield temporary
        except DOUBT:
            put_back(temporary, spot)
            raise


def copied(intent: Intent, source: Spot, copy: Spot) -> State:
    """Make a copy of a file, dressed as the journal tells. Returns its state."""
    recorded = intent.file
    with source.opened() as (file, _):
        return copy_to(file, copy, recorded.digest, recorded.state, recorded.attributes)


def carry(
    intent: Intent,
    source: Spot,
    target: Spot,
    make: Callable[[Spot], State],
    check: Callable[[Spot], None],
) -> None:
    """Move a file to another volume.

    It is copied under a temporary name by `make`, leaves its own name, is checked by `check`, and
    goes last.
    """
    fs = source.fs
    with target.beside(intent.temporary) as copy:
        made = make(copy)
        try:
            with aside(intent, source) as away:
                check(away)
                fs.rename(copy.name, copy.at, target.name, target.at)
                fs.sync_folder(target.at)
                if not target.state().is_same(made):
                    raise Changed("another file took the place of its copy")
                fs.unlink(away.name, away.at)
        except DOUBT:
            for name in (copy, target):
                unlink_if(name, made)
            raise


def unlink_if(spot: Spot, state: State) -> None:
    """Remove a name of a file, if it still is one of that file's."""
    try:
        found = spot.state()
    except (Changed, FileNotFoundError):
        return
    if found.is_same(state):
        spot.fs.unlink(spot.name, spot.at)


def info_text(intent: Intent) -> bytes:
    """What the trash says about a file."""
    assert intent.info
    assert intent.date
    return Can.of_info(intent.info).text(intent.path, intent.date)


def claim(info: Spot, text: bytes) -> None:
    """Take a name in the trash. Raises `Changed` if another program was faster."""
    try:
        file = info.fs.create(info.name, info.at)
    except FileExistsError:
        raise Changed("another program took its name in the trash") from None
    try:
        info.fs.write(file, text)
    except OSError:
        info.fs.unlink(info.name, info.at)
        raise
    finally:
        os.close(file)


def release(info: Spot, text: bytes) -> None:
    """Remove what the trash says about a file, if it is ours. It may have been cut off."""
    try:
        with info.opened() as (file, _):
            ours = text.startswith(info.fs.read(file))
    except (Changed, FileNotFoundError):
        return
    if ours:
        info.fs.unlink(info.name, info.at)


def release_unused(fs: FileSystem, intent: Intent) -> None:
    """Remove what the trash says about a file that is not there."""
    assert intent.to
    assert intent.info
    with suppress(FileNotFoundError), Spot(fs, intent.to) as target:
        if not fs.exists(target.name, target.at):
            with Spot(fs, intent.info) as info:
                release(info, info_text(intent))
