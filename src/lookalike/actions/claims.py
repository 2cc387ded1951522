"""`Claims`: names in the trash that a batch takes before its files go there."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

from lookalike.actions.disk.spot import Spot
from lookalike.actions.moving import DOUBT, claim, info_text, release_unused

if TYPE_CHECKING:
    from lookalike.actions.disk.fs import FileSystem
    from lookalike.actions.journal.intent import Intent


class Claims:
    """The trash describes each file in another one, which is on the disk before the file comes.

    Writing many of these to the disk takes as long as writing one. So it is done once per batch.
    """

    def __init__(self, fs: FileSystem) -> None:
        self._fs = fs
        self._unused: dict[int, Intent] = {}
        self._refused: dict[int, Exception] = {}

    def take(self, intents: Iterable[Intent]) -> None:
        """Take the names that intents have in the trash. What goes wrong is raised by `require`."""
        by_folder: dict[str, list[Intent]] = {}
        for intent in intents:
            if intent.info is None:
                continue
            self._unused[intent.n] = intent
            try:
                with Spot(self._fs, intent.info) as info:
                    claim(info, info_text(intent))
            except DOUBT as error:
                self._refused[intent.n] = error
            else:
                by_folder.setdefault(os.path.dirname(intent.info), []).append(intent)
        for folder, those in by_folder.items():
            try:
                with Spot(self._fs, f"{folder}/.") as spot:
                    self._fs.sync_volume(spot.at)
            except OSError as error:
                self._refused |= dict.fromkeys((one.n for one in those), error)

    def require(self, intent: Intent) -> None:
        """Raise `Changed` or `OSError` if its name could not be taken."""
        if error := self._refused.get(intent.n):
            raise error

    def used(self, intent: Intent) -> None:
        """Note that a file has its name."""
        self._unused.pop(intent.n, None)

    def end(self) -> None:
        """Give back the names that no file has got."""
        for intent in self._unused.values():
            with suppress(OSError):
                release_unused(self._fs, intent)
        self._unused.clear()
        self._refused.clear()
