"""Recognises formats by their first bytes, to say why a file cannot be opened."""

from __future__ import annotations

from typing import NamedTuple

from lookalike.errors import Status

PREFIX_SIZE = 1024

HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
AVIF_BRANDS = {b"avif", b"avis"}

HEIF_REMEDY = "pip install pillow-heif"
AVIF_REMEDY = "install a Pillow (11.3 or newer) that was built with AVIF"
JXL_REMEDY = "pip install pillow-jxl-plugin"
JPEG_LS_REMEDY = "pip install pillow-jpls"
MAGICK = "convert it to PNG or TIFF, for example with ImageMagick"
DICOM_REMEDY = "convert it to PNG, for example with dcm2img or dcmj2pnm (DCMTK)"

SVG_STARTS = (b"<svg", b"<?xml", b"<!DOCTYPE svg", b"<!--")

# The signature, the format's name, and how to make it readable if Pillow alone cannot read it.
SIGNATURES: list[tuple[bytes, str, str]] = [
    (b"\xff\xd8\xff\xf7", "JPEG-LS", JPEG_LS_REMEDY),
    (b"\xff\xd8\xff", "JPEG", ""),
    (b"\x89PNG\r\n\x1a\n", "PNG", ""),
    (b"GIF87a", "GIF", ""),
    (b"GIF89a", "GIF", ""),
    (b"II*\0", "TIFF", ""),
    (b"MM\0*", "TIFF", ""),
    (b"II+\0", "TIFF", ""),
    (b"MM\0+", "TIFF", ""),
    (b"8BPS", "PSD", ""),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000", ""),
    (b"\xff\x4f\xff\x51", "JPEG 2000", ""),
    (b"DDS ", "DDS", ""),
    (b"\xff\x0a", "JPEG XL", JXL_REMEDY),
    (b"\0\0\0\x0cJXL \r\n\x87\n", "JPEG XL", JXL_REMEDY),
    (b"%!PS", "EPS", "convert it to PNG; reading it would run Ghostscript"),
    (b"\xc5\xd0\xd3\xc6", "EPS", "convert it to PNG; reading it would run Ghostscript"),
    (b"%PDF", "PDF", "convert its pages to PNG"),
    (b"\xd7\xcd\xc6\x9a", "WMF", "convert it to PNG"),
    (b"\x76\x2f\x31\x01", "OpenEXR", MAGICK),
    (b"#?RADIANCE", "Radiance HDR", MAGICK),
    (b"#?RGBE", "Radiance HDR", MAGICK),
    (b"gimp xcf ", "XCF", "export it from GIMP as PNG"),
    (b"AT&TFORM", "DjVu", "convert its pages to TIFF, for example with ddjvu (DjVuLibre)"),
    (b"SDPX", "DPX", MAGICK),
    (b"XPDS", "DPX", MAGICK),
    (b"\x80\x2a\x5f\xd7", "Cineon", MAGICK),
    (b"BPG\xfb", "BPG", "convert it to PNG, for example with bpgdec (libbpg)"),
    (b"FLIF", "FLIF", "convert it to PNG, for example with flif -d"),
    (b"II\xbc\x01", "JPEG XR", "convert it to TIFF, for example with JxrDecApp (jxrlib)"),
    (b"\x97JB2\r\n\x1a\n", "JBIG2", "convert it to PNG, for example with jbig2dec"),
    (b"\x8aMNG\r\n\x1a\n", "MNG", MAGICK),
    (b"\xabKTX ", "KTX", "convert it to PNG, for example with ktx extract (KTX-Software)"),
]

DICOM_AT = 128
"""Where the signature of a DICOM file is. Anything may come before it."""

PILLOW_NAMES = {"HEIC": "HEIF", "WebP": "WEBP", "JPEG 2000": "JPEG2000", "JPEG XL": "JXL"}
"""Pillow's names of formats, if they differ."""

