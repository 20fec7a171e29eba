from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import httpx
import pytest
from serving import served, wire

from sketchseek.errors import BadConfig
from sketchseek.server import open_socket, schemas, service
from sketchseek.server.names import is_loopback, known_names
from sketchseek.server.security import HEADERS, LOOPBACK_NAMES, MAX_BODY

Made = tuple[Path, Path, Path]
BODY = {"strokes": wire("circle")}
JSON = {"Content-Type": "application/json"}


def raw(site: str, request: bytes) -> tuple[int, bytes]:
    """Send bytes as they are: (status, everything that came back)."""
    host, port = site.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(request)
        answer = b""
        while part := connection.recv(65536):
            answer += part
            head, end, body = answer.partition(b"\r\n\r\n")
            length = re.search(rb"content-length: (\d+)", head)
            if end and length and len(body) >= int(length[1]):
                break
    return int(answer.split()[1]), answer


def refused(answer: httpx.Response, status: int) -> dict[str, object]:
    """What a problem document says, its form and the headers of every answer checked."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == status
    assert told["type"] == "about:blank"
    assert told["title"]
    assert told["detail"]
    marked(answer)
    return told


def marked(answer: httpx.Response) -> None:
    for name, value in HEADERS.items():
        assert answer.headers[name] == value
    assert not [name for name in answer.headers if name.startswith("access-control-")]
    assert "server" not in answer.headers


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


def test_a_large_body_is_refused_by_what_it_says_and_by_what_it_is(client: httpx.Client, site: str) -> None:
    head = b"POST /api/search HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    for length in (str(MAX_BODY + 1), "9" * 18, "9" * 40):
        status, _ = raw(site, head + f"Content-Length: {length}\r\n\r\n{{}}".encode())
        assert status in (400, 413), length
    assert raw(site, head + f"Content-Length: {MAX_BODY + 1}\r\n\r\n".encode())[0] == 413

    def chunks() -> Iterator[bytes]:
        for _ in range(MAX_BODY // 100_000 + 2):
            yield b" " * 100_000

    told = refused(client.post("/api/search", content=chunks(), headers=JSON), 413)
    assert "2,000,000 bytes" in str(told["detail"])


def test_the_limit_itself_is_read(client: httpx.Client) -> None:
    text = json.dumps(BODY).encode()
    assert client.post("/api/search", content=text.ljust(MAX_BODY), headers=JSON).status_code == 200
    refused(client.post("/api/search", content=text.ljust(MAX_BODY + 1), headers=JSON), 413)


@pytest.mark.parametrize("length", ["-1", "1e3", "0x10", "٣", "1, 2"])
def test_a_length_that_is_no_number_is_bad(site: str, length: str) -> None:
    request = f"POST /api/search HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n{{}}"
    assert raw(site, request.encode())[0] == 400


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b'{"strokes": [}',
        b"strokes",
        b"\xff\xfe",
        b"\x00",
        b"[" * 200_000,
        b'{"strokes": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"strokes": [[[' + b"1" * 100_000 + b"],[1]]]}",
        b'{"strokes": [[[1' + b"0" * 400 + b"],[1]]]}",
    ],
    ids=["empty", "open", "wrong", "word", "utf-16", "nul", "deep", "deeper", "digits", "huge"],
)
def test_what_is_no_json_is_refused(client: httpx.Client, text: bytes) -> None:
    answer = client.post("/api/search", content=text, headers=JSON)
    refused(answer, answer.status_code)
    assert answer.status_code in (400, 422)
    assert len(answer.content) < 1000


def stroke(x: object, y: object = 1) -> str:
    return f'{{"strokes": [[[0, {x}, 5], [0, {y}, 5]]]}}'


@pytest.mark.parametrize(
    "number", ["NaN", "Infinity", "-Infinity", "1e999", '"1"', "null", "true", "[1]", "{}"]
)
@pytest.mark.parametrize("axis", ["x", "y"])
def test_points_are_finite_numbers(client: httpx.Client, number: str, axis: str) -> None:
    text = stroke(number) if axis == "x" else stroke(1, number)
    answer = client.post("/api/search", content=text, headers=JSON)
    assert answer.status_code in (400, 422), answer.text
    refused(answer, answer.status_code)


def test_numbers_beyond_single_precision_are_refused_by_the_sketch(client: httpx.Client) -> None:
    told = refused(client.post("/api/search", content=stroke("1e300"), headers=JSON), 422)
    assert told["error"] == "BadSketch"


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"strokes": None},
        {"strokes": "x"},
        {"strokes": [1]},
        {"strokes": [[1, 2]]},
        {"strokes": [[]]},
        {"strokes": [[[1, 2]]]},
        {"strokes": [[[1, 2], [1]]]},
        {"strokes": [[[1, 2], [1, 2], [1]]]},
        {"strokes": [[[1], [1], [1], [1]]]},
        {"strokes": [[[], []]]},
        {"strokes": [[[1], [2]]], "k": 0},
        {"strokes": [[[1], [2]]], "k": schemas.MAX_HITS + 1},
        {"strokes": [[[1], [2]]], "k": "7"},
        {"strokes": [[[1], [2]]], "k": True},
        {"strokes": [[[1], [2]]], "k": 1.5},
        {"strokes": [[[1], [2]]], "url": "http://evil.example/a.png"},
        {"strokes": [[[1], [2]]] * (schemas.MAX_STROKES + 1)},
        {"strokes": [[[1] * (schemas.MAX_POINTS + 1), [2] * (schemas.MAX_POINTS + 1)]]},
        {"strokes": [[[1] * 11_000, [2] * 11_000]] * 2},
    ],
)
def test_what_is_no_drawing_is_refused(client: httpx.Client, body: object) -> None:
    answer = client.post("/api/search", json=body)
    refused(answer, 422)
    assert len(answer.content) < 1000


def test_an_empty_drawing_is_told_as_such(client: httpx.Client) -> None:
    assert refused(client.post("/api/search", json={"strokes": []}), 422)["error"] == "EmptySketch"


def test_a_dot_is_a_drawing(client: httpx.Client) -> None:
    assert client.post("/api/search", json={"strokes": [[[7], [7]]]}).status_code == 200


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
        marked(answer)
    refused(client.get("/nowhere"), 404)
    refused(client.get("/api/search"), 405)


def test_an_unforeseen_error_is_a_marked_problem_without_details(
    made: Made, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a secret of the house")

    monkeypatch.setattr(service, "encode_sketches", broken)
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


# ---- where it listens ----


def test_only_loopback_names_are_answered_by_default() -> None:
    assert {"localhost", "127.0.0.1", "[::1]"} == LOOPBACK_NAMES
    assert known_names("localhost") == LOOPBACK_NAMES
    with open_socket("localhost", 0) as listener:
        assert listener.getsockname()[0] == "127.0.0.1"


def test_where_all_listen_the_machines_own_names_are_answered() -> None:
    own = socket.gethostname().lower()
    names = known_names("0.0.0.0", ["Photos.LAN"])  # noqa: S104 - others are let in on purpose
    assert {own, "photos.lan", "localhost"} < names
    assert "evil.example" not in names
    assert known_names("192.168.1.7", ["photos.lan"]) == LOOPBACK_NAMES | {"192.168.1.7", "photos.lan"}
    assert "[::1]" in known_names("::")


@pytest.mark.parametrize("name", ["http://photos.lan", "photos.lan:80", "", "a b", "*"])
def test_names_that_are_none_are_told(name: str) -> None:
    with pytest.raises(BadConfig, match="without http"):
        known_names("127.0.0.1", [name])


@pytest.mark.parametrize(
    ("host", "only"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("localhost.lan", False)],  # noqa: S104
)
def test_loopback_is_told_from_the_rest(host: str, *, only: bool) -> None:
    assert is_loopback(host) is only


def test_a_port_that_cannot_be_had_is_told() -> None:
    with open_socket("127.0.0.1", 0) as listener, pytest.raises(BadConfig, match="Choose another port"):
        open_socket("127.0.0.1", listener.getsockname()[1])
    with pytest.raises(BadConfig, match="65535"):
        open_socket("127.0.0.1", 70_000)
