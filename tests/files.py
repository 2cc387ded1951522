"""Pictures in files."""

import io
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def save(path: Path, pixels: NDArray[np.uint8], **options: Any) -> Path:
    """Writes pixels in the format of the name, with Pillow's options for it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, **options)
    return path


def encoded(picture: NDArray[Any] | Image.Image, format: str = "PNG", **options: Any) -> bytes:  # noqa: A002
    """The bytes of such a file."""
    file = io.BytesIO()
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    image.save(file, format, **options)
    return file.getvalue()
