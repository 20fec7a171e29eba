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
    show_list: Annotated[bool, typer.Option("--list", help="List the methods and recipes.")] = False,
    recipe: Annotated[
        str,
        typer.Option(metavar="NAME", help="A recipe instead of a method: a listed one, or a .toml file."),
    ] = "",
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
        Path | None, typer.Option(metavar="DIR", help="Folder of the run; by default runs/NAME.")
    ] = None,
    features: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder of cached features; by default in the run's own."),
    ] = None,
    show: Annotated[bool, typer.Option("--show", help="Print all settings as a recipe and stop.")] = False,
) -> None:
    """Train a model with a method's own settings, or by a recipe.

    A run that was stopped goes on where it was: give the same command again. Needs the extra "train".
    """
    if show_list:
        _list()
        return
    if bool(method) == bool(recipe):
        raise typer.BadParameter("name a method or a --recipe; `sketchseek train --list` lists both")
    from sketchseek.methods import recipe as recipes
    from sketchseek.training.config import to_toml

    chosen = recipes.recipe(recipe) if recipe else recipes.Recipe(method or "")
    config = chosen.configure(settings or ())
    if show:
        print(to_toml(chosen.method, config), end="")
        return
    use_data(data)
    name = Path(recipe).stem if recipe.endswith(".toml") else recipe or chosen.method
    folder = out or Path("runs") / name
    if folder.exists() and not folder.is_dir():
        raise BadConfig(f"{shown(folder)} is a file; --out names the folder of the run")
    try:
        with progress(name) as step:
            made = chosen.train(config, folder, cache_dir=features, on_progress=_teller(step))
    except KeyboardInterrupt:
        complain(f"stopped; {shown(folder)} keeps what is done. Run the same command again to continue.")
        raise typer.Exit(STOPPED) from None
    print(made)
    for benchmark in chosen.benchmarks or ("NAME",):
        say(f"Measure it: sketchseek evaluate {shown(made)} --benchmark {benchmark}")


def use_data(folder: Path | None) -> None:
    """Take the data sets from a folder, if one is given, here and in what is started from here.

    Raises:
        BadDataset: there is no such folder.
    """
    if folder is None:
        return
    if not folder.is_dir():
        raise BadDataset(f"no folder {shown(folder)}; --data names the folder that holds the data sets")
    os.environ["SKETCHSEEK_DATA"] = str(folder.absolute())


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
    from sketchseek.methods.recipe import published, recipe

    rows: list[tuple[str, ...]] = []
    missing = ""
    for name in METHODS:
        try:
            found = method(name)
        except MissingExtra as error:
            rows.append((name, ""))
            missing = str(error)
        else:
            rows.append((name, found.summary))
    print_table(rows)
    print("\nRecipes, for --recipe")
    print_table([(name, recipe(name).summary + ".") for name in published()])
    if missing:
        say(missing)
