from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path

import httpx
import pytest
from answers import marked, raw, refused
from serving import served, wire

from sketchseek.server import sight
from sketchseek.server.security import PICTURE_POLICY

Made = tuple[Path, Path, Path]
BODY = {"strokes": wire("circle")}
JSON = {"Content-Type": "application/json"}


# ---- who may ask ----


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:80", "127.0.0.1", "127.0.0.1:9", "[::1]", "[::1]:8765"]
)
def test_names_of_this_machine_are_answered(client: httpx.Client, host: str) -> None:
    assert client.get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8765",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "0.0.0.0",  # noqa: S104 - a name in a header
        "127.0.0.2",
        "[::]",
        "localhost.",
        "2130706433",
        "192.168.1.7:80",
    ],
)
@pytest.mark.parametrize("path", ["/", "/healthz", "/api/status", "/static/main.js"])
def test_other_names_are_misdirected(client: httpx.Client, host: str, path: str) -> None:
    told = refused(client.get(path, headers={"Host": host}), 421)
    assert "--allow-host" in str(told["detail"])
    assert "localhost," not in str(told["detail"])  # a page of elsewhere that gets here learns no names


@pytest.mark.parametrize(
    "host",
    ["", "local host", "localhost:80:80", "user@localhost", "localhost/x", "[::1", "localhost:", "löcalhost"],
)
def test_a_host_that_is_no_name_is_bad(site: str, host: str) -> None:
    status, answer = raw(site, f"GET /healthz HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
    assert status == 400
    assert b'"ok"' not in answer


@pytest.mark.parametrize(
    "headers",
    [b"", b"Host: localhost\r\nHost: evil.example\r\n", b"Host: evil.example\r\nHost: localhost\r\n"],
)
@pytest.mark.parametrize("version", [b"1.0", b"1.1"])
def test_there_is_exactly_one_host(site: str, headers: bytes, version: bytes) -> None:
    status, _ = raw(site, b"GET /healthz HTTP/" + version + b"\r\n" + headers + b"\r\n")
    assert status == 400


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},  # another port of this machine
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://evil.example"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "http://127.0.0.1"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "http://[broken"},
    ],
)
def test_a_foreign_page_cannot_search(client: httpx.Client, headers: dict[str, str]) -> None:
    refused(client.post("/api/search", json=BODY, headers=headers), 403)


def test_a_foreign_page_cannot_embed_pictures_but_may_link_to_the_page(client: httpx.Client) -> None:
    foreign = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}
    for path in ("/api/thumbnails/1", "/api/originals/1", "/api/status"):
        refused(client.get(path, headers=foreign), 403)
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert client.get("/", headers=link).status_code == 200


def test_the_page_itself_and_programs_can_search(client: httpx.Client) -> None:
    own = {"Sec-Fetch-Site": "same-origin", "Origin": str(client.base_url).rstrip("/")}
    assert client.post("/api/search", json=BODY, headers=own).status_code == 200
    assert client.post("/api/search", json=BODY).status_code == 200


def test_no_page_is_let_in_by_preflight(client: httpx.Client) -> None:
    asked = {"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}
    refused(client.options("/api/search", headers=asked), 403)
    refused(client.options("/api/search"), 405)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_nothing_can_be_changed(client: httpx.Client, method: str) -> None:
    for path in ("/", "/api/search", "/api/originals/1", "/static/main.js"):
        refused(client.request(method, path, json={}), 405)


# ---- how much, and what ----


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", None]
)
def test_only_json_is_read(client: httpx.Client, kind: str | None) -> None:
    headers = {"Content-Type": kind} if kind else {}
    refused(client.post("/api/search", content=json.dumps(BODY), headers=headers), 415)


# ---- pictures and files by name ----


@pytest.mark.parametrize("kind", ["thumbnails", "originals"])
@pytest.mark.parametrize(
    ("number", "status"),
    [
        ("0", 404),
        ("999999", 404),
        (str(2**63 - 1), 404),
        (str(2**63), 422),
        ("9" * 60, 422),
        ("-1", 422),
        ("1.5", 422),
        ("one", 422),
        ("1%00", 422),
        ("%2e%2e", 422),
        ("%2Fetc%2Fpasswd", 404),
        ("..%2f..%2fetc%2fpasswd", 404),
        ("1/../../../etc/passwd", 404),
        ("", 404),
    ],
)
def test_pictures_go_by_number_alone(site: str, kind: str, number: str, status: int) -> None:
    found, answer = raw(site, f"GET /api/{kind}/{number} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    assert found == status
    assert b"application/problem+json" in answer


@pytest.mark.parametrize(
    "path",
    [
        "/static/",
        "/static/../app.py",
        "/static/..%2fapp.py",
        "/static/%2e%2e/%2e%2e/errors.py",
        "/static/....//app.py",
        "/static//etc/passwd",
        "/static/%2Fetc%2Fpasswd",
        "/static/..\\app.py",
        "/static/main.js%00.png",
        "/static/MAIN.JS",
        "/../../etc/passwd",
        "//etc/passwd",
        "/index.html",
        "/static/__init__.py",
    ],
)
def test_only_the_pages_own_files_are_served(site: str, path: str) -> None:
    status, answer = raw(site, f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    assert status == 404
    assert b"root:" not in answer
    assert b"import" not in answer


# ---- what a browser may do with the answer ----


def test_every_answer_is_marked(client: httpx.Client) -> None:
    for path in ("/", "/static/main.js", "/healthz", "/api/status", "/api/thumbnails/1", "/api/originals/1"):
        answer = client.get(path)
        assert answer.status_code == 200, path
        marked(answer, *([PICTURE_POLICY] if "originals" in path else []))
    refused(client.get("/nowhere"), 404)
    refused(client.get("/api/search"), 405)


def test_an_unforeseen_error_is_a_marked_problem_without_details(
    made: Made, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a secret of the house")

    monkeypatch.setattr(sight, "encode_sketches", broken)
    with served(made[0], made[2]) as site:
        answer = httpx.post(f"{site}/api/search", json=BODY, trust_env=False)
        refused(answer, 500)
        assert "secret" not in answer.text
    assert "a secret of the house" in caplog.text  # for whoever runs the server


PAGE = Path(str(files("sketchseek.server"))) / "static"


@pytest.mark.parametrize("path", sorted(PAGE.iterdir()), ids=lambda path: path.name)
def test_the_pages_files_are_typed_kept_and_refer_to_nothing_outside(
    client: httpx.Client, path: Path
) -> None:
    answer = client.get("/" if path.name == "index.html" else f"/static/{path.name}")
    kinds = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
    kinds[".json"] = "application/json"
    assert answer.headers["content-type"].split(";")[0] == kinds[path.suffix]
    assert answer.content == path.read_bytes()
    again = client.get(answer.url.path, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    outside = set(re.findall(r"https?://[^\s\"'<>)]+", answer.text)) - {"http://www.w3.org/2000/svg"}
    assert not outside


def test_the_page_has_no_inline_script_or_style() -> None:
    html = (PAGE / "index.html").read_text(encoding="utf-8")
    assert not re.findall(r"<style|\sstyle=|\son[a-z]+=|javascript:", html)
    assert re.findall(r"<script[^>]*>([^<]*)</script>", html) == [""]
    for name in re.findall(r'/static/([^"]+)"', html):
        assert (PAGE / name).is_file()
