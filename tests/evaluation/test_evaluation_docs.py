"""The pages on metrics and benchmarks say what the code says."""

from __future__ import annotations

from pathlib import Path

import pytest

from sketchseek.evaluation.benchmarks import benchmark, benchmarks
from sketchseek.evaluation.metrics import FAMILIES

DOCS = Path(__file__).parents[2] / "docs"


def rows(page: str) -> dict[str, list[str]]:
    """The tables' rows by the name in their first cell."""
    lines = (DOCS / page).read_text(encoding="utf-8").splitlines()
    cells = [
        [cell.strip() for cell in line.strip("|").split(" | ")] for line in lines if line.startswith("| `")
    ]
    return {row[0].strip("| `"): row for row in reversed(cells)}


def test_every_metric_is_described() -> None:
    assert rows("metrics.md").keys() == FAMILIES.keys()


@pytest.mark.parametrize("name", benchmarks())
def test_every_benchmark_is_described_exactly(name: str) -> None:
    row, found = rows("benchmarks.md")[name], benchmark(name)
    assert row[-1].strip(" |").replace("`", "").split(", ") == list(found.metrics)
    for cell, part in ((row[1], found.queries), (row[2], found.gallery)):
        if part.count is not None:
            assert cell.startswith(f"{part.count:,} ")
    assert ("drawn from it" in row[3]) == (found.relevance == "instance")
    assert row[4].endswith(found.unseen)
    assert row[5] == found.protocol
