"""The two towers over cached features, and their losses."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from sketchseek.losses.magnet import magnet
from sketchseek.losses.triplet import triplet
from sketchseek.methods.dual_stage.stage_two import Codes
from sketchseek.methods.midgrain.config import MidGrain, Share
from sketchseek.training.towers import mlp


class Token(nn.Module):
    """Features of one domain, with a learnt word added that says which."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.word = nn.Parameter(torch.zeros(dim))

    def forward(self, features: Tensor) -> Tensor:
        """(N, D) -> (N, D)."""
        return features + self.word


class Unit(nn.Module):
    """Unit length."""

    def forward(self, embeddings: Tensor) -> Tensor:
        """(N, P) -> (N, P), rows of length 1."""
        return normalize(embeddings, dim=1)


def towers(
    dim: int, widths: Sequence[int], share: Share, dropout: float
) -> tuple[nn.Sequential, nn.Sequential]:
    """The towers of sketches and of photos: features (N, dim) -> unit embeddings (N, widths[-1]).

    With ``share`` of "half", each is its own layers, the common one, and `Unit`.
    """
    *hidden, _ = whole = [dim, *widths]
    if share == "all":
        common = mlp(whole, dropout)
        sketch, photo = (nn.Sequential(Token(dim), common, Unit()) for _ in range(2))
    elif share == "half":
        last = nn.Sequential(nn.ReLU(), mlp(whole[-2:], dropout))
        sketch, photo = (nn.Sequential(mlp(hidden, dropout), last, Unit()) for _ in range(2))
    else:
        sketch, photo = (nn.Sequential(mlp(whole, dropout), Unit()) for _ in range(2))
    return sketch, photo


class Network(Codes):
    """Two towers that share nothing, their last layer, or all but a token."""

    keep = "last"

    def __init__(self, dim: int, config: MidGrain) -> None:
        super().__init__()
        self.config = config
        self.sketch_code, self.photo_code = towers(dim, config.widths, config.share, config.dropout)

    def training_step(self, batch: tuple[Tensor, ...], _: int = 0) -> Tensor:
        """The loss of sketches, positive photos, negative photos, their (n, 2) pools, and what all pools are.

        That is: centres (K, P), classes (K,), and the variance around the centres.
        """
        config = self.config
        sketches, near, far, homes, centres, classes, variance = batch
        codes = self.sketch_code(sketches), self.photo_code(near), self.photo_code(far)
        loss = torch.zeros(())
        if config.triplet > 0:
            loss = loss + config.triplet * self._told("triplet", triplet(*codes, config.margin))
        if config.magnet > 0:
            own = torch.cat([homes[:, 0], homes[:, 0], homes[:, 1]])
            pulled = magnet(
                torch.cat(codes), own, centres, classes, variance=float(variance), margin=config.gap
            )
            loss = loss + config.magnet * self._told("magnet", pulled)
        return loss

    def _told(self, name: str, loss: Tensor) -> Tensor:
        self.log(name, loss, on_step=False, on_epoch=True)
        return loss

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """AdamW."""
        return torch.optim.AdamW(self.parameters(), lr=self.config.rate, weight_decay=self.config.decay)

    @torch.inference_mode()
    def embed(self, domain: str, features: Tensor) -> Tensor:
        """Embeddings as search sees them: (N, D) features -> (N, P), whatever the training mode."""
        tower = self.sketch_code if domain == "sketch" else self.photo_code
        mode = tower.training
        tower.eval()
        embeddings: Tensor = tower(features)
        tower.train(mode)
        return embeddings
