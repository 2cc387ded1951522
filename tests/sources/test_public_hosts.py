"""`fetch="public"`: private addresses are refused, and public ones are read.

All servers are on loopback, so 127.0.0.1 counts as public here, and a table resolves the names.
Each refusal has a twin that is allowed, which rules out a mistake.
"""

from __future__ import annotations

import json
import shutil
import socket
import ssl
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click.testing
import pytest

import lookalike
from files import encoded
from lookalike import ImageError, Status, hash_image, hash_images
from lookalike.cli.commands import commands
from lookalike.sources.web import fetcher as fetching
from lookalike.sources.web.fetcher import Fetcher
from lookalike.sources.web.patience import Patience
from lookalike.sources.web.public import is_public
from pictures import photo
from serving import Handler, Server, serving

PATIENCE = Patience(seconds=5, seconds_in_all=20, retries=0)


PICTURE = encoded(photo(60, 40, 7))


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        server.serve("/", PICTURE)
        yield server


class Names:
    """A resolver with its own table. Addresses are left to the system's resolver."""

    def __init__(self) -> None:
        self.table: dict[str, list[str]] = {}
        self.asked: Counter[str] = Counter()
        self._system = socket.getaddrinfo

    def __call__(self, host: str, port: int, *what: Any, **how: Any) -> list[Any]:
        if host not in self.table:
            return list(self._system(host, port, *what, **how))
        self.asked[host] += 1
        found = [self._system(address, port, *what, **how) for address in self.table[host]]
        return [one for addresses in found for one in addresses]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    names = Names()
    names.table["public.test"] = ["127.0.0.1"]
    names.table["private.test"] = ["::ffff:127.0.0.1"]  # the same, but by another address
    monkeypatch.setattr("socket.getaddrinfo", names)
    return names


@pytest.fixture(autouse=True)
def fetchers(monkeypatch: pytest.MonkeyPatch, names: Names) -> Iterator[dict[str, Fetcher]]:
    """The fetchers that the process shares, except that the public one accepts 127.0.0.1."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    made = {
        "any": Fetcher(PATIENCE),
        "public": Fetcher(PATIENCE, lambda address: address == "127.0.0.1" or is_public(address)),
    }
    monkeypatch.setattr(fetching, "shared_fetcher", lambda fetch: made[fetch])
    yield made
    for fetcher in made.values():
        fetcher.close()


def url(server: Server, host: str, path: str = "/") -> str:
    return f"http://{host}:{server.server_port}{path}"


def words(text: str) -> list[str]:
    return text.split()


def refusal(named: str) -> str:
    with pytest.raises(ImageError) as caught:
        hash_image(named, fetch="public")
    assert caught.value.status is Status.UNREADABLE
    return caught.value.reason


LOOPBACK = ["127.0.0.1", "localhost", "2130706433", "0x7f000001", "0x7f.1", "127.1", "0", "0.0.0.0"]


@pytest.mark.parametrize("host", [*LOOPBACK, "[::ffff:127.0.0.1]"])
def test_this_machine_is_refused_however_it_is_spelled(
    server: Server, fetchers: dict[str, Fetcher], host: str
) -> None:
    """No connection is made, and the reason names the host, not what is there."""
    fetchers["public"] = Fetcher(PATIENCE, is_public)
    named = url(server, host)
    assert refusal(named) == f"the host {host.strip('[]')!r} is not at a public address"
    assert server.connections == 0
    assert hash_image(named) == hash_image(PICTURE)
    fetchers["public"].close()


@pytest.mark.parametrize(
    "host",
    words(
        """
        127.0.0.2 10.0.0.1 169.254.169.254 192.168.1.1 [::1] [::] [fe80::1] [fd00:ec2::254]
        [64:ff9b::7f00:1]
        [64:ff9b::a9fe:a9fe] [2002:7f00:1::] [::127.0.0.1] [::ffff:a9fe:a9fe] [ff02::1] 3232235777
        """
    ),
)
def test_a_private_address_is_refused(names: Names, host: str) -> None:
    """It is refused before anything is sent there."""
    assert "not at a public address" in refusal(f"http://{host}/latest/meta-data/")
    assert "not at a public address" in refusal(f"https://user:secret@{host}:8443/")


def test_a_name_is_judged_by_its_address(server: Server) -> None:
    """Of two names of this machine, only the one at the public address is fetched."""
    assert "'private.test' is not at a public address" in refusal(url(server, "private.test"))
    assert server.connections == 0
    assert hash_image(url(server, "public.test"), fetch="public") == hash_image(PICTURE)
    assert hash_image(url(server, "private.test")) == hash_image(PICTURE)


def test_one_private_address_of_a_name_is_enough(server: Server, names: Names) -> None:
    """A name of several addresses is refused unless all are public."""
    names.table["mixed.test"] = ["127.0.0.1", "10.0.0.1"]
    names.table["double.test"] = ["127.0.0.1", "127.0.0.1"]
    assert "not at a public address" in refusal(url(server, "mixed.test"))
    assert server.connections == 0
    assert hash_image(url(server, "double.test"), fetch="public") == hash_image(PICTURE)


def test_what_was_checked_is_connected_to(server: Server, names: Names) -> None:
    """A name is resolved once per connection, so an unchecked second answer is never used."""

    class Rebinding(dict[str, list[str]]):
        def __getitem__(self, host: str) -> list[str]:
            return ["127.0.0.1"] if names.asked[host] == 1 else ["::ffff:127.0.0.1"]

    names.table = Rebinding({"turning.test": []})
    server.serve("/", PICTURE, Connection="close")
    assert hash_image(url(server, "turning.test"), fetch="public") == hash_image(PICTURE)
    assert names.asked["turning.test"] == 1
    assert "not at a public address" in refusal(url(server, "turning.test"))
    assert (names.asked["turning.test"], server.connections) == (2, 1)


def test_the_next_address_is_tried(server: Server, names: Names) -> None:
    """This happens if nobody listens at the first of a name's addresses."""
    names.table["twice.test"] = ["127.0.0.3", "127.0.0.1"]
    assert hash_image(url(server, "twice.test")) == hash_image(PICTURE)


