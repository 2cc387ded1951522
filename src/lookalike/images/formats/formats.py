"""Which formats this installation reads, and how to make the others readable."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from importlib.util import find_spec
from typing import Any

from PIL import Image
from PIL import __version__ as pillow_version

from lookalike.images.formats.plugins import PLUGINS, is_read
from lookalike.images.formats.signatures import pillow_name, remedies
from lookalike.images.pillow.opening import NEVER_OPENED, make_readable, openable
from lookalike.images.raw.formats import WITH_PREVIEWS, WITHOUT_PREVIEWS

JPEG = "JPEG"
RAW_REMEDY = "pip install rawpy"
ALIASES = {"MPO"}
"""Pillow's formats that extend another one."""
EXTENSIONS = {
    "BPG": (".bpg",),
    "Cineon": (".cin",),
    "DICOM": (".dcm",),
    "DPX": (".dpx",),
    "DjVu": (".djv", ".djvu"),
    "FLIF": (".flif",),
    "HEIF": (".heic", ".heif"),
    "JBIG2": (".jb2",),
    "JPEG XL": (".jxl",),
    "JPEG XR": (".hdp", ".jxr", ".wdp"),
    "JPEG-LS": (".jls",),
    "KTX": (".ktx",),
    "MNG": (".mng",),
    "OpenEXR": (".exr",),
    "Photoshop PSB": (".psb",),
    "Radiance HDR": (".hdr",),
    "SVG": (".svg",),
    "XCF": (".xcf",),
}
"""The extensions of formats that no installed package has registered with Pillow."""


@dataclass(frozen=True, slots=True)
class Format:
    """An image format."""

    name: str
    extensions: tuple[str, ...]
    """The usual extensions. The content of a file decides."""
    readable: bool
    through: str
    """The library that decodes it. Empty if there is none."""
    fast: bool
    """Whether fast reading decodes only as much of it as a hash needs."""
    remedy: str
    """How to make it readable. Empty if it already is."""

    def to_dict(self) -> dict[str, Any]:
        """As plain types."""
        return asdict(self) | {"extensions": list(self.extensions)}


def formats() -> list[Format]:
    """All known formats, sorted by name, with the readable ones first."""
    for name in PLUGINS:
        make_readable(name)
    readable = {name for name in openable() if name not in ALIASES and is_read(name)}
    known = [
        Format(name, _extensions(name), True, _library(name), name == JPEG, "") for name in readable
    ]
    known += [
        Format(name, _extensions(name), False, "", False, remedy)
        for name, remedy in remedies().items()
        if pillow_name(name) not in readable
    ]
    known += _raw_formats()
    return sorted(known, key=lambda one: (not one.readable, one.name))


def _raw_formats() -> list[Format]:
    """The raw formats of cameras. Without rawpy, only their previews are read."""
    has_rawpy = find_spec("rawpy") is not None
    previews = "its preview" + (", else rawpy (half size)" if has_rawpy else "; else " + RAW_REMEDY)
    known = [
        Format(name, endings, True, previews, False, "") for name, endings in WITH_PREVIEWS.items()
    ]
    known += [
        Format(
            name=name,
            extensions=endings,
            readable=has_rawpy,
            through="rawpy (half size)" if has_rawpy else "",
            fast=False,
            remedy="" if has_rawpy else RAW_REMEDY,
        )
        for name, endings in WITHOUT_PREVIEWS.items()
    ]
    return known


def _library(name: str) -> str:
    if name == JPEG:
        return "libjpeg-turbo (simplejpeg), else Pillow"
    package = Image.OPEN[name][0].__module__.partition(".")[0]
    return f"Pillow {pillow_version}" if package == "PIL" else package.replace("_", "-")


def _extensions(name: str) -> tuple[str, ...]:
    if name in NEVER_OPENED:
        return (f".{name.lower()}",)
    endings = Image.registered_extensions()
    registered = tuple(sorted(ending for ending, of in endings.items() if of == name))
    return registered or EXTENSIONS.get(name, ())
