"""Raw files as cameras write them, with enough content to identify what is in them."""

from __future__ import annotations

import io
import struct
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Value = bytes | int | tuple[int, ...]
Entry = tuple[int, Value]
SHORT, LONG, UNDEFINED, FRACTION = 3, 4, 7, 5
CFA = 32803


@cache
def scene(seed: int, size: tuple[int, int] = (640, 480)) -> Image.Image:
    """A picture of some large spots, a different one for each seed."""
    width, height = size
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width] / max(size)
    picture = np.zeros((height, width, 3))
    for _ in range(12):
        at, wide = random.random(2) * (width, height) / max(size), 0.03 + 0.1 * random.random()
        spot = np.exp(-((x - at[0]) ** 2 + (y - at[1]) ** 2) / wide**2)
        picture += spot[..., None] * random.random(3)
    return Image.fromarray((255 * np.clip(picture, 0, 1)).astype(np.uint8))


def jpeg(picture: Image.Image, size: tuple[int, int] | None = None, **options: Any) -> bytes:
    file = io.BytesIO()
    picture.resize(size or picture.size).save(file, "JPEG", quality=92, **options)
    return file.getvalue()


class Builder:
    """A TIFF assembled from its parts, each of which gives its place in the file."""

    def __init__(self, order: str = "<", magic: int = 42, room: bytes = b"") -> None:
        self.order = order
        mark = b"II" if order == "<" else b"MM"
        self.data = bytearray(mark + struct.pack(order + "HI", magic, 0) + room)

    def add(self, part: bytes) -> int:
        self.data += bytes(len(self.data) % 2)
        at = len(self.data)
        self.data += part
        return at

    def directory(self, entries: dict[int, Entry], following: int = 0, base: int = 0) -> int:
        """`entries` has type and value by tag. `base` is where offsets count from."""
        packed = []
        for tag, (kind, value) in sorted(entries.items()):
            values = (value,) if isinstance(value, int) else value
            if isinstance(values, bytes):
                count, raw = len(values), values
            else:
                count = len(values) // (2 if kind == FRACTION else 1)
                letter = "H" if kind == SHORT else "I"
                raw = struct.pack(f"{self.order}{len(values)}{letter}", *values)
            if len(raw) > 4:
                raw = struct.pack(self.order + "I", self.add(raw) - base)
            packed.append(struct.pack(self.order + "HHI", tag, kind, count) + raw.ljust(4, b"\0"))
        head = struct.pack(self.order + "H", len(packed))
        return self.add(head + b"".join(packed) + struct.pack(self.order + "I", following))

    def done(self, first: int) -> bytes:
        struct.pack_into(self.order + "I", self.data, 4, first)
        return bytes(self.data)


def stored(
    at: int,
    length: int,
    size: tuple[int, int],
    photometric: int,
    bits: tuple[int, ...],
    **more: int,
) -> dict[int, Entry]:
    """The entries of a picture in one strip."""
    return {
        254: (LONG, more.get("subfile", 0)),
        256: (LONG, size[0]),
        257: (LONG, size[1]),
        258: (SHORT, bits),
        259: (SHORT, more.get("compression", 1)),
        262: (SHORT, photometric),
        273: (LONG, at),
        277: (SHORT, len(bits)),
        278: (LONG, size[1]),
        279: (LONG, length),
    }


def sensor(
    build: Builder, picture: Image.Image, more: dict[int, Entry] | None = None
) -> dict[int, Entry]:
    grey = np.asarray(picture.convert("L"), np.uint16) * 64
    data = grey.astype(build.order + "u2").tobytes()
    entries = stored(build.add(data), len(data), picture.size, CFA, (16,))
    return entries | {33421: (SHORT, (2, 2)), 33422: (1, b"\0\1\1\2")} | (more or {})


def thumbnail(build: Builder, picture: Image.Image, **more: int) -> dict[int, Entry]:
    small = np.asarray(picture.resize((160, 120))).tobytes()
    return stored(build.add(small), len(small), (160, 120), 2, (8, 8, 8), subfile=1, **more)


def text(words: str) -> Entry:
    return 2, words.encode() + b"\0"


