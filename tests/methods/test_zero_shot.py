"""The zero-shot systems: what makes each of them, and a whole run of each."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tiny
import torch
from stopping import stopped, weights
from torch import Tensor, nn
from torch.nn.functional import normalize
from unseen import CLASSES, settings

from sketchseek import model as folders
from sketchseek.encoders.onnx import OnnxEncoder
from sketchseek.errors import BadConfig
from sketchseek.losses.triplet import triplet
from sketchseek.methods import method
from sketchseek.methods.zero_shot import composed, contrastive, doodle2search
from sketchseek.methods.zero_shot.composed import Composed, Composing
from sketchseek.methods.zero_shot.contrastive import ridge
from sketchseek.methods.zero_shot.doodle2search import Doodle, Doodle2Search, rivals
from sketchseek.methods.zero_shot.edges import EdgeMap
from sketchseek.methods.zero_shot.seen import gather
from sketchseek.methods.zero_shot.sides import sides
from sketchseek.methods.zero_shot.teacher import factors
from sketchseek.training.progress import Progress
from sketchseek.training.run import Run
from sketchseek.training.towers import Standardise, principal


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("doodle2search", {"edges": "stack"}),
        ("composed", {}),
        ("sake", {"adapt": False}),
        ("contrastive", {"tune": "norms"}),
    ],
)
def test_each_method_trains_a_model_that_embeds(
    at_hand: Path, tmp_path: Path, name: str, more: dict[str, Any]
) -> None:
    events: list[Progress] = []
    made = method(name).train(
        settings(name, at_hand, **more),
        tmp_path / "run",
        cache_dir=at_hand / "cache",
        on_progress=events.append,
    )
    model = folders.load(made)
    assert (model.card.method, model.card.dim) == (name, 8)
    assert model.card.training["data"]["unseen"] == "sketchy-25.unseen"
    told = [event for event in events if event.stage == name]
    assert [event.done for event in told] == [1, 2]
    assert all(np.isfinite(list(event.figures.values())).all() for event in told)
    encoder = OnnxEncoder(model)
    size = tiny.SIDE
    photos = np.random.default_rng(0).integers(0, 255, (3, size, size, 3), dtype=np.uint8)
    assert encoder.embed_photos(photos).shape == (3, 8)
    drawn = encoder.embed_sketches(photos[..., 0])
    assert drawn.shape == (3, 8)
    turned = encoder.embed_sketches(np.ascontiguousarray(photos[:, :, ::-1, 0]))
    assert np.allclose(turned, drawn, atol=1e-5) == model.card.training["mirror"]
    assert (model.words is None) == (name in {"doodle2search", "sake"})
    if model.words is not None:
        assert set(model.words.names) == set(CLASSES)
        assert model.words.vectors.shape == (9, 8)


def test_pictures_and_words_are_drawn_to_what_the_teacher_knows(at_hand: Path, tmp_path: Path) -> None:
    def network(pull: float) -> contrastive.Contrasting:
        config = settings("contrastive", at_hand, pull=pull)
        run = Run(tmp_path / str(pull), "contrastive", config, cache_dir=at_hand / "cache")
        known = gather(config.data, 0)
        built, _ = contrastive.build(config, *sides(run, known), known)
        return built

    apart, drawn = network(0.0), network(2.0)
    drawn.load_state_dict(apart.state_dict())
    classes = normalize(apart.teacher_classes.weight, dim=1)
    rows = torch.randn(4, 8)

    def nearest(unit: Tensor) -> Tensor:
        return (unit @ classes.T).amax(1)

    with torch.inference_mode():
        torch.testing.assert_close(apart.last()(rows), normalize(rows, dim=1))
        assert (nearest(normalize(drawn.last()(rows), dim=1)) > nearest(normalize(rows, dim=1))).all()
        assert (nearest(drawn.say(drawn.classes)) > nearest(apart.say(apart.classes))).any()


def test_a_stopped_run_goes_on_to_the_same_model(at_hand: Path, tmp_path: Path) -> None:
    train = partial(method("sake").train, settings("sake", at_hand, epochs=3), cache_dir=at_hand / "cache")
    again = stopped(partial(train, tmp_path / "stopped"), "sake")
    assert weights(again) == weights(train(tmp_path / "whole"))


def test_the_factors_of_a_classifier_are_the_classifier() -> None:
    torch.manual_seed(0)
    weight, bias, features = torch.randn(9, 6), torch.randn(9), torch.randn(20, 6) * 3 + 1
    standardise = Standardise.fitted(features)
    embedding, classes = factors(weight, bias, standardise, 6)
    told = classes(embedding(standardise(features)))
    torch.testing.assert_close(told, features @ weight.T + bias, rtol=1e-4, atol=1e-4)
    embedding, classes = factors(weight, bias, standardise, 2)
    left, values, right = torch.linalg.svd(weight / standardise.scale)
    best = left[:, :2] * values[:2] @ right[:2]
    torch.testing.assert_close(classes.weight @ embedding.weight, best, rtol=1e-4, atol=1e-4)
    with pytest.raises(BadConfig, match="dim = 7: the teacher's classifier has 6 directions"):
        factors(weight, bias, standardise, 7)


def test_a_layer_starts_at_the_principal_axes() -> None:
    torch.manual_seed(0)
    features = torch.randn(50, 2) @ torch.tensor([[3.0, 0, 0, 4], [0, 1, 0, 0]]) + 5
    layer = principal(features, 2)
    centred = features - features.mean(0)
    kept = centred @ layer.weight.T @ layer.weight
    torch.testing.assert_close(kept, centred, rtol=1e-4, atol=1e-4)
    with pytest.raises(BadConfig, match="dim = 5: 4 at most"):
        principal(features, 5)


def test_negatives_are_drawn_by_the_distance_of_words() -> None:
    words = np.array([[1, 0], [0.8, 0.6], [-1, 0]], np.float32)
    chances = rivals(words, 0.5)
    apart = np.array([[np.inf, 0.4, 4.0], [0.4, np.inf, 3.6], [4.0, 3.6, np.inf]])
    wanted = np.exp(-apart / 0.5)
    np.testing.assert_allclose(chances, wanted / wanted.sum(1, keepdims=True), rtol=1e-5)
    np.testing.assert_allclose(rivals(words, 0), (1 - np.eye(3)) / 2)


def test_the_reversal_grows_by_the_epoch_not_by_the_step(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[float] = []
    monkeypatch.setattr(doodle2search, "reverse", lambda values, strength: (told.append(strength), values)[1])
    config = Doodle2Search(dim=4, reversal=(1, 3))
    network = Doodle(config, nn.Identity(), nn.Identity(), np.eye(3, 5, dtype=np.float32))
    network.log_dict = lambda *_, **__: None  # type: ignore[method-assign]
    rows = torch.randn(2, 4)
    for epoch in range(5):
        for _ in range(3):
            network.training_step((rows, rows, -rows, torch.tensor([0, 1]), torch.tensor(epoch)))
    steps = [told[start + 1 : start + 4] for start in range(0, len(told), 4)]
    assert told[::4] == [0.5] * 15  # the negative's word, always half
    assert [step[0] for step in steps[::3]] == [0.0, 0.0, 0.5, 1.0, 1.0]
    assert all(step == steps[n // 3 * 3] for n, step in enumerate(steps))


def test_edges_are_drawn_black_on_white() -> None:
    half = (0.5, 0.5, 0.5)
    pixels = torch.full((2, 3, 16, 16), 0.2)
    pixels[1, :, :, 8:] = -0.6
    drawn = EdgeMap(half, half)(pixels)
    assert drawn.shape == pixels.shape
    torch.testing.assert_close(drawn[0], torch.ones(3, 16, 16), rtol=0, atol=0.2)
    assert drawn[1, :, :, 7:9].max() < -0.9
    assert drawn[1, :, :, :4].min() > 0.9


def composing(variant: Any, **more: Any) -> Composing:
    torch.manual_seed(0)
    words = np.eye(3, 5, dtype=np.float32)
    words[2] = 0
    config = Composed(variant=variant, dim=4, instance_weight=0.0, **more)
    network = Composing(config, nn.Sequential(nn.Identity()), nn.Sequential(nn.Identity()), words)
    network.log = lambda *_, **__: None  # type: ignore[method-assign]
    return network


def rows() -> tuple[Tensor, Tensor, Tensor]:
    torch.manual_seed(1)
    s, p, n = (torch.randn(6, 4) for _ in range(3))
    return s, p, n


def step(network: Composing) -> float:
    s, p, n = rows()
    classes, others = torch.tensor([0, 1, 0, 1, 0, 1]), torch.tensor([1, 0, 1, 0, 1, 0])
    none = torch.empty(0, dtype=torch.int64)
    loss = network.training_step((s, p, n, torch.empty(0, 4), classes, others, none))
    return float(loss.detach())


def test_composed_losses_are_their_formulas() -> None:
    network = composing("labelled", margin=2.0, pull_weight=0.7)
    s, p, n = (normalize(part, dim=1) for part in rows())
    told = network.say(network.words[torch.tensor([0, 1, 0, 1, 0, 1])])
    wrong = network.say(network.words[torch.tensor([1, 0, 1, 0, 1, 0])])
    ms, mp, mn = (normalize(x + w, dim=1) for x, w in ((s, told), (p, told), (n, wrong)))
    late = triplet(ms, mp, mn, 2.0)
    pull = sum((m - x).square().sum(1).sqrt().mean() for m, x in ((ms, s), (mp, p), (mn, n)))
    same = triplet(ms, mp, normalize(n + told, dim=1), 2.0)
    bare = sum(triplet(q, p, n, 2.0) for q in (ms, s, normalize(told, dim=1)))
    wanted = {
        "labelled": late,
        "pulled": late + 0.7 * pull,
        "same_class": late + 0.7 * pull + same,
        "unlabelled": bare,
    }
    for variant, value in wanted.items():
        found = step(composing(variant, margin=2.0, pull_weight=0.7))
        assert found == pytest.approx(float(value.detach()), rel=1e-5)


def test_a_word_that_is_not_known_adds_nothing() -> None:
    network = composing("unlabelled")
    said = network.say(network.words)
    assert not said[2].any()
    torch.testing.assert_close(said[0], -said[1])  # about their mean


def test_words_start_where_their_photos_are() -> None:
    torch.manual_seed(0)
    words = np.vstack([np.eye(4, 6), np.zeros(6)]).astype(np.float32)
    centres = normalize(torch.randn(5, 8), dim=1)
    classes = np.repeat(np.arange(5), 7)
    photos = centres[torch.from_numpy(classes)] * 3
    layer = ridge(words, photos, classes)
    told = layer(torch.from_numpy(words[:4]))
    assert (normalize(told, dim=1) @ centres.T).argmax(1).tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("name", ["composed", "contrastive"])
def test_a_drawing_meets_its_own_photo_and_no_other(at_hand: Path, tmp_path: Path, name: str) -> None:
    """Drawings of nobody knows which photo are no pair, though such photos are there, too."""
    build = {"composed": composed.build, "contrastive": contrastive.build}[name]
    config = settings(name, at_hand, batch=8, steps=20, instance_weight=1.0)
    known = gather(config.data, 0)
    run = Run(tmp_path / "run", name, config, cache_dir=at_hand / "cache")
    sketches, photos = sides(run, known)
    asked = list(sketches.instances)
    shown = list(photos.instances)
    sketches = replace(sketches, instances=(None, *asked[1:]))
    photos = replace(photos, instances=(None, *shown[1:]))
    for side, count in ((sketches, len(asked)), (photos, len(shown))):  # so that rows tell who they are
        side.views[...] = np.arange(count, dtype=np.float16)[None, :, None]
    _, batches = build(config, sketches, photos, known)
    pairs = set()
    for batch in batches(0):
        if name == "composed":
            who = batch[0][batch[6], 0], batch[3][:, 0]
        else:
            there = batch[4] >= 0
            who = batch[0][there, 0], batch[1][batch[4][there], 0]
        pairs |= set(zip(*(part.long().tolist() for part in who), strict=True))
    assert pairs
    for drawn, photo in pairs:
        assert sketches.instances[drawn] == photos.instances[photo] is not None
