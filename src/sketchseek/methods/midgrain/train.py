"""Mid-grain training: features of both domains, towers on them, pools that follow the towers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from sketchseek.data import Item
from sketchseek.errors import BadDataset
from sketchseek.methods.dual_stage.stage_one import Learnt
from sketchseek.methods.dual_stage.stage_two import Batches, two_stages
from sketchseek.methods.midgrain import guess
from sketchseek.methods.midgrain.config import MidGrain, PairsFrom
from sketchseek.methods.midgrain.network import Network
from sketchseek.methods.midgrain.pools import Pools, Side, find
from sketchseek.methods.midgrain.refresh import Refresher
from sketchseek.training.material import Material, codes
from sketchseek.training.pictures import LINES
from sketchseek.training.progress import OnProgress, silent
from sketchseek.training.run import Run
from sketchseek.training.samplers import meanings


def train(
    config: MidGrain, run_dir: Path, *, cache_dir: Path | None = None, on_progress: OnProgress = silent
) -> Path:
    """Train and write the model folder ``run_dir/model``, whose path is returned.

    A run that was stopped goes on where it was; one that is finished is not run again.

    Raises:
        BadDataset: the data set is missing, or has not two classes with both sketches and photos.
        BadConfig: a setting is out of range, or the folder holds another run.
        BadModel: the backbone cannot be loaded.
    """
    run = Run(run_dir, "midgrain", config, cache_dir=cache_dir, on_progress=on_progress)
    refreshers: list[Refresher] = []

    def build(sketches: Learnt, photos: Learnt, material: Material) -> tuple[Network, Batches]:
        network = Network(sketches.train.shape[-1], config)
        if config.pairs == "guessed":
            sketches, names = _guess(sketches, photos)
            guess.write(run.folder / "pools", [item.id for item in sketches.items], names)
        else:
            names = paired(sketches.items, config.pairs)
        names = few(sketches.items, names, config.known)
        look = _looker(network, {"sketch": sketches, "photo": photos}, names, material, config)
        refresher = Refresher(
            look,
            config.refresh or config.epochs,
            run.folder / "pools",
            epochs=config.epochs,
            background=config.background,
        )
        refreshers.append(refresher)

        def batches(epoch: int) -> Iterator[tuple[torch.Tensor, ...]]:
            yield from _batches(config, sketches, photos, refresher.pools(epoch), epoch)
            refresher.tick()

        return network, batches

    try:
        return two_stages(run, config, build, grain="look")
    finally:
        for refresher in refreshers:
            refresher.close()


def paired(sketches: Sequence[Item], pairs: PairsFrom) -> tuple[str | None, ...]:
    """The photo that each sketch is in a pair with; None: with none.

    Args:
        sketches: some.
        pairs: who belongs together; not "guessed", which items do not tell.

    Raises:
        BadDataset: pairs are asked for, and no sketch is in one.
    """
    lines = {"fine": False, "lines": True}.get(pairs)
    found = tuple(item.instance if (item.variant == LINES) is lines else None for item in sketches)
    if pairs != "none" and not any(found):
        what = "line drawing" if lines else "sketch that tells the photo that it was drawn from"
        raise BadDataset(f'pairs = "{pairs}", but there is no {what} to learn from')
    return found


def few(sketches: Sequence[Item], names: Sequence[str | None], known: int) -> tuple[str | None, ...]:
    """Of the photos that sketches are in pairs with, the first ``known`` of each class; 0: all."""
    if not known:
        return tuple(names)
    photos: dict[str, dict[str, None]] = defaultdict(dict)
    for item, photo in zip(sketches, names, strict=True):
        if photo and len(photos[item.label]) < known:
            photos[item.label][photo] = None
    return tuple(
        photo if photo in photos[item.label] else None for item, photo in zip(sketches, names, strict=True)
    )


def _guess(sketches: Learnt, photos: Learnt) -> tuple[Learnt, tuple[str | None, ...]]:
    """The sketches without the line drawings, and the photo that each is guessed to be of."""
    drawn = [n for n, item in enumerate(sketches.items) if item.variant != LINES]
    lines = {item.instance: n for n, item in enumerate(sketches.items) if item.variant == LINES}
    own = replace(
        sketches, items=tuple(sketches.items[n] for n in drawn), train=sketches.train[:, torch.tensor(drawn)]
    )
    features = [side.train[0].float().numpy().astype(np.float64) for side in (sketches, photos)]
    names: list[str | None] = [None] * len(own.items)
    for label in {item.label for item in own.items}:
        mine = [n for n, item in enumerate(own.items) if item.label == label]
        theirs = [n for n, item in enumerate(photos.items) if item.label == label and item.instance in lines]
        if not theirs:
            continue
        edges = features[0][[lines[photos.items[n].instance] for n in theirs]]
        found = guess.guessed(features[0][[drawn[n] for n in mine]], features[1][theirs], edges)
        for n, place in zip(mine, found, strict=True):
            names[n] = photos.items[theirs[place]].instance if place >= 0 else None
    if not any(names):
        raise BadDataset('pairs = "guessed", but there is no line drawing of a photo to guess by')
    return own, tuple(names)


def _looker(
    network: Network,
    learnt: dict[str, Learnt],
    names: tuple[str | None, ...],
    material: Material,
    config: MidGrain,
) -> Callable[[], Callable[[], Pools]]:
    """What embeds the training items with the weights of now, and returns what finds their pools."""
    labels = {domain: codes(side.items, material.classes) for domain, side in learnt.items()}
    instances = {
        "sketch": names,
        "photo": tuple(meanings(learnt["photo"].items, "instance")),
    }

    def look() -> Callable[[], Pools]:
        sketches, photos = (
            Side(network.embed(domain, side.train[0].float()).numpy(), labels[domain], instances[domain])
            for domain, side in learnt.items()
        )
        return lambda: find(sketches, photos, config.how)

    return look


def _batches(
    config: MidGrain, sketches: Learnt, photos: Learnt, pools: Pools, epoch: int
) -> Iterator[tuple[torch.Tensor, ...]]:
    """The steps of an epoch: triplets of pools, each picture in a view drawn by chance."""
    rng = np.random.default_rng([config.seed, epoch])
    centres, classes = torch.from_numpy(pools.centres).float(), torch.from_numpy(pools.labels)
    for _ in range(config.steps):
        triplets, homes = pools.draw(config.batch, rng)
        yield (
            sketches.draw(triplets[:, 0], rng),
            photos.draw(triplets[:, 1], rng),
            photos.draw(triplets[:, 2], rng),
            torch.from_numpy(homes),
            centres,
            classes,
            torch.tensor(pools.variance),
        )
