"""Collects libtiff's messages in the thread that decodes, instead of printing them.

libtiff's handlers are global to the process, and it prints errors on standard error. While one of
our threads reads, its errors are collected. Errors of other threads still go to the previous
handler. Warnings cannot be collected in this way, because Pillow turns them off whenever it
decodes. So `messages_of` decodes the pixels again, with handlers for that file only.

libtiff is reached through Pillow's extension, which is linked to it. If that fails, as on Windows,
nothing is collected.
"""

from __future__ import annotations

import atexit
import ctypes
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, NamedTuple

LONGEST_MESSAGE = 300
MOST_MESSAGES = 20

_reading = threading.local()

_Handler = ctypes.CFUNCTYPE(None, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_void_p)
"""Module, format and arguments: a C `va_list`, which every usual ABI passes as a pointer."""
_FileHandler = ctypes.CFUNCTYPE(
    ctypes.c_int, *[ctypes.c_void_p] * 2, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_void_p
)
"""The same for one file. Its pointer and ours come first. Returning 1 stops other handlers."""
_Transfer = ctypes.CFUNCTYPE(ctypes.c_ssize_t, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_ssize_t)
_Seek = ctypes.CFUNCTYPE(ctypes.c_uint64, ctypes.c_void_p, ctypes.c_uint64, ctypes.c_int)
_Close = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)
_Size = ctypes.CFUNCTYPE(ctypes.c_uint64, ctypes.c_void_p)
_Map = ctypes.CFUNCTYPE(
    ctypes.c_int,
    ctypes.c_void_p,
    ctypes.POINTER(ctypes.c_void_p),
    ctypes.POINTER(ctypes.c_uint64),
)
_Unmap = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint64)


class Message(NamedTuple):
    """An error or a warning."""

    text: str
    is_error: bool


@contextmanager
def collected() -> Iterator[list[str]]:
    """libtiff's errors in this thread, in a list that grows as they occur."""
    _stand_in()
    messages: list[str] = []
    _reading.messages = messages
    try:
        yield messages
    finally:
        del _reading.messages


def messages_of(data: bytes, most_bytes: int) -> list[Message]:
    """libtiff's messages while it decodes the first image of a TIFF.

    Messages about the header are left out. `most_bytes` limits the size of a strip or tile.
    """
    library = _library()
    if library is None or not hasattr(library, "TIFFOpenOptionsSetWarningHandlerExtR"):
        return []
    messages: list[Message] = []

    def handler(is_error: bool) -> Any:
        def note(_file: int, _ours: int, module: bytes, text: bytes, arguments: int) -> int:
            if len(messages) < MOST_MESSAGES:
                messages.append(Message(_formatted(module, text, arguments), is_error))
            return 1

        return _FileHandler(note)

    on_error, on_warning = handler(True), handler(False)
    callbacks = _callbacks(data)
    options = library.TIFFOpenOptionsAlloc()
    library.TIFFOpenOptionsSetMaxSingleMemAlloc(options, most_bytes)
    library.TIFFOpenOptionsSetWarningHandlerExtR(options, on_warning, None)
    library.TIFFOpenOptionsSetErrorHandlerExtR(options, on_error, None)
    file = library.TIFFClientOpenExt(b"it", b"r", None, *callbacks, options)
    library.TIFFOpenOptionsFree(options)
    if not file:  # Pillow has read it, so the file is not that broken
        return []
    try:
        messages.clear()
        _decode(library, file, most_bytes, messages)
    finally:
        found = [*messages]
        library.TIFFClose(file)
    return found


def _callbacks(data: bytes) -> tuple[Any, ...]:
    """How libtiff reads a file in memory: the header through `read`, pixels from the mapping."""
    held = ctypes.c_char_p(data)
    start = ctypes.cast(held, ctypes.c_void_p).value or 0
    at = 0

    def read(_ours: int, out: int, size: int) -> int:
        nonlocal at
        size = max(min(size, len(data) - at), 0)
        ctypes.memmove(out, start + at, size)
        at += size
        return size

    def seek(_ours: int, offset: int, whence: int) -> int:
        nonlocal at
        offset -= (offset >> 63) << 64  # it is passed as unsigned
        at = max(offset + (0, at, len(data))[whence], 0)
        return at

    def show(_ours: int, base: Any, size: Any) -> int:
        base[0], size[0] = start, len(data)
        return 1

    return (
        _Transfer(read), _Transfer(lambda *_: -1), _Seek(seek), _Close(lambda _: 0),
        _Size(lambda _: len(data)), _Map(show), _Unmap(lambda *_: None),
    )  # fmt: skip


