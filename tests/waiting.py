"""Waiting for what happens elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE = 60.0  # seconds


def until(true: Callable[[], object], what: str = "it") -> None:
    """Wait for something to come true, and fail where it does not."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, f"{what} did not come true within a minute"
        time.sleep(0.01)
