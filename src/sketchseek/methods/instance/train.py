"""Instance training: pictures of anything first, then the photos at hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from sketchseek.data import Dataset
from sketchseek.encoders.huggingface import load_backbone
from sketchseek.methods.finish import finish, own_photos
from sketchseek.methods.instance.config import Config
from sketchseek.methods.instance.export import Inputs, pairs
from sketchseek.methods.instance.material import Seen, Sight, Values, earlier, joined
from sketchseek.methods.instance.network import Half, Network, cosines
from sketchseek.model import Source
from sketchseek.training.batchnorm import adapted_to
from sketchseek.training.features import Features
from sketchseek.training.halves import Top, Trunk, twin
from sketchseek.training.loop import Fitted, Validate, fit
from sketchseek.training.material import Material, gather
from sketchseek.training.pictures import LINES, contracts
from sketchseek.training.progress import OnProgress, silent
from sketchseek.training.run import Run

_METRICS = ("acc@1", "acc@5", "acc@10", "map@all")


def train(
    config: Config, run_dir: Path, *, cache_dir: Path | None = None, on_progress: OnProgress = silent
) -> Path:
    """Train and write the model folder ``run_dir/model``, whose path is returned.

    A run that was stopped goes on after its last whole epoch; one that is finished is not run again.

    Raises:
        BadDataset: a data set is missing, or a sketch does not tell its photo.
        BadConfig: a setting is out of range, or the folder holds another run.
        BadModel: the backbone cannot be loaded.
    """
    run = Run(run_dir, "instance", config, cache_dir=cache_dir, on_progress=on_progress)
    if run.finished:
        return run.model
    material = gather(config.data, config.seed)
    first = earlier(config.before)
    with run.stage("features"):
        inputs, sketch, photo = _halves(config, material, run)
        features = Features(photo.trunk, run.features), Features(sketch.trunk, run.features)
        sight = Sight(inputs, features, (config.augment_photo, config.augment), on_progress)
        seen, held = sight.all(material.train, config.views), sight.plain(material.val)
    torch.manual_seed(config.seed)
    network = Network(config, sketch, photo, seen)
    if first:
        with run.stage("features"):
            more = joined([sight.all(dataset, config.before.views) for dataset in first])
        _learn(network, run, "before", more, config.before.epochs, alike=config.before.alike)
        del more  # as large as all the rest
    fitted = _learn(
        network, run, "training", seen, config.epochs, validate=lambda: _judge(network, held, material.val)
    )
    return finish(
        run,
        network.towers(sketch, photo, inputs),
        inputs,
        material,
        {"acc@1": fitted.score or 0.0}
        | {name: value for name, value in fitted.history[fitted.epoch].items() if "@" in name},
        sources=[_source(dataset) for dataset in first],
        grain="exact",
        pairs=pairs(network, (photo, sketch), inputs, material),
    )


def _halves(config: Config, material: Material, run: Run) -> tuple[Inputs, Half, Half]:
    """How pictures are shown, and both domains: one network, but for its batch norm."""
    backbone = load_backbone(config.backbone)
    inputs = contracts(backbone, fit=config.fit, line_width=config.line_width)
    drawn = backbone
    if config.adapt:
        drawn = adapted_to(backbone, _by_hand(material), inputs, run.features, on_progress=run.on_progress)
    photo = Trunk(backbone, config.cut, inputs[0].size)
    sketch = Trunk(drawn, config.cut, inputs[1].size)
    top = Top(backbone, config.cut, photo.shape, live=False)
    tied = twin(top, Top(drawn, config.cut, sketch.shape, live=False))
    return inputs, Half(sketch, tied), Half(photo, top)


def _by_hand(material: Material) -> Dataset:
    """All photos and what a hand drew of them, whichever choose the epoch: the same for every seed.

    So runs of all seeds have one trunk, and share what it gives.
    """
    items = (item for item in (*material.train, *material.val) if item.variant != LINES)
    return replace(material.train, items=tuple(sorted(items, key=lambda item: item.id)))


def _learn(
    network: Network,
    run: Run,
    stage: str,
    seen: Seen,
    epochs: int,
    *,
    alike: int = 1,
    validate: Validate | None = None,
) -> Fitted:
    """A stage of training, under one cycle of the rate; without ``validate`` the last epoch is kept."""
    config = network.config
    network.steps = epochs * -(-len(seen.asked) // config.batch)
    with run.stage(stage) as folder:
        return fit(
            network,
            lambda epoch: seen.batches(
                config.batch,
                np.random.default_rng([config.seed, epoch]),
                alike=alike,
                views=2 if config.within else 1,
            ),
            run_dir=folder,
            epochs=epochs,
            seed=config.seed,
            validate=validate,
            stage=stage,
            on_progress=run.on_progress,
        )


def _judge(network: Network, held: tuple[Values, Values], val: Dataset) -> dict[str, float]:
    """How well held-out sketches find their photos; the first metric chooses the epoch."""
    network.eval()
    shown, drawn = network.look("photo", held[0]), network.look("sketch", held[1])
    found = own_photos(network.scores(drawn, shown), val.sketches, val.photos, _METRICS)
    if network.matching is not None:
        whole = own_photos(cosines(drawn, shown), val.sketches, val.photos, _METRICS[:1])
        found["acc@1 of the whole"] = whole["score"]
    return found


def _source(dataset: Dataset) -> Source:
    used = f"{len(dataset.photos):,} photos and {len(dataset.sketches):,} drawings of them"
    return Source(dataset.name, dataset.card.licence, used)
