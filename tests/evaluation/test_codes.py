"""Codes as vectors: they rank as distances do, ties stay ties, fits see no query."""

from __future__ import annotations

import itertools
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from evaluation_toy import ToyEncoder
from numpy.typing import NDArray

from sketchseek.data import Dataset
from sketchseek.encoders import Pictures
from sketchseek.errors import BadConfig, MissingExtra, UnknownName
from sketchseek.evaluation import hashing
from sketchseek.evaluation.benchmarks import Benchmark
from sketchseek.evaluation.codes import recipe
from sketchseek.evaluation.embeddings import Progress, embed, pixels
from sketchseek.evaluation.fitting import fitted, material
from sketchseek.evaluation.metrics import metric
from sketchseek.evaluation.run import evaluate
from sketchseek.evaluation.trial import prepare
from sketchseek.images import PhotoInput
from sketchseek.sketch import SketchInput


def clusters(count: int, dim: int = 40) -> NDArray[np.float32]:
    rng = np.random.default_rng(3)
    rows = rng.normal(0, 1, (12, dim))[rng.integers(0, 12, count)] + rng.normal(0, 0.7, (count, dim))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.mark.parametrize("bits", [1, 7, 16, 33])
def test_binary_codes_score_by_hamming_distance_exactly(bits: int) -> None:
    rows = clusters(400)
    asked, given = rows[:50], rows[50:]
    quantiser = recipe(f"itq:{bits}")(given)
    drawn, kept = quantiser.sketches(asked), quantiser.photos(given)
    assert drawn.shape == (50, quantiser.dim)
    for side in (drawn, kept):
        np.testing.assert_allclose(np.linalg.norm(side, axis=1), 1, atol=1e-5)
    hasher = hashing.fit(given, bits)
    distances = hashing.distances(hasher.codes(asked), hasher.codes(given)).astype(np.int64)
    scores = drawn @ kept.T
    step = float(2.0 ** -(2 * np.ceil(np.log2(bits) / 2)))
    np.testing.assert_array_equal(scores, step * (bits - 2 * distances))  # not a single rounding
    np.testing.assert_array_equal(np.sort(drawn @ kept[::-1].T), np.sort(scores))
    found = metric("map@10")(scores, labels := rng_labels(50, 350))
    np.testing.assert_array_equal(found, metric("map@10")(-distances.astype(np.float32), labels))


def rng_labels(queries: int, gallery: int) -> NDArray[np.bool_]:
    found = np.random.default_rng(0).random((queries, gallery)) < 0.1
    found[:, 0] = True
    return found


def test_product_codes_score_by_the_nearest_means() -> None:
    rows = clusters(500)
    asked, given = rows[:60], rows[60:]
    quantiser = recipe("pq:5x4")(given)
    kept = quantiser.photos(given)
    for part in np.split(kept * 100, 5, axis=1):  # up to its length, a part is one of sixteen
        directions = part / np.maximum(np.linalg.norm(part, axis=1, keepdims=True), 1e-9)
        assert len(np.unique(directions.round(1), axis=0)) <= 16 * 3
    codes = np.unique(kept, axis=0)
    assert 16 < len(codes) < len(kept)  # some share a code
    np.testing.assert_allclose(np.linalg.norm(kept, axis=1), 1, atol=2e-3)
    np.testing.assert_allclose(quantiser.sketches(asked), asked, atol=2.5e-4)
    scores = quantiser.sketches(asked) @ kept.T
    exact = quantiser.sketches(asked).astype(np.float64) @ kept.astype(np.float64).T
    np.testing.assert_array_equal(scores.astype(np.float64), exact)  # so that equal codes tie
    assert np.corrcoef(scores.ravel(), (asked @ given.T).ravel())[0, 1] > 0.9


def test_more_bits_lose_less() -> None:
    rows = clusters(900, 24)
    asked, given = rows[:100], rows[100:]
    wanted = asked @ given.T
    relevance = wanted >= np.sort(wanted, axis=1)[:, -20:-19]
    found: dict[str, float] = {}
    for codes in ("itq:4", "itq:16", "pq:2x2", "pq:8x6"):
        quantiser = recipe(codes)(given)
        scores = quantiser.sketches(asked) @ quantiser.photos(given).T
        found[codes] = float(metric("map@all")(scores, relevance).mean())
    assert found["itq:16"] > found["itq:4"] + 0.05
    assert found["pq:8x6"] > found["pq:2x2"] + 0.05


