"""``sketchseek evaluate``: measure a model on a benchmark."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sketchseek.cli.console import JsonOption, print_json, print_table, progress, say, shown

if TYPE_CHECKING:
    from sketchseek.evaluation.benchmarks import Benchmark
    from sketchseek.evaluation.embeddings import Tell
    from sketchseek.evaluation.run import Result


def evaluate(
    model: Annotated[
        str, typer.Argument(metavar="MODEL", help="A packaged model, a model folder or a baseline.")
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
    codes: Annotated[
        str,
        typer.Option(
            metavar="CODES",
            help="Keep photos as codes: itq:BITS or pq:PARTSxBITS, or either with :gallery.",
        ),
    ] = "",
    as_json: JsonOption = False,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write all figures, each query's too, as JSON; a file that holds them already is kept.",
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Measure again what FILE holds already.")] = False,
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="Write a page of queries, from the best to the worst."),
    ] = None,
    shortlist: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=0,
            help="How many of the first are compared pair by pair, where the model can; by default 100, "
            "0: none.",
        ),
    ] = None,
    cache: Annotated[bool, typer.Option(help="Keep embeddings for the next time.")] = True,
) -> None:
    """Measure a model on a benchmark.

    The figures are shown beside those that others printed.
    """
    from sketchseek.evaluation import benchmarks, embeddings, fitting, results, run
    from sketchseek.evaluation.trial import prepare
    from sketchseek.ranking import SHORTLIST

    if show_list:
        _list(as_json=as_json)
        return
    if benchmark is None:
        raise typer.BadParameter("name one with --benchmark; `sketchseek evaluate --list` lists them")
    chosen = benchmarks.benchmark(benchmark)
    first = SHORTLIST if shortlist is None else shortlist
    from sketchseek.data import load_dataset
    from sketchseek.encoders import find_encoder

    encoder = find_encoder(model)
    dataset = load_dataset(chosen.dataset, data, **chosen.options)
    folder = embeddings.cache_folder() if cache else None
    with _told(chosen.name) as tell:
        trial = prepare(chosen, dataset)
        ready = fitting.fitted(encoder, trial, codes=codes, tell=tell, cache=folder)
    if out and not (force or html) and (record := results.kept(out, ready, trial, first)):
        say(f"already measured: {shown(out)}; --force measures again")
        _report(record.facts, as_json=as_json)
        return
    with _told(chosen.name) as tell:
        result = run.evaluate(ready, trial, progress=tell, cache=folder, shortlist=first)
    command = _command(model, chosen.name, codes, shortlist)
    if out:
        say(f"figures written: {shown(results.write(result, out, command=command))}")
    if html:
        _write_page(result, html)
    _report(results.as_json(result, command=command), as_json=as_json)


@contextmanager
def _told(name: str) -> Iterator[Tell]:
    """A bar that shows what an evaluation tells."""
    with progress(name) as step:
        yield lambda event: step(event.done, event.total, event.stage)


def _command(model: str, benchmark: str, codes: str, shortlist: int | None = None) -> str:
    """What measures this again."""
    asked = ["--codes", codes] if codes else []
    asked += ["--shortlist", str(shortlist)] if shortlist is not None else []
    return shlex.join(["sketchseek", "evaluate", _bare(model), "--benchmark", benchmark, *asked])


def _bare(model: str) -> str:
    """A model's name; of an absolute path the last name alone, since results are passed on."""
    if Path(model).is_absolute():
        return Path(model).name
    kind, colon, rest = model.partition(":")
    return f"{kind}{colon}{_bare(rest)}" if rest else model


def _list(*, as_json: bool) -> None:
    from sketchseek.evaluation.benchmarks import benchmarks

    found = benchmarks().values()
    if as_json:
        print_json([_summary(one) for one in found])
        return
    print_table([(one.name, one.title) for one in found])


def _summary(one: Benchmark) -> dict[str, Any]:
    return {
        "name": one.name,
        "title": one.title,
        "description": one.description,
        "protocol": one.protocol,
        "dataset": one.dataset,
        "relevance": one.relevance,
        "unseen": one.unseen,
        "metrics": one.metrics,
        "digest": one.digest,
    }


def _write_page(result: Result, page: Path) -> None:
    from sketchseek.evaluation import contact_sheet
    from sketchseek.evaluation.run import examples

    figures = ", ".join(f"{name} {value:.3f}" for name, value in result.metrics.items())
    title = f"{result.model} on {result.trial.benchmark.name}"
    contact_sheet.write(page, examples(result), title=title, subtitle=figures)
    say(f"page written: {shown(page)}")


def _report(facts: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        # --out keeps what is left out here
        print_json({key: value for key, value in facts.items() if key not in {"details", "queries"}})
        return
    benchmark, sure = facts["benchmark"], facts.get("interval", {})
    print(f"{facts['model']} on {benchmark['name']}")
    print(f"{benchmark['queries']:,} sketches, {benchmark['gallery']:,} photos\n")
    rows: list[tuple[str, ...]] = []
    for name, value in facts["metrics"].items():
        own = sure.get("metric") == name
        note = f"{sure['level']:.0%} interval {sure['low']:.4f} to {sure['high']:.4f}" if own else ""
        rows.append((name, f"{value:.4f}", note))
    print_table(rows)
    for warning in facts.get("warnings", ()):
        print(f"\nNote: {warning}.")
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
