"""The two halves of a backbone are the backbone; twins share all but batch norm."""

from __future__ import annotations

from pathlib import Path

import pytest
import tiny
import torch
from torch import Tensor, nn

from sketchseek.encoders.huggingface import load_backbone
from sketchseek.errors import BadConfig
from sketchseek.training import batchnorm
from sketchseek.training.halves import Top, Trunk, twin


def pictures(seed: int = 0, count: int = 3) -> Tensor:
    return torch.randn(count, 3, tiny.SIDE, tiny.SIDE, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize(
    ("family", "cut"),
    [("mobilenet_v2", 0), ("mobilenet_v2", 7), ("resnet", 0)]
    + [(family, cut) for family in ("vit", "vit_classifier", "clip", "siglip", "dinov2") for cut in (0, 1)],
)
def test_trunk_and_top_together_are_the_backbone(tmp_path: Path, family: str, cut: int) -> None:
    backbone = load_backbone(tiny.backbone(tmp_path / family, family))
    trunk = Trunk(backbone, cut, tiny.SIDE)
    top = Top(backbone, cut, trunk.shape).eval()
    backbone.double()  # both halves are its own modules; in single precision sums differ by their order
    with torch.inference_mode():
        found = trunk(pictures().double())
        assert found.shape == (3, trunk.dim)
        assert top(found).shape == (3, top.width)
        torch.testing.assert_close(top(found), backbone(pictures().double()), rtol=1e-4, atol=1e-5)
    assert not any(weight.requires_grad for weight in trunk.parameters())
    assert all(weight.requires_grad for weight in top.parameters())


def test_a_cut_beyond_the_blocks_is_refused(tmp_path: Path) -> None:
    backbone = load_backbone(tiny.backbone(tmp_path / "mobile", "mobilenet_v2"))
    with pytest.raises(BadConfig, match="cut = 99: 0 to 15 blocks"):
        Trunk(backbone, 99, tiny.SIDE)
    with pytest.raises(BadConfig, match="resnet is neither a MobileNetV2 nor a ViT"):
        Trunk(load_backbone(tiny.backbone(tmp_path / "resnet", "resnet")), 1, tiny.SIDE)


@pytest.mark.parametrize(("family", "cut"), [("mobilenet_v2", 7), ("mobilenet_v2", 0), ("vit", 1)])
def test_every_block_can_be_wrapped(tmp_path: Path, family: str, cut: int) -> None:
    """Told the width of each block's output: a wrapper that scales by 1 changes nothing, by 0 everything."""

    class Scaled(nn.Module):
        def __init__(self, block: nn.Module, width: int, axis: int, value: float) -> None:
            super().__init__()
            self.block = block
            self.axis = axis
            self.scale = nn.Parameter(torch.full((width,), value))

        def forward(self, values: Tensor) -> Tensor:
            shape = [1] * values.dim()
            shape[self.axis] = -1
            found: Tensor = self.block(values) * self.scale.reshape(shape)
            return found

    backbone = load_backbone(tiny.backbone(tmp_path / family, family))
    trunk = Trunk(backbone, cut, tiny.SIDE)
    plain = Top(backbone, cut, trunk.shape).eval()
    with torch.inference_mode():
        values = trunk(pictures())
        wanted = plain(values)
    for value in (1.0, 0.0):
        top = Top(backbone, cut, trunk.shape)
        top.wrap(lambda block, width, axis, value=value: Scaled(block, width, axis, value))
        top.eval()
        with torch.inference_mode():
            assert torch.allclose(top(values), wanted, atol=1e-5) == (value == 1.0)


def test_twins_share_every_weight_but_batch_norm(tmp_path: Path) -> None:
    folder = tiny.backbone(tmp_path / "mobile", "mobilenet_v2")
    one, other = load_backbone(folder), load_backbone(folder)
    batchnorm.adapt(other.body, [pictures(1, 16) * 0.2])
    trunk = Trunk(one, 7, tiny.SIDE)
    top = Top(one, 7, trunk.shape)
    tied = twin(top, Top(other, 7, trunk.shape))
    norms = {id(weight) for norm in batchnorm.norms(top) for weight in norm.parameters()}
    for mine, theirs in zip(top.parameters(), tied.parameters(), strict=True):
        assert (mine is theirs) == (id(mine) not in norms)
    statistics = [norm.running_mean for module in (top, tied) for norm in batchnorm.norms(module)]
    half = len(statistics) // 2
    assert not torch.equal(statistics[half - 1], statistics[-1])


def test_batch_norm_keeps_its_statistics_unless_it_is_live(tmp_path: Path) -> None:
    backbone = load_backbone(tiny.backbone(tmp_path / "mobile", "mobilenet_v2"))
    trunk = Trunk(backbone, 7, tiny.SIDE)
    for live in (True, False):
        top = Top(backbone, 7, trunk.shape, live=live).train()
        norm = batchnorm.norms(top)[-1]
        assert norm.running_mean is not None
        before = norm.running_mean.clone()
        top(trunk(pictures(2, 8)))
        assert torch.equal(before, norm.running_mean) != live
