"""Tables of chosen hashes, and animations, for searches of two sets and of what was told apart."""

from __future__ import annotations

import io
from collections.abc import Collection

import numpy as np
from PIL import Image

import lookalike
from lookalike.hashing.builder import TableBuilder
from lookalike.hashing.row import Row
from lookalike.hashing.table import HashTable
from lookalike.matching.allowed.sides import Sides
from lookalike.matching.rules import Rule
from lookalike.scan import result_of
from lookalike.sources.location import Kind, Location, Stamp
from pictures import photo


def table_of(hashes: list[int], digests: list[int], flat: Collection[int] = ()) -> HashTable:
    """Images with these hashes and bytes. Flat ones have equal pixels if their hashes are equal."""
    builder = TableBuilder(["phash"])
    for at, (value, digest) in enumerate(zip(hashes, digests, strict=True)):
        data = value.to_bytes(8, "big")
        builder.add(
            Row(
                location=Location(Kind.MEMORY, f"[{at}]"),
                stamp=Stamp(1),
                byte_count=1,
                width=8,
                height=8,
                format="PNG",
                frames=1,
                digest=digest.to_bytes(16, "big"),
                is_beginning=False,
                flat_digest=data * 2 if at in flat else b"",
                hashes=(data,),
            )
        )
    return builder.finish()


def groups_of(result: lookalike.Result) -> list[list[int]]:
    """The positions in each group, the keeper first."""
    return [group.positions.tolist() for group in result.groups]


class Drawn:
    """Hashes of which many are near each other or equal, and some have equal bytes."""

    def __init__(self, seed: int, new: int, old: int) -> None:
        chance = np.random.default_rng(seed)
        count = new + old
        centres = chance.integers(0, 1 << 60, 4).tolist()
        self.hashes = []
        for _ in range(count):
            value: int = centres[int(chance.integers(4))]
            for bit in chance.integers(0, 16, int(chance.choice([0, 0, 1, 2, 3, 4]))).tolist():
                value ^= 1 << bit
            self.hashes.append(value)
        self.digests = list(range(count))
        for at in range(1, count):
            twin = int(chance.integers(at))
            if chance.random() < 0.25:
                self.hashes[at], self.digests[at] = self.hashes[twin], self.digests[twin]
        # Whether an image is flat follows from its bytes.
        self.flat = [at for at in range(count) if self.digests[at] % 7 == 0]
        self.is_reference = np.arange(count) >= new

    @property
    def table(self) -> HashTable:
        return table_of(self.hashes, self.digests, self.flat)

    def distance(self, i: int, j: int) -> int:
        """In bits. Flat images are equal or far from everything."""
        bits: int = (self.hashes[i] ^ self.hashes[j]).bit_count()
        if i in self.flat or j in self.flat:
            return 0 if bits == 0 and i in self.flat and j in self.flat else 99
        return bits

    def found(self, within: bool, max_distance: int) -> lookalike.Result:
        rule = Rule.of("phash", max_distance, against=True, within=within)
        return result_of(self.table, rule, sides=Sides(self.is_reference, within))


def animation(*seeds: int) -> bytes:
    """A GIF with a scene per frame."""
    file = io.BytesIO()
    frames = [Image.fromarray(photo(60, 45, seed)) for seed in seeds]
    for number, frame in enumerate(frames):  # Pillow leaves out a frame that equals the one before
        frame.putpixel((0, 0), (number, 0, 0))
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], duration=100)
    return file.getvalue()
