"""`Views`: orders of groups in which the page pages.

A view does not change when groups are decided. So no group is skipped or shown twice, and a page of
rows costs the same wherever it is.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any

import numpy as np

from lookalike.report.html.look import name_of
from lookalike.review.session import State
from lookalike.text import printable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.review.session import Session

MOST_VIEWS = 8
"""How many views are kept. A page that comes back to an older one makes it anew."""
MOST_ROWS = 200
SORTS = ("found", "gain", "size")
"""By their first images, by what can be saved, or by how many images they have."""
SHOWN = ("all", *(state.word for state in State))


class OldViewError(LookupError):
    """A view that is no longer kept."""


class Views:
    """The latest views of a session."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._views: OrderedDict[int, NDArray[np.intp]] = OrderedDict()
        self._made = 0
        columns, sizes = session.columns, session.result.table.sizes
        counts = sizes[columns.members, 0]
        totals = np.add.reduceat(counts, columns.starts) if len(columns) else counts
        self._gains = totals - counts[columns.starts]

    def make(self, sort: str, shown: str, text: str) -> tuple[int, int]:
        """The number of a new view, and how many groups it has.

        `shown`: one of `SHOWN`. `text`: part of the path of a member. Raises `ValueError`.
        """
        if sort not in SORTS:
            raise ValueError(f"sort must be one of {', '.join(SORTS)}, not {sort!r}")
        if shown not in SHOWN:
            raise ValueError(f"shown must be one of {', '.join(SHOWN)}, not {shown!r}")
        columns = self._session.columns
        keep = np.ones(len(columns), np.bool_)
        if shown != "all":
            keep &= self._session.states == State[shown.upper()]
        if text:
            keep &= self._with(text.casefold())
        groups = np.flatnonzero(keep)
        if sort != "found":
            by = self._gains if sort == "gain" else columns.sizes
            groups = groups[np.argsort(-by[groups], kind="stable")]
        self._made += 1
        self._views[self._made] = groups
        if len(self._views) > MOST_VIEWS:
            self._views.popitem(last=False)
        return self._made, len(groups)

    def rows(self, view: int, at: int) -> list[list[Any]]:
        """Up to `MOST_ROWS` groups of a view, from the one at a position.

        Each is a list: number, images, bytes to save, state, name of the keeper. Raises
        `OldViewError`.
        """
        groups = self._groups(view)[max(at, 0) :][:MOST_ROWS]
        session = self._session
        table, columns = session.result.table, session.columns
        keepers = columns.members[columns.starts[groups]]
        return [
            [number, size, gain, State(state).word, printable(name_of(table.paths[keeper]))]
            for number, size, gain, state, keeper in zip(
                groups.tolist(),
                columns.sizes[groups].tolist(),
                self._gains[groups].tolist(),
                session.states[groups].tolist(),
                keepers.tolist(),
                strict=True,
            )
        ]

    def position(self, view: int, group: int) -> int | None:
        """Where a group is in a view, or None. Raises `OldViewError`."""
        found = np.flatnonzero(self._groups(view) == group)
        return int(found[0]) if len(found) else None

    def next_open(self, view: int, at: int) -> int | None:
        """The position of the next group to decide after `at`, or the first one, or None."""
        states = self._session.states[self._groups(view)]
        to_do = np.flatnonzero((states == State.OPEN) | (states == State.CHANGED))
        if not len(to_do):
            return None
        after = to_do[to_do > at]
        return int(after[0] if len(after) else to_do[0])

    def _groups(self, view: int) -> NDArray[np.intp]:
        if view not in self._views:
            raise OldViewError("the list is too old: it has to be made again")
        return self._views[view]

    def _with(self, text: str) -> NDArray[np.bool_]:
        """Which groups have a member with the text in its path."""
        columns = self._session.columns
        paths = self._session.result.table.take("path", columns.members)
        has = np.fromiter((text in path.casefold() for path in paths), np.bool_, len(paths))
        out = np.zeros(len(columns), np.bool_)
        out[columns.group[has]] = True
        return out
