"""``sketchseek evaluate``: measure a model on a benchmark."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sketchseek.cli.console import JsonOption, print_json, print_table, progress, say, shown

if TYPE_CHECKING:
    from sketchseek.evaluation.run import Result


def evaluate(
    model: Annotated[
        str, typer.Argument(metavar="MODEL", help="A packaged model or a model folder.")
    ] = "default",
    *,
    benchmark: Annotated[
        str | None, typer.Option(metavar="NAME", help="Which benchmark; see --list.")
    ] = None,
    show_list: Annotated[bool, typer.Option("--list", help="List the benchmarks.")] = False,
    data: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="The data set's folder; by default its own under $SKETCHSEEK_DATA."),
    ] = None,
    as_json: JsonOption = False,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write all figures, each query's too, as JSON.")
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="Write a page of queries, from the best to the worst."),
    ] = None,
    cache: Annotated[bool, typer.Option(help="Keep embeddings for the next time.")] = True,
) -> None:
    """Measure a model on a benchmark.

    The figures are shown beside those that others printed.
    """
    from sketchseek.evaluation import benchmarks, embeddings, run

    if show_list:
        _list(as_json=as_json)
        return
    if benchmark is None:
        raise typer.BadParameter("name one with --benchmark; `sketchseek evaluate --list` lists them")
    chosen = benchmarks.benchmark(benchmark)
    from sketchseek.data import load_dataset
    from sketchseek.encoders import load_encoder

    encoder = load_encoder(model)
    dataset = load_dataset(chosen.dataset, data, **chosen.options) if data else None
    kept = embeddings.cache_folder() if cache else None
    with progress(f"{chosen.name}") as step:

        def tell(event: embeddings.Progress) -> None:
            step(event.done, event.total, event.stage)

        result = run.evaluate(encoder, chosen, dataset=dataset, progress=tell, cache=kept)
    if out:
        say(f"figures written: {shown(run.write(result, out))}")
    if html:
        _write_page(result, html)
    _report(result, as_json=as_json)


def _list(*, as_json: bool) -> None:
    from sketchseek.evaluation.benchmarks import benchmarks

    found = benchmarks().values()
    if as_json:
        print_json([{"name": one.name, "title": one.title, "description": one.description} for one in found])
        return
    print_table([(one.name, one.title) for one in found])


def _write_page(result: Result, page: Path) -> None:
    from sketchseek.evaluation import contact_sheet
    from sketchseek.evaluation.run import examples

    figures = ", ".join(f"{name} {value:.3f}" for name, value in result.metrics.items())
    title = f"{result.model} on {result.trial.benchmark.name}"
    contact_sheet.write(page, examples(result), title=title, subtitle=figures)
    say(f"page written: {shown(page)}")


def _report(result: Result, *, as_json: bool) -> None:
    from sketchseek.evaluation.run import as_json as plain

    facts: dict[str, Any] = plain(result)
    if as_json:
        del facts["queries"]  # --out keeps them
        print_json(facts)
        return
    trial = result.trial
    print(f"{result.model} on {trial.benchmark.name}")
    print(f"{len(trial.queries):,} sketches, {len(trial.gallery):,} photos\n")
    print_table([(name, f"{value:.4f}") for name, value in result.metrics.items()])
    if facts["published"]:
        print("\nPrinted by others (docs/benchmarks.md says how far each compares)")
        print_table(
            [
                (
                    figure["system"],
                    figure["venue"],
                    figure["printed_as"],
                    f"{figure['value']:.3f}",
                    figure["setting"],
                )
                for figure in facts["published"]
            ]
        )