@pytest.mark.parametrize(
    "place",
    ["http://private.test:{port}/", "//private.test:{port}/", "http://10.0.0.1/", "http://[::1]/"],
)
def test_a_redirect_is_checked_too(server: Server, place: str) -> None:
    """A redirect to a private host is refused, and one to a public host is followed."""
    server.serve("/away", b"", 302, Location=place.format(port=server.server_port))
    server.serve("/here", b"", 302, Location=url(server, "public.test"))
    assert "not at a public address" in refusal(url(server, "public.test", "/away"))
    assert server.asked["/"] == 0
    assert hash_image(url(server, "public.test", "/here"), fetch="public") == hash_image(PICTURE)


@pytest.mark.parametrize(
    "place", ["file:///etc/hostname", "ftp://public.test/", "ws://public.test/"]
)
@pytest.mark.parametrize("fetch", ["any", "public"])
def test_a_redirect_to_anything_but_http_is_refused(
    server: Server, place: str, fetch: lookalike.sources.Fetch
) -> None:
    """The reason names the target."""
    server.serve("/away", b"", 302, Location=place)
    with pytest.raises(ImageError, match=f"'{place[:5]}.*' is not an http or https URL") as caught:
        hash_image(url(server, "public.test", "/away"), fetch=fetch)
    assert caught.value.status is Status.UNREADABLE


