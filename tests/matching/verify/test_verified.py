"""What a second look finds and refuses, on drawn pictures."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageEnhance

import lookalike
from discs import DISCS
from lookalike import find_duplicates
from lookalike.report.group import Duplicate
from lookalike.sight.look import Looks, look_whole
from pictures import Pixels, blobs, photo
from sheets import draw_sheet, entries_of

ALGORITHMS = ("phash", "dhash", "ahash", "whash", "phash:16", "colorhash")


def jpeg(pixels: Pixels | Image.Image, quality: int = 90) -> bytes:
    """The bytes of a JPEG file."""
    file = io.BytesIO()
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    image.save(file, "JPEG", quality=quality)
    return file.getvalue()


def clockwise(pixels: Pixels, degrees: int) -> Pixels:
    """A picture turned clockwise by quarters."""
    return np.ascontiguousarray(np.rot90(pixels, -degrees // 90))


def half(pixels: Pixels) -> Pixels:
    """Half the width and height."""
    height, width = pixels.shape[:2]
    image = Image.fromarray(pixels).resize((width // 2, height // 2), Image.Resampling.LANCZOS)
    return np.asarray(image)


def groups_of(result: lookalike.Result) -> list[list[int]]:
    """The positions in each group, in order."""
    return [sorted(group.positions.tolist()) for group in result.groups]


def duplicates_of(result: lookalike.Result) -> dict[int, Duplicate]:
    """The duplicates of the only group by the number of the input."""
    (group,) = result.groups
    return {int(one.image.path[1:-1]): one for one in group.duplicates}


# Quarter turns


@pytest.mark.parametrize("size", [(240, 160), (160, 240), (200, 200)])
def test_quarter_turns_say_what_turns_them_back(size: tuple[int, int]) -> None:
    """The copy that was turned clockwise by 90 degrees must be turned by 270 to lie on the keeper,
    for wide, tall and square pictures.
    """
    pixels = photo(*size, 1)
    copies = [half(clockwise(pixels, degrees)) for degrees in (90, 180, 270)]
    found = duplicates_of(find_duplicates([pixels, *map(jpeg, copies)]))
    assert {at: one.turned for at, one in found.items()} == {1: 270, 2: 180, 3: 90}
    for one in found.values():
        assert (one.evidence, one.mirrored, one.colour_differs) == ("agreement", False, False)
        assert one.agreement is not None
        assert one.agreement > 0.9
        assert one.distance <= 12


@pytest.mark.parametrize("degrees", [90, 180, 270])
@pytest.mark.parametrize("keeper_first", [True, False])
def test_the_turn_does_not_depend_on_the_order(degrees: int, keeper_first: bool) -> None:
    """`turned` is that of the duplicate, wherever it and the keeper are among the inputs. In a
    link, it is that of the second image.
    """
    pixels = photo(240, 160, 4)
    copy = half(clockwise(pixels, degrees))
    result = find_duplicates([pixels, copy] if keeper_first else [copy, pixels])
    (group,) = result.groups
    assert group.keeper.width == 240
    assert group.duplicates[0].turned == 360 - degrees
    assert group.links.turned.tolist() == [360 - degrees if keeper_first else degrees]


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_the_transform_of_a_link_is_what_turns_it(degrees: int) -> None:
    """It takes a place of the second image to the same place of the first."""
    pixels = photo(240, 160, 5)
    result = find_duplicates([pixels, clockwise(pixels, degrees)])
    links = result.groups[0].links
    turned = clockwise(pixels, degrees)
    height, width = turned.shape[:2]
    y, x = 31, 97
    place = links.transform[0] @ [(x + 0.5) / width, (y + 0.5) / height, 1]
    column, row = int(place[0] * 240), int(place[1] * 160)
    assert (pixels[row, column] == turned[y, x]).all()


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_turned_copies_are_found_by_every_algorithm(algorithm: str) -> None:
    """The distance that is shown is that of the algorithm, after turning, within its limit."""
    pixels = photo(240, 160, 1)
    inputs = [pixels, half(clockwise(pixels, 90)), photo(240, 160, 2), half(pixels)]
    result = find_duplicates(inputs, algorithm=algorithm)
    found = duplicates_of(result)
    assert {at: one.turned for at, one in found.items()} == {1: 270, 3: 0}
    back = lookalike.hash_image(clockwise(half(clockwise(pixels, 90)), 270), algorithm=algorithm)
    shown, plain = found[1].distance, lookalike.hash_image(pixels, algorithm=algorithm) - back
    assert abs(shown - plain) <= max(2, lookalike.get_algorithm(algorithm).bits // 32)
    assert shown <= result.max_distance


def test_mirrored_copies_are_not_found_by_default() -> None:
    """They are left to the thorough search."""
    pixels = photo(240, 160, 1)
    assert not find_duplicates([pixels, np.ascontiguousarray(pixels[:, ::-1])]).groups


def test_turned_pictures_are_not_found_by_bits_alone() -> None:
    """Without a second look, a quarter turn is another picture."""
    pixels = photo(240, 160, 1)
    assert not find_duplicates([pixels, clockwise(pixels, 90)], verify=False).groups


# Pictures that only look alike to a hash


@pytest.mark.parametrize("algorithm", ["phash", "ahash", "whash", "dhash"])
def test_discs_on_dark_ground_are_not_grouped_and_their_copies_are(algorithm: str) -> None:
    """A moon, a ball and a sunset are within a few bits, but a look tells them apart."""
    discs = [draw() for draw in DISCS.values()]
    copies = [[half(one), jpeg(one, 20)] for one in discs]
    every: list[Any] = [*discs, *(one for each in copies for one in each)]
    bits = find_duplicates(discs, algorithm=algorithm, max_distance=16, verify=False)
    assert groups_of(bits) == [[0, 1, 2]]
    seen = find_duplicates(every, algorithm=algorithm, max_distance=16)
    assert groups_of(seen) == [[0, 3, 4], [1, 5, 6], [2, 7, 8]]


def test_equal_hashes_of_different_pictures_are_not_grouped() -> None:
    """Pictures with one hash are one node of the search by bits, but each pair is looked at."""
    discs = [draw() for draw in DISCS.values()]
    hashes = {lookalike.hash_image(one, algorithm="whash") for one in discs}
    assert len(hashes) == 1
    result = find_duplicates([*discs, *map(half, discs)], algorithm="whash")
    assert groups_of(result) == [[0, 3], [1, 4], [2, 5]]


# Colour


def shirt(red: int, green: int, blue: int) -> Pixels:
    """A textured picture, tinted to a lightness of about the same grey."""
    grey = blobs(240, 180, 9).astype(np.float64) * 0.5
    tinted = grey[..., None] + np.array([red, green, blue])
    clipped: Pixels = tinted.clip(0, 255).astype(np.uint8)
    return clipped


SHIRTS = [shirt(100, 20, 60), shirt(20, 60, 60), shirt(50, 30, 160)]


def test_colour_variants_match_and_say_so() -> None:
    """They are one group, in which every duplicate says `colour differs`."""
    found = duplicates_of(find_duplicates(SHIRTS))
    assert sorted(found) == [1, 2]
    assert all(one.colour_differs for one in found.values())
    assert find_duplicates(SHIRTS).groups[0].links.colour_differs.all()


def test_colour_variants_are_told_apart_if_asked() -> None:
    """Copies of each variant are still found, turned ones too."""
    every = [*SHIRTS, *map(half, SHIRTS), clockwise(SHIRTS[1], 90)]
    result = find_duplicates(every, colour=True)
    assert groups_of(result) == [[0, 3], [1, 4, 6], [2, 5]]
    assert not any(one.colour_differs for group in result.groups for one in group.duplicates)


@pytest.mark.parametrize("seed", range(4))
def test_plain_copies_do_not_differ_in_colour(seed: int) -> None:
    """JPEG of quality 20, half the size, and brighter and darker copies keep their colours."""
    pixels = photo(320, 240, seed)
    enhanced = ImageEnhance.Brightness(Image.fromarray(pixels))
    brighter, darker = (np.asarray(enhanced.enhance(factor)) for factor in (1.3, 0.6))
    lighter = (pixels.astype(np.int64) * 3 // 4 + 60).astype(np.uint8)
    inputs: list[Any] = [pixels, jpeg(pixels, 20), half(pixels), brighter, darker, lighter]
    found = duplicates_of(find_duplicates(inputs, colour=True))
    assert sorted(found) == [1, 2, 3, 4, 5]
    assert not any(one.colour_differs for one in found.values())


# Agreement and distance


def noisy(pixels: Pixels, amount: float, seed: int = 0) -> Pixels:
    """A picture under another one."""
    other = photo(pixels.shape[1], pixels.shape[0], 50 + seed).astype(np.float64)
    return (pixels * (1 - amount) + other * amount).astype(np.uint8)


def test_a_least_agreement_filters_and_splits() -> None:
    """A copy that agrees less leaves the group. No link agrees less than what was asked for."""
    pixels = photo(240, 180, 1)
    inputs = [pixels, half(pixels), noisy(pixels, 0.3), half(noisy(pixels, 0.3))]
    found = duplicates_of(find_duplicates(inputs))
    worse = found[2].agreement
    assert worse is not None
    assert worse < 0.95
    result = find_duplicates(inputs, min_agreement=(worse + 1) / 2)
    assert groups_of(result) == [[0, 1], [2, 3]]
    for group in result.groups:
        assert (group.links.agreement >= (worse + 1) / 2).all()


def test_duplicates_are_sorted_by_agreement() -> None:
    """After the exact copies, those that agree better come first."""
    pixels = photo(240, 180, 1)
    inputs = [pixels, *(noisy(pixels, amount) for amount in (0.3, 0.1, 0.2)), pixels]
    (group,) = find_duplicates(inputs).groups
    assert [one.image.path for one in group.duplicates] == ["[4]", "[2]", "[3]", "[1]"]
    agreements = [one.agreement for one in group.duplicates]
    assert agreements == sorted(agreements, reverse=True, key=lambda one: one or 0)


@pytest.mark.parametrize(
    ("algorithm", "max_distance"),
    [("phash", 0), ("phash", 1), ("phash", 8), ("dhash", 2), ("phash:16", 8), ("phash:16", 30)],
)
def test_no_match_exceeds_a_distance_that_was_given(algorithm: str, max_distance: int) -> None:
    """This includes turned ones, and members that are linked to their keeper."""
    inputs: list[Any] = []
    for seed in range(3):
        pixels = photo(240, 160, seed)
        inputs += [pixels, half(pixels), jpeg(pixels, 8), noisy(pixels, 0.1)]
        inputs += [jpeg(half(clockwise(pixels, degrees)), 30) for degrees in (90, 180)]
    result = find_duplicates(inputs, algorithm=algorithm, max_distance=max_distance)
    assert result.groups
    for group in result.groups:
        assert (group.links.distance <= max_distance).all()
        assert all(
            one.distance <= max_distance for one in group.duplicates if one.evidence != "chain"
        )


def test_without_a_distance_a_second_look_has_a_looser_one() -> None:
    """12 of 64 bits for pHash, and 1.2 times the default of other algorithms."""
    for algorithm in ALGORITHMS:
        default = lookalike.get_algorithm(algorithm).default_max_distance
        found = find_duplicates([], algorithm=algorithm).max_distance
        assert found == round(1.2 * default)
        assert find_duplicates([], algorithm=algorithm, verify=False).max_distance == default
    assert find_duplicates([]).max_distance == 12


# Chains


def between(share: float) -> Pixels:
    """One picture that fades into another."""
    one, other = (photo(240, 180, seed).astype(np.float64) for seed in (1, 2))
    return (one * (1 - share) + other * share).astype(np.uint8)


def test_a_member_of_a_chain_says_so() -> None:
    """C agrees with B, and B with A, but C does not agree with A. Links are the confirmed ones."""
    shares = np.linspace(0, 1, 11)
    inputs = [between(share) for share in shares]
    inputs[0] = np.asarray(Image.fromarray(inputs[0]).resize((480, 360)))  # the keeper
    (group,) = find_duplicates(inputs).groups
    assert group.positions[0] == 0
    found = {int(one.image.path[1:-1]): one for one in group.duplicates}
    words = [found[at].evidence for at in range(1, 11)]
    direct = words.count("agreement")
    assert words == ["agreement"] * direct + ["chain"] * (10 - direct)
    assert 0 < direct < 10
    pairs = set(zip(group.links.i.tolist(), group.links.j.tolist(), strict=True))
    assert (0, 10) not in pairs
    assert {at for at in range(1, 11) if (0, at) in pairs} == set(range(1, direct + 1))
    assert (group.links.agreement > 0.7).all()


def test_what_agrees_with_nothing_is_in_no_group() -> None:
    """Each member of a group has a link, and without its links nothing holds it in the group."""
    inputs = [between(share) for share in (0, 0.1, 0.2, 0.9, 1)] + [photo(240, 180, 7)]
    result = find_duplicates(inputs, max_distance=30)
    assert result.groups
    for group in result.groups:
        linked = {*group.links.i.tolist(), *group.links.j.tolist()}
        assert linked == set(group.positions.tolist())


def turned_alike(seed: int) -> Pixels:
    """A picture of which only the fine details change when it is turned by 180 degrees."""
    random = np.random.default_rng(seed)
    k, x = np.ogrid[:8, :32]
    cosines = np.cos(np.pi * k * (2 * x + 1) / 64) / 4
    cosines[0] /= np.sqrt(2)
    fine = random.normal(size=(32, 32)) * 12
    fine -= cosines.T @ (cosines @ fine @ cosines.T) @ cosines  # a hash sees nothing of it
    coarse = random.uniform(25, 45, (8, 8)) * ((k + k.T) % 2 == 0)  # turned, it is the same
    whole = 120 + cosines.T @ coarse @ cosines + fine
    return np.kron(whole.clip(0, 255), np.ones((10, 10))).astype(np.uint8)


@pytest.mark.parametrize("seed", range(4))
def test_a_member_is_tried_in_each_orientation_that_is_near(seed: int) -> None:
    """Its hash is as near to the keeper's upright as turned, but only turned do they agree.

    Others connect the last copy and the keeper, so the two are not looked at before.
    """
    pixels = turned_alike(seed)
    turned = half(clockwise(pixels, 180))
    copies: list[Any] = [half(pixels), turned, jpeg(turned), pixels]
    hashes = [lookalike.hash_image(one) for one in copies]
    assert max(hashes[3] - one for one in hashes) <= 2
    found = duplicates_of(find_duplicates(copies))
    assert {at: (one.evidence, one.turned) for at, one in found.items()} == {
        0: ("agreement", 0),
        1: ("agreement", 180),
        2: ("agreement", 180),
    }


# Blank and plain pictures


def test_blank_pictures_match_by_equal_pixels_only() -> None:
    """No look can tell two greys from each other, so none is taken."""
    greys = [np.full((60, 80), value, np.uint8) for value in (90, 90, 91, 200)]
    result = find_duplicates([*greys, photo(80, 60, 1)], max_distance=64)
    assert groups_of(result) == [[0, 1]]
    (one,) = result.groups[0].duplicates
    assert one.same_pixels
    assert one.agreement == 1


def thin(seed: int) -> Image.Image:
    """A page with thin lines, which leave no texture in a thumb."""
    chance = np.random.default_rng(seed)
    page = np.full((1400, 1000), 250, np.uint8)
    for at in chance.integers(50, 950, 6).tolist():
        page[at : at + 2, 60:940] = 20
        page[80:1300, at] = 20
    return Image.fromarray(page)


def test_pages_with_thin_lines_match_their_copies_only() -> None:
    """Their thumbs are nearly blank. They are compared larger."""
    pages = [thin(seed) for seed in range(4)]
    copies = [np.asarray(one.resize((700, 980), Image.Resampling.LANCZOS)) for one in pages]
    result = find_duplicates([*pages, *copies], max_distance=32)
    assert groups_of(result) == [[0, 4], [1, 5], [2, 6], [3, 7]]


# Equal bytes


def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Counts how many pairs each look compares."""
    counts: list[int] = []

    def counting(thumbs: NDArray[np.uint8], i: NDArray[np.uint32], *others: Any) -> Looks:
        counts.append(len(i))
        return look_whole(thumbs, i, *others)

    monkeypatch.setattr("lookalike.matching.verify.second_look.look_whole", counting)
    return counts


