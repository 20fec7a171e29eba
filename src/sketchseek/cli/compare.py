"""``sketchseek compare``: results of one benchmark beside each other and beside published figures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sketchseek.cli.console import JsonOption, plural, print_json, print_table, say, shown

if TYPE_CHECKING:
    from sketchseek.data import Dataset
    from sketchseek.evaluation.comparison import Cell, Comparison


def compare(
    files: Annotated[
        list[Path], typer.Argument(metavar="RESULT...", help="Files that `evaluate --out` has written.")
    ],
    *,
    as_json: JsonOption = False,
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="Write a report: table, curves, classes, examples."),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="The data set's folder, for the report's pictures."),
    ] = None,
) -> None:
    """Compare results of one benchmark.

    Runs of one method that differ in their seeds alone are one row: mean ± deviation. Published figures
    stand below. A report needs the extra "report".
    """
    from sketchseek.evaluation import comparison, results

    found = comparison.compare([results.read(path) for path in files])
    if html:
        write_report(found, html, data)
    if as_json:
        print_json(comparison.as_json(found))
    else:
        print_comparison(found)


def print_comparison(found: Comparison) -> None:
    """Print a comparison as a table, published figures below it."""
    benchmark = found.benchmark
    print(f"{benchmark['name']}: {benchmark['queries']:,} sketches, {benchmark['gallery']:,} photos\n")
    rows: list[tuple[str, ...]] = [("method", "runs", *found.metrics)]
    rows += [
        (row.name, str(len(row.runs)), *(_cell(row.cells[name]) for name in found.metrics))
        for row in found.rows
    ]
    print_table(rows, right=(1,))
    if len(found.rows) > 1:
        print("\n* best   ↓ below the best: paired test over the queries, p < 0.05, Holm-corrected")
    if found.published:
        print("\nPrinted by others (docs/benchmarks.md says how far each compares)")
        print_table(
            [
                (
                    figure["system"],
                    figure["venue"],
                    f"{figure['printed_as']} {figure['value']:.3f}",
                    f"as {figure['metric']}" if figure["metric"] else "definition not known",
                    figure["setting"],
                )
                for figure in found.published
            ]
        )


def _cell(cell: Cell) -> str:
    spread = "" if cell.deviation is None else f" ± {cell.deviation:.4f}"
    mark = " *" if cell.best else " ↓" if cell.worse else ""
    return f"{cell.mean:.4f}{spread}{mark}"


def write_report(found: Comparison, page: Path, data: Path | None) -> None:
    """Write a comparison as a page.

    Raises:
        MissingExtra: it needs packages that are not installed.
    """
    from sketchseek.registry import missing_extra

    try:
        from sketchseek.evaluation import report
    except ModuleNotFoundError as error:
        raise missing_extra(error, "a report") from error
    report.write(page, found, _dataset(found, data))
    say(f"report of {plural(len(found.rows), 'method')} written: {shown(page)}")


def _dataset(found: Comparison, data: Path | None) -> Dataset | None:
    """What the report's pictures come from; without it, the report has none and says so."""
    from sketchseek.data import load_dataset
    from sketchseek.errors import BadBenchmark, BadDataset, UnknownName
    from sketchseek.evaluation.benchmarks import benchmark
    from sketchseek.evaluation.trial import prepare

    try:
        chosen = benchmark(found.benchmark["name"])
        return prepare(chosen, load_dataset(chosen.dataset, data, **chosen.options)).dataset
    except (BadDataset, BadBenchmark, UnknownName) as error:
        if data is not None:
            raise
        say(f"the report is without pictures: {error}")
        return None
