"""Benchmarks: exact counts, stable digests, and no leak gets past."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sketchseek.data import Dataset, load_dataset
from sketchseek.errors import BadBenchmark, UnknownName
from sketchseek.evaluation.benchmarks import Benchmark, Part, benchmarks, parse
from sketchseek.evaluation.benchmarks import benchmark as named
from sketchseek.evaluation.metrics import metrics
from sketchseek.evaluation.partial import AREAS
from sketchseek.evaluation.published import published, settings
from sketchseek.evaluation.trial import prepare

PROTOCOLS = ("category", "variant", "instance", "zero-shot", "generalised zero-shot", "partial sketch")
# Figures that are published name these: of the packaged model's card, of benchmarks/results, of the pages.
DIGESTS = {
    "sketchy-subset/category": "3559fc4e6fe1",
    "sketchy-subset/category:val": "f250c645a6b5",
    "sketchy-subset/instance": "96e35abe551e",
    "sketchy-subset/zero-shot-21": "332fca4b352d",
    "sketchy-subset/zero-shot-25": "e93fe26b2cb9",
    "synthetic/category": "627a8f09fd2f",
    "synthetic/instance": "ee07c8e03948",
}
SUBSET = {
    "sketchy-subset/category": (1090, 1459),
    "sketchy-subset/category:val": (676, 125),
    "sketchy-subset/instance": (1090, 1459),
    "sketchy-subset/zero-shot-21": (525, 525),
    "sketchy-subset/zero-shot-25": (625, 625),
    "sketchy-subset/instance:drawn": (1090, 206),
    "sketchy-subset/own-photo": (1090, 1459),
    "sketchy-subset/generalised-21": (525, 525 + 1214),
    "sketchy-subset/generalised-25": (625, 625 + 1171),
}


@pytest.mark.parametrize("name", benchmarks())
def test_every_benchmark_is_whole(name: str) -> None:
    found = named(name)
    assert found.name == name
    assert found.title
    assert found.description.endswith(".")
    assert "\n" not in found.description
    assert metrics(name for name in found.metrics if name not in AREAS)
    assert found.protocol in PROTOCOLS
    assert len(found.digest) == 12
    for setting in found.compare:
        assert published(setting)


def test_digests_tell_benchmarks_apart() -> None:
    assert len({found.digest for found in benchmarks().values()}) == len(benchmarks())


@pytest.mark.data
@pytest.mark.parametrize("name", SUBSET)
def test_the_real_data_has_the_items_that_are_counted(data_root: Path, name: str) -> None:
    trial = prepare(named(name), load_dataset("sketchy", data_root / "sketchy"))
    assert (len(trial.queries), len(trial.gallery)) == SUBSET[name]
    relevance = trial.relevance()
    assert relevance.shape == SUBSET[name]
    for row in (0, len(relevance) // 2, len(relevance) - 1):
        query = trial.queries[row]
        right = {item.id for item, hit in zip(trial.gallery, relevance[row], strict=True) if hit}
        if named(name).relevance == "instance":
            assert right == {f"photo/{query.instance}"}
        else:
            assert right == {item.id for item in trial.gallery if item.label == query.label}


@pytest.mark.parametrize("name", DIGESTS)
def test_figures_that_are_out_stay_figures_of_the_same_rules(name: str) -> None:
    assert named(name).digest == DIGESTS[name]


@pytest.mark.data
@pytest.mark.parametrize(("number", "classes"), [("21", 21), ("25", 25)])
def test_zero_shot_classes_are_learnt_from_nowhere(data_root: Path, number: str, classes: int) -> None:
    found = named(f"sketchy-subset/zero-shot-{number}")
    data = load_dataset("sketchy", data_root / "sketchy")
    tested = set(found.queries.of(data).classes)
    assert len(tested) == classes
    assert found.validation
    for part in (found.training, found.validation):
        assert not tested & set(part.of(data).classes)
        assert len(part.of(data).classes) == 125 - classes


@pytest.mark.parametrize(("name", "right"), [("synthetic/category", 4), ("synthetic/instance", 1)])
def test_the_synthetic_benchmarks_need_no_files(name: str, right: int) -> None:
    trial = prepare(named(name))
    classes = len(trial.dataset.classes)
    assert (len(trial.queries), len(trial.gallery)) == (classes * 4 * 3, classes * 4)
    assert (trial.relevance().sum(axis=1) == right).all()
    assert trial.digest == prepare(named(name)).digest


def test_within_its_class_a_query_searches_no_other(benchmark: Benchmark, dataset: Dataset) -> None:
    alone = replace(benchmark, relevance="instance", within="class")
    whole = prepare(replace(alone, within="all"), dataset)
    trial = prepare(alone, dataset)
    assert alone.digest != replace(alone, within="all").digest
    assert (whole.searched(), whole.narrowest, trial.narrowest) == (None, 6, 3)
    searched = trial.searched(slice(2, 5))
    assert searched is not None
    np.testing.assert_array_equal(searched, np.kron(np.eye(2), np.ones((3, 3))).astype(bool)[2:5])


@pytest.mark.parametrize("name", ["variant-12", "category-12"])
def test_twelve_drawn_classes_with_and_without_distractors(name: str) -> None:
    alone, among = prepare(named(f"synthetic/{name}")), prepare(named(f"synthetic/{name}:distractors"))
    assert (len(alone.queries), len(alone.gallery)) == (576, 288)
    assert (among.queries, among.gallery[:288]) == (alone.queries, alone.gallery)
    asked = {item.label for item in alone.queries}
    assert len(asked) == 12
    assert not asked & {item.label for item in among.gallery[288:]}
    right = alone.relevance().sum(axis=1)
    assert (right.min(), right.max()) == ((2, 4) if name == "variant-12" else (24, 24))
    assert not among.relevance()[:, 288:].any()


def test_relevance_by_class_and_by_instance(benchmark: Benchmark, dataset: Dataset) -> None:
    by_class = prepare(benchmark, dataset)
    assert [item.id for item in by_class.gallery][:4] == [
        "photo/bar/test0",
        "photo/bar/test1",
        "photo/bar/test2",
        "photo/pole/test0",
    ]
    np.testing.assert_array_equal(by_class.relevance(), np.kron(np.eye(2), np.ones((3, 3))).astype(bool))
    by_instance = prepare(replace(benchmark, relevance="instance"), dataset)
    np.testing.assert_array_equal(by_instance.relevance(slice(2, 5)), np.eye(6, dtype=bool)[2:5])


def test_a_digest_follows_the_rules_and_not_the_words(benchmark: Benchmark) -> None:
    assert (
        replace(benchmark, name="x", title="y", description="z", metrics=("p@1",)).digest == benchmark.digest
    )
    assert replace(benchmark, relevance="instance").digest != benchmark.digest
    assert replace(benchmark, training=Part(split="val")).digest != benchmark.digest


def test_a_trial_digest_follows_the_items(benchmark: Benchmark, dataset: Dataset) -> None:
    fewer = dataset.where(ids=[item.id for item in dataset if item.id != "photo/bar/test0"])
    assert prepare(benchmark, dataset).digest == prepare(benchmark, dataset).digest
    assert prepare(benchmark, fewer).digest != prepare(benchmark, dataset).digest


@pytest.mark.parametrize("use", ["training", "validation"])
def test_a_leak_of_photos_is_refused(benchmark: Benchmark, dataset: Dataset, use: str) -> None:
    leaky = replace(benchmark, **{use: Part(split="test")})
    with pytest.raises(BadBenchmark, match=rf"leaks: 6 of its photos are also in {use}: bar/test0, .*…"):
        prepare(leaky, dataset)


def test_a_sketch_of_a_tested_photo_is_a_leak_too(benchmark: Benchmark, dataset: Dataset) -> None:
    moved = replace(
        dataset,
        items=tuple(
            replace(item, split="train") if item.id == "sketch/bar/test0-1" else item for item in dataset
        ),
    )
    with pytest.raises(BadBenchmark, match=r"leaks: 1 of its photos .* training: bar/test0"):
        prepare(replace(benchmark, queries=Part(split="test")), moved)


def test_a_leak_of_classes_is_refused(benchmark: Benchmark, dataset: Dataset) -> None:
    with pytest.raises(BadBenchmark, match="leaks: 2 of its classes are also in training: bar, pole"):
        prepare(replace(benchmark, unseen="classes"), dataset)


def test_another_number_of_items_is_refused(benchmark: Benchmark, dataset: Dataset) -> None:
    with pytest.raises(BadBenchmark, match="queries should be 7 items, found 6"):
        prepare(replace(benchmark, queries=Part(split="test", count=7)), dataset)
    with pytest.raises(BadBenchmark, match="gallery should be some items, found 0"):
        prepare(replace(benchmark, gallery=Part(split="none")), dataset)


def test_another_data_set_is_refused(dataset: Dataset) -> None:
    with pytest.raises(BadBenchmark, match="measured on sketchy, not toy"):
        prepare(named("sketchy-subset/category"), dataset)


def test_a_query_with_nothing_to_find_is_refused(benchmark: Benchmark, dataset: Dataset) -> None:
    bars = dataset.where(ids=[item.id for item in dataset if "photo/pole/test" not in item.id])
    with pytest.raises(
        BadBenchmark, match="3 of its queries have nothing to find, such as sketch/pole/test0-1"
    ):
        prepare(benchmark, bars)


def test_an_unknown_benchmark_lists_near_ones() -> None:
    with pytest.raises(UnknownName, match=r"Did you mean .*'sketchy-subset/category'"):
        named("sketchy-subset/categori")


ENTRY = {
    "title": "T",
    "description": "D.",
    "dataset": "sketchy",
    "queries": {"split": "test"},
    "gallery": {"split": "test"},
    "relevance": "class",
    "metrics": ["map@all"],
    "unseen": "photos",
    "training": {"split": "train"},
}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"galery": {}}, "there is no 'galery'; known: name, title, .*gallery"),
        ({"queries": {"fold": 1}}, "queries: there is no 'fold'; known: photos, classes, split, count"),
        ({"queries": "test"}, "queries: a table of photos, .* is wanted, found 'test'"),
        ({"distractors": ["test"]}, "distractors: a table of .* dataset, options is wanted, found 'test'"),
        ({"distractors": [{"data": "pacs"}]}, "distractors: there is no 'data'"),
        ({"keep": "some"}, "keep 'some' is none of all, drawn, one a sketch"),
        ({"prefixes": 10}, "prefixes 10 and metrics map@all: m@A and m@B are of unfinished sketches"),
        ({"metrics": ["m@A"]}, "prefixes 0 and metrics m@A"),
        ({"within": "kind"}, "within 'kind' is none of all, class"),
        ({"within": "class", "relevance": "class"}, "within the class all photos are of the class"),
        ({"relevance": "colour"}, "relevance 'colour' is none of class, variant, instance"),
        ({"unseen": "sketches"}, "unseen 'sketches' is none of photos, classes"),
    ],
)
def test_an_entry_that_is_no_benchmark_is_refused(change: dict[str, object], message: str) -> None:
    assert parse("x", ENTRY).metrics == ("map@all",)
    with pytest.raises(BadBenchmark, match=f"benchmark x: .*({message})"):
        parse("x", ENTRY | change)


def test_published_figures_say_where_they_are_from() -> None:
    for setting, about in settings().items():
        assert about.title
        assert about.about.endswith(".")
        found = published(setting)
        assert found
        for figure in found:
            assert 0 < figure.value < 1
            assert figure.system
            assert figure.venue
            assert figure.read_in
            if figure.metric:
                assert metrics([figure.metric])


def test_an_unknown_setting_lists_near_ones() -> None:
    with pytest.raises(UnknownName, match=r"Did you mean .*'sketchy-21'"):
        published("sketchy-20")
