"""Images from URLs, by a server on loopback that also misbehaves."""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import click.testing
import pytest

import lookalike
from files import encoded
from lookalike import ImageError, MissingExtraError, Status, hash_image, hash_images
from lookalike.cli.commands import commands
from lookalike.sources.web import fetcher as fetching
from lookalike.sources.web.fetcher import Fetcher
from lookalike.sources.web.patience import Patience
from pictures import photo
from serving import Handler, Server

IMPATIENT = Patience(
    seconds=0.3, seconds_in_all=0.6, first_pause=0.01, longest_pause=0.05, max_bytes=200_000
)


PICTURE = encoded(photo(60, 40, 0))


@pytest.fixture(scope="module")
def impatient() -> Iterator[Fetcher]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NO_PROXY", "127.0.0.1")
        fetcher = Fetcher(IMPATIENT)
    yield fetcher
    fetcher.close()


@pytest.fixture(autouse=True)
def fetcher(monkeypatch: pytest.MonkeyPatch, impatient: Fetcher) -> None:
    """An impatient one in place of the one that the process shares."""
    monkeypatch.setattr(fetching, "shared_fetcher", lambda fetch: impatient)


def failure(url: str) -> tuple[Status, str]:
    with pytest.raises(ImageError) as caught:
        hash_image(url)
    assert caught.value.path == url
    return caught.value.status, caught.value.reason


def slow_head(to: Handler, time: int) -> None:
    to.server.stopping.wait(2)


def slow_body(to: Handler, time: int) -> None:
    to.send(PICTURE[:100], Content_Length=str(len(PICTURE)))
    to.server.stopping.wait(2)


def dripping(to: Handler, time: int) -> None:
    to.send(b"", Content_Length="100000")
    while not to.server.stopping.wait(0.05):
        to.wfile.write(b".")


def endless(to: Handler, time: int) -> None:
    to.send_response(200)
    to.send_header("Connection", "close")
    to.end_headers()
    while not to.server.stopping.is_set():
        to.wfile.write(bytes(1 << 16))


def cut_off(to: Handler, time: int) -> None:
    to.send(PICTURE[:100], Content_Length=str(len(PICTURE)))
    to.close_connection = True


def test_a_url_is_as_good_as_its_file(server: Server, tmp_path: Path) -> None:
    """One image, two to compare, a set and a search accept URLs beside paths. The URL is the
    key.
    """
    path = tmp_path / "a.png"
    path.write_bytes(PICTURE)
    url = server.serve("/a.png?size=1", PICTURE)
    assert hash_image(url) == hash_image(path)
    assert hash_image(url.replace("http", "HTTP")) == hash_image(path)
    assert lookalike.compare(url, path).exact
    assert lookalike.distance(url, path) == 0
    assert hash_images([path, url]).paths == [str(path), url]
    (group,) = lookalike.find_duplicates([path, url]).groups
    assert {group.keeper.path, group.duplicates[0].image.path} == {str(path), url}


def test_only_text_is_a_url() -> None:
    """A `Path` of such a name is a file, and other schemes are left to fsspec."""
    with pytest.raises(ImageError) as caught:
        hash_image(Path("http://127.0.0.1/"))
    assert caught.value.status is Status.MISSING
    assert failure("nothing://127.0.0.1/a.png")[0] is Status.UNSUPPORTED


@pytest.mark.parametrize(
    ("answer", "status", "reason"),
    [
        (slow_head, Status.TIMED_OUT, "stopped answering"),
        (slow_body, Status.TIMED_OUT, "stopped answering"),
        (dripping, Status.TIMED_OUT, "not there in full after 0.6 seconds"),
        (endless, Status.TOO_LARGE, "more than 200,000 bytes"),
        (cut_off, Status.UNREADABLE, "the connection broke off"),
    ],
)
def test_a_bad_connection_ends_in_a_status(
    server: Server, answer: Callable[[Handler, int], None], status: Status, reason: str
) -> None:
    """Slow, stuck, dripping, endless and cut-off answers are abandoned."""
    found, why = failure(server.answer("/", answer))
    assert found is status
    assert reason in why


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("code", "status", "times"),
    [
        (404, Status.NOT_FOUND, 1),
        (410, Status.NOT_FOUND, 1),
        (403, Status.UNREADABLE, 1),
        (304, Status.UNREADABLE, 1),
        (429, Status.UNREADABLE, 4),
        (500, Status.UNREADABLE, 4),
        (503, Status.UNREADABLE, 4),
    ],
)
def test_a_refusal_ends_in_a_status(server: Server, code: int, status: Status, times: int) -> None:
    """The reason has the HTTP status. Only temporary errors are retried, three times."""
    url = server.serve("/", b"", code)
    found, reason = failure(url)
    assert found is status
    assert str(code) in reason
    assert server.asked["/"] == times


