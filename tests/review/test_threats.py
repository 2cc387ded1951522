"""Who may not use a review, and what a request may not do. Each threat is a test."""

from __future__ import annotations

import os
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import simplejpeg
from PIL import Image
from playwright.sync_api import Browser

from browsing import open_page
from files import save
from lookalike.review.app import static_files
from pictures import photo
from reviewing import LOOKALIKE, Review, reviewing
from serving import Handler, serving

ASKS = [
    "/api/session",
    "/api/view",
    "/api/rows?view=1&at=0",
    "/api/groups/0",
    "/image/0?side=320",
    "/image/0/part?column=0&row=0",
    "/api/align/0/1",
    "/api/plan",
    "/api/run",
    "/api/history",
    "/api/folders",
    "/api/rules",
    "/api/rules/changes?keep=pixels",
]
CHANGES = {
    "/api/decide": {"group": 0, "chosen": ["keep", "remove"]},
    "/api/undo": {},
    "/api/redo": {},
    "/api/reveal": {"member": 0},
    "/api/apply": {
        "digest": "",
        "files": 1,
        "none_wanted": True,
        "metadata": "hold",
        "do": "trash",
    },
    "/api/stop": {},
    "/api/folders/decide": {"keep": 0, "lose": 1, "digest": ""},
    "/api/rules/use": {"keep": ["pixels"]},
    "/api/history/2026-11-27T083027Z-497d/undo": {},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One group of two, the first with metadata, and a program that pretends to be a desktop's."""
    root = tmp_path_factory.mktemp("threats")
    exif = Image.Exif()
    exif[0x010E] = "TellDescription"
    (root / "in").mkdir()
    Image.fromarray(photo(160, 120, 1)).save(root / "in" / "a.jpg", exif=exif)
    save(root / "in" / "b.jpg", photo(80, 60, 1))
    program = root / "xdg-open"
    program.write_text(f'#!/bin/sh\necho "$@" >> "{root}/opened"\n')
    program.chmod(0o755)
    return root


@pytest.fixture(scope="module")
def review(folder: Path) -> Iterator[Review]:
    """A review of the folder, with a desktop."""
    path = f"{folder}{os.pathsep}{os.environ['PATH']}"
    around = {"PATH": path, "DISPLAY": ":7", "XDG_STATE_HOME": str(folder / "state")}
    with reviewing("in", "--decisions", "d.jsonl", cwd=folder, **around) as one:
        assert one.ask("/api/view").status == 200
        yield one


def decided(folder: Path) -> int:
    """How many lines the file of decisions has."""
    return (folder / "d.jsonl").read_text().count("\n")


@pytest.mark.parametrize("path", ASKS)
def test_nothing_is_told_without_the_secret(review: Review, path: str) -> None:
    """Neither without it, nor with another one, nor with it anywhere but in its header."""
    assert review.ask(path).status == 200
    for answer in (
        review.ask(path, without=("X-Lookalike",)),
        review.ask(path, X_Lookalike=review.secret[:-1]),
        review.ask(path, X_Lookalike=""),
        review.ask(path, without=("X-Lookalike",), Cookie=f"X-Lookalike={review.secret}"),
        review.ask(path, without=("X-Lookalike",), Authorization=f"Bearer {review.secret}"),
        review.ask(f"{path}#{review.secret}", without=("X-Lookalike",)),
    ):
        assert answer.status == 403
        assert b"a.jpg" not in answer.body


def test_no_cookie_is_ever_set(review: Review) -> None:
    """So there is none that another port of this machine could be sent."""
    for path in ["/", "/static/app.js", *ASKS]:
        assert "set-cookie" not in review.ask(path).headers


@pytest.mark.parametrize("path", ["/", "/static/app.js", *ASKS, *CHANGES])
def test_a_foreign_host_is_refused(review: Review, path: str) -> None:
    """A name that was made to lead here is not ours, whatever else is right."""
    body = CHANGES.get(path)
    for host in ("evil.example", f"evil.example:{review.port}", "127.0.0.1", "127.0.0.1:80", ""):
        assert review.ask(path, body, Host=host).status == 400
    assert review.ask(path, body, without=("Host",)).status == 400
    assert review.ask("/api/session", Host=f"localhost:{review.port}").status == 200


@pytest.mark.parametrize("path", CHANGES)
def test_other_pages_can_change_nothing(review: Review, folder: Path, path: str) -> None:
    """Neither from another site, nor from another port of this machine, nor from nowhere."""
    before = decided(folder)
    port = review.port
    wrong: tuple[dict[str, Any], ...] = (
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": f"http://127.0.0.1:{port + 1}"},
        {"Origin": f"http://localhost:{port}"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Sec_Fetch_Site": "none"},
    )
    for headers in wrong:
        assert review.ask(path, CHANGES[path], **headers).status == 403
    assert review.ask(path, CHANGES[path], without=("Origin",)).status == 403
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
        assert review.ask(path, CHANGES[path], Content_Type=kind).status == 415
    assert decided(folder) == before


@pytest.mark.parametrize("path", CHANGES)
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_only_post_changes(review: Review, folder: Path, path: str, method: str) -> None:
    """Every other method is refused."""
    before = decided(folder)
    assert review.ask(path, method=method).status == 405
    assert decided(folder) == before


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py",
        "/static/..%2fapp.py",
        "/static/%2e%2e/app.py",
        "/static/..\\app.py",
        "/static//etc/passwd",
        "/static/%2fetc%2fpasswd",
        "/../../etc/passwd",
        "/image/../../etc/passwd",
        "/image/%2e%2e%2fa.jpg?side=320",
        "/image/a.jpg?side=320",
        "/image/-1?side=320",
        "/image/99999999999999999999999?side=320",
        "/api/groups/../session",
        "/api/groups/-1",
        "/api/groups/99",
        "/api/history/none",
        "/api/history/..",
        "/api/history/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "//etc/passwd",
    ],
)
def test_no_path_leads_out_of_the_page(review: Review, path: str) -> None:
    """Only numbers of images, and names of the page's own files, lead anywhere."""
    answer = review.ask(path)
    assert answer.status == 404
    assert b"root:" not in answer.body
    assert b"import" not in answer.body


