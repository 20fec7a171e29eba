"""How long a client may take: for the head of a request, and for its body at a least pace."""

from __future__ import annotations

import asyncio
import math
import time

import anyio
import h11
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD = 3.0  # seconds for a request's head, and for what is left of a body that was answered already
GRACE = 3.0  # seconds for a body ...
PACE = 20_000  # ... and one more for as many bytes of it


class Patient(H11Protocol):
    """uvicorn's protocol, which closes a connection whose next request is too long in coming.

    uvicorn itself waits without end for a head of which something has come.
    """

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Take what came; stop waiting once it begins a request, or wait for the rest of one."""
        super().data_received(data)
        if self.cycle is None or self.cycle.response_complete:
            self._wait()
        else:
            self._stop_waiting()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _wait(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(HEAD, self._close)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _close(self) -> None:
        if not self.transport.is_closing():
            if self.conn.our_state is not h11.ERROR:
                self.conn.send(h11.ConnectionClosed())
            self.transport.close()


def bounded(receive: Receive, limit: int, too_large: str) -> Receive:
    """A receive that refuses a body of more than ``limit`` bytes, or one that comes slower than `PACE`.

    Time runs from the first call: until then it is the server that makes the client wait.

    Raises:
        HTTPException: when called: 408 or 413.
    """
    began: float | None = None
    seen, more = 0, True

    async def receive_in_time() -> Message:
        nonlocal began, seen, more
        began = began or time.monotonic()
        left = began + GRACE + seen / PACE - time.monotonic() if more else math.inf
        try:
            with anyio.fail_after(max(left, 0.0)):
                message = await receive()
        except TimeoutError as error:
            raise HTTPException(
                408, "The request's body is too slow in coming; send it again.", {"Connection": "close"}
            ) from error
        more = more and message.get("more_body", False)
        seen += len(message.get("body", b""))
        if seen > limit:
            raise HTTPException(413, too_large)
        return message

    return receive_in_time
