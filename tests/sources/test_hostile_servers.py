"""Servers on loopback that would keep a scan waiting for ever or fill its memory."""

from __future__ import annotations

import gzip
import socket
import subprocess
import sys
import threading
import zlib
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from functools import cache

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from files import encoded
from jpegs import huge, jpeg
from lookalike import ImageError, Status, hash_image
from lookalike.sources.web import fetcher as fetching
from lookalike.sources.web.fetcher import Fetcher
from lookalike.sources.web.patience import OVERHEAD, Allowance, Patience
from pictures import photo
from serving import Handler, Server

SHORT = Patience(seconds=0.4, seconds_in_all=1.0, first_pause=0.01, max_bytes=100_000)
LONG = Patience(seconds=60, seconds_in_all=60, first_pause=0.01, max_bytes=100_000)
"""Only the byte limit can end what is fetched with this."""


PICTURE = encoded(photo(60, 40, 5))
OK = b"HTTP/1.1 200 OK\r\n"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
NOTHING = b"\x00\x00\x00\xff\xff"
"""A block of deflate that unpacks to no bytes."""
GZIP_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"


@pytest.fixture
def fetch(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., bytes]]:
    """Fetches a URL with some patience, over its own connections."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    made: list[Fetcher] = []

    def by(patience: Patience, url: str) -> bytes:
        made.append(Fetcher(patience))
        return bytes(made[-1].fetch(url).data)

    yield by
    for fetcher in made:
        fetcher.close()


def failure(fetch: Callable[..., bytes], patience: Patience, url: str) -> ImageError:
    with pytest.raises(ImageError) as caught:
        fetch(patience, url)
    return caught.value


def endless(head: bytes, again: bytes, pause: float) -> Callable[[Handler, int], None]:
    """An answer that repeats the same bytes for ever, after a pause each time."""

    def answer(to: Handler, times: int) -> None:
        to.close_connection = True
        to.wfile.write(head)
        while not to.server.stopping.wait(pause):
            to.wfile.write(again)

    return answer


ENDLESS = {
    "interim answers": (b"", CONTINUE),
    "a status line": (b"HTTP/1.1 200 ", b"O"),
    "the name of a header": (OK, b"x"),
    "headers": (OK, b"A: b\r\n"),
    "a body without a length": (OK + b"\r\n", b"."),
    "a body with a length": (OK + b"Content-Length: 90000\r\n\r\n", b"."),
    "chunks": (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n.\r\n"),
    "the size of a chunk": (OK + b"Transfer-Encoding: chunked\r\n\r\n1;", b"x"),
    "trailers": (OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"A: b\r\n"),
    "gzip of nothing": (OK + b"Content-Encoding: gzip\r\n\r\n" + GZIP_HEADER, NOTHING),
    "a name in gzip": (OK + b"Content-Encoding: gzip\r\n\r\n" + GZIP_HEADER[:3] + b"\x08", b"x"),
}
SHORT_OF_THE_LIMIT = {"a body with a length"}


@pytest.mark.slow
@pytest.mark.parametrize("what", ENDLESS)
def test_what_drips_for_ever_is_timed_out(
    server: Server, fetch: Callable[..., bytes], what: str
) -> None:
    """Each byte comes in time, but one deadline covers all and is never extended."""
    url = server.answer("/", endless(*ENDLESS[what], pause=0.02))
    error = failure(fetch, SHORT, url)
    assert (error.status, error.reason) == (
        Status.TIMED_OUT,
        "it was not there in full after 1 seconds",
    )


@pytest.mark.slow
@pytest.mark.parametrize("what", sorted(ENDLESS.keys() - SHORT_OF_THE_LIMIT))
def test_what_pours_for_ever_is_too_large(
    server: Server, fetch: Callable[..., bytes], what: str
) -> None:
    """Bytes count in whichever part of an answer has no end."""
    head, again = ENDLESS[what]
    error = failure(fetch, LONG, server.answer("/", endless(head, again * 1000, pause=0)))
    assert error.status is Status.TOO_LARGE


@pytest.mark.parametrize(
    "answer",
    [
        CONTINUE * 20 + OK + b"Content-Length: %d\r\n\r\n" % len(PICTURE) + PICTURE,
        OK + b"A: b\r\n" * 100 + b"Connection: close\r\n\r\n" + PICTURE,
        OK
        + b"Transfer-Encoding: chunked\r\n\r\n"
        + b"".join(b"%x\r\n%b\r\n" % (1, PICTURE[at : at + 1]) for at in range(len(PICTURE)))
        + b"0\r\nA: b\r\n\r\n",
        OK + b"Connection: close\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(PICTURE),
        OK + b"Connection: close\r\nContent-Encoding: Identity\r\n\r\n" + PICTURE,
    ],
)
def test_what_ends_is_read(server: Server, fetch: Callable[..., bytes], answer: bytes) -> None:
    """A few interim answers, many headers, one-byte chunks, trailers and gzip are all accepted."""

    def send(to: Handler, times: int) -> None:
        to.close_connection = True
        to.wfile.write(answer)

    assert fetch(LONG, server.answer("/", send)) == PICTURE


def test_a_slow_server_is_waited_for(server: Server, fetch: Callable[..., bytes]) -> None:
    """A picture sent in pieces is read if all of it arrives before the deadline."""

    def in_pieces(to: Handler, times: int) -> None:
        to.send(b"", Content_Length=str(len(PICTURE)))
        for at in range(0, len(PICTURE), 4000):
            to.server.stopping.wait(0.01)
            to.wfile.write(PICTURE[at : at + 4000])

    assert fetch(Patience(seconds=5, seconds_in_all=60), server.answer("/", in_pieces)) == PICTURE


def test_tries_share_one_deadline(server: Server, fetch: Callable[..., bytes]) -> None:
    """A server that is busy each time is abandoned in the end, and its answer is the reason."""

    def busy(to: Handler, times: int) -> None:
        to.server.stopping.wait(0.3)
        to.send(b"", 503, Retry_After="0")

    error = failure(
        fetch, Patience(seconds=5, seconds_in_all=0.7, retries=100), server.answer("/", busy)
    )
    assert error.status in {Status.TIMED_OUT, Status.UNREADABLE}
    assert server.asked["/"] <= 3


def test_a_pause_beyond_the_deadline_is_not_made(
    server: Server, fetch: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server asks for a longer pause than the time left."""
    monkeypatch.setattr("time.sleep", lambda seconds: pytest.fail(f"a pause of {seconds} seconds"))
    url = server.serve("/", b"", 503, Retry_After="9")
    error = failure(fetch, Patience(seconds=5, seconds_in_all=8), url)
    assert (error.status, "503" in error.reason) == (Status.UNREADABLE, True)