@pytest.mark.parametrize(
    ("codes", "error", "message"),
    [
        ("itk:64", UnknownName, "unknown codes 'itk'. Did you mean 'itq'"),
        ("itq", BadConfig, "codes 'itq': write itq:64"),
        ("itq:0", BadConfig, "write itq:64"),
        ("itq:64:galery", BadConfig, "write itq:64"),
        ("pq:8", BadConfig, "write pq:8x8"),
        ("itq:41", BadConfig, "itq:41: 100 embeddings of 40 numbers carry 1 to 40 bits"),
        ("pq:41x2", BadConfig, "at most 40 parts of 6 bits"),
        ("pq:4x7", BadConfig, "at most 40 parts of 6 bits"),
    ],
)
def test_codes_that_cannot_be_are_refused(codes: str, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        recipe(codes)(clusters(100))


def test_product_codes_name_their_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.cluster", None)
    with pytest.raises(MissingExtra, match=r"codes pq:2x2 needs sklearn.*\[baselines\]"):
        recipe("pq:2x2")(clusters(100))


def test_a_coded_encoder_is_measured_and_told_apart(
    encoder: ToyEncoder, benchmark: Benchmark, dataset: Dataset
) -> None:
    trial = prepare(benchmark, dataset)
    coded = fitted(encoder, trial, codes="itq:1")
    result = evaluate(coded, benchmark, dataset=dataset)
    assert result.model.startswith("toy+itq:1@")
    assert result.origin.method == "toy, itq:1"
    assert result.values["map@all"].tolist() == pytest.approx([1, 1, 1, 1, 1, 0.5])
    assert coded.source == "toy"
    np.testing.assert_array_equal(
        embed(coded, dataset, trial.queries),
        coded.embed_sketches(np.stack([dataset.sketch(one).render(encoder.sketch) for one in trial.queries])),
    )
    of_gallery = fitted(encoder, trial, codes="itq:1:gallery")
    assert of_gallery.model_id.startswith("toy+itq:1:gallery@")
    rows = encoder.embed_photos(np.stack([pixels(encoder, dataset, one) for one in trial.gallery]))
    np.testing.assert_array_equal(
        embed(of_gallery, dataset, trial.gallery), recipe("itq:1")(rows).photos(rows)
    )
    other = fitted(replace(encoder, model_id="toy@2"), trial, codes="itq:1")
    again = fitted(encoder, trial, codes="itq:1")
    assert (coded.model_id == again.model_id, coded.model_id == other.model_id) == (True, False)


@dataclass
class Learner:
    """Remembers what it was shown."""

    photo: PhotoInput = PhotoInput(size=8)  # noqa: RUF009 - frozen
    sketch: SketchInput = SketchInput(size=16)  # noqa: RUF009 - frozen
    shown: list[Any] = field(default_factory=list)

    def fitted(self, photos: Pictures, sketches: Pictures) -> ToyEncoder:
        self.shown = [[side[i] for i in range(len(side))] for side in (photos, sketches)]
        return ToyEncoder(model_id="learnt@1")


def test_embeddings_are_kept_once_for_all_codes(
    encoder: ToyEncoder, benchmark: Benchmark, dataset: Dataset, tmp_path: Path
) -> None:
    evaluate(encoder, benchmark, dataset=dataset, cache=tmp_path)
    trial = prepare(benchmark, dataset)
    coded = fitted(encoder, trial, codes="itq:1", cache=tmp_path)
    before = len(encoder.calls)
    evaluate(coded, benchmark, dataset=dataset, cache=tmp_path)
    evaluate(
        fitted(encoder, trial, codes="itq:2", cache=tmp_path), benchmark, dataset=dataset, cache=tmp_path
    )
    assert len(encoder.calls) == before


def test_what_learns_sees_the_training_part_alone(benchmark: Benchmark, dataset: Dataset) -> None:
    learner, told = Learner(), list[Progress]()
    result = evaluate(learner, benchmark, dataset=dataset, progress=told.append)
    assert result.model == "learnt@1"
    assert [len(side) for side in learner.shown] == [4, 4]
    assert {side[0].shape for side in learner.shown} == {(8, 8, 3), (16, 16)}
    assert [event.done for event in told if event.stage == "fitting"] == list(range(1, 9))
    trial = prepare(benchmark, dataset)
    tested = {item.id for item in itertools.chain(trial.queries, trial.gallery)}
    assert not tested & {item.id for item in itertools.chain(*material(trial))}


def test_without_a_training_part_the_gallery_is_seen_and_no_sketch(
    benchmark: Benchmark, dataset: Dataset
) -> None:
    trial = prepare(replace(benchmark, training=None), dataset)
    assert material(trial) == (trial.gallery, ())


def test_an_encoder_that_needs_no_fit_comes_back_as_it_is(
    encoder: ToyEncoder, benchmark: Benchmark, dataset: Dataset
) -> None:
    assert fitted(encoder, prepare(benchmark, dataset)) is encoder
