"""``sketchseek index``: bring a library up to date with folders of photos."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sketchseek.cli.console import (
    STOPPED,
    JsonOption,
    LibraryOption,
    Step,
    complain,
    duration,
    plural,
    print_json,
    progress,
    say,
    shown,
)

if TYPE_CHECKING:
    from sketchseek.library import Event, Progress, Status


@dataclass
class Told:
    """What a run told: where it stands, and what it passed over."""

    progress: Progress | None = None
    skipped: list[dict[str, str]] = field(default_factory=list)
    left_alone: list[dict[str, str]] = field(default_factory=list)


def index(
    folders: Annotated[
        list[Path] | None,
        typer.Argument(metavar="DIR", help="Folders of photos; none: all that the library covers."),
    ] = None,
    *,
    library: LibraryOption = None,
    model: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Packaged model or model folder; by default the library's own."),
    ] = None,
    exclude: Annotated[
        list[str] | None,
        typer.Option(metavar="GLOB", help="Leave out names like this ('*.tif', 'raw/'); may be repeated."),
    ] = None,
    hidden: Annotated[
        bool | None,
        typer.Option(
            "--hidden/--no-hidden", help="Look into names that begin with a dot.", show_default=False
        ),
    ] = None,
    max_pixels: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="Skip pictures with more pixels; by default 178,956,970."),
    ] = None,
    max_bytes: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="Skip files with more bytes; by default 536,870,912."),
    ] = None,
    allow_empty: Annotated[
        bool, typer.Option("--allow-empty", help="Believe a folder that held photos and now shows none.")
    ] = False,
    rebuild: Annotated[
        bool,
        typer.Option(
            "--rebuild",
            help="Where the model is another one, embed all photos anew; until then the old one answers.",
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Bring a library up to date with folders of photos.

    Only what is new or changed is read. Each batch is kept once it is done: after Ctrl-C, run it again.
    """
    from sketchseek.encoders import load_encoder
    from sketchseek.images import Limits
    from sketchseek.library import Library, default_path

    most = {"max_pixels": max_pixels, "max_bytes": max_bytes}
    limits = Limits(**{name: value for name, value in most.items() if value is not None})
    path = library or default_path()
    encoder = load_encoder(model or _own_model(path) or "default")
    told = Told()
    with Library.open(path, create=True) as opened:
        try:
            events = opened.index(
                folders or (),
                encoder=encoder,
                exclude=exclude or None,
                hidden=hidden,
                limits=limits,
                allow_empty=allow_empty,
                rebuild=rebuild,
            )
            with progress("Photos") as step:
                follow(events, step, told)
        except KeyboardInterrupt:
            kept = plural(opened.status().photos, "photo")
            complain(f"stopped; the library keeps {kept}. Run the same command again to continue.")
            raise typer.Exit(STOPPED) from None
        status = opened.status()
    _report(status, told, as_json=as_json)


def _own_model(library: Path) -> str | None:
    """What makes the model of a library, if there is one."""
    from sketchseek.library import Library

    if not library.expanduser().is_file():
        return None
    with Library.open(library) as opened:
        return opened.model_source


def follow(events: Iterable[Event], step: Step, told: Told) -> None:
    """Show the events of a run as they come, and keep what they tell."""
    from sketchseek.library import RootSkipped, Skipped

    for event in events:
        if isinstance(event, Skipped):
            told.skipped.append({"path": event.path, "reason": event.reason})
            say(f"skipped {shown(event.path)}: {event.reason}")
        elif isinstance(event, RootSkipped):
            told.left_alone.append({"path": str(event.root), "reason": event.reason})
            say(f"left alone {shown(event.root)}: {event.reason}")
        else:
            told.progress = event
            advance(event, step)


def advance(now: Progress, step: Step) -> None:
    """Show how far a run is."""
    if now.phase == "scan":
        step(0, None, f"{now.found:,} found")
    else:
        left = "" if now.left is None else f", {duration(now.left)} left"
        step(now.done, now.found, f"{now.rate:.0f}/s{left}")


def _report(status: Status, told: Told, *, as_json: bool) -> None:
    run = told.progress
    assert run is not None  # noqa: S101  (a run that raises nothing ends with one)
    if as_json:
        counts: dict[str, Any] = {
            name: getattr(run, name)
            for name in ("found", "embedded", "renewed", "reused", "unchanged", "dropped")
        }
        seconds = round(run.seconds, 3)
        print_json(
            {"library": str(status.path), "photos": status.photos}
            | counts
            | {"seconds": seconds, "skipped": told.skipped, "left_alone": told.left_alone}
        )
        return
    print(
        f"{plural(status.photos, 'photo')} in the library: {run.embedded:,} new, "
        f"{run.reused:,} copied or moved, {run.unchanged:,} unchanged, {run.dropped:,} gone; "
        f"{run.skipped:,} skipped."
    )
    if run.renewed:
        say(f"{plural(run.renewed, 'picture')} embedded anew with {status.model}.")
    if run.read:
        say(f"{plural(run.read, 'file')} read in {duration(run.seconds)}, {run.rate:.0f} a second.")
    if status.photos:
        say("Search it: sketchseek serve, or sketchseek search DRAWING")
