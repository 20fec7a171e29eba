"""``sketchseek kinds``: a page of the kinds that a mid-grain model finds within classes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sketchseek.cli.console import JsonOption, plural, print_json, print_table, progress, say, shown
from sketchseek.cli.train import use_data


def kinds(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a finished run of midgrain.")],
    classes: Annotated[
        list[str] | None, typer.Argument(metavar="CLASS", help="Which classes; by default the first 3.")
    ] = None,
    *,
    html: Annotated[Path, typer.Option("--html", metavar="FILE", help="The page to write.")] = Path(
        "kinds.html"
    ),
    data: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of the data sets; by default $SKETCHSEEK_DATA.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show the kinds that midgrain found within classes, as a page.

    Needs the extras "train" and "report".
    """
    from sketchseek.registry import missing_extra

    try:
        from sketchseek.methods.midgrain import page
    except ModuleNotFoundError as error:
        raise missing_extra(error, "a page of kinds") from error
    use_data(data)
    with progress("kinds") as step:
        found = page.write(
            run, html, classes or (), tell=lambda event: step(event.done, event.total, event.stage)
        )
    sizes = {seen.label: [int(count) for count in seen.sizes] for seen in found}
    if as_json:
        print_json({"page": str(html), "kinds": sizes})
        return
    print_table(
        [(label, plural(len(each), "kind"), ", ".join(map(str, each))) for label, each in sizes.items()]
    )
    say(f"page written: {shown(html)}")
