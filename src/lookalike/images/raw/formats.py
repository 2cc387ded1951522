"""The raw formats of cameras, and how to recognise them."""

from __future__ import annotations

from lookalike.images.raw.boxes import cr3, raf
from lookalike.images.raw.file import RawFile
from lookalike.images.raw.tiff import orf, raw_in_tiff, rw2
from lookalike.images.tiff.directories import ORDERS, Tiff

RW2_MAGIC, ORF_MAGICS = 0x55, (0x4F52, 0x5253)
"""The numbers in their headers in place of TIFF's 42."""

WITH_PREVIEWS = {
    "3FR": (".3fr", ".fff"),
    "ARW": (".arw", ".sr2", ".srf"),
    "CR2": (".cr2",),
    "CR3": (".cr3",),
    "DCR": (".dcr", ".kdc"),
    "DNG": (".dng", ".gpr"),
    "ERF": (".erf",),
    "MEF": (".mef",),
    "MOS": (".mos",),
    "NEF": (".nef", ".nrw"),
    "ORF": (".orf", ".ori"),
    "PEF": (".pef",),
    "RAF": (".raf",),
    "RW2": (".raw", ".rw2", ".rwl"),
    "RWL": (".rwl",),
    "SRW": (".srw",),
}
"""Formats whose previews are found, and the usual extensions."""
WITHOUT_PREVIEWS = {
    "CRW": (".crw",),
    "IIQ": (".iiq",),
    "MRW": (".mrw",),
    "X3F": (".x3f",),
}
"""Formats that are only recognised."""
RAW_FORMATS = {*WITH_PREVIEWS, *WITHOUT_PREVIEWS, "RAW"}
"""The names of all of them. RAW is used if the maker is unknown."""


def raw_file(data: bytes | bytearray) -> RawFile | None:
    """The description of a raw file. None for any other file."""
    if data[4:12] == b"ftypcrx ":
        return cr3(data)
    if data.startswith(b"FUJIFILMCCD-RAW"):
        return raf(data)
    if data.startswith(b"\0MRM"):
        return RawFile("MRW")
    if data.startswith(b"FOVb"):
        return RawFile("X3F")
    if bytes(data[:2]) not in ORDERS:
        return None
    if data[6:14] == b"HEAPCCDR":
        return RawFile("CRW")
    if tiff := Tiff.of(data):
        return raw_in_tiff(tiff)
    if tiff := Tiff.of(data, magics=(RW2_MAGIC,)):
        return rw2(tiff)
    if tiff := Tiff.of(data, magics=ORF_MAGICS):
        return orf(tiff)
    return None
