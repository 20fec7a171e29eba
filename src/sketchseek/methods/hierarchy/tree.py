"""One step of a tree: which two regions belong together, and what they are as one.

"Cross-Modal Hierarchical Modelling for Fine-Grained Sketch Based Image Retrieval" (BMVC 2020), section on
hierarchical parsing. All trees of a batch take a step at once, whatever their sizes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from sketchseek.methods.hierarchy.coattention import masked_softmax

Choose = Callable[[Tensor, Tensor], Tensor]
"""Logits (B, H) and which are real (B, H) -> weights (B, H), one 1 in each row and else 0."""


class Forest(NamedTuple):
    """The regions of B pictures while they are merged; the first ``sizes`` of each row are there.

    Attributes:
        nodes: (B, M, d).
        sizes: (B,) int64, at least 1.
        names: (B, M) int64: 0 to n - 1 are the n regions it began with, the k-th merge makes region n + k.
        fresh: (B,) int64, the name of the region that is made next.
    """

    nodes: Tensor
    sizes: Tensor
    names: Tensor
    fresh: Tensor

    @classmethod
    def planted(cls, regions: Tensor, sizes: Tensor) -> Forest:
        """A forest of (B, M, d) regions, ``sizes`` (B,) of which are there; the rest may be anything."""
        places = torch.arange(regions.shape[1], device=regions.device)
        real = places[None] < sizes[:, None]
        names = places[None].expand(regions.shape[0], -1)
        return cls(torch.where(real[..., None], regions, 0.0), sizes, names, sizes)

    @property
    def real(self) -> Tensor:
        """(B, M) bool: which regions are there."""
        return torch.arange(self.nodes.shape[1], device=self.nodes.device)[None] < self.sizes[:, None]


@dataclass(frozen=True)
class Gumbel:
    """A draw of one pair, differentiable: straight-through Gumbel-softmax (Jang et al., ICLR 2017).

    ``q ∝ exp((log π + g) / τ)``; forward the one-hot of its maximum, backward q itself.

    Attributes:
        temperature: τ, above 0: the lower, the nearer q is to one-hot.
        noise: gives g, Gumbel(0, 1) of a tensor's shape; drawn by torch where not given.
    """

    temperature: float
    noise: Callable[[Tensor], Tensor] | None = None

    def __call__(self, logits: Tensor, real: Tensor) -> Tensor:
        """A one-hot row for each row of logits."""
        noise = self.noise(logits) if self.noise else gumbel(logits)
        soft = masked_softmax((logits + noise) / self.temperature, real)
        return best(soft, real) - soft.detach() + soft


def gumbel(like: Tensor) -> Tensor:
    """Noise of a tensor's shape from Gumbel(0, 1): the negative logarithm of an exponential variable."""
    tiny = torch.finfo(like.dtype).tiny
    return -torch.empty_like(like).exponential_().clamp_min(tiny).log()


def best(logits: Tensor, real: Tensor) -> Tensor:
    """The one-hot of each row's maximum, the first of equals: what is taken where nothing is learnt."""
    index = torch.where(real, logits, -torch.inf).argmax(dim=1)
    return marked(index, logits.shape[1]).to(logits.dtype)


def marked(index: Tensor, size: int) -> Tensor:
    """(N,) positions -> (N, size) bool, true in each row's position alone."""
    return torch.arange(size, device=index.device)[None] == index[:, None]


class Merge(nn.Module):
    """Two regions of each picture become one.

    ``C = (X W_C)(X W_C)ᵀ``; one pair (a, b) of its upper triangle is chosen, and ``x̂ = ReLU(W_F [x_a, x_b])``
    takes the place of x_a. Pairs are ordered, the earlier region first.

    Args:
        dim: d, of a region.
        hidden: of the space that regions are compared in.
    """

    def __init__(self, dim: int, hidden: int) -> None:
        super().__init__()
        self.compare = nn.Linear(dim, hidden, bias=False)
        self.join = nn.Linear(2 * dim, dim, bias=False)

    def forward(self, forest: Forest, choose: Choose, order: Tensor | None = None) -> tuple[Forest, Tensor]:
        """Take one step; a tree of a single region stays as it is.

        Args:
            forest: of M regions at most, M above 1.
            choose: picks a pair.
            order: (B, 2) names of the regions to merge, where that is given instead.

        Returns:
            The forest of M - 1 regions at most, and (B, 2) which were merged, by name; -1 where none.

        Raises:
            ValueError: the order names regions that are not there.
        """
        size = forest.nodes.shape[1]
        first, second = torch.triu_indices(size, size, 1, device=forest.nodes.device)
        if order is None:
            real = second[None] < forest.sizes[:, None]
            weights = choose(self.logits(forest.nodes, first, second), real)
        else:
            named = _named(forest.names[:, first], forest.names[:, second], order)
            if not torch.compiler.is_compiling():  # a graph that is exported cannot raise
                _check(named, forest.sizes)
            weights = named.to(forest.nodes.dtype)
        chosen = weights.argmax(dim=1)
        picked = [weights @ marked(side, size).to(weights.dtype) for side in (first, second)]
        pair = [(weight[:, None] @ forest.nodes)[:, 0] for weight in picked]
        made = torch.relu(self.join(torch.cat(pair, dim=1)))
        return _replaced(forest, made, first[chosen], second[chosen])

    def logits(self, nodes: Tensor, first: Tensor, second: Tensor) -> Tensor:
        """How well the regions of each pair go together, (B, H)."""
        compared = self.compare(nodes)
        table: Tensor = compared @ compared.transpose(1, 2)
        return table[:, first, second]


def _check(named: Tensor, sizes: Tensor) -> None:
    if bool((~named.any(dim=1) & (sizes > 1)).any()):
        raise ValueError("the order names regions that are not there, or not any more")


def _named(one: Tensor, other: Tensor, order: Tensor) -> Tensor:
    """(B, H) bool: the pair of these two names, in whatever order."""
    left, right = order[:, :1], order[:, 1:]
    return ((one == left) & (other == right)) | ((one == right) & (other == left))


def _replaced(forest: Forest, made: Tensor, first: Tensor, second: Tensor) -> tuple[Forest, Tensor]:
    """The made region in the first one's place, and all behind the second one place nearer."""
    nodes, sizes, names, fresh = forest
    places = torch.arange(nodes.shape[1], device=nodes.device)[None]
    grows = sizes > 1
    here = (places == first[:, None]) & grows[:, None]
    merged = torch.stack([names.gather(1, side[:, None])[:, 0] for side in (first, second)], dim=1)
    nodes = torch.where(here[..., None], made[:, None], nodes)
    names = torch.where(here, fresh[:, None], names)
    places = places[:, :-1]
    source = places + ((places >= second[:, None]) & grows[:, None]).long()
    after = Forest(
        nodes.gather(1, source[..., None].expand(-1, -1, nodes.shape[2])),
        sizes - grows.long(),
        names.gather(1, source),
        fresh + grows.long(),
    )
    return after, torch.where(grows[:, None], merged, -1)
