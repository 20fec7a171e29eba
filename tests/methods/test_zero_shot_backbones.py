"""Zero-shot systems on backbones of several families, told the domain, each side with its own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tiny
import torch
from torch import nn
from unseen import settings

from sketchseek import model as folders
from sketchseek.encoders.huggingface import load_backbone, load_classifier
from sketchseek.encoders.onnx import OnnxEncoder
from sketchseek.errors import BadConfig, BadModel
from sketchseek.methods import method
from sketchseek.methods.zero_shot import composed, doodle2search
from sketchseek.methods.zero_shot.conditional import PHOTO, SKETCH, condition, prompt
from sketchseek.methods.zero_shot.seen import gather
from sketchseek.methods.zero_shot.sides import plain_trunk, sides
from sketchseek.methods.zero_shot.teacher import teach, teach_somehow
from sketchseek.training.halves import Top, Trunk
from sketchseek.training.run import Run


def test_a_transformer_is_told_the_domain_by_tokens(at_hand: Path, tmp_path: Path) -> None:
    folder = tiny.backbone(tmp_path / "vit", "vit")
    doodle = method("doodle2search")
    config = settings("doodle2search", at_hand, backbone=str(folder), cut=1)
    made = doodle.train(config, tmp_path / "run")
    assert folders.load(made).card.dim == 8
    with pytest.raises(BadModel, match="no classifier of ImageNet's 1,000 classes"):
        load_classifier(folder)
    backbone = load_backbone(folder)
    trunk = Trunk(backbone, 1, tiny.SIDE)
    top = Top(backbone, 1, trunk.shape).eval()
    values = trunk(torch.randn(3, 3, tiny.SIDE, tiny.SIDE))
    plain = top(values)
    prompt(top, 2)
    with torch.no_grad():
        top.blocks[0].tokens.mul_(100)
        assert top(values).shape == plain.shape
        assert not torch.allclose(top(values), plain, atol=1e-3)


@pytest.mark.parametrize("family", ["resnet", "regnet"])
def test_sake_trains_whole_backbones(at_hand: Path, tmp_path: Path, family: str) -> None:
    """With excitations of its own, and with none: one copy then serves both domains."""
    folder = tiny.backbone(tmp_path / family, f"{family}_classifier")
    config = settings("sake", at_hand, backbone=str(folder), cut=0, adapt=False, epochs=1)
    made = folders.load(method("sake").train(config, tmp_path / "run"))
    photos = np.random.default_rng(0).integers(0, 255, (3, tiny.SIDE, tiny.SIDE, 3), dtype=np.uint8)
    assert np.isfinite(OnnxEncoder(made).embed_photos(photos)).all()


def test_attention_needs_a_map(at_hand: Path, tmp_path: Path) -> None:
    folder = tiny.backbone(tmp_path / "resnet", "resnet")
    config = settings("doodle2search", at_hand, backbone=str(folder), cut=0, epochs=1)
    with pytest.raises(BadConfig, match=r"attention = true: resnet gives pooled features.*attention = false"):
        method("doodle2search").train(config, tmp_path / "run")
    made = method("doodle2search").train(replace(config, attention=False), tmp_path / "other")
    assert folders.load(made).card.dim == 8


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("doodle2search", {"edges": "replace"}),
        ("doodle2search", {"edges": "stack"}),
        ("doodle2search", {"adapt": False}),
        ("composed", {"adapt": False}),
    ],
)
def test_two_backbones_share_nothing(at_hand: Path, tmp_path: Path, name: str, more: dict[str, Any]) -> None:
    config = settings(name, at_hand, **more)
    run = Run(tmp_path / "run", name, config, cache_dir=at_hand / "cache")
    known = gather(config.data, 0)
    trunk, build = plain_trunk, composed.build
    if name == "doodle2search":
        trunk, build = doodle2search._edged, doodle2search.build  # type: ignore[assignment]
    network, _ = build(config, *sides(run, known, trunk), known)
    tops = [
        {
            weight.data_ptr()
            for module in half.modules()
            if isinstance(module, Top)
            for weight in module.parameters()
        }
        for half in (network.sketch, network.photo)
    ]
    assert len(tops[0]) == len(tops[1]) > 10
    assert not tops[0] & tops[1]


@pytest.mark.parametrize("family", ["clip", "dinov2", "vit"])
def test_contrastive_needs_no_classifier(at_hand: Path, tmp_path: Path, family: str) -> None:
    """Class means of the frozen features judge photos where the backbone does not."""
    folder = tiny.backbone(tmp_path / family, family)
    config = settings("contrastive", at_hand, backbone=str(folder), cut=1, prompts=2)
    made = folders.load(method("contrastive").train(config, tmp_path / "run"))
    photos = np.random.default_rng(0).integers(0, 255, (3, tiny.SIDE, tiny.SIDE, 3), dtype=np.uint8)
    assert np.isfinite(OnnxEncoder(made).embed_photos(photos)).all()
    run = Run(tmp_path / "other", "contrastive", config, cache_dir=None)
    known = gather(config.data, 0)
    _, photo_side = sides(run, known)
    taught, (embedding, classes) = teach_somehow(config, photo_side)
    assert (len(taught.weight), embedding.out_features, classes.out_features) == (4, 8, 4)
    right = taught.logits[0].argmax(1).numpy() == photo_side.classes
    assert right.mean() > 0.5
    with pytest.raises(BadConfig, match="dim = 99"):
        teach_somehow(replace(config, dim=99), photo_side)
    with pytest.raises(BadModel, match="classifier"):
        teach(config, photo_side)


def test_maps_have_no_tokens(unseen_place: Path) -> None:
    backbone = load_backbone(unseen_place / "backbone")
    trunk = Trunk(backbone, 12, tiny.SIDE)
    with pytest.raises(BadConfig, match="the backbone has no tokens"):
        prompt(Top(backbone, 12, trunk.shape), 2)


@pytest.mark.parametrize(
    ("family", "cut", "own"),
    [("mobilenet_v2", 12, False), ("vit", 1, False), ("regnet", 0, True)],
)
def test_the_domain_changes_nothing_until_it_is_learnt(
    tmp_path: Path, family: str, cut: int, own: bool
) -> None:
    backbone = load_backbone(tiny.backbone(tmp_path / family, family))
    shown = torch.randn(3, 3, tiny.SIDE, tiny.SIDE, generator=torch.Generator().manual_seed(0))
    trunk = Trunk(backbone, cut, tiny.SIDE)
    with torch.inference_mode():
        wanted = backbone(shown)
    tops = []
    for domain in (SKETCH, PHOTO):
        fresh = load_backbone(tmp_path / family)
        top = Top(fresh, cut, trunk.shape, live=False)
        condition(top, domain)
        tops.append(top.eval())
    columns = [[w for n, w in top.named_parameters() if n.endswith("column")] for top in tops]
    assert columns[0]
    assert any("ConditionalExcitation" in type(m).__name__ for m in tops[0].modules()) == own
    with torch.no_grad():
        for top in tops:
            torch.testing.assert_close(top(trunk(shown)), wanted, rtol=1e-3, atol=1e-4)
        for weight in (*columns[0], *columns[1]):
            weight.copy_(torch.linspace(-1, 1, len(weight)))
        torch.testing.assert_close(tops[0](trunk(shown)), wanted, rtol=1e-3, atol=1e-4)
        assert not torch.allclose(tops[1](trunk(shown)), wanted, rtol=1e-3, atol=1e-4)


def test_efficientnets_own_excitation_is_told_the_domain() -> None:
    from transformers import EfficientNetConfig
    from transformers.models.efficientnet.modeling_efficientnet import EfficientNetSqueezeExciteLayer

    torch.manual_seed(0)
    holder = nn.Sequential(EfficientNetSqueezeExciteLayer(EfficientNetConfig(), 8, 16, expand=True))
    values = torch.randn(2, 16, 4, 4)
    wanted = holder(values)
    condition(holder, PHOTO)  # type: ignore[arg-type]
    torch.testing.assert_close(holder(values), wanted)
    with torch.no_grad():
        holder[0].column.fill_(2.0)
    assert not torch.allclose(holder(values), wanted)
