"""What became of inputs that cannot be read."""

import re
from typing import Any

import pytest

from lookalike import HashTable, ImageError, Status
from lookalike.images import ImageSource, read_picture


def refusal(source: ImageSource, **options: Any) -> ImageError:
    """The error of an unreadable image. Its reason is always one line of plain words."""
    with pytest.raises(ImageError) as caught:
        read_picture(source, **options)
    assert re.fullmatch(r"[ -~]{5,}", caught.value.reason)
    return caught.value


def statuses(table: HashTable) -> dict[str, Status]:
    """Statuses of the failures, by the path within the archive or Parquet file."""
    return {one.path.partition("!/")[2]: one.status for one in table.failures}