def test_what_passes_is_tried_again(server: Server) -> None:
    """The picture comes after 429, 500 and a broken connection."""

    def recovering(to: Handler, time: int) -> None:
        if time == 1:
            to.send(b"slow down", 429, Retry_After="0")
        elif time == 2:
            to.send(b"oops", 500)
        elif time == 3:
            cut_off(to, time)
        else:
            to.send(PICTURE)

    assert hash_image(server.answer("/", recovering)) == hash_image(PICTURE)


def test_nobody_listens(server: Server) -> None:
    """A refused connection is unreadable, with a reason."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        status, reason = failure(f"http://127.0.0.1:{unused.getsockname()[1]}/")
    assert status is Status.UNREADABLE
    assert "cannot be reached" in reason


@pytest.mark.parametrize(
    "url", ["http://", "http://[", "http://127.0.0.1:99999/", "http://\udc80/"]
)
def test_a_url_that_is_none(url: str) -> None:
    """An invalid URL is unreadable."""
    assert failure(url)[0] is Status.UNREADABLE


@pytest.mark.parametrize(
    ("asked", "expected"),
    [("7", 7.0), ("900", 15.0), ("0", 0.0), ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0)],
)
def test_retry_after_is_kept_to_and_capped(
    server: Server, monkeypatch: pytest.MonkeyPatch, asked: str, expected: float
) -> None:
    """Pauses are as long as the server asks, but at most 15 seconds."""
    pauses: list[float] = []
    monkeypatch.setattr("time.sleep", pauses.append)
    patient = Fetcher()
    with pytest.raises(ImageError):
        patient.fetch(server.serve("/", b"", 503, Retry_After=asked))
    patient.close()
    assert pauses == [expected] * 3


def test_pauses_grow(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a valid Retry-After, each pause is about twice the one before."""
    pauses: list[float] = []
    monkeypatch.setattr("time.sleep", pauses.append)
    monkeypatch.setattr("random.uniform", lambda least, most: 1.0)
    patient = Fetcher()
    with pytest.raises(ImageError):
        patient.fetch(server.serve("/", b"", 503, Retry_After="soon"))
    patient.close()
    assert pauses == [0.5, 1.0, 2.0]


def test_retry_after_may_be_a_date(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """A date in the future is waited for."""
    pauses: list[float] = []
    monkeypatch.setattr("time.sleep", pauses.append)
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=10), usegmt=True)
    patient = Fetcher(Patience(retries=1))
    with pytest.raises(ImageError):
        patient.fetch(server.serve("/", b"", 429, Retry_After=date))
    patient.close()
    assert 5 < pauses[0] <= 10


