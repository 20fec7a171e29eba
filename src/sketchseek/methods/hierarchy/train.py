"""Hierarchical training: regions of both domains, pairs compared, the model that ranks unseen photos best."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from sketchseek.data import Dataset
from sketchseek.encoders.huggingface import Backbone, load_backbone
from sketchseek.images import PhotoInput
from sketchseek.methods.finish import finish, own_photos
from sketchseek.methods.hierarchy.config import Config
from sketchseek.methods.hierarchy.export import Whole, pairs
from sketchseek.methods.hierarchy.material import Seen, see
from sketchseek.methods.hierarchy.pairs import Batch, Network
from sketchseek.methods.hierarchy.towers import RegionTower, Side, WholeTower, begin, pooled
from sketchseek.sketch import SketchInput
from sketchseek.training.batchnorm import adapted_to
from sketchseek.training.features import Features
from sketchseek.training.halves import Top, Trunk, twin
from sketchseek.training.loop import fit
from sketchseek.training.material import Material, gather
from sketchseek.training.pictures import Contract, Pictures, contracts
from sketchseek.training.progress import OnProgress, silent
from sketchseek.training.run import Run
from sketchseek.training.samplers import draw_triplets, meanings

_STATISTICS = 128  # pictures of each domain that batch norm is measured on
_METRICS = ("map@all", "acc@1", "acc@5", "acc@10")


@dataclass(frozen=True)
class Domain:
    """Sketches or photos: what their network is, and the items as it sees them."""

    trunk: Trunk
    side: Side
    train: Seen
    val: Seen


def train(
    config: Config, run_dir: Path, *, cache_dir: Path | None = None, on_progress: OnProgress = silent
) -> Path:
    """Train and write the model folder ``run_dir/model``, whose path is returned.

    It embeds whole pictures, and scores pairs: `sketchseek.rerankers.pairs.PairScorer` opens it. A run that
    was stopped goes on after its last whole epoch; one that is finished is not run again.

    Raises:
        BadDataset: the data set is missing, or a sketch has no photo of its own, or no other beside it.
        BadConfig: a setting is out of range, the backbone has no feature maps, or the folder holds another
            run.
        BadModel: the backbone cannot be loaded.
    """
    run = Run(run_dir, "hierarchy", config, cache_dir=cache_dir, on_progress=on_progress)
    if run.finished:
        return run.model
    material = gather(config.data, config.seed)
    backbone = load_backbone(config.backbone, config.size)
    found = contracts(backbone, fit=config.fit, line_width=config.line_width)
    with run.stage("features"):
        sketch, photo = _domains(config, backbone, found, material, run)
    torch.manual_seed(config.seed)
    seen = _start(sketch, frozen=not config.rate_top), _start(photo, frozen=not config.rate_top)
    begin((sketch.side, photo.side), seen, config.dim, placed=config.places)
    steps = config.epochs * -(-len(material.train.sketches) // config.batch)
    module = Network(config, sketch.side, photo.side, steps)
    with run.stage("training") as folder:
        fitted = fit(
            module,
            lambda epoch: _batches(config, sketch.train, photo.train, epoch),
            run_dir=folder,
            epochs=config.epochs,
            seed=config.seed,
            validate=lambda: _judge(module, sketch.val, photo.val),
            stage="training",
            on_progress=on_progress,
        )
    whole = Whole(
        RegionTower(photo.trunk, photo.side),
        RegionTower(sketch.trunk, sketch.side),
        module.pair,
        found,
        config.region_input,
    )
    towers = WholeTower(whole.photo, module.photo_whole), WholeTower(whole.sketch, module.sketch_whole)
    return finish(
        run,
        towers,
        found,
        material,
        {"map@all": fitted.score or 0.0},
        grain="exact",
        pairs=pairs(whole, material),
    )


def _domains(
    config: Config, backbone: Backbone, found: tuple[PhotoInput, SketchInput], material: Material, run: Run
) -> tuple[Domain, Domain]:
    """Sketches and photos; an upper half that is trained is the same for both but for its batch norm."""
    photo, sketch = found
    tuned = backbone
    if config.adapt:
        tuned = adapted_to(backbone, material.train, found, run.features, on_progress=run.on_progress)
    trunks = Trunk(tuned, config.cut, config.size), Trunk(backbone, config.cut, config.size)
    tops = [
        Top(body, config.cut, trunk.shape, live=False)
        for body, trunk in zip((tuned, backbone), trunks, strict=True)
    ]
    if config.rate_top:
        tops[0] = twin(tops[1], tops[0])
    return (
        _domain(config, (trunks[0], Side(tops[0], config.points)), sketch, material, run),
        _domain(config, (trunks[1], Side(tops[1], config.points)), photo, material, run),
    )


def _domain(
    config: Config, parts: tuple[Trunk, Side], contract: Contract, material: Material, run: Run
) -> Domain:
    trunk, side = parts
    features = Features(trunk, run.features)

    def look(part: Dataset, *, mirror: bool) -> Seen:
        seen = see(
            Pictures(part, contract),
            part.photos if isinstance(contract, PhotoInput) else part.sketches,
            features,
            config.region_input,
            mirror=mirror,
            on_progress=run.on_progress,
        )
        return seen if config.rate_top else pooled(side, seen)

    return Domain(trunk, side, look(material.train, mirror=config.mirror), look(material.val, mirror=False))


def _start(domain: Domain, *, frozen: bool) -> Tensor:
    """Pooled features of regions to measure mean and spread on, (N, width)."""
    seen = domain.train
    rows = np.arange(len(seen.items))[:: max(1, len(seen.items) // _STATISTICS)]
    values, boxes, sizes, _ = seen.take(np.zeros_like(rows), rows)
    if not frozen:
        domain.side.eval()
        with torch.inference_mode():
            values = domain.side.pooled(values, boxes).clone()
    return values[torch.arange(values.shape[1])[None] < sizes[:, None]]


def _batches(config: Config, sketches: Seen, photos: Seen, epoch: int) -> Iterator[Batch]:
    """Each sketch once, with its photo and another; a sketch in the mirror has both in the mirror."""
    rng = np.random.default_rng([config.seed, epoch])
    asking, asked_for = meanings(sketches.items, "instance"), meanings(photos.items, "instance")
    triplets = draw_triplets(asking, asked_for, rng, each=1)
    temperature = torch.tensor(config.warmth(epoch))
    for start in range(0, len(triplets), config.batch):
        asked, own, other = triplets[start : start + config.batch].T
        views = rng.integers(len(sketches.values), size=len(asked))
        given = photos.take(np.concatenate([views, views]), np.concatenate([own, other]))
        yield sketches.take(views, asked), given, temperature


def _judge(module: Network, sketches: Seen, photos: Seen) -> dict[str, float]:
    """How well held-out sketches find their photos; the first metric chooses the epoch."""
    taken = [
        seen.take(np.zeros(len(seen.items), np.int64), np.arange(len(seen.items)))
        for seen in (sketches, photos)
    ]
    sides = (module.sketch, module.photo)
    regions = [module.regions(side, some) for side, some in zip(sides, taken, strict=True)]
    scores = module.pair.table(regions[0], regions[1], module.order(taken[0], taken[1]))
    return own_photos(scores, sketches.items, photos.items, _METRICS)
