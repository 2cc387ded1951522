"""`Apart`: contents that a person told apart. They are no duplicates of each other, ever.

A content is known by its bytes and by its pixels, so it is recognised wherever it is, and whatever
is written into its metadata. Its size and pHash say which images of a search may have its pixels.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from blake3 import blake3

from lookalike.errors import ImageError, Status
from lookalike.hashes import pack_bits
from lookalike.hashing.content import Depth, Reader
from lookalike.hashing.recipe import recipe_for
from lookalike.images import DEFAULT_MAX_BYTES, DEFAULT_MAX_PIXELS, Encoded
from lookalike.sources import source_of

if TYPE_CHECKING:
    from lookalike.hashing.recipe import Recipe
    from lookalike.images import ImageSource

VERSION = 1
"""The version of the JSON."""
BYTES, PIXELS, PHASH = 32, 16, 8
"""How long the digests and the hash of a content are."""


@dataclass(frozen=True, slots=True)
class ApartContent:
    """One content that was told apart from others."""

    digest: bytes
    """The BLAKE3 of all bytes, 32 bytes."""
    pixel_digest: bytes | None = None
    """16 bytes that are equal for equal pixels. None if it is unknown, or if another content of the
    same set has these pixels."""
    width: int = 0
    height: int = 0
    phash: bytes = b""
    """8 bytes, of every pixel."""
    name: str = ""
    """What the file was called when it was told apart. Only for people."""

    def to_dict(self) -> dict[str, Any]:
        """The content as plain types."""
        return {
            "digest": self.digest.hex(),
            "pixel_digest": self.pixel_digest and self.pixel_digest.hex(),
            "width": self.width,
            "height": self.height,
            "phash": self.phash.hex(),
            "name": self.name,
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> ApartContent:
        """From `to_dict`. Raises `ValueError`, `KeyError` or `TypeError` for anything else."""
        pixels = plain["pixel_digest"]
        found = cls(
            digest=bytes.fromhex(plain["digest"]),
            pixel_digest=None if pixels is None else bytes.fromhex(pixels),
            width=int(plain["width"]),
            height=int(plain["height"]),
            phash=bytes.fromhex(plain["phash"]),
            name=str(plain["name"]),
        )
        lengths = len(found.digest), len(found.pixel_digest or bytes(PIXELS)), len(found.phash)
        if lengths not in {(BYTES, PIXELS, PHASH), (BYTES, PIXELS, 0)}:
            raise ValueError("a digest or hash has the wrong length")
        return found


@dataclass(frozen=True, slots=True)
class ApartSet:
    """Contents of which no two are duplicates."""

    contents: tuple[ApartContent, ...]
    note: str = ""
    made_at: int = 0
    """In seconds since 1970. 0 if it is unknown."""
    id: int = 0
    """Its number in a catalogue, or 0."""

    @classmethod
    def of(
        cls,
        images: Iterable[ImageSource],
        note: str = "",
        made_at: int = 0,
        *,
        read: Callable[[ImageSource], ApartContent] | None = None,
    ) -> ApartSet:
        """Read two or more images. `read`: reads one, if not `content_of` itself.

        Raises `ImageError` if one cannot be read, and `ValueError`.
        """
        if isinstance(images, str | bytes | os.PathLike):
            raise TypeError(f"expected two or more images that are no duplicates, not {images!r}")
        contents = list(map(read or content_of, images))
        names: dict[bytes, str] = {}
        for one in contents:
            if one.digest in names:
                raise ValueError(f"{names[one.digest]!r} and {one.name!r} have the same bytes")
            names[one.digest] = one.name
        if len(contents) < 2:
            raise ValueError("two or more images are needed to tell them apart")
        return cls(tuple(_with_own_pixels(contents)), note, made_at)

    def to_dict(self) -> dict[str, Any]:
        """The set as plain types, without its number."""
        contents = [one.to_dict() for one in self.contents]
        return {"made_at": self.made_at, "note": self.note, "contents": contents}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> ApartSet:
        """From `to_dict`. Raises `ValueError`, `KeyError` or `TypeError` for anything else."""
        contents = tuple(map(ApartContent.from_dict, plain["contents"]))
        one = cls(contents, str(plain["note"]), int(plain["made_at"]))
        if len(one.digests) < max(len(contents), 2):
            raise ValueError("a set needs two or more different contents")
        return one

    @property
    def digests(self) -> frozenset[bytes]:
        """The digests of the bytes."""
        return frozenset(one.digest for one in self.contents)


@dataclass(frozen=True, slots=True)
class Apart:
    """Sets of contents that were told apart, for `find_duplicates` and `find_similar`."""

    sets: tuple[ApartSet, ...] = ()

    @classmethod
    def of(cls, *groups: Iterable[ImageSource]) -> Apart:
        """From images: no two of one group are duplicates.

        Raises `ImageError` if one cannot be read, and `ValueError` for fewer than two images, or
        for two with the same bytes.
        """
        return cls(tuple(map(ApartSet.of, groups)))

    def __bool__(self) -> bool:
        return bool(self.sets)

    def to_json(self) -> str:
        """All sets as JSON, which `from_json` reads, on any machine."""
        sets = [one.to_dict() for one in self.sets]
        return json.dumps({"lookalike": "apart", "version": VERSION, "sets": sets}, indent=2)

    @classmethod
    def from_json(cls, text: str | bytes) -> Apart:
        """From the text of `to_json`. Raises `ValueError` for any other text or a newer version."""
        document = json.loads(text)
        if not isinstance(document, dict) or document.get("lookalike") != "apart":
            raise ValueError("expected the JSON that `apart export` writes")
        if document.get("version") != VERSION:
            raise ValueError(
                f"its version is {document.get('version')!r}, and this lookalike knows version "
                f"{VERSION}"
            )
        try:
            sets = tuple(map(ApartSet.from_dict, document["sets"]))
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"not the JSON that `apart export` writes: {error!r}") from error
        return cls(sets)


def content_of(image: ImageSource) -> ApartContent:
    """Read one image. Raises `ImageError`, which names it."""
    from lookalike.hashing.hashing import named

    recipe = recipe_for(
        "phash", reading="exact", damaged="hash",
        max_pixels=DEFAULT_MAX_PIXELS, max_bytes=DEFAULT_MAX_BYTES,
    )  # fmt: skip
    try:
        source = source_of(image)
        if not isinstance(source, Encoded):
            reason = "it has no bytes of its own: name a file, or give the bytes of one"
            raise ImageError(Status.UNREADABLE, reason)
        return _read(
            source, recipe, os.fsdecode(image) if isinstance(image, str | os.PathLike) else ""
        )
    except ImageError as error:
        raise named(error, image) from error


def _read(source: Encoded, recipe: Recipe, name: str) -> ApartContent:
    held = source.sent(None, recipe.max_bytes)
    assert isinstance(held, Encoded)
    whole = held.contents(None, recipe.max_bytes)
    picture, (bits,) = recipe.read(held)
    try:
        pixels = Reader(recipe).content((held, Depth.PIXELS)).pixels
    except ImageError:  # damaged: its bytes are all that it is known by
        pixels = b""
    return ApartContent(
        digest=blake3(whole.data).digest(BYTES),
        pixel_digest=pixels or None,
        width=picture.width,
        height=picture.height,
        phash=pack_bits(bits),
        name=name,
    )


def _with_own_pixels(contents: list[ApartContent]) -> Iterable[ApartContent]:
    """The contents, without the digest of pixels that several of them have."""
    pixels = [one.pixel_digest for one in contents]
    for one in contents:
        if one.pixel_digest is not None and pixels.count(one.pixel_digest) > 1:
            yield ApartContent(one.digest, None, one.width, one.height, one.phash, one.name)
        else:
            yield one