@pytest.mark.thorough
def test_redirects_are_followed_to_a_limit(server: Server) -> None:
    """Five redirects reach the picture, six or a loop fail, and only http is followed."""
    server.serve("/0", PICTURE)
    for at in range(1, 7):
        server.serve(f"/{at}", b"moved", 302, Location=f"/{at - 1}")
    assert hash_image(server.url("/5")) == hash_image(PICTURE)
    status, reason = failure(server.url("/6"))
    assert (status, "more than 5 times" in reason) == (Status.UNREADABLE, True)
    loop = server.serve("/loop", b"", 301, Location="/loop")
    assert failure(loop)[0] is Status.UNREADABLE
    assert server.asked["/loop"] == 6
    file = server.serve("/file", b"", 302, Location="file:///etc/hostname")
    assert failure(file)[0] is Status.UNREADABLE


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (PICTURE, {"Content_Length": "200001"}, Status.TOO_LARGE),
        (PICTURE, {"Content_Length": str(len(PICTURE) // 2)}, Status.DAMAGED),
        (bytes(200_001), {}, Status.TOO_LARGE),
        (bytes(200_000), {}, Status.NOT_AN_IMAGE),
        (b"", {"Content_Type": "image/png"}, Status.EMPTY),
        (b"<html></html>", {"Content_Type": "image/png"}, Status.NOT_AN_IMAGE),
        (PICTURE, {"Content_Encoding": "gzip"}, Status.UNREADABLE),
    ],
)
def test_headers_are_not_trusted(
    server: Server, body: bytes, headers: dict[str, str], status: Status
) -> None:
    """A wrong length, or a content type that contradicts the bytes, ends in a status."""
    url = server.answer("/", lambda to, time: _and_hang_up(to, body, headers))
    assert failure(url)[0] is status


def _and_hang_up(to: Handler, body: bytes, headers: dict[str, str]) -> None:
    to.send(body, 200, **headers)
    to.close_connection = True


def test_the_bytes_decide(server: Server) -> None:
    """A picture is read whatever its content type says."""
    url = server.serve("/", PICTURE, Content_Type="text/html")
    assert hash_image(url) == hash_image(PICTURE)


@pytest.mark.slow
def test_connections_are_used_again(server: Server) -> None:
    """Twenty pictures, with refusals and redirects among them, use one connection per thread."""
    server.serve("/moved", b"moved", 302, Location="/0")
    named = [server.serve(f"/{at}", encoded(photo(60, 40, at))) for at in range(18)]
    named += [server.url("/nothing"), server.url("/moved")]
    table = hash_images(named, workers=1)
    assert len(table) == 19
    assert server.connections == 1
    hash_images(named, workers=4)
    assert server.connections <= 4


def test_many_are_fetched_at_once(server: Server) -> None:
    """As many as there are workers: each picture comes only when all four have been requested."""
    asked: list[int] = []

    def together(to: Handler, time: int) -> None:
        asked.append(time)
        while len(asked) < 4 and not to.server.stopping.wait(0.01):
            pass
        to.send(PICTURE)

    named = [server.answer(f"/{at}", together) for at in range(4)]
    assert len(hash_images(named, workers=4)) == 4


def test_a_set_keeps_its_failures(server: Server) -> None:
    """A failed fetch is a failure in its place, and the rest goes on."""
    good, bad = server.serve("/a", PICTURE), server.url("/b")
    table = hash_images([bad, good, bad, good])
    assert table.paths == [good, good]
    assert [(one.path, one.status) for one in table.failures] == [(bad, Status.NOT_FOUND)] * 2
    assert list(table.failed_at) == [0, 2]


def test_a_url_named_twice_is_fetched_once_in_a_scan(server: Server) -> None:
    """The second mention counts as the same file."""
    url = server.serve("/a", PICTURE)
    result = lookalike.find_duplicates([url, url])
    assert (len(result.images), result.skipped) == (1, {"same file": 1})
    assert server.asked["/a"] == 1


def test_the_command_takes_urls(server: Server) -> None:
    """`find`, `hash` and `compare` read them as they read files."""
    first, second = server.serve("/a", PICTURE), server.serve("/b", PICTURE)
    run = click.testing.CliRunner().invoke
    found = json.loads(run(commands, ["find", first, second, "--json", "--quiet"]).stdout)
    assert found["groups"][0]["keeper"]["path"] in {first, second}
    assert run(commands, ["hash", first]).stdout == f"{hash_image(PICTURE)}  {first}\n"
    assert run(commands, ["compare", first, second]).exit_code == 0


def test_without_httpx_urls_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says what to install, before anything is read. Files do not need httpx."""
    monkeypatch.undo()  # the impatient fetcher
    monkeypatch.setitem(sys.modules, "httpx", None)
    fetching._fetcher_of.cache_clear()  # noqa: SLF001
    for work in (hash_image, hash_images, lookalike.find_duplicates):
        with pytest.raises(MissingExtraError, match="pip install httpx"):
            work("http://127.0.0.1/")
    with pytest.raises(MissingExtraError, match="pip install httpx"):
        hash_images(["missing.png", "http://127.0.0.1/"])
    assert hash_image(PICTURE).bits == 64


def test_there_is_one_fetcher_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its connections serve every call."""
    monkeypatch.undo()
    assert fetching.shared_fetcher() is fetching.shared_fetcher()
