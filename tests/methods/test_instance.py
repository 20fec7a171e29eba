"""The very photo by contrast: a whole run, what is asked of a batch, what cannot be trained on."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tiny
from PIL import Image, ImageFilter

pytest.importorskip("torch", reason="needs the train extra")
import itertools

import torch
from stopping import stopped, weights

from sketchseek import model as folders
from sketchseek.data import load_dataset
from sketchseek.encoders import OnnxEncoder
from sketchseek.encoders.huggingface import load_backbone
from sketchseek.errors import BadConfig, BadDataset
from sketchseek.images import fit
from sketchseek.losses.infonce import infonce
from sketchseek.methods import method
from sketchseek.methods.instance.config import Before, Config
from sketchseek.methods.instance.material import Seen, earlier, joined, photos_of
from sketchseek.methods.instance.network import Half, Network, cosines
from sketchseek.model import RegionInput
from sketchseek.rerankers.pairs import PairScorer
from sketchseek.training.config import from_dict
from sketchseek.training.halves import Top, Trunk
from sketchseek.training.material import Data
from sketchseek.training.progress import Progress


def small(place: Path, **more: Any) -> Config:
    data = Data(dataset="folder", path=str(place / "data"), train="", val="")
    given = {
        "before": Before(datasets=()),
        "views": 1,
        "line_width": 2.0,
        "dim": 8,
        "batch": 12,
        "epochs": 3,
        "cut": 2,
        "spots": 5,
        "spot_dim": 6,
    }
    return Config(**{"data": data, "backbone": str(place / "backbone")} | given | more)


@pytest.mark.parametrize("mirror", [False, True])
def test_the_result_is_a_model_folder(unseen_place: Path, tmp_path: Path, mirror: bool) -> None:
    config, told = small(unseen_place, mirror=mirror), list[Progress]()
    made = method("instance").train(
        config, tmp_path / "run", cache_dir=unseen_place / "cache", on_progress=told.append
    )
    model = folders.load(made)
    assert (model.card.method, model.card.dim, model.grains) == ("instance", 8, ("look", "exact"))
    assert from_dict(Config, model.card.training) == config
    assert [event.done for event in told if event.stage == "training"] == [1, 2, 3]
    size = tiny.SIDE
    drawn = np.random.default_rng(0).integers(0, 255, (2, size, size), dtype=np.uint8)
    encoder = OnnxEncoder(model)
    turned = encoder.embed_sketches(np.ascontiguousarray(drawn[:, :, ::-1]))
    assert np.allclose(turned, encoder.embed_sketches(drawn), atol=1e-4) == mirror


def test_it_compares_pairs_spot_by_spot(unseen_place: Path, tmp_path: Path) -> None:
    config, told = small(unseen_place), list[Progress]()
    made = method("instance").train(
        config, tmp_path / "run", cache_dir=unseen_place / "cache", on_progress=told.append
    )
    model = folders.load(made)
    side = round(model.card.regions.most**0.5) if model.card.regions else 0
    assert model.card.regions == RegionInput(side * side, "cells")
    last = [event.figures for event in told if event.stage == "training"][-1]
    assert last["acc@1 of the whole"] <= 1

    scorer, dataset = PairScorer(model, threads=1), load_dataset("folder", unseen_place / "data")
    photos = scorer.photos(np.stack([fit(dataset.photo(item), scorer.photo) for item in dataset.photos[:3]]))
    sketches = scorer.sketches([dataset.sketch(item) for item in dataset.sketches[:2]])
    assert photos.values.shape == (3, side * side, 7)  # six numbers and a weight
    scores = scorer.scores(sketches, photos)
    assert np.abs(scores).max() <= 1
    assert np.ptp(scores) > 1e-3
    why = scorer.reasons(sketches.take(np.array([1])), photos.take(np.array([2])))
    assert why.score == pytest.approx(scores[1, 2], abs=1e-5)
    assert why.to_photo.sum() == pytest.approx(why.score, abs=1e-4)
    assert len(why.sketch_merges) == len(why.photo_merges) == 0
    kept = scorer.unpacked(photos.packed())
    np.testing.assert_allclose(scorer.scores(sketches, kept), scores, atol=5e-3)

    with pytest.raises(BadConfig, match="spots = 2: more than cut = 2"):
        replace(config, spots=2)
    tiny.backbone(tmp_path / "vit", "vit")
    vit = replace(config, backbone=str(tmp_path / "vit"), cut=1, spots=2, dim=4)
    with pytest.raises(BadConfig, match="name a MobileNetV2"):
        method("instance").train(vit, tmp_path / "run-vit")
    without = method("instance").train(
        replace(config, spots=0), tmp_path / "whole", cache_dir=unseen_place / "cache"
    )
    assert folders.load(without).card.regions is None


def test_training_learns_which_photo_was_drawn(unseen_place: Path, tmp_path: Path) -> None:
    told: list[Progress] = []
    config = small(unseen_place, epochs=30, rate=1e-2, rate_top=1e-3, dropout=0.0, views=0)
    method("instance").train(
        config, tmp_path / "run", cache_dir=unseen_place / "cache", on_progress=told.append
    )
    losses = [event.figures["loss"] for event in told if event.stage == "training"]
    assert np.mean(losses[-5:]) < 0.5 * np.mean(losses[:2])


@pytest.fixture(scope="module")
def half(unseen_place: Path) -> Half:
    backbone = load_backbone(str(unseen_place / "backbone"))
    trunk = Trunk(backbone, 2, backbone.size)
    return Half(trunk, Top(backbone, 2, trunk.shape, live=False))


def network(place: Path, half: Half, **settings: Any) -> Network:
    """One that saw pictures of noise."""
    noise = np.random.default_rng(0).random((2, 1, 12, half.trunk.dim)).astype(np.float16)
    seen = Seen(noise, noise, np.arange(12), np.zeros(12, np.int64))
    return Network(small(place, dropout=0.0, **settings), half, half, seen)


def test_a_drawing_is_to_find_itself_and_what_else_was_drawn_of_its_photo(
    unseen_place: Path, half: Half
) -> None:
    net = network(unseen_place, half, within=0.5, smoothing=0.1).eval()
    net.log = lambda *_, **__: None
    batch = [torch.rand(2, count, half.trunk.dim) for count in (3, 2)]
    right = torch.tensor([[True, False], [True, False], [False, True]])
    (drawn, later), (shown, again) = (
        [net.see(domain, view) for view in views]
        for domain, views in zip(("sketch", "photo"), batch, strict=True)
    )
    across = (net.told(drawn, shown, right) + net.told(later, again, right)) / 2
    related = torch.tensor([[True, True, False], [True, True, False], [False, False, True]])
    inside = net.told(drawn, later, related) + net.told(shown, again, torch.eye(2) > 0)
    torch.testing.assert_close(net.training_step((*batch, right)), across + 0.5 * inside)
    sure = network(unseen_place, half, spots=0)
    scores = cosines(drawn, shown) / sure.config.temperature
    torch.testing.assert_close(sure.told(drawn, shown, right), infonce(scores, right), rtol=1e-4, atol=1e-4)


def test_batch_norm_stands_in_the_place_of_unit_length(unseen_place: Path, half: Half) -> None:
    net = network(unseen_place, half, norm="batch", spots=0).train()
    whole = net.see("photo", torch.rand(30, half.trunk.dim)).whole * net.config.dim**0.5
    torch.testing.assert_close(whole.mean(0), torch.zeros(8), atol=1e-4, rtol=0)
    torch.testing.assert_close(whole.var(0, correction=0), torch.ones(8), atol=1e-2, rtol=0)
    assert whole.norm(dim=1).std() > 0.1


@pytest.mark.parametrize("wrong", [{"smoothing": 1.0}, {"within": -0.1}])
def test_what_a_loss_cannot_be_told(unseen_place: Path, wrong: dict[str, float]) -> None:
    with pytest.raises(BadConfig, match="within = "):
        small(unseen_place, **wrong)


def of_numbers(sketches: int, photos: int, asked: list[int], classes: list[int], first: int = 0) -> Seen:
    """What is seen are numbers: view by view, sketches from ``first`` on and photos from 1,000 more."""
    drawn = first + np.arange(2 * 3 * sketches).reshape(2, 3, sketches, 1)
    shown = first + 1000 + np.arange(2 * 2 * photos).reshape(2, 2, photos, 1)
    return Seen(drawn.astype(np.float16), shown.astype(np.float16), np.array(asked), np.array(classes))


def test_a_batch_holds_the_photos_of_its_sketches_once() -> None:
    asked = np.array([0, 0, 1, 2, 2, 3])
    all_ = of_numbers(6, 4, asked.tolist(), [0] * 6)
    seen = []
    for epoch in range(40):
        for (some,), (given,), right in all_.batches(4, np.random.default_rng(epoch)):
            turned, of = some[:, 0].int() // 18, some[:, 0].int() % 6
            assert len(set(turned.tolist())) == 1
            assert ((given[:, 0].int() - 1000) // 8 == turned[0]).all()
            shown = (given[:, 0].int() - 1000) % 4
            assert len(set(shown.tolist())) == len(shown)
            wanted = torch.from_numpy(asked)[of.long()][:, None] == shown[None]
            assert torch.equal(right, wanted)
            assert (right.sum(1) == 1).all()
            seen += [(int(turned[0]), int(one)) for one in of]
    assert set(seen) == {(turned, sketch) for turned in range(2) for sketch in range(6)}
    assert len(seen) == 40 * 6
    once, again = (all_.batches(4, np.random.default_rng(7)) for _ in range(2))
    assert all(torch.equal(one[0], other[0]) for one, other in zip(once, again, strict=True))
    for some, given, right in all_.batches(4, np.random.default_rng(0), views=2):
        assert (some.shape[0], given.shape[0]) == (2, 2)
        assert torch.equal(some[0] % 6, some[1] % 6)  # the same sketches and photos, as they are or turned
        assert torch.equal((given[0] - 1000) % 4, (given[1] - 1000) % 4)
        assert right.shape == (some.shape[1], given.shape[1])


def test_sketches_of_a_class_stand_together() -> None:
    classes = [0, 1, 2, 1, 0, 2, 1, 0, 2, 0]
    all_ = of_numbers(10, 10, list(range(10)), classes)
    for epoch in range(20):
        batches = list(all_.batches(10, np.random.default_rng(epoch), alike=2))
        order = [int(one) % 10 for some, _, _ in batches for one in some[0, :, 0]]
        assert sorted(order) == list(range(10))
        found = [classes[one] for one in order]
        changes = sum(one != other for one, other in itertools.pairwise(found))
        assert changes <= 5  # four, three and three make two hands each at most


def test_data_sets_are_joined_apart() -> None:
    both = joined([of_numbers(3, 2, [0, 1, 1], [0, 1, 1]), of_numbers(2, 2, [1, 0], [0, 0], first=500)])
    assert both.asked.tolist() == [0, 1, 1, 3, 2]
    assert both.classes.tolist() == [0, 1, 1, 2, 2]
    assert both.sketches[0, 0, :, 0].tolist() == [0, 1, 2, 500, 501]
    assert both.photos[0, 0, :, 0].tolist() == [1000, 1001, 1500, 1501]


@pytest.fixture
def others(unseen_place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Photos of three other classes in Caltech's layout, and the lines of all but one of them."""
    root = tmp_path / "at hand"
    drawn = tiny.pictures(tmp_path / "drawn", photos=3, sketches=0)
    for label in ("box", "cross", "disc"):
        for number in range(3):
            below = Path("caltech101", "101_ObjectCategories", label, f"image_{number:04}.jpg")
            lines = (root / "lines" / below).with_suffix(".png")
            for file in (root / below, lines):
                file.parent.mkdir(parents=True, exist_ok=True)
            with Image.open(drawn / "photos" / label / f"{number}.png") as picture:
                picture.save(root / below)
                edges = picture.convert("L").filter(ImageFilter.FIND_EDGES)
            if (label, number) != ("disc", 2):
                edges.point(lambda value: 0 if value > 20 else 255).save(lines)
    monkeypatch.setenv("SKETCHSEEK_DATA", str(root))
    return root


