"""lookalike finds duplicate and near-duplicate images.

    import lookalike

    result = lookalike.find_duplicates("photos/")
    for group in result.groups:
        print(group.keeper.path, [one.image.path for one in group.duplicates])

Everything public is here. Each name is imported when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lookalike._native.info import KernelInfo, kernel_info
    from lookalike.algorithms import Algorithm, algorithm_names, get_algorithm
    from lookalike.catalog.catalog import Catalog
    from lookalike.catalog.scanning.summary import ScanSummary
    from lookalike.errors import (
        AlgorithmMismatchError,
        CatalogError,
        ImageError,
        IndexFileError,
        LookalikeError,
        MissingExtraError,
        PreparationWarning,
        Status,
    )
    from lookalike.hashes import Hash, HashArray
    from lookalike.hashing.apart import Apart, ApartContent, ApartSet
    from lookalike.hashing.hashing import distance, hash_image, hash_images
    from lookalike.hashing.options import Options
    from lookalike.hashing.row import Failure, ImageInfo
    from lookalike.hashing.table import HashTable
    from lookalike.images import ImageSource
    from lookalike.index import Index, Match, Matches
    from lookalike.matching.chance import expected_chance_matches, largest_safe_distance
    from lookalike.matching.comparison import Comparison, compare
    from lookalike.matching.related import Related
    from lookalike.report.group import Duplicate, Group
    from lookalike.report.result import Result
    from lookalike.report.similar import Similar, SimilarResult
    from lookalike.scan import find_duplicates, find_similar
    from lookalike.sight.points.index import SightIndex
    from lookalike.sight.points.match import SightMatch, Verdict
    from lookalike.sources import ArchiveLimits, Item, files_from
    from lookalike.work.progress import progress_bar

_HOMES = {
    "algorithms": ["Algorithm", "algorithm_names", "get_algorithm"],
    "catalog.catalog": ["Catalog"],
    "catalog.scanning.summary": ["ScanSummary"],
    "matching.chance": ["expected_chance_matches", "largest_safe_distance"],
    "matching.comparison": ["Comparison", "compare"],
    "errors": [
        "AlgorithmMismatchError",
        "CatalogError",
        "ImageError",
        "IndexFileError",
        "LookalikeError",
        "MissingExtraError",
        "PreparationWarning",
        "Status",
    ],
    "hashes": ["Hash", "HashArray"],
    "hashing.hashing": ["distance", "hash_image", "hash_images"],
    "images": ["ImageSource"],
    "index": ["Index", "Match", "Matches"],
    "_native.info": ["KernelInfo", "kernel_info"],
    "work.progress": ["progress_bar"],
    "matching.related": ["Related"],
    "report.group": ["Duplicate", "Group"],
    "report.result": ["Result"],
    "report.similar": ["Similar", "SimilarResult"],
    "hashing.apart": ["Apart", "ApartContent", "ApartSet"],
    "scan": ["find_duplicates", "find_similar"],
    "sight.points.index": ["SightIndex"],
    "sight.points.match": ["SightMatch", "Verdict"],
    "sources": ["ArchiveLimits", "Item", "files_from"],
    "hashing.options": ["Matching", "Options"],
    "hashing.row": ["Failure", "ImageInfo"],
    "hashing.table": ["HashTable"],
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [  # noqa: RUF022  # by subject
    "find_duplicates", "Result", "Group", "Duplicate", "Related",
    "find_similar", "SimilarResult", "Similar", "Apart", "ApartSet", "ApartContent",
    "hash_image", "hash_images", "HashTable", "ImageInfo", "Failure",
    "distance", "compare", "Comparison", "ImageSource",
    "Matching", "Options", "Item", "files_from", "ArchiveLimits",
    "Index", "Match", "Matches", "SightIndex", "SightMatch", "Verdict",
    "Catalog", "ScanSummary",
    "Hash", "HashArray", "Algorithm", "get_algorithm", "algorithm_names",
    "expected_chance_matches", "largest_safe_distance",
    "Status", "LookalikeError", "ImageError", "AlgorithmMismatchError", "CatalogError",
    "IndexFileError", "MissingExtraError", "PreparationWarning",
    "progress_bar", "kernel_info", "KernelInfo", "__version__",
]  # fmt: skip


def __getattr__(name: str) -> object:
    if name == "__version__":
        from lookalike.version import VERSION

        return VERSION
    if name not in _HOME_OF:
        raise AttributeError(f"module 'lookalike' has no attribute {name!r}")
    found: object = getattr(import_module(f"lookalike.{_HOME_OF[name]}"), name)
    globals()[name] = found  # so that it is looked for once
    return found


def __dir__() -> list[str]:
    return sorted(set(globals()) | set(__all__))
