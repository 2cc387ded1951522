"""`Choice`: what a caller wants of folders, archives and the like, and the `Sieve` made of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum, auto

from lookalike.sources.archives.limits import ArchiveLimits
from lookalike.sources.kinds import is_archive, other_kind
from lookalike.sources.patterns import Patterns
from lookalike.sources.web.urls import Fetch, check_fetch


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
    follow_links: bool = True
    """Take what symbolic links lead to."""
    column: str | None = None
    """Of Parquet files; None takes the one that can hold images."""
    fetch: Fetch = "any"
    """Which hosts URLs may lead to. `public` also refuses addresses that are left to fsspec."""

    def __post_init__(self) -> None:
        check_fetch(self.fetch)


class Verdict(Enum):
    """What becomes of a path among all that is found."""

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
        refused = self._refused(name, prefix, archives)
        if refused:
            self.skip(refused)
        return refused is None

    def _refused(self, name: str, prefix: str, archives: bool | None = None) -> str | None:
        """As what a file is left out, empty where that is not counted; None for one to take."""
        if name.startswith(".") and not self.choice.hidden:
            return ""
        if self._skipped is not None and (kind := other_kind(name)):
            if not (is_archive(name) and (self.choice.archives if archives is None else archives)):
                return kind
        elif self._include and not self._include.match(prefix + name):
            return "excluded"
        return "excluded" if self._exclude and self._exclude.match(prefix + name) else None

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
        if not self.choice.hidden and any(part.startswith(".") for part in folder.split("/")):
            return Verdict.HIDDEN
        if self._exclude and any(self._exclude.match(prefix + path) for path in _outer(folder)):
            return Verdict.EXCLUDED
        return Verdict.TAKEN

    def verdict(self, path: str, prefix: str, *, is_folder: bool) -> Verdict:
        """Whether the walk over a folder takes a path in it. Nothing is counted."""
        if not path:
            return Verdict.TAKEN
        folder, _, name = path.rpartition("/")
        if self._exclude and any(self._exclude.match(prefix + one) for one in _outer(path)):
            return Verdict.EXCLUDED
        if (folder or is_folder) and not self.choice.recursive:
            return Verdict.HIDDEN
        if self._verdict(path if is_folder else folder, prefix) is Verdict.HIDDEN:
            return Verdict.HIDDEN
        prefix = f"{prefix}{folder}/" if folder else prefix
        is_taken = is_folder or self._refused(name, prefix) is None
        return Verdict.TAKEN if is_taken else Verdict.HIDDEN

    def skip(self, kind: str) -> None:
        """Count one that is left out."""
        if self._skipped is not None:
            self._skipped[kind] += 1

    def _excludes(self, path: str, kind: str) -> bool:
        if self._exclude and self._exclude.match(path):
            self.skip(kind)
            return True
        return False


def _outer(path: str) -> Iterator[str]:
    """The folders around a path, from the outermost, and the path itself; of none, none."""
    parts = path.split("/") if path else []
    return ("/".join(parts[: count + 1]) for count in range(len(parts)))