def test_pictures_of_anything_are_learnt_from_first(unseen_place: Path, others: Path, tmp_path: Path) -> None:
    (found,) = earlier(Before(datasets=("caltech101",)))
    assert (len(found.photos), len(found.sketches)) == (8, 8)
    assert sorted(photos_of(found)) == list(range(8))
    told: list[Progress] = []
    config = small(unseen_place, before=Before(datasets=("caltech101",), epochs=2))
    train = partial(method("instance").train, config, on_progress=told.append)
    made = folders.load(train(tmp_path / "run", cache_dir=tmp_path / "cache"))
    assert [event.stage for event in told if event.stage in ("before", "training")] == [
        *["before"] * 2,
        *["training"] * 3,
    ]
    assert [source.used for source in made.card.sources][1:] == ["8 photos and 8 drawings of them"]
    without = small(unseen_place)
    other = method("instance").train(without, tmp_path / "other", cache_dir=tmp_path / "cache")
    assert weights(other) != weights(made.path)


def test_what_is_learnt_from_first_has_to_be_there(others: Path) -> None:
    with pytest.raises(BadDataset, match=r"Or begin with the backbone: --set before\.datasets=\[\]"):
        earlier(Before(datasets=("sketchy",)))
    for lines in (others / "lines").rglob("*.png"):
        lines.unlink()
    with pytest.raises(BadDataset, match=r"caltech101: no drawing tells its photo, and there are no line"):
        earlier(Before(datasets=("caltech101",)))


