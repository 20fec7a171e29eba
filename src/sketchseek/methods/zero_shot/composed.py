"""Sketch and text in one query: the three published ways to compose them, and one that does not leak.

The zero-shot report's prototypes 2 to 4 put an item's picture and its class's word through one layer. In
their galleries every photo carries its true label, so the word alone finds everything and the sketch is idle.
In ``unlabelled``, ours, photos carry nothing; the query's parts learn to find them together and alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import normalize

from sketchseek.losses.triplet import triplet
from sketchseek.methods.zero_shot.config import ZeroShot
from sketchseek.methods.zero_shot.frame import Network, Speaking, zero_shot
from sketchseek.methods.zero_shot.seen import Known
from sketchseek.methods.zero_shot.sides import Side
from sketchseek.methods.zero_shot.words import Words, vectors
from sketchseek.training.towers import principal, through

Variant = Literal["labelled", "pulled", "same_class", "unlabelled"]


@dataclass(frozen=True)
class Composed(ZeroShot):
    """What ``composed`` can be told, beyond what all zero-shot methods can.

    Attributes:
        variant: ``labelled``: prototype 2, a triplet loss of composed vectors; ``pulled``: prototype 3, each
            composed vector is also drawn to its own picture's; ``same_class``: prototype 4, also a triplet in
            which all three carry the sketch's word; ``unlabelled``: photos carry no word.
        words: what gives the class vectors.
        margin: of the triplet losses.
        pull_weight: of the pull.
        instance_weight: ``unlabelled``: of the triplets of a sketch's own photo and another of its class.
    """

    variant: Variant = "unlabelled"
    words: Words = field(default_factory=Words)
    margin: float = 0.3
    pull_weight: float = 0.1
    instance_weight: float = 0.3


class Composing(Speaking):
    """Two encoders and the layer of words.

    A layer on [picture; word] is the sum of a layer on each: ``m(x, c) = W_v v(x) + W_t t(c) + b``. The
    picture's part is brought to unit length, u(x), so that an index of pictures can be asked with words, too:
    ``m(x, c) = u(x) + W_t t(c)``, at unit length. Words are centred: without one, a query is the sketch.
    """

    config: Composed
    words: Tensor
    centre: Tensor

    def __init__(
        self, config: Composed, sketch: nn.Sequential, photo: nn.Sequential, words: NDArray[np.float32]
    ) -> None:
        super().__init__(config)
        self.words_from = config.words
        self.sketch, self.photo = sketch, photo
        self.word = nn.Linear(words.shape[1], config.dim, bias=False)
        nn.init.normal_(self.word.weight, std=config.dim**-0.5)
        self.register_buffer("words", torch.from_numpy(words))
        self.register_buffer("centre", self.words[self.words.abs().sum(1) > 0].mean(0))

    def say(self, words: Tensor) -> Tensor:
        """Word vectors (N, W) -> what they add to a picture's embedding, (N, dim); zeros add nothing."""
        known = (words.abs().sum(1, keepdim=True) > 0).float()
        said: Tensor = self.word((words - self.centre) * known)
        return said

    def training_step(self, batch: tuple[Tensor, ...], _: int = 0) -> Tensor:
        """The variant's loss of sketches, photos of their class and photos of another."""
        sketches, positives, negatives, own, classes, others, paired = batch
        s = normalize(self.sketch(sketches), dim=1)
        shown = normalize(self.photo(torch.cat([positives, negatives, own])), dim=1)
        p, n, o = shown[: len(s)], shown[len(s) : 2 * len(s)], shown[2 * len(s) :]
        told, wrong = self.say(self.words[classes]), self.say(self.words[others])
        loss = (
            self._without_labels(s, p, n, told)
            if self.config.variant == "unlabelled"
            else self._with_labels(s, p, n, told, wrong)
        )
        if len(own):
            loss = loss + self.config.instance_weight * self._own(s, p, o, told, paired)
        self.log("loss", loss, on_step=False, on_epoch=True)
        return loss

    def _with_labels(self, s: Tensor, p: Tensor, n: Tensor, told: Tensor, wrong: Tensor) -> Tensor:
        config = self.config
        sketch, positive, negative = (
            normalize(x + word, dim=1) for x, word in ((s, told), (p, told), (n, wrong))
        )
        loss = triplet(sketch, positive, negative, config.margin)
        if config.variant in {"pulled", "same_class"}:
            pairs = ((sketch, s), (positive, p), (negative, n))
            loss = loss + config.pull_weight * sum((m - x).norm(dim=1).mean() for m, x in pairs)
        if config.variant == "same_class":
            misled = normalize(n + told, dim=1)
            loss = loss + triplet(sketch, positive, misled, config.margin)
        return loss

    def _without_labels(self, s: Tensor, p: Tensor, n: Tensor, told: Tensor) -> Tensor:
        """Both parts, the sketch alone and the word alone must find photos that carry no word."""
        queries = (normalize(s + told, dim=1), s, normalize(told, dim=1))
        return torch.stack([triplet(query, p, n, self.config.margin) for query in queries]).sum()

    def _own(self, s: Tensor, p: Tensor, own: Tensor, told: Tensor, paired: Tensor) -> Tensor:
        """With its word, too, a sketch must find its own photo before another of its class."""
        query = normalize(s + told, dim=1)[paired]
        return triplet(query, own, p[paired], self.config.margin / 3)


def build(config: Composed, sketches: Side, photos: Side, known: Known) -> tuple[Network, Any]:
    """The network as it starts, and its batches by epoch."""
    tops = photos.top(config.cut), sketches.top(config.cut)
    shown = nn.Sequential(tops[0], photos.standardise(tops[0]))
    drawn = nn.Sequential(tops[1], sketches.standardise(tops[1]))
    layer = principal(through(shown, photos.views[0]), config.dim)  # one for both domains
    words = vectors(config.words, known.classes, known.senses)
    network = Composing(config, drawn.append(layer), shown.append(layer), words.values)
    network.coverage = words.coverage

    def batches(epoch: int) -> Iterator[tuple[Tensor, ...]]:
        rng = np.random.default_rng([config.seed, epoch])
        for _ in range(config.steps):
            asked = rng.choice(len(sketches.classes), config.batch, replace=False)
            classes = sketches.classes[asked]
            shift = rng.integers(1, len(photos.members), size=len(asked))
            others = (classes + shift) % len(photos.members)
            positives = np.array([rng.choice(photos.members[code]) for code in classes])
            drawn = [photos.rows.get(sketches.instances[row], -1) for row in asked]
            paired = [n for n, row in enumerate(drawn) if row >= 0 and row != positives[n] and _tells(config)]
            yield (
                sketches.draw(asked, rng),
                photos.draw(positives, rng),
                photos.draw(np.array([rng.choice(photos.members[code]) for code in others]), rng),
                photos.draw(np.array([drawn[n] for n in paired], np.int64), rng),
                torch.from_numpy(classes),
                torch.from_numpy(others),
                torch.tensor(paired, dtype=torch.int64),
            )

    return network, batches


def _tells(config: Composed) -> bool:
    """Whether the loss asks for a sketch's own photo."""
    return config.variant == "unlabelled" and config.instance_weight > 0


COMPOSED = zero_shot(
    "composed",
    "Sketch and text in one query: the zero-shot report's prototypes 2 to 4, and one without labels.",
    Composed,
    build,
)
