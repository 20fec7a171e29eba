"""What mid-grain training can be told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from sketchseek.errors import BadConfig
from sketchseek.methods.dual_stage.stage_one import StageOne
from sketchseek.methods.dual_stage.stage_two import DualStage
from sketchseek.methods.midgrain.alignment import ALIGNMENTS, NEED_PAIRS
from sketchseek.methods.midgrain.clusters import CLUSTERINGS
from sketchseek.methods.midgrain.pools import How
from sketchseek.registry import check_name
from sketchseek.training.pictures import Augment

PairsFrom = Literal["fine", "lines", "guessed", "none"]
Share = Literal["none", "half", "all"]


def features() -> StageOne:
    """Stage 1 with the published augmentation: nothing is mirrored, since a view is part of a kind."""
    return StageOne(augment=Augment(flip=False, rotate=5.0, scale=0.1, drop=0.1))


@dataclass(frozen=True)
class MidGrain(DualStage):
    """What ``midgrain`` can be told, besides where data and features come from.

    Where the publication is silent, the value is ours; docs/methods.md lists them.

    Attributes:
        first: stage 1; see `features`.
        alignment: how a class's sketches and photos are brought together: a name in `ALIGNMENTS`.
        pairs: who belongs together where an alignment asks for it: "fine", sketches and the photos that they
            were drawn from; "lines", photos and their own line drawings, which nobody has to draw or label
            (``data.lines`` must be true); "guessed", sketches and the photos that they are most like, by the
            photos' line drawings, too, which are not learnt from then; or "none".
        known: photos of a class, at most, that are in pairs; 0: all that can be.
        alpha: weight of pairs against neighbours in the alignment "manifold".
        clustering: how the kinds within it are found: a name in `CLUSTERINGS`.
        directions: of an aligned class, the leading ones, that its kinds are found in; see `How`.
        share: what the two towers have in common: "none" of their layers, as published; the last ("half"); or
            "all", told apart by a token of their domain.
        widths: of each tower, from its first hidden layer to the embedding.
        magnet: weight of the magnet loss; 0 leaves it out.
        triplet: weight of the triplet loss; 0 leaves it out.
        margin: of the triplet loss, between unit-length embeddings.
        gap: of the magnet loss, in squared distances over 2 variance.
        refresh: epochs from one alignment and clustering to the next; 0: those of the start are kept.
        background: find them beside training, from the weights of an epoch before, which does not wait; else
            training stops for them, as published.
        steps: batches an epoch.
        batch: triplets a step.
        decay: weight decay.
    """

    first: StageOne = field(default_factory=features)
    alignment: str = "manifold"
    pairs: PairsFrom = "fine"
    known: int = 0
    alpha: float = 20.0
    clustering: str = "gmm"
    directions: int = 8
    share: Share = "none"
    widths: tuple[int, ...] = (512, 256)
    magnet: float = 1.0
    triplet: float = 1.0
    margin: float = 0.3
    gap: float = 1.0
    refresh: int = 0
    background: bool = True
    steps: int = 40
    batch: int = 64
    epochs: int = 40
    decay: float = 1e-4

    @property
    def how(self) -> How:
        """How kinds are found."""
        return How(self.alignment, self.clustering, self.directions, self.alpha, self.seed)

    def __post_init__(self) -> None:
        check_name(self.alignment, ALIGNMENTS, "alignment")
        check_name(self.clustering, CLUSTERINGS, "clustering")
        if self.pairs in ("lines", "guessed") and not self.data.lines:
            raise BadConfig(
                f'pairs = "{self.pairs}" takes line drawings of the photos: set data.lines = true'
            )
        if self.pairs == "none" and self.alignment in NEED_PAIRS:
            raise BadConfig(
                f'alignment = "{self.alignment}" needs pairs: set pairs = "fine", "lines" or "guessed", '
                f"or take {', '.join(sorted(set(ALIGNMENTS) - set(NEED_PAIRS)))}"
            )
        if self.magnet <= 0 and self.triplet <= 0:
            raise BadConfig("magnet = 0 and triplet = 0 leave nothing to learn; set one of them above 0")
        if self.known < 0:
            raise BadConfig(f"known = {self.known}: at least 1 photo of a class, or 0 for all")
        if self.directions < 1:
            raise BadConfig(f"directions = {self.directions}: at least 1")
        if not self.alpha > 0:
            raise BadConfig(f"alpha = {self.alpha}: above 0 is wanted")
        if self.refresh < 0:
            raise BadConfig(f"refresh = {self.refresh}: at least 1 epoch, or 0 for never")
        if len(self.widths) < 2:
            raise BadConfig(f"widths = {list(self.widths)}: a hidden layer and the embedding, at least")