def test_bodies_have_a_limit(review: Review, folder: Path) -> None:
    """With a length, without one, and with a wrong one. The server goes on."""
    before = decided(folder)
    large = b'{"group": 0, "chosen": ["' + b"x" * (2 << 20) + b'"]}'
    assert review.ask("/api/decide", raw=large).status == 413
    chunks = b"".join(b"%x\r\n%b\r\n" % (65536, large[:65536]) for _ in range(40)) + b"0\r\n\r\n"
    answer = review.ask(
        "/api/decide", raw=chunks, without=("Content-Length",), Transfer_Encoding="chunked"
    )
    assert answer.status == 413
    assert review.ask("/api/decide", raw=b"{}", Content_Length="-1").status == 400
    assert review.ask("/api/session").status == 200
    assert decided(folder) == before


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"[", 400),
        (b"[]", 400),
        (b"\xff", 400),
        (b"[" * 100_000, 400),
        (b"{}", 400),
        (b'{"group": 0}', 400),
        (b'{"group": "0", "chosen": ["keep", "remove"]}', 400),
        (b'{"group": true, "chosen": ["keep", "remove"]}', 400),
        (b'{"group": 0, "chosen": ["keep"]}', 400),
        (b'{"group": 0, "chosen": ["keep", "delete"]}', 400),
        (b'{"group": 0, "chosen": 7}', 400),
        (b'{"group": -1, "chosen": ["keep", "remove"]}', 404),
        (b'{"group": 1, "chosen": ["keep", "remove"]}', 404),
    ],
)
def test_wrong_decisions_are_refused(
    review: Review, folder: Path, body: bytes, status: int
) -> None:
    """They say why, and nothing is saved."""
    before = decided(folder)
    answer = review.ask("/api/decide", raw=body)
    assert answer.status == status
    assert answer.json["error"]
    assert decided(folder) == before


