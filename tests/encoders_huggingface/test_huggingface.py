"""Backbones: every family gives one vector a picture; batch norm and chatter stay where they are."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import tiny
import torch
from torch import nn

from sketchseek.encoders.huggingface import DEFAULT, default_backbone, load_backbone, load_classifier
from sketchseek.errors import BadModel


@pytest.mark.parametrize("family", tiny.FAMILIES)
def test_every_family_gives_one_vector_a_picture(tmp_path: Path, family: str) -> None:
    backbone = load_backbone(tiny.backbone(tmp_path / family, family))
    assert backbone.size == tiny.SIDE
    assert backbone.mean == (0.5, 0.5, 0.5)
    assert backbone.name == family
    with torch.inference_mode():
        features = backbone(torch.randn(3, 3, tiny.SIDE, tiny.SIDE))
    assert features.shape == (3, backbone.dim)
    assert float((features[0] - features[1]).abs().max()) > 1e-4


def test_another_input_side_is_taken_where_the_model_can(tmp_path: Path) -> None:
    small = load_backbone(tiny.backbone(tmp_path / "net"), 2 * tiny.SIDE)
    assert small.size == 2 * tiny.SIDE
    assert small.digest() != load_backbone(tmp_path / "net").digest()  # its features are others
    with pytest.raises(BadModel, match="cannot load the backbone"):
        load_backbone(tiny.backbone(tmp_path / "vit", "vit"), tiny.SIDE + 7)


def test_of_a_two_tower_model_the_vision_tower_is_taken(tmp_path: Path) -> None:
    from transformers import CLIPConfig, CLIPModel

    text = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    whole = CLIPModel(
        CLIPConfig(vision_config={**text, "image_size": 32, "patch_size": 16}, text_config=text)
    )
    whole.save_pretrained(tmp_path / "clip")
    backbone = load_backbone(tmp_path / "clip")
    assert not any("text" in name for name in backbone.state_dict())
    wanted = whole.vision_model(torch.zeros(1, 3, 32, 32)).pooler_output
    assert torch.allclose(backbone(torch.zeros(1, 3, 32, 32)), wanted, atol=1e-6)


def test_a_vit_that_classifies_is_pooled_as_it_classifies(tmp_path: Path) -> None:
    """Such files have no pooler; one that is drawn by chance would give other features at every start."""
    from transformers import ViTForImageClassification

    folder = tiny.backbone(tmp_path / "vit", "vit_classifier")
    weight, bias = load_classifier(folder)
    shown = torch.randn(3, 3, tiny.SIDE, tiny.SIDE)
    with torch.inference_mode():
        wanted = ViTForImageClassification.from_pretrained(folder)(pixel_values=shown).logits
        found = load_backbone(folder)(shown) @ weight.T + bias
    torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-4)
    assert load_backbone(folder).digest() == load_backbone(folder).digest()


def test_half_precision_weights_are_used_in_float32(tmp_path: Path) -> None:
    from transformers import ResNetModel

    folder = tiny.backbone(tmp_path / "b")
    ResNetModel.from_pretrained(folder).half().save_pretrained(folder)
    assert {tensor.dtype for tensor in load_backbone(folder).parameters()} == {torch.float32}


def test_batch_norm_stays_in_evaluation_mode(tmp_path: Path) -> None:
    backbone = load_backbone(tiny.backbone(tmp_path / "b")).train()
    norms = [module for module in backbone.modules() if isinstance(module, nn.BatchNorm2d)]
    assert norms
    assert backbone.training
    assert not any(norm.training for norm in norms)


def test_the_digest_follows_the_weights(tmp_path: Path) -> None:
    one, again = (load_backbone(tiny.backbone(tmp_path / name)) for name in ("one", "again"))
    other = load_backbone(tiny.backbone(tmp_path / "other", seed=1))
    assert one.digest() == again.digest()
    assert one.digest() != other.digest()


@pytest.mark.parametrize(
    ("about", "size", "mean"),
    [
        ({"size": {"shortest_edge": 256}, "crop_size": {"height": 32, "width": 32}}, 32, (0.5, 0.5, 0.5)),
        ({"size": 64, "image_mean": [0.1, 0.2, 0.3]}, 64, (0.1, 0.2, 0.3)),
        (None, 32, (0.5, 0.5, 0.5)),
    ],
)
def test_input_size_and_normalisation_are_the_preprocessors(
    tmp_path: Path, about: dict[str, object] | None, size: int, mean: tuple[float, ...]
) -> None:
    folder = tiny.backbone(tmp_path / "b", "mobilenet_v2")
    path = folder / "preprocessor_config.json"
    path.unlink()
    if about is not None:
        path.write_text(json.dumps(about), encoding="utf-8")
    backbone = load_backbone(folder)
    assert (backbone.size, backbone.mean) == (size, mean)


@pytest.mark.parametrize("content", [None, "{}", "no json", '{"model_type": "bert"}'])
def test_what_is_no_backbone_is_named(tmp_path: Path, content: str | None) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    if content is not None:
        (folder / "config.json").write_text(content, encoding="utf-8")
    with pytest.raises(BadModel, match="odd"):
        load_backbone(folder)


def test_a_pickle_is_not_opened(tmp_path: Path) -> None:
    folder = tiny.backbone(tmp_path / "b")
    torch.save(torch.zeros(1), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    with pytest.raises(BadModel):
        load_backbone(folder)


def test_loading_says_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    folder = tiny.backbone(tmp_path / "b")
    capfd.readouterr()
    load_backbone(folder)
    assert capfd.readouterr() == ("", "")


def test_the_default_lies_beside_the_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKETCHSEEK_DATA", str(tmp_path / "data"))
    assert default_backbone() == DEFAULT
    folder = tmp_path / "models" / "mobilenet_v2_1.0_224"
    folder.mkdir(parents=True)
    assert Path(default_backbone()) == folder


def test_the_published_weights(data_root: Path) -> None:
    backbone = load_backbone()
    assert (backbone.dim, backbone.size) == (1280, 224)
    photos = sorted((data_root / "sketchy/256x256/photo/tx_000000000000").glob("*/*.jpg"))[:2]
    from sketchseek.images import PhotoInput, load_pixels

    pixels = np.stack([load_pixels(path, PhotoInput()) for path in photos])
    with torch.inference_mode():
        features = backbone(torch.from_numpy(pixels).permute(0, 3, 1, 2) / 127.5 - 1)
    assert 0.2 < float(features.mean()) < 1.0
