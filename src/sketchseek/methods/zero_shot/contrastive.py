"""One space for drawings, photos and words, learnt by contrast and held by what a teacher knows.

Ours, from parts that others have shown to work: one encoder that is told the domain and tuned lightly;
InfoNCE over classes, over drawings and the very photos they are of, and over the words of the classes; line
drawings of photos as drawings, which need no hand and no label; and a frozen network's judgement of the
photo, which its embedding and those of its drawings must go on telling (SAKE asks photos only). Where the
backbone classifies nothing, the means of the seen classes' photos are what the frozen network judges by.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import normalize

from sketchseek.losses.distillation import distillation
from sketchseek.losses.infonce import infonce
from sketchseek.losses.proxies import proxies
from sketchseek.methods.zero_shot.conditional import one_network, prompt, tells
from sketchseek.methods.zero_shot.config import ZeroShot
from sketchseek.methods.zero_shot.frame import Network, Speaking, zero_shot
from sketchseek.methods.zero_shot.seen import Known, Wider
from sketchseek.methods.zero_shot.sides import Side
from sketchseek.methods.zero_shot.teacher import teach_somehow
from sketchseek.methods.zero_shot.words import Words, vectors
from sketchseek.training.halves import Top, twin
from sketchseek.training.towers import Settle, through

_RIDGE = 0.1  # of the map from words to photos that training starts with


@dataclass(frozen=True)
class Contrastive(ZeroShot):
    """What ``contrastive`` can be told, beyond what all zero-shot methods can.

    Attributes:
        words: what gives the class vectors.
        tune: what of the backbone's upper blocks is trained: ``all``, or batch or layer norms alone.
        prompts: tokens that tell a transformer the domain, in place of conditional scaling; 0: none.
        photos: photos a step for each sketch.
        dropout: on the features that the embedding is made of.
        temperature: of all softmaxes.
        class_weight: of sketches and photos of a class.
        instance_weight: of sketches and the photos they are of.
        word_weight: of both domains and the words of their classes.
        keep_weight: of the teacher's judgement of photos, and of drawings by their own photos.
        pull: how far what is searched is drawn to the teacher's classes that it lies near; 0: not at all.
        sharpness: what its cosines with those classes are multiplied with before a softmax, 40 at most.
    """

    data: Wider = field(default_factory=lambda: Wider(lines=True))
    words: Words = field(default_factory=lambda: Words("clip-vocabulary"))
    dim: int = 512
    mirror: bool = True
    tune: Literal["all", "norms"] = "all"
    prompts: int = 0
    photos: int = 1
    rate: float = 1e-3
    rate_top: float = 3e-4
    dropout: float = 0.4
    temperature: float = 0.07
    class_weight: float = 1.0
    instance_weight: float = 0.3
    word_weight: float = 1.0
    keep_weight: float = 1.0
    pull: float = 1.0
    sharpness: float = 30.0


class Contrasting(Speaking):
    """One encoder for both domains, the map of words, and the teacher's classifier of embeddings."""

    config: Contrastive
    classes: Tensor

    def __init__(
        self,
        config: Contrastive,
        halves: tuple[nn.Sequential, nn.Sequential],
        words: nn.Linear,
        classes: NDArray[np.float32],
        teacher: nn.Linear,
    ) -> None:
        super().__init__(config)
        self.words_from = config.words
        self.photo, self.sketch = halves
        self.word = words
        self.teacher_classes = teacher
        self.register_buffer("classes", torch.from_numpy(classes))

    def say(self, words: Tensor) -> Tensor:
        """Word vectors (N, W) -> unit vectors among the embeddings, (N, dim)."""
        return normalize(self.last()(self.word(words)), dim=1)

    def last(self) -> nn.Module:
        """Draws embeddings to what the teacher would see in them, of which unseen classes are made, too."""
        return Settle(self.teacher_classes.weight.detach(), self.config.pull, self.config.sharpness)

    def training_step(self, batch: tuple[Tensor, ...], _: int = 0) -> Tensor:
        """The weighted sum of the four losses."""
        config = self.config
        sketches, photos, of_sketches, of_photos, own, taught = batch
        told = self.sketch(sketches), self.photo(photos)
        s, p = (normalize(values, dim=1) for values in told)
        scores = s @ p.T / config.temperature
        named = (of_sketches >= 0)[:, None] & (of_photos >= 0)[None]
        alike = named & (of_sketches[:, None] == of_photos[None])
        very = own[:, None] == torch.arange(len(p))[None]
        losses = {
            "class": infonce(scores, alike, named),
            "instance": infonce(scores, very, ~alike),
            "word": (self._tell(s, of_sketches) + self._tell(p, of_photos)) / 2,
            "keep": self._keep(told, taught, own),
        }
        self.log_dict(losses, on_step=False, on_epoch=True)
        weights = (config.class_weight, config.instance_weight, config.word_weight, config.keep_weight)
        return torch.stack(
            [weight * loss for weight, loss in zip(weights, losses.values(), strict=True)]
        ).sum()

    def _tell(self, embeddings: Tensor, classes: Tensor) -> Tensor:
        """Cross-entropy of embeddings and the words of classes; what has neither is left out."""
        named = self.classes.abs().sum(1) > 0
        place = named.cumsum(0) - 1
        chosen = named[classes] & (classes >= 0)
        if not chosen.any():
            return embeddings.sum() * 0
        names = self.word(self.classes[named])
        return proxies(embeddings[chosen], names, place[classes[chosen]], self.config.temperature)

    def _keep(self, told: tuple[Tensor, Tensor], taught: Tensor, own: Tensor) -> Tensor:
        """Cross-entropy with the teacher's judgement of the photo: of photos, and of their drawings."""
        drawn = own >= 0
        judged = self.teacher_classes(torch.cat([told[1], told[0][drawn]]))
        wanted = torch.cat([taught, taught[own[drawn]]])
        return distillation(judged, wanted, torch.zeros_like(wanted), torch.ones(len(wanted)))


