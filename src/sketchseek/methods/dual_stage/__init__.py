"""The dual-stage framework: a classifier per domain, then a small network on its cached features.

"Dual Stage Generic Framework" (IRJET, 06/2021), with a Siamese network as its second stage, and its
re-write, the "Dual-Phase Framework", with an autoencoder there. Stage 1 trains an encoder for sketches and
one for photos, apart from each other, as classifiers; the penultimate layer is the feature. Stage 2 learns
from cached features, in little time and memory, a code in which sketches and photos of one meaning are near.

Where text and released code differ, or leave a choice, a field of the configuration says so. Defaults are
what validated best on a frozen MobileNetV2; the recipes "published" have the papers' numbers.
"""

from __future__ import annotations

from sketchseek.methods import Method
from sketchseek.methods.dual_stage import autoencoder, siamese
from sketchseek.methods.dual_stage.stage_one import StageOne

__all__ = ["AUTOENCODER", "SIAMESE", "StageOne"]

SIAMESE = Method(
    name="dual_stage.siamese",
    summary="A Siamese network on the cached features of two classifiers (IRJET, 2021).",
    config=siamese.Siamese,
    train=siamese.train,
)
AUTOENCODER = Method(
    name="dual_stage.autoencoder",
    summary="Two autoencoders with a common code on the cached features of two classifiers.",
    config=autoencoder.Autoencoder,
    train=autoencoder.train,
)
