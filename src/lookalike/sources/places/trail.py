"""Follows the symbolic links that a walk over a folder finds."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lookalike.sources.choice import Verdict
from lookalike.sources.places.roots import parents
from lookalike.sources.seen import Seen

if TYPE_CHECKING:
    from lookalike.sources.choice import Sieve
    from lookalike.sources.places.place import Found, Place


class _Walked(NamedTuple):
    """A folder that is walked with everything in it."""

    path: str
    prefix: str
    """Put before relative paths when patterns are matched."""


class Trail:
    """Decides about the links in one walk, so that the walk yields every file once.

    A link is listed as the file or folder that it leads to, because deleting the link saves no
    space. If the walk reaches that file or folder anyway, the link adds nothing.
    """

    def __init__(self, place: Place, sieve: Sieve, folder: str, prefix: str) -> None:
        self._place = place
        self._sieve = sieve
        self._first = _Walked(folder, prefix)
        self._walked: dict[str, _Walked] = {}
        self._met = Seen()

    def followed(self, link: Found) -> Found | None:
        """What to read or walk in place of a link, if anything."""
        if not self._sieve.choice.follow_links:
            self._sieve.skip("link")
            return None
        real = self._place.real(link.path)
        if real is None:  # its target is unknown; reading it reports the error
            return link
        path = self._outside(real, link)
        if path is None or (not link.is_folder and not self._is_new(path)):
            return None
        if link.is_folder:
            self._walked[real] = _Walked(path, f"{link.relative}/")
        return link._replace(path=path)

    def was_met(self, file: str) -> bool:
        """Whether another link to this file was followed before. Counts it if so.

        The walk has reached the file through a link to its folder.
        """
        if not len(self._met):
            return False
        identity = self._place.identity(file, self._place.stamp(file))
        if identity is None or identity not in self._met:
            return False
        self._sieve.skip("same file")
        return True

    def _outside(self, real: str, link: Found) -> str | None:
        """The name of a path that the walk does not reach. None for any other path."""
        if not self._walked:
            folder = self._first.path
            self._walked[self._place.real(folder) or folder] = self._first
        for outer, inner in parents(real):
            if root := self._walked.get(outer):
                return self._left_out(root, inner, link)
        return self._place.spelled(real, self._first.path)

    def _left_out(self, root: _Walked, inner: str, link: Found) -> str | None:
        """The same for a path within a walked folder. The walk itself reaches most of these."""
        verdict = self._sieve.verdict(inner, root.prefix, is_folder=link.is_folder)
        if verdict is Verdict.HIDDEN:
            return self._place.join(root.path, inner)
        if verdict is Verdict.EXCLUDED:
            self._sieve.skip("excluded folder" if link.is_folder else "excluded")
        elif not link.is_folder:
            self._sieve.skip("same file")
        return None

    def _is_new(self, path: str) -> bool:
        identity = self._place.identity(path, self._place.stamp(path))
        if identity is None or self._met.add(identity):
            return True
        self._sieve.skip("same file")
        return False
