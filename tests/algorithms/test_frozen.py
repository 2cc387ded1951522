"""Hashes that must never change.

People keep hashes for years and compare them with new ones. If a line of this table fails, their
stored hashes have lost their meaning. The change is then wrong, and the table must not be "updated"
to it.

ImageHash 4.3.2 and imagededup 0.3.3.post2 also give every hash here on Pillow 12.3.0.
"""

import hashlib

import pytest

from lookalike import algorithm_names, get_algorithm, hash_image, imagehash
from pictures import blobs, noise, photo, stripes

PICTURES = {
    "wide": photo(320, 120, 1),
    "tall": photo(90, 400, 2),
    "large": photo(700, 500, 3),
    "tiny": noise(5, 3),
    "faint": 120 + blobs(160, 120, 4) // 16,
    "ties": stripes(64, 48, 3),
}

PIXELS = {
    "wide": "df75c67774012ea3fad97f1184485f6ede969fbbd0e2dfaf6d528b71393bf6d8",
    "tall": "c0e54fc5139b57ee919f9debd67abbcc0b0ada015a60240d316a0c0918e7848e",
    "large": "f8ab075e282756ad3bfa89c577fd32817b947f0f3d398aa58b685191e8f426f8",
    "tiny": "0984babdc2a2d4f7ddaeab0774833e36c108b75f0de16c9cf1248a27c3339804",
    "faint": "a712659aa20d2993e0d8847b98455f521d6a55373a81e49597ad644ba70dd2ca",
    "ties": "510e80cf3f683680afd6f676d41e13c9cbb58cf97e5330bc52a8bbc9bc5cc5da",
}

