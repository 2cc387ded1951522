"""Reports: pages with pictures that run no script, and tell only what they may."""

from __future__ import annotations

import base64
import os
import re
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
import simplejpeg
from PIL import ExifTags, Image, PngImagePlugin

import lookalike
from files import save
from lookalike.report.differences import differences, said_differences
from lookalike.report.html.report import MOST_IN_ONE
from lookalike.report.pictures import CHANGED, PictureReader
from photo_metadata import exif_block
from photo_metadata import photo as save_photo
from pictures import photo

TALES = (
    "TellMake", "TellDescription", "TellPlace", "TellComment", "TellProfile", "TellXmp", "TellText",
    "TellFolder", "TellName", "TellSub", "TellOther", "TellArchive", "TellMember", "TellEmpty",
    "TellBroken",
)  # fmt: skip
"""All that the pictures and their names tell."""


def tell_tales(path: Path) -> None:
    """A JPEG that says in every way where, when and with what it was made."""
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "TellMake"
    exif[ExifTags.Base.ImageDescription] = "TellDescription"
    exif[ExifTags.Base.DateTime] = "2003:04:05 06:07:08"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSAreaInformation] = "TellPlace"
    image = Image.fromarray(photo(300, 200, 1))
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(
        path, quality=70, exif=exif, comment=b"TellComment", icc_profile=b"TellProfile",
        xmp=b"<x:xmpmeta>TellXmp</x:xmpmeta>",
    )  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two groups, one of them partly in an archive, and files that fail, all telling names."""
    root = tmp_path_factory.mktemp("pictures") / "TellFolder"
    tell_tales(root / "TellName.jpg")
    words = PngImagePlugin.PngInfo()
    words.add_text("Comment", "TellText")
    save(root / "TellSub" / "b.png", photo(600, 400, 1), pnginfo=words)
    save(root / "TellOther.png", photo(300, 200, 2))
    with zipfile.ZipFile(root / "TellArchive.zip", "w") as archive:
        archive.write(root / "TellOther.png", "TellMember.png")
    (root / "TellEmpty.jpg").touch()
    (root / "TellBroken.png").write_bytes((root / "TellOther.png").read_bytes()[:9000])
    for path in root.rglob("*"):
        os.utime(path, (1_049_522_828, 1_049_522_828))  # 2003-04-05
    os.utime(root / "TellSub" / "b.png", (1_049_600_000, 1_049_600_000))
    return root


@pytest.fixture(scope="module")
def result(folder: Path) -> lookalike.Result:
    """The result of a search in it."""
    return lookalike.find_duplicates(folder, archives=True, damaged="hash")


class Tags(HTMLParser):
    """All tags of a page, with their attributes."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]


def inlined(page: Path) -> list[bytes]:
    """The pictures within a page."""
    sources = [one["src"] for one in Tags(page).all("img")]
    assert all(one.startswith("data:image/jpeg;base64,") for one in sources)
    return [base64.b64decode(one.partition(",")[2]) for one in sources]


def markers(jpeg: bytes) -> Iterator[int]:
    """The markers of a JPEG up to its scan."""
    at = 2
    while at < len(jpeg):
        assert jpeg[at] == 0xFF
        yield jpeg[at + 1]
        if jpeg[at + 1] == 0xDA:
            return
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")


def test_a_report_says_what_stays_and_why(result: lookalike.Result, tmp_path: Path) -> None:
    """It names every image of every group, the reasons, and what differs."""
    page = result.write_report(tmp_path / "report.html")
    assert page == tmp_path / "report.html"
    text = re.sub(r"\s+", " ", Tags(page).text)
    assert len(result.groups) == 2
    assert "b.png stays: most pixels: 0.24 MP against 0.06 MP." in text
    assert "the same bytes" in text
    assert "TellArchive.zip" in text
    assert re.search(r"dimensions600 x 400 \(0\.24 MP\) ▲ more pixels", text)
    assert re.search(r"empty: \S+TellEmpty.jpg: it has no bytes", text)
    assert [one["alt"].partition(", ")[2] for one in Tags(page).all("img")][2:] == [
        "keep, 600 x 400 (0.24 MP)",
        "duplicate, 300 x 200 (0.06 MP)",
    ]


