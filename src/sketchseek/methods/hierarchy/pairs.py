"""What is trained: both sides, and what compares the regions that they give."""

from __future__ import annotations

from typing import Any

import torch
from lightning.pytorch import LightningModule
from torch import Tensor, nn
from torch.nn.functional import normalize

from sketchseek.losses.paired_triplet import paired_triplet, squared
from sketchseek.methods.hierarchy.config import Config
from sketchseek.methods.hierarchy.material import Taken
from sketchseek.methods.hierarchy.network import Compared, Hierarchy, Order, Regions
from sketchseek.methods.hierarchy.towers import Side
from sketchseek.methods.hierarchy.tree import Choose, Gumbel, best
from sketchseek.methods.hierarchy.variants import VARIANTS, begun
from sketchseek.training.halves import rates
from sketchseek.training.loop import one_cycle

_LEAST = 1e-6  # a picture that comes to zeros, as a ReLU can give, has a direction too
_PAIRS = 512  # compared at once where nothing is learnt
Batch = tuple[Taken, Taken, Tensor]


class Pair(nn.Module):
    """Regions of sketches and of photos -> how well each sketch fits its photo."""

    def __init__(self, compare: nn.Module) -> None:
        super().__init__()
        self.compare = compare

    def forward(
        self, sketches: Regions, photos: Regions, *, choose: Choose = best, order: Order | None = None
    ) -> tuple[Tensor, Tensor]:
        """What the i-th sketch and the i-th photo come to, (B, d) each, of unit length."""
        return self.unit(self.compare(sketches, photos, choose=choose, order=order))

    @staticmethod
    def unit(found: Compared) -> tuple[Tensor, Tensor]:
        """Sketches and photos (B, d), brought to unit length."""
        return normalize(found.sketches + _LEAST, dim=1), normalize(found.photos + _LEAST, dim=1)

    @torch.inference_mode()
    def table(self, sketches: Regions, photos: Regions, order: Order | None = None) -> Tensor:
        """The scores of all pairs of Q sketches and G photos, (Q, G): minus the squared distance."""
        count = len(photos[1])
        parts = []
        for some in torch.split(torch.arange(len(sketches[1]) * count), _PAIRS):
            left, right = some // count, some % count
            pair = (sketches[0][left], sketches[1][left]), (photos[0][right], photos[1][right])
            given = (order[0][left], order[1][right]) if order else None
            parts.append(-squared(*self(*pair, order=given)))
        return torch.cat(parts).reshape(-1, count)


class Network(LightningModule):
    """Both sides, what compares them, and the shortlist's encoder: a layer on the whole of each."""

    def __init__(self, config: Config, sketch: Side, photo: Side, steps: int) -> None:
        super().__init__()
        self.config = config
        self.steps = steps
        self.sketch, self.photo = sketch, photo
        self.pair = Pair(begun(VARIANTS[config.variant](config.dim, config.hidden)))
        self.sketch_whole, self.photo_whole = (nn.Linear(config.dim, config.dim) for _ in range(2))
        for side in (sketch, photo):
            side.top.requires_grad_(config.rate_top > 0)

    def regions(self, side: Side, taken: Taken) -> Regions:
        """What was taken of `Seen` as regions; cached ones are past the top already."""
        values = (side if self.config.rate_top else side.enter)(taken.values, taken.boxes)
        return values, taken.sizes

    def order(self, sketches: Taken, photos: Taken) -> Order | None:
        """What is merged, where that is not learnt."""
        return (sketches.merges, photos.merges) if self.config.merges == "contained" else None

    def training_step(self, batch: Batch, _: int = 0) -> Tensor:
        """Triplet loss of B sketches, their B photos followed by B others, at a temperature."""
        asked, given, temperature = batch
        sketches, sizes = self.regions(self.sketch, asked)
        photos, others = self.regions(self.photo, given)
        count = len(sizes)
        twice = Taken(*(torch.cat([part, part]) for part in asked))
        left, right = self.pair(
            (torch.cat([sketches, sketches]), twice.sizes),
            (photos, others),
            choose=Gumbel(float(temperature)),
            order=self.order(twice, given),
        )
        drawn, shown = self.embed(sketches, photos)
        of_pairs, of_wholes = (
            paired_triplet((one[:count], other[:count]), (one[count:], other[count:]), self.config.margin)
            for one, other in ((left, right), (torch.cat([drawn, drawn]), shown))
        )
        loss = of_pairs + of_wholes
        self.log("loss", loss, on_step=False, on_epoch=True)
        return loss

    def embed(self, sketches: Tensor, photos: Tensor) -> tuple[Tensor, Tensor]:
        """(B, M, d) and (G, N, d) regions -> unit embeddings of the whole of each, (B, d) and (G, d)."""
        return (
            normalize(self.sketch_whole(sketches[:, 0]) + _LEAST, dim=1),
            normalize(self.photo_whole(photos[:, 0]) + _LEAST, dim=1),
        )

    def configure_optimizers(self) -> Any:
        """AdamW under one cosine cycle; the backbone's upper half at its own rate.

        What is taken at every level learns at a share of the rate: each step of it is taken many times over.
        """
        new, *tops = rates(self, self.config.rate, self.config.rate_top)
        groups = [new, *tops]
        if isinstance(self.pair.compare, Hierarchy):
            again = list(self.pair.compare.parameters())
            known = {id(weight) for weight in again}
            new["params"] = [weight for weight in new["params"] if id(weight) not in known]
            groups.append({"params": again, "lr": self.config.rate * self.config.again})
        return one_cycle(groups, self.config.decay, self.steps)
