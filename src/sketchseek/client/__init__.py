"""A client of a server that runs: questions go over HTTP, answers come back as plain data.

    client = Client("http://127.0.0.1:8765")
    answer = client.search([SketchPart(read_sketch(Path("drawing.svg")))], k=20)
    Path("best.jpg").write_bytes(client.original(answer.hits[0].id))

What the server refuses is raised as the library itself would raise it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, fields, replace
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any, Literal, TypeVar
from urllib.parse import urlsplit

from sketchseek import errors
from sketchseek.client.shapes import (
    Answer,
    Filters,
    Hit,
    Indexing,
    Part,
    Picture,
    PicturePart,
    SketchPart,
    Status,
    Upload,
    UploadPart,
    WordsPart,
)
from sketchseek.errors import BadConfig, BadServer, BadToken, SketchseekError
from sketchseek.model import Grain
from sketchseek.ranking import SHORTLIST
from sketchseek.sketch import to_quickdraw

__all__ = [
    "Answer",
    "Client",
    "Filters",
    "Hit",
    "Indexing",
    "Part",
    "Picture",
    "PicturePart",
    "SketchPart",
    "Status",
    "Upload",
    "UploadPart",
    "WordsPart",
]

_T = TypeVar("_T")


class Client:
    """Asks one server. Holds no connection open; may be used from several threads.

    Every method raises `BadServer` where no answer comes or what answers is not sketchseek, `BadToken` where
    the server wants another token, and else the error that the server names.

    Args:
        address: as ``http://127.0.0.1:8765``; a path in it is kept, for servers behind a proxy.
        token: what `sketchseek serve` asks for, if it does.
        timeout: seconds that each step of a request may take.

    Raises:
        BadConfig: no such address, a token stands in it, or the token is none.
    """

    def __init__(self, address: str, *, token: str | None = None, timeout: float = 60.0) -> None:
        try:
            parts = urlsplit(address)
            port = parts.port
        except ValueError as error:
            raise BadConfig(f"{address!r} is no address of a server: {error}") from error
        if parts.fragment or parts.username or parts.password or parts.query:
            raise BadConfig("a server's address holds no token: put that into SKETCHSEEK_TOKEN")
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise BadConfig(f"{address!r} is no address of a server; http://127.0.0.1:8765 is one")
        if token is not None and not (token.isascii() and token.isprintable() and " " not in token):
            raise BadConfig("the token for the server has a blank, a line break or the like in it")
        self._kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self._host, self._port, self._base = parts.hostname, port, parts.path.rstrip("/")
        self.address = f"{parts.scheme}://{parts.netloc}{self._base}"
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._timeout = timeout

    def search(
        self,
        parts: Sequence[Part],
        *,
        filters: Filters | None = None,
        k: int = 60,
        offset: int = 0,
        collapse: bool = True,
        grain: Grain | None = None,
        shortlist: int = SHORTLIST,
    ) -> Answer:
        """The pictures nearest to a question, best first.

        Args:
            parts: what is asked, at most 16.
            filters: which pictures may be found; all where not given.
            k: how many, 1 to 500.
            offset: how many to pass over first, as `Answer.next` says it; at most 1000.
            collapse: show near-duplicates of a better picture under it, not on their own.
            grain: how alike they shall be, one of `Status.grains`; the model's finest where not given.
            shortlist: of a model that compares pairs, how many of the first are compared with what is drawn
                where the grain is "exact", at most 500; the rest follow as they were.
        """
        question = {
            "parts": [_plain(part) for part in parts],
            "filters": {
                name: value for name, value in asdict(filters or Filters()).items() if value is not None
            },
            "k": k,
            "offset": offset,
            "collapse": collapse,
            "grain": grain,
            "shortlist": shortlist,
        }
        told = self._json("POST", "/api/search", json.dumps(question, default=str).encode())
        return self._made(Answer, told | {"hits": tuple(self._hit(hit) for hit in told.get("hits", []))})

    def upload(self, data: bytes, kind: Literal["drawing", "photo"]) -> Upload:
        """Hand in a file to ask with: a drawing (SVG, strokes as JSON, a picture of paper) or a photo."""
        told = self._json("POST", f"/api/uploads?kind={kind}", data, "application/octet-stream")
        return self._made(Upload, told)

    def picture(self, picture: int) -> Picture:
        """What is known of a picture."""
        return self._made(Picture, _tupled(self._json("GET", f"/api/pictures/{picture}")))

    def thumbnail(self, picture: int) -> bytes:
        """A picture's small copy, a JPEG."""
        return self._bytes("GET", f"/api/thumbnails/{picture}")

    def original(self, picture: int) -> bytes:
        """A picture as it lies on the server's disk."""
        return self._bytes("GET", f"/api/originals/{picture}")

    def status(self) -> Status:
        """How many pictures there are, whether the model is loaded, and how far indexing is."""
        told = self._json("GET", "/api/status")
        beside = told.get("indexing")
        others = {
            "grains": tuple(told.get("grains", ())),
            "indexing": beside and self._made(Indexing, beside),
        }
        return self._made(Status, told | others)

    def words(self) -> tuple[str, ...]:
        """What can be asked with in a `WordsPart`; nothing where the server's model knows no words."""
        return tuple(self._json("GET", "/api/words").get("words", ()))

    def healthy(self) -> bool:
        """Whether a server answers; no token is needed to ask."""
        return self._json("GET", "/healthz").get("status") == "ok"

    def _hit(self, told: Mapping[str, Any]) -> Hit:
        hit = self._made(Hit, _tupled(told) | {"alike": (), "alike_count": told.get("alike_count", 0)})
        return replace(hit, alike=tuple(self._hit(other) for other in told.get("alike", [])))

    def _made(self, kind: type[_T], told: Mapping[str, Any]) -> _T:
        """A dataclass of what was told; fields that a newer server tells besides are passed over."""
        try:
            return kind(**{field.name: told[field.name] for field in fields(kind)})  # type: ignore[arg-type]
        except KeyError as error:
            raise self._strange(f"its answer has no {error}") from error

    def _json(
        self, method: str, path: str, body: bytes | None = None, kind: str = "application/json"
    ) -> dict[str, Any]:
        data = self._bytes(method, path, body, kind)
        try:
            told = json.loads(data)
        except (ValueError, RecursionError) as error:
            raise self._strange("its answer is no JSON") from error
        if not isinstance(told, dict):
            raise self._strange("its answer is of another form")
        return told

    def _bytes(
        self, method: str, path: str, body: bytes | None = None, kind: str = "application/json"
    ) -> bytes:
        headers = self._headers | ({"Content-Type": kind} if body is not None else {})
        connection = self._kind(self._host, self._port, timeout=self._timeout)
        try:
            with suppress(BrokenPipeError):  # refused before all was sent: the answer says why
                connection.request(method, self._base + path, body, headers)
            answer = connection.getresponse()
            data = answer.read()
        except TimeoutError as error:
            raise BadServer(
                f"the server at {self.address} took more than {self._timeout:g} seconds to answer; try again"
            ) from error
        except (OSError, HTTPException, ValueError) as error:
            raise BadServer(
                f"no server of sketchseek answers at {self.address} ({error}); "
                f"start one with `sketchseek serve`, or name another address"
            ) from error
        finally:
            connection.close()
        if answer.status != 200:
            raise self._refusal(answer.status, data)
        return data

    def _refusal(self, status: int, data: bytes) -> SketchseekError:
        try:
            told = json.loads(data)
            detail, name = str(told["detail"]), told.get("error", "")
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return self._strange(f"it answered with status {status}")
        if status == 401:
            return BadToken(f"the server at {self.address} wants its token in SKETCHSEEK_TOKEN. {detail}")
        known = getattr(errors, name, None) if isinstance(name, str) else None
        kind = known if isinstance(known, type) and issubclass(known, SketchseekError) else BadServer
        return kind(detail if kind is not BadServer else f"the server at {self.address} refused: {detail}")

    def _strange(self, why: str) -> BadServer:
        return BadServer(f"what answers at {self.address} is no server of this sketchseek: {why}")


def _plain(part: Part) -> dict[str, Any]:
    if isinstance(part, SketchPart):
        return {"kind": "sketch", "strokes": to_quickdraw(part.sketch)["drawing"], "weight": part.weight}
    kinds = {PicturePart: "picture", UploadPart: "upload", WordsPart: "words"}
    return {"kind": kinds[type(part)], **asdict(part)}


def _tupled(told: Mapping[str, Any]) -> dict[str, Any]:
    return dict(told) | {"also": tuple(told.get("also", []))}
