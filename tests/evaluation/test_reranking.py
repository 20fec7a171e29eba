"""Shortlists whose pairs are compared while an encoder is measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest
from evaluation_toy import ToyEncoder
from numpy.typing import NDArray

from sketchseek.data import Dataset
from sketchseek.evaluation import run
from sketchseek.evaluation.benchmarks import Benchmark
from sketchseek.evaluation.reranking import Shortlists
from sketchseek.evaluation.results import kept, write
from sketchseek.evaluation.trial import prepare
from sketchseek.images import PhotoInput
from sketchseek.rerankers.pairs import Regions, scorer_of
from sketchseek.sketch import Sketch, SketchInput


@dataclass
class Blueness:
    """Compares nothing: the bluer a photo, the higher its score."""

    photo: PhotoInput = field(default_factory=lambda: PhotoInput(size=8))
    sketch: SketchInput = field(default_factory=lambda: SketchInput(size=16))
    compared: list[int] = field(default_factory=list)

    def photos(self, pixels: NDArray[np.uint8]) -> Regions:
        return self._of(pixels[..., 2].mean((1, 2)) - pixels[..., 0].mean((1, 2)) + np.arange(len(pixels)))

    def sketches(self, sketches: Sequence[Sketch]) -> Regions:
        return self._of(np.zeros(len(sketches)))

    def unpacked(self, kept: Sequence[bytes]) -> Regions:
        return self._of(np.array([np.frombuffer(some, "<f2", offset=2)[4] for some in kept]))

    def scores(self, sketches: Regions, photos: Regions) -> NDArray[np.float32]:
        self.compared.append(len(photos.sizes))
        return photos.values[:, 0, 0][None].astype(np.float32) / 1000

    def _of(self, values: NDArray[np.floating]) -> Regions:
        count = len(values)
        none = np.empty((count, 0, 2), np.int64)
        return Regions(
            values.reshape(-1, 1, 1).astype(np.float32),
            np.ones(count, np.int64),
            np.tile(np.array([0, 0, 1, 1], np.float32), (count, 1, 1)),
            none,
        )


def test_a_shortlist_is_ordered_anew_and_stays_before_the_rest(
    dataset: Dataset, benchmark: Benchmark
) -> None:
    trial = prepare(benchmark, dataset)
    scorer = Blueness()
    told = []
    closer = Shortlists(scorer, trial.dataset, trial.gallery, 3, told.append)  # type: ignore[arg-type]
    cosines = np.array(
        [[0.9, 0.8, 0.7, 0.6, -0.9, 0.1], [0.1, 0.2, 0.3, -np.inf, -np.inf, -np.inf]], np.float32
    )
    found = closer.scores(cosines, trial.dataset, trial.queries[:2])
    assert scorer.compared == [3, 3]
    assert set(np.argsort(-found[0])[:3]) == {0, 1, 2}
    own = [float(np.frombuffer(some, "<f2", offset=2)[4]) for some in closer._kept]
    assert np.argsort(-found[0], kind="stable")[:3].tolist() == sorted(range(3), key=lambda at: -own[at])
    assert np.argsort(-found[0], kind="stable")[3:].tolist() == [3, 5, 4]
    assert np.isneginf(found[1, 3:]).all()
    assert [(event.stage, event.done, event.total) for event in told] == [
        ("regions", 6, 6),
        ("pairs", 1, 2),
        ("pairs", 2, 2),
    ]


def test_photos_that_are_not_searched_are_not_compared(dataset: Dataset, benchmark: Benchmark) -> None:
    trial = prepare(benchmark, dataset)
    scorer = Blueness()
    closer = Shortlists(scorer, trial.dataset, trial.gallery, 5, lambda _: None)  # type: ignore[arg-type]
    closer.scores(np.array([[1, 0.5, *[-np.inf] * 4]], np.float32), trial.dataset, trial.queries[:1])
    assert scorer.compared == [2]


def test_a_measurement_compares_pairs_where_the_model_does(
    encoder: ToyEncoder,
    benchmark: Benchmark,
    dataset: Dataset,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert scorer_of(encoder) is None
    plain = run.evaluate(encoder, benchmark, dataset=dataset)
    assert plain.shortlist == 0
    for module in ("run", "results"):
        monkeypatch.setattr(f"sketchseek.evaluation.{module}.scorer_of", lambda _: Blueness())
    found = run.evaluate(encoder, benchmark, dataset=dataset, shortlist=6)
    assert found.shortlist == 6
    assert "regions" in found.seconds
    assert found.ranking.items[0].tolist() == found.ranking.items[5].tolist()  # whatever is drawn
    assert found.metrics["map@all"] < plain.metrics["map@all"]
    left = run.evaluate(encoder, benchmark, dataset=dataset, shortlist=0)
    assert left.metrics == plain.metrics
    early = replace(benchmark, prefixes=2, metrics=("m@A", "acc@1"))
    assert run.evaluate(encoder, early, dataset=dataset, shortlist=6).values["m@A"].shape == (6,)

    path = write(found, tmp_path / "result.json")
    assert kept(path, encoder, found.trial, 6)
    assert kept(path, encoder, found.trial, 5) is None
    assert kept(path, encoder, found.trial, 0) is None
