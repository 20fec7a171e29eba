"""``sketchseek serve``: draw in a web page, on this machine or, with a token, on others."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from sketchseek.cli.console import LibraryOption, say, token_of_environment
from sketchseek.cli.watch import EVERY, watching


def serve(
    library: LibraryOption = None,
    *,
    model: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Packaged model or model folder; by default the library's own."),
    ] = None,
    host: Annotated[
        str, typer.Option(help="Where to listen; 0.0.0.0 lets other machines in, with a token.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="0 takes any free one.")] = 8765,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="A further name that browsers call this machine by; may be repeated."
        ),
    ] = None,
    token_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Holds the token to ask for; else SKETCHSEEK_TOKEN, or a new one."),
    ] = None,
    open_page: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the page in the browser.")
    ] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Look for new and deleted photos all the while.")
    ] = False,
) -> None:
    """Open a page to draw in and see the photos. Ctrl-C ends it.

    Other machines are let in only where --host says so, and only with a token. On this machine none
    is needed, unless one is given.
    """
    from sketchseek import server
    from sketchseek.library import default_path

    def started(address: str) -> None:
        print(address, flush=True)
        plain, _, made = address.partition("/#")
        if made:
            say("Whoever has this address can see the photos: the token is in it.")
        say("Open this address in a browser. Ctrl-C ends it.")
        if open_page:
            typer.launch(plain)  # other users of this machine can see what a browser is started with

    path = library or default_path()
    token = (
        token_file.read_text(encoding="utf-8", errors="replace").strip()
        if token_file
        else token_of_environment()
    )
    try:
        with watching(path, EVERY) if watch else nullcontext():
            server.serve(
                path,
                host=host,
                port=port,
                model=model,
                token=token,
                allowed=allow_host or (),
                started=started,
            )
    except KeyboardInterrupt:  # the way to end it
        say("ended")
