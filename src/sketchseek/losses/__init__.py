"""Losses, one a file: plain functions of embeddings, with their formula and its source."""

from __future__ import annotations

LOSSES: dict[str, str] = {
    "contrastive": "sketchseek.losses.contrastive:contrastive",
    "triplet": "sketchseek.losses.triplet:triplet",
}
