"""Indexing in a process of its own, beside a server: it cannot hold up answers, and its end is only its own.

The process does what `watching.watch` does, and writes what happens as lines of JSON to the one that started
it. It reads nothing but the end of its input: where that comes, asked for or because the other process is
gone, it keeps what it has in hand and ends. The library's rule holds as ever: one writes, many read.
"""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from sketchseek.encoders import load_encoder
from sketchseek.errors import SketchseekError
from sketchseek.images import printable
from sketchseek.library import Event, Library, Progress, RootSkipped, Skipped, default_path
from sketchseek.library.watching import Trouble, watch

_RUN = "from sketchseek.library.background import work; work()"
_PATIENCE = 20.0  # seconds to finish what is in hand before the process is killed: a large picture takes some
_TOLD = 500  # skipped files that are remembered with their reasons
_NICE = 10  # a tenth of what a search gets where both want the same core


@dataclass(frozen=True, slots=True)
class Failed:
    """Why the process is not there any more, and the way out."""

    reason: str


Told = Event | Trouble | Failed
_KINDS: dict[str, type[Any]] = {
    kind.__name__: kind for kind in (Progress, Skipped, RootSkipped, Trouble, Failed)
}


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the work is.

    Attributes:
        state: "looking" while folders are walked, "reading" while pictures are embedded, "waiting" for
            something that is in the way, "done" with all there is so far, "failed".
        progress: of the round under way; of a later round only once it finds something to read.
        reason: what is waited for, or why it failed and the way out.
        skipped: what was passed over or left alone in this round, and why; the first few hundred.
    """

    state: Literal["looking", "reading", "waiting", "done", "failed"] = "looking"
    progress: Progress = field(default_factory=Progress)
    reason: str | None = None
    skipped: tuple[Skipped, ...] = ()

    def after(self, event: Told) -> Standing:
        """How far it is once an event has come."""
        if isinstance(event, Progress):
            return self._advanced(event)
        if isinstance(event, Failed):
            return replace(self, state="failed", reason=event.reason)
        if isinstance(event, Trouble):
            return replace(self, state="waiting", reason=event.reason)
        told = Skipped(str(event.root), event.reason) if isinstance(event, RootSkipped) else event
        known = {one.path: one for one in (*self.skipped, told)}
        return replace(self, skipped=tuple(known.values())[:_TOLD])

    def _advanced(self, now: Progress) -> Standing:
        if now.phase == "done":
            return replace(self, state="done", progress=now, reason=None)
        skipped = () if now == Progress() else self.skipped  # with that, another round begins
        if now.phase != "scan" and now.done < now.found:
            return replace(self, state="reading", progress=now, reason=None)
        if self.state == "done":  # a later round that has found nothing to read passes unseen
            return replace(self, skipped=skipped)
        return replace(self, state="looking", progress=now, reason=None, skipped=skipped)


class Indexer:
    """Indexes a library in a process of its own; `events` must be read for it to go on.

    Args:
        library: a library's file, which must be there.
        folders: what to cover, as `Library.index` takes them; what is covered already where none is given.
        model: a packaged model's name or a model folder; the library's own where not given.
        every: seconds between two looks for changes; None ends after the first.
    """

    def __init__(
        self,
        library: Path,
        folders: Sequence[Path] = (),
        *,
        model: str | None = None,
        every: float | None = None,
    ) -> None:
        self.standing = Standing()
        self._stopped = False
        own = [] if library == default_path() else ["--library", printable(library)]
        self._command = shlex.join(["sketchseek", "index", *own])
        paths = [str(Path(folder).expanduser().absolute()) for folder in folders]
        task = {
            "library": str(library.expanduser().absolute()),
            "folders": paths,
            "model": model,
            "every": every,
        }
        # -P: a folder that the server happens to be started in lends no modules
        command = [sys.executable, "-P", "-c", _RUN, json.dumps(task)]
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and our own words
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, **_apart()
        )

    def events(self) -> Iterator[Told]:
        """What happens, until the process ends; an end that nobody asked for is a last `Failed`."""
        assert self._process.stdout is not None  # noqa: S101 - a pipe was asked for
        with self._process.stdout as lines:
            for line in lines:
                if line.endswith(b"\n"):  # else half a line, of a process that was killed
                    event = _read(line)
                    self.standing = self.standing.after(event)
                    yield event
        code = self._process.wait()
        if code and not self._stopped and self.standing.state != "failed":
            failed = Failed(
                f"Indexing broke off ({_ended(code)}). What was indexed is kept and can be found. To go on, "
                f"run `{self._command}` in a terminal; if it breaks off again, ask `sketchseek doctor`."
            )
            self.standing = self.standing.after(failed)
            yield failed

    def stop(self) -> None:
        """Let the process keep what it has in hand, and end it."""
        self._stopped = True
        if self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.close()
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:  # nothing that was committed can be lost
            self._process.kill()
            self._process.wait()


def _apart() -> dict[str, Any]:
    """Ctrl-C in the terminal is for the server alone, which then ends this process too."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.BELOW_NORMAL_PRIORITY_CLASS}
    return {"process_group": 0}


def _ended(code: int) -> str:
    if code > 0:
        return f"exit code {code}"
    with suppress(ValueError):
        return f"killed by {signal.Signals(-code).name}"
    return f"killed by signal {-code}"


def _line(event: Told) -> bytes:
    told = {"kind": type(event).__name__} | asdict(event)
    return json.dumps(told, default=os.fspath).encode() + b"\n"


def _read(line: bytes) -> Told:
    told = json.loads(line)
    kind = _KINDS[told.pop("kind")]
    event: Told = kind(**told)
    return replace(event, root=Path(event.root)) if isinstance(event, RootSkipped) else event


def work() -> None:
    """What the process does: bring a library up to date, and tell."""
    task = json.loads(sys.argv[1])
    if hasattr(os, "nice"):
        os.nice(_NICE)
    stop = threading.Event()
    threading.Thread(target=_wait_for_the_end, args=(stop,), daemon=True).start()
    out = sys.stdout.buffer

    def tell(event: Told) -> None:
        out.write(_line(event))
        out.flush()

    try:
        _index(task, stop, tell)
    except (SketchseekError, OSError) as error:
        with suppress(OSError):  # nobody is there any more
            tell(Failed(f"{error}"))


def _index(task: dict[str, Any], stop: threading.Event, tell: Callable[[Told], None]) -> None:
    model: str | None = task["model"]
    with Library.open(Path(task["library"])) as library:
        rounds = watch(
            library,
            lambda source: load_encoder(model or source),
            every=task["every"],
            stop=stop,
            folders=[Path(folder) for folder in task["folders"]],
        )
        for event in rounds:
            tell(event)


def _wait_for_the_end(stop: threading.Event) -> None:
    # Unbuffered: a buffer's lock, held here for ever, would break the interpreter's end.
    while os.read(0, 4096):
        pass
    stop.set()
