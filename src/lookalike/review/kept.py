"""`CatalogDecisions`: decisions that are kept in a catalogue, with what they tell apart."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Self

from lookalike.catalog.catalog import Catalog
from lookalike.catalog.decisions import NOTE, Row
from lookalike.catalog.folder import NAME
from lookalike.hashing.apart import content_of
from lookalike.images.formats.plugins import callers_modules, import_modules
from lookalike.review.decisions import Choice, Decision, Decisions, File, Step, locked
from lookalike.review.telling import Telling, read_sets
from lookalike.work.processes import Workers

if TYPE_CHECKING:
    from lookalike.hashing.apart import ApartContent
    from lookalike.images import ImageSource
    from lookalike.work.isolation import Isolation


class CatalogDecisions(Decisions):
    """All decisions of a catalogue, which no other review may use at the same time."""

    def __init__(self, folder: Path, isolation: Isolation | None = None) -> None:
        """`folder`: of the catalogue, which is made if it is missing.

        `isolation`: read pictures that are told apart in a separate process with these limits.
        """
        super().__init__(None)
        self._isolation = isolation
        self._content: Callable[[ImageSource], ApartContent] = content_of
        self._stack = ExitStack()
        self.path = folder / NAME
        self._folder = folder

    def __enter__(self) -> Self:
        self._catalog = Catalog.open(self._folder)
        try:
            self._file = locked(self._folder / "review.lock")
            for path, digest, choice, seen in self._catalog.decisions.all():
                file = File(os.fsdecode(path), digest.hex())
                self._of[file] = Decision(Choice(str(choice)), seen)
            if self._isolation is not None:
                prepare = partial(import_modules, callers_modules())
                workers = Workers(content_of, self._isolation, prepare)
                self._content = self._stack.enter_context(workers)
        except BaseException:  # raised again
            self._close()
            raise
        return self

    def _append(self, step: Step, telling: Telling | None) -> None:
        rows = [
            Row(
                os.fsencode(file.path),
                bytes.fromhex(file.digest),
                str(decision.choice) if decision else None,
                decision.seen if decision else "",
            )
            for file, decision in step.items()
        ]
        telling = telling or Telling()
        told = read_sets(telling.told, NOTE, int(time.time()), self._content)
        untold = [{bytes.fromhex(file.digest) for file in one} for one in telling.untold]
        self._catalog.decisions.change(rows, told, untold)

    def _close(self) -> None:
        self._stack.close()
        super()._close()
        self._catalog.close()
