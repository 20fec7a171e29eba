"""``sketchseek study``: train and measure several configurations, and set them beside each other."""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sketchseek.cli.compare import print_comparison, write_report
from sketchseek.cli.console import (
    STOPPED,
    JsonOption,
    complain,
    duration,
    plural,
    print_json,
    print_table,
    say,
)
from sketchseek.cli.train import use_data

if TYPE_CHECKING:
    from sketchseek.methods.study import Job

_PROGRAM = (sys.executable, "-m", "sketchseek")


def study(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What to train and measure, as TOML.")],
    *,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of the runs; by default runs/FILE's name.")
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Only this entry, or this seed of one (NAME-0); repeatable."),
    ] = None,
    data: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of the data sets; by default $SKETCHSEEK_DATA.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what is left to do, and stop.")] = False,
    as_json: JsonOption = False,
    html: Annotated[
        Path | None,
        typer.Option(
            "--html", metavar="FILE", help="Write a report; one a benchmark where there are several."
        ),
    ] = None,
) -> None:
    """Train and measure several configurations.

    Each run is a process of its own. One that fails is told, and the others go on. What is done is
    not done again: give the same command to continue a study that was stopped.
    """
    from sketchseek.methods.study import plan

    use_data(data)
    jobs = plan(file, out or Path("runs") / file.stem, only or ())
    if dry_run:
        _show_plan(jobs, as_json=as_json)
        return
    failed: dict[str, str] = {}
    measured: dict[str, list[Job]] = {}
    try:
        with _stoppable():
            for number, job in enumerate(jobs, 1):
                say(f"{job.name} ({number} of {len(jobs)})")
                for benchmark, error in _do(job):
                    if error:
                        failed[job.name] = error
                        complain(f"{job.name} failed: {error}")
                    elif benchmark:
                        measured.setdefault(benchmark, []).append(job)
    except KeyboardInterrupt:
        complain("stopped; what is done is kept. Run the same command again to continue.")
        raise typer.Exit(STOPPED) from None
    _tell(jobs, measured, failed, as_json=as_json, html=html)
    if failed:
        complain(f"{plural(len(failed), 'run')} of {len(jobs)} failed: {', '.join(failed)}")
        raise typer.Exit(1)


@contextmanager
def _stoppable() -> Iterator[None]:
    """Take `kill` and a closed terminal for Ctrl-C: the run that is under way must not outlive the study."""
    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    deadly = [number for number in numbers if signal.getsignal(number) is signal.SIG_DFL]
    for number in deadly:
        signal.signal(number, signal.default_int_handler)
    try:
        yield
    finally:
        for number in deadly:
            signal.signal(number, signal.SIG_DFL)


def _do(job: Job) -> Iterator[tuple[str, str]]:
    """Train and measure; gives each benchmark ("" for the training) with what went wrong, "" for nothing."""
    if job.train:
        error = _run(job.train)
        yield "", error
        if error:
            return
    for benchmark, result in job.results.items():
        result.parent.mkdir(parents=True, exist_ok=True)
        yield benchmark, _run(job.evaluate(benchmark))


def _run(arguments: tuple[str, ...]) -> str:
    """Run ``sketchseek`` in a process of its own and show what it says; gives what went wrong, or ""."""
    last = ""
    with subprocess.Popen(  # noqa: S603 - this very program
        [*_PROGRAM, *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        process_group=0,  # so that Ctrl-C reaches it once, from here
    ) as process:
        try:
            for line in process.stderr or ():
                say(f"  {line.rstrip()}")
                last = line.strip() or last
            code = process.wait()
        except KeyboardInterrupt:
            if os.name == "posix":
                process.send_signal(signal.SIGINT)
            process.communicate()
            raise
    if code < 0:
        return f"ended by signal {-code}"
    return (last.removeprefix("sketchseek: ") or f"exit code {code}") if code else ""


def _show_plan(jobs: tuple[Job, ...], *, as_json: bool) -> None:
    if as_json:
        print_json(
            [
                {
                    "name": job.name,
                    "trained": job.trained,
                    "measured": {benchmark: job.measured(benchmark) for benchmark in job.results},
                }
                for job in jobs
            ]
        )
        return
    rows: list[tuple[str, ...]] = []
    for job in jobs:
        for place, benchmark in enumerate(job.results):
            training = ("trained" if job.trained else "to train") if job.train else "is there"
            first = (job.name, training) if place == 0 else ("", "")
            rows.append((*first, benchmark, "measured" if job.measured(benchmark) else "to measure"))
    print_table(rows)


def _tell(
    jobs: tuple[Job, ...],
    measured: Mapping[str, list[Job]],
    failed: Mapping[str, str],
    *,
    as_json: bool,
    html: Path | None,
) -> None:
    from sketchseek.evaluation import comparison
    from sketchseek.methods.study import compare, file_name

    found = [compare(done, benchmark) for benchmark, done in measured.items()]
    if html:
        for benchmark, each in zip(measured, found, strict=True):
            own = html.with_stem(f"{html.stem}.{file_name(benchmark)}")
            write_report(each, own if len(found) > 1 else html, None)
    if as_json:
        runs = [_facts(job, failed.get(job.name, "")) for job in jobs]
        print_json({"benchmarks": [comparison.as_json(each) for each in found], "runs": runs})
        return
    for number, each in enumerate(found):
        if number:
            print()
        print_comparison(each)
    _print_costs([job for job in jobs if job.name not in failed])


def _facts(job: Job, error: str) -> dict[str, Any]:
    from sketchseek.training.run import cost

    took = cost(job.folder) if job.train else None
    return {"name": job.name, "entry": job.entry, "cost": asdict(took) if took else None, "error": error}


def _print_costs(jobs: list[Job]) -> None:
    """What the runs of each entry took, on average."""
    from sketchseek.training.run import cost

    rows: list[tuple[str, ...]] = [("training", "runs", "time", "of all threads", "memory")]
    for entry in dict.fromkeys(job.entry for job in jobs if job.train):
        took = [found for job in jobs if job.entry == entry and (found := cost(job.folder))]
        if took:
            seconds = duration(statistics.fmean(each.seconds for each in took))
            cpu = duration(statistics.fmean(each.cpu_seconds for each in took))
            memory = f"{statistics.fmean(each.peak_mib for each in took):,.0f} MiB"
            rows.append((entry, str(len(took)), seconds, cpu, memory))
    if len(rows) > 1:
        print()
        print_table(rows, right=(1,))
