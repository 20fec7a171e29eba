"""The dual-stage framework on a few drawn shapes: learns, resumes, says what it cost."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
import tiny
import torch
from stopping import stopped, weights

from sketchseek import model as folders
from sketchseek.encoders import load_encoder
from sketchseek.errors import BadConfig
from sketchseek.methods import Method, method
from sketchseek.methods.dual_stage.autoencoder import Autoencoder
from sketchseek.methods.dual_stage.siamese import Siamese
from sketchseek.methods.dual_stage.stage_one import StageOne
from sketchseek.methods.recipe import recipe
from sketchseek.training.config import from_dict, to_dict
from sketchseek.training.material import Data
from sketchseek.training.progress import Progress

NAMES = ("dual_stage.siamese", "dual_stage.autoencoder")


def small(name: str, place: Path, **more: Any) -> Any:
    first = StageOne(backbone=str(place / "backbone"), views=2, line_width=2, epochs_head=2)
    data = Data(dataset="folder", path=str(place / "data"), train="", val="")
    pairs = {"batch": 12, "classes": 3, "positives": 3, "negatives": 3}
    common = {"data": data, "first": first, "epochs": 3, **pairs}
    if name == "dual_stage.siamese":
        return replace(Siamese(**common, widths=(16, 8)), **more)
    return replace(Autoencoder(**common, hidden=16, code=8), **more)


def train(name: str, config: Any, run_dir: Path, place: Path, **more: Any) -> Path:
    return method(name).train(config, run_dir, cache_dir=place / "cache", **more)


@pytest.fixture(scope="module", params=NAMES)
def trained(request: pytest.FixtureRequest, place: Path) -> tuple[str, Path, list[Progress]]:
    events: list[Progress] = []
    made = train(
        request.param, small(request.param, place), place / request.param, place, on_progress=events.append
    )
    return request.param, made, events


def test_the_result_is_a_model_folder(trained: tuple[str, Path, list[Progress]], place: Path) -> None:
    name, made, _ = trained
    card = folders.load(made).card
    assert (card.method, card.dim) == (name, 8)
    assert from_dict(method(name).config, card.training) == small(name, place)
    assert 0 < card.figures["validation"]["map@all"] <= 1
    assert card.sources[0].used == "15 photos, 30 sketches"
    encoder = load_encoder(made)
    vectors = encoder.embed_sketches(np.zeros((2, tiny.SIDE, tiny.SIDE), np.uint8))
    assert vectors.shape == (2, 8)


def test_the_card_does_not_name_the_machine(trained: tuple[str, Path, list[Progress]]) -> None:
    card = folders.load(trained[1]).card
    assert str(Path.home()) not in card.summary + card.name
    assert all(str(Path.home()) not in source.used for source in card.sources)


def test_stages_tell_and_cost(trained: tuple[str, Path, list[Progress]]) -> None:
    _, made, events = trained
    assert {"sketch features, 2 views", "photo features", "stage 2"} <= {event.stage for event in events}
    last = [event for event in events if event.stage == "stage 2"][-1]
    assert (last.done, last.total) == (3, 3)
    assert 0 < last.figures["score"] <= 1
    stages = json.loads((made.parent / "summary.json").read_text(encoding="utf-8"))
    assert {"sketch features", "photo features", "stage 2", "export"} <= stages.keys()


def test_a_finished_run_is_not_run_again(trained: tuple[str, Path, list[Progress]], place: Path) -> None:
    name, made, _ = trained
    events: list[Progress] = []
    assert train(name, small(name, place), made.parent, place, on_progress=events.append) == made
    assert events == []
    with pytest.raises(BadConfig, match="other settings"):
        train(name, small(name, place, seed=9), made.parent, place)


@pytest.mark.parametrize("name", NAMES)
def test_a_stopped_run_ends_in_the_same_model(
    trained: tuple[str, Path, list[Progress]], place: Path, tmp_path: Path, name: str
) -> None:
    if trained[0] != name:
        return

    again = stopped(partial(train, name, small(name, place), tmp_path / name, place), "stage 2")
    assert weights(again) == weights(trained[1])


@pytest.mark.parametrize(
    "more",
    [
        {"pairs": "drawn"},
        {"pairs": "drawn", "loss": "triplet", "margin": 1.0},
        {"pairs": "drawn", "meaning": "instance", "optimizer": "sgd", "unit": True, "margin": 1.0},
    ],
)
def test_other_ways_to_pair(place: Path, tmp_path: Path, more: dict[str, Any]) -> None:
    made = train("dual_stage.siamese", small("dual_stage.siamese", place, **more), tmp_path, place)
    assert folders.load(made).card.dim == 8


def test_stage_one_can_train_a_projection_and_all_layers(place: Path, tmp_path: Path) -> None:
    first = replace(small(NAMES[0], place).first, projection=12, epochs_all=1, batch_all=8)
    events: list[Progress] = []
    config = small(NAMES[0], place, first=first)
    made = train(NAMES[0], config, tmp_path / "run", place, on_progress=events.append)
    stages = {event.stage for event in events}
    assert {"stage 1, sketch: head", "stage 1, photo: all layers"} <= stages
    assert folders.load(made).card.dim == 8
    # Both domains were tuned apart: nothing of their backbones is shared any more.
    graph = onnxruntime.InferenceSession(str(made / "sketch.onnx"), providers=["CPUExecutionProvider"])
    given = np.random.default_rng(0).integers(0, 256, (2, tiny.SIDE, tiny.SIDE), dtype=np.uint8)
    assert graph.run(None, {"pixels": given})[0].shape == (2, 8)
    from safetensors.torch import load_file

    assert any(name.startswith("sketch.backbone") for name in load_file(made / "weights.safetensors"))


@pytest.mark.parametrize(
    ("name", "more", "said"),
    [
        ("dual_stage.siamese", {"loss": "triplet"}, "drawn"),
        ("dual_stage.siamese", {"classes": 99}, "classes"),
    ],
)
def test_settings_that_do_not_go_together(place: Path, name: str, more: dict[str, Any], said: str) -> None:
    with pytest.raises(BadConfig, match=said):
        small(name, place, **more)


def test_a_code_too_short_for_its_target_is_named(place: Path, tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match="code = 2"):
        train("dual_stage.autoencoder", small("dual_stage.autoencoder", place, code=2), tmp_path, place)


@pytest.mark.parametrize("name", [*NAMES, "siamese.end_to_end"])
def test_methods_are_configured_by_name(name: str) -> None:
    found = method(name)
    assert isinstance(found, Method)
    assert found.name == name
    config = found.configure("seed=4", "data.lines=true")
    assert (config.seed, config.data.lines) == (4, True)
    assert from_dict(found.config, to_dict(config)) == config


def test_the_published_settings_are_the_papers() -> None:
    paper = recipe("dual_stage.siamese.published").configure()
    assert (paper.widths, paper.margin, paper.positives, paper.negatives) == ((1024, 1024, 125), 5.0, 10, 10)
    assert (paper.optimizer, paper.rate, paper.batch, paper.pairs) == ("sgd", 5e-4, 128, "drawn")
    assert (paper.first.epochs_head, paper.first.epochs_all, paper.first.rate_all) == (20, 20, 1e-5)
    other = recipe("dual_stage.autoencoder.published").configure()
    assert (other.hidden, other.code, other.rate, other.epochs, other.pair) == (None, 125, 1e-4, 150, 0.0)


def test_the_autoencoders_loss_is_the_sum_of_its_terms() -> None:
    from sketchseek.losses.contrastive import contrastive
    from sketchseek.methods.dual_stage.autoencoder import Network

    weights = {"rebuild": 2.0, "target": 3.0, "pair": 0.5, "margin": 5.0}
    config = Autoencoder(pairs="drawn", hidden=6, code=4, dropout=0.0, **weights)
    torch.manual_seed(0)
    network = Network(5, config)
    network.log_dict = lambda *_, **__: None  # type: ignore[method-assign]
    s, p, ts, tp = torch.randn(7, 5), torch.randn(7, 5), torch.eye(7, 4), torch.eye(7, 4)
    same = torch.arange(7) % 2
    zs, zp = network.sketch_code(s), network.photo_code(p)

    def mse(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        return ((a - b) ** 2).sum() / a.numel()

    wanted = 2 * (mse(network.sketch_decoder(zs), s) + mse(network.photo_decoder(zp), p))
    wanted = wanted + 3 * (mse(zs, ts) + mse(zp, tp)) + 0.5 * contrastive(zs, zp, same, 5.0)
    assert torch.allclose(network.training_step((s, p, ts, tp, same)), wanted)
