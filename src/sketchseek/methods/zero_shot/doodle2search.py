"""Doodle to Search: two networks that meet in one space, held together by words and by an adversary.

Dey, Riba, Dutta, Llados and Song, "Doodle to Search: Practical Zero-Shot Sketch-based Image Retrieval", CVPR
2019. A triplet loss ranks; from the embedding the class's word must be told; and a discriminator that tells
sketches from photos is fooled.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import normalize

from sketchseek.errors import BadConfig
from sketchseek.losses.domain import domain, reversal_strength, reverse
from sketchseek.losses.reconstruction import reconstruction
from sketchseek.losses.triplet import triplet
from sketchseek.methods.zero_shot.config import ZeroShot
from sketchseek.methods.zero_shot.edges import EdgeTrunk
from sketchseek.methods.zero_shot.frame import Network, zero_shot
from sketchseek.methods.zero_shot.seen import Known
from sketchseek.methods.zero_shot.sides import Side
from sketchseek.methods.zero_shot.words import Words, vectors
from sketchseek.training.halves import Top, Trunk, parts
from sketchseek.training.towers import principal, through

_WORD_REVERSAL = 0.5  # how strongly a negative's embedding unlearns the sketch's word


@dataclass(frozen=True)
class Doodle2Search(ZeroShot):
    """What ``doodle2search`` can be told, beyond what all zero-shot methods can.

    Attributes:
        words: what gives the class vectors.
        attention: pool the features where a learnt mask looks, too; of backbones whose map is known.
        edges: what the photo side sees: the photo, its edge map, or both.
        margin: of the triplet loss.
        triplet_weight: of the triplet loss.
        word_weight: of the semantic loss.
        domain_weight: of the domain loss.
        temperature: negatives' classes are drawn by exp(-|w - w'|^2 / temperature); 0: evenly.
        reversal: epochs between which the domain loss's reversal grows from 0 to 1.
        dropout: in the network that tells words.
    """

    words: Words = field(default_factory=Words)
    attention: bool = True
    edges: Literal["none", "replace", "stack"] = "none"
    margin: float = 0.3
    triplet_weight: float = 1.0
    word_weight: float = 1.0
    domain_weight: float = 1.0
    temperature: float = 1.0
    reversal: tuple[int, int] = (1, 6)
    dropout: float = 0.5


class Attention(nn.Module):
    """A top whose map is pooled evenly and by a learnt mask, half each.

    ``mask = softmax over cells of W2 (W1 x)``; the paper's ``x + x * mask`` goes to layers that see all
    cells, which pooling takes the place of here.
    """

    def __init__(self, top: Top, hidden: int = 380) -> None:
        super().__init__()
        self.top = top
        self.look = nn.Sequential(nn.Linear(top.width, hidden), nn.Linear(hidden, 1))

    def forward(self, values: Tensor) -> Tensor:
        """Flattened trunk output (N, D) -> (N, width)."""
        maps = self.top.maps(values)
        cells = maps.flatten(2).transpose(1, 2) if self.top.axis == 1 else maps
        mask = self.look(cells).softmax(1)
        pooled: Tensor = (torch.flatten(self.top.pool(maps), 1) + (mask * cells).sum(1)) / 2
        return pooled


class Both(nn.Module):
    """One top for photo and edge map, which come one after the other: features side by side."""

    def __init__(self, top: nn.Module) -> None:
        super().__init__()
        self.top = top

    def forward(self, values: Tensor) -> Tensor:
        """(N, 2 D) -> (N, 2 width)."""
        return torch.cat([self.top(half) for half in values.chunk(2, dim=1)], dim=1)


class Doodle(Network):
    """Two encoders, the network M that tells words and the discriminator D."""

    config: Doodle2Search
    words: Tensor

    def __init__(
        self, config: Doodle2Search, sketch: nn.Module, photo: nn.Module, words: NDArray[np.float32]
    ) -> None:
        super().__init__(config)
        self.sketch, self.photo = sketch, photo
        drop = nn.Dropout(config.dropout)
        self.tell = nn.Sequential(nn.Linear(config.dim, 300), nn.ReLU(), drop, nn.Linear(300, words.shape[1]))
        self.discriminate = nn.Sequential(
            nn.Linear(config.dim, 64), nn.ReLU(), drop, nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 1)
        )
        self.register_buffer("words", torch.from_numpy(words))

    def training_step(self, batch: tuple[Tensor, ...], _: int = 0) -> Tensor:
        """L = L_t + L_s + L_d of sketches, photos of their class and photos of another."""
        config = self.config
        sketches, positives, negatives, classes, epoch = batch
        s = normalize(self.sketch(sketches), dim=1)
        p, n = normalize(self.photo(torch.cat([positives, negatives])), dim=1).chunk(2)
        words = self.words[classes]
        ranked = triplet(s, p, n, config.margin)
        told = sum(reconstruction(self.tell(values), words) for values in (s, p, reverse(n, _WORD_REVERSAL)))
        strength = reversal_strength(int(epoch), *config.reversal)
        guesses = [self.discriminate(reverse(values, strength)) for values in (s, p, n)]
        confused = domain(guesses, (False, True, True))
        self.log_dict({"triplet": ranked, "words": told, "domain": confused}, on_step=False, on_epoch=True)
        return config.triplet_weight * ranked + config.word_weight * told + config.domain_weight * confused


def rivals(words: NDArray[np.float32], temperature: float) -> NDArray[np.float64]:
    """For each class how likely each other one gives its negative: (C, C), rows of sum 1.

    ``p(k | c) ~ exp(-|w_c - w_k|^2 / temperature)``, never c itself.
    """
    apart = ((words[:, None] - words[None]) ** 2).sum(2).astype(np.float64)
    np.fill_diagonal(apart, np.inf)
    near = apart - apart.min(1, keepdims=True)
    weights = np.exp(-near / temperature) if temperature else np.isfinite(apart).astype(np.float64)
    shares: NDArray[np.float64] = weights / weights.sum(1, keepdims=True)
    return shares


def build(config: Doodle2Search, sketches: Side, photos: Side, known: Known) -> tuple[Network, Any]:
    """The network as it starts, and its batches by epoch."""
    if config.temperature < 0:
        raise BadConfig(f"temperature = {config.temperature}: 0 or above")
    if config.attention and parts(photos.backbone).enter is None:
        raise BadConfig(
            f"attention = true: {photos.backbone.name} gives pooled features, and no map to look at; "
            "attention = false takes them as they are"
        )
    words = vectors(config.words, known.classes, known.senses)
    seen_as = replace(photos, backbone=sketches.backbone) if config.edges == "replace" else photos
    shown = _half(config, photos, seen_as.top(config.cut))
    drawn = _half(config, sketches, sketches.top(config.cut))
    layer = principal(through(shown[:2], photos.views[0]), config.dim)
    drawn.append(_folded(layer) if config.edges == "stack" else copy.deepcopy(layer))
    shown.append(layer)
    network = Doodle(config, drawn, shown, words.values)
    network.coverage = words.coverage
    chances = rivals(words.values, config.temperature)

    def batches(epoch: int) -> Iterator[tuple[Tensor, ...]]:
        rng = np.random.default_rng([config.seed, epoch])
        for _ in range(config.steps):
            asked = rng.choice(len(sketches.classes), config.batch, replace=False)
            classes = sketches.classes[asked]
            others = [rng.choice(len(chances), p=chances[code]) for code in classes]
            yield (
                sketches.draw(asked, rng),
                photos.draw(np.array([rng.choice(photos.members[code]) for code in classes]), rng),
                photos.draw(np.array([rng.choice(photos.members[code]) for code in others]), rng),
                torch.from_numpy(classes),
                torch.tensor(epoch),
            )

    return network, batches


def _half(config: Doodle2Search, side: Side, top: Top) -> nn.Sequential:
    both = isinstance(side.trunk, EdgeTrunk) and side.trunk.photo is not None
    standardise = side.standardise(Both(top) if both else top)
    pooled: nn.Module = Attention(top) if config.attention else top
    pooled = Both(pooled) if both else pooled
    return nn.Sequential(pooled, standardise)


def _folded(layer: nn.Linear) -> nn.Linear:
    """The layer of photo and edge map for a drawing, which is both."""
    folded = nn.Linear(layer.in_features // 2, layer.out_features, bias=False)
    with torch.no_grad():
        folded.weight.copy_(torch.stack(layer.weight.chunk(2, dim=1)).sum(0))
    return folded


def _edged(config: Doodle2Search, photo: Trunk, drawing: Trunk) -> Trunk | EdgeTrunk:
    return photo if config.edges == "none" else EdgeTrunk(photo, drawing, config.edges)


DOODLE2SEARCH = zero_shot(
    "doodle2search",
    "Doodle to Search (Dey et al., CVPR 2019): triplets, words to be told, and a fooled adversary.",
    Doodle2Search,
    build,
    _edged,
)
