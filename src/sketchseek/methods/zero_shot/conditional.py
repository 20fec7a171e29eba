"""One network for both domains that is told which it sees: conditional squeeze and excitation.

SAKE (Liu et al., ICCV 2019) tells every squeeze-and-excitation block of its backbone the domain. With
``z = mean(u)``, ``e = ReLU(W1 z + b1)`` and the domain bit y (0 sketch, 1 photo) it has
``a = sigmoid(W2 [e; y] + b2)`` and ``u' = a * u``. The column of W2 that y meets starts at 0, so that nothing
changes before it is learnt.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from sketchseek.errors import BadConfig
from sketchseek.methods.zero_shot.config import ZeroShot
from sketchseek.methods.zero_shot.sides import Side
from sketchseek.training.halves import Top, twin

SKETCH, PHOTO = 0.0, 1.0
_REDUCTION = 16


class ConditionalExcitation(nn.Module):
    """A backbone's own squeeze-and-excitation, told the domain.

    Args:
        squeeze: W1 and b1, a convolution of 1 x 1.
        act: what follows it.
        excite: W2, but for y's column, and b2, likewise.
        gate: what follows that.
        domain: y.
    """

    bit: Tensor

    def __init__(
        self, squeeze: nn.Conv2d, act: nn.Module, excite: nn.Conv2d, gate: nn.Module, domain: float
    ) -> None:
        super().__init__()
        self.squeeze, self.act, self.excite, self.gate = squeeze, act, excite, gate
        self.column = nn.Parameter(torch.zeros(excite.out_channels))
        self.register_buffer("bit", torch.tensor(domain))

    def forward(self, values: Tensor) -> Tensor:
        """Maps (N, C, H, W) -> scaled maps."""
        squeezed = self.act(self.squeeze(values.mean((2, 3), keepdim=True)))
        excited = self.excite(squeezed) + (self.column * self.bit).reshape(1, -1, 1, 1)
        scaled: Tensor = values * self.gate(excited)
        return scaled


class ConditionalScaling(nn.Module):
    """The same behind a block that has no squeeze and excitation, where it begins as if it were not there.

    ``u' = 2 sigmoid(W2 [e; y] + b2) * u``, with W2 = 0 and b2 = 0 at the start.

    Args:
        block: gives maps (N, C, H, W), tokens (N, T, C) or, where it is a whole backbone, features (N, C).
        width: C.
        axis: 1 for maps and features, 2 for tokens.
        domain: y.
    """

    bit: Tensor

    def __init__(self, block: nn.Module, width: int, axis: int, domain: float) -> None:
        super().__init__()
        self.block = block
        self.axis = axis
        self.squeeze = nn.Linear(width, max(8, width // _REDUCTION))
        self.excite = nn.Linear(self.squeeze.out_features, width)
        self.column = nn.Parameter(torch.zeros(width))
        nn.init.zeros_(self.excite.weight)
        nn.init.zeros_(self.excite.bias)
        self.register_buffer("bit", torch.tensor(domain))

    def forward(self, values: Tensor) -> Tensor:
        """The block's input -> its output, scaled."""
        found: Tensor = self.block(values)
        rest = tuple(axis for axis in range(1, found.dim()) if axis != self.axis)
        squeezed = torch.relu(self.squeeze(found.mean(rest) if rest else found))
        scale = 2 * torch.sigmoid(self.excite(squeezed) + self.bit * self.column)
        for axis in rest:
            scale = scale.unsqueeze(axis)
        return found * scale


def one_network(config: ZeroShot, sketches: Side, photos: Side) -> tuple[Top, Top]:
    """The tops of photos and sketches: one network that is told which it sees."""
    tops = photos.top(config.cut), sketches.top(config.cut)
    for top, domain in zip(tops, (PHOTO, SKETCH), strict=True):
        condition(top, domain)
    return tops[0], twin(*tops)


def tells(top: Top) -> Iterator[nn.Parameter]:
    """The weights of a top that `condition` or `prompt` put there."""
    for module in top.modules():
        if isinstance(module, ConditionalExcitation | ConditionalScaling):
            yield from (*module.squeeze.parameters(), *module.excite.parameters(), module.column)
        elif isinstance(module, Prompted):
            yield module.tokens


def condition(top: Top, domain: float) -> None:
    """Tell the domain to every block of a top: to its own excitations if it has any, else behind blocks."""
    own = [
        (parent, name, found)
        for parent in top.modules()
        for name, child in parent.named_children()
        if (found := _excitation(child)) is not None
    ]
    for parent, name, (squeeze, act, excite, gate) in own:
        setattr(parent, name, ConditionalExcitation(squeeze, act, excite, gate, domain))
    if not own:
        top.wrap(lambda block, width, axis: ConditionalScaling(block, width, axis, domain))


def _excitation(module: Any) -> tuple[nn.Conv2d, nn.Module, nn.Conv2d, nn.Module] | None:
    """The four steps of a squeeze-and-excitation block, if the module is one (EfficientNet, RegNet)."""
    names = ("reduce", "act_reduce", "expand", "act_expand")
    if all(hasattr(module, name) for name in names):
        return tuple(getattr(module, name) for name in names)
    steps = getattr(module, "attention", None)
    if hasattr(module, "pooler") and isinstance(steps, nn.Sequential) and len(steps) == 4:
        squeeze, act, excite, gate = steps
        if isinstance(squeeze, nn.Conv2d) and isinstance(excite, nn.Conv2d):
            return squeeze, act, excite, gate
    return None


class Prompted(nn.Module):
    """A transformer's block that takes further tokens in: what a domain has to say to all that follow."""

    def __init__(self, block: nn.Module, width: int, count: int) -> None:
        super().__init__()
        self.block = block
        self.tokens = nn.Parameter(0.02 * torch.randn(count, width))

    def forward(self, values: Tensor) -> Tensor:
        """Tokens (N, T, C) -> (N, T + count, C)."""
        told = self.tokens.expand(values.shape[0], -1, -1)
        found: Tensor = self.block(torch.cat([values, told], dim=1))
        return found


def prompt(top: Top, count: int) -> None:
    """Give a transformer's top ``count`` learnt tokens of its own, behind those of the picture.

    Raises:
        BadConfig: the backbone has no tokens.
    """
    if top.axis == 1:
        raise BadConfig("prompts: the backbone has no tokens; prompts = 0 tells it the domain by scaling")
    place = top.wrapped[0]
    top.blocks[place] = Prompted(top.blocks[place], top.width, count)
