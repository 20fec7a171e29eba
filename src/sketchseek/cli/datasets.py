"""``sketchseek datasets``: which data sets can be read, and what of one is there."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sketchseek.cli.console import JsonOption, print_json, print_table

if TYPE_CHECKING:
    from sketchseek.data import CheckReport, DatasetCard


def datasets(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="A data set; none: list them.")] = None,
    path: Annotated[
        Path | None,
        typer.Argument(metavar="PATH", help="Its folder; by default its own under $SKETCHSEEK_DATA."),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Count what is there, beside what is published.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """List the data sets, show one or check a folder."""
    from sketchseek import data

    if name is None:
        if check:
            raise typer.BadParameter("--check needs the name of a data set")
        _list({known: data.reader(known).card for known in sorted(data.DATASETS)}, as_json=as_json)
    elif check or path is not None:
        _report(data.check(name, path), as_json=as_json)
    else:
        _show(data.reader(name).card, as_json=as_json)


def _state(card: DatasetCard) -> str:
    """Whether its own folder holds it."""
    from sketchseek.data import data_root

    if not card.markers:
        return "built in"
    if not card.folder:
        return "any folder"
    root = data_root()
    return "there" if root is not None and card.found_in(root / card.folder) else "not there"


def _list(cards: dict[str, DatasetCard], *, as_json: bool) -> None:
    if as_json:
        print_json([_plain(card) for card in cards.values()])
        return
    print_table([(name, _state(card), card.title) for name, card in cards.items()])


def _plain(card: DatasetCard) -> dict[str, Any]:
    return asdict(card) | {"state": _state(card)}


def _show(card: DatasetCard, *, as_json: bool) -> None:
    if as_json:
        print_json(_plain(card))
        return
    print(card.title)
    rows = [
        ("state", _state(card)),
        ("folder", f"$SKETCHSEEK_DATA/{card.folder}" if card.folder else ""),
        ("layout", card.layout),
        ("source", card.source),
        ("licence", card.licence),
        ("citation", card.citation),
        *(("note", note) for note in card.notes),
        *((part, f"{count:,}") for part, count in card.expected.items()),
    ]
    print_table([row for row in rows if row[1]])


def _report(report: CheckReport, *, as_json: bool) -> None:
    if as_json:
        rows = [asdict(row) for row in report.rows]
        print_json({"name": report.card.name, "path": report.path, "complete": report.complete, "rows": rows})
        return
    print(f"{report.card.title}{f' in {report.path}' if report.path else ''}")
    rows_ = [
        (row.part, f"{row.found:,}", "" if row.expected is None else f"{row.expected:,}", row.note)
        for row in report.rows
    ]
    print_table([("part", "found", "published", ""), *rows_], right=(1, 2))
