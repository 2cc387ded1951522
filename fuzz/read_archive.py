"""Fuzzing of zip and tar archives: whatever the bytes, every member ends in a row or a failure.

    pip install atheris
    python fuzz/read_archive.py CORPUS [OPTION...]   # writes seeds into CORPUS, then fuzzes
    python fuzz/read_archive.py --seeds CORPUS       # only writes the seeds
    python fuzz/read_archive.py --replay FILE...     # only tries files; needs no atheris

Options are libFuzzer's: -max_len=4096 -timeout=10 -rss_limit_mb=2048 -max_total_time=600.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from fuzzing import run

from lookalike import ArchiveLimits, Status, hash_images

LIMITS = ArchiveLimits(member_bytes=1 << 20, unpacked_bytes=1 << 22, members=200)
"""Small, so a bomb costs no time. The checks are the same."""
MAX_PIXELS = 1_000_000
UNEXPECTED = "unexpected "
"""How the reason of an unforeseen failure begins."""
PICTURE = b"P5 2 2 255 \x00\x40\x80\xff"


def check(data: bytes) -> list[Status]:
    """Read the bytes as a zip and as a tar archive. Returns the outcomes of the members."""
    found: list[Status] = []
    with tempfile.TemporaryDirectory() as folder:
        for ending in (".zip", ".tar"):
            path = Path(folder) / f"a{ending}"
            path.write_bytes(data)
            table = hash_images(path, archive_limits=LIMITS, max_pixels=MAX_PIXELS, workers=1)
            unforeseen = [one for one in table.failures if one.reason.startswith(UNEXPECTED)]
            assert not unforeseen, unforeseen
            found += [Status.OK] * len(table.paths) + [one.status for one in table.failures]
    return found


def seeds() -> dict[str, bytes]:
    """A small archive of every kind, by its name."""
    names = ["a.pgm", "folder/b.pgm", "ünïcode.pgm", "n" * 120 + ".pgm"]
    found: dict[str, bytes] = {}
    methods = {
        "stored": zipfile.ZIP_STORED,
        "deflate": zipfile.ZIP_DEFLATED,
        "bz2": zipfile.ZIP_BZIP2,
    }
    for name, method in methods.items():
        found[f"zip-{name}"] = _zip(names, method)
    for name, kind in {
        "ustar": tarfile.USTAR_FORMAT,
        "gnu": tarfile.GNU_FORMAT,
        "pax": tarfile.PAX_FORMAT,
    }.items():
        found[f"tar-{name}"] = _tar(names if kind != tarfile.USTAR_FORMAT else names[:2], kind)
    plain = found["tar-gnu"]
    packers: dict[str, Callable[[bytes], bytes]] = {
        "gz": gzip.compress,
        "bz2": bz2.compress,
        "xz": lzma.compress,
    }
    return found | {f"tar-{name}": pack(plain) for name, pack in packers.items()}


def _zip(names: list[str], method: int) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name in names:
            archive.writestr(name, PICTURE)
    return file.getvalue()


def _tar(names: list[str], kind: int) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=kind) as archive:
        for name in names:
            info = tarfile.TarInfo(name)
            info.size = len(PICTURE)
            archive.addfile(info, io.BytesIO(PICTURE))
    return file.getvalue()


if __name__ == "__main__":
    run(__doc__, seeds, check)