@pytest.mark.parametrize(
    "query",
    ["", "side=0", "side=99999", "side=-320", "side=320.5", "side=%31%00", "side=" + "9" * 5000],
)
def test_pictures_have_few_sizes(review: Review, query: str) -> None:
    """So nobody can make the server draw endless variants."""
    assert review.ask(f"/image/0?{query}").status == 400


@pytest.mark.parametrize("path", ["/", "/static/app.js", "/none", "/api/session", "/api/none"])
@pytest.mark.parametrize("secret", [True, False])
def test_every_answer_limits_the_browser(review: Review, path: str, secret: bool) -> None:
    """Refusals too: no script but ours, no frame, no guessing of types, no cache."""
    headers = review.ask(path, without=() if secret else ("X-Lookalike",)).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for part in ("script-src 'self'", "frame-ancestors 'none'", "require-trusted-types-for"):
        assert part in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "private, no-store"
    assert "access-control-allow-origin" not in headers
    assert "server" not in headers


def test_pictures_are_encoded_anew(review: Review, folder: Path) -> None:
    """What is sent is a JPEG of ours, without anything of the file but its pixels."""
    assert b"TellDescription" in (folder / "in" / "a.jpg").read_bytes()
    answer = review.ask("/image/0?side=1600")
    assert answer.headers["content-type"] == "image/jpeg"
    assert simplejpeg.decode_jpeg(answer.body).shape == (120, 160, 3)
    assert b"Tell" not in answer.body
    assert b"Exif" not in answer.body