FROZEN = {
    "wide": {
        "phash": "b7b0826758c4537d",
        "phash:2": "a",
        "phash:3": "14c",
        "phash:16": "b713b07fa2746f81586cc450775cff47449bd2bc4698cb746d81ca3c52b64a83",
        "phash:32": "4e067425643d37b75d4b70e5223e4130594639e74886c3787efb6e33bcfe7267",
        "ahash": "0707078682a0b039",
        "ahash:3": "04e",
        "ahash:16": "003f003f003f003f003fc03fc03ec03cc00ccc08cc08ce08ce00ce40cf420f43",
        "dhash": "eeae2e2c6e46626b",
        "dhash:3": "0dc",
        "dhash:16": "4cfe4cfe4cfc4cfc1cf41cf41c64996899a899b819b819981898989ab8de38cf",
        "dhash_vertical": "96b0f8a820707d7d",
        "dhash_vertical:5": "16e219f",
        "whash": "07078797aea2b8b9",
        "whash:2": "6",
        "whash:4": "334d",
        "whash:16": "007f007f007f003f823fc23fc23fc43ec0bccc9ccc88ce88ce88cfc2dfc3dfe3",
        "phash_simple": "6e6e6e6e6e6f6f6f",
        "phash_simple:3": "0db",
        "phash_simple:16": "6eff6eff6eff6eff6eff6eff6eff6eff6cff6cff6cff6cff6cff6cff6cff6cff",
        "colorhash": "02240040000",
        "colorhash:1": "0000",
        "colorhash:4": "07221013100001",
        "colorhash:8": "007e393e1e0e1c3f1e0e0d060c1f",
        "phash@imagededup": "b7b0826758c4577d",
        "ahash@imagededup": "0707078682a0b039",
        "dhash@imagededup": "eeae2e2c6e66626b",
        "whash@imagededup": "07078797aea2b8b9",
    },
    "tall": {
        "phash": "b6d86cc7601997a6",
        "phash:2": "a",
        "phash:3": "162",
        "phash:16": "b651d9446cc1c79760b0197c97ffa616d4803f31339068289fbd872b38f859bb",
        "phash:32": "5d07570d41745443c0735ea4ac906e2e8efaa72b31758bc64b90003dd20fa187",
        "ahash": "e0ff0f0cff2f00c0",
        "ahash:3": "158",
        "ahash:16": "000ef800f980ffff07ff01ff000007f0ffffff7f0c7f003e00080003c000f808",
        "dhash": "03043c18c64e0f07",
        "dhash:3": "0f9",
        "dhash:16": "801c801e830382e07ff067f003c3fce1e013f87c39fc36f001f0007f807f8071",
        "dhash_vertical": "fc1f00f82700c0f5",
        "dhash_vertical:5": "0707c18",
        "whash": "e0ff1f0cff0f00c0",
        "whash:2": "5",
        "whash:4": "c3f0",
        "whash:16": "000ffc00fbc0ffff07ff01ff00600ff8ffffffff0cff003f00180003c000f81c",
        "phash_simple": "0048c0c0f0f0f060",
        "phash_simple:3": "0b1",
        "phash_simple:16": "000042004a004800c000c280c080c180d180f000f000f000f000f800ec002400",
        "colorhash": "03048001000",
        "colorhash:1": "0000",
        "colorhash:4": "06132110020000",
        "colorhash:8": "007e1c3c3e1d1e0f0e390606020f",
        "phash@imagededup": "b6d96cc7601997a6",
        "ahash@imagededup": "e0ff0f0cff2f00c0",
        "dhash@imagededup": "03043c19c64e0f07",
        "whash@imagededup": "e0ff1f0cff0f00c0",
    },
    "large": {
        "phash": "8b70ba95761a9693",
        "phash:2": "9",
        "phash:3": "10d",
        "phash:16": "8b8370ceba7d95467e931a3c9e6393806499a0fd8fde1c32e18d9247e5923cb2",
        "phash:32": "ef5dbaea57d99177a0798a6d9a5067bf82478ecf03bf4c4fcfc4c4b7ce7f3678",
        "ahash": "000028383c7c7d3d",
        "ahash:3": "017",
        "ahash:16": "000100010180008008c00fe00fc00f800fc01ff01ff81ff61ff31ff31ff38ff3",
        "dhash": "f3d3d1f1f0f0f1f1",
        "dhash:3": "124",
        "dhash:16": "5747774ff30f730f7187fb037f03fb13bb11b300f700ff84ff87fb83ff833c07",
        "dhash_vertical": "702c3cf3ffdf8193",
        "dhash_vertical:5": "0c77ff1",
        "whash": "090838383c7e7d7f",
        "whash:2": "3",
        "whash:4": "066f",
        "whash:16": "00430181018119801dc00fe00fc01f801fd01ff81ffc1ff71ff71ff31ff3fffb",
        "phash_simple": "7737171713939397",
        "phash_simple:3": "0e4",
        "phash_simple:16": "37df37df37df17df17df13df13df13df13df13df13df93df93df93df93fb97f1",
        "colorhash": "00000048001",
        "colorhash:1": "0000",
        "colorhash:4": "01100002210002",
        "colorhash:8": "001e1e0f0f0f0f3e3f1e070e013e",
        "phash@imagededup": "8b70ba95761a9e93",
        "ahash@imagededup": "000028383c7c7d3d",
        "dhash@imagededup": "f3d3d1f1f0f0f1f1",
        "whash@imagededup": "090838383c7e7d7f",
    },
    "tiny": {
        "phash": "b272f28c0cbae2cd",
        "phash:2": "9",
        "phash:3": "152",
        "phash:16": "b2e672eef2ac8ca48ce4a8a5e2a54c64a8a5a8a555555553a2bd7117555abaee",
        "phash:32": "f8a94b27fc3255170ace6345052e734f1d696501a5797697b7fc7d224288e7cb",
        "ahash": "c4c6861b1b3b7377",
        "ahash:3": "10f",
        "ahash:16": "f878f878f078f078e078c03e818f018703870387078f0f8f1f8f1f1f3e3f3e3f",
        "dhash": "0c0c1c3333f3c7cc",
        "dhash:3": "0bd",
        "dhash:16": "00e000e001e001e003e007f0071e0f1f0f1e1f1efe1ffe1ff83ff87ff879f871",
        "dhash_vertical": "0a1b1b3b76e6e4e4",
        "dhash_vertical:5": "052b75a",
        "whash": "c4c4861b1b3b3377",
        "whash:2": "5",
        "whash:4": "a355",
        "whash:16": "f838f838f078f078e038c03e8187018703870387078f0f8f1f8f1f1f3e3f3e3f",
        "phash_simple": "e4e4e4e4e4e4e0e0",
        "phash_simple:3": "049",
        "phash_simple:16": "e500e400e400e400e400e400e400e400e400e400e400e400e400e400e400e400",
        "colorhash": "0e000000000",
        "colorhash:1": "1000",
        "colorhash:4": "2f000000000000",
        "colorhash:8": "3aff000000000000000000000000",
        "phash@imagededup": "b272f28c8cbae2cd",
        "ahash@imagededup": "c4c6861b1b3b7377",
        "dhash@imagededup": "0c0c1c3333f3c7cc",
        "whash@imagededup": "c4c6860b1b3b3377",
    },
    "faint": {
        "phash": "8fb0806e5bc635b5",
        "phash:2": "a",
        "phash:3": "12c",
        "phash:16": "8f74b0d981a06e995b63e6d6bd77bd344488d2202699b9666dc4e26b92a43cf6",
        "phash:32": "4ac8eb22c4462244e6453d0303fa76d764a87a00744682fe9ad7b0f7d9a27e67",
        "ahash": "1f1f1f880030f0fc",
        "ahash:3": "0c6",
        "ahash:16": "01ff01ff01ff07ff03ff83fec0f0c0008000800086008f009f00ffc0ffe0ffe1",
        "dhash": "dcfe3e28606064c0",
        "dhash:3": "1c4",
        "dhash:16": "31f073f063706930257c0cd408c014010a401c801c001c2038303800b0c17081",
        "dhash_vertical": "4080800020f2ff6f",
        "dhash_vertical:5": "10803ff",
        "whash": "1f3f1f8880b0f0fc",
        "whash:2": "6",
        "whash:4": "730e",
        "whash:16": "01ff03ff07ff07ff07ffc3fec3f0c0608000860086008f00df00ffc0ffe0ffe1",
        "phash_simple": "6f6f6f6f6f6f6f6f",
        "phash_simple:3": "0db",
        "phash_simple:16": "6fff6fff6fff6fff6fff6fff6fff6fff6fff6fff6fff6fbf6fff6bff6bff6bff",
        "colorhash": "07000000000",
        "colorhash:1": "1000",
        "colorhash:4": "0f000000000000",
        "colorhash:8": "00ff000000000000000000000000",
        "phash@imagededup": "8fb0806e5be635b5",
        "ahash@imagededup": "1f1f1f880030f0fc",
        "dhash@imagededup": "dcfe3e28606064c0",
        "whash@imagededup": "1f3f1f8880b0f0fc",
    },
    "ties": {
        "phash": "8000000000000000",
        "phash:2": "8",
        "phash:3": "100",
        "phash:16": "8000000000000000000000000000000000000000000000000000000000000000",
        "phash:32": "8720f36064ccadab4fc59e9a7dd5e18005d5ad8492e2d985ae6d98bf5a99d5f9",
        "ahash": "7e7e7e7e7e7e7e7e",
        "ahash:3": "092",
        "ahash:16": "6db66db66db66db66db66db66db66db66db66db66db66db66db66db66db66db6",
        "dhash": "9292929292929292",
        "dhash:3": "124",
        "dhash:16": "92d292d292d292d292d292d292d292d292d292d292d292d292d292d292d292d2",
        "dhash_vertical": "0000000000000000",
        "dhash_vertical:5": "0000000",
        "whash": "6c6c6c6c6c6c6c6c",
        "whash:2": "5",
        "whash:4": "6666",
        "whash:16": "2cb22cb22cb22cb22cb22cb22cb22cb22cb22cb22cb22cb22cb22cb22cb22cb2",
        "phash_simple": "aaaaaaaaaaaaaaaa",
        "phash_simple:3": "16d",
        "phash_simple:16": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "colorhash": "33000000000",
        "colorhash:1": "2000",
        "colorhash:4": "c7000000000000",
        "colorhash:8": "f67e000000000000000000000000",
        "phash@imagededup": "80ffffffffffffff",
        "ahash@imagededup": "7e7e7e7e7e7e7e7e",
        "dhash@imagededup": "9292929292929292",
        "whash@imagededup": "6d6d6d6d6d6d6d6d",
    },
}

