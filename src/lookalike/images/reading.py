"""Whatever holds an image to a `Picture`, or an `ImageError` that says why not."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from functools import partial
from typing import IO, TYPE_CHECKING, Any, NamedTuple, TypeAlias, TypeGuard, cast

import numpy as np

from lookalike.errors import ImageError, Status
from lookalike.images.arrays import pixels_of
from lookalike.images.contents import (
    Contents,
    Item,
    Origin,
    cannot_be_read,
    file_contents,
    has,
    is_item,
    item_contents,
    read_to_end,
)
from lookalike.images.jpeg.decoding import decode_luma, decode_whole, header_of, scale_for
from lookalike.images.jpeg.header import START
from lookalike.images.jpeg.losses import lost_data
from lookalike.images.jpeg.scans import look_through
from lookalike.images.limits import (
    DEFAULT_MAX_BYTES,
    DEFAULT_MAX_PIXELS,
    check_bytes,
    check_limits,
    check_size,
    limit,
)
from lookalike.images.picture import Picture, Reduction
from lookalike.images.pillow.decoding import decode
from lookalike.images.pillow.later_frames import LaterFrames, frame_numbers
from lookalike.images.pillow.truncation import truncation
from lookalike.images.raw.developing import develop
from lookalike.images.raw.formats import raw_file
from lookalike.images.tiff.directories import beginning_at, picture_first
from lookalike.images.tiff.libtiff import collected
from lookalike.images.tiff.losses import lost_tiff_data
from lookalike.images.transparency import seen

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL import Image
    from typing_extensions import TypeIs

    from lookalike.images.raw.file import Preview, RawFile

# Decoding changes a Pillow image, and the same one may be given several times.
_callers_images = threading.Lock()

ImageSource: TypeAlias = (
    "str | os.PathLike[str] | bytes | bytearray | memoryview | IO[bytes] | Item"
    " | Image.Image | NDArray[Any]"
)


class _How(NamedTuple):
    """How to read: the arguments of `read_picture`."""

    max_pixels: int
    max_bytes: int
    as_stored: bool
    least_side: int | None
    take_damaged: bool


def is_image_source(value: object) -> TypeGuard[ImageSource]:
    """Whether `value` is one of the things that an image can be read from."""
    return (
        isinstance(value, str | os.PathLike | bytes | bytearray | memoryview | np.ndarray)
        or has(value, "read")
        or is_item(value)
        or _is_pillow_image(value)
    )


def _is_pillow_image(value: object) -> TypeIs[Image.Image]:
    """Told without importing Pillow: who has an image of it has imported it, unlike another thread
    that may be about to."""
    pillows = getattr(sys.modules.get("PIL.Image"), "Image", None)
    return pillows is not None and isinstance(value, pillows)


def read_picture(
    source: ImageSource | Origin,
    *,
    max_pixels: int = DEFAULT_MAX_PIXELS,
    max_bytes: int = DEFAULT_MAX_BYTES,
    as_stored: bool = False,
    least_side: int | None = None,
    take_damaged: bool = False,
) -> Picture:
    """Read the first frame, upright and opaque.

    `source`: a path, the bytes of a file, a file open for reading bytes, an `Item` or `Origin`, a
    Pillow image, or an array as `hash_image` takes it. With `as_stored`, EXIF orientation is not
    applied, alpha is dropped and deep grey is clipped, as ImageHash and imagededup have it, and
    arrays must be uint8 `(height, width)` or `(height, width, 3)`.
    `least_side`: None reads every pixel. A number is for who only wants grey, and no more of it
    than a shorter side of so many pixels: of a JPEG then no more is decoded, or even read.
    `max_pixels`, `max_bytes`: an image of more is refused from its header, a file from its size.
    `take_damaged`: what cannot be decoded to its end is decoded as far as it goes, and
    `picture.damage` says what is wrong.

    Raises `ImageError` for an image that cannot be read, `TypeError` and `ValueError` for what
    cannot be an image at all.
    """
    check_limits(max_pixels, max_bytes)
    found = source if isinstance(source, Origin) else taken(source, max_bytes)
    if isinstance(found, ImageError):
        raise found
    try:
        return _picture(found, _How(max_pixels, max_bytes, as_stored, least_side, take_damaged))
    except MemoryError as error:
        reason = "reading it takes more memory than there is"
        raise ImageError(Status.TOO_LARGE, reason) from error


def _picture(found: str | bytes | Item | Origin | Image.Image | NDArray[Any], how: _How) -> Picture:
    if isinstance(found, np.ndarray):
        return seen(pixels_of(found, as_stored=how.as_stored))
    if _is_pillow_image(found):
        with _callers_images:
            return _by_pillow(lambda: found, None, None, how)
    contents = contents_of(found, how.least_side, how.max_bytes)
    picture = _jpeg(contents, how)
    if picture is None and len(contents.data) < contents.size:
        contents = contents_of(found, None, how.max_bytes)
        picture = _jpeg(contents, how)
    if picture is not None:
        return picture
    if not contents.data:
        raise ImageError(Status.EMPTY, "it has no bytes")
    raw = raw_file(contents.data)
    return _raw(raw, contents, how) if raw else _other(contents, how)


def contents_of(
    source: str | bytes | Item | Origin, least_side: int | None, max_bytes: int
) -> Contents:
    """The bytes of a file; with a `least_side`, perhaps only of its beginning. Raises `ImageError`,
    also where they are more than `max_bytes`."""
    if isinstance(source, bytes):
        check_bytes(len(source), max_bytes)
        return Contents(source, len(source))
    if isinstance(source, str):
        return file_contents(source, least_side, max_bytes)
    if isinstance(source, Origin):
        return source.contents(least_side, max_bytes)
    return item_contents(source, least_side, max_bytes)


def _jpeg(contents: Contents, how: _How) -> Picture | None:
    """A JPEG, without Pillow; None where that cannot be done."""
    header = header_of(contents.data)
    if header is None:
        return None
    check_size((header.width, header.height), how.max_pixels)
    missing = ""
    if not header.one_scan and len(contents.data) == contents.size:
        missing = look_through(contents.data).missing
    pixels: NDArray[np.uint8] | None
    reduction = None
    if how.least_side is None:
        pixels = decode_whole(contents.data, header)
    else:
        size, scale = (header.width, header.height), scale_for(header, how.least_side)
        luma = decode_luma(contents.data, header, scale, contents.size)
        pixels = luma and luma.pixels
        reduction = luma and Reduction(size, scale, luma.first_scan, luma.error)
    if pixels is None:
        return None
    picture = Picture(
        pixels,
        orientation=1 if how.as_stored else header.orientation,
        format="MPO" if header.images > 1 else "JPEG",
        file=contents,
        reduction=reduction,
    )
    return _with_losses(picture, missing, how)


def _with_losses(picture: Picture, lost: str, how: _How) -> Picture:
    """The picture, of which some data are lost; raises `ImageError` unless that is accepted.

    Who reads as ImageHash and imagededup do gets what Pillow makes of it, as they do.
    """
    if lost and not how.as_stored:
        if not how.take_damaged:
            raise ImageError(Status.DAMAGED, lost)
        picture.damage = lost
    return picture


def _other(contents: Contents, how: _How) -> Picture:
    """What only Pillow reads."""
    from lookalike.images.pillow.opening import open_image

    data = picture_first(bytes(contents.data))
    if data.startswith(START):
        look_through(data)  # for what has too many scans
    return _by_pillow(lambda: open_image(data), data, contents, how)


def _raw(raw: RawFile, contents: Contents, how: _How) -> Picture:
    """A raw file by its preview, or by rawpy where it has none that is large enough."""
    check_size(raw.size, how.max_pixels)
    damage = ""
    if raw.end > contents.size:
        damage = f"it breaks off: it should have {raw.end:,} bytes or more, not {contents.size:,}"
        if not how.take_damaged:
            raise ImageError(Status.DAMAGED, damage)
    if raw.preview is None:
        developed = develop(bytes(contents.data), raw, how.max_pixels)
        picture = Picture(
            developed.pixels,
            orientation=1 if how.as_stored else developed.orientation,
            format=raw.name,
            file=contents,
            whole_size=developed.size,
        )
    else:
        preview = _preview(raw.preview, contents, how)
        orientation = 1 if how.as_stored else raw.orientation
        picture = preview.as_preview(contents, raw.name, raw.size, orientation)
    picture.damage = picture.damage or damage
    return picture


def _preview(preview: Preview, contents: Contents, how: _How) -> Picture:
    """As it is stored in the file."""
    from lookalike.images.pillow.opening import open_image

    if preview.directory:
        data = beginning_at(contents.data, preview.directory)
    else:
        data = bytes(contents.data[preview.begin : preview.end])
    part = Contents(data, len(data))
    return _jpeg(part, how) or _by_pillow(lambda: open_image(data), data, part, how)


def _by_pillow(
    opened: Callable[[], Image.Image], data: bytes | None, file: Contents | None, how: _How
) -> Picture:
    """What Pillow makes of an image; of a damaged one as much as there is, if that is wanted.

    `data`: the bytes that it was opened from, None for an image that came open.
    """
    # Who opened the image, or reads as ImageHash and imagededup do, goes by the flag of Pillow's.
    strictly = nullcontext() if file is None or how.as_stored else truncation(allowed=False)
    with limit(how.max_pixels), strictly, collected() as complaints:
        try:
            picture, lost = _opened(opened, data, file, how)
        except ImageError as error:
            if file is None or error.status is not Status.DAMAGED:
                raise
            _refuse_foreign(file.data, error)
            # What libtiff complained of says more than Pillow does.
            detail = f" ({complaints[0]})" if complaints else ""
            damage = ImageError(error.status, error.reason + detail)
            if not how.take_damaged:
                raise damage from error
        else:
            return _with_losses(picture, lost, how)
    with limit(how.max_pixels), truncation(allowed=True), collected():
        try:
            picture, _ = _opened(opened, data, file, how)
        except ImageError:
            raise damage from None
    picture.damage = damage.reason
    return picture


def _refuse_foreign(data: bytes | bytearray, error: ImageError) -> None:
    """Raise `ImageError` where what looks like damage is a codec that Pillow does not have."""
    from lookalike.images.formats.codecs import foreign_codec

    codec = foreign_codec(data)
    if codec is not None:
        raise ImageError(Status.UNSUPPORTED, codec) from error


def taken(
    source: ImageSource, max_bytes: int = DEFAULT_MAX_BYTES
) -> str | bytes | Item | Image.Image | NDArray[Any] | ImageError:
    """A source as something that threads can share: an open file becomes its bytes.

    An error takes the place of a file that cannot be read.
    """
    if isinstance(source, str | os.PathLike):
        return os.fsdecode(source)
    if isinstance(source, bytes | np.ndarray) or _is_pillow_image(source) or is_item(source):
        return source
    if isinstance(source, bytearray | memoryview):
        return bytes(source)
    if not hasattr(source, "read"):
        raise TypeError(
            "an image must be a path, bytes, a file, a Pillow image or a NumPy array, "
            f"not {type(source).__name__}"
        )
    try:
        return bytes(read_to_end(cast("IO[bytes]", source), max_bytes))
    except ImageError as error:
        return error
    except OSError as error:
        return cannot_be_read(error)
    except ValueError as error:  # the file is closed
        return ImageError(Status.UNREADABLE, f"it cannot be read: {error}")


def _opened(
    opened: Callable[[], Image.Image], data: bytes | None, file: Contents | None, how: _How
) -> tuple[Picture, str]:
    """The picture, and what says that some of its data are lost."""
    image = opened()
    check_size(image.size, how.max_pixels)
    numbers: Sequence[int] = range(1)
    fault = ""
    if data is not None:
        try:
            numbers = frame_numbers(image, data)
        except Exception as error:  # noqa: BLE001  # something is wrong with a later frame
            fault = str(error).strip() or type(error).__name__
            image = opened()  # which that one may stand on now
    pixels, orientation = decode(image, as_stored=how.as_stored)
    has_later = len(numbers) > 1 or fault
    make = partial(
        Picture,
        orientation=orientation,
        format=image.format or "",
        frames=len(numbers),
        file=file,
        later=LaterFrames(image, numbers, how.max_pixels, fault) if has_later else (),
    )
    picture = seen(pixels, make)
    if data is None or how.as_stored:
        return picture, ""
    return picture, lost_tiff_data(image, data) or lost_data(data)
