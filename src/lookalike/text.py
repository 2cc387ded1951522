"""Text for people: names with odd bytes on one line, and numbers with nouns."""

from __future__ import annotations


def visible(text: str) -> str:
    """The text with escapes for bytes that are not valid text, which file names may contain."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def printable(text: str) -> str:
    """The text as one line: control characters and odd bytes become escapes."""
    if text.isprintable():
        return text
    characters = visible(text)
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode() for c in characters
    )


def plural(count: int, noun: str) -> str:
    """`1 image`, `2 images`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def size(count: int) -> str:
    """A number of bytes, such as `1 byte`, `999 bytes` or `1.2 MB`."""
    if count < 1000:
        return plural(count, "byte")
    amount = float(count)
    for unit in "kMGTPEZ":
        amount /= 1000
        if amount < 1000:
            return f"{amount:.1f} {unit}B"
    return f"{amount / 1000:,.1f} YB"
