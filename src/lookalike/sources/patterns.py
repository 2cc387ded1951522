"""Patterns of names, as accepted by `--include` and `--exclude`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import translate
from unicodedata import normalize


class Patterns:
    """Any number of patterns. A path matches if at least one of them matches.

    `*` matches any characters, `?` one character, `[abc]` one of these and `[!abc]` any other.
    Patterns are case-sensitive. A pattern with a slash is matched against the whole path, relative
    to the folder that was named, and its `*` also matches slashes. A pattern without a slash is
    matched against the last name only. A trailing slash is ignored. A letter and its accent match
    whether they are one character or two.
    """

    def __init__(self, patterns: Iterable[str]) -> None:
        """Raises `TypeError` for a pattern that is not a str, `ValueError` for an empty one."""
        patterns = [patterns] if isinstance(patterns, str) else list(patterns)
        for pattern in patterns:
            if not isinstance(pattern, str):
                raise TypeError(f"a pattern must be a str, not {pattern!r}")
            if not pattern.strip("/"):
                raise ValueError(f"{pattern!r} is not a pattern for names")
        stripped = [composed(pattern.rstrip("/")) for pattern in patterns]
        self._of_names = _any_of(pattern for pattern in stripped if "/" not in pattern)
        self._of_paths = _any_of(pattern.lstrip("/") for pattern in stripped if "/" in pattern)

    def __bool__(self) -> bool:
        return self._of_names is not None or self._of_paths is not None

    def match(self, path: str) -> bool:
        """Whether a relative path with slashes matches."""
        path = composed(path)
        if self._of_names and self._of_names.match(path, path.rfind("/") + 1):
            return True
        return self._of_paths is not None and self._of_paths.match(path) is not None


def composed(text: str) -> str:
    """The text with each letter and its accent as one character, if that character exists.

    Typed text is usually composed like this. File names from a Mac are not.
    """
    return text if text.isascii() else normalize("NFC", text)


def _any_of(patterns: Iterable[str]) -> re.Pattern[str] | None:
    expressions = [translate(pattern) for pattern in patterns]
    return re.compile("|".join(expressions)) if expressions else None
