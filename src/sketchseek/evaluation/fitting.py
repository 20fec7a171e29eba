"""What an encoder may look at before it is measured: the benchmark's training part, never its queries."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sketchseek.data import Dataset, Item
from sketchseek.encoders import Encoder, Fittable
from sketchseek.evaluation.codes import Coded, recipe
from sketchseek.evaluation.embeddings import Progress, Tell, embed, pixels
from sketchseek.evaluation.trial import Trial

_GALLERY = ":gallery"


def fitted(
    encoder: Encoder | Fittable,
    trial: Trial,
    *,
    codes: str = "",
    tell: Tell = lambda _: None,
    cache: Path | None = None,
) -> Encoder:
    """An encoder that is ready to be measured; one that is ready already comes back as it is.

    Both fits see the training part, or the gallery's photos where there is none. Codes are fitted to photos
    alone: it is photos that are kept as codes. With ``:gallery`` behind their name they are fitted to the
    gallery's, as an index fits them to the library that it holds: no label is needed for that.

    Args:
        encoder: what is to be measured.
        trial: where.
        codes: compact codes to put in place of its embeddings, such as ``itq:64`` or ``itq:64:gallery``; see
            `codes`.
        tell: called after each batch.
        cache: folder of kept embeddings; see `embed`.

    Raises:
        UnknownName, BadConfig, MissingExtra: as `codes.recipe`.
        BadConfig: the encoder cannot learn from so little.
        BadSketch, BadImage: an item cannot be read.
    """
    kind = codes.removesuffix(_GALLERY)
    fit = recipe(kind) if codes else None
    photos, sketches = material(trial)
    if isinstance(encoder, Fittable):
        total = len(photos) + len(sketches)
        encoder = encoder.fitted(
            _Opened(encoder, trial.dataset, photos, tell, 0, total),
            _Opened(encoder, trial.dataset, sketches, tell, len(photos), total),
        )
    if fit is None:
        return encoder
    seen = photos if kind == codes else trial.gallery
    return Coded(encoder, codes, fit(embed(encoder, trial.dataset, seen, tell=tell, cache=cache)))


def material(trial: Trial) -> tuple[tuple[Item, ...], tuple[Item, ...]]:
    """Photos and sketches that may be looked at: the training part, or else the gallery and no sketches."""
    part = trial.benchmark.training
    if part is None:
        return trial.gallery, ()
    seen = part.of(trial.dataset)
    return seen.photos, seen.sketches


@dataclass(frozen=True)
class _Opened:
    """Items as an encoder wants to see them, opened when they are asked for: `Pictures`."""

    encoder: Encoder | Fittable
    dataset: Dataset
    items: tuple[Item, ...]
    tell: Tell
    before: int
    total: int

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, place: int, /) -> NDArray[np.uint8]:
        found = pixels(self.encoder, self.dataset, self.items[place])
        self.tell(Progress("fitting", self.before + place + 1, self.total))
        return found
