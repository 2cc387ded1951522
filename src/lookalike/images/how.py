"""`How`: the options for reading an image."""

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
    also: tuple[int, ...] = ()
    """Smaller least sides for which the picture is wanted, too, as `Picture.at` returns them."""

    def accepted(self, picture: Picture, lost: str) -> Picture:
        """The picture, marked as damaged if some of its data is lost.

        `lost` says what is lost, and is empty if nothing is. Raises `ImageError` if data is lost
        and damaged pictures are not accepted. With `as_stored`, the picture is returned as Pillow
        decodes it, as in ImageHash and imagededup.
        """
        if lost and not self.as_stored:
            if not self.take_damaged:
                raise ImageError(Status.DAMAGED, lost)
            picture.damage = lost
        return picture