def nef(
    picture: Image.Image, preview: bytes | None, orientation: int = 1, order: str = ">"
) -> bytes:
    """Nikon's: a thumbnail, and under it the preview and the sensor's data."""
    build = Builder(order)
    under = []
    if preview is not None:
        at = build.add(preview)
        under.append(build.directory({254: (LONG, 1), 513: (LONG, at), 514: (LONG, len(preview))}))
    under.append(build.directory(sensor(build, picture)))
    return build.done(
        build.directory(
            thumbnail(build, picture)
            | {
                271: text("NIKON CORPORATION"),
                274: (SHORT, orientation),
                330: (LONG, tuple(under)),
            }
        )
    )


def dng(
    picture: Image.Image,
    preview: bytes | None,
    orientation: int = 1,
    crop: tuple[int, int] = (0, 0),
) -> bytes:
    """Adobe's: the same, with a directory that says how the preview is stored."""
    build = Builder("<")
    cut: dict[int, Entry] = {}
    if crop[0]:
        cut = {50720: (FRACTION, (crop[0], 1, crop[1], 1))}
    under = [build.directory(sensor(build, picture, cut))]
    if preview is not None:
        with Image.open(io.BytesIO(preview)) as image:
            size = image.size
        entries = stored(
            build.add(preview), len(preview), size, 6, (8, 8, 8), subfile=1, compression=7
        )
        under.append(build.directory(entries))
    return build.done(
        build.directory(
            thumbnail(build, picture)
            | {
                271: text("Ricoh"),
                274: (SHORT, orientation),
                330: (LONG, tuple(under)),
                50706: (1, b"\1\4\0\0"),
                50708: text("Ricoh GR"),
            }
        )
    )


def dng_in_strips(picture: Image.Image, size: tuple[int, int]) -> bytes:
    """A DNG whose preview is two strips of RGB instead of a JPEG."""
    build = Builder("<")
    pixels = np.asarray(picture.resize(size))
    half = size[1] // 2
    parts = [pixels[:half].tobytes(), pixels[half:].tobytes()]
    entries = stored(0, 0, size, 2, (8, 8, 8), subfile=1) | {
        273: (LONG, tuple(build.add(part) for part in parts)),
        278: (LONG, half),
        279: (LONG, tuple(map(len, parts))),
    }
    under = (build.directory(sensor(build, picture)), build.directory(entries))
    first = thumbnail(build, picture) | {330: (LONG, under), 50706: (1, b"\1\4\0\0")}
    return build.done(build.directory(first))


def arw(picture: Image.Image, preview: bytes, orientation: int = 1) -> bytes:
    """Sony's: the preview in the first directory."""
    build = Builder("<")
    under = build.directory(sensor(build, picture))
    first: dict[int, Entry] = {
        254: (LONG, 1),
        259: (SHORT, 6),
        271: text("SONY"),
        274: (SHORT, orientation),
        330: (LONG, under),
        513: (LONG, build.add(preview)),
        514: (LONG, len(preview)),
    }
    return build.done(build.directory(first))


def pef(picture: Image.Image, preview: bytes, orientation: int = 1) -> bytes:
    """Pentax': the sensor's data first, the preview last in the chain."""
    build = Builder(">")
    last = build.directory({513: (LONG, build.add(preview)), 514: (LONG, len(preview))})
    more = {271: text("PENTAX"), 274: (SHORT, orientation)}
    return build.done(build.directory(sensor(build, picture) | more, last))


def cr2(picture: Image.Image, preview: bytes, orientation: int = 1) -> bytes:
    """Canon's: a JPEG in one strip first, and the size only in the EXIF."""
    build = Builder("<", room=b"CR\2\0" + bytes(4))
    lossless = build.add(bytes(5000))
    last = build.directory({259: (SHORT, 6), 273: (LONG, lossless), 279: (LONG, 5000)})
    exif = build.directory({40962: (SHORT, picture.width), 40963: (SHORT, picture.height)})
    first: dict[int, Entry] = {
        259: (SHORT, 6),
        271: text("Canon"),
        273: (LONG, build.add(preview)),
        274: (SHORT, orientation),
        279: (LONG, len(preview)),
        34665: (LONG, exif),
    }
    return build.done(build.directory(first, last))


def rw2(picture: Image.Image, preview: bytes, orientation: int = 1) -> bytes:
    """Panasonic's: borders of the sensor instead of a size."""
    build = Builder("<", magic=0x55)
    first: dict[int, Entry] = {
        2: (SHORT, picture.width + 20),
        3: (SHORT, picture.height + 10),
        4: (SHORT, 4),
        5: (SHORT, 8),
        6: (SHORT, picture.height + 4),
        7: (SHORT, picture.width + 8),
        0x2E: (UNDEFINED, preview),
        274: (SHORT, orientation),
    }
    return build.done(build.directory(first))


