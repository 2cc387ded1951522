"""`Unpacking`: a stream that unpacks compressed bytes, a little at a time."""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable
from importlib import import_module
from typing import Any, BinaryIO, Protocol

from lookalike.errors import ImageError, Status
from lookalike.sources.streams import Layer

CHUNK = 1 << 16
XZ_MEMORY = 256 << 20
"""Four times what `xz -9` needs, in bytes."""
GZIP, RAW_DEFLATE = 31, -15
"""zlib's numbers for these formats."""


class Decompressor(Protocol):
    """The common interface of the decompressors of bz2, lzma and zstd."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class Inflater:
    """zlib's decompressor with the interface of the others."""

    def __init__(self, window_bits: int) -> None:
        self._inner = zlib.decompressobj(window_bits)
        self.needs_input = True

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        unpacked = self._inner.decompress(self._inner.unconsumed_tail + data, max_length)
        self.needs_input = not self._inner.unconsumed_tail and len(unpacked) < max_length
        return unpacked


def decompressors(kind: str) -> Callable[[], Decompressor]:
    """A function that makes decompressors for `deflate`, `gz`, `bz2`, `xz` or `zst`.

    Raises `ImageError` if this Python has none for zst.
    """
    makers: dict[str, Callable[[], Any]] = {
        "deflate": lambda: Inflater(RAW_DEFLATE),
        "gz": lambda: Inflater(GZIP),
        "bz2": bz2.BZ2Decompressor,
        "xz": lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, XZ_MEMORY),
    }
    return _zstd() if kind == "zst" else makers[kind]


def _zstd() -> Callable[[], Decompressor]:
    for module in ("compression.zstd", "backports.zstd"):
        try:
            maker: Callable[[], Decompressor] = import_module(module).ZstdDecompressor
        except ImportError:
            continue
        return maker
    reason = "it is compressed with zstd: that needs Python 3.14, or pip install backports.zstd"
    raise ImageError(Status.UNSUPPORTED, reason)


class Unpacking(Layer[BinaryIO]):
    """A stream of the unpacked bytes of `packed`.

    Raises `ImageError` if the compressed bytes are broken or end too soon.
    """

    def __init__(self, packed: BinaryIO, maker: Callable[[], Decompressor], *, many: bool) -> None:
        """`many`: whether several compressed streams may follow each other."""
        super().__init__(packed)
        self._maker = maker
        self._many = many
        self._decompressor = maker()
        self.packed_count = 0
        """How many packed bytes were read."""
        self.count = 0
        """How many bytes they unpacked to."""

    def some(self, most: int) -> bytes:
        data = self._unpack(most)
        self.count += len(data)
        return data

    def _unpack(self, most: int) -> bytes:
        """Unpack some bytes. Returns none at the end."""
        while True:
            data = b""
            if self._decompressor.eof:
                data = self._next_stream() if self._many else b""
                if not data:
                    return b""
                self._decompressor = self._maker()
            elif self._decompressor.needs_input:
                data = self._more()
                if not data:
                    raise ImageError(Status.DAMAGED, "its compressed bytes end too soon")
            if unpacked := self._decompress(data, most):
                return unpacked

    def _next_stream(self) -> bytes:
        """The first bytes of another stream. Zeros between streams are only padding."""
        return self._decompressor.unused_data.lstrip(b"\0") or self._more().lstrip(b"\0")

    def _decompress(self, data: bytes, most: int) -> bytes:
        try:
            return self._decompressor.decompress(data, most)
        except MemoryError:
            raise
        except Exception as error:  # every decompressor has its own types of errors
            raise ImageError(Status.DAMAGED, f"its compressed bytes are broken: {error}") from error

    def _more(self) -> bytes:
        data = self._inner.read(CHUNK)
        self.packed_count += len(data)
        return data
