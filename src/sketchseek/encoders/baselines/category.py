"""A model that ranks by something finer, asked for the category, as the page asks it there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from sketchseek.encoders import OnnxEncoder, load_encoder
from sketchseek.encoders.baselines.over import Floats, Over
from sketchseek.errors import BadConfig


def make(argument: str) -> Category:
    """The model of a name or folder, asked for the category.

    Raises:
        BadConfig: no model is named, or it ranks by category anyway or knows no category's name.
        BadModel: the model is missing or broken.
    """
    if not argument:
        raise BadConfig("category: names no model; category:runs/midgrain/model does")
    encoder = load_encoder(argument)
    grains = encoder.model.grains
    if grains[0] != "category" or len(grains) < 2:
        told = " and ".join(map(repr, grains))
        raise BadConfig(f"the model {encoder.model.card.name!r} ranks by {told} only")
    return Category(encoder)


@dataclass(frozen=True, eq=False)
class Category(Over):
    """An encoder whose drawings ask for the category; its photos are as they are."""

    inner: OnnxEncoder

    changed = "category"

    @cached_property
    def model_id(self) -> str:
        """Of the model; how it is asked is told by the name."""
        name, _, digest = self.inner.model_id.partition("@")
        return f"{name}+category@{digest}"

    @property
    def source(self) -> str:
        """The name that it is found by."""
        return f"category:{self.inner.source}"

    def change(self, rows: Floats, domain: Literal["photo", "sketch"]) -> Floats:
        """(N, D) embeddings of one domain; of drawings, with the category that they are nearest to."""
        return rows if domain == "photo" else self.inner.model.asking(rows, "category")
