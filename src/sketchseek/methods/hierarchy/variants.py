"""Ways to compare two sets of regions, by name: the hierarchy, what it is measured against, its ablations.

Each is a module ``(sketches, photos, *, choose, order, trace) -> Compared`` of the same regions, so that they
differ in nothing else. The paper names its baselines and describes them in a line; how they are built of
regions is ours.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn

from sketchseek.methods.hierarchy.coattention import CoAttention, Gate, masked_softmax
from sketchseek.methods.hierarchy.network import Compared, Hierarchy, Level, Order, Regions, level_of
from sketchseek.methods.hierarchy.tree import Choose, Forest, Merge, best

Build = Callable[[int, int], nn.Module]  # dim, hidden
_CLUSTERS = (8, 4, 2, 1)
_OPEN = 0.01  # of a gate's weights, at first; not 0, or nothing would ever come through


class Treeless(nn.Module, ABC):
    """What compares two sets of regions and merges none."""

    def forward(
        self,
        sketches: Regions,
        photos: Regions,
        *,
        choose: Choose = best,
        order: Order | None = None,
        trace: bool = False,
    ) -> Compared:
        """As the hierarchy does; ``choose`` and ``order`` say nothing here."""
        return self.compared(Forest.planted(*sketches), Forest.planted(*photos), trace=trace)

    @abstractmethod
    def compared(self, left: Forest, right: Forest, *, trace: bool) -> Compared:
        """Compare the regions of sketches with those of photos; keep the attention where ``trace`` says."""


class Apart(Treeless):
    """Each picture for itself; a linear layer for either domain.

    Args:
        dim: of a region.
        pool: (B, M, d) regions and which are real -> (B, d), one for either domain.
    """

    def __init__(self, dim: int, pool: Callable[[int], nn.Module]) -> None:
        super().__init__()
        self.sketch_pool, self.photo_pool = pool(dim), pool(dim)
        self.sketch, self.photo = nn.Linear(dim, dim), nn.Linear(dim, dim)

    def compared(self, left: Forest, right: Forest, *, trace: bool) -> Compared:
        """As `Treeless` asks."""
        return _flat(
            self.sketch(self.sketch_pool(left.nodes, left.real)),
            self.photo(self.photo_pool(right.nodes, right.real)),
        )


class First(nn.Module):
    """The first region alone, which is the whole picture: "Triplet-SN"."""

    def __init__(self, dim: int) -> None:
        super().__init__()

    def forward(self, nodes: Tensor, real: Tensor) -> Tensor:
        """(B, M, d) and (B, M) -> (B, d)."""
        return nodes[:, 0]


class Attentive(nn.Module):
    """Regions weighted by what they are, beside their mean: "Triplet-Attn-SN" (Song et al., ICCV 2017)."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.weigh = nn.Sequential(nn.Linear(dim, dim), nn.ReLU(), nn.Linear(dim, 1))

    def forward(self, nodes: Tensor, real: Tensor) -> Tensor:
        """(B, M, d) and (B, M) -> (B, d)."""
        weights = masked_softmax(self.weigh(nodes)[..., 0], real)
        return (weights[:, None] @ nodes)[:, 0] + mean(nodes, real)


class Gated(Treeless):
    """Either picture's mean region, louder where both agree: "B-Gated-Siamese".

    In the manner of the matching gate of Varior et al. (ECCV 2016): ``g = exp(-(x - y)² / p²)``, p learnt for
    each channel; ``x + g ⊙ x``.
    """

    def __init__(self, dim: int, hidden: int) -> None:
        super().__init__()
        self.sketch, self.photo = nn.Linear(dim, dim), nn.Linear(dim, dim)
        self.width = nn.Parameter(torch.ones(dim))

    def compared(self, left: Forest, right: Forest, *, trace: bool) -> Compared:
        """As `Treeless` asks."""
        x, y = self.sketch(mean(left.nodes, left.real)), self.photo(mean(right.nodes, right.real))
        gate = torch.exp(-(x - y).square() / (self.width.square() + 1e-6))
        return _flat(x + gate * x, y + gate * y)


class CoAttended(Treeless):
    """Co-attention once, then the greatest of all regions: "B-Localised-Coattn", without any hierarchy."""

    def __init__(self, dim: int, hidden: int) -> None:
        super().__init__()
        self.attend = CoAttention(dim, hidden)

    def compared(self, left: Forest, right: Forest, *, trace: bool) -> Compared:
        """As `Treeless` asks."""
        seen = self.attend(left.nodes, right.nodes, (left.real, right.real))
        levels = (level_of(left, right, seen.to_photos, seen.to_sketches),) if trace else ()
        return _flat(greatest(seen.sketches, left.real), greatest(seen.photos, right.real))._replace(
            levels=levels
        )


