"""Every refusal as a problem document (RFC 9457, ``application/problem+json``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from sketchseek import errors

# The nearest ancestor of an error decides; what is not listed is the server's own fault.
STATUS: Mapping[type[errors.SketchseekError], int] = {
    errors.BadSketch: 422,
    errors.BadImage: 422,
    errors.UnknownName: 422,
    errors.BadModel: 503,
    errors.MissingExtra: 503,
    errors.LibraryError: 503,
}
# What goes with a status wherever it comes from.
HEADERS: Mapping[int, Mapping[str, str]] = {
    401: {"WWW-Authenticate": "Bearer"},
    429: {"Retry-After": "1"},
    503: {"Retry-After": "2"},
}


class Missing(HTTPException):
    """404: a question names what is not there any more; 422: words that the model does not know.

    Args:
        detail: what to tell a person.
        parts: places in the question's ``parts`` that name such things.
        filters: fields of its ``filters`` that do.
        words: whether those parts are words.
    """

    def __init__(
        self, detail: str, *, parts: Sequence[int] = (), filters: Sequence[str] = (), words: bool = False
    ) -> None:
        super().__init__(422 if words else 404, detail)
        self.error = errors.UnknownName.__name__ if words else None
        self.missing = {"parts": list(parts), "filters": list(filters)}


def problem(
    status: int,
    detail: str,
    *,
    error: str | None = None,
    missing: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """A problem document.

    Args:
        status: the HTTP status.
        detail: one or two sentences for a person: what is wrong and the way out.
        error: the name of the error in ``sketchseek.errors``, for programs.
        missing: as `Missing`; what to take out of the question before it is asked again.
        headers: further headers of the answer.
    """
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    if error:
        body["error"] = error
    if missing:
        body["missing"] = missing
    return JSONResponse(
        body,
        status,
        media_type="application/problem+json",
        headers={"Cache-Control": "no-store", **HEADERS.get(status, {}), **(headers or {})},
    )


def install(app: FastAPI) -> None:
    """Let every error that a request can cause leave ``app`` as a problem document."""
    app.add_exception_handler(errors.SketchseekError, _known)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)


async def _known(_: Request, error: Exception) -> JSONResponse:
    status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)
    return problem(status, str(error), error=type(error).__name__)


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - tells the type checker what the handler is for
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"] if part != "body")
    if first["type"] == "json_invalid":
        return problem(400, f"The request is not JSON: {first['ctx']['error']}.")
    return problem(422, f"{where or 'request'}: {first['msg']}.")


async def _http(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - as above
    if isinstance(error, Missing):
        return problem(error.status_code, error.detail, error=error.error, missing=error.missing)
    return problem(error.status_code, error.detail, headers=error.headers)
