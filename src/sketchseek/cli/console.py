"""What the commands share: speaking on stderr, JSON on stdout, progress, the library's path."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

STOPPED = 130
"""The exit code after Ctrl-C."""

_EVERY = 10.0  # seconds between two lines of progress where there is no terminal

LibraryOption = Annotated[
    Path | None,
    typer.Option("--library", metavar="FILE", help="Library file; by default your own."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]

Step = Callable[[int, int | None, str], None]
"""Takes how many are done, of how many (None while that is not known), and what else to show."""


def token_of_environment() -> str | None:
    """The token of a server, from SKETCHSEEK_TOKEN: others can see what a command line holds."""
    return os.environ.get("SKETCHSEEK_TOKEN", "").strip() or None


def say(text: str) -> None:
    """Print a line for people, on stderr."""
    print(text, file=sys.stderr, flush=True)


def complain(text: str) -> None:
    """Print what went wrong, on stderr."""
    say(f"sketchseek: {text}")


def print_json(value: Mapping[str, Any] | list[Any]) -> None:
    """Print JSON on stdout; names that are not UTF-8 are written with escapes."""
    text = json.dumps(value, indent=2, ensure_ascii=False, default=str)
    try:
        text.encode()
    except UnicodeEncodeError:
        text = json.dumps(value, indent=2, default=str)
    print(text)


def print_table(rows: list[tuple[str, ...]], *, right: tuple[int, ...] = ()) -> None:
    """Print rows in columns on stdout, the last one as wide as it is; ``right`` are aligned to the right."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [
            cell.rjust(width) if place in right else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        print("  ".join(cells).rstrip())


@contextmanager
def progress(what: str) -> Iterator[Step]:
    """Show how far something is: a bar on a terminal, else a line now and then, on stderr."""
    if sys.stderr.isatty():
        with _bar(what) as step:
            yield step
        return
    last = time.monotonic()

    def line(done: int, total: int | None, note: str) -> None:
        nonlocal last
        if time.monotonic() - last >= _EVERY:
            last = time.monotonic()
            say(f"{what}: {_share(done, total)}{', ' if note else ''}{note}")

    yield line


@contextmanager
def _bar(what: str) -> Iterator[Step]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[note]}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(what, total=None, note="")

        def step(done: int, total: int | None, note: str) -> None:
            text = f"{_share(done, total)}{', ' if note else ''}{note}"
            shown.update(task, completed=done, total=total, note=text)

        yield step


def _share(done: int, total: int | None) -> str:
    return f"{done:,}" if total is None else f"{done:,} of {total:,}"


def duration(seconds: float) -> str:
    """Seconds in words: "8 s", "2 min 5 s", "3 h 20 min"."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def shown(path: Path | str) -> str:
    """A path as it can be printed: on one line, without control characters."""
    from sketchseek.images import printable

    return printable(path)


def plural(count: int, thing: str) -> str:
    """A number with its noun: "1 photo", "2,000 photos"."""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"
