"""The anchored method: its parts against what they promise, and that it learns."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tiny
import torch
from torch import nn
from torch.nn.functional import normalize

from sketchseek.data import Item
from sketchseek.encoders.huggingface import load_backbone
from sketchseek.errors import BadConfig, BadDataset
from sketchseek.methods import method
from sketchseek.methods.anchored import Config
from sketchseek.methods.anchored.batches import Cached, batches
from sketchseek.methods.anchored.material import gather
from sketchseek.methods.anchored.towers import Anchored, Encoder
from sketchseek.methods.anchored.train import anchors, lower
from sketchseek.training import batchnorm
from sketchseek.training.classes import canonical, unseen
from sketchseek.training.towers import Standardise

VIEWS = {"sketchy": 1, "quickdraw": 1, "lines": 1}
SHAPE = (6, 1, 1)  # of the maps that parts() makes


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.backbone(tmp_path_factory.mktemp("backbone") / "tiny", "mobilenet_v2")


def batch(seed: int, count: int = 16) -> torch.Tensor:
    return torch.randn(count, 3, tiny.SIDE, tiny.SIDE, generator=torch.Generator().manual_seed(seed))


def test_restoring_batch_norm_keeps_the_function_and_measures_it(folder: Path) -> None:
    backbone = load_backbone(folder)
    shown = batch(0)
    with torch.inference_mode():
        before = backbone(shown)
    batchnorm.restore(backbone.body, [shown])
    with torch.inference_mode():
        torch.testing.assert_close(backbone(shown), before, rtol=1e-3, atol=1e-4)
        first = batchnorm.norms(backbone.body)[0]
        seen: list[torch.Tensor] = []
        hook = first.register_forward_hook(lambda _, inputs, output: seen.append(inputs[0]))
        backbone(shown)
        hook.remove()
    torch.testing.assert_close(first.running_mean, seen[0].mean((0, 2, 3)), rtol=1e-3, atol=1e-3)


def test_adapting_brings_another_domain_to_the_statistics_of_the_first(folder: Path) -> None:
    backbone = load_backbone(folder)
    photos, drawings = batch(0, 64), batch(1, 64) * 0.3 + 0.8
    batchnorm.restore(backbone.body, [photos])
    last = batchnorm.norms(backbone.body)[-1]
    means: list[torch.Tensor] = []
    hook = last.register_forward_hook(lambda _, inputs, output: means.append(output.mean((0, 2, 3))))
    with torch.inference_mode():
        backbone(photos)
        backbone(drawings)
        batchnorm.adapt(backbone.body, [drawings])
        means.pop()  # while it adapted
        backbone(drawings)
    hook.remove()
    home, before, after = means[0], means[1], means[-1]
    assert (after - home).abs().mean() < 0.5 * (before - home).abs().mean()


def test_another_kind_of_backbone_is_refused(tmp_path: Path) -> None:
    backbone = load_backbone(tiny.backbone(tmp_path / "vit", "vit"))
    with pytest.raises(BadConfig, match="cuts a MobileNetV2 in two; vit is none"):
        lower(backbone, Config(cut=1, sketch_size=tiny.SIDE))


def small(classes: int = 4, width: int = 6, **more: float) -> Anchored:
    """A module whose top is nothing: trunk outputs are features already."""
    torch.manual_seed(0)
    config = replace(Config(dim=8, epochs=1, steps=60, batch=8, rate=0.02, smooth=0.0, erase=0.0), **more)
    rivals = np.zeros((2, classes), bool)
    rivals[0, :3] = rivals[1, 1:] = True
    encoder = Encoder(
        config,
        nn.Identity(),
        width=width,
        standardise=Standardise(torch.zeros(width), torch.ones(width)),
        anchors=torch.randn(classes, 8),
    )
    return Anchored(config, encoder, rivals)


def parts(width: int = 6) -> tuple[list[Cached], list[Cached]]:
    """Features that tell the class of sketches and, along other axes, that of photos."""
    rng = np.random.default_rng(0)
    out = []
    for domain, shift in (("sketch", 0), ("photo", 2)):
        classes = np.repeat(np.arange(3), 8)
        centres = np.roll(np.eye(width) * 4, shift, axis=1)
        features = (centres[classes] + rng.normal(0, 0.5, (2, 24, width))).astype(np.float16)
        items = tuple(
            Item(f"{domain}/{c}/{n}", domain, str(c), f"{c}/{n}" if n % 2 else None)
            for n, c in enumerate(classes)
        )
        out.append([Cached(items, 1.0, features, classes, 0)])
    return out[0], out[1]


@pytest.mark.parametrize("smooth", [0.0, 0.2])
def test_the_loss_is_the_one_written_down(smooth: float) -> None:
    module = small(smooth=smooth).eval()
    sketches, photos = parts()
    given = next(iter(batches(replace(module.config, steps=1), sketches, photos, SHAPE, 0)))
    module.log_dict = lambda *_, **__: None  # type: ignore[method-assign]
    with torch.inference_mode():
        loss = module.training_step(given)
        scale = 16.0
        a = normalize(module.learner.settle.anchors, dim=1)
        s, p = module.learner.sketches(given["trunk"]), module.learner.photos(given["features"])

        def of_class(z: torch.Tensor, c: int) -> torch.Tensor:
            logits = scale * (a[:3] @ z)  # class 3 is no rival here
            wrong = logits.exp().sum().log() - logits
            return (1 - smooth) * wrong[c] + smooth * wrong.mean()

        expected = torch.stack([of_class(z, c) for z, c in zip(s, given["sketch_class"], strict=True)]).mean()
        expected += torch.stack([of_class(z, c) for z, c in zip(p, given["photo_class"], strict=True)]).mean()
        paired, own = given["paired"], p[len(p) - len(given["paired"]) :]
        classes = given["sketch_class"][paired]
        pair = []
        for row, place in enumerate(paired):
            others = [n for n in range(len(paired)) if n == row or classes[n] != classes[row]]
            logits = scale * (own[others] @ s[place])
            pair.append(logits.exp().sum().log() - logits[others.index(row)])
        expected += module.config.pair_weight * torch.stack(pair).mean()
    assert len(paired) > 2
    torch.testing.assert_close(loss, expected, rtol=1e-4, atol=1e-5)


def test_sketches_come_to_lie_by_the_photos_of_their_class() -> None:
    module = small(average=0.9)
    sketches, photos = parts()
    module.log_dict = lambda *_, **__: None  # type: ignore[method-assign]
    (optimizer,), (cycle,) = module.configure_optimizers()

    def right() -> float:
        encoder = module.encoder.eval()
        with torch.inference_mode():
            found = encoder.sketches(torch.from_numpy(sketches[0].features[0]).float())
            among = encoder.photos(torch.from_numpy(photos[0].features[0]).float())
        nearest = (found @ among.T).argmax(1).numpy()
        return float((photos[0].classes[nearest] == sketches[0].classes).mean())

    before = right()
    for given in batches(module.config, sketches, photos, SHAPE, 0):
        optimizer.zero_grad()
        module.training_step(given).backward()
        optimizer.step()
        cycle["scheduler"].step()
        module.on_train_batch_end()
    assert before < 0.9
    assert right() == 1.0


def test_batches_depend_on_seed_and_epoch_alone() -> None:
    config = Config(steps=3, batch=8)
    sketches, photos = parts()

    def drawn(seed: int, epoch: int) -> torch.Tensor:
        chosen = batches(replace(config, seed=seed), sketches, photos, SHAPE, epoch)
        return torch.stack([step["trunk"] for step in chosen])

    assert torch.equal(drawn(0, 1), drawn(0, 1))
    assert not torch.equal(drawn(0, 1), drawn(0, 2))
    assert not torch.equal(drawn(0, 1), drawn(1, 1))


def test_a_paired_sketch_meets_its_own_photo() -> None:
    sketches, photos = parts()
    for given in batches(Config(steps=4, batch=8, erase=0.0), sketches, photos, SHAPE, 0):
        own = given["features"][16:]
        for place, feature in zip(given["paired"], own, strict=True):
            sketch = given["trunk"][place]
            row = [
                n
                for n in range(24)
                if any(torch.equal(torch.from_numpy(v).float(), sketch) for v in sketches[0].features[:, n])
            ]
            views = photos[0].features[:, row[0]]
            assert any(torch.equal(torch.from_numpy(view).float(), feature) for view in views)
        assert len(given["paired"]) == sum(int(n) for n in given["sketch_class"] >= 0) - 8 + len(own)


def test_an_erased_drawing_shows_paper_in_a_rectangle() -> None:
    sketches, photos = parts(width=2 * 5 * 5)

    def blank(erase: float) -> torch.Tensor:
        (given,) = batches(Config(steps=1, batch=8, erase=erase), sketches, photos, (2, 5, 5), 0)
        maps = given["trunk"].reshape(-1, 2, 5, 5)
        return (maps == maps[:, :, :1, :1]).all(1).sum((1, 2))

    assert blank(0.0).max() == 1  # the corner itself
    assert blank(1.0).max() <= 1 + 2 * 2
    assert blank(1.0).float().mean() > 2


def test_the_average_follows_the_learner() -> None:
    module = small(average=0.5)
    module.on_train_batch_end()
    start = module.learner.photo_head[2].weight.detach().clone()
    with torch.no_grad():
        module.learner.photo_head[2].weight += 1.0
    module.on_train_batch_end()
    torch.testing.assert_close(module.encoder.photo_head[2].weight, start + 0.5)


def test_names_of_classes_meet_over_data_sets() -> None:
    assert canonical("hot-air_balloon") == canonical("hot air balloon")
    assert canonical("airplanes") == canonical("airplane")
    assert canonical("Motorbikes") == canonical("motorcycle") == canonical("motorbike")
    assert canonical("cup") != canonical("mug")


def test_what_is_held_out_takes_its_near_relations_along() -> None:
    hidden = unseen(["sketchy-21.unseen", "sketchy-25.unseen"])
    assert {"giraffe", "wine bottle", "songbird", "bird", "mug", "palm tree"} <= hidden
    assert "cat" not in hidden
    assert unseen([]) == frozenset()


def test_anchors_are_of_unit_length_and_follow_the_text_where_there_is_one(data_root: Path) -> None:
    torch.manual_seed(0)
    found = anchors(("bicycle", "motorcycle", "no such thing", "strawberry"), 16)
    torch.testing.assert_close(found.norm(dim=1), torch.ones(4))
    # Three names reduce to two axes or three; what is alike stays alike.
    assert found[0] @ found[1] > found[0] @ found[3]


def test_material_keeps_test_photos_and_held_out_classes_out(data_root: Path) -> None:
    from sketchseek.data import load_split

    material = gather(["sketchy-25.unseen"], VIEWS)
    forbidden = set(load_split("sketchy-subset.test").entries) | set(load_split("sketchy-subset.val").entries)
    used = {item.instance for part in (*material.sketches, *material.photos) for item in part.items}
    assert not used & forbidden
    hidden = unseen(["sketchy-25.unseen"])
    assert not set(material.classes) & hidden
    assert not {item.label for item in material.val.items} & hidden
    assert len({item.label for item in material.val.items}) > 90
    assert {source.name for source in material.sources()} == {"sketchy", "quickdraw", "caltech101"}
    assert all(mask.any() for mask in material.rivals().values())


def test_the_list_that_chooses_may_be_learnt_from_at_the_end(data_root: Path) -> None:
    from sketchseek.data import load_split

    apart, whole = gather([], VIEWS), gather([], VIEWS, include_val=True)
    used = {item.instance for part in (*whole.sketches, *whole.photos) for item in part.items}
    assert set(load_split("sketchy-subset.val").entries) <= used
    assert not used & set(load_split("sketchy-subset.test").entries)
    # What both learn from comes first, so that they share a cache.
    assert whole.sketches[0].items[: len(apart.sketches[0].items)] == apart.sketches[0].items


def test_without_data_it_says_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SKETCHSEEK_DATA", raising=False)
    with pytest.raises(BadDataset, match="SKETCHSEEK_DATA"):
        gather([], VIEWS)


def test_it_is_registered() -> None:
    found = method("anchored")
    assert found.configure("epochs=3").epochs == 3
