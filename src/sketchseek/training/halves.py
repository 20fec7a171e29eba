"""A backbone cut in two: the trunk stays frozen and its output is cached, the top is trained.

Most of a backbone's cost lies in its lower blocks, most of what must change for drawings in the upper ones.
With the trunk's output for a few augmented views of each picture on disk, a step of training costs what the
top costs. That is what makes tuning affordable on two cores.
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self

import torch
from torch import Tensor, nn

from sketchseek.encoders.huggingface import Backbone, FirstToken
from sketchseek.errors import BadConfig

Wrap = Callable[[nn.Module, int, int], nn.Module]  # block, its output's width, the axis that has it


@dataclass(frozen=True)
class Parts:
    """A backbone as a row of modules, each taking the output of the one before.

    Attributes:
        enter: pixels -> the first block's input; None: the backbone is of a kind that is not cut.
        blocks: alike in kind, in order.
        leave: the last block's output -> map or tokens, as they are pooled.
        pool: the one vector of a picture.
        axis: of the channels: 1 in maps, 2 in tokens.
    """

    enter: nn.Module | None
    blocks: list[nn.Module]
    leave: nn.Module
    pool: nn.Module
    axis: int


def parts(backbone: Backbone) -> Parts:
    """The parts of a MobileNetV2 or a transformer (ViT, CLIP, SigLIP, DINOv2); other kinds are one block."""
    body: Any = backbone.body
    if all(hasattr(body, name) for name in ("conv_stem", "layer", "conv_1x1")):
        return Parts(body.conv_stem, list(body.layer), body.conv_1x1, _Mean((2, 3)), 1)
    layers = _layers(body)
    norm = getattr(body, "layernorm", getattr(body, "post_layernorm", None))
    if layers and norm is not None and hasattr(body, "embeddings"):
        before = [body.pre_layrnorm] if hasattr(body, "pre_layrnorm") else []
        pooler = getattr(body, "pooler", None) or getattr(body, "head", None) or FirstToken()
        blocks: list[nn.Module] = [_Attending(layer) for layer in layers]
        return Parts(nn.Sequential(body.embeddings, *before), blocks, norm, pooler, 2)
    return Parts(None, [backbone], nn.Identity(), nn.Identity(), 1)


class Trunk(nn.Module):
    """The lower blocks of a backbone, frozen: normalised pixels -> (N, dim) map or tokens, flattened.

    Args:
        backbone: cut in two; its own modules are used, not copies.
        cut: blocks that stay frozen, the stem not counted; 0: nothing does, the output is the pixels.
        size: side of the pictures, pixels.

    Raises:
        BadConfig: there are not so many blocks, or the backbone is of a kind that is not cut.
    """

    def __init__(self, backbone: Backbone, cut: int, size: int) -> None:
        super().__init__()
        found = parts(backbone)
        if cut and found.enter is None:
            raise BadConfig(
                f"cut = {cut}: {backbone.name} is neither a MobileNetV2 nor a ViT; cut = 0 trains all of it"
            )
        if not 0 <= cut < max(len(found.blocks), 1):
            raise BadConfig(f"cut = {cut}: 0 to {len(found.blocks) - 1} blocks can stay frozen")
        kept = [found.enter, *found.blocks[:cut]] if cut and found.enter is not None else []
        self.blocks = nn.Sequential(*kept)
        self.size, self.mean, self.std = size, backbone.mean, backbone.std
        self.eval().requires_grad_(False)
        with torch.inference_mode():
            self.shape = tuple(self.blocks(torch.zeros(1, 3, size, size)).shape[1:])
        self.dim = int(torch.Size(self.shape).numel())

    def forward(self, pixels: Tensor) -> Tensor:
        """Normalised float pixels (N, 3, S, S) -> (N, dim)."""
        return torch.flatten(self.blocks(pixels), 1)

    def digest(self) -> str:
        """Twelve hexadecimal digits: equal for equal weights and size."""
        digest = hashlib.sha256(f"{self.size} {len(self.blocks)}".encode())
        for tensor in self.state_dict().values():
            digest.update(tensor.contiguous().numpy().tobytes())
        return digest.hexdigest()[:12]


class Top(nn.Module):
    """The upper blocks of a backbone: the trunk's output (N, dim) -> pooled features (N, width).

    Args:
        backbone: what the trunk was cut from.
        cut: as the trunk's.
        shape: the trunk's.
        live: batch norm learns from each batch; else its statistics stay what they are.
    """

    def __init__(self, backbone: Backbone, cut: int, shape: tuple[int, ...], *, live: bool = True) -> None:
        super().__init__()
        found = parts(backbone)
        first = [found.enter] if not cut and found.enter is not None else []
        self.shape = shape
        self.live = live
        self.axis = found.axis
        self.blocks = nn.Sequential(*first, *found.blocks[cut:], found.leave)
        self.pool = found.pool
        self.wrapped = range(len(first), len(first) + len(found.blocks[cut:]))
        self.width = backbone.dim
        self.requires_grad_(True)

    def forward(self, values: Tensor) -> Tensor:
        """Flattened trunk output -> pooled features."""
        pooled: Tensor = self.pool(self.maps(values))
        return torch.flatten(pooled, 1)

    def maps(self, values: Tensor) -> Tensor:
        """Flattened trunk output -> map (N, width, H, W) or tokens (N, T, width), before they are pooled."""
        found: Tensor = self.blocks(self.enter(values))
        return found

    def after(self, count: int, values: Tensor) -> tuple[Tensor, Tensor]:
        """What its first ``count`` blocks give, a map or tokens, and the pooled features after them all."""
        found = early = self.enter(values)
        for place, block in enumerate(self.blocks, 1):
            found = block(found)
            early = found if place == self.wrapped.start + count else early
        return early, torch.flatten(self.pool(found), 1)

    def enter(self, values: Tensor) -> Tensor:
        """Flattened trunk output in its own shape."""
        shaped = values.reshape(-1, *self.shape)
        return shaped.contiguous(memory_format=torch.channels_last) if shaped.dim() == 4 else shaped

    def wrap(self, around: Wrap) -> None:
        """Put ``around(block, width, axis)`` in the place of every block."""
        widths = self._widths()
        for place in self.wrapped:
            self.blocks[place] = around(self.blocks[place], widths[place], self.axis)

    def _widths(self) -> dict[int, int]:
        found: dict[int, int] = {}
        with torch.inference_mode():
            values = self.enter(torch.zeros(1, int(torch.Size(self.shape).numel())))
            for place, block in enumerate(self.blocks.eval()):
                values = block(values)
                found[place] = values.shape[self.axis if values.dim() > 2 else 1]
        return found

    def train(self, mode: bool = True) -> Self:
        """Switch the training mode; batch norm keeps its statistics unless it is live."""
        super().train(mode)
        if not self.live:
            for module in self.modules():
                if isinstance(module, nn.modules.batchnorm._BatchNorm):
                    module.eval()
        return self


def twin(top: Top, other: Top) -> Top:
    """A copy of ``other``, a top of the same build, with the very weights of ``top``, batch norms excepted.

    Both domains then go through one network, each normalised by its own statistics.
    """
    tied = copy.deepcopy(other)
    for module, source in zip(tied.modules(), top.modules(), strict=True):
        if not isinstance(module, nn.modules.batchnorm._BatchNorm):
            for name, weight in source.named_parameters(recurse=False):
                setattr(module, name, weight)
    return tied


def rates(module: nn.Module, rate: float, rate_top: float) -> list[dict[str, Any]]:
    """What of a module is trained, as an optimiser's groups: what is new, and tops at their own rate."""
    tops = [weight for part in module.modules() if isinstance(part, Top) for weight in part.parameters()]
    old = {id(weight): weight for weight in tops}
    new = [weight for weight in module.parameters() if id(weight) not in old and weight.requires_grad]
    tuned = [weight for weight in old.values() if weight.requires_grad]
    groups = [{"params": new, "lr": rate}, {"params": tuned, "lr": rate_top}]
    return [group for group in groups if group["params"]]


def _layers(body: Any) -> Sequence[nn.Module]:
    for holder in (body, getattr(body, "encoder", None)):
        for name in ("layers", "layer"):
            found = getattr(holder, name, None)
            if isinstance(found, nn.ModuleList):
                return list(found)
    return ()


class _Attending(nn.Module):
    """A transformer's layer as a function of tokens alone."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, tokens: Tensor) -> Tensor:
        found = self.layer(tokens, None)
        result: Tensor = found[0] if isinstance(found, tuple) else found
        return result


class _Mean(nn.Module):
    """The mean over places."""

    def __init__(self, axes: tuple[int, ...]) -> None:
        super().__init__()
        self.axes = axes

    def forward(self, values: Tensor) -> Tensor:
        return values.mean(self.axes)
