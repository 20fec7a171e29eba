"""How what was measured came about, so that results of one method stand on one row."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from sketchseek.encoders import Changed, Chosen, Encoder, OnnxEncoder
from sketchseek.model import Card


@dataclass(frozen=True)
class Origin:
    """How a model came about, as far as its card says.

    Attributes:
        method: the method's name; the model's own where it has no card.
        settings: twelve hexadecimal digits, equal for equal settings apart from the seed.
        seed: of its training, where the card tells.
        recipe: that it was trained by, where the card names one.
    """

    method: str
    settings: str = ""
    seed: int | None = None
    recipe: str = ""


def origin(encoder: Encoder) -> Origin:
    """Of a model by its card, of a baseline by its settings; of what changes another's embeddings, both."""
    if isinstance(encoder, Changed):
        inner = origin(encoder.inner)
        return replace(inner, method=f"{inner.method}, {encoder.changed}")
    if card := card_of(encoder):
        return replace(_of(card.method, card.training), recipe=card.recipe)
    name = encoder.model_id.partition("@")[0]
    return _of(name, encoder.settings) if isinstance(encoder, Chosen) else Origin(name)


def card_of(encoder: Encoder) -> Card | None:
    """The card of the model behind an encoder; None where there is none."""
    if isinstance(encoder, Changed):
        return card_of(encoder.inner)
    return encoder.model.card if isinstance(encoder, OnnxEncoder) else None


def _of(method: str, chosen: Mapping[str, object]) -> Origin:
    settings = {key: value for key, value in chosen.items() if key != "seed"}
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True, default=str).encode()).hexdigest()[:12]
    seed = chosen.get("seed")
    return Origin(method, digest, seed if isinstance(seed, int) else None)
