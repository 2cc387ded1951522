"""Hashes in DataFrames: the walk-through they serve, and what else a frame may hold."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import imagehash as original
import numpy as np
import pandas as pd
import pytest
from PIL import Image

import lookalike.imagehash as ours
from files import save
from lookalike import AlgorithmMismatchError, Hash, ImageError, MissingExtraError, hash_image
from lookalike.frames import (
    find_duplicate_images,
    find_similar_images,
    hash_frame,
    show_images,
)
from pictures import photo
from serving import Server

# As printed in the walk-through. For row 5 its table and prose disagree, and the second is prose.
AHASHES = [
    "333e9f8981c3c3e3",
    "ffc1818183cfffff",
    "fe86c38181c1c3c7",
    "2700017303030f9f",
    "ffc1818183cfffff",
    "fe86c38181c1c3c7",
    "2700017303030f9f",
]
COLORHASHES = ["072c0040000", "07000000000", "06280040001", "06080009000"]
QUERY = "fe86c38181c1c3c7"


@pytest.fixture
def df() -> pd.DataFrame:
    return pd.DataFrame({"image": [f"{at}.jpg" for at in range(7)], "ahash": AHASHES})


def ranking(found: pd.DataFrame) -> list[tuple[Any, int]]:
    return list(zip(found.index.tolist(), found.hamming_distance.tolist(), strict=True))


def bits_apart(first: str, second: str) -> int:
    return (int(first, 16) ^ int(second, 16)).bit_count()


def test_the_walk_through_comes_out_again(df: pd.DataFrame) -> None:
    """Rows on which its table and prose agree have its distances, in its order."""
    found = find_similar_images(df.drop(5), "ahash", QUERY, unit="digits")
    assert ranking(found) == [(2, 0), (0, 10), (1, 11), (4, 11), (3, 16), (6, 16)]
    assert list(found.columns) == ["image", "ahash", "hamming_distance"]
    assert found.image.tolist() == ["2.jpg", "0.jpg", "1.jpg", "4.jpg", "3.jpg", "6.jpg"]


@pytest.mark.parametrize(("digits", "distance"), [("ffc1818183cfffff", 11), (QUERY, 0)])
def test_row_5_has_either_of_its_distances(digits: str, distance: int) -> None:
    """By the table it is 11 digits away, and by the prose 0."""
    row = pd.DataFrame({"image": ["5.jpg"], "ahash": [digits]}, index=[5])
    assert ranking(find_similar_images(row, "ahash", QUERY, unit="digits")) == [(5, distance)]


def test_duplicates_are_flagged(df: pd.DataFrame) -> None:
    """`duplicated()` works on hex, and on hash objects of either kind."""
    flags = [False] * 4 + [True] * 3
    assert df.ahash.duplicated().tolist() == flags
    for objects in (
        [Hash.from_hex(one, algorithm="ahash") for one in AHASHES],
        [ours.hex_to_hash(one) for one in AHASHES],
    ):
        assert pd.Series(objects, dtype=object).duplicated().tolist() == flags


def test_distances_are_bits_unless_said(df: pd.DataFrame) -> None:
    """Bits are counted, ascending, and ties are in the order of the frame."""
    expected = sorted(
        ((at, bits_apart(one, QUERY)) for at, one in enumerate(AHASHES)), key=lambda row: row[1]
    )
    assert ranking(find_similar_images(df, "ahash", QUERY)) == expected


def test_max_distance_and_k_shorten_the_list(df: pd.DataFrame) -> None:
    """`max_distance` is inclusive, and `k` keeps the nearest of the rest."""
    near = find_similar_images(df, "ahash", QUERY, 10, unit="digits")
    assert ranking(near) == [(2, 0), (5, 0), (0, 10)]
    assert ranking(find_similar_images(df, "ahash", QUERY, 9, unit="digits")) == [(2, 0), (5, 0)]
    nearest = find_similar_images(df, "ahash", QUERY, 10, 1, unit="digits")
    assert ranking(nearest) == [(2, 0)]
    assert len(find_similar_images(df, "ahash", QUERY, k=100)) == 7


def test_the_frame_stays_as_it_is(df: pd.DataFrame) -> None:
    """Neither a search nor a change to its result affects the frame. The result has its own
    index.
    """
    df.index = pd.Index(list("gfedcba"))
    before = df.copy(deep=True)
    found = find_similar_images(df, "ahash", QUERY, k=2)
    assert found.index.tolist() == ["e", "b"]
    found["image"] = "changed"
    pd.testing.assert_frame_equal(df, before)


@pytest.mark.parametrize("kind", [ours.hex_to_hash, original.hex_to_hash, "Hash"])
def test_columns_and_queries_may_be_objects(df: pd.DataFrame, kind: Any) -> None:
    """Objects of this library, the drop-in and ImageHash give what their hex gives."""
    if kind == "Hash":
        kind = lambda digits: Hash.from_hex(digits, algorithm="ahash")  # noqa: E731
    objects = df.assign(ahash=pd.Series([kind(one) for one in AHASHES], dtype=object))
    expected = ranking(find_similar_images(df, "ahash", QUERY))
    assert ranking(find_similar_images(objects, "ahash", QUERY)) == expected
    assert ranking(find_similar_images(df, "ahash", kind(QUERY))) == expected
    assert find_duplicate_images(objects, "ahash", kind(QUERY))
    assert not find_duplicate_images(objects, "ahash", kind("0" * 16))


def test_colorhashes_have_an_odd_number_of_digits() -> None:
    """42 bits are 11 digits. Distances are those of the numbers, and digits those of the text."""
    df = pd.DataFrame({"image": list("abcd"), "colorhash": COLORHASHES})
    found = find_similar_images(df, "colorhash", COLORHASHES[1])
    expected = sorted(bits_apart(one, COLORHASHES[1]) for one in COLORHASHES)
    assert found.hamming_distance.tolist() == expected
    found = find_similar_images(df, "colorhash", COLORHASHES[1], unit="digits")
    assert ranking(found) == [(1, 0), (0, 3), (3, 3), (2, 5)]


@pytest.mark.parametrize("made", [ours.hex_to_flathash, original.hex_to_flathash])
def test_colorhashes_may_be_objects(made: Any) -> None:
    """Bits that do not fill whole bytes are those of the hex. Another number of bits is refused."""
    column = pd.Series([made(one, 3) for one in COLORHASHES], dtype=object)
    df = pd.DataFrame({"image": list("abcd"), "colorhash": COLORHASHES})
    objects = df.assign(colorhash=column)
    for query in COLORHASHES:
        expected = ranking(find_similar_images(df, "colorhash", query))
        assert ranking(find_similar_images(objects, "colorhash", query)) == expected
    with pytest.raises(ValueError, match="has 64 bits, not 42"):
        find_duplicate_images(objects, "colorhash", "0" * 16, algorithm="ahash")


@pytest.mark.parametrize("sort", [True, False])
@pytest.mark.parametrize("algorithms", [["phash"], ["phash", "dhash"]])
def test_a_column_of_hashes_groups(algorithms: list[str], sort: bool) -> None:
    """It groups by value, and by algorithm if there are several, sorted or in order. As in pandas,
    None is left out.
    """
    numbers = [5, 2**64 - 1, 5, 3, 2**63, 3, 5]
    hashes = [Hash.from_int(one, algorithm=name) for one in numbers for name in algorithms]
    df = pd.DataFrame({"hash": pd.Series([*hashes, None], dtype=object), "size": 1})
    found = df.groupby("hash", sort=sort)["size"].sum()
    expected = {one: hashes.count(one) for one in hashes}
    keys = sorted(expected) if sort else list(expected)
    assert found.to_dict() == expected
    assert found.index.tolist() == keys
    assert df["hash"].value_counts().to_dict() == expected
    assert df.dropna().sort_values("hash")["hash"].tolist() == sorted(hashes)


def test_frames_come_back_from_csv(tmp_path: Path) -> None:
    """Hashes of decimal digits only, which pandas reads as numbers, are still hashes."""
    df = pd.DataFrame(
        {"image": list("abc"), "ahash": AHASHES[:3], "colorhash": ["07000000000", *["0" * 11] * 2]}
    )
    df.loc[3] = ["d", None, "00000000001"]
    df.to_csv(tmp_path / "df.csv", index=False)
    back = pd.read_csv(tmp_path / "df.csv")
    assert back.colorhash.dtype == np.int64
    for column, query in [("ahash", QUERY), ("colorhash", "07000000000")]:
        assert ranking(find_similar_images(back, column, query)) == ranking(
            find_similar_images(df, column, query)
        )
        assert find_duplicate_images(back, column, query)


def test_numbers_that_lost_digits_are_refused() -> None:
    """A hash such as 07000e00000 becomes a floating-point number, and the error says what to do."""
    text = "image,colorhash\na,07000e00000\nb,07000000000\n"
    with pytest.raises(ValueError, match="dtype={'colorhash': str}"):
        find_duplicate_images(pd.read_csv(io.StringIO(text)), "colorhash", "07000000000")


def test_rows_without_a_hash_are_left_out(df: pd.DataFrame) -> None:
    """None is not a hash, and an empty column has no matches."""
    df.loc[[0, 2], "ahash"] = None
    assert ranking(find_similar_images(df, "ahash", QUERY, 0)) == [(5, 0)]
    df["ahash"] = None
    assert find_similar_images(df, "ahash", QUERY).empty
    assert not find_duplicate_images(df, "ahash", QUERY)
    df["ahash"] = np.nan
    assert not find_duplicate_images(df, "ahash", QUERY)


def test_a_frame_keeps_failures_in_their_rows(tmp_path: Path, server: Server) -> None:
    """Rows are in the order of the inputs. A failure has None for hashes, and its reason."""
    path = save(tmp_path / "a.png", photo(60, 40))
    url, gone = server.serve("/a", path.read_bytes()), server.url("/gone")
    df = hash_frame([gone, str(path), tmp_path / "b.png", url, b"text"])
    assert df.image.tolist() == [gone, str(path), str(tmp_path / "b.png"), url, "[4]"]
    assert list(df.columns) == [
        "image", "ahash", "phash", "dhash", "whash", "colorhash", "failure",
    ]  # fmt: skip
    assert [one and one.partition(":")[0] for one in df.failure] == [
        "not_found", None, "missing", None, "not_an_image",
    ]  # fmt: skip
    for name in df.columns[1:-1]:
        digits = str(hash_image(path, algorithm=name))
        assert df[name].tolist() == [None, digits, None, digits, None]
    read = df[df.failure.isna()]
    assert read.ahash.duplicated().tolist() == [False, True]
    assert find_similar_images(df, "ahash", url, 0).image.tolist() == [str(path), url]


@pytest.mark.parametrize("images", [[], [b"", b""]])
def test_a_frame_of_nothing_has_its_columns(images: list[bytes]) -> None:
    """With no image, or only unreadable ones, the columns still exist."""
    df = hash_frame(images, "phash")
    assert list(df.columns) == ["image", "phash", "failure"]
    assert len(df) == len(images)
    assert not find_duplicate_images(df, "phash", "0" * 16)


def test_queries_are_whatever_holds_an_image(tmp_path: Path, server: Server) -> None:
    """A URL, a path, bytes, a Pillow image and an array are hashed by the column's algorithm."""
    path = save(tmp_path / "a.png", photo(60, 40))
    others = [save(tmp_path / f"{at}.png", photo(60, 40, at)) for at in range(1, 4)]
    df = hash_frame([*others, path], ["dhash:16"])
    url = server.serve("/a", path.read_bytes())
    with Image.open(path) as image:
        for query in (url, str(path), path, path.read_bytes(), image, photo(60, 40)):
            assert find_duplicate_images(df, "dhash:16", query)
            assert ranking(find_similar_images(df, "dhash:16", query, k=1)) == [(3, 0)]
    assert not find_duplicate_images(df.drop(3), "dhash:16", url)
    with pytest.raises(ImageError, match="404"):
        find_duplicate_images(df, "dhash:16", server.url("/gone"))


