"""Training of the anchored method: adapted trunk -> cached maps -> top and heads -> model folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import normalize, pad

from sketchseek.data import Dataset, data_root
from sketchseek.encoders.huggingface import Backbone, load_backbone
from sketchseek.errors import BadConfig
from sketchseek.images import PhotoInput
from sketchseek.methods.anchored.batches import batches, cache
from sketchseek.methods.anchored.config import Config
from sketchseek.methods.anchored.material import Material, Part, gather
from sketchseek.methods.anchored.towers import Anchored, Encoder
from sketchseek.methods.finish import retrieval
from sketchseek.model import Card
from sketchseek.sketch import SketchInput
from sketchseek.training import batchnorm
from sketchseek.training.classes import canonical, unseen
from sketchseek.training.config import to_dict
from sketchseek.training.export import export_model
from sketchseek.training.features import Features
from sketchseek.training.halves import Top, Trunk
from sketchseek.training.loop import fit
from sketchseek.training.pictures import Contract, Pictures, contracts, normalised
from sketchseek.training.progress import OnProgress, silent
from sketchseek.training.run import Run
from sketchseek.training.towers import Mirrored, Standardise, Tower
from sketchseek.vocabulary import Vocabulary

_STATISTICS = (128, 256)  # photos to restore batch norm on, drawings to adapt it to
_UNSEEN = ("sketchy-21.unseen", "sketchy-25.unseen")
_LICENCE = "Apache-2.0 (weights and backbone); several of the data sets it learnt from are for research only"
_VAL = "sketchy-subset/category:val"
_TEXT = "semantics/clip_vit_b32_text_vocabulary.npz"
_SUMMARY = (
    "Finds photos of the kind of thing you draw. MobileNetV2 for both domains: the photo side as it was "
    "trained on ImageNet with a new head, the sketch side tuned so that drawings land among photos of "
    "their class."
)


def train(
    config: Config, run_dir: Path, *, cache_dir: Path | None = None, on_progress: OnProgress = silent
) -> Path:
    """Train from the data sets under SKETCHSEEK_DATA and write the model folder ``run_dir/model``.

    A run that was stopped goes on where it was: features are cached, the loop resumes after its last epoch.

    Raises:
        BadDataset: a data set is missing.
        BadConfig: the backbone is not a MobileNetV2, or a setting is out of range.
    """
    run = Run(run_dir, "anchored", config, cache_dir=cache_dir, on_progress=on_progress)
    if run.finished:
        return run.model
    views = {"sketchy": config.views, "quickdraw": config.quickdraw_views, "lines": config.line_views}
    material = gather(config.held_out, views, include_val=config.include_val)
    backbone = load_backbone(config.backbone)
    photos, drawings = contracts(backbone, line_width=config.line_width, sketch_size=config.sketch_size)
    with run.stage("statistics"):
        adapted = _adapted(backbone, material, photos, drawings, run)
    trunk = lower(adapted, config)
    with run.stage("features"):
        sketch_side, photo_side = Features(trunk, run.features), Features(backbone, run.features)
        sketches = cache(config, material, material.sketches, (sketch_side, drawings), on_progress)
        pictures = cache(config, material, material.photos, (photo_side, photos), on_progress)
        val = material.val
        if not config.include_val:
            queries = sketch_side.plain(Pictures(val, drawings), val.sketches)
            gallery = photo_side.plain(Pictures(val, photos), val.photos)
    plain = torch.from_numpy(np.concatenate([part.features[0] for part in pictures])).float()
    torch.manual_seed(config.seed)
    encoder = Encoder(
        config,
        Top(adapted, config.cut, trunk.shape),
        width=backbone.dim,
        standardise=Standardise.fitted(plain, floor=0.05),
        anchors=anchors(material.classes, config.dim),
    )
    module = Anchored(config, encoder, np.stack(list(material.rivals().values())))
    with run.stage("training") as folder:
        fitted = fit(
            module,
            lambda epoch: batches(config, sketches, pictures, trunk.shape, epoch),
            run_dir=folder,
            epochs=config.epochs,
            seed=config.seed,
            validate=None if config.include_val else _validation(module, val, queries, gallery),
            stage="training",
            on_progress=on_progress,
        )
    card = Card(
        name="anchored",
        method="anchored",
        dim=config.dim,
        photo=photos,
        sketch=drawings,
        summary=_SUMMARY,
        licence=_LICENCE,
        sources=material.sources(),
        figures={} if fitted.score is None else {_VAL: {"map@all": round(fitted.score, 4)}},
        training=to_dict(config),
    )
    with run.stage("export"):
        unit = normalize(module.encoder.settle.anchors.detach(), dim=1).numpy()
        words = Vocabulary(material.classes, unit)
        towers = _towers(module.encoder, backbone, trunk, config)
        return export_model(*towers, card, run.model, samples=_samples(card, material.val), words=words)


def lower(backbone: Backbone, config: Config) -> Trunk:
    """The part of the sketch tower that stays frozen.

    Raises:
        BadConfig: the backbone is not a MobileNetV2, or has not so many blocks.
    """
    trunk = Trunk(backbone, config.cut, config.sketch_size)
    if len(trunk.shape) != 3:
        raise BadConfig(f"the anchored method cuts a MobileNetV2 in two; {backbone.name} is none")
    return trunk


def anchors(classes: tuple[str, ...], dim: int) -> Tensor:
    """Where the class anchors start, (C, dim) unit rows.

    Text vectors of the names, centred and reduced to their first ``dim`` principal axes, where the table of
    CLIP ViT-B/32 text vectors under SKETCHSEEK_DATA has the name; a random direction elsewhere.
    """
    start = torch.randn(len(classes), dim)
    path = (data_root() or Path()) / _TEXT
    if path.is_file():
        table = np.load(path, allow_pickle=False)
        where = {canonical(str(name)): row for row, name in enumerate(table["names"])}
        rows = [(code, where[name]) for code, name in enumerate(classes) if name in where]
        text = torch.from_numpy(table["vectors"][[row for _, row in rows]].astype(np.float32))
        text = normalize(text - text.mean(0), dim=1)
        axes = torch.linalg.svd(text, full_matrices=False).Vh[:dim]
        start[[code for code, _ in rows]] = pad(text @ axes.T, (0, dim - len(axes)))
    return normalize(start, dim=1)


def _adapted(
    backbone: Backbone, material: Material, photos: PhotoInput, drawings: SketchInput, run: Run
) -> Backbone:
    """The backbone with the statistics of drawings."""
    key = f"{backbone.digest()} {drawings} {_STATISTICS} {_UNSEEN}"
    return batchnorm.adapted(
        backbone,
        run.features,
        key,
        photos=lambda: _normalised(material.photos[:1], photos, _STATISTICS[0]),
        drawings=lambda: _normalised(material.sketches[:2], drawings, _STATISTICS[1]),
        on_progress=run.on_progress,
    )


def _normalised(parts: Sequence[Part], contract: Contract, count: int) -> Iterator[Tensor]:
    """``count`` pictures in equal numbers of each part, none of a class that is unseen in a published split.

    So one trunk serves every run, zero-shot ones too.
    """
    hidden = unseen(_UNSEEN)
    for part in parts:
        items = [item for item in part.items if canonical(item.label) not in hidden]
        yield from normalised(Pictures(part.dataset, contract), items, count // len(parts))


def _validation(
    module: Anchored, val: Dataset, sketches: NDArray[np.float16], photos: NDArray[np.float16]
) -> Callable[[], dict[str, float]]:
    """What judges an epoch: map@all of the validation sketches among the validation photos, by class.

    Without the drawings' mirror images, which would double the cost.

    Args:
        module: what is trained.
        val: its sketches and photos.
        sketches: their trunk outputs, in order.
        photos: their backbone features, in order.
    """
    features = torch.from_numpy(photos).float()

    def validate() -> dict[str, float]:
        encoder = module.encoder
        parts = (torch.from_numpy(part).float() for part in np.array_split(sketches, 8))
        found = encoder.settle(torch.cat([encoder.sketches(part) for part in parts]))
        return retrieval(found, encoder.settle(encoder.photos(features)), val)

    return validate


def _towers(encoder: Encoder, backbone: Backbone, trunk: Trunk, config: Config) -> tuple[Tower, Tower]:
    """Of photos and sketches, whole."""
    contract = {"mean": backbone.mean, "std": backbone.std}
    tuned: nn.Module = nn.Sequential(trunk, encoder.top)
    tuned = Mirrored(tuned) if config.mirror else tuned
    sketch = Tower(tuned, nn.Sequential(encoder.sketch_head, encoder.settle), **contract)
    photo = Tower(backbone, nn.Sequential(encoder.photo_head, encoder.settle), **contract)
    return photo, sketch


def _samples(card: Card, val: Dataset) -> dict[str, NDArray[np.uint8]]:
    """Real pictures that the written graphs are compared with torch on."""
    return {
        "sketch": next(Pictures(val, card.sketch).batches(val.sketches[:8])),
        "photo": next(Pictures(val, card.photo).batches(val.photos[:8])),
    }