def test_a_sketch_without_its_photo_is_named(unseen_place: Path) -> None:
    dataset = load_dataset("folder", str(unseen_place / "data"))
    assert len(photos_of(dataset)) == len(dataset.sketches)
    lost = dataset.sketches[0]
    less = replace(
        dataset,
        items=tuple(item for item in dataset if item.domain == "sketch" or item.instance != lost.instance),
    )
    with pytest.raises(BadDataset, match="has no photo of its own among those that are trained on"):
        photos_of(less)


@pytest.mark.parametrize("wrong", ["batch=1", "views=-1", "temperature=0.0", "before.alike=0"])
def test_settings_are_checked(wrong: str) -> None:
    with pytest.raises(BadConfig, match=wrong.partition("=")[0]):
        method("instance").configure(wrong)


def test_runs_of_all_seeds_share_their_trunks(unseen_place: Path, tmp_path: Path) -> None:
    for seed in (0, 1):
        config = small(unseen_place, epochs=1, seed=seed)
        method("instance").train(config, tmp_path / str(seed), cache_dir=tmp_path / "cache")
    assert len(list((tmp_path / "cache").glob("backbone-*.onnx"))) == 2  # of photos and of drawings


def test_a_stopped_run_ends_in_the_same_model(unseen_place: Path, tmp_path: Path) -> None:
    train = partial(method("instance").train, small(unseen_place), cache_dir=unseen_place / "cache")
    again = stopped(partial(train, tmp_path / "run"), "training")
    assert weights(again) == weights(train(tmp_path / "whole"))


def test_a_run_that_was_stopped_before_its_own_photos_goes_on(
    unseen_place: Path, others: Path, tmp_path: Path
) -> None:
    config = small(unseen_place, before=Before(datasets=("caltech101",), epochs=3))
    train = partial(method("instance").train, config, cache_dir=tmp_path / "cache")
    again = stopped(partial(train, tmp_path / "run"), "before")
    assert weights(again) == weights(train(tmp_path / "whole"))
