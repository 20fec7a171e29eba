"""What is trained: both domains' upper halves, which are one network, and what is read from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import lightning.pytorch as pl
import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from sketchseek.errors import BadConfig
from sketchseek.losses.infonce import infonce
from sketchseek.methods.instance.config import Config
from sketchseek.methods.instance.matching import Matching, Spots, View
from sketchseek.methods.instance.material import Batch, Seen, Values
from sketchseek.training.halves import Top, Trunk, rates
from sketchseek.training.loop import one_cycle
from sketchseek.training.pictures import Contract
from sketchseek.training.towers import Mirrored, Standardise, Tower, principal, through

_CHUNK = 32  # pictures that go through a top at once where nothing is learnt
_SAMPLE = 256  # pictures of each domain whose maps the matching begins with
_FLOOR = 0.05  # a deviation of features below it counts as so much

Domain = Literal["sketch", "photo"]


@dataclass(frozen=True)
class Half:
    """One domain's network in two: the trunk is frozen, the top is tuned."""

    trunk: Trunk
    top: Top


class Look(NamedTuple):
    """N pictures of one domain: embeddings (N, dim) of about unit length, and spots if they are matched."""

    whole: Tensor
    spots: Spots | None


class Network(pl.LightningModule):
    """Both tops, the projection that they share, and what matches their maps place by place.

    All start at the principal axes of what is seen.
    """

    def __init__(self, config: Config, sketch: Half, photo: Half, seen: Seen) -> None:
        super().__init__()
        self.config = config
        self.steps = 1  # of the stage at hand
        halves, features, maps = [], [], []
        for half, values in ((sketch, seen.sketches), (photo, seen.photos)):
            found = through(half.top, values[0, 0])
            standardise = Standardise.fitted(found, floor=_FLOOR)
            half.top.requires_grad_(config.rate_top > 0)
            halves.append(nn.Sequential(half.top, standardise))
            features.append(standardise(found))
            maps.append(_maps(half.top, values[0, 0], self.after))
        self.sketch, self.photo = halves
        self.head = nn.Sequential(nn.Dropout(config.dropout), principal(torch.cat(features), config.dim))
        if config.norm == "batch":
            self.head.append(nn.BatchNorm1d(config.dim, affine=False))
        self.matching = None
        if self.after:
            self.matching = Matching((maps[0], maps[1]), config.spot_dim, config.reach)

    @property
    def after(self) -> int:
        """How many of a top's blocks give the map whose spots are matched; 0: none are."""
        return max(0, self.config.spots - self.config.cut)

    def training_step(self, batch: Batch, _: int = 0) -> Tensor:
        """What views of B sketches and P photos come to, with (B, P) bool which belong together."""
        sketches, photos, right = batch
        drawn = [self.see("sketch", view) for view in sketches]
        shown = [self.see("photo", view) for view in photos]
        loss = torch.stack([self.told(*pair, right) for pair in zip(drawn, shown, strict=True)]).mean()
        if self.config.within:
            related, itself = right.float() @ right.float().T > 0, torch.eye(right.shape[1]) > 0
            inside = self.told(drawn[0], drawn[1], related) + self.told(shown[0], shown[1], itself)
            loss = loss + self.config.within * inside
        self.log("loss", loss, on_step=False, on_epoch=True)
        return loss

    def told(self, one: Look, other: Look, right: Tensor) -> Tensor:
        """InfoNCE of two lots of pictures, as wholes and by their spots, with (B, P) bool what is right."""
        config = self.config
        near = -torch.cdist(one.whole, other.whole).square() / 2  # of unit vectors the cosine, less 1
        loss = infonce(near / config.temperature, right, smoothing=config.smoothing)
        if self.matching is not None:
            scores = self.scores(one, other) / config.spot_temperature
            loss = loss + infonce(scores, right, smoothing=config.smoothing)
        return loss

    def see(self, domain: Domain, values: Tensor) -> Look:
        """Trunk outputs (N, D) of a domain as they are searched and compared."""
        top, standardise = self.sketch if domain == "sketch" else self.photo
        assert isinstance(top, Top)  # noqa: S101
        early, pooled = top.after(self.after, values)
        whole = self.head(standardise(pooled))
        whole = whole / self.config.dim**0.5 if self.config.norm == "batch" else normalize(whole, dim=1)
        return Look(whole, self.view(domain)(early) if self.matching is not None else None)

    def view(self, domain: Domain) -> View:
        """How a domain's maps become spots, where these are matched."""
        assert self.matching is not None  # noqa: S101
        return self.matching.sketch if domain == "sketch" else self.matching.photo

    def scores(self, sketches: Look, photos: Look) -> Tensor:
        """(Q, G) by which photos are ranked in the end: of spots where they are matched, else cosines."""
        if self.matching is None or sketches.spots is None or photos.spots is None:
            return cosines(sketches, photos)
        return self.matching.table(sketches.spots, photos.spots)

    @torch.inference_mode()
    def look(self, domain: Domain, values: Values) -> Look:
        """What it sees in many pictures, (N, D) float16 trunk outputs, nothing learnt."""
        parts = [
            self.see(domain, torch.from_numpy(values[start : start + _CHUNK]).float())
            for start in range(0, len(values), _CHUNK)
        ]
        spots = [part.spots for part in parts if part.spots is not None]
        whole = torch.cat([part.whole for part in parts])
        return Look(whole, Spots(*map(torch.cat, zip(*spots, strict=True))) if spots else None)

    def configure_optimizers(self) -> Any:
        """AdamW under one cosine cycle; the backbone's upper half at its own rate."""
        return one_cycle(rates(self, self.config.rate, self.config.rate_top), self.config.decay, self.steps)

    def towers(self, sketch: Half, photo: Half, inputs: tuple[Contract, Contract]) -> tuple[Tower, Tower]:
        """The whole encoders of photos and of sketches."""
        drawn: nn.Module = nn.Sequential(sketch.trunk, self.sketch)
        bodies = nn.Sequential(photo.trunk, self.photo), Mirrored(drawn) if self.config.mirror else drawn
        of_photos, of_sketches = (
            Tower(body, self.head, mean=contract.mean, std=contract.std)
            for body, contract in zip(bodies, inputs, strict=True)
        )
        return of_photos, of_sketches


def cosines(sketches: Look, photos: Look) -> Tensor:
    """(Q, G) by which wholes are searched."""
    return normalize(sketches.whole, dim=1) @ normalize(photos.whole, dim=1).T


@torch.inference_mode()
def _maps(top: Top, values: Values, after: int) -> Tensor:
    """What some of the pictures look like after so many of a top's blocks."""
    some = torch.from_numpy(values[:: max(1, len(values) // _SAMPLE)]).float()
    found = torch.cat([top.after(after, part)[0] for part in torch.split(some, _CHUNK)]).clone()
    if after and found.dim() != 4:
        raise BadConfig("spots are places of a feature map: name a MobileNetV2 as the backbone, or spots=0")
    return found