def test_a_report_runs_no_script_and_loads_nothing(
    result: lookalike.Result, tmp_path: Path
) -> None:
    """It has neither scripts nor addresses of others, and its policy forbids both."""
    tags = Tags(result.write_report(tmp_path / "report.html"))
    assert not {"script", "iframe", "object", "embed", "link", "base", "form"} & {
        name for name, _ in tags.tags
    }
    assert not any(name.startswith("on") for _, attributes in tags.tags for name in attributes)
    (policy,) = [one["content"] for one in tags.all("meta") if "http-equiv" in one]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy


@pytest.mark.parametrize("many", [False, True], ids=["one file", "a folder"])
def test_without_paths_nothing_says_where_images_come_from(
    result: lookalike.Result, tmp_path: Path, many: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No name, folder, date, camera or position is in any byte, not even within the pictures."""
    if many:
        monkeypatch.setattr("lookalike.report.html.report.MOST_IN_ONE", 0)
    written = {}
    for paths in (True, False):
        target = tmp_path / f"{paths}" / "report.html"
        target.parent.mkdir()
        page = result.write_report(target, paths=paths)
        files = [one for one in target.parent.rglob("*") if one.is_file()]
        pictures = [one.read_bytes() for one in files if one.suffix == ".jpg"] or inlined(page)
        assert len(pictures) == 4
        for picture in pictures:
            assert {*markers(picture)} <= {0xE0, 0xDB, 0xC0, 0xC4, 0xDA}  # no APP1 or comment
        names = [str(one.relative_to(target.parent)).encode() for one in files]
        written[paths] = b"\n".join([*names, *(one.read_bytes() for one in files), *pictures])
    assert b"TellName.jpg" in written[True]
    assert b"2003-04-05" in written[True]
    lower = written[False].lower()
    for tale in (*TALES, "2003-04", "2003:04", str(tmp_path)):
        assert tale.lower().encode() not in lower
    assert b"more pixels" in written[False]
    # A date is left out too, so the page does not claim that only names differ.
    assert b"Only the name differs." not in written[False]
    assert b"Nothing shown here differs." in written[False]
    assert b"2 files could not be read:</p>" in written[True]
    assert b"2 files could not be read.</p>" in written[False]  # no colon: nothing follows


def test_rules_for_keepers_are_not_quoted_without_paths(folder: Path, tmp_path: Path) -> None:
    """They may name a folder or a pattern."""
    result = lookalike.find_duplicates(folder, keep=("folder:TellSub",))
    group = result.groups[0]
    assert group.keeper_reason == "in a folder TellSub"
    told = result.write_report(tmp_path / "told.html").read_text()
    bare = result.write_report(tmp_path / "bare.html", paths=False).read_text()
    assert "stays: in a folder TellSub." in told
    assert "stays: first by the rules of the search." in bare
    assert "TellSub" not in bare


def test_a_report_of_a_result_read_back_is_the_same(
    result: lookalike.Result, tmp_path: Path
) -> None:
    """It needs no search, and has no date of its own."""
    one = result.write_report(tmp_path / "one.html")
    other = lookalike.Result.from_json(result.to_json()).write_report(tmp_path / "other.html")
    assert one.read_bytes() == other.read_bytes()


def test_links_lead_to_files_only_if_wanted(result: lookalike.Result, tmp_path: Path) -> None:
    """They are links to files, never to members of archives."""
    assert Tags(result.write_report(tmp_path / "plain.html")).all("a") == []
    links = Tags(result.write_report(tmp_path / "linked.html", links=True)).all("a")
    assert len(links) == 3
    assert all(re.fullmatch(r"file:///\S+\.(png|jpg)", one["href"]) for one in links)
    with pytest.raises(ValueError, match="links requires paths"):
        result.write_report(tmp_path / "none.html", links=True, paths=False)
    assert not (tmp_path / "none.html").exists()


def test_names_cannot_become_tags(tmp_path: Path) -> None:
    """Names with tags, quotes, line breaks, turned text and odd bytes are shown as text."""
    names = ["<img src=x onerror=alert(1)>.png", '"><b>&amp;\n.png', "\u202egnp.png", "\udcff.png"]
    for name in names:
        save(tmp_path / "photos" / name, photo(80, 60, 1))
    result = lookalike.find_duplicates(tmp_path / "photos")
    tags = Tags(result.write_report(tmp_path / "report.html"))
    assert len(tags.all("img")) == 4
    assert {*tags.all("img")[0]} == {"src", "alt", "width", "height", "loading"}
    assert "<img src=x onerror=alert(1)>.png" in tags.text
    assert r'"><b>&amp;\n.png' in tags.text
    assert r"\u202egnp.png" in tags.text
    assert r"\udcff.png" in tags.text
    assert "onerror=alert" in result._repr_html_()
    assert "<img src=x" not in result._repr_html_()


def test_a_picture_that_changed_or_went_is_not_shown(tmp_path: Path) -> None:
    """The page says why instead. What else it says is what the search found."""
    paths = [save(tmp_path / f"{name}.png", photo(80, 60, 1)) for name in "abcd"]
    result = lookalike.find_duplicates(tmp_path)
    save(paths[1], photo(90, 60, 7))
    paths[2].unlink()
    os.truncate(paths[3], 0)
    text = Tags(result.write_report(tmp_path / "report.html")).text
    assert text.count(f"No picture: {CHANGED}.") == 1
    assert text.count("No picture: there is no such file.") == 1
    assert text.count("No picture: it has no bytes.") == 1
    assert text.count("80 x 60") == 0  # the dimensions are equal
    assert len(inlined(tmp_path / "report.html")) == 1


def test_images_from_memory_have_no_picture() -> None:
    """They cannot be read a second time, and the notebook says so."""
    result = lookalike.find_duplicates([photo(80, 60, 1), photo(80, 60, 1)])
    assert result._repr_html_().count("No picture: it cannot be read a second time") == 2


@pytest.mark.slow
def test_many_groups_become_a_folder(tmp_path: Path) -> None:
    """It has an index, pages that lead to each other, and a picture for each address."""
    count = MOST_IN_ONE + 1
    for seed in range(count):
        for name in ("a.bmp", "b.bmp"):
            save(tmp_path / "in" / f"{seed:03}{name}", photo(24, 24, seed))
    result = lookalike.find_duplicates(tmp_path / "in", verify=False, max_distance=0)
    assert len(result.groups) == count
    index = result.write_report(tmp_path / "out.html")
    assert index == tmp_path / "out" / "index.html"
    pages = [one["href"] for one in Tags(index).all("a")]
    assert pages == ["page-00001.html", "page-00002.html", "page-00003.html"]
    sections = []
    for page in pages:
        tags = Tags(index.parent / page)
        sections += [one["id"] for one in tags.all("section")]
        assert {one["href"] for one in tags.all("a")} <= {"index.html", *pages}
        for picture in tags.all("img"):
            simplejpeg.decode_jpeg((index.parent / picture["src"]).read_bytes())
    assert sections == [f"group-{number + 1}" for number in range(count)]
    assert len([*(index.parent / "thumbs").iterdir()]) == 2 * count
    (index.parent / "mine.txt").write_text("mine")
    with pytest.raises(FileExistsError, match="not empty"):
        result.write_report(tmp_path / "out.html")
    assert (index.parent / "mine.txt").read_text() == "mine"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["in", "out"]


def test_a_report_that_cannot_be_finished_leaves_nothing(
    result: lookalike.Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither half a file nor half a folder stays, and an older report is left alone."""
    target = tmp_path / "report.html"
    target.write_text("older")

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(PictureReader, "pictures", stopped)
    for most in (MOST_IN_ONE, 0):
        monkeypatch.setattr("lookalike.report.html.report.MOST_IN_ONE", most)
        with pytest.raises(KeyboardInterrupt):
            result.write_report(target)
    assert [one.name for one in tmp_path.iterdir()] == ["report.html"]
    assert target.read_text() == "older"


def test_a_group_of_many_shows_a_few_and_names_the_rest(tmp_path: Path) -> None:
    """So a page stays small whatever the groups are."""
    for number in range(15):
        save(tmp_path / f"{number:02}.png", photo(24, 24, 1))
    result = lookalike.find_duplicates(tmp_path)
    tags = Tags(result.write_report(tmp_path / "report.html"))
    assert len(tags.all("img")) == 12
    assert "3 more images" in tags.text
    assert str(tmp_path / "14.png") in tags.text
    bare = Tags(result.write_report(tmp_path / "bare.html", paths=False))
    assert "3 of them are not listed here" in bare.text


def test_only_what_differs_is_a_difference(tmp_path: Path) -> None:
    """Equal facts are left out, more bytes are better only within a format, and the keeper of two
    turned copies has no better dimensions.
    """
    a = save(tmp_path / "a.png", photo(80, 60, 1))
    b = save(tmp_path / "b.jpg", photo(80, 60, 1), quality=90)
    c = save(tmp_path / "c.jpg", photo(60, 80, 1), quality=50)
    for path in (a, b, c):
        os.utime(path, (0, 0))
    one, two, three = lookalike.hash_images([a, b, c]).images
    assert differences([one, one]) == []
    found = {each.name: each for each in differences([one, two])}
    assert {*found} == {"size", "format"}
    assert not any(found["size"].better)
    found = {each.name: each for each in differences([two, three])}
    assert {*found} == {"size", "dimensions"}
    assert found["size"].better == [True, False]
    assert found["size"].word == "more bytes"
    assert not any(found["dimensions"].better)


def test_what_files_say_is_told_where_it_differs(tmp_path: Path) -> None:
    """To say it is better than not to. Two dates are as good as each other. A higher quality is
    only better if the pictures have the same size, and all are JPEGs.
    """
    pixels = photo(80, 60, 1)
    full = exif_block("2024:05:06 07:08:09", camera="Camera 1", gps=True)
    a = save_photo(tmp_path / "a.jpg", pixels, exif=full)
    b = save_photo(tmp_path / "b.jpg", pixels, exif=exif_block("2025:01:01 00:00:00"), quality=80)
    c = save_photo(tmp_path / "c.jpg", pixels, quality=70)
    one, two, three = lookalike.hash_images([a, b, c]).images
    assert said_differences([one, one]) == []
    found = {each.name: each for each in said_differences([one, two])}
    assert {*found} == {"JPEG quality", "date taken", "camera", "place"}
    assert found["JPEG quality"].values == ["about 90", "about 80"]
    assert found["JPEG quality"].better == [True, False]
    assert found["JPEG quality"].word == "higher quality"
    assert found["date taken"].values == ["2024-05-06 07:08:09", "2025-01-01 00:00:00"]
    assert not any(found["date taken"].better)
    assert found["place"].values == ["has GPS", "none"]
    assert (found["camera"].better, found["camera"].word) == ([True, False], "known")
    d = save(tmp_path / "d.png", pixels)
    found = {
        each.name: each for each in said_differences([two, *lookalike.hash_images([d]).images])
    }
    assert found["JPEG quality"].values == ["about 80", "not a JPEG"]
    c.unlink()
    found = {each.name: each for each in said_differences([two, three])}
    assert found["date taken"].values == ["2025-01-01 00:00:00", "unknown"]
    assert found["JPEG quality"].values == ["about 80", "unknown"]
    assert not any(found["JPEG quality"].better)
