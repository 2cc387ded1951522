"""`Xmp`: the few facts of an XMP packet that help to choose between copies.

A packet is searched for a few names, not parsed. So nothing in it can be expanded, and a broken one
still tells what it can.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from lookalike.images.metadata.exif import moment

_begin = rb'(?:="|>)\s*'
_rating = re.compile(rb"xmp:Rating" + _begin + rb"(-?[0-9])").search
_taken = re.compile(
    rb"(?:exif:DateTimeOriginal|photoshop:DateCreated)"
    + _begin
    + rb"([0-9-]{10}T[0-9:.]{8,18})([+-][0-9:]{5})?"
).search
_camera = re.compile(rb"tiff:Model" + _begin + rb'([^<"]{1,100})').search
_gps = re.compile(rb"exif:GPSLatitude" + _begin + rb"[0-9]").search
_entry = re.compile(rb"<rdf:li[^>]{0,200}>\s*[^<\s]").search


class Xmp(NamedTuple):
    """Facts from an XMP packet."""

    taken_ns: int | None = None
    """As in `Exif`."""
    camera: str = ""
    gps: bool = False
    keywords: bool = False
    rating: bool = False


def xmp_of(packet: bytes) -> Xmp:
    """The facts of a packet."""
    if not packet:
        return Xmp()
    taken, camera, rating = _taken(packet), _camera(packet), _rating(packet)
    begin = packet.find(b"<dc:subject")
    end = packet.find(b"</dc:subject", begin) if begin >= 0 else -1
    return Xmp(
        taken_ns=moment(taken[1].decode(), (taken[2] or b"").decode()) if taken else None,
        camera=camera[1].decode("utf-8", "replace").strip() if camera else "",
        gps=_gps(packet) is not None,
        keywords=end >= 0 and _entry(packet[begin:end]) is not None,
        rating=rating is not None and rating[1] != b"0",
    )
