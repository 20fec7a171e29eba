"""The gate before every route: who may ask, how much they may send, what a browser may do with the answer.

A foreign page could reach the server through the browser of somebody who may use it: by pointing its own name
at this machine (DNS rebinding), by sending requests here (request forgery), by framing or embedding what is
shown. The gate refuses the first by the Host header, the second by Sec-Fetch-Site and Origin, the third by
the headers of every answer. Where other machines can reach the server, it asks for a token besides.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sketchseek._decoder import LIMITS
from sketchseek.server.patience import bounded
from sketchseek.server.problems import problem
from sketchseek.server.tokens import Keeper

MAX_BODY = 2_000_000  # bytes; a drawing of 100,000 points is about 1.5 MB of JSON
UPLOADS = "/api/uploads"  # takes files, and larger ones
SESSION = "/api/session"  # reads no body
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' blob: data:; object-src 'none'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
# A picture in a tab of its own: what shows it is the browser's own page around it, which styles itself.
PICTURE_POLICY = (
    "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::\d{1,5})?", re.ASCII)
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_SITE = frozenset({"same-origin", "none"})  # "none": typed, bookmarked, or not from a page at all


class Gate:
    """ASGI middleware that refuses foreign, forged and oversize requests and marks every answer.

    Args:
        app: what is behind the gate.
        keeper: asks for the token, where there is one.
        hosts: what a Host header may name, lower case; ports are left out, IPv6 addresses in brackets.
        max_body: bytes of a request's body, counted as they arrive, whatever Content-Length says.
        max_upload: the same where files are taken.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        keeper: Keeper,
        hosts: Collection[str] = LOOPBACK_NAMES,
        max_body: int = MAX_BODY,
        max_upload: int = LIMITS.max_bytes,
    ) -> None:
        self._app = app
        self._keeper = keeper
        self._hosts = frozenset(hosts)
        self._max_body = max_body
        self._max_upload = max_upload

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse it with a problem document."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return  # no websocket is served here
        answer = _Marked(send)
        refusal = await self._refusal(scope)
        if refusal:
            await problem(*refusal)(scope, receive, answer)
            return
        try:
            limit = self._limit(scope["path"])
            await self._app(scope, bounded(receive, limit, _too_large(limit)), answer)
        except Exception:
            if not answer.started:
                await problem(500, "Something went wrong inside sketchseek.")(scope, receive, answer)
            raise  # the server logs it

    async def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        headers = Headers(scope=scope)
        return (
            self._wrong_host(headers)
            or _wrong_site(headers, scope["method"], scope["path"])
            or await self._keeper.refusal(scope["path"], headers)
            or self._wrong_body(headers, scope["method"], scope["path"])
        )

    def _wrong_host(self, headers: Headers) -> tuple[int, str] | None:
        hosts = headers.getlist("host")
        match = _HOST.fullmatch(hosts[0].lower()) if len(hosts) == 1 else None
        if match is None:
            return 400, "The request needs one well-formed Host header."
        if match["name"] not in self._hosts:
            name = match["name"]
            return (
                421,
                f"This server is not called {name!r}; if it should be, start it with --allow-host {name}.",
            )
        return None

    def _limit(self, path: str) -> int:
        return self._max_upload if path == UPLOADS else self._max_body

    def _wrong_body(self, headers: Headers, method: str, path: str) -> tuple[int, str] | None:
        if method != "POST":  # no other method brings a body to a route
            return None
        length = headers.get("content-length", "0")
        if not (length.isascii() and length.isdigit()):
            return 400, "Content-Length is not a number."
        if len(length) > 18 or int(length) > self._limit(path):
            return 413, _too_large(self._limit(path))
        return _wrong_kind(headers, path)


def _wrong_kind(headers: Headers, path: str) -> tuple[int, str] | None:
    """Take what no form of a foreign page can send; a script of one would have to ask first."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if path == UPLOADS and not (kind == "application/octet-stream" or kind.startswith("image/")):
        return 415, "Send the file's bytes, as Content-Type: application/octet-stream or image/..."
    if path not in (UPLOADS, SESSION) and kind != "application/json":
        return 415, "Send JSON, as Content-Type: application/json."
    return None


def _too_large(limit: int) -> str:
    return f"The request is larger than {limit:,} bytes. Simplify the drawing, or save a smaller copy."


def _wrong_site(headers: Headers, method: str, path: str) -> tuple[int, str] | None:
    """Refuse what a foreign page asks for; following a link to the page itself is no foreign request."""
    refusal = 403, "This request comes from another site. Only sketchseek's own page may use this server."
    site = headers.get("sec-fetch-site", "none")
    if site not in _OWN_SITE and (path.startswith("/api/") or method not in _SAFE_METHODS):
        return refusal
    own = {f"http://{headers['host']}".lower(), f"https://{headers['host']}".lower()}
    if "origin" in headers and headers["origin"].lower() not in own:
        return refusal
    return None


class _Marked:
    """A send that adds the gate's headers to the answer and remembers whether it has begun."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await self._send(message)
