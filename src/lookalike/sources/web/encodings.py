"""Bodies of HTTP answers as they are, though the server has packed them unasked."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

from lookalike.errors import ImageError, Status
from lookalike.sources.archives.limits import absurdity
from lookalike.sources.archives.unpacking import GZIP, Inflater

ASKED_FOR = "identity"
PIECE = 1 << 16
"""The most that is unpacked at a time."""
LONGEST = 80
"""How much is quoted of a header, which may have any length."""


def encodings_of(header: str) -> list[str]:
    """The names in a `Content-Encoding`, but for the one that means none."""
    names = (name.strip().lower() for name in header.split(","))
    return [name for name in names if name not in {"", ASKED_FOR}]


def decoded(chunks: Iterable[bytes], encodings: list[str]) -> Iterator[bytes]:
    """What comes in `chunks`, unpacked a little at a time.

    Some servers use gzip whatever they are asked for. Raises `ImageError` for anything else, gzip
    within gzip included, and for what unpacks as no picture does.
    """
    if not encodings:
        return iter(chunks)
    if encodings in (["gzip"], ["x-gzip"]):
        return _unzipped(chunks)
    named = ", ".join(encodings)[:LONGEST]
    reason = f"it comes encoded as {named!r}; {ASKED_FOR!r} was asked for"
    raise ImageError(Status.UNREADABLE, reason)


def _unzipped(chunks: Iterable[bytes]) -> Iterator[bytes]:
    inflater = Inflater(GZIP)
    packed = size = 0
    try:
        for chunk in chunks:
            if inflater.eof:  # what follows means nothing
                continue
            packed += len(chunk)
            piece = inflater.decompress(chunk, PIECE)
            while piece:
                size += len(piece)
                if error := absurdity(size, packed):
                    raise error
                yield piece
                piece = b"" if inflater.needs_input else inflater.decompress(b"", PIECE)
    except zlib.error as error:
        raise ImageError(Status.UNREADABLE, f"its gzip encoding is broken: {error}") from error
    if not inflater.eof:
        raise ImageError(Status.UNREADABLE, "its gzip encoding ends too soon")
