"""The token that opens the API: what programs send with each request, and pages exchange for a cookie."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterator

import anyio
from starlette.datastructures import Headers
from starlette.requests import cookie_parser

from sketchseek.errors import BadConfig

DELAY = 1.0  # seconds that a wrong try waits for its answer
TRIES = 32  # wrong ones that may wait side by side; further ones are sent away at once

_FORM = re.compile(r"[A-Za-z0-9._~+/-]{16,256}=*")
_OPEN = frozenset({"/", "/favicon.ico", "/healthz"})
_PAGE = "/static/"


def new_token() -> str:
    """A token of 256 random bits."""
    return secrets.token_urlsafe(32)


def checked(token: str) -> str:
    """A token that somebody chose, if it can be sent in a header and is no short word.

    Raises:
        BadConfig: it cannot be used; the message does not repeat it.
    """
    if _FORM.fullmatch(token) is None:
        raise BadConfig(
            "the token that was given needs 16 to 256 letters, digits or . _ ~ + / -; "
            'a good one: python -c "import secrets; print(secrets.token_urlsafe())"'
        )
    return token


class Keeper:
    """Knows the token and tells who may pass.

    The page's own files and the health check are open. A wrong try waits before it is refused, and only so
    many wait at once, so that guessing costs the guesser; who sends the right token never waits.

    Args:
        token: what opens the API; None opens it to everybody.
    """

    def __init__(self, token: str | None) -> None:
        self._token = token
        self._waiting = 0
        known = (token or "").encode()
        # Several servers of one machine share a browser's cookies: each has a name of its own for its cookie.
        self._cookie = f"sketchseek-{hashlib.sha256(b'name ' + known).hexdigest()[:8]}"
        self._pass = hmac.new(known, b"cookie", hashlib.sha256).hexdigest()

    @property
    def cookie(self) -> str | None:
        """The header that gives a browser its cookie; None where no token is needed."""
        if self._token is None:
            return None
        return f"{self._cookie}={self._pass}; Path=/; HttpOnly; SameSite=Strict"

    async def refusal(self, path: str, headers: Headers) -> tuple[int, str] | None:
        """Why a request is refused, as status and detail; None for one that may pass."""
        if self._token is None or path in _OPEN or path.startswith(_PAGE):
            return None
        tried = list(self._tried(headers))
        if any(tried):
            return None
        if not tried:
            return 401, (
                "This server needs a token: open the page by the address that `sketchseek serve` printed, "
                "or send the header Authorization: Bearer TOKEN."
            )
        if self._waiting >= TRIES:
            return 429, "Too many wrong tokens are being tried; ask again in a moment."
        self._waiting += 1
        try:
            await anyio.sleep(DELAY)
        finally:
            self._waiting -= 1
        return (
            401,
            "This is not the server's token. `sketchseek serve` printed it, or was given it in a file.",
        )

    def _tried(self, headers: Headers) -> Iterator[bool]:
        """For each credential of a request whether it is the right one, compared in constant time."""
        for given in headers.getlist("authorization"):
            scheme, _, token = given.partition(" ")
            known = self._token or ""
            yield scheme.lower() == "bearer" and hmac.compare_digest(token.strip().encode(), known.encode())
        cookies = cookie_parser("; ".join(headers.getlist("cookie")))
        if self._cookie in cookies:
            yield hmac.compare_digest(cookies[self._cookie].encode(), self._pass.encode())
