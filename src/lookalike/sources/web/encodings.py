"""Unpacks the bodies of HTTP responses that a server has compressed without being asked."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

from lookalike.errors import ImageError, Status
from lookalike.sources.archives.limits import absurdity
from lookalike.sources.archives.unpacking import GZIP, Inflater

ASKED_FOR = "identity"
PIECE = 1 << 16
"""The most bytes that are unpacked at a time."""
LONGEST = 80
"""How many characters of a header are quoted. Headers may have any length."""


def encodings_of(header: str) -> list[str]:
    """The names in a `Content-Encoding`, except the one that means no encoding."""
    names = (name.strip().lower() for name in header.split(","))
    return [name for name in names if name not in {"", ASKED_FOR}]


def decoded(chunks: Iterable[bytes], encodings: list[str]) -> Iterator[bytes]:
    """Yield the contents of `chunks`, unpacked a little at a time.

    Some servers use gzip whatever the request asks for. Raises `ImageError` for any other encoding,
    including gzip within gzip, and for data that unpacks to far more than any picture would.
    """
    if not encodings:
        return iter(chunks)
    if encodings in (["gzip"], ["x-gzip"]):
        return _unzipped(chunks)
    named = ", ".join(encodings)[:LONGEST]
    reason = f"the server sent the encoding {named!r}, but {ASKED_FOR!r} was requested"
    raise ImageError(Status.UNREADABLE, reason)


def _unzipped(chunks: Iterable[bytes]) -> Iterator[bytes]:
    inflater = Inflater(GZIP)
    packed = size = 0
    try:
        for chunk in chunks:
            if inflater.eof:  # the rest has no meaning
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
