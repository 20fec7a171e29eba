"""What every method ends with: a score that chooses, and a model folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import normalize

from sketchseek.data import Dataset, Item
from sketchseek.evaluation.metrics import measure, metric
from sketchseek.images import PhotoInput
from sketchseek.model import Card, Grain, Source, Vocabulary
from sketchseek.sketch import SketchInput
from sketchseek.training.config import to_dict
from sketchseek.training.export import export_model
from sketchseek.training.material import Material
from sketchseek.training.pictures import Contract, Pictures
from sketchseek.training.run import Run
from sketchseek.training.samplers import meanings
from sketchseek.training.towers import Tower

_SAMPLES = 4  # pictures of each domain that torch and the exported graph are compared on


def retrieval(sketches: Tensor, photos: Tensor, val: Dataset) -> dict[str, float]:
    """``score``: map@all by cosine of a data set's sketches over its photos, by class.

    Args:
        sketches: (Q, D) codes of ``val.sketches``.
        photos: (G, D) codes of ``val.photos``.
        val: tells their classes.
    """
    scores = normalize(sketches, dim=1) @ normalize(photos, dim=1).T
    asked = np.array([item.label for item in val.sketches])
    given = np.array([item.label for item in val.photos])
    values = metric("map@all")(scores.numpy(), asked[:, None] == given[None])
    return {"score": float(values.mean())}


def own_photos(
    scores: Tensor, sketches: Sequence[Item], photos: Sequence[Item], metrics: Sequence[str]
) -> dict[str, float]:
    """How well sketches find the very photos they are of, by name; the first metric is the ``score``.

    Args:
        scores: (Q, G) of the sketches with the photos, higher is better.
        sketches: Q of them.
        photos: G.
        metrics: names, as `metric` takes them.
    """
    keys = (np.array(meanings(items, "instance")) for items in (sketches, photos))
    found = measure([metric(name) for name in metrics], scores.numpy(), np.equal.outer(*keys))
    values = {name: float(each.mean()) for name, each in found.items()}
    return {"score": values.pop(metrics[0]), **values}


def finish(
    run: Run,
    towers: tuple[Tower, Tower],
    contracts: tuple[Contract, Contract],
    material: Material,
    figures: Mapping[str, float],
    *,
    sources: Sequence[Source] = (),
    words: Vocabulary | None = None,
    note: str = "",
    grain: Grain = "category",
) -> Path:
    """Export the photo and the sketch tower as the run's model folder.

    Args:
        run: its method, settings and folder.
        towers: photo and sketch.
        contracts: of photos and of sketches.
        material: what was trained on.
        figures: what the chosen model reached on the items that chose it.
        sources: what was used of other data sets.
        words: those that the model knows, if any.
        note: what else its card has to say, in sentences.
        grain: what it ranks by.
    """
    photo, sketch = contracts
    assert isinstance(photo, PhotoInput)  # noqa: S101 - each tower has its own kind
    assert isinstance(sketch, SketchInput)  # noqa: S101
    sides = {
        "photo": (Pictures(material.val, photo), material.val.photos),
        "sketch": (Pictures(material.val, sketch), material.val.sketches),
    }
    samples = {
        domain: next(pictures.batches(items[:: max(1, len(items) // _SAMPLES)], _SAMPLES))
        for domain, (pictures, items) in sides.items()
    }
    with torch.inference_mode():
        dim = towers[0](torch.from_numpy(samples["photo"][:1])).shape[1]
    described = card(
        run, (photo, sketch), material.train, figures, dim, sources=sources, note=note, grain=grain
    )
    with run.stage("export"):
        export_model(*towers, described, run.model, samples=samples, words=words)
    return run.model


def card(
    run: Run,
    contracts: tuple[PhotoInput, SketchInput],
    train: Dataset,
    figures: Mapping[str, float],
    dim: int,
    *,
    sources: Sequence[Source] = (),
    note: str = "",
    grain: Grain = "category",
) -> Card:
    """What a trained model's card says, in the terms of `finish`; library versions are left to the export."""
    used = _used(train)
    return Card(
        name=f"{run.method}-{run.folder.name}",
        method=run.method,
        dim=dim,
        photo=contracts[0],
        sketch=contracts[1],
        summary=f"Trained on {used} of {train.name}. {note}".rstrip(),
        licence=f"Weights learnt from {train.name}: {train.card.licence}",
        sources=(Source(train.name, train.card.licence, used), *sources),
        figures={"validation": dict(figures)},
        training=to_dict(run.config),
        grain=grain,
    )


def _used(train: Dataset) -> str:
    lines = sum(item.variant == "line drawing" for item in train.sketches)
    text = f"{len(train.photos):,} photos, {len(train.sketches) - lines:,} sketches"
    return text + (f" and {lines:,} line drawings" if lines else "")
