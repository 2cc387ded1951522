"""Text for people: names that hold odd bytes, one line each, and numbers with nouns."""

from __future__ import annotations


def visible(text: str) -> str:
    """The text with escapes in place of bytes that are not valid text, as file names may hold."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def printable(text: str) -> str:
    """The text as one line: control characters and odd bytes become escapes."""
    characters = visible(text)
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode() for c in characters
    )


def plural(count: int, noun: str) -> str:
    """`1 image`, `2 images`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
