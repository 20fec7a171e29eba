"""The very photo: what makes it easier to find, told apart on photos held out of the training part.

    python benchmarks/instance_trials.py --runs runs/trials --out benchmarks/results/instance_trials.json

Each seed holds out a third of ChairV2's training photos, another one, and the sketches of them; the test
part is not looked at. Runs are shortened: of what is learnt first, Sketchy alone is gone through, once, and
the chairs four times, not eight. Figures are those of the best epoch, as means over seeds with the half width
of their 95 % interval by Student's t; what a trial adds to the first one is told seed by seed.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from machine import about, write
from seeds import spread

from sketchseek.methods.instance.config import Config
from sketchseek.methods.instance.train import train
from sketchseek.model import load
from sketchseek.training.config import override

SHORT = ("epochs=4", "data.held=0.333", "before.epochs=1", 'before.datasets=["sketchy"]')
FIRST = "as it is"
TRIALS: dict[str, tuple[str, ...]] = {
    FIRST: (),
    "padded": ("fit=pad",),
    "smoothing": ("smoothing=0.1",),
    "within": ("within=0.5",),
    "batch norm": ("norm=batch",),
    "longer spots": ("spot_dim=96",),
    "bent": ("augment.bend=0.04", "before.views=1"),
}


def main() -> None:
    """Train what is missing, and write the result file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=Path, required=True, help="folder of the runs")
    parser.add_argument(
        "--only", nargs="*", default=list(TRIALS), choices=TRIALS, help="trials; all where none is named"
    )
    parser.add_argument("--seeds", nargs="*", type=int, default=[0, 1, 2])
    parser.add_argument(
        "--features", type=Path, help="folder of cached features; by default in that of the runs"
    )
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    if chosen.out and FIRST not in chosen.only:
        parser.error(f"--out sets all trials beside {FIRST!r}: name it with --only, too")
    found: dict[str, list[Mapping[str, float]]] = {}
    for seed in chosen.seeds:
        for name in chosen.only:
            settings = (*SHORT, *TRIALS[name], f"seed={seed}")
            folder = chosen.runs / f"{name}-{seed}"
            cache = chosen.features or chosen.runs / "features"
            model = train(override(Config(), settings), folder, cache_dir=cache)
            found.setdefault(name, []).append(load(model).card.figures["validation"])
            print(folder.name, found[name][-1], flush=True)
    if chosen.out:
        write(chosen.out, {"machine": about(), "short": SHORT, **told(found)})


def told(found: Mapping[str, list[Mapping[str, float]]]) -> dict[str, Any]:
    """Every trial's figures over seeds, and what it adds to the first at acc@1."""
    first = [run["acc@1"] for run in found[FIRST]]
    return {
        "trials": {
            name: {
                "settings": TRIALS[name],
                "figures": {key: spread([run[key] for run in runs]) for key in runs[0]},
                "adds": spread([run["acc@1"] - one for run, one in zip(runs, first, strict=True)]),
            }
            for name, runs in found.items()
        }
    }


if __name__ == "__main__":
    main()
