"""What the page's judgement is worth: how often something stands out, and whether that is what was drawn.

    python benchmarks/standing_out.py --out benchmarks/results/standing_out.json

Every drawing of a benchmark asks twice: the whole gallery, and the gallery without the photos of its class.
Also counted: pairs of different photos that the page would show as near-duplicates.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from machine import about, write

from sketchseek.encoders import load_encoder
from sketchseek.evaluation.benchmarks import benchmark, prepare
from sketchseek.evaluation.embeddings import cache_folder, embed
from sketchseek.server.asking import ALIKE, Chance

BENCHMARK = "sketchy-subset/category"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--model", default="default", help="packaged model or model folder")
    parser.add_argument("--benchmark", default=BENCHMARK)
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    encoder = load_encoder(asked.model)
    trial = prepare(benchmark(asked.benchmark))
    photos = embed(encoder, trial.dataset, trial.gallery, cache=cache_folder())
    sketches = embed(encoder, trial.dataset, trial.queries, cache=cache_folder())
    labels = np.array([item.label for item in trial.gallery])
    drawn = np.array([item.label for item in trial.queries])
    found = {"model": encoder.model_id, "benchmark": asked.benchmark, "drawings": len(drawn)}
    found |= judged(sketches @ photos.T, drawn[:, None] == labels[None])
    near = np.argwhere(np.triu(photos @ photos.T >= ALIKE, 1))
    found["pairs"] = len(labels) * (len(labels) - 1) // 2
    found["near_duplicates"] = len(near)
    found["near_duplicates_of_one_class"] = int((labels[near[:, 0]] == labels[near[:, 1]]).sum())
    write(asked.out, about() | found)


def judged(scores: np.ndarray, right: np.ndarray) -> dict[str, float]:
    """Shares over all drawings of a (Q, G) table of scores and of what is of the drawn class."""
    sure, without, first, hits, of_class = [], [], [], 0, 0
    for row, same in zip(scores, right, strict=True):
        chance, other = Chance.of(row), Chance.of(row[~same])
        assert chance is not None  # noqa: S101 - a gallery of a benchmark is large
        assert other is not None  # noqa: S101 - as above
        out = row >= chance.middle + chance.reach
        sure.append(out.any())
        without.append(other.outstanding(row[~same]) > 0)
        first.append(same[row.argmax()])
        hits += int(out.sum())
        of_class += int(same[out].sum())
    sure_, first_ = np.array(sure), np.array(first)
    return {
        "something_stands_out": float(sure_.mean()),
        "something_stands_out_without_the_class": float(np.mean(without)),
        "first_is_right_where_something_stands_out": float(first_[sure_].mean()),
        "first_is_right_where_nothing_does": float(first_[~sure_].mean()),
        "outstanding_and_right": of_class / hits,
    }


if __name__ == "__main__":
    main()
