"""`CatalogDecisions`: decisions that are kept in a catalogue, with what they tell apart."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Self

from lookalike.catalog.catalog import Catalog
from lookalike.catalog.decisions import NOTE, Row
from lookalike.catalog.store.database import NAME
from lookalike.review.decisions import Choice, Decision, Decisions, File, Step, locked
from lookalike.review.telling import Telling, read_sets


class CatalogDecisions(Decisions):
    """All decisions of a catalogue, which no other review may use at the same time."""

    def __init__(self, folder: Path) -> None:
        """`folder`: of the catalogue, which is made if it is missing."""
        super().__init__(None)
        self.path = folder / NAME
        self._folder = folder

    def __enter__(self) -> Self:
        self._catalog = Catalog.open(self._folder)
        try:
            self._file = locked(self._folder / "review.lock")
            for path, digest, choice, seen in self._catalog.decisions.all():
                file = File(os.fsdecode(path), digest.hex())
                self._of[file] = Decision(Choice(str(choice)), seen)
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
        told = read_sets(telling.told, NOTE, int(time.time()))
        untold = [{bytes.fromhex(file.digest) for file in one} for one in telling.untold]
        self._catalog.decisions.change(rows, told, untold)

    def _close(self) -> None:
        super()._close()
        self._catalog.close()
