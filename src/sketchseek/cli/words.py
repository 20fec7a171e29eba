"""``sketchseek words``: what class names mean to a semantics, and which are near each other."""

from __future__ import annotations

from typing import Annotated

import typer

from sketchseek.cli.console import JsonOption, print_json, print_table, say


def words(
    names: Annotated[list[str], typer.Argument(metavar="CLASS", help="Names of classes.")],
    *,
    semantics: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="Where meanings come from: wordnet (default), word2vec, text and others.",
            show_default=False,
        ),
    ] = "wordnet",
    path: Annotated[
        str | None, typer.Option(metavar="PATH", help="Its file or folder, or a text model's hub name.")
    ] = None,
    senses: Annotated[
        str, typer.Option(metavar="LIST", help="Senses of the names: sketchy, tuberlin or a file.")
    ] = "",
    imagenet: Annotated[
        bool, typer.Option("--imagenet", help="Compare with ImageNet's 1,000 classes, not with each other.")
    ] = False,
    top: Annotated[int, typer.Option(min=1, metavar="N", help="How many near ones to show.")] = 5,
    as_json: JsonOption = False,
) -> None:
    """Show which class names are near each other in meaning."""
    from sketchseek.semantics import concepts, imagenet_classes, load_semantics

    asked = concepts(names, senses)
    others = imagenet_classes() if imagenet else None
    found = load_semantics(semantics, path).similarity(asked, others, missing="zero")
    if found.coverage.by_words or found.coverage.missing:
        say(str(found.coverage))
    near: dict[str, list[tuple[str, float]]] = {}
    for row, name in enumerate(found.names):
        order = (-found.values[row]).argsort(kind="stable")
        places = [place for place in order if found.values[row, place] and (imagenet or place != row)]
        near[name] = [
            (found.others[place], round(float(found.values[row, place]), 4)) for place in places[:top]
        ]
    if as_json:
        print_json({"semantics": semantics, "near": near, "missing": found.coverage.missing})
        return
    for name, row_ in near.items():
        print(name)
        print_table([(f"  {value:.3f}", other) for other, value in row_])
