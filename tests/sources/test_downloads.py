"""How much of a JPEG is downloaded from a server on loopback."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from jpegs import COM, end_of_first, huge, huge_jpeg, jpeg, scene, segment, with_segments
from lookalike import find_duplicates, hash_image, hash_images
from lookalike.sources.web import fetcher as fetching
from lookalike.sources.web.fetcher import Fetcher
from lookalike.sources.web.patience import Patience
from serving import Handler, Server, serving

HUGE = huge_jpeg()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    fetcher = Fetcher(Patience(seconds=2, seconds_in_all=4, first_pause=0.01))
    monkeypatch.setattr(fetching, "shared_fetcher", lambda fetch: fetcher)
    with serving() as server:
        yield server
    fetcher.close()


def halting(body: bytes) -> Callable[[Handler, int], None]:
    """An answer that gives its length but stops behind the first scan."""

    def answer(to: Handler, time: int) -> None:
        to.send(body[: end_of_first(body) + 2], Content_Length=str(len(body)))
        to.server.stopping.wait(5)

    return answer


def test_a_download_ends_with_the_first_scan(server: Server) -> None:
    """The hash, size and number of bytes are found though the server sends no more."""
    for size, body in enumerate((HUGE, with_segments(HUGE, *[segment(COM, bytes(65533))] * 9))):
        url = server.answer(f"/{size}", halting(body))
        assert hash_image(url) == hash_image(body)
        (image,) = hash_images(url).images
        assert (image.bytes, image.width, image.height) == (len(body), 2750, 2060)
    assert server.asked == {"/0": 2, "/1": 2}


def test_what_was_left_of_a_download_does_not_come_later(server: Server) -> None:
    """The connection is closed, and the next picture comes over another one."""
    server.serve("/large", HUGE)
    small = jpeg(scene(50, 40))
    server.serve("/small", small)
    for path, connections in (("/small", 1), ("/large", 1), ("/small", 2), ("/small", 2)):
        table = hash_images(server.url(path), workers=1)
        assert server.connections == connections
    assert table.hashes["phash"][0] == hash_image(small)


def unannounced(to: Handler, time: int) -> None:
    to.send_response(200)
    to.send_header("Connection", "close")
    to.end_headers()
    to.wfile.write(HUGE)


def packed(to: Handler, time: int) -> None:
    to.send(gzip.compress(HUGE, 1), Content_Encoding="gzip")


def breaking_off(to: Handler, time: int) -> None:
    """Breaks off within the header, then within the first scan, and then no more."""
    to.send(HUGE[: {1: 100, 2: 100_000}.get(time)], Content_Length=str(len(HUGE)))
    to.close_connection = True


@pytest.mark.parametrize("answer", [unannounced, packed, breaking_off])
def test_whatever_way_it_comes_the_hash_is_the_same(
    server: Server, answer: Callable[[Handler, int], None]
) -> None:
    """All is read if the length is unknown, and a broken download restarts."""
    assert hash_image(server.answer("/", answer)) == hash_image(HUGE)


@pytest.mark.thorough
def test_exact_reading_fetches_all(server: Server) -> None:
    """The digest covers all bytes. In fast reading, equal beginnings of equal size are equal."""
    other = HUGE[:-9] + b"1234567" + HUGE[-2:]
    named = [server.serve("/a", HUGE), server.serve("/b", HUGE), server.serve("/c", other)]
    fast, exact = (find_duplicates(named, reading=how) for how in ("fast", "exact"))
    assert [one.exact for one in fast.groups[0].duplicates] == [True, True]
    assert [one.exact for one in exact.groups[0].duplicates] == [True, False]
    (of_bytes,) = hash_images(HUGE).digests
    np.testing.assert_array_equal(exact.table.digests[0], of_bytes)


@pytest.mark.thorough
def test_where_the_first_scan_is_not_enough_the_whole_is_fetched(server: Server) -> None:
    """It is requested a second time, and read in full."""
    body = jpeg(huge(), progressive=True, restart_marker_rows=5)
    body = body.replace(b"\xff\xd0", b"\xff\xd3", 1)
    assert hash_image(server.serve("/", body)) == hash_image(body)
    assert server.asked["/"] == 2


def test_a_flat_picture_is_fetched_once(server: Server) -> None:
    """An image fetched in full is read exactly from those bytes."""
    url = server.serve("/", jpeg(np.full((300, 400, 3), 9, np.uint8)))
    assert list(hash_images(url).flat_digests) == [0]
    assert server.asked["/"] == 1
