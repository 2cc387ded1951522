"""What a file is, by its first bytes: to say what is wrong with one that cannot be opened."""

from __future__ import annotations

from typing import NamedTuple

from lookalike.errors import Status

PREFIX_SIZE = 1024

HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
AVIF_BRANDS = {b"avif", b"avis"}

SVG_STARTS = (b"<svg", b"<?xml", b"<!DOCTYPE svg", b"<!--")

# Signatures, the format's name, and how to get it read where Pillow alone does not.
SIGNATURES: list[tuple[bytes, str, str]] = [
    (b"\xff\xd8\xff", "JPEG", ""),
    (b"\x89PNG\r\n\x1a\n", "PNG", ""),
    (b"GIF87a", "GIF", ""),
    (b"GIF89a", "GIF", ""),
    (b"II*\0", "TIFF", ""),
    (b"MM\0*", "TIFF", ""),
    (b"BM", "BMP", ""),
    (b"8BPS", "PSD", ""),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000", ""),
    (b"\xff\x4f\xff\x51", "JPEG 2000", ""),
    (b"DDS ", "DDS", ""),
    (b"\xff\x0a", "JPEG XL", "pip install pillow-jxl-plugin, then import it"),
    (b"\0\0\0\x0cJXL \r\n\x87\n", "JPEG XL", "pip install pillow-jxl-plugin, then import it"),
    (b"%!PS", "EPS", "convert it to PNG; reading it would run Ghostscript"),
    (b"\xc5\xd0\xd3\xc6", "EPS", "convert it to PNG; reading it would run Ghostscript"),
    (b"%PDF", "PDF", "convert its pages to PNG"),
    (b"\xd7\xcd\xc6\x9a", "WMF", "convert it to PNG"),
    (b"FUJIFILMCCD-RAW", "RAF", "convert it to JPEG or TIFF"),
    (b"IIU\0", "RW2", "convert it to JPEG or TIFF"),
    (b"IIRO", "ORF", "convert it to JPEG or TIFF"),
]


class Signature(NamedTuple):
    """A format that was recognised, and how to get it read (empty where it should just work)."""

    format: str
    remedy: str


def recognise(prefix: bytes) -> Signature | None:
    """The format whose signature the first `PREFIX_SIZE` bytes bear; None for no known one."""
    if prefix[4:8] == b"ftyp":
        brand = prefix[8:12]
        if brand in HEIF_BRANDS:
            return Signature("HEIC", "pip install pillow-heif")
        if brand in AVIF_BRANDS:
            return Signature("AVIF", "install a Pillow (11.3 or newer) that was built with AVIF")
        if brand == b"crx ":
            return Signature("CR3", "convert it to JPEG or TIFF")
    if prefix[:4] == b"RIFF" and prefix[8:12] == b"WEBP":
        return Signature("WebP", "")
    text = prefix.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(SVG_STARTS) and b"<svg" in text:
        return Signature("SVG", "convert it to PNG")
    for start, name, remedy in SIGNATURES:
        if prefix.startswith(start):
            return Signature(name, remedy)
    return None


def diagnosis(prefix: bytes, complaint: str) -> tuple[Status, str]:
    """Status and reason for bytes that could not be opened.

    `complaint`: what a decoder said that took them for its own; empty if none did.
    """
    found = recognise(prefix)
    if found is None:
        return Status.NOT_AN_IMAGE, "its content is of no image format that is known here"
    if found.remedy and not complaint:
        return Status.UNSUPPORTED, f"{found.format} is not readable here: {found.remedy}"
    detail = f"its header cannot be read: {complaint}" if complaint else "its header is cut off"
    return Status.DAMAGED, f"it begins as {found.format}, but {detail}"
