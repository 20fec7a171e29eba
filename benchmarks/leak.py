"""Whether the sketch or the word decides: models that know words, asked with both, either, and at odds.

    python benchmarks/leak.py --models DIR ... --benchmark sketchy-subset/zero-shot-21 --out FILE

DIR is a run's folder, as a study leaves it (NAME-SEED); runs that differ in the seed alone are averaged.
"""

from __future__ import annotations

import argparse
import json
import statistics
from dataclasses import asdict
from pathlib import Path

import numpy as np
from machine import about, write

from sketchseek._names import class_key
from sketchseek.encoders.onnx import OnnxEncoder
from sketchseek.evaluation.benchmarks import benchmark
from sketchseek.evaluation.embeddings import embed
from sketchseek.evaluation.parts import GALLERIES, deciding, scores
from sketchseek.evaluation.trial import Trial, prepare
from sketchseek.model import load

ASKED = ("cow", "giraffe")  # the pair that the report tells of


def main() -> None:
    """Measure and write the result file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--models", type=Path, nargs="+", required=True, help="folders of runs")
    parser.add_argument("--benchmark", default="sketchy-subset/zero-shot-21")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    trial = prepare(benchmark(args.benchmark))
    runs: dict[str, list[dict[str, dict[str, float]]]] = {}
    for folder in args.models:
        name, _, seed = folder.name.rpartition("-")
        if not seed.isdigit():
            parser.error(f"{folder} is no run's folder: its name does not end in a seed")
        runs.setdefault(name, []).append(measure(folder / "model", trial))
        print(folder.name, json.dumps(runs[name][-1]["unlabelled"]))
    table = {
        name: {
            gallery: {
                figure: [round(statistics.fmean(values), 4), round(statistics.pstdev(values), 4)]
                for figure in each[0][gallery]
                if (values := [run[gallery][figure] for run in each])
            }
            for gallery in GALLERIES
        }
        for name, each in runs.items()
    }
    result = {
        "benchmark": args.benchmark,
        "what": "[mean, deviation] over seeds, by model and by what the gallery's photos carry",
        "seeds": {name: len(each) for name, each in runs.items()},
        "models": table,
        **about(),
    }
    write(args.out, result)


def measure(folder: Path, trial: Trial) -> dict[str, dict[str, float]]:
    """Per gallery, what decides in one model's queries, and what a cow with the word "giraffe" finds."""
    model = load(folder)
    if model.words is None:
        raise SystemExit(f"{folder} knows no words")
    encoder = OnnxEncoder(model)
    photos, sketches = (embed(encoder, trial.dataset, items) for items in (trial.gallery, trial.queries))
    asked, given = (
        np.array([class_key(item.label) for item in items]) for items in (trial.queries, trial.gallery)
    )
    words = {class_key(n): v for n, v in zip(model.words.names, model.words.vectors, strict=True)}
    if missing := sorted((set(asked) | set(given)) - set(words)):
        raise SystemExit(f"{folder} knows no word for {', '.join(missing)}")
    found = {}
    for gallery in GALLERIES:
        found[gallery] = asdict(deciding((sketches, asked), (photos, given), words, gallery))
        if ASKED[0] in asked:
            cows = sketches[asked == ASKED[0]]
            told = np.repeat(ASKED[1], len(cows))
            first = np.argsort(-scores(cows, told, (photos, given), words, gallery), axis=1)[:, :10]
            for name in ASKED:
                found[gallery][f"{ASKED[0]}_with_{ASKED[1]}_{name}"] = float((given[first] == name).mean())
    return found


if __name__ == "__main__":
    main()
