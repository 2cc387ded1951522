"""`Choice`: which files in folders and archives a caller wants. `Sieve` applies it to names."""

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
    """Which of the files found are read. Whatever a caller names is always read."""

    recursive: bool = True
    """Search sub-folders."""
    hidden: bool = False
    """Include names with a leading dot."""
    include: str | Iterable[str] = ()
    """Include only files that match one of these `Patterns`, if there are any."""
    exclude: str | Iterable[str] = ()
    """Leave out files and folders that match one of these."""
    archives: bool = False
    """Also read archives that are found."""
    archive_limits: ArchiveLimits = field(default_factory=ArchiveLimits)
    follow_links: bool = True
    """Read what symbolic links lead to."""
    column: str | None = None
    """The column of Parquet files. None means the one that can hold images."""
    fetch: Fetch = "any"
    """Which hosts URLs may lead to. `public` also refuses addresses that fsspec opens."""

    def __post_init__(self) -> None:
        check_fetch(self.fetch)


class Verdict(Enum):
    """Whether a path that was found is read, and if not, why."""

    TAKEN = auto()
    HIDDEN = auto()
    EXCLUDED = auto()


class Sieve:
    """Decides which of the names found are read, and counts the others by kind."""

    def __init__(self, choice: Choice, skipped: Counter[str] | None) -> None:
        """`skipped`: where to count. With None, no file is left out because of its kind."""
        self.choice = choice
        self._skipped = skipped
        self._include = Patterns(choice.include)
        self._exclude = Patterns(choice.exclude)
        self._folder = ("", Verdict.TAKEN)

    def takes_file(self, name: str, prefix: str, *, archives: bool | None = None) -> bool:
        """Whether to read a file. Counts it if not.

        `prefix` is the folder in which `name` was found, with a trailing slash. `archives`: whether
        to accept archives. None means the setting of the choice.
        """
        refused = self._refused(name, prefix, archives)
        if refused:
            self.skip(refused)
        return refused is None

    def _refused(self, name: str, prefix: str, archives: bool | None = None) -> str | None:
        """The kind under which a file is left out, or None to read it. Empty if not counted."""
        if name.startswith(".") and not self.choice.hidden:
            return ""
        if self._skipped is not None and (kind := other_kind(name)):
            if not (is_archive(name) and (self.choice.archives if archives is None else archives)):
                return kind
        elif self._include and not self._include.match(prefix + name):
            return "excluded"
        return "excluded" if self._exclude and self._exclude.match(prefix + name) else None

    def takes_path(self, path: str) -> bool:
        """Like `takes_file`, but only the patterns matter."""
        if self._include and not self._include.match(path):
            self.skip("excluded")
            return False
        return not self._excludes(path, "excluded")

    def takes_folder(self, name: str, prefix: str) -> bool:
        """Like `takes_file`, for a folder."""
        if name.startswith(".") and not self.choice.hidden:
            return False
        return not self.excludes_folder(prefix + name)

    def leave_folder(self, name: str, prefix: str, *, is_link: bool) -> None:
        """Count a folder that is left out only because sub-folders are not searched."""
        if (self.choice.follow_links or not is_link) and self.takes_folder(name, prefix):
            self.skip("sub-folder")

    def excludes_folder(self, path: str) -> bool:
        """Whether a pattern excludes a folder."""
        return self._excludes(path, "excluded folder")

    def takes_member(self, path: str, prefix: str) -> bool:
        """Like `takes_file`, for a path within an archive, whose folders matter too.

        Archives in archives are accepted here, so that they can be reported.
        """
        folder, _, name = path.rpartition("/")
        if self._folder[0] != prefix + folder:  # members of one folder usually follow each other
            self._folder = (prefix + folder, self._verdict(folder, prefix))
        verdict = self._folder[1]
        if verdict is Verdict.EXCLUDED:
            self.skip("excluded")
        if verdict is not Verdict.TAKEN:
            return False
        return self.takes_file(name, f"{prefix}{folder}/" if folder else prefix, archives=True)

    def _verdict(self, folder: str, prefix: str) -> Verdict:
        """The verdict on a folder in an archive and the folders around it."""
        if not self.choice.hidden and any(part.startswith(".") for part in folder.split("/")):
            return Verdict.HIDDEN
        if self._exclude and any(self._exclude.match(prefix + path) for path in _outer(folder)):
            return Verdict.EXCLUDED
        return Verdict.TAKEN

    def verdict(self, path: str, prefix: str, *, is_folder: bool) -> Verdict:
        """The verdict of a walk over a folder on a path in it. Nothing is counted."""
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
        """Count one file or folder as left out."""
        if self._skipped is not None:
            self._skipped[kind] += 1

    def _excludes(self, path: str, kind: str) -> bool:
        if self._exclude and self._exclude.match(path):
            self.skip(kind)
            return True
        return False


def _outer(path: str) -> Iterator[str]:
    """The folders around a path, outermost first, then the path. Nothing for an empty path."""
    parts = path.split("/") if path else []
    return ("/".join(parts[: count + 1]) for count in range(len(parts)))