def test_a_proxy_does_not_get_round_the_check(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy from the environment would connect to anything requested, so it is not used."""
    with serving() as proxy:
        proxy.serve("http://nowhere.test/", PICTURE)
        proxy.serve(url(server, "public.test"), b"by the proxy")
        monkeypatch.setenv("HTTP_PROXY", proxy.url(""))
        monkeypatch.setenv("http_proxy", proxy.url(""))
        direct, public = (
            Fetcher(PATIENCE),
            Fetcher(PATIENCE, lambda address: address == "127.0.0.1"),
        )
        assert direct.fetch("http://nowhere.test/").data == PICTURE
        assert public.fetch(url(server, "public.test")).data == PICTURE
        assert (proxy.connections, server.connections) == (1, 1)
        monkeypatch.setenv("no_proxy", "public.test")
        assert direct.fetch(url(server, "public.test")).data == PICTURE
        direct.close()
        public.close()


def test_a_proxy_that_cannot_be_used_is_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the reason why the fetch failed."""
    monkeypatch.setenv("http_proxy", "gopher://127.0.0.1:1")
    fetcher = Fetcher(PATIENCE)
    with pytest.raises(ImageError, match="gopher") as caught:
        fetcher.fetch("http://nowhere.test/")
    assert caught.value.status is Status.UNREADABLE
    fetcher.close()


@pytest.mark.parametrize(
    "address",
    [
        "simplecache::http://public.test/a.png",
        "filecache::https://public.test/a.png",
        "zip://a.png::http://public.test/a.zip",
        "memory://a.png",
        "s3://bucket/a.png",
        "ftp://public.test/a.png",
        "nothing://a.png",
    ],
)
def test_other_addresses_are_refused(address: str) -> None:
    """fsspec would open its own connections, so nothing is read through it, installed or not."""
    assert refusal(address).endswith("hosts that are not public; only http and https are safe")
    table = hash_images([address, PICTURE], fetch="public")
    assert [one.status for one in table.failures] == [Status.UNREADABLE]
    assert len(table) == 1


def test_addresses_are_read_from_any_host() -> None:
    """Addresses refused above are read by default, and this machine's files always."""
    import fsspec

    with fsspec.open("memory://a.png", "wb") as file:
        file.write(PICTURE)
    assert hash_image("memory://a.png") == hash_image(PICTURE)


def test_files_are_read_as_ever(tmp_path: Path) -> None:
    """Paths, `file://` and archives do not involve hosts."""
    path = tmp_path / "a.png"
    path.write_bytes(PICTURE)
    table = hash_images([str(path), f"file://{path}", tmp_path], fetch="public")
    assert (len(table), table.failures) == (3, [])


def test_parquet_rows_are_held_to_it(server: Server, tmp_path: Path) -> None:
    """A URL or address in a table is refused or fetched like a named one."""
    import pyarrow as pa
    from pyarrow import parquet

    good, bad = url(server, "public.test"), url(server, "private.test")
    path = str(tmp_path / "a.parquet")
    parquet.write_table(pa.table({"image": [bad, good, "memory://b.png"]}), path)
    table = hash_images(path, fetch="public")
    assert table.paths == [f"{path}!/1"]
    assert [one.status for one in table.failures] == [Status.UNREADABLE] * 2
    assert hash_image(f"{path}!/1", fetch="public") == hash_image(PICTURE)
    assert "not at a public address" in refusal(f"{path}!/0")
    assert hash_image(f"{path}!/0") == hash_image(PICTURE)


def test_the_command_has_the_same_word(server: Server, tmp_path: Path) -> None:
    """`find` and `hash` have `--fetch public`. A refusal is a failure, and the rest goes on."""
    lines = [url(server, "public.test"), url(server, "private.test")]
    listed = tmp_path / "list.txt"
    listed.write_text("\n".join(lines))
    run = click.testing.CliRunner().invoke
    arguments = ["find", "--files-from", str(listed), "--json", "--quiet"]
    found = json.loads(run(commands, [*arguments, "--fetch", "public"]).stdout)
    assert [one["path"] for one in found["failures"]] == lines[1:]
    assert json.loads(run(commands, arguments).stdout)["failures"] == []
    assert run(commands, ["hash", lines[1], "--fetch", "public"]).stdout == ""
    assert run(commands, ["hash", lines[1], "--fetch", "any"]).stdout.endswith(f"{lines[1]}\n")


@pytest.mark.parametrize("work", [hash_image, hash_images, lookalike.find_duplicates])
def test_another_word_is_a_mistake(work: Callable[..., object]) -> None:
    """It is named before anything is read."""
    with pytest.raises(ValueError, match="fetch must be 'any' or 'public', not 'private'"):
        work(PICTURE, fetch="private")


def test_processes_are_held_to_it(server: Server) -> None:
    """With `isolate` too."""
    named = [url(server, "private.test"), url(server, "public.test")]
    table = hash_images(named, fetch="public", isolate=True, workers=1)
    assert (table.paths, len(table.failures)) == (named[1:], 1)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")
def test_tls_goes_by_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, names: Names
) -> None:
    """A connection to a checked address is still a connection to the URL's host: its certificate
    must be for that name.
    """
    certificate, key = str(tmp_path / "certificate.pem"), str(tmp_path / "key.pem")
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-keyout", key, "-out", certificate, "-subj", "/CN=public.test"),
            *("-addext", "subjectAltName=DNS:public.test"),
        ],
        check=True,
        capture_output=True,
    )
    monkeypatch.setenv("SSL_CERT_FILE", certificate)
    names.table["other.test"] = ["127.0.0.1"]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    hosts: list[str] = []

    def answer(to: Handler, times: int) -> None:
        hosts.append(to.headers["Host"])
        to.send(PICTURE)

    with serving() as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.answer("/", answer)
        fetcher = Fetcher(PATIENCE, lambda address: address == "127.0.0.1")
        here = f"public.test:{server.server_port}"
        assert fetcher.fetch(f"https://{here}/").data == PICTURE
        assert hosts == [here]
        with pytest.raises(ImageError, match="certificate"):
            fetcher.fetch(f"https://other.test:{server.server_port}/")
        fetcher.close()
