"""``sketchseek serve``: draw in a web page, on this machine only."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Annotated

import typer

from sketchseek.cli.console import LibraryOption, say
from sketchseek.cli.watch import EVERY, watching


def serve(
    library: LibraryOption = None,
    *,
    model: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Packaged model or model folder; by default the library's own."),
    ] = None,
    host: Annotated[str, typer.Option(help="An address of this machine alone.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="0 takes any free one.")] = 8765,
    open_page: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the page in the browser.")
    ] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Look for new and deleted photos all the while.")
    ] = False,
) -> None:
    """Open a page to draw in and see the photos, on this machine only. Ctrl-C ends it."""
    from sketchseek import server
    from sketchseek.library import default_path

    def started(address: str) -> None:
        print(address, flush=True)
        say("Open this address in a browser. Ctrl-C ends it.")
        if open_page:
            typer.launch(address)

    path = library or default_path()
    try:
        with watching(path, EVERY) if watch else nullcontext():
            server.serve(path, host=host, port=port, model=model, started=started)
    except KeyboardInterrupt:  # the way to end it
        say("ended")
