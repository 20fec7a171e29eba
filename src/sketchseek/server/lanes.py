"""Slow work in few threads, with queues that end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TypeVar

from anyio import CapacityLimiter, to_thread
from starlette.exceptions import HTTPException

from sketchseek.errors import LibraryError

WAITING = 64  # requests that may wait for a lane before new ones are sent away

_T = TypeVar("_T")


class Lane:
    """Threads for one kind of work, with a queue that ends.

    Args:
        width: how many run side by side.
    """

    def __init__(self, width: int) -> None:
        self._limiter = CapacityLimiter(width)
        self._width = width
        self._inside = 0

    async def run(self, work: Callable[[], _T]) -> _T:
        """Do something slow in a thread.

        Raises:
            HTTPException: 503, too much is waiting already.
        """
        with self._place():
            return await to_thread.run_sync(work, limiter=self._limiter)

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Hold one of the lane's places through a block, which waits for itself.

        Raises:
            HTTPException: 503, too much is waiting already.
        """
        with self._place():
            async with self._limiter:
                yield

    @contextmanager
    def _place(self) -> Iterator[None]:
        if self._inside >= self._width + WAITING:
            raise HTTPException(503, "Too many requests are waiting; ask again in a moment.")
        self._inside += 1
        try:
            yield
        finally:
            self._inside -= 1


def or_404(look_up: Callable[[], _T]) -> _T:
    """Tell that a thing is not there from trouble with the library, which has its own, narrower errors."""
    try:
        return look_up()
    except LibraryError as error:
        if type(error) is not LibraryError:
            raise
        raise HTTPException(404, str(error)) from error
