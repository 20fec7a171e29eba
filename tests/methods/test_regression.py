"""The baselines of mid-grain retrieval: each stage learns by its formula, and what rests does not move."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")
import torch
from references import midgrain_losses as reference
from stopping import stopped, weights

from sketchseek import model as folders
from sketchseek.data import Item
from sketchseek.errors import BadConfig, BadDataset
from sketchseek.methods import method
from sketchseek.methods.dual_stage.stage_one import Learnt, StageOne
from sketchseek.methods.recipe import recipe
from sketchseek.methods.regression import Network, Regression, _batches
from sketchseek.training.material import Data
from sketchseek.training.progress import Progress

SINGLE: dict[str, dict[str, Any]] = {
    "triplet": {"stages": ("triplet",), "share": "none"},
    "contrastive": {"stages": ("contrastive",), "share": "none"},
}


def small(place: Path, **more: Any) -> Regression:
    first = StageOne(backbone=str(place / "backbone"), views=2, line_width=2)
    data = Data(dataset="folder", path=str(place / "data"), train="", val="")
    given = {"widths": (16, 8), "batch": 12, "classes": 3, "steps": 6, "epochs": 6, "dropout": 0.0}
    return Regression(data=data, first=first, **given | more)


def batch(epoch: int) -> tuple[torch.Tensor, ...]:
    generator = torch.Generator().manual_seed(1)
    sketches, photos = (torch.randn(8, 5, generator=generator) for _ in range(2))
    keys = torch.arange(8) // 2
    return sketches, photos, keys[:, None] == keys[None], keys, torch.tensor(epoch)


def step(config: Regression, epoch: int) -> tuple[Network, torch.Tensor]:
    """A new network and its loss in an epoch; what it would log is dropped."""
    torch.manual_seed(0)
    network = Network(5, config, classes=4).eval()
    network.log = lambda *_, **__: None  # type: ignore[assignment, method-assign]
    return network, network.training_step(batch(epoch))


@pytest.mark.parametrize("kind", SINGLE)
def test_a_single_stage_is_its_formula(kind: str) -> None:
    config = Regression(**SINGLE[kind], widths=(6, 3), classes=4, batch=8)
    network, loss = step(config, 0)
    sketches, photos, same, *_ = batch(0)
    s, p = (network.sketch_code(sketches), network.photo_code(photos))
    formula = reference.hard_triplet if kind == "triplet" else reference.hard_contrastive
    margin = config.margin if kind == "triplet" else config.apart
    expected = formula(s.tolist(), p.tolist(), same.tolist(), margin)
    assert expected > 0
    assert loss.item() == pytest.approx(expected, rel=1e-3)  # an epsilon is inside the losses' roots


def test_stages_come_one_after_the_other_and_tell_classes_besides() -> None:
    config = Regression(widths=(6, 3), classes=4, batch=8, epochs=6, told=0.5)
    assert [config.stage(epoch) for epoch in range(6)] == [0, 0, 1, 1, 2, 2]
    network, alone = step(config, 0)
    sketches, photos, same, classes, _ = batch(0)
    s, p = (network.sketch_code(sketches), network.photo_code(photos))
    logits = network.tell(16 * torch.cat([s, p]))
    told = reference.softmax_loss(logits.tolist(), [*classes.tolist(), *classes.tolist()])
    assert alone.item() == pytest.approx(told, rel=1e-4)
    pairs = reference.hard_contrastive(s.tolist(), p.tolist(), same.tolist(), config.apart)
    assert step(config, 2)[1].item() == pytest.approx(pairs + 0.5 * told, rel=1e-3)
    triplets = reference.hard_triplet(s.tolist(), p.tolist(), same.tolist(), config.margin)
    assert step(config, 4)[1].item() == pytest.approx(triplets + 0.5 * told, rel=1e-3)


def test_own_layers_rest_while_pairs_follow_classes() -> None:
    config = Regression(widths=(6, 3), classes=4, batch=8, epochs=3)
    for epoch, moved in ((0, True), (1, False), (2, True)):
        network, loss = step(config, epoch)
        loss.backward()
        for tower in (network.sketch_code, network.photo_code):
            own, common = ([weight.grad is not None for weight in part.parameters()] for part in tower[:2])
            assert own == [moved, moved]
            assert all(common)


def learnt(rng: np.random.Generator, prototypes: np.ndarray, each: int, domain: Any) -> Learnt:
    """Features of items of some classes as a domain shows them: turned, shifted, and in two noisy views."""
    labels = np.repeat(np.arange(len(prototypes)), each)
    shown = prototypes[labels] @ rng.normal(size=(8, 16)) + rng.normal(size=16)
    views = shown + 0.3 * rng.normal(size=(2, *shown.shape))
    items = tuple(Item(f"{domain}{n}", domain, f"c{k}", f"p{n}") for n, k in enumerate(labels))
    train = torch.from_numpy(views).half()
    return Learnt(None, None, items, train, train[1].float())  # type: ignore[arg-type]


@pytest.mark.parametrize("more", [*SINGLE.values(), {}, {"meaning": "instance", "classes": 12}])
def test_two_domains_meet(more: dict[str, Any]) -> None:
    """Nearest photos are of the sketch's class after training, though they were not before."""
    rng = np.random.default_rng(0)
    prototypes = rng.normal(size=(4, 8))
    sketches, photos = (learnt(rng, prototypes, 6, domain) for domain in ("sketch", "photo"))
    given = {"widths": (32, 8), "batch": 24, "classes": 4, "epochs": 12, "steps": 20, "rate": 3e-3}
    config = Regression(**{**given, "dropout": 0.0, **more})
    material: Any = SimpleNamespace(classes=("c0", "c1", "c2", "c3"))
    torch.manual_seed(0)
    network = Network(16, config, 4)
    network.log = lambda *_, **__: None  # type: ignore[assignment, method-assign]

    def right() -> float:
        with torch.no_grad():
            near = network.sketch_code(sketches.val) @ network.photo_code(photos.val).T
        labels = torch.arange(24) // 6
        return float((labels[near.argmax(1)] == labels).float().mean())

    before, optimizer = right(), network.configure_optimizers()
    for epoch in range(config.epochs):
        for step in _batches(config, sketches, photos, material, epoch):
            optimizer.zero_grad()
            network.training_step(step).backward()
            optimizer.step()
    assert before < 0.6
    assert right() > 0.9


