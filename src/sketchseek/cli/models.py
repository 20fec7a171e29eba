"""``sketchseek models``: which models there are, and what each was made from and measured at."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from sketchseek.cli.console import JsonOption, print_json, print_table

if TYPE_CHECKING:
    from sketchseek.model import Model


def models(
    name: Annotated[
        str | None,
        typer.Argument(metavar="NAME", help="A packaged model or a model folder; none: list them."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List the packaged models, or show one.

    A model's card tells its licence, what it was trained on and how well it does.
    """
    from sketchseek.model import PACKAGED, load

    if name is not None:
        _show(load(name), as_json=as_json)
        return
    found = {packaged: load(packaged) for packaged in PACKAGED}
    if as_json:
        print_json(
            [
                {"packaged": packaged, "identity": model.identity} | asdict(model.card)
                for packaged, model in found.items()
            ]
        )
        return
    print_table([(packaged, model.identity, model.card.summary) for packaged, model in found.items()])


def _show(model: Model, *, as_json: bool) -> None:
    card = model.card
    if as_json:
        print_json({"identity": model.identity, "path": str(model.path)} | asdict(card))
        return
    print(f"{model.identity}: {card.summary}")
    print_table(
        [
            ("method", card.method),
            ("licence", card.licence or "not stated"),
            ("embedding", f"{card.dim} numbers"),
            ("photos", f"{card.photo.size} pixels, {card.photo.fit}"),
            ("sketches", f"{card.sketch.size} pixels, lines of {card.sketch.line_width:g}"),
            ("folder", str(model.path)),
        ]
    )
    for source in card.sources:
        print(f"\nTrained on {source.name} ({source.licence}): {source.used}")
    for benchmark, figures in card.figures.items():
        print(f"\nMeasured on {benchmark}")
        print_table([(metric, f"{value:.3f}") for metric, value in figures.items()])
