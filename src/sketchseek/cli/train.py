"""``sketchseek train``: train a model with one of the methods."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sketchseek.cli.console import STOPPED, Step, complain, print_table, progress, say, shown
from sketchseek.errors import BadConfig, BadDataset, MissingExtra

if TYPE_CHECKING:
    from sketchseek.training.progress import Progress


def train(
    method: Annotated[str | None, typer.Argument(metavar="METHOD", help="Which method; see --list.")] = None,
    *,
    show_list: Annotated[bool, typer.Option("--list", help="List the methods.")] = False,
    preset: Annotated[
        str, typer.Option(metavar="NAME", help="Start from these settings of the method.")
    ] = "",
    config: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Start from the settings in a TOML file.")
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="KEY=VALUE", help="Change a setting (seed=1, data.path=/d); repeatable."
        ),
    ] = None,
    data: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of the data sets; by default $SKETCHSEEK_DATA.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of the run; by default runs/METHOD.")
    ] = None,
    show: Annotated[bool, typer.Option("--show", help="Print the settings as TOML and stop.")] = False,
) -> None:
    """Train a model.

    A run that was stopped goes on where it was: give the same command again. Needs the extra "train".
    """
    if show_list:
        _list()
        return
    if method is None:
        raise typer.BadParameter("name a method; `sketchseek train --list` lists them")
    if preset and config:
        raise typer.BadParameter("choose one of --preset and --config")
    from sketchseek import methods
    from sketchseek.training.config import to_toml

    recipe = methods.method(method)
    chosen = recipe.configure(config, tuple(settings or ()), preset)
    if show:
        print(to_toml(chosen), end="")
        return
    if data:
        if not data.is_dir():
            raise BadDataset(f"no folder {shown(data)}; --data names the folder that holds the data sets")
        os.environ["SKETCHSEEK_DATA"] = str(data.absolute())
    folder = out or Path("runs") / method
    if folder.exists() and not folder.is_dir():
        raise BadConfig(f"{shown(folder)} is a file; --out names the folder of the run")
    try:
        with progress(method) as step:
            made = recipe.train(chosen, folder, on_progress=_teller(step))
    except KeyboardInterrupt:
        complain(f"stopped; {shown(folder)} keeps what is done. Run the same command again to continue.")
        raise typer.Exit(STOPPED) from None
    print(made)
    say(f"Measure it: sketchseek evaluate {shown(made)} --benchmark NAME")


def _teller(step: Step) -> Callable[[Progress], None]:
    """Shows each event, and keeps those with figures on the screen."""

    def tell(event: Progress) -> None:
        figures = ", ".join(f"{name} {value:.4g}" for name, value in event.figures.items())
        if figures:
            say(f"{event.stage} {event.done} of {event.total}: {figures}")
        step(event.done, event.total, event.stage)

    return tell


def _list() -> None:
    from sketchseek.methods import METHODS, method

    rows: list[tuple[str, ...]] = []
    missing = ""
    for name in METHODS:
        try:
            found = method(name)
        except MissingExtra as error:
            rows.append((name, ""))
            missing = str(error)
        else:
            presets = f" Presets: {', '.join(found.presets)}." if found.presets else ""
            rows.append((name, found.summary + presets))
    print_table(rows)
    if missing:
        say(missing)