def test_the_result_is_a_model_folder(place: Path, tmp_path: Path) -> None:
    events: list[Progress] = []
    made = method("regression").train(
        small(place), tmp_path / "run", cache_dir=place / "cache", on_progress=events.append
    )
    told = [set(event.figures) - {"score"} for event in events if event.stage == "stage 2"]
    assert told == [{"classes"}] * 2 + [{"contrastive", "classes"}] * 2 + [{"triplet", "classes"}] * 2
    card = folders.load(made).card
    assert (card.method, card.dim) == ("regression", 8)
    assert 0 < card.figures["validation"]["map@all"] <= 1


def test_a_stopped_run_ends_in_the_same_model(place: Path, tmp_path: Path) -> None:
    train = partial(method("regression").train, small(place), cache_dir=place / "cache")
    again = stopped(partial(train, tmp_path / "run"), "stage 2")
    assert weights(again) == weights(train(tmp_path / "whole"))


def test_settings_are_checked(place: Path, tmp_path: Path) -> None:
    for wrong, said in (
        ({"stages": ()}, "name a stage"),
        ({"epochs": 2}, "an epoch at least"),
        ({"widths": (8,)}, "a hidden layer"),
        ({"classes": 1}, "from 2 to batch"),
    ):
        with pytest.raises(BadConfig, match=said):
            Regression(**wrong)  # type: ignore[arg-type]
    with pytest.raises(BadDataset, match="batches of 4 classes, but 3"):
        method("regression").train(small(place, classes=4), tmp_path / "run", cache_dir=place / "cache")


def test_the_recipes_are_single_stages() -> None:
    for name, stage in (("triplet_hard", "triplet"), ("contrastive_hard", "contrastive")):
        assert recipe(f"regression.{name}").configure().stages == (stage,)
