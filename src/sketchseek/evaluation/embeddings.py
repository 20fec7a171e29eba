"""Embeddings of a data set's items, batch by batch, kept on disk where a folder is given."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
import platformdirs
from numpy.typing import NDArray

from sketchseek._aside import aside
from sketchseek.data import Dataset, Item
from sketchseek.encoders import Changed, Encoder
from sketchseek.errors import BadModel
from sketchseek.images import PhotoInput, fit
from sketchseek.sketch import SketchInput

BATCH = 32

Stage = Literal["fitting", "photos", "sketches", "regions", "pairs", "prefixes", "rankings"]


@dataclass(frozen=True)
class Progress:
    """How far an evaluation is: ``done`` of ``total`` items of a stage."""

    stage: Stage
    done: int
    total: int


Tell = Callable[[Progress], None]


class Seeing(Protocol):
    """What looks at pictures: an encoder, or what compares pairs."""

    @property
    def photo(self) -> PhotoInput:
        """What it expects of photos."""
        ...

    @property
    def sketch(self) -> SketchInput:
        """What it expects of drawings."""
        ...


def cache_folder() -> Path:
    """Where the user's embeddings are kept; safe to delete at any time."""
    return Path(platformdirs.user_cache_dir("sketchseek")) / "embeddings"


def embed(
    encoder: Encoder,
    dataset: Dataset,
    items: Sequence[Item],
    *,
    tell: Tell = lambda _: None,
    cache: Path | None = None,
) -> NDArray[np.float32]:
    """The embeddings of items of one domain: (N, D) float32, rows of unit length.

    A kept batch is found by the model's identity and by the very pixels that the model would see: whatever
    changes them, a file, a setting or the code that draws, makes it another batch, and nothing goes stale.

    Args:
        encoder: what embeds them.
        dataset: what opens them.
        items: all sketches or all photos.
        tell: called after each batch.
        cache: folder of kept batches; made where it is missing.

    Raises:
        BadModel: the encoder gives vectors that are not of unit length.
        BadSketch, BadImage: an item cannot be read.
    """
    if isinstance(encoder, Changed) and items:  # what it changes is kept once, whatever it is changed to
        inner = embed(encoder.inner, dataset, items, tell=tell, cache=cache)
        return encoder.change(inner, items[0].domain)
    vectors = np.empty((len(items), encoder.dim), np.float32)
    for start in range(0, len(items), BATCH):
        some = items[start : start + BATCH]
        seen = np.stack([pixels(encoder, dataset, item) for item in some])
        vectors[start : start + len(some)] = _kept(encoder, seen, cache) if cache else _made(encoder, seen)
        tell(Progress("sketches" if some[0].domain == "sketch" else "photos", start + len(some), len(items)))
    return vectors


def pixels(encoder: Seeing, dataset: Dataset, item: Item) -> NDArray[np.uint8]:
    """An item as an encoder sees it: a photo (S, S, 3), a drawing (S, S).

    Raises:
        BadSketch, BadImage: it cannot be read.
    """
    if item.domain == "sketch":
        return dataset.sketch(item).render(encoder.sketch)
    return fit(dataset.photo(item, encoder.photo.size), encoder.photo)


def _made(encoder: Encoder, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    vectors = encoder.embed_sketches(pixels) if pixels.ndim == 3 else encoder.embed_photos(pixels)
    if not np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-2):  # NaN fails too
        raise BadModel(f"model {encoder.model_id} gives vectors that are not of unit length")
    return vectors


def _kept(encoder: Encoder, pixels: NDArray[np.uint8], cache: Path) -> NDArray[np.float32]:
    """The batch from its file, or made and put there."""
    digest = hashlib.sha256(f"{encoder.model_id} {pixels.shape} ".encode() + pixels.tobytes()).hexdigest()
    place = cache / f"{digest[:32]}.npy"
    if place.is_file():
        kept: NDArray[np.float32] = np.load(place, allow_pickle=False)
        return kept
    vectors = _made(encoder, pixels)
    cache.mkdir(parents=True, exist_ok=True)
    with aside(place) as written:
        np.save(written, vectors, allow_pickle=False)
    return vectors