def test_text_cannot_become_tags_anywhere() -> None:
    """No file of the page has a way to make elements, code or styles from text."""
    for name, (data, _) in static_files().items():
        for way in (
            *("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "srcdoc"),
            *(
                "eval(",
                "Function(",
                "DOMParser",
                "createContextualFragment",
                " style=",
                " onclick=",
            ),
        ):
            assert way.encode() not in data, name


def test_the_page_has_nothing_to_tell(review: Review) -> None:
    """Without the secret, the page and its files are the same for all pictures."""
    for path in ("/", "/static/app.js"):
        answer = review.ask(path, without=("X-Lookalike",))
        assert answer.status == 200
        assert b"a.jpg" not in answer.body
        assert review.secret.encode() not in answer.body


def test_a_folder_is_shown_and_a_file_never_opened(review: Review, folder: Path) -> None:
    """The file manager gets the folder with a slash, which no file can have."""
    assert review.ask("/api/reveal", {"member": 0}).status == 200
    opened = folder / "opened"
    for _ in range(100):
        if opened.exists() and opened.read_text():
            break
        time.sleep(0.05)
    assert opened.read_text() == f"{folder}/in/\n"
    for wrong in ({"member": 99}, {"member": "in/a.jpg"}, {"member": -1}, {"path": "/etc"}):
        assert review.ask("/api/reveal", wrong).status in {400, 404}
    assert opened.read_text().count("\n") == 1


@pytest.mark.slow
def test_without_a_desktop_no_folder_is_shown(folder: Path) -> None:
    """The page does not offer it, and a request for it is refused."""
    path = f"{folder}{os.pathsep}{os.environ['PATH']}"
    without = {"DISPLAY": "", "WAYLAND_DISPLAY": "", "PATH": path}
    with reviewing("in", "--decisions", "e.jsonl", cwd=folder, **without) as one:
        assert one.ask("/api/session").json["can_reveal"] is False
        assert one.ask("/api/reveal", {"member": 0}).status == 403


def test_only_this_machine_is_served(review: Review) -> None:
    """No address of the machine but 127.0.0.1 is bound."""
    others = {"127.0.0.2", "::1"}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        try:
            one.connect(("192.0.2.1", 9))  # nothing is sent
            others.add(one.getsockname()[0])
        except OSError:
            pass
    for address in others:
        with pytest.raises((ConnectionRefusedError, TimeoutError)):
            socket.create_connection((address, review.port), timeout=2).close()


@pytest.mark.slow
def test_a_page_on_another_port_gets_nothing(
    review: Review, folder: Path, browser: Browser
) -> None:
    """Even if it had the secret, a browser keeps it from reading, showing and changing."""
    before = decided(folder)
    script = f"""async () => {{
      const at = "http://127.0.0.1:{review.port}", headers = {{"X-Lookalike": "{review.secret}"}};
      const tries = [
        () => fetch(at + "/api/session", {{headers}}),
        () => fetch(at + "/api/session"),
        () => fetch(at + "/image/0?side=320", {{headers}}),
        () => fetch(at + "/api/undo", {{method: "POST", headers, body: "{{}}"}}),
        () => fetch(at + "/api/decide", {{method: "POST", mode: "no-cors",
          credentials: "include", headers: {{"Content-Type": "text/plain"}},
          body: '{{"group":0,"chosen":["keep","remove"]}}'}})
          .then(answer => {{ if (answer.type !== "opaque") return answer; throw 0; }}),
        () => import(at + "/static/words.js"),
      ];
      const got = [];
      for (const one of tries) got.push(await one().then(() => "read", () => "kept"));
      const image = new Image();
      image.src = at + "/image/0?side=320";
      got.push(await image.decode().then(() => "read", () => "kept"));
      const frame = document.createElement("iframe");
      frame.src = at + "/";
      document.body.append(frame);
      await new Promise(resolve => frame.onload = resolve);
      got.push(frame.contentDocument?.title ? "read" : "kept");
      return got;
    }}"""

    def page_of_another(handler: Handler, _time: int) -> None:
        handler.send(b"<!DOCTYPE html><title>another</title><body>", Content_Type="text/html")

    with serving() as other:
        other.answers["/"] = page_of_another
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{other.server_port}/")
        assert page.evaluate(script) == ["kept"] * 8
        context.close()
    assert decided(folder) == before


@pytest.mark.slow
def test_the_secret_stays_out_of_history_and_requests(review: Review, browser: Browser) -> None:
    """The page takes it from the address, and a page without it shows nothing."""
    with open_page(browser) as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(review.address)
        page.locator(".row").first.wait_for()
        assert page.url == f"http://127.0.0.1:{review.port}/"
        assert asked
        assert not any(review.secret in url.partition("#")[0] for url in asked)
        page.reload()
        page.locator(".row").first.wait_for()
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{review.port}/")
    page.get_by_text("the secret is missing").wait_for()
    assert page.locator(".row").count() == 0
    context.close()


@pytest.mark.slow
def test_the_browser_is_started_without_the_secret_in_its_arguments(tmp_path: Path) -> None:
    """They can be read by everybody on the machine. It gets a file that only we can read."""
    for name in "ab":
        save(tmp_path / "in" / f"{name}.png", photo(80, 60, 1))
    browser = tmp_path / "browser"
    browser.write_text(
        f"#!{sys.executable}\n"
        "import os, sys, urllib.parse\n"
        "path = urllib.parse.urlparse(sys.argv[1]).path\n"
        "text = open(path).read()\n"
        f"with open({str(tmp_path / 'out')!r}, 'w') as out:\n"
        "    folder = os.stat(os.path.dirname(path)).st_mode\n"
        "    mode = os.stat(path).st_mode\n"
        "    print(sys.argv[1], oct(mode), oct(folder), text, file=out, sep='\\n')\n"
    )
    browser.chmod(0o755)
    process = subprocess.Popen(
        [LOOKALIKE, "review", "in", "-q", "--decisions", "d.jsonl"],
        stdout=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env=os.environ | {"BROWSER": f"{browser} %s"},
    )
    assert process.stdout is not None
    address = process.stdout.readline().split()[-1]
    out = tmp_path / "out"
    for _ in range(200):
        if out.exists() and out.read_text().endswith("\n\n"):
            break
        time.sleep(0.05)
    argument, mode, folder_mode, text = out.read_text().split("\n", 3)
    process.terminate()
    process.communicate(timeout=30)
    secret = address.partition("#")[2]
    assert secret not in argument
    assert stat.S_IMODE(int(mode, 8)) == 0o600
    assert stat.S_IMODE(int(folder_mode, 8)) == 0o700
    assert address in text
    assert not Path(argument.removeprefix("file://")).exists()
