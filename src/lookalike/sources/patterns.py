"""Patterns of names, as `--include` and `--exclude` take them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import translate
from unicodedata import normalize


class Patterns:
    """Any number of patterns: a path matches if one of them does.

    `*` stands for any characters, `?` for one, `[abc]` for one of these and `[!abc]` for any other;
    case counts. A pattern with a slash is held against the whole path, relative to the folder that
    was named, and its `*` takes slashes too; one without is held against the last name alone. A
    slash at the end is of no account, nor is whether a letter and its accent are one character or
    two.
    """

    def __init__(self, patterns: Iterable[str]) -> None:
        """Raises `TypeError` for anything but texts, `ValueError` for an empty one."""
        patterns = [patterns] if isinstance(patterns, str) else list(patterns)
        for pattern in patterns:
            if not isinstance(pattern, str):
                raise TypeError(f"a pattern must be a str, not {pattern!r}")
            if not pattern.strip("/"):
                raise ValueError(f"{pattern!r} is no pattern of names")
        stripped = [composed(pattern.rstrip("/")) for pattern in patterns]
        self._of_names = _any_of(pattern for pattern in stripped if "/" not in pattern)
        self._of_paths = _any_of(pattern.lstrip("/") for pattern in stripped if "/" in pattern)

    def __bool__(self) -> bool:
        return self._of_names is not None or self._of_paths is not None

    def match(self, path: str) -> bool:
        """Whether a relative path, its parts separated by slashes, matches."""
        path = composed(path)
        if self._of_names and self._of_names.match(path, path.rfind("/") + 1):
            return True
        return self._of_paths is not None and self._of_paths.match(path) is not None


def composed(text: str) -> str:
    """The text with letters and their accents as one character each, as far as there is one.

    What is typed mostly has them so; the names of files from a Mac do not.
    """
    return text if text.isascii() else normalize("NFC", text)


def _any_of(patterns: Iterable[str]) -> re.Pattern[str] | None:
    expressions = [translate(pattern) for pattern in patterns]
    return re.compile("|".join(expressions)) if expressions else None
