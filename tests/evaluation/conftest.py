"""The toy data set, benchmark and encoders as fixtures."""

from __future__ import annotations

from dataclasses import replace

import pytest
from evaluation_toy import ToyEncoder, make_dataset

from sketchseek.data import Dataset
from sketchseek.evaluation.benchmarks import Benchmark, Part


@pytest.fixture
def dataset() -> Dataset:
    return make_dataset()


@pytest.fixture
def benchmark() -> Benchmark:
    return Benchmark(
        name="toy/category",
        title="Toy",
        description="Bars and poles.",
        dataset="toy",
        queries=Part(split="test", count=6),
        gallery=Part(split="test"),
        relevance="class",
        metrics=("map@all", "acc@1", "p@3"),
        unseen="photos",
        training=Part(split="train"),
        compare=("sketchy-21",),
    )


@pytest.fixture
def encoder() -> ToyEncoder:
    return ToyEncoder()


@pytest.fixture
def broken() -> ToyEncoder:
    return replace(ToyEncoder(), model_id="broken@1", length=2.0)