def build(config: Contrastive, sketches: Side, photos: Side, known: Known) -> tuple[Network, Any]:
    """The network as it starts, and its batches by epoch."""
    taught, (embedding, teacher) = teach_somehow(config, photos)
    standardise = taught.standardise, sketches.standardise(sketches.top(config.cut))
    tops = _tops(config, sketches, photos)
    halves = (
        nn.Sequential(tops[0], standardise[0], nn.Dropout(config.dropout), embedding),
        nn.Sequential(tops[1], standardise[1], nn.Dropout(config.dropout), embedding),
    )
    names = vectors(config.words, known.classes, known.senses)
    words = ridge(names.values, through(halves[0], photos.views[0]), photos.classes)
    network = Contrasting(config, halves, words, names.values, teacher)
    network.coverage = names.coverage

    def batches(epoch: int) -> Iterator[tuple[Tensor, ...]]:
        rng = np.random.default_rng([config.seed, epoch])
        for _ in range(config.steps):
            asked = rng.choice(len(sketches.classes), config.batch, replace=False)
            mine = [photos.rows.get(sketches.instances[row], -1) for row in asked]
            shown, own = _photos(config, sketches.classes[asked], mine, photos.members, rng)
            which = rng.integers(len(photos.views), size=len(shown))
            yield (
                sketches.draw(asked, rng),
                photos.shown(which, shown),
                torch.from_numpy(sketches.classes[asked]),
                torch.from_numpy(photos.classes[shown]),
                torch.from_numpy(own),
                taught.of(which, shown),
            )

    return network, batches


def _photos(
    config: Contrastive,
    classes: NDArray[np.int64],
    mine: list[int],
    of_class: Sequence[NDArray[np.int64]],
    rng: np.random.Generator,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The photos of a step, and for each sketch the place of its own among them, or -1.

    First the sketches' own photos, each once, then others of the sketches' classes.
    """
    shown = list(dict.fromkeys(row for row in mine if row >= 0))
    place = {row: n for n, row in enumerate(shown)}
    wanted = config.photos * len(classes) - len(shown)
    more = rng.permutation(np.repeat(classes[classes >= 0], config.photos))[:wanted]
    shown += [int(rng.choice(of_class[code])) for code in more]
    return np.array(shown), np.array([place.get(row, -1) for row in mine])


def _tops(config: Contrastive, sketches: Side, photos: Side) -> tuple[Top, Top]:
    """Of photos and sketches: one network, told the domain by tokens or by scaling."""
    if config.prompts:
        one = photos.top(config.cut)
        tops = one, twin(one, sketches.top(config.cut))
        for top in tops:
            prompt(top, config.prompts)
    else:
        tops = one_network(config, sketches, photos)
    if config.tune == "norms":
        for top in tops:
            _norms_alone(top)
    return tops


def _norms_alone(top: Top) -> None:
    """Freeze what is neither a norm nor tells the domain."""
    for module in top.modules():
        if isinstance(module, nn.Conv2d | nn.Linear | nn.MultiheadAttention):
            module.requires_grad_(False)
    for weight in tells(top):
        weight.requires_grad_(True)


def ridge(words: NDArray[np.float32], photos: Tensor, classes: NDArray[np.int64]) -> nn.Linear:
    """The map of words into the embedding that training starts with, (W -> dim).

    Least squares from the centred words of the classes to the mean directions of their photos, with a ridge.

    Args:
        words: (C, W); rows of zeros are left out.
        photos: (N, dim).
        classes: (N,), each photo's.
    """
    codes, unit = torch.from_numpy(classes), normalize(photos, dim=1)
    named = np.flatnonzero(np.linalg.norm(words, axis=1)).tolist()
    means = normalize(torch.stack([unit[codes == code].mean(0) for code in named]), dim=1)
    given = torch.from_numpy(words[named])
    centre = given.mean(0)
    inner = (given - centre) @ (given - centre).T + _RIDGE * torch.eye(len(given))
    layer = nn.Linear(words.shape[1], photos.shape[1])
    with torch.no_grad():
        layer.weight.copy_(((given - centre).T @ torch.linalg.solve(inner, means - means.mean(0))).T)
        layer.bias.copy_(means.mean(0) - layer.weight @ centre)
    return layer


CONTRASTIVE = zero_shot(
    "contrastive",
    "One space for drawings, photos and words: contrast over classes and instances, and a teacher.",
    Contrastive,
    build,
)
