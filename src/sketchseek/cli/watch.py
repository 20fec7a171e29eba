"""``sketchseek watch``: keep a library up to date while photos come and go."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sketchseek.cli.console import LibraryOption, complain, plural, progress, say, shown
from sketchseek.cli.index import advance
from sketchseek.errors import LibraryError

if TYPE_CHECKING:
    from sketchseek.library import Library
    from sketchseek.library.background import Indexer, Told

EVERY = 30.0

EveryOption = Annotated[
    float, typer.Option("--every", metavar="SECONDS", min=1, help="Rest between two looks, at least.")
]


@dataclass
class News:
    """Tells what is new since it was told last; the same trouble in every round is one line."""

    known: set[str] = field(default_factory=set)
    met: set[str] = field(default_factory=set)

    def tell(self, event: Told, library: Library) -> None:
        """Show one event, if it is news."""
        from sketchseek.library import Progress, RootSkipped, Skipped
        from sketchseek.library.background import Failed
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
        elif isinstance(event, Failed):
            complain(event.reason)
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
def keeping(
    path: Path, folders: Sequence[Path] = (), *, model: str | None = None, every: float | None = None
) -> Iterator[Indexer]:
    """Index a library beside what happens inside the block, and tell of it.

    Args:
        path: the library, which must be there.
        folders: what it is to cover.
        model: a packaged model's name or a model folder; the library's own where not given.
        every: seconds between two looks for changes; None ends after the first.
    """
    from sketchseek.library.background import Indexer

    indexer = Indexer(path, folders, model=model, every=every)
    thread = threading.Thread(target=_follow, args=(indexer, path), name="sketchseek-news", daemon=True)
    thread.start()
    try:
        yield indexer
    finally:
        indexer.stop()
        thread.join()


def _follow(indexer: Indexer, path: Path) -> None:
    """Tell what an indexer does: a bar for its first round, then the news."""
    from sketchseek.library import Library, Progress

    news, events = News(), indexer.events()
    with Library.open(path) as opened:
        with progress("Photos") as step:
            for event in events:
                news.tell(event, opened)
                if isinstance(event, Progress):
                    advance(event, step)
                    if event.phase == "done":
                        break
        if indexer.standing.state == "done":
            say(f"All photos are read; {plural(opened.status().photos, 'photo')} in the library.")
        for event in events:
            news.tell(event, opened)


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
