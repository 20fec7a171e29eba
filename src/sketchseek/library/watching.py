"""Keeping a library up to date: its folders are walked again and again, at a small share of one core."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sketchseek.encoders import Encoder
from sketchseek.errors import LibraryBusy, RootMissing
from sketchseek.library import Event, Library, Progress

REST = 20  # a walk that took a second is followed by at least this many seconds of rest
_RETRY = 3.0  # seconds until a single round that another process was in the way of is tried again


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a round was given up; the next one tries again."""

    reason: str


def watch(
    library: Library,
    load: Callable[[str], Encoder],
    *,
    every: float | None,
    stop: threading.Event,
    folders: Sequence[Path] = (),
) -> Iterator[Event | Trouble]:
    """Index the folders of a library, rest, and begin again, until told to stop.

    Polling, since no system tells of all changes on every disk. A round without changes reads no picture and
    writes nothing. A round is followed by a rest of ``every`` seconds, or more where the walk takes long.

    Args:
        library: an open library that covers at least one folder, or gets some to cover.
        load: gives the encoder of a model by ``model_source``; asked again where the model is another.
        every: seconds between two rounds, at least; None ends after the first round that comes about.
        stop: ends it, also in the midst of a rest.
        folders: what the first round covers, as `Library.index` takes them.
    """
    encoder: Encoder | None = None
    while not stop.is_set():
        began, walked = time.monotonic(), 0.0
        try:
            if encoder is None or encoder.model_id != library.model:
                encoder = load(library.model_source or "default")
            for event in library.index(folders, encoder=encoder):
                if isinstance(event, Progress) and event.phase == "embed" and not event.read:
                    walked = time.monotonic() - began  # reading what is new is no reason to rest
                yield event
                if stop.is_set():
                    return
            if every is None:
                return
            folders = ()
        except (LibraryBusy, RootMissing) as error:
            if every is None and isinstance(error, RootMissing):
                raise
            yield Trouble(str(error))
        stop.wait(_RETRY if every is None else max(every, REST * walked))


def changed(event: Progress) -> bool:
    """Whether the end of a round tells of photos that came or went."""
    return event.phase == "done" and bool(event.embedded or event.reused or event.dropped)
