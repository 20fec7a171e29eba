"""What the page's judgement is worth: how often something stands out, and whether that is what was drawn.

    python benchmarks/standing_out.py --out benchmarks/results/standing_out.json

Every drawing of a benchmark asks twice: the whole gallery, and the gallery without the photos of its class.
The same in random libraries of several sizes, `OF_CLASS` photos of the drawn class in each. Also counted:
pairs of different photos that the page would show as near-duplicates, and altered copies that it would know
as such.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
from machine import about, write
from PIL import Image, ImageEnhance

from sketchseek.encoders import OnnxEncoder, encode_photos, load_encoder
from sketchseek.evaluation.benchmarks import benchmark
from sketchseek.evaluation.embeddings import cache_folder, embed
from sketchseek.evaluation.trial import Trial, prepare
from sketchseek.server.asking import ALIKE, Chance

BENCHMARK = "sketchy-subset/category"
SIZES = (30, 100, 300, 1459)
OF_CLASS = 3
ALTERED = 100


def saved(quality: int) -> Callable[[Image.Image], Image.Image]:
    """What saves a photo again as JPEG."""

    def save(photo: Image.Image) -> Image.Image:
        file = BytesIO()
        photo.save(file, "JPEG", quality=quality)
        return Image.open(file).convert("RGB")

    return save


def cropped(photo: Image.Image) -> Image.Image:
    """A twentieth cut off each side."""
    width, height = photo.size
    return photo.crop((width // 20, height // 20, width - width // 20, height - height // 20))


CHANGES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "jpeg 80": saved(80),
    "jpeg 50": saved(50),
    "brighter by a fifth": lambda photo: ImageEnhance.Brightness(photo).enhance(1.2),
    "a twentieth off each side": cropped,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--model", default="default", help="packaged model or model folder")
    parser.add_argument("--benchmark", default=BENCHMARK)
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    encoder = load_encoder(asked.model)
    trial = prepare(benchmark(asked.benchmark))
    photos = embed(encoder, trial.dataset, trial.gallery, cache=cache_folder())
    sketches = embed(encoder, trial.dataset, trial.queries, cache=cache_folder())
    labels = np.array([item.label for item in trial.gallery])
    drawn = np.array([item.label for item in trial.queries])
    found = {"model": encoder.model_id, "benchmark": asked.benchmark, "drawings": len(drawn)}
    scores, right = sketches @ photos.T, drawn[:, None] == labels[None]
    found |= judged(scores, right)
    found["libraries"] = {str(size): in_libraries(scores, right, size) for size in SIZES}
    found["altered_and_alike"] = altered(encoder, trial)
    near = np.argwhere(np.triu(photos @ photos.T >= ALIKE, 1))
    found["pairs"] = len(labels) * (len(labels) - 1) // 2
    found["near_duplicates"] = len(near)
    found["near_duplicates_of_one_class"] = int((labels[near[:, 0]] == labels[near[:, 1]]).sum())
    write(asked.out, about() | found)


def judged(scores: np.ndarray, right: np.ndarray) -> dict[str, float]:
    """Shares over all drawings of a (Q, G) table of scores and of what is of the drawn class."""
    sure, without, first, hits, of_class = [], [], [], 0, 0
    for row, same in zip(scores, right, strict=True):
        chance, other = Chance.of(row), Chance.of(row[~same])
        assert chance is not None  # noqa: S101 - a gallery of a benchmark is large
        assert other is not None  # noqa: S101 - as above
        out = row >= chance.middle + chance.reach
        sure.append(out.any())
        without.append(other.outstanding(row[~same]) > 0)
        first.append(same[row.argmax()])
        hits += int(out.sum())
        of_class += int(same[out].sum())
    sure_, first_ = np.array(sure), np.array(first)
    return {
        "something_stands_out": float(sure_.mean()),
        "something_stands_out_without_the_class": float(np.mean(without)),
        "first_is_right_where_something_stands_out": float(first_[sure_].mean()),
        "first_is_right_where_nothing_does": float(first_[~sure_].mean()),
        "outstanding_and_right": of_class / hits,
    }


def in_libraries(scores: np.ndarray, right: np.ndarray, size: int) -> dict[str, float]:
    """How often something stands out in random libraries, with and without photos of the drawn class."""
    rng = np.random.default_rng(0)
    told: list[tuple[bool, bool]] = []
    for row, same in zip(scores, right, strict=True):
        others = rng.permutation(row[~same])[: size - OF_CLASS]
        library = np.concatenate([others, rng.permutation(row[same])[:OF_CLASS]])
        with_class, without = Chance.of(library), Chance.of(others)
        assert with_class is not None  # noqa: S101 - enough photos for both
        assert without is not None  # noqa: S101 - as above
        told.append((with_class.outstanding(library) > 0, without.outstanding(others) > 0))
    shares = np.mean(told, axis=0)
    return {"with_the_class": float(shares[0]), "without": float(shares[1])}


def altered(encoder: OnnxEncoder, trial: Trial) -> dict[str, float]:
    """The share of photos that are near-duplicates of their own altered copies."""
    chosen = np.linspace(0, len(trial.gallery) - 1, ALTERED).round().astype(int)
    photos = [trial.dataset.photo(trial.gallery[place]) for place in chosen]
    plain = encode_photos(encoder, photos)
    return {
        name: float(((encode_photos(encoder, map(change, photos)) * plain).sum(axis=1) >= ALIKE).mean())
        for name, change in CHANGES.items()
    }


if __name__ == "__main__":
    main()
