"""Silence while models are loaded: library code does not print."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def quiet(logs: Any) -> Iterator[None]:
    """Silence the bar and the report of a loader, then bring back what was there.

    Args:
        logs: the module ``transformers.utils.logging``, given by those who may import it.
    """
    before, bar = logs.get_verbosity(), logs.is_progress_bar_enabled()
    logs.set_verbosity_error()
    logs.disable_progress_bar()
    try:
        yield
    finally:
        logs.set_verbosity(before)
        if bar:
            logs.enable_progress_bar()