def test_a_thousand_copies_cost_one_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """Equal bytes are one picture, which is compared with the one that resembles it."""
    counts = counted(monkeypatch)
    one, other = jpeg(photo(160, 120, 1)), jpeg(half(photo(160, 120, 1)))
    (group,) = find_duplicates([one] * 500 + [other] * 500).groups
    assert len(group) == 1000
    assert sum(counts) == 1
    assert len(group.links.i) == 999
    assert sum(one.exact for one in group.duplicates) == 499
    assert {one.evidence for one in group.duplicates} == {"bytes", "agreement"}


def test_connected_pictures_are_not_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 50 copies, each is joined once, and is compared with the keeper: not 1,225 pairs."""
    counts = counted(monkeypatch)
    monkeypatch.setattr("lookalike.matching.verify.confirming.LEAST_AT_ONCE", 16)
    pixels = photo(160, 120, 1)
    copies = [jpeg(pixels, quality) for quality in range(45, 95)]
    (group,) = find_duplicates(copies).groups
    assert len(group) == 50
    assert sum(counts) < 250


def test_links_are_few_and_connect_the_group() -> None:
    """There are no more than one link per join and one per member from the keeper."""
    pixels = photo(160, 120, 1)
    (group,) = find_duplicates([jpeg(pixels, quality) for quality in range(60, 90)]).groups
    pairs = list(zip(group.links.i.tolist(), group.links.j.tolist(), strict=True))
    assert len(pairs) == len(set(pairs)) <= 2 * len(group)
    assert all(i < j for i, j in pairs)
    sets = {at: {at} for at in group.positions.tolist()}
    for i, j in pairs:
        joined = sets[i] | sets[j]
        sets |= dict.fromkeys(joined, joined)
    assert len(sets[0]) == len(group)


# Progress


def test_progress_advances_while_paper_is_compared() -> None:
    """Every slice of pairs counts, not only all pairs of a portion. In the end, all are done."""
    forms = [
        np.asarray(draw_sheet("form", 1, entries_of(one, 4)).convert("L")) for one in range(16)
    ]
    said: list[tuple[int, int]] = []

    def progress(stage: str, done: int, total: int | None) -> None:
        if stage == "confirming":
            assert total is not None
            said.append((done, total))

    result = find_duplicates(forms, max_distance=32, progress=progress)
    assert not result.groups
    assert len(result.related) == 120
    done = np.array([0, *(done for done, _ in said)])
    steps = np.diff(done)
    assert (steps > 0).all()
    assert steps[done[1:] <= 120].max() <= 32  # turned, the thumbs differ, which takes no time
    assert said[-1][0] == said[-1][1] > 120


def test_progress_advances_while_members_are_compared_with_their_keepers() -> None:
    """Of a large group, most pairs that connect it are between other members."""
    rng = np.random.default_rng(3)
    picture = photo(96, 72, 5).astype(np.int16)
    copies = [
        np.clip(picture + rng.integers(-30, 31, picture.shape), 0, 255).astype(np.uint8)
        for _ in range(400)
    ]
    said: list[tuple[int, int | None]] = []

    def progress(stage: str, done: int, total: int | None) -> None:
        if stage == "comparing with keepers":
            said.append((done, total))

    result = find_duplicates(copies, progress=progress)
    assert [len(group) for group in result.groups] == [400]
    done = [done for done, _ in said]
    assert len(done) > 1
    assert done == sorted(set(done))
    assert {total for _, total in said} == {done[-1]}