def _decode(library: Any, file: int, most_bytes: int, messages: list[Message]) -> None:
    tiled = library.TIFFIsTiled(file)
    size = (library.TIFFTileSize if tiled else library.TIFFStripSize)(file)
    if not 0 < size <= most_bytes:
        return
    read = library.TIFFReadEncodedTile if tiled else library.TIFFReadEncodedStrip
    count = (library.TIFFNumberOfTiles if tiled else library.TIFFNumberOfStrips)(file)
    pixels = ctypes.create_string_buffer(size)
    for at in range(count):
        if read(file, at, pixels, size) < 0 or len(messages) >= MOST_MESSAGES:
            return


def _formatted(module: bytes | None, text: bytes, arguments: int) -> str:
    out = ctypes.create_string_buffer(LONGEST_MESSAGE)
    ctypes.CDLL(None).vsnprintf(
        out, ctypes.c_size_t(LONGEST_MESSAGE), text, ctypes.c_void_p(arguments)
    )
    words = out.value.decode("utf-8", "replace")
    return f"{module.decode('utf-8', 'replace')}: {words}" if module else words


@cache
def _library() -> Any:
    """libtiff, or None if it cannot be reached."""
    from PIL import _imaging

    try:
        library = ctypes.CDLL(_imaging.__file__)
        library.TIFFSetErrorHandler.restype = ctypes.c_void_p
        ctypes.CDLL(None).vsnprintf  # noqa: B018  # raises if missing
    except (AttributeError, OSError, TypeError):
        return None
    pointer, count = ctypes.c_void_p, ctypes.c_uint32
    signatures: dict[str, tuple[Any, list[Any]]] = {
        "TIFFOpenOptionsAlloc": (pointer, []),
        "TIFFOpenOptionsFree": (None, [pointer]),
        "TIFFOpenOptionsSetMaxSingleMemAlloc": (None, [pointer, ctypes.c_ssize_t]),
        "TIFFOpenOptionsSetWarningHandlerExtR": (None, [pointer, _FileHandler, pointer]),
        "TIFFOpenOptionsSetErrorHandlerExtR": (None, [pointer, _FileHandler, pointer]),
        "TIFFClientOpenExt": (
            pointer,
            [
                ctypes.c_char_p, ctypes.c_char_p, pointer,
                _Transfer, _Transfer, _Seek, _Close, _Size, _Map, _Unmap, pointer,
            ],
        ),
        "TIFFClose": (None, [pointer]),
        "TIFFIsTiled": (ctypes.c_int, [pointer]),
        "TIFFTileSize": (ctypes.c_ssize_t, [pointer]),
        "TIFFStripSize": (ctypes.c_ssize_t, [pointer]),
        "TIFFNumberOfTiles": (count, [pointer]),
        "TIFFNumberOfStrips": (count, [pointer]),
        "TIFFReadEncodedTile": (ctypes.c_ssize_t, [pointer, count, pointer, ctypes.c_ssize_t]),
        "TIFFReadEncodedStrip": (ctypes.c_ssize_t, [pointer, count, pointer, ctypes.c_ssize_t]),
    }  # fmt: skip
    for name, (result, arguments) in signatures.items():
        if hasattr(library, name):  # older versions lack some
            function = getattr(library, name)
            function.restype, function.argtypes = result, arguments
    return library


@cache
def _stand_in() -> None:
    library = _library()
    if library is None:
        return
    before: list[Callable[..., Any]] = []

    def note(module: bytes, text: bytes, arguments: int) -> None:
        messages: list[str] | None = getattr(_reading, "messages", None)
        if messages is None:
            for handler in before:
                handler(module, text, arguments)
        elif len(messages) < MOST_MESSAGES:
            messages.append(_formatted(module, text, arguments))

    handler = _Handler(note)
    _alive.append(handler)
    there = library.TIFFSetErrorHandler(handler)
    if there:
        before.append(_Handler(there))
    atexit.register(library.TIFFSetErrorHandler, ctypes.c_void_p(there))


_alive: list[object] = []
"""Keeps what libtiff points to from being garbage-collected."""
