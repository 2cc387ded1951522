"""`How`: how an image is to be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lookalike.errors import ImageError, Status

if TYPE_CHECKING:
    from lookalike.images.picture import Picture


class How(NamedTuple):
    """The arguments of `read_picture`."""

    max_pixels: int
    max_bytes: int
    as_stored: bool
    least_side: int | None
    take_damaged: bool
    within: tuple[int, int] | None = None

    def accepted(self, picture: Picture, lost: str) -> Picture:
        """The picture, some of whose data are lost if `lost` says so; raises `ImageError` unless
        such a picture is accepted.

        Whoever reads as ImageHash and imagededup do gets what Pillow makes of it, as they do.
        """
        if lost and not self.as_stored:
            if not self.take_damaged:
                raise ImageError(Status.DAMAGED, lost)
            picture.damage = lost
        return picture
