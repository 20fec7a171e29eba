"""Stage 2, version B: an autoencoder a domain, with a common code.

The released code aligns the two codes only by a common target, the one-hot class, and its saved outputs are
near chance on Sketchy. The text trains on pairs; so the loss here has a term of pairs, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import mse_loss, one_hot

from sketchseek.errors import BadConfig
from sketchseek.losses.contrastive import contrastive, contrastive_batch
from sketchseek.methods.dual_stage.stage_one import Learnt
from sketchseek.methods.dual_stage.stage_two import Batches, Codes, Paired, meetings, two_stages
from sketchseek.training.material import Material, codes
from sketchseek.training.progress import OnProgress, silent
from sketchseek.training.run import Run
from sketchseek.training.towers import mlp


@dataclass(frozen=True)
class Autoencoder(Paired):
    """What ``dual_stage.autoencoder`` can be told, besides what both versions can.

    Attributes:
        hidden: width between feature and code; None: no such layer, as in the released code.
        code: length of the code, at least the number of classes where ``target`` is used.
        rebuild: weight of the features' reconstruction.
        target: weight of the code's squared distance from the one-hot class, the mean over its numbers.
        pair: weight of the contrastive loss between codes, which the released code lacks. The targets of two
            classes lie the root of 2 apart, so a larger ``margin`` works against ``target``.
        relu: end the code with a ReLU, as published: its numbers are then pushed below 0, where they learn no
            more, for all classes but one.
    """

    hidden: int | None = 1024
    code: int = 125
    rebuild: float = 1.0
    target: float = 125.0
    pair: float = 1.0
    relu: bool = False
    margin: float = 1.0
    epochs: int = 60
    dropout: float = 0.2


class Network(Codes):
    """Both autoencoders and what ties their codes together."""

    def __init__(self, dim: int, config: Autoencoder) -> None:
        super().__init__()
        self.config = config
        between = [] if config.hidden is None else [config.hidden]

        def encoder() -> nn.Sequential:
            code = mlp([dim, *between, config.code], config.dropout)
            return nn.Sequential(code, nn.ReLU()) if config.relu else code

        self.sketch_code, self.photo_code = encoder(), encoder()
        self.sketch_decoder, self.photo_decoder = (mlp([config.code, *between, dim]) for _ in range(2))

    def training_step(self, batch: tuple[Tensor, ...], _: int = 0) -> Tensor:
        """Reconstruction, class target and pairs.

        L = a [MSE(ŝ, s) + MSE(p̂, p)] + b [MSE(z_s, 1_c) + MSE(z_p, 1_c)] + c contrastive(z_s, z_p)
        """
        sketches, photos, sketch_targets, photo_targets, same = batch
        sketch_codes, photo_codes = self.sketch_code(sketches), self.photo_code(photos)
        rebuild = mse_loss(self.sketch_decoder(sketch_codes), sketches)
        rebuild = rebuild + mse_loss(self.photo_decoder(photo_codes), photos)
        target = mse_loss(sketch_codes, sketch_targets) + mse_loss(photo_codes, photo_targets)
        pairs = contrastive if self.config.pairs == "drawn" else contrastive_batch
        pair = pairs(sketch_codes, photo_codes, same, self.config.margin)
        parts = {"rebuild": rebuild, "target": target, "pair": pair}
        self.log_dict(parts, on_step=False, on_epoch=True)
        return self.config.rebuild * rebuild + self.config.target * target + self.config.pair * pair

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """Adam."""
        return torch.optim.Adam(self.parameters(), lr=self.config.rate)


def train(
    config: Autoencoder, run_dir: Path, *, cache_dir: Path | None = None, on_progress: OnProgress = silent
) -> Path:
    """Train both stages and write the model folder ``run_dir/model``, whose path is returned.

    A run that was stopped goes on where it was; one that is finished is not run again.

    Raises:
        BadDataset: the data set is missing.
        BadConfig: a setting is out of range, or the folder holds another run.
        BadModel: the backbone cannot be loaded.
    """
    run = Run(run_dir, "dual_stage.autoencoder", config, cache_dir=cache_dir, on_progress=on_progress)

    def build(sketches: Learnt, photos: Learnt, material: Material) -> tuple[Network, Batches]:
        if config.target and config.code < len(material.classes):
            raise BadConfig(
                f"code = {config.code}: the class target needs one number a class, and there are "
                f"{len(material.classes)}. Raise code, or set target = 0"
            )
        network = Network(sketches.train.shape[-1], config)
        return network, lambda epoch: _batches(config, sketches, photos, material, epoch)

    return two_stages(run, config, build)


def _batches(
    config: Autoencoder, sketches: Learnt, photos: Learnt, material: Material, epoch: int
) -> Iterator[tuple[Tensor, ...]]:
    """The steps of an epoch, each picture in a view drawn by chance, with class targets."""
    rng = np.random.default_rng([config.seed, epoch])
    classes = [codes(side.items, material.classes) for side in (sketches, photos)]
    targets = [one_hot(torch.from_numpy(side), config.code).float() for side in classes]
    for asked, given, same in meetings(config, classes[0], classes[1], rng):
        yield (
            sketches.draw(asked, rng),
            photos.draw(given, rng),
            targets[0][asked],
            targets[1][given],
            torch.from_numpy(same),
        )
