"""What every method ends with: a score that chooses, and a model folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from sketchseek.data import Dataset, Item
from sketchseek.evaluation.metrics import measure, metric
from sketchseek.images import PhotoInput
from sketchseek.model import Card, Grain, RegionInput, Source
from sketchseek.sketch import SketchInput
from sketchseek.training.config import to_dict
from sketchseek.training.export import Graph, export_model
from sketchseek.training.material import Material
from sketchseek.training.pictures import Contract, Pictures
from sketchseek.training.run import Run
from sketchseek.training.samplers import meanings
from sketchseek.vocabulary import Vocabulary

_SAMPLES = 4  # pictures of each domain that torch and the exported graph are compared on


@dataclass(frozen=True)
class Pairs:
    """What a model compares pairs with: how pictures are parted, and the graphs that `model.PAIRS` names."""

    regions: RegionInput
    graphs: Mapping[str, Graph]


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
    towers: tuple[nn.Module, nn.Module],
    contracts: tuple[Contract, Contract],
    material: Material,
    figures: Mapping[str, float],
    *,
    sources: Sequence[Source] = (),
    words: Vocabulary | None = None,
    note: str = "",
    grain: Grain = "category",
    pairs: Pairs | None = None,
) -> Path:
    """Export the photo and the sketch tower as the run's model folder.

    Args:
        run: its method, settings and folder.
        towers: photo and sketch, uint8 pictures -> unit embeddings.
        contracts: of photos and of sketches.
        material: what was trained on.
        figures: what the chosen model reached on the items that chose it.
        sources: what was used of other data sets.
        words: those that the model knows, if any.
        note: what else its card has to say, in sentences.
        grain: what it ranks by.
        pairs: what it compares pairs with, if it does.
    """
    photo, sketch = contracts
    assert isinstance(photo, PhotoInput)  # noqa: S101 - each tower has its own kind
    assert isinstance(sketch, SketchInput)  # noqa: S101
    samples = {
        domain: next(Pictures(material.train, contract).batches(some, len(some)))
        for domain, contract, some in zip(("photo", "sketch"), contracts, sampled(material), strict=True)
    }
    with torch.inference_mode():
        dim = towers[0](torch.from_numpy(samples["photo"][:1])).shape[1]
    train = material.train
    used = _used(train)
    card = Card(
        name=f"{run.method}-{run.folder.name}",
        method=run.method,
        dim=dim,
        photo=photo,
        sketch=sketch,
        summary=f"Trained on {used} of {train.name}. {note}".rstrip(),
        licence=f"Weights learnt from {train.name}: {train.card.licence}",
        sources=(Source(train.name, train.card.licence, used), *sources),
        figures={"validation": dict(figures)},
        training=to_dict(run.config),
        grain=grain,
        regions=pairs.regions if pairs else None,
    )
    further = pairs.graphs if pairs else None
    with run.stage("export"):
        export_model(*towers, card, run.model, samples=samples, words=words, further=further)
    return run.model


def sampled(material: Material) -> tuple[tuple[Item, ...], tuple[Item, ...]]:
    """A few photos and sketches that torch and exported graphs are compared on, held-out ones first."""
    train, val = material.train, material.val
    photos, sketches = (
        (*held[:: max(1, len(held) // _SAMPLES)], *more)[:_SAMPLES]
        for held, more in ((val.photos, train.photos), (val.sketches, train.sketches))
    )
    return photos, sketches


def _used(train: Dataset) -> str:
    lines = sum(item.variant == "line drawing" for item in train.sketches)
    text = f"{len(train.photos):,} photos, {len(train.sketches) - lines:,} sketches"
    return text + (f" and {lines:,} line drawings" if lines else "")