class Clustered(nn.Module):
    """Regions go into ever fewer clusters, in shares: differentiable pooling (Ying et al., NeurIPS 2018).

    ``Z = ReLU((X + A X) W)``, ``S = softmax((A X) W_s)``, ``X' = Sᵀ Z`` over the clusters' mass; A is the
    softmax of ``(X W_C)(X W_C)ᵀ``. An empty cluster is zeros.
    """

    def __init__(self, dim: int, hidden: int, clusters: int) -> None:
        super().__init__()
        self.compare = nn.Linear(dim, hidden, bias=False)
        self.change = nn.Linear(dim, dim)
        self.assign = nn.Linear(dim, clusters)

    def forward(self, nodes: Tensor, real: Tensor) -> Tensor:
        """(B, M, d) and (B, M) -> (B, clusters, d)."""
        compared = self.compare(nodes)
        near = masked_softmax(compared @ compared.transpose(1, 2), real[:, None]) @ nodes
        shares = torch.softmax(self.assign(near), dim=2) * real[..., None]
        gathered = shares.transpose(1, 2) @ torch.relu(self.change(nodes + near))
        found: Tensor = gathered / (shares.sum(1)[..., None] + 1e-6)
        return found


class GraphHierarchy(Treeless):
    """Co-attention, then clusters in place of merges, until one is left: "B-Graph-Hierarchy"."""

    def __init__(self, dim: int, hidden: int) -> None:
        super().__init__()
        self.attend = CoAttention(dim, hidden)
        self.sketch, self.photo = (
            nn.ModuleList(Clustered(dim, hidden, clusters) for clusters in _CLUSTERS) for _ in range(2)
        )

    def compared(self, left: Forest, right: Forest, *, trace: bool) -> Compared:
        """As `Treeless` asks; only the first level is told."""
        x, y, real = left.nodes, right.nodes, (left.real, right.real)
        levels: tuple[Level, ...] = ()
        for one, other in zip(self.sketch, self.photo, strict=True):
            seen = self.attend(x, y, real)
            if trace and not levels:
                levels = (level_of(left, right, seen.to_photos, seen.to_sketches),)
            x, y = one(seen.sketches, real[0]), other(seen.photos, real[1])
            real = torch.ones_like(x[..., 0], dtype=torch.bool), torch.ones_like(y[..., 0], dtype=torch.bool)
        return _flat(x[:, 0], y[:, 0])._replace(levels=levels)


VARIANTS: Mapping[str, Build] = {
    "hierarchy": Hierarchy,
    "without_coattention": lambda dim, hidden: Hierarchy(dim, hidden, attend=False),
    "coattention": CoAttended,
    "graph_hierarchy": GraphHierarchy,
    "gated": Gated,
    "triplet": lambda dim, hidden: Apart(dim, First),
    "triplet.attention": lambda dim, hidden: Apart(dim, Attentive),
}


def begun(compare: nn.Module) -> nn.Module:
    """A way to compare as it begins: with what is plain, so that little has to be found anew.

    A merge is the sum of both regions, what comes through a gate is next to nothing, attention goes to what
    is alike, and layers that stand between regions and embeddings hand on what they get.
    """
    for module in compare.modules():
        if isinstance(module, Merge):
            own = torch.eye(module.join.out_features)
            _set(module.join, torch.cat([own, own], dim=1))
        elif isinstance(module, Gate):
            _set(module.change, module.change.weight * _OPEN)
        elif isinstance(module, CoAttention):
            _set(module.photo, module.sketch.weight)
        elif isinstance(module, (Apart, Gated)):
            for layer in (module.sketch, module.photo):
                _set(layer, torch.eye(layer.out_features))
        elif isinstance(module, Clustered):
            _set(module.change, torch.eye(module.change.out_features))
    return compare


def _set(layer: nn.Linear, weight: Tensor) -> None:
    with torch.no_grad():
        layer.weight.copy_(weight)
        if layer.bias is not None:
            layer.bias.zero_()


def mean(nodes: Tensor, real: Tensor) -> Tensor:
    """The mean of the (B, M, d) regions that are there, (B, d)."""
    weights = real.to(nodes.dtype)
    return (weights[:, None] @ nodes)[:, 0] / weights.sum(1, keepdim=True)


def greatest(nodes: Tensor, real: Tensor) -> Tensor:
    """The greatest value of each channel among the (B, M, d) regions that are there, (B, d)."""
    found: Tensor = torch.where(real[..., None], nodes, -torch.inf).amax(dim=1)
    return found


def _flat(sketches: Tensor, photos: Tensor) -> Compared:
    none = torch.full((1, 1, 2), -1, device=sketches.device).expand(sketches.shape[0], -1, -1)
    return Compared(sketches, photos, none, none)