UNSUPPORTED_WORDS = (
    "unknown pixel mode",
    "unsupported",
    "not supported",
    "not implemented",
    "unimplemented",
    "cannot handle",
    "unknown raw mode",
    "unrecognized image mode",
    "unable to determine j2k image mode",
    "codec configuration error",
    "unknown pcx mode",
    "unknown tga mode",
    "unknown mode",
    "unknown compression",
    "unknown blp",
)
"""What decoders say about a sound file that they do not support."""


class Signature(NamedTuple):
    """A recognised format, and how to make it readable (empty if no step is needed)."""

    format: str
    remedy: str


def recognise(prefix: bytes) -> Signature | None:
    """The format with the signature in the first `PREFIX_SIZE` bytes. None if unknown."""
    if prefix[4:8] == b"ftyp":
        brand = prefix[8:12]
        if brand in HEIF_BRANDS:
            return Signature("HEIC", HEIF_REMEDY)
        if brand in AVIF_BRANDS:
            return Signature("AVIF", AVIF_REMEDY)
    if prefix[:4] == b"RIFF" and prefix[8:12] == b"WEBP":
        return Signature("WebP", "")
    if prefix[:2] == b"BM" and prefix[6:10] == bytes(4):
        return Signature("BMP", "")
    text = prefix.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(SVG_STARTS) and b"<svg" in text:
        return Signature("SVG", "convert it to PNG")
    if prefix[DICOM_AT : DICOM_AT + 4] == b"DICM":
        return Signature("DICOM", DICOM_REMEDY)
    for start, name, remedy in SIGNATURES:
        if prefix.startswith(start):
            return Signature(name, remedy)
    return None


def remedies() -> dict[str, str]:
    """How to make formats readable that Pillow alone, or some builds of it, cannot read.

    The keys are Pillow's names of the formats, if it has one.
    """
    known = {name: remedy for _, name, remedy in SIGNATURES if remedy}
    return known | {
        "HEIF": HEIF_REMEDY,
        "AVIF": AVIF_REMEDY,
        "DICOM": DICOM_REMEDY,
        "SVG": "convert it to PNG",
        "WEBP": "install a Pillow that was built with WebP",
        "JPEG2000": "install a Pillow that was built with OpenJPEG",
    }


def pillow_name(format: str) -> str:  # noqa: A002
    """What Pillow calls a format."""
    return PILLOW_NAMES.get(format, format)


def diagnosis(
    found: Signature | None, complaints: dict[str, str], lacking: dict[str, str]
) -> tuple[Status, str]:
    """Status and reason for bytes that could not be opened.

    `found` is the recognised format. `complaints` holds the errors of plug-ins that tried to open
    the bytes. `lacking` holds the messages of those that recognised the bytes but were built
    without their library. Both are by Pillow's name of the format.
    """
    if found is None:
        return Status.NOT_AN_IMAGE, "unrecognised image format"
    plugin = pillow_name(found.format)
    remedy = found.remedy or lacking.get(plugin)
    complaint = complaints.get(plugin)
    if remedy and complaint is None:
        return Status.UNSUPPORTED, f"{found.format} is not readable here: {remedy}"
    if complaint is None:
        return Status.DAMAGED, f"it begins as {found.format}, but its header is cut off"
    return trouble(complaint, f"it begins as {found.format}, but its header cannot be read")


def trouble(complaint: str, summary: str) -> tuple[Status, str]:
    """Status and reason for a decoder's complaint."""
    beyond = any(words in complaint.lower() for words in UNSUPPORTED_WORDS)
    status = Status.UNSUPPORTED if beyond else Status.DAMAGED
    return status, f"{summary}: {complaint}"


def complaint_of(error: Exception) -> str:
    """The complaint of a decoder, in words, from the exception it raised."""
    words = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, NotImplementedError):
        return f"not implemented: {words}"
    cause = error.__cause__  # Pillow wraps the exceptions of its plug-ins
    if isinstance(cause, KeyError) and any(isinstance(one, tuple) for one in cause.args):
        return f"unsupported mode: {words}"  # for example PSD's mode and its bits
    return words
