"""Pictures and archives of them, made in memory."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from functools import cache

import numpy as np
from backports import zstd

from files import encoded

Files = Mapping[str, bytes]


@cache
def png(seed: int) -> bytes:
    """A small picture of its own."""
    return encoded(np.random.default_rng(seed).integers(0, 256, (12, 16, 3), np.uint8))


def zip_of(files: Files, method: int = zipfile.ZIP_DEFLATED, comment: bytes = b"") -> bytes:
    """A zip archive."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        archive.comment = comment
        for name, data in files.items():
            archive.writestr(name, data)
    return file.getvalue()


def changed(data: bytes, magic: bytes, at: int, form: str, value: int) -> bytes:
    """The archive with a number set in each of its local headers or directory entries."""
    copy = bytearray(data)
    found = data.find(magic)
    while found >= 0:
        struct.pack_into(form, copy, found + at, value)
        found = data.find(magic, found + 4)
    return bytes(copy)


def tar_of(files: Files, kind: int = tarfile.PAX_FORMAT) -> bytes:
    """A plain tar archive."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=kind, errors="surrogateescape") as archive:
        for name, data in files.items():
            archive.addfile(header(name, len(data)), io.BytesIO(data))
    return file.getvalue()


def header(name: str, size: int = 0, kind: bytes = tarfile.REGTYPE) -> tarfile.TarInfo:
    """The tar header of one member."""
    info = tarfile.TarInfo(name)
    info.size, info.type = size, kind
    return info


def member(name: str, data: bytes) -> bytes:
    """A member of a tar archive, without the archive's end."""
    return header(name, len(data)).tobuf() + data + bytes(-len(data) % tarfile.BLOCKSIZE)


def checked(block: bytes) -> bytes:
    """A changed block of a tar header, with a recomputed checksum."""
    total = sum(block[:148]) + 8 * 32 + sum(block[156:])
    return block[:148] + b"%06o\0 " % total + block[156:]


ARCHIVES: dict[str, Callable[[Files], bytes]] = {
    "zip": zip_of,
    "cbz": lambda files: zip_of(files, zipfile.ZIP_STORED),
    "tar": tar_of,
    "tar.gz": lambda files: gzip.compress(tar_of(files)),
    "tgz": lambda files: gzip.compress(tar_of(files, tarfile.GNU_FORMAT)),
    "tar.bz2": lambda files: bz2.compress(tar_of(files)),
    "tar.xz": lambda files: lzma.compress(tar_of(files)),
    "tar.zst": lambda files: zstd.compress(tar_of(files)),
}
"""How to make an archive, by the ending of its name."""
