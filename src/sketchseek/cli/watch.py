"""``sketchseek watch``: keep a library up to date while photos come and go."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sketchseek.cli.console import LibraryOption, plural, say, shown
from sketchseek.errors import LibraryError, SketchseekError

if TYPE_CHECKING:
    from sketchseek.library import Event, Library
    from sketchseek.library.watching import Trouble

EVERY = 30.0

EveryOption = Annotated[
    float, typer.Option("--every", metavar="SECONDS", min=1, help="Rest between two looks, at least.")
]


@dataclass
class News:
    """Tells what is new since it was told last; the same trouble in every round is one line."""

    known: set[str] = field(default_factory=set)
    met: set[str] = field(default_factory=set)

    def tell(self, event: Event | Trouble, library: Library) -> None:
        """Show one event, if it is news."""
        from sketchseek.library import Progress, RootSkipped, Skipped
        from sketchseek.library.watching import Trouble, changed

        if isinstance(event, Progress):
            if changed(event):
                photos = plural(library.status().photos, "photo")
                came = f"{event.embedded:,} new, {event.reused:,} copied or moved, {event.dropped:,} gone"
                say(f"{time.strftime('%H:%M:%S')}  {came}; {photos} in the library")
            if event.phase == "done":
                self.known, self.met = self.met, set()
        elif isinstance(event, Skipped):
            self._once(f"skipped {shown(event.path)}: {event.reason}")
        elif isinstance(event, RootSkipped):
            self._once(f"left alone {shown(event.root)}: {event.reason}")
        elif isinstance(event, Trouble):
            self._once(event.reason)
            self.known, self.met = self.met, set()

    def _once(self, line: str) -> None:
        if line not in self.known | self.met:
            say(line)
        self.met.add(line)


def watch(library: LibraryOption = None, every: EveryOption = EVERY) -> None:
    """Keep a library up to date: look for new, changed and deleted photos until Ctrl-C.

    Looking takes at most a twentieth of one core; photos that did not change are not read.
    """
    from sketchseek.library import default_path

    path = library or default_path()
    say(f"watching {shown(path)}; Ctrl-C ends it")
    try:
        look_after(path, every, threading.Event())
    except KeyboardInterrupt:  # the way to end it
        say("ended")


@contextmanager
def watching(path: Path, every: float) -> Iterator[None]:
    """Keep a library up to date beside what happens inside the block."""
    stop = threading.Event()

    def work() -> None:
        try:
            look_after(path, every, stop)
        except (SketchseekError, OSError) as error:
            say(f"no longer watching: {error}")

    thread = threading.Thread(target=work, name="sketchseek-watch", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def look_after(path: Path, every: float, stop: threading.Event) -> None:
    """Watch a library and tell the news, until ``stop`` is set.

    Raises:
        LibraryError: it is not there, or covers no folder.
        BadModel: its model is missing or broken.
    """
    from sketchseek.encoders import load_encoder
    from sketchseek.library import Library
    from sketchseek.library.watching import watch as rounds

    news = News()
    with Library.open(path) as opened:
        if not opened.roots():
            raise LibraryError(f"{shown(path)} covers no folder yet; run: sketchseek index FOLDER")
        for event in rounds(opened, load_encoder, every=every, stop=stop):
            news.tell(event, opened)
