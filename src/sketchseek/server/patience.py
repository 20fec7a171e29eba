"""How long a client may take: to send a request's head, its body at a least pace, and to take the answer."""

from __future__ import annotations

import asyncio
import math
import time

import anyio
import h11
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive
from uvicorn.protocols.http.h11_impl import H11Protocol

from sketchseek.server.problems import problem

HEAD = 3.0  # seconds for a request's head, and for what is left of a body that was answered already
GRACE = 3.0  # seconds for a body ...
PACE = 20_000  # ... and one more for as many bytes of it
TAKE = 30.0  # seconds for the client to take what waits for it


class Patient(H11Protocol):
    """uvicorn's protocol, which closes connections whose client takes too long.

    uvicorn itself waits without end for a head of which something has come, and for an answer to be taken.
    """

    _deadline: asyncio.TimerHandle | None = None
    _stuck: asyncio.TimerHandle | None = None

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
        self._unstick()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Wait for the client to take what was sent."""
        super().pause_writing()
        self._stuck = self.loop.call_later(TAKE, self.transport.abort)

    def resume_writing(self) -> None:
        """It did."""
        self._unstick()
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP with a problem document; what breaks off after an answer is only cut off."""
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            answer = problem(400, msg, headers={"Connection": "close"})
            head = h11.Response(status_code=400, headers=answer.raw_headers, reason=b"Bad Request")
            for event in (head, h11.Data(data=bytes(answer.body)), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _wait(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(HEAD, self._close)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _unstick(self) -> None:
        if self._stuck is not None:
            self._stuck.cancel()
            self._stuck = None

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