def orf(picture: Image.Image, preview: bytes, orientation: int = 1, new: bool = True) -> bytes:
    """Olympus': only the maker note refers to the preview."""
    build = Builder("<", magic=0x4F52)
    at = build.add(preview)
    head = b"OM SYSTEM\0\0\0II\4\0" if new else b"OLYMP\0\1\0"
    base = build.add(head + bytes(2 + 12 + 4)) if new else 0
    if new:  # a directory of one entry, the settings, whose offsets count from the note
        where = build.add(preview)
        settings = build.directory(
            {0x101: (LONG, where - base), 0x102: (LONG, len(preview))}, base=base
        )
        note = struct.pack("<HHHII", 1, 0x2020, 13, 1, settings - base)
        build.data[base + 16 : base + 16 + len(note)] = note
    else:
        note = struct.pack("<HHHIIHHIII", 2, 0x88, 4, 1, at, 0x89, 4, 1, len(preview), 0)
        base = build.add(head + note)
    end = len(build.data)
    exif = build.add(struct.pack("<HHHIII", 1, 37500, UNDEFINED, end - base, base, 0))
    data = bytes(2 * picture.width * picture.height)
    first = stored(build.add(data), len(data), picture.size, 1, (16,)) | {
        271: text("OLYMPUS CORPORATION"),
        274: (SHORT, orientation),
        34665: (LONG, exif),
    }
    return build.done(build.directory(first))


def raf(picture: Image.Image, preview: bytes) -> bytes:
    """Fujifilm's: the height before the width."""
    header = struct.pack(">IHHHHHHHH", 2, 0x100, 4, picture.height + 8, picture.width + 16,
                         0x111, 4, picture.height, picture.width)  # fmt: skip
    start = b"FUJIFILMCCD-RAW 0201FF393101X100F".ljust(60, b"\0") + b"0100" + bytes(20)
    at, data = 148, bytes(1000)
    places = struct.pack(">IIIIII", at, len(preview), at + len(preview), len(header),
                         at + len(preview) + len(header), len(data))  # fmt: skip
    return (start + places).ljust(at, b"\0") + preview + header + data


def box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(body), kind) + body


def cr3(picture: Image.Image, preview: bytes, orientation: int = 1, track: bool = True) -> bytes:
    """Canon's newer one: the preview as the first track, or in its own box."""
    main = Builder("<")
    sizes = {256: (SHORT, picture.width), 257: (SHORT, picture.height), 274: (SHORT, orientation)}
    tiff = main.done(main.directory(sizes))  # type: ignore[arg-type]
    canon = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48")
    others = bytes.fromhex("eaf42b5e1c984b88b9fbb7dc406e4d16")
    start = box(b"ftyp", b"crx \0\0\0\1crx isom")
    small = jpeg(picture, (160, 120))
    thumb = box(b"THMB", bytes(16) + small)

    def moov(at: int) -> bytes:
        table = box(b"stsz", struct.pack(">III", 0, len(preview), 1)) + box(
            b"co64", struct.pack(">IIQ", 0, 1, at)
        )
        trak = box(b"trak", box(b"mdia", box(b"minf", box(b"stbl", table))))
        parts = box(b"uuid", canon + box(b"CMT1", tiff) + thumb)
        return box(b"moov", parts + (trak if track else b""))

    view = box(b"PRVW", bytes(16) + (small if track else preview))
    view = box(b"uuid", others + bytes(8) + view)
    at = len(start) + len(moov(0)) + len(view) + 8
    return start + moov(at) + view + box(b"mdat", (preview if track else b"") + bytes(1000))


def pages(count: int, order: str = "<", loop: bool = False) -> bytes:
    """A TIFF of this many small pages with the same pixels. The last may point back."""
    pixels: NDArray[np.uint8] = np.random.default_rng(count).integers(0, 256, (8, 8), np.uint8)
    build = Builder(order)
    at = build.add(pixels.tobytes())
    body = stored(at, 64, (8, 8), 1, (8,))
    size = 2 + 12 * len(body) + 4
    begin = len(build.data)
    for k in range(count):
        last = begin if loop else 0
        build.directory(body, begin + (k + 1) * size if k + 1 < count else last)
    return build.done(begin)
