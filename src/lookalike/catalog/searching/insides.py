"""What is known about the inside of contents, joined from several looks."""

from __future__ import annotations

from lookalike.catalog.store.looks import Inside
from lookalike.hashing.content import Content, Depth


def joined(new: Inside, old: Inside | None) -> Inside:
    """All that is known about a content."""
    if old is None:
        return new
    return Inside(
        new.digest or old.digest,
        old.pixels if new.pixels is None else new.pixels,
        old.lost if new.lost is None else new.lost,
        old.metadata if new.metadata is None else new.metadata,
    )


def content_of(inside: Inside | None, size: int, depth: Depth) -> Content | None:
    """What is known about a content, if it answers a question of some depth."""
    if inside is None:
        return None
    digest = inside.digest or b""
    answers = {
        Depth.BYTES: bool(digest),
        Depth.PIXELS: inside.pixels is not None,
        Depth.END: inside.lost is not None,
    }
    return Content(size, digest, inside.pixels or b"", lost=inside.lost) if answers[depth] else None