def test_tries_share_one_limit_of_bytes(server: Server, fetch: Callable[..., bytes]) -> None:
    """A server that breaks off each time, after sending much of a body, is not asked for ever."""
    much = 900_000

    def breaking_off(to: Handler, times: int) -> None:
        to.send(bytes(much), Content_Length="999999")
        to.close_connection = True

    patience = Patience(first_pause=0.001, retries=100, max_bytes=1_000_000)
    error = failure(fetch, patience, server.answer("/", breaking_off))
    assert error.status is Status.TOO_LARGE
    assert server.asked["/"] == (1_000_000 + OVERHEAD) // much + 1


@pytest.mark.slow
def test_redirects_share_one_deadline(server: Server, fetch: Callable[..., bytes]) -> None:
    """Each redirect is quick enough, but all of them together are not."""

    def slow(to: Handler, times: int) -> None:
        to.server.stopping.wait(0.3)
        to.send(b"", 302, Location=f"/{int(to.path[1:]) + 1}")

    for at in range(6):
        server.answer(f"/{at}", slow)
    assert failure(fetch, SHORT, server.url("/0")).status is Status.TIMED_OUT
    assert failure(fetch, LONG, server.url("/0")).status is Status.UNREADABLE


def test_an_image_that_is_fetched_twice_has_one_allowance(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the first scan was not enough, the second download gets only the rest of the allowance."""
    body = jpeg(huge(), progressive=True, restart_marker_rows=5)
    body = body.replace(b"\xff\xd0", b"\xff\xd3", 1)
    counted: list[Allowance] = []

    class Counting(Fetcher):
        def allowance(self, max_bytes: int | None = None) -> Allowance:
            counted.append(super().allowance(max_bytes))
            return counted[-1]

    fetcher = Counting(Patience())
    monkeypatch.setattr(fetching, "shared_fetcher", lambda fetch: fetcher)
    hash_image(server.serve("/", body))
    fetcher.close()
    assert (server.asked["/"], len(counted)) == (2, 1)


def test_a_name_that_is_never_resolved_is_timed_out(
    fetch: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The system's resolver cannot be cancelled, but the image does not wait for it."""
    released = threading.Event()
    monkeypatch.setattr("socket.getaddrinfo", lambda *what, **how: released.wait(60) and [])
    error = failure(fetch, SHORT, "http://never.test/a.jpg")
    released.set()
    assert error.status is Status.TIMED_OUT


@pytest.mark.parametrize("head", [b"", b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc\x03\x03"])
def test_a_handshake_that_drips_is_timed_out(fetch: Callable[..., bytes], head: bytes) -> None:
    """The deadline includes TLS."""
    done = threading.Event()

    def drip(listening: socket.socket) -> None:
        connection, _ = listening.accept()
        with connection:
            connection.sendall(head)
            while head and not done.wait(0.02):
                connection.sendall(b"x")
            done.wait(60)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=drip, args=(listening,), daemon=True)
        thread.start()
        error = failure(
            fetch,
            Patience(seconds=60, seconds_in_all=0.5),
            f"https://127.0.0.1:{listening.getsockname()[1]}/",
        )
        done.set()
    assert error.status is Status.TIMED_OUT


@pytest.mark.parametrize(
    "encoding", ["gzip, gzip", "br", "deflate", "gzip, identity, gzip", "x" * 9000]
)
def test_other_encodings_are_refused(
    server: Server, fetch: Callable[..., bytes], encoding: str
) -> None:
    """None was requested. The reason names the encoding, cut to a limited length."""
    packed = gzip.compress(gzip.compress(PICTURE))
    error = failure(fetch, LONG, server.serve("/", packed, Content_Encoding=encoding))
    assert error.status is Status.UNREADABLE
    assert error.reason.startswith(
        f"the server sent the encoding '{encoding.replace(' identity,', '')[:80]}"
    )
    assert len(error.reason) < 200


@pytest.mark.parametrize("body", [gzip.compress(PICTURE)[:-9], PICTURE, b""])
def test_gzip_that_is_broken_is_unreadable(
    server: Server, fetch: Callable[..., bytes], body: bytes
) -> None:
    """It ends too soon, or is not gzip at all."""
    error = failure(fetch, LONG, server.serve("/", body, Content_Encoding="gzip"))
    assert (error.status, "gzip encoding" in error.reason) == (Status.UNREADABLE, True)


@cache
def bomb(times: int) -> bytes:
    """256 MiB of zeros, packed this many times."""
    if times > 1:
        return gzip.compress(bomb(times - 1))
    packer = zlib.compressobj(9, wbits=31)
    return b"".join(packer.compress(bytes(1 << 20)) for _ in range(256)) + packer.flush()


MEASURED = """
import resource, sys
import lookalike

def status(url):
    try:
        return lookalike.hash_image(url)
    except lookalike.ImageError as error:
        return error.status

status(sys.argv[1])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(status(sys.argv[2]), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the peak of memory is told in other units")
@pytest.mark.parametrize(
    ("times", "status"), [(1, "too_large"), (2, "unreadable"), (3, "unreadable")]
)
def test_a_bomb_takes_little_memory(server: Server, times: int, status: str) -> None:
    """Packed once, it is abandoned at 64 MB. Packed several times, it is not unpacked at all."""
    good = server.serve("/good", PICTURE)
    bad = server.serve("/bad", bomb(times), Content_Encoding=", ".join(["gzip"] * times))
    run = [sys.executable, "-c", MEASURED, good, bad]
    found, grown = subprocess.run(run, capture_output=True, text=True, check=True).stdout.split()
    assert found == status
    assert int(grown) < (120_000 if times == 1 else 20_000)


DATES = st.one_of(
    st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=60),
    st.integers().map(str),
    st.floats().map(str),
    st.builds(
        "{}, {} {} {} {}:{}:{} {}".format,
        st.sampled_from(["Mon", "Thu", "x"]),
        st.integers(-10, 99),
        st.sampled_from(["Jan", "Feb", "Dec", "Foo"]),
        st.one_of(st.integers(-10, 10_100), st.integers()),
        st.integers(-1, 99),
        st.integers(-1, 99),
        st.integers(-1, 99),
        st.one_of(
            st.sampled_from(["GMT", "UTC", "EST", "Z", ""]), st.integers().map("{:+05d}".format)
        ),
    ),
)


@given(DATES)
@example("Thu, 01 Jan 0001 00:00:00 +2359")
@example("Fri, 31 Dec 9999 23:59:59 -2359")
@example("Thu, 01 Jan 99999 00:00:00 GMT")
@example("Thu, 01 Jan 2030 00:00:00 +99999999999999999999")
@example("9" * 5000)
@example("-1")
def test_any_retry_after_is_a_pause_or_nothing(value: str) -> None:
    """No number, date or zone raises. An understood value is a pause of zero or more."""
    seconds = fetching._retry_after(value)  # noqa: SLF001
    assert seconds is None or seconds >= 0


@pytest.mark.slow
@given(st.integers(60, 10**7), st.integers(-12 * 60, 14 * 60))
def test_a_retry_after_of_a_date_is_understood_in_any_zone(ahead: int, zone: int) -> None:
    """The pause has this many seconds from now, whatever the zone of the clock."""
    date = datetime.now(timezone(timedelta(minutes=zone))) + timedelta(seconds=ahead)
    seconds = fetching._retry_after(format_datetime(date))  # noqa: SLF001
    assert seconds is not None
    assert ahead - 30 < seconds <= ahead


@pytest.mark.parametrize(
    "value", ["Thu, 01 Jan 0001 00:00:00 +2359", "Thu, 01 Jan 2030 00:00:00 +9999999999", "9" * 400]
)
def test_no_retry_after_ends_a_fetch(
    server: Server, fetch: Callable[..., bytes], value: str
) -> None:
    """The picture comes at the second try, whatever the first answer requested."""

    def busy_once(to: Handler, times: int) -> None:
        if times == 1:
            to.send(b"", 503, Retry_After=value)
        else:
            to.send(PICTURE)

    patience = Patience(first_pause=0.001, longest_pause=0.002)
    assert fetch(patience, server.answer("/", busy_once)) == PICTURE
