"""Losses, one a file: plain functions of embeddings, with their formula and its source."""

from __future__ import annotations

LOSSES: dict[str, str] = {
    "contrastive": "sketchseek.losses.contrastive:contrastive",
    "distillation": "sketchseek.losses.distillation:distillation",
    "domain": "sketchseek.losses.domain:domain",
    "infonce": "sketchseek.losses.infonce:infonce",
    "paired_triplet": "sketchseek.losses.paired_triplet:paired_triplet",
    "proxies": "sketchseek.losses.proxies:proxies",
    "reconstruction": "sketchseek.losses.reconstruction:reconstruction",
    "triplet": "sketchseek.losses.triplet:triplet",
}