def test_a_column_of_any_name_takes_an_algorithm(df: pd.DataFrame) -> None:
    """`algorithm` is for a column whose name does not say it."""
    renamed = df.rename(columns={"ahash": "fingerprint"})
    with pytest.raises(ValueError, match="'fingerprint' is not named after an algorithm"):
        find_similar_images(renamed, "fingerprint", QUERY)
    found = find_similar_images(renamed, "fingerprint", QUERY, algorithm="ahash")
    assert ranking(found) == ranking(find_similar_images(df, "ahash", QUERY))


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (
            {"column": "phash"},
            ValueError,
            "no column 'phash' in the frame; its columns are image, ahash",
        ),
        ({"image": None}, TypeError, "image must be an image or its hash, not None"),
        ({"image": Hash(bytes(8), "phash")}, AlgorithmMismatchError, "ahash hash and a phash"),
        ({"unit": "bytes"}, ValueError, "unit must be 'bits' or 'digits', not 'bytes'"),
        ({"k": 0}, ValueError, "k must be 1 or more, not 0"),
        ({"k": 1.5}, TypeError, "k must be a whole number"),
        ({"max_distance": 65}, ValueError, "max_distance must be 0 to 64"),
        ({"max_distance": 17, "unit": "digits"}, ValueError, "max_distance must be 0 to 16"),
        ({"algorithm": "ahash:16"}, ValueError, "a ahash:16 hash has 64 hex digits"),
        ({"algorithm": "nothing"}, ValueError, "no algorithm 'nothing'"),
    ],
)
def test_wrong_arguments_are_named(
    df: pd.DataFrame, arguments: dict[str, Any], error: type[Exception], message: str
) -> None:
    """The error names the value and what was expected."""
    with pytest.raises(error, match=message):
        find_similar_images(df, **{"column": "ahash", "image": QUERY} | arguments)


