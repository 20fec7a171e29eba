"""A comparison as one HTML file that holds its own drawings and pictures: table, curves, classes, examples.

Needs matplotlib, the extra "report". The result files hold all figures; the pictures alone come from the data
set.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any

from PIL import Image

from sketchseek.data import Dataset
from sketchseek.evaluation import figures
from sketchseek.evaluation.comparison import Cell, Comparison, Row
from sketchseek.evaluation.contact_sheet import Match, section, source, write_page
from sketchseek.evaluation.contact_sheet import Row as SheetRow
from sketchseek.evaluation.details import LEVELS
from sketchseek.images import thumbnail
from sketchseek.sketch import SketchInput

_PLANES = 4  # methods whose embeddings are drawn
_PAIRS = 12  # confusions that are listed
_SIDE = 160  # pixels of a picture


def write(path: Path, comparison: Comparison, dataset: Dataset | None) -> Path:
    """Write the report and return its path.

    Args:
        path: where to.
        comparison: what it tells.
        dataset: where the pictures of the examples come from; none are shown where it is not given.

    Raises:
        BadSketch, BadImage: an example cannot be opened.
    """
    benchmark = comparison.benchmark
    size = f"{benchmark['queries']:,} sketches, {benchmark['gallery']:,} photos"
    return write_page(
        path,
        _parts(comparison, dataset),
        title=benchmark["title"],
        subtitle=f"{benchmark['name']}: {size}",
        style=STYLE,
    )


def _parts(comparison: Comparison, dataset: Dataset | None) -> Iterator[str]:
    yield from _table(comparison)
    drawn = [row for row in comparison.rows if "details" in row.runs[0].facts]
    if old := [row.name for row in comparison.rows if row not in drawn]:
        told = "Measured by an earlier version, without curves and examples; `evaluate --force` adds them"
        yield note(f"{told}: {', '.join(old)}.")
    if drawn:
        yield from _curves(drawn)
    if early := [row for row in drawn if row.runs[0].facts["details"].get("early")]:
        yield from _unfinished(early)
    yield from _classes(comparison)
    if drawn:
        yield from _planes(drawn[:_PLANES])
        yield from _confusion(drawn[0])
        yield from _examples(drawn[0], comparison.headline, dataset)
    yield from _runs(comparison)


def _table(comparison: Comparison) -> Iterator[str]:
    yield heading("Figures")
    names = comparison.metrics
    yield '<div class="wide"><table><thead><tr><th>method</th><th>runs</th>'
    yield "".join(f"<th>{escape(name)}</th>" for name in names) + "</tr></thead><tbody>"
    for row in comparison.rows:
        cells = "".join(_cell(row.cells[name]) for name in names)
        yield f"<tr><th>{escape(row.name)}</th><td>{len(row.runs)}</td>{cells}</tr>"
    yield "</tbody>"
    if comparison.published:
        yield f'<tbody class="others"><tr><th colspan="{len(names) + 2}">'
        yield "printed by others, on other galleries</th></tr>"
        for figure in comparison.published:
            yield _other(figure, names)
        yield "</tbody>"
    yield "</table></div>"
    legend = (
        "Means over the queries; ± is the standard deviation over runs that differ in their seeds alone. "
    )
    if len(comparison.rows) > 1:
        legend += (
            "Bold: best. ↓: significantly below the best (paired test over the queries, p < 0.05, "
            "Holm-corrected over the methods of a column). Unmarked: may be as good as the best. "
        )
    yield note(legend)
    yield "<ul class='plain'>"
    for row in comparison.rows:
        for run in row.runs:
            if sure := run.facts.get("interval"):
                ends = f"{sure['low']:.4f} to {sure['high']:.4f}"
                told = f"{run.model}: {sure['level']:.0%} interval of {sure['metric']} {ends}"
                yield f"<li>{escape(told)}</li>"
    yield "</ul>"


def _cell(cell: Cell) -> str:
    spread = "" if cell.deviation is None else f"<small> ± {cell.deviation:.4f}</small>"
    told = "" if cell.p is None else f' title="p = {cell.p:.4f}"'
    value = f"<b>{cell.mean:.4f}</b>" if cell.best else f"{cell.mean:.4f}"
    return f"<td{told}>{value}{spread}{' ↓' if cell.worse else ''}</td>"


def _other(figure: Mapping[str, Any], names: tuple[str, ...]) -> str:
    note = f' title="{escape(figure["note"])}"' if figure["note"] else ""
    system = f"<th{note}>{escape(figure['system'])}<small> {escape(figure['venue'])}</small></th><td></td>"
    if figure["metric"] in names:
        cells = "".join(
            f"<td>{figure['value']:.3f}</td>" if name == figure["metric"] else "<td></td>" for name in names
        )
    else:
        unknown = "" if figure["metric"] else ", definition not known"
        cells = (
            f'<td colspan="{len(names)}">{escape(figure["printed_as"])} {figure["value"]:.3f}{unknown}</td>'
        )
    return f"<tr>{system}{cells}</tr>"


def _curves(rows: list[Row]) -> Iterator[str]:
    yield heading("Precision over recall")
    drawing = figures.curves(LEVELS, {row.name: row.runs[0].facts["details"]["curve"] for row in rows})
    yield figure(
        drawing, "precision over recall of each method", "Interpolated, mean over the queries; first run."
    )


def _unfinished(rows: list[Row]) -> Iterator[str]:
    early = {row.name: row.runs[0].facts["details"]["early"] for row in rows}
    told = {name: (some["percentile"], some["inverse"]) for name, some in early.items()}
    yield heading("While it is drawn")
    drawing = figures.unfinished(next(iter(early.values()))["shares"], told)
    yield figure(
        drawing, "rank over the share that is drawn", "Means over the queries; first run.", wide=True
    )


def _classes(comparison: Comparison) -> Iterator[str]:
    metric = comparison.headline
    yield heading("Classes")
    drawing = figures.classes(
        {row.name: row.runs[0].facts["class_means"][metric] for row in comparison.rows}, metric
    )
    others = "" if len(comparison.rows) < 2 else f" Bars: {comparison.rows[0].name}; dots: the others."
    yield figure(
        drawing, f"{metric} per class", f"Mean {metric} of a class's sketches, first run.{others}", wide=True
    )


def _planes(rows: list[Row]) -> Iterator[str]:
    yield heading("Sketches and photos on one plane")
    yield '<div class="grid">'
    for row in rows:
        plane = row.runs[0].facts["details"]["plane"]
        drawing = figures.plane(plane["shares"], plane["centres"], plane["points"])
        yield figure(drawing, f"embeddings of {row.name}", row.name)
    yield "</div>"
    yield note(
        "Principal components of both domains together. A line joins the centres of a class's sketches and "
        "photos. The plane shows the named shares of the variance, no more."
    )


def _confusion(row: Row) -> Iterator[str]:
    counts = row.runs[0].facts["details"]["confusion"]
    yield heading(f"Taken for each other: {row.name}")
    yield '<div class="grid">'
    yield figure(
        figures.confusion(counts), "confusion between classes", "Per cent; the classes confused most often."
    )
    listed = "".join(
        f"<tr><th>{escape(asked)}</th><td>{escape(found)}</td><td>{count}</td></tr>"
        for asked, found, count in figures.pairs(counts)[:_PAIRS]
    )
    yield "<table><thead><tr><th>drawn</th><th>found first</th><th>sketches</th></tr></thead>"
    yield f"<tbody>{listed}</tbody></table>"
    yield "</div>"


def _examples(row: Row, metric: str, dataset: Dataset | None) -> Iterator[str]:
    examples = row.runs[0].facts["details"]["examples"]
    if dataset is None:
        yield note("The data set was not there, so the best and the worst queries are not shown.")
        return
    items = {item.id: item for item in dataset}
    place = ""
    for example in examples:
        if example["place"] != place:
            place = example["place"]
            yield heading(f"The {place} queries: {row.name}")
        drawing = dataset.sketch(items[example["query"]]).render(SketchInput(size=_SIDE))
        found = zip(example["photos"], example["labels"], example["scores"], example["hits"], strict=True)
        matches = [
            Match(thumbnail(dataset.photo(items[photo], _SIDE), _SIDE), label, score, hit)
            for photo, label, score, hit in found
        ]
        below = f"{metric} {example['value']:.3f}"
        yield section(SheetRow(thumbnail(Image.fromarray(drawing)), example["label"], matches, below))


def _runs(comparison: Comparison) -> Iterator[str]:
    yield heading("How it was measured")
    yield '<div class="wide"><table><thead><tr><th>model</th><th>method</th><th>seed</th><th>measured</th>'
    yield "<th>seconds</th><th>on</th><th>with</th><th>command</th></tr></thead><tbody>"
    for row in comparison.rows:
        for run in row.runs:
            facts = run.facts
            machine = facts["machine"]
            cells = (
                run.origin.method,
                "not told" if run.origin.seed is None else str(run.origin.seed),
                facts["made"],
                f"{sum(facts['seconds'].values()):.0f}",
                f"{machine['processor']}, {machine['cores']} cores",
                ", ".join(f"{name} {version}" for name, version in facts["versions"].items()),
                facts.get("command", ""),
            )
            told = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
            yield f"<tr><th>{escape(run.model)}</th>{told}</tr>"
    yield "</tbody></table></div>"
    yield note(f"Rules {comparison.benchmark['digest']}, items {comparison.benchmark['items']}.")


def figure(drawing: bytes, alt: str, caption: str, *, wide: bool = False) -> str:
    """A drawing with a caption, as HTML."""
    kind = ' class="whole"' if wide else ""
    return (
        f'<figure{kind}><img src="{source(drawing)}" alt="{escape(alt)}">'
        f"<figcaption>{escape(caption)}</figcaption></figure>"
    )


def heading(text: str) -> str:
    """The heading of a part, as HTML."""
    return f'<h2 class="part">{escape(text)}</h2>'


def note(text: str) -> str:
    """A line of explanation, as HTML."""
    return f'<p class="note">{escape(text)}</p>'


STYLE = """
h2.part { font-size: 1.2rem; margin: 2.2rem 0 .8rem; }
.note, figcaption { color: var(--soft); font-size: .88rem; max-width: 60rem; }
.plain { list-style: none; padding: 0; margin: .5rem 0; color: var(--soft); font-size: .88rem; }
.plain li { display: block; background: none; border: 0; border-radius: 0; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .88rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .35rem .8rem .35rem 0; border-bottom: 1px solid var(--edge);
  vertical-align: top; font-weight: 400; }
td, tbody th { white-space: nowrap; }
thead th { color: var(--soft); }
td b { font-weight: 700; }
.others th, .others td { color: var(--soft); }
small { color: var(--soft); }
figure { margin: 0; max-width: 40rem; }
figure.whole { max-width: none; overflow-x: auto; }
figure.whole img { min-width: 54rem; }
figure img { display: block; width: 100%; background: #fff; border: 1px solid var(--edge);
  border-radius: 10px; padding: .6rem; }
figcaption { margin: .4rem 0 0; }
.grid { display: grid; gap: 1.25rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr));
  align-items: start; }
"""
