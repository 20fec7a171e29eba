"""Which side of a search for unseen classes is the limit: the drawings, the photos, or what lies between.

    python benchmarks/zero_shot_limits.py --models centred:backbone runs/zero_shot/contrastive.21-0/model \
        --benchmark sketchy-subset/zero-shot-21 --out FILE

For each model, on the benchmark's sketches and photos: map@all of photos asked for by sketches, by other
photos, and of sketches asked for by other sketches; and how many sketches and photos are nearest to the mean
photo of their own class, which is what a search could reach if each class were one point.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from machine import about, write
from numpy.typing import NDArray

from sketchseek.encoders import find_encoder
from sketchseek.evaluation.benchmarks import benchmark
from sketchseek.evaluation.embeddings import cache_folder, embed
from sketchseek.evaluation.fitting import fitted
from sketchseek.evaluation.metrics import metric
from sketchseek.evaluation.trial import prepare

Floats = NDArray[np.float32]
Labels = NDArray[np.str_]


def main() -> None:
    """Measure and write the result file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--models", nargs="+", required=True, help="as `sketchseek evaluate` takes them")
    parser.add_argument("--benchmark", default="sketchy-subset/zero-shot-21")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    trial = prepare(benchmark(args.benchmark))
    asked, given = (np.array([item.label for item in items]) for items in (trial.queries, trial.gallery))
    table = {}
    for name in args.models:
        encoder = fitted(find_encoder(name), trial)
        sketches, photos = (
            embed(encoder, trial.dataset, items, cache=cache_folder())
            for items in (trial.queries, trial.gallery)
        )
        folder = Path(name)
        told = folder.parent.name if folder.name == "model" else name
        table[told] = measure((sketches, asked), (photos, given))
        print(told, json.dumps(table[told]), flush=True)
    write(args.out, {"benchmark": args.benchmark, "models": table, **about()})


def measure(sketches: tuple[Floats, Labels], photos: tuple[Floats, Labels]) -> dict[str, float]:
    """All five figures of one model."""
    classes = np.unique(photos[1])
    means = np.stack([photos[0][photos[1] == name].mean(0) for name in classes])
    means /= np.linalg.norm(means, axis=1, keepdims=True)

    def nearest(items: tuple[Floats, Labels]) -> float:
        return float((classes[(items[0] @ means.T).argmax(1)] == items[1]).mean())

    return {
        "photos by sketches": found(sketches, photos),
        "photos by photos": found(photos, photos, itself=False),
        "sketches by sketches": found(sketches, sketches, itself=False),
        "sketches nearest their class": round(nearest(sketches), 4),
        "photos nearest their class": round(nearest(photos), 4),
    }


def found(asked: tuple[Floats, Labels], given: tuple[Floats, Labels], *, itself: bool = True) -> float:
    """map@all; an item does not ask for itself where both sides are one."""
    scores, right = asked[0] @ given[0].T, asked[1][:, None] == given[1][None]
    if not itself:
        others = ~np.eye(len(scores), dtype=bool)
        scores, right = (values[others].reshape(len(values), -1) for values in (scores, right))
    return round(float(metric("map@all")(scores, right).mean()), 4)


if __name__ == "__main__":
    main()