# The hashes of segments, by the usual arguments, then by others.
SEGMENTS = {
    "wide": (
        "01a595da07662d42a26f5014a08a5ecd08fc714c9296a20bea20d91c5efe2c6f",
        "b7b0826758c4537d,bf40891dc4a33d1f",
    ),
    "tall": (
        "8261cc07080f4540abef1f3e1c08802cf990da7c49144437e83ba4beaf3bfc06",
        "b6d86cc7601997a6,ba0b874eb55ab053",
    ),
    "large": (
        "98f091b0b0f8fc68,f0e0e0f0f0f8f8f8,f3d3d1f1f0f0f1f1",
        "8b70ba95761a9693,9b4e6ca366a6f850",
    ),
    "tiny": (
        "844200da9feeb9704527e96ec658edec6ed144e57b6588c3ef69e833f34351d2",
        "b272f28c0cbae2cd,ea66cd8921e9cda1",
    ),
    "faint": ("f0f0707030b454a4,3838303030706260,dcfe3e28606064c0", "8fb0806e5bc635b5"),
    "ties": (
        "3db22c177b64d9a68dfa95fcee08ca0a084ea66d5b1b54dd907afa85ee394317",
        "8000000000000000,8000000000000000",
    ),
}


def shortened(text: str) -> str:
    """The SHA-256 of values that are longer than it."""
    return text if len(text) <= 64 else hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize("picture", PICTURES)
def test_the_pictures_are_the_same(picture: str) -> None:
    """Their pixels are still those whose hashes are in the table."""
    pixels = PICTURES[picture]
    assert hashlib.sha256(pixels.tobytes()).hexdigest() == PIXELS[picture]


@pytest.mark.parametrize(
    ("picture", "algorithm", "frozen"),
    [(picture, *line) for picture, lines in FROZEN.items() for line in lines.items()],
)
def test_a_hash_never_changes(picture: str, algorithm: str, frozen: str) -> None:
    """A stored hash keeps its meaning for ever."""
    assert shortened(str(hash_image(PICTURES[picture], algorithm=algorithm))) == frozen


@pytest.mark.parametrize("picture", PICTURES)
def test_the_hashes_of_segments_never_change(picture: str) -> None:
    """Neither the places of the segments change, nor their order."""
    pixels = PICTURES[picture]
    usual = imagehash.crop_resistant_hash(pixels)
    other = imagehash.crop_resistant_hash(pixels, imagehash.phash, 2, 100, 50, 200)
    assert (shortened(str(usual)), shortened(str(other))) == SEGMENTS[picture]


def test_every_algorithm_is_frozen() -> None:
    """It is frozen at least at its usual size, on every picture."""
    for lines in FROZEN.values():
        assert {get_algorithm(name).name for name in lines} >= set(algorithm_names())
