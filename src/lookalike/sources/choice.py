"""`Choice`: what a caller wants of folders, archives and the like, and the `Sieve` made of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum, auto

from lookalike.sources.kinds import is_archive, other_kind
from lookalike.sources.limits import ArchiveLimits
from lookalike.sources.patterns import Patterns
from lookalike.sources.urls import Fetch, check_fetch


@dataclass(frozen=True, slots=True)
class Choice:
    """What is taken of all that is found. What a caller names is always taken."""

    recursive: bool = True
    """Go into sub-folders."""
    hidden: bool = False
    """Take names with a leading dot."""
    include: str | Iterable[str] = ()
    """Of the files, only those that match one of these `Patterns`, if there are any."""
    exclude: str | Iterable[str] = ()
    """No files and folders that match one of these."""
    archives: bool = False
    """Go into archives that are found, too."""
    archive_limits: ArchiveLimits = field(default_factory=ArchiveLimits)
    column: str | None = None
    """Of Parquet files; None takes the one that can hold images."""
    fetch: Fetch = "any"
    """Which hosts URLs may lead to. `public` also refuses addresses that are left to fsspec."""

    def __post_init__(self) -> None:
        check_fetch(self.fetch)


class Verdict(Enum):
    """What becomes of the members of a folder in an archive."""

    TAKEN = auto()
    HIDDEN = auto()
    EXCLUDED = auto()


class Sieve:
    """Tells of names that are found whether they are taken, and counts by kind what is not."""

    def __init__(self, choice: Choice, skipped: Counter[str] | None) -> None:
        """`skipped`: where to count; with None, nothing is left out for its kind."""
        self.choice = choice
        self._skipped = skipped
        self._include = Patterns(choice.include)
        self._exclude = Patterns(choice.exclude)
        self._folder = ("", Verdict.TAKEN)

    def takes_file(self, name: str, prefix: str, *, archives: bool | None = None) -> bool:
        """`name` is that of a file; `prefix`, with a slash at its end, says where it was found.

        `archives`: whether to take them; None leaves that to the choice.
        """
        if name.startswith(".") and not self.choice.hidden:
            return False
        if self._skipped is not None and (kind := other_kind(name)):
            if not (is_archive(name) and (self.choice.archives if archives is None else archives)):
                self.skip(kind)
                return False
            return not self._excludes(prefix + name, "excluded")
        return self.takes_path(prefix + name)

    def takes_path(self, path: str) -> bool:
        """As `takes_file`, but only the patterns count."""
        if self._include and not self._include.match(path):
            self.skip("excluded")
            return False
        return not self._excludes(path, "excluded")

    def takes_folder(self, name: str, prefix: str) -> bool:
        """As `takes_file`, for a folder."""
        if name.startswith(".") and not self.choice.hidden:
            return False
        return not self.excludes_folder(prefix + name)

    def excludes_folder(self, path: str) -> bool:
        """Whether a pattern excludes a folder."""
        return self._excludes(path, "excluded folder")

    def takes_member(self, path: str, prefix: str) -> bool:
        """As `takes_file`, for a path within an archive, whose folders count too.

        Archives in archives are taken: they are to be told of.
        """
        folder, _, name = path.rpartition("/")
        if self._folder[0] != prefix + folder:  # members of a folder mostly follow each other
            self._folder = (prefix + folder, self._verdict(folder, prefix))
        verdict = self._folder[1]
        if verdict is Verdict.EXCLUDED:
            self.skip("excluded")
        if verdict is not Verdict.TAKEN:
            return False
        return self.takes_file(name, f"{prefix}{folder}/" if folder else prefix, archives=True)

    def _verdict(self, folder: str, prefix: str) -> Verdict:
        """Of a folder in an archive, and the ones around it."""
        parts = folder.split("/") if folder else []
        if not self.choice.hidden and any(part.startswith(".") for part in parts):
            return Verdict.HIDDEN
        outer = ("/".join(parts[: count + 1]) for count in range(len(parts)))
        if self._exclude and any(self._exclude.match(prefix + path) for path in outer):
            return Verdict.EXCLUDED
        return Verdict.TAKEN

    def skip(self, kind: str) -> None:
        """Count one that is left out."""
        if self._skipped is not None:
            self._skipped[kind] += 1

    def _excludes(self, path: str, kind: str) -> bool:
        if self._exclude and self._exclude.match(path):
            self.skip(kind)
            return True
        return False
