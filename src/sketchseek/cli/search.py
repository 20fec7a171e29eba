"""``sketchseek search``: ask a library or a server with a drawing, words or both."""

from __future__ import annotations

import csv
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from sketchseek.cli.console import (
    JsonOption,
    LibraryOption,
    plural,
    print_json,
    print_table,
    say,
    shown,
    token_of_environment,
)
from sketchseek.cli.sources import Asked, Source, library_source, server_source

if TYPE_CHECKING:
    from sketchseek.library import Hit


LONGEST = 100  # characters of words, as servers take them


def search(
    drawing: Annotated[
        Path | None,
        typer.Argument(
            metavar="DRAWING",
            help="A drawing: SVG, Quick, Draw! JSON, stroke array (.npy) or picture.",
            show_default=False,
        ),
    ] = None,
    *,
    words: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="What is looked for, in words; with a drawing or alone."),
    ] = None,
    grain: Annotated[
        Literal["category", "look", "exact"] | None,
        typer.Option(help="How alike: of one category, of one look, this very one; the model's finest."),
    ] = None,
    shortlist: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=0,
            max=500,
            help="How many of the first are compared pair by pair, where the model can; by default 100, "
            "0: none.",
        ),
    ] = None,
    k: Annotated[int, typer.Option("-k", metavar="N", min=1, help="How many photos to show.")] = 10,
    library: LibraryOption = None,
    server: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Ask a server that runs; its token is in SKETCHSEEK_TOKEN."),
    ] = None,
    folder: Annotated[
        Path | None, typer.Option("--in", metavar="DIR", help="Only photos in this folder.")
    ] = None,
    after: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="Only photos taken on this day or later."
        ),
    ] = None,
    before: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="Only photos taken on this day or earlier."
        ),
    ] = None,
    orientation: Annotated[
        Literal["landscape", "portrait", "square"] | None, typer.Option(help="Only photos of this shape.")
    ] = None,
    as_json: JsonOption = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV: rank, score, path.")] = False,
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="Write a page with what was asked and the photos."),
    ] = None,
    copy_to: Annotated[
        Path | None, typer.Option("--copy-to", metavar="DIR", help="Copy the photos there, numbered by rank.")
    ] = None,
) -> None:
    """Find the photos that look like a drawing, show what words say, or both.

    The best come first. The score is the cosine between question and photo, -1 to 1: it puts
    photos in order, it is no percentage. A model that compares pairs orders the first photos
    anew, by how well each fits the drawing; they share out the same scores.
    """
    if as_json and as_csv:
        raise typer.BadParameter("choose one of --json and --csv")
    if server and library:
        raise typer.BadParameter("choose one of --library and --server")
    if drawing is None and words is None:
        raise typer.BadParameter("nothing is asked: name a DRAWING, say it with --words, or both")
    if words is not None and not 1 <= len(words) <= LONGEST:
        raise typer.BadParameter(f"--words takes 1 to {LONGEST} characters")
    from sketchseek.library import Filter
    from sketchseek.ranking import SHORTLIST
    from sketchseek.sketch import read_sketch

    first = SHORTLIST if shortlist is None else shortlist
    asked = Asked(drawing, read_sketch(drawing) if drawing else None, words, grain, first)
    where = Filter(
        folder=folder.expanduser().resolve() if folder and not server else folder,
        after=after.date() if after else None,
        before=before.date() if before else None,
        orientation=orientation,
    )
    with server_source(server, token_of_environment()) if server else library_source(library) as source:
        hits = source.find(asked, k, where)
        if html:
            _write_page(html, asked, source, hits)
        if copy_to:
            _copy(source, hits, copy_to)
    if as_json:
        print_json(
            {
                "drawing": str(drawing) if drawing else None,
                "words": words,
                "grain": grain,
                "shortlist": first,
                "library": source.name,
                "model": source.model,
                "hits": _plain(hits),
            }
        )
    elif as_csv:
        _print_csv(hits)
    elif hits:
        print_table(
            [(str(rank), f"{hit.score:.3f}", shown(hit.path)) for rank, hit in enumerate(hits, 1)],
            right=(0, 1),
        )
    else:
        say("No photo of the library passes these conditions.")


def _plain(hits: list[Hit]) -> list[dict[str, object]]:
    return [
        {
            "rank": rank,
            "score": round(hit.score, 6),
            "path": str(hit.path),
            "copies": [str(path) for path in hit.copies],
            "width": hit.width,
            "height": hit.height,
            "taken": hit.taken,
        }
        for rank, hit in enumerate(hits, 1)
    ]


def _print_csv(hits: list[Hit]) -> None:
    rows = csv.writer(sys.stdout, lineterminator="\n")
    rows.writerow(["rank", "score", "path"])
    rows.writerows([rank, f"{hit.score:.6f}", hit.path] for rank, hit in enumerate(hits, 1))


def _copy(source: Source, hits: list[Hit], folder: Path) -> None:
    """Copy what was found as ``01 name.jpg``, ``02 …``; a photo that is gone is told and left out."""
    folder.mkdir(parents=True, exist_ok=True)
    copied = 0
    for rank, hit in enumerate(hits, 1):
        try:
            source.copy(hit, folder / f"{rank:0{len(str(len(hits)))}} {hit.path.name}")
            copied += 1
        except FileNotFoundError:
            say(f"{shown(hit.path)} is gone; run `sketchseek index` again")
    say(f"{plural(copied, 'photo')} copied to {shown(folder)}")


def _write_page(page: Path, asked: Asked, source: Source, hits: list[Hit]) -> None:
    from PIL import Image

    from sketchseek.evaluation.contact_sheet import Match, Row, write
    from sketchseek.images import thumbnail
    from sketchseek.sketch import SketchInput

    matches = [
        Match(source.thumbnail(hit), shown(hit.path.name), hit.score, link=source.link(hit)) for hit in hits
    ]
    drawn = asked.sketch.render(SketchInput(size=256)) if asked.sketch else None
    query = b"" if drawn is None else thumbnail(Image.fromarray(drawn))
    names = [shown(asked.drawing.name)] if asked.drawing else []
    label = ", ".join([*names, *([asked.words] if asked.words else [])])
    title = "What looks like the drawing" if asked.words is None else "What was asked for"
    write(page, [Row(query, label, matches)], title=title)
    say(f"page written: {shown(page)}")
