"""SAKE: what a network knows from ImageNet is kept while it learns that sketches and photos are one.

Liu, Xie, Wang and Yuille, "Semantic-Aware Knowledge Preservation for Zero-Shot Sketch-Based Image Retrieval",
ICCV 2019. One network sees both domains and is told which. Its embedding feeds two classifiers: of the seen
classes, and of ImageNet's, which for photos must agree with a frozen teacher whose logits are sharpened by
what the class means.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from sketchseek.losses.distillation import distillation
from sketchseek.methods.zero_shot.conditional import one_network
from sketchseek.methods.zero_shot.config import ZeroShot
from sketchseek.methods.zero_shot.frame import Network, zero_shot
from sketchseek.methods.zero_shot.seen import Known
from sketchseek.methods.zero_shot.sides import Side
from sketchseek.methods.zero_shot.teacher import factors, teach
from sketchseek.methods.zero_shot.words import Words, similarity
from sketchseek.semantics import imagenet_classes
from sketchseek.training.halves import Top
from sketchseek.training.towers import Standardise


@dataclass(frozen=True)
class Sake(ZeroShot):
    """What ``sake`` can be told, beyond what all zero-shot methods can.

    Attributes:
        words: what gives the semantic prior; ``none`` leaves plain distillation.
        prior_weight: of the prior beside the teacher's logits, lambda_2.
        preserve_weight: of the whole distillation, lambda_SAKE.
        photos: photos a step for each sketch.
    """

    words: Words = field(default_factory=lambda: Words("wordnet"))
    dim: int = 512
    prior_weight: float = 0.3
    preserve_weight: float = 1.0
    photos: int = 1
    rate: float = 1e-3
    rate_top: float = 3e-4


class Preserving(Network):
    """One network for both domains, its embedding, and the two classifiers that train it.

    Args:
        config: the settings.
        tops: of photos and sketches, one network told the domain.
        standardise: of photos and sketches.
        classifier: weight (K, width) and bias (K,) of the teacher.
        classes: how many are seen.
        prior: (classes, K) what each seen class has to do with each of the teacher's.
    """

    config: Sake
    prior: Tensor

    def __init__(
        self,
        config: Sake,
        tops: tuple[Top, Top],
        standardise: tuple[Standardise, Standardise],
        classifier: tuple[Tensor, Tensor],
        *,
        classes: int,
        prior: Tensor,
    ) -> None:
        super().__init__(config)
        embedding, self.teacher_classes = factors(*classifier, standardise[0], config.dim)
        self.photo = nn.Sequential(tops[0], standardise[0], embedding)
        self.sketch = nn.Sequential(tops[1], standardise[1], embedding)
        self.seen_classes = nn.Linear(config.dim, classes)
        self.register_buffer("prior", prior)

    def training_step(self, batch: tuple[Tensor, Tensor, Tensor, Tensor, Tensor], _: int = 0) -> Tensor:
        """L = CE(seen classes, both domains) + lambda_SAKE * L_KD over the photos."""
        sketches, photos, sketch_classes, photo_classes, teacher = batch
        codes = torch.cat([self.sketch(sketches), self.photo(photos)])
        classes = torch.cat([sketch_classes, photo_classes])
        known = cross_entropy(self.seen_classes(codes), classes)
        of_photos = codes[len(sketches) :]
        kept = distillation(
            self.teacher_classes(of_photos),
            teacher,
            self.prior[photo_classes],
            torch.ones(len(of_photos)),
            prior_weight=self.config.prior_weight,
        )
        self.log_dict({"classes": known, "preserved": kept}, on_step=False, on_epoch=True)
        return known + self.config.preserve_weight * kept


def build(config: Sake, sketches: Side, photos: Side, known: Known) -> tuple[Network, Any]:
    """The network as it starts, and its batches by epoch."""
    teacher = teach(config, photos)
    standardise = teacher.standardise, sketches.standardise(sketches.top(config.cut))
    tops = one_network(config, sketches, photos)
    prior = similarity(config.words, known.classes, known.senses, imagenet_classes())
    network = Preserving(
        config,
        tops,
        standardise,
        (teacher.weight, teacher.bias),
        classes=len(known.classes),
        prior=torch.from_numpy(prior.values),
    )
    network.coverage = prior.coverage

    def batches(epoch: int) -> Iterator[tuple[Tensor, ...]]:
        rng = np.random.default_rng([config.seed, epoch])
        for _ in range(config.steps):
            asked = rng.choice(len(sketches.classes), config.batch, replace=False)
            shown = rng.choice(len(photos.classes), config.photos * config.batch, replace=False)
            which = rng.integers(len(photos.views), size=len(shown))
            yield (
                sketches.draw(asked, rng),
                photos.shown(which, shown),
                torch.from_numpy(sketches.classes[asked]),
                torch.from_numpy(photos.classes[shown]),
                teacher.of(which, shown),
            )

    return network, batches


SAKE = zero_shot(
    "sake",
    "SAKE (Liu et al., ICCV 2019): ImageNet's knowledge preserved, steered by what classes mean.",
    Sake,
    build,
)
