"""The very photo by contrast: a whole run, what is asked of a batch, what cannot be trained on."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tiny

pytest.importorskip("torch", reason="needs the train extra")
import torch
from stopping import stopped, weights

from sketchseek import model as folders
from sketchseek.data import load_dataset
from sketchseek.encoders import OnnxEncoder
from sketchseek.errors import BadConfig, BadDataset
from sketchseek.methods import method
from sketchseek.methods.instance import Config, _batches, _photos_of
from sketchseek.training.config import from_dict
from sketchseek.training.material import Data
from sketchseek.training.progress import Progress


def small(place: Path, **more: Any) -> Config:
    data = Data(dataset="folder", path=str(place / "data"), train="", val="")
    given = {"views": 1, "line_width": 2.0, "dim": 8, "batch": 12, "epochs": 3, "cut": 2}
    return Config(**{"data": data, "backbone": str(place / "backbone")} | given | more)


@pytest.mark.parametrize("mirror", [False, True])
def test_the_result_is_a_model_folder(unseen_place: Path, tmp_path: Path, mirror: bool) -> None:
    config, told = small(unseen_place, mirror=mirror), list[Progress]()
    made = method("instance").train(
        config, tmp_path / "run", cache_dir=unseen_place / "cache", on_progress=told.append
    )
    model = folders.load(made)
    assert (model.card.method, model.card.dim, model.grains) == ("instance", 8, ("exact",))
    assert from_dict(Config, model.card.training) == config
    assert [event.done for event in told if event.stage == "training"] == [1, 2, 3]
    size = tiny.SIDE
    drawn = np.random.default_rng(0).integers(0, 255, (2, size, size), dtype=np.uint8)
    encoder = OnnxEncoder(model)
    turned = encoder.embed_sketches(np.ascontiguousarray(drawn[:, :, ::-1]))
    assert np.allclose(turned, encoder.embed_sketches(drawn), atol=1e-4) == mirror


def test_training_learns_which_photo_was_drawn(unseen_place: Path, tmp_path: Path) -> None:
    told: list[Progress] = []
    config = small(unseen_place, epochs=30, rate=1e-2, rate_top=1e-3, dropout=0.0, views=0)
    method("instance").train(
        config, tmp_path / "run", cache_dir=unseen_place / "cache", on_progress=told.append
    )
    losses = [event.figures["loss"] for event in told if event.stage == "training"]
    assert np.mean(losses[-5:]) < 0.5 * np.mean(losses[:2])


def test_a_batch_holds_the_photos_of_its_sketches_once() -> None:
    asked = np.array([0, 0, 1, 2, 2, 3])
    sketches = np.arange(2 * 3 * 6, dtype=np.float16).reshape(2, 3, 6, 1)
    photos = 100 + np.arange(2 * 2 * 4, dtype=np.float16).reshape(2, 2, 4, 1)
    config = Config(batch=4)
    seen = []
    for epoch in range(40):
        for some, given, right in _batches(config, sketches, photos, asked, epoch):
            turned, of = some[:, 0].int() // 18, some[:, 0].int() % 6
            assert len(set(turned.tolist())) == 1
            assert ((given[:, 0].int() - 100) // 8 == turned[0]).all()
            shown = (given[:, 0].int() - 100) % 4
            assert len(set(shown.tolist())) == len(shown)
            wanted = torch.from_numpy(asked)[of.long()][:, None] == shown[None]
            assert torch.equal(right, wanted)
            assert (right.sum(1) == 1).all()
            seen += [(int(turned[0]), int(one)) for one in of]
    assert set(seen) == {(turned, sketch) for turned in range(2) for sketch in range(6)}
    again = [batch[0] for batch in _batches(config, sketches, photos, asked, 0)]
    assert all(
        torch.equal(one, other[0])
        for one, other in zip(again, _batches(config, sketches, photos, asked, 0), strict=True)
    )


def test_a_sketch_without_its_photo_is_named(unseen_place: Path) -> None:
    dataset = load_dataset("folder", str(unseen_place / "data"))
    assert len(_photos_of(dataset)) == len(dataset.sketches)
    lost = dataset.sketches[0]
    less = replace(
        dataset,
        items=tuple(item for item in dataset if item.domain == "sketch" or item.instance != lost.instance),
    )
    with pytest.raises(BadDataset, match="has no photo of its own among those that are trained on"):
        _photos_of(less)


@pytest.mark.parametrize("wrong", [{"batch": 1}, {"views": -1}, {"temperature": 0.0}])
def test_settings_are_checked(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadConfig):
        Config(**wrong)


def test_a_stopped_run_ends_in_the_same_model(unseen_place: Path, tmp_path: Path) -> None:
    train = partial(method("instance").train, small(unseen_place), cache_dir=unseen_place / "cache")
    again = stopped(partial(train, tmp_path / "run"), "training")
    assert weights(again) == weights(train(tmp_path / "whole"))
