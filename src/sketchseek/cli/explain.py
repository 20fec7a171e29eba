"""``sketchseek explain``: why a model gives a drawing and a photo their score."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sketchseek.cli.console import JsonOption, print_json, print_table, say, shown

if TYPE_CHECKING:
    from sketchseek.rerankers.explanation import Explanation, Shown


def explain(
    drawing: Annotated[
        Path,
        typer.Argument(
            metavar="DRAWING", help="A drawing: SVG, Quick, Draw! JSON, stroke array (.npy) or picture."
        ),
    ],
    photo: Annotated[Path, typer.Argument(metavar="PHOTO", help="A photo.")],
    *,
    model: Annotated[
        str, typer.Option(metavar="DIR", help="A model that compares pairs: of hierarchy or instance.")
    ],
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help='Draw it, as .svg or .png; needs the extra "report".'),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show why a model gives a drawing and a photo their score.

    Which stroke looks where in the photo, and what became one with what; or how well each place
    of the drawing is matched, and where. The score puts photos in order, it is no percentage.
    """
    write = _writer(out) if out else None
    from sketchseek.images import open_picture
    from sketchseek.model import load
    from sketchseek.rerankers import explanation
    from sketchseek.rerankers.pairs import PairScorer
    from sketchseek.sketch import read_sketch

    scorer = PairScorer(load(model))
    found = explanation.explain(scorer, read_sketch(drawing), open_picture(photo))
    if out and write:
        write(found, title=f"{shown(drawing.name)} and {shown(photo.name)}", model=scorer.model_id)
        say(f"explanation drawn: {shown(out)}")
    if as_json:
        about = {"drawing": str(drawing), "photo": str(photo), "model": scorer.model_id}
        print_json(about | _plain(found))
    else:
        _print(found)


def _writer(out: Path) -> Callable[..., Path]:
    """What draws there; what stands in its way is told before anything is scored."""
    from sketchseek.registry import missing_extra

    try:
        from sketchseek.rerankers import figures
    except ModuleNotFoundError as error:
        raise missing_extra(error, "a drawn explanation") from error
    figures.kind_of(out)
    return partial(figures.write, out)


def _print(found: Explanation) -> None:
    from sketchseek.rerankers.explanation import name_of

    print(f"score {found.reasons.score:.4f}")
    if found.parts == "cells":
        lines = sum(link.weight for link in found.drawn)
        print_table(
            [
                ("cells with lines", f"{len(found.drawn)}", f"{lines:.4f}"),
                (
                    "bare paper",
                    f"{len(found.links) - len(found.drawn)}",
                    f"{found.reasons.score - lines:.4f}",
                ),
            ],
            right=(1, 2),
        )
    elif found.links:
        print()
        rows = [
            (name_of(link.sketch, "sketch"), name_of(link.photo, "photo"), f"{link.weight:.3f}")
            for link in found.links
        ]
        print_table([("region", "looks most at", "share"), *rows], right=(2,))


def _plain(found: Explanation) -> dict[str, Any]:
    reasons = found.reasons
    facts: dict[str, Any] = {"parts": found.parts, "score": round(reasons.score, 6)}
    if found.parts == "cells":
        matches = [
            {
                "cell": link.sketch,
                "photo": link.photo,
                "adds": round(link.weight, 6),
                "lines": link in found.drawn,
            }
            for link in found.links
        ]
        return facts | {"cells": len(reasons.to_photo), "matches": matches}
    return facts | {
        "drawing_regions": _side(found.sketch) | {"merges": reasons.sketch_merges.tolist()},
        "photo_regions": _side(found.photo) | {"merges": reasons.photo_merges.tolist()},
        "to_photo": _rounded(reasons.to_photo),
        "to_sketch": _rounded(reasons.to_sketch),
    }


def _side(side: Shown) -> dict[str, Any]:
    strokes = {"strokes": [list(some) for some in side.strokes]} if side.strokes else {}
    return {"boxes": _rounded(side.boxes), **strokes}


def _rounded(table: Any) -> list[list[float]]:
    return [[round(value, 4) for value in row] for row in table.tolist()]
