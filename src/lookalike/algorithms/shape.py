"""`BitShape`: how many bits a hash has, and how they are written as bytes and as hex digits."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from lookalike.checks import whole_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_hex = re.compile("[0-9a-fA-F]+")


def is_hex(text: str) -> bool:
    """Whether the text consists of hex digits only, and has at least one."""
    return _hex.fullmatch(text) is not None


class BitShape(NamedTuple):
    """The grid of bits of a hash, or `BitShape(64)` if only the number of bits is known.

    Bytes, int and hex all write the same number: the bits row by row, most significant first. Zero
    bits are added in front if the bits do not fill whole bytes. The checks accept the name of the
    algorithm for their messages.
    """

    rows: int
    columns: int = 1

    @property
    def bits(self) -> int:
        """The number of bits of a hash."""
        return self.rows * self.columns

    @property
    def width(self) -> int:
        """The number of bytes of a hash, `ceil(bits / 8)`."""
        return -(-self.bits // 8)

    @property
    def words(self) -> int:
        """The number of 64-bit words of a hash, `ceil(bits / 64)`."""
        return -(-self.bits // 64)

    @property
    def digits(self) -> int:
        """The number of hex digits of a hash, `ceil(bits / 4)`."""
        return -(-self.bits // 4)

    def noun(self, algorithm: str | None) -> str:
        """What messages call such a hash."""
        return f"{algorithm} hash" if algorithm else f"hash of {self.bits} bits"

    def parse_hex(self, texts: Sequence[str], algorithm: str | None = None) -> bytes:
        """The bytes of the hashes written as `texts`, one after the other.

        Upper and lower case digits are accepted. Raises `TypeError` for anything but a str, and
        `ValueError` for a text that is not a valid hash in hex.
        """
        front = "0" * (2 * self.width - self.digits)
        try:
            # Converting all digits at once is ten times as fast as one hash at a time.
            data = bytes.fromhex("".join([front + text for text in texts]))
        except (TypeError, ValueError):
            data = b""
        # `fromhex` skips blanks, so both the lengths of the texts and of the bytes are checked.
        is_whole = len(data) == len(texts) * self.width and set(map(len, texts)) <= {self.digits}
        if not is_whole or len(self._excessive(data)):
            for text in texts:
                self._require_hex(text, algorithm)
        return data

    def check_bytes(self, data: bytes, algorithm: str | None = None) -> None:
        """Raise `ValueError` unless `data` is the bytes of one hash."""
        if len(data) != self.width:
            raise ValueError(
                f"a {self.noun(algorithm)} has {self.width} bytes, not {len(data)}: {data!r}"
            )
        if int.from_bytes(data, "big") >> self.bits:
            raise ValueError(f"a {self.noun(algorithm)} has {self.bits} bits, not more: {data!r}")

    def check_array(self, data: NDArray[np.uint8], algorithm: str | None = None) -> None:
        """Raise `ValueError` unless `data` is `(n, width)` uint8 and each row is a hash."""
        if data.dtype != np.uint8 or data.ndim != 2 or data.shape[1] != self.width:
            what = f"{algorithm} hashes" if algorithm else "hashes"
            raise ValueError(
                f"{what} must be an (n, {self.width}) array of uint8, "
                f"not {data.dtype} of shape {data.shape}"
            )
        excessive = self._excessive(data)
        if len(excessive):
            raise ValueError(
                f"a {self.noun(algorithm)} has {self.bits} bits, not more: "
                f"{data[excessive[0]].tobytes().hex()}"
            )

    def check_distance(self, max_distance: object, algorithm: str | None = None) -> int:
        """`max_distance` as an int. Raises `TypeError`, and `ValueError` unless 0 to `bits`."""
        of = f"for {algorithm}" if algorithm else "bits"
        return whole_number(max_distance, "max_distance", least=0, most=self.bits, of=of)

    def _excessive(self, data: bytes | NDArray[np.uint8]) -> NDArray[np.intp]:
        """The rows whose padding bits are not zero."""
        spare = 8 * self.width - self.bits
        if not spare:
            return np.empty(0, np.intp)
        if isinstance(data, bytes):
            data = np.frombuffer(data, np.uint8).reshape(-1, self.width)
        return np.flatnonzero(data[:, 0] >> (8 - spare))

    def _require_hex(self, text: object, algorithm: str | None) -> None:
        if not isinstance(text, str):
            raise TypeError(f"a hash in hex must be a str, not {text!r}")
        noun = self.noun(algorithm)
        if len(text) != self.digits or not is_hex(text):
            raise ValueError(f"a {noun} has {self.digits} hex digits, not {text!r}")
        if int(text, 16) >> self.bits:
            raise ValueError(
                f"a {noun} has {self.digits} hex digits for {self.bits} bits, not {text!r}"
            )