@pytest.mark.parametrize("wrong", ["fe86c38181c1c3c", "ge86c38181c1c3c7", "fe86c381 1c1c3c7", 1.5])
def test_a_column_of_anything_else_is_refused(df: pd.DataFrame, wrong: object) -> None:
    """The error names the value that is not a hash."""
    values = pd.Series([*AHASHES[:6], wrong], dtype=object)
    with pytest.raises(ValueError, match=repr(str(wrong))):
        find_duplicate_images(df.assign(ahash=values), "ahash", QUERY)


def test_a_column_may_be_mixed(df: pd.DataFrame) -> None:
    """Hex and objects of several kinds may be mixed."""
    mixed = [*AHASHES[:4], Hash.from_hex(AHASHES[4], algorithm="ahash")]
    mixed += [ours.hex_to_hash(AHASHES[5]), original.hex_to_hash(AHASHES[6])]
    objects = df.assign(ahash=pd.Series(mixed, dtype=object))
    expected = ranking(find_similar_images(df, "ahash", QUERY))
    assert ranking(find_similar_images(objects, "ahash", QUERY)) == expected


def test_hashes_of_another_algorithm_are_refused(df: pd.DataFrame) -> None:
    """A column of pHashes is not searched for an aHash."""
    others = [Hash.from_hex(one, algorithm="phash") for one in AHASHES]
    objects = df.assign(ahash=pd.Series(others, dtype=object))
    with pytest.raises(AlgorithmMismatchError):
        find_duplicate_images(objects, "ahash", QUERY)


@pytest.mark.thorough
def test_a_million_rows() -> None:
    """The nearest of a million hashes are those that a plain count finds."""
    numbers = np.random.default_rng(5).integers(0, 1 << 64, 1_000_000, np.uint64)
    digits = numbers.astype(">u8").tobytes().hex()
    texts = [digits[at : at + 16] for at in range(0, len(digits), 16)]
    df = pd.DataFrame({"image": np.arange(len(texts)), "phash": texts})
    found = find_similar_images(df, "phash", texts[765_432], k=5)
    distances = np.bitwise_count(numbers ^ numbers[765_432])
    nearest = np.argsort(distances, kind="stable")[:5]
    assert ranking(found) == [(at, distances[at]) for at in nearest]
    assert ranking(found)[0] == (765_432, 0)


def test_pictures_are_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`show_images` is the one of `lookalike.plotting`."""
    import lookalike.plotting

    given: list[object] = []
    monkeypatch.setattr(lookalike.plotting, "show_images", lambda *them: given.extend(them))
    show_images(["a.png"], ["A"])
    assert given == [["a.png"], ["A"]]


def test_without_pandas_a_frame_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says what to install."""
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(MissingExtraError, match="pip install pandas"):
        hash_frame([])
