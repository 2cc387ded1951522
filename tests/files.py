"""Pictures in files."""

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
