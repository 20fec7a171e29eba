"""Gallery rules: seen classes and other data sets mixed in, drawn photos alone, one a sketch, no copies."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from evaluation_toy import ToyEncoder
from PIL import Image

from sketchseek.data import Dataset, Item, load_dataset
from sketchseek.errors import BadBenchmark, BadDataset, UnknownName
from sketchseek.evaluation.benchmarks import Benchmark, Distractors, Part, parse
from sketchseek.evaluation.benchmarks import benchmark as named
from sketchseek.evaluation.gallery import joined, without_copies
from sketchseek.evaluation.run import evaluate
from sketchseek.evaluation.trial import prepare

CUPS = Distractors(dataset="synthetic", options={"classes": ("cup",), "instances": 3, "size": 32}, count=3)


@pytest.fixture
def unseen(benchmark: Benchmark, dataset: Dataset) -> Benchmark:
    """Bars are asked for and new; poles are known, and their test photos stand beside the bars."""
    return replace(
        benchmark,
        queries=Part(split="test new"),
        gallery=Part(split="test new"),
        distractors=(Distractors(split="test", count=3),),
        unseen="classes",
    )


@pytest.fixture
def parted(dataset: Dataset) -> Dataset:
    """The toy data set, of whose bars all are for tests."""
    return replace(
        dataset,
        items=tuple(replace(one, split="test new") if one.label == "bar" else one for one in dataset),
    )


def test_seen_classes_stand_beside_unseen_ones(unseen: Benchmark, parted: Dataset) -> None:
    trial = prepare(unseen, parted)
    assert unseen.protocol == "generalised zero-shot"
    assert [item.label for item in trial.gallery] == ["bar"] * 5 + ["pole"] * 3
    np.testing.assert_array_equal(trial.relevance(), np.tile([True] * 5 + [False] * 3, (5, 1)))
    assert replace(unseen, distractors=()).protocol == "zero-shot"
    assert len(prepare(replace(unseen, distractors=()), parted).gallery) == 5


def test_a_distractor_may_be_of_a_known_class_but_no_known_photo(unseen: Benchmark, parted: Dataset) -> None:
    leaky = replace(unseen, distractors=(Distractors(split="train"),))
    with pytest.raises(BadBenchmark, match="leaks: 2 of its photos are also in training: pole/train0"):
        prepare(leaky, parted)


def test_distractors_of_a_class_that_is_asked_are_left_out(benchmark: Benchmark, dataset: Dataset) -> None:
    train = replace(benchmark, training=None, distractors=(Distractors(split="train"),))
    with pytest.raises(BadBenchmark, match="its distractors should be some items, found 0"):
        prepare(train, dataset)
    drawn = prepare(replace(train, relevance="instance"), dataset)
    assert len(drawn.gallery) == 6 + 4
    assert drawn.relevance().sum(axis=1).tolist() == [1] * 6


def test_photos_of_another_data_set_are_never_right(
    benchmark: Benchmark, dataset: Dataset, encoder: ToyEncoder
) -> None:
    crowded = replace(benchmark, distractors=(CUPS,))
    trial = prepare(crowded, dataset)
    assert [item.id for item in trial.gallery[6:]] == [
        item.id for item in trial.dataset if item.id.startswith("photo/synthetic/cup/")
    ]
    assert not trial.relevance()[:, 6:].any()
    assert trial.dataset.photo(trial.gallery[6]).size == (32, 32)
    assert trial.dataset.photo(trial.gallery[0]).size == (32, 24)
    assert evaluate(encoder, crowded, dataset=dataset).metrics["acc@1"] <= 1
    assert crowded.protocol == "category"


def test_digests_tell_gallery_rules_apart(benchmark: Benchmark) -> None:
    found = [
        benchmark,
        replace(benchmark, distractors=(CUPS,)),
        replace(benchmark, distractors=(replace(CUPS, options={}),)),
        replace(benchmark, keep="drawn"),
        replace(benchmark, copies=False),
        replace(benchmark, prefixes=5),
        replace(benchmark, relevance="variant"),
    ]
    assert len({one.digest for one in found}) == len(found)


def test_drawn_photos_alone(benchmark: Benchmark, dataset: Dataset) -> None:
    some = replace(dataset, items=tuple(one for one in dataset if one.id != "sketch/bar/test1-1"))
    trial = prepare(replace(benchmark, keep="drawn", queries=Part(split="test", count=5)), some)
    assert [item.instance for item in trial.gallery] == [item.instance for item in trial.queries]
    assert len(prepare(replace(benchmark, queries=Part(split="test")), some).gallery) == 6


def test_one_photo_a_sketch_is_drawn_alike_each_time(benchmark: Benchmark, dataset: Dataset) -> None:
    single = replace(benchmark, keep="one a sketch")
    trial = prepare(single, dataset)
    assert [item.label for item in trial.gallery] == [item.label for item in trial.queries]
    assert len({item.id for item in trial.gallery}) < 6  # with repeats
    assert trial.digest == prepare(single, dataset).digest


def test_a_class_without_photos_has_none_to_draw(benchmark: Benchmark, dataset: Dataset) -> None:
    bars = dataset.where(ids=[one.id for one in dataset if "photo/pole/test" not in one.id])
    with pytest.raises(BadBenchmark, match=r"one photo a sketch is wanted, .* none of class 'pole'"):
        prepare(replace(benchmark, keep="one a sketch"), bars)


def test_copies_are_found_by_their_pixels(benchmark: Benchmark, dataset: Dataset) -> None:
    # All bars are painted alike, and all poles.
    assert [item.id for item in prepare(replace(benchmark, copies=False), dataset).gallery] == [
        "photo/bar/test0",
        "photo/pole/test0",
    ]


def test_of_copies_the_photo_that_was_drawn_stays(dataset: Dataset, tmp_path: Path) -> None:
    for name, shade in (("a", 0), ("b", 0), ("c", 9)):
        Image.new("L", (4, 4), shade).save(tmp_path / f"{name}.png")
    photos = [Item(f"photo/x/{n}", "photo", "x", f"x/{n}", path=tmp_path / f"{n}.png") for n in "abc"]
    asked = [Item("sketch/x/1", "sketch", "x", "x/b")]
    assert [item.id for item in without_copies(dataset, photos, asked)] == ["photo/x/b", "photo/x/c"]
    assert [item.id for item in without_copies(dataset, photos, [])] == ["photo/x/a", "photo/x/c"]


def test_a_data_set_can_stand_beside_itself(dataset: Dataset) -> None:
    whole, added = joined(dataset, dataset)
    assert len(whole) == len(dataset) + len(added)
    assert added[0].id == "photo/toy/bar/train0"
    assert added[0].instance == "toy/bar/train0"


def test_relevance_by_variant(benchmark: Benchmark, dataset: Dataset) -> None:
    kinds = {"test0": "tall", "test1": "tall", "test2": None}
    items = tuple(replace(one, variant=kinds.get((one.instance or "").rpartition("/")[2])) for one in dataset)
    varied = replace(benchmark, relevance="variant")
    assert varied.protocol == "variant"
    with pytest.raises(BadBenchmark, match="2 of its queries have nothing to find, such as sketch/bar/test2"):
        prepare(varied, replace(dataset, items=items))
    asked = replace(dataset, items=tuple(i for i in items if not (i.domain == "sketch" and not i.variant)))
    trial = prepare(replace(varied, queries=Part(split="test", count=4)), asked)
    block = np.array([[1, 1, 0]])
    np.testing.assert_array_equal(trial.relevance(), np.kron(np.eye(2), np.tile(block, (2, 1))).astype(bool))


def test_a_distractor_set_that_is_missing_is_named(
    benchmark: Benchmark, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SKETCHSEEK_DATA", raising=False)
    crowded = replace(benchmark, distractors=(Distractors(dataset="caltech101"),))
    with pytest.raises(BadDataset, match="toy/category: its distractors are of caltech101"):
        prepare(crowded, dataset)
    nowhere = replace(benchmark, distractors=(Distractors(dataset="caltech"),))
    with pytest.raises(UnknownName, match="Did you mean 'caltech101'"):
        prepare(nowhere, dataset)


def test_distractors_of_another_number_are_refused(benchmark: Benchmark, dataset: Dataset) -> None:
    more = replace(benchmark, distractors=(replace(CUPS, count=1_000),))
    with pytest.raises(BadBenchmark, match=r"distractors should be 1,000 items, found 3.*datasets synthetic"):
        prepare(more, dataset)


@pytest.mark.parametrize(
    ("part", "error", "message"),
    [
        (Part(photos=("sketchy-21.seen",)), BadBenchmark, "photos = 'sketchy-21.seen': that is a list of cl"),
        (Part(classes=("qmul-chairv2.test",)), BadBenchmark, "'qmul-chairv2.test': that is a list of photos"),
        (
            Part(classes=("sketchy-21.unsen",)),
            UnknownName,
            "unknown split .* Did you mean 'sketchy-21.unseen'",
        ),
        (
            Part(classes=("sketchy-21.unseen",)),
            BadBenchmark,
            "21 of its 21 classes are not in toy: bat, cabin",
        ),
        (Part(photos=("qmul-chairv2.test",)), BadBenchmark, "100 of its 100 photos are not in toy"),
    ],
)
def test_a_part_that_cannot_be_found_is_told(
    benchmark: Benchmark, dataset: Dataset, part: Part, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        prepare(replace(benchmark, queries=part), dataset)


def test_distractors_are_read_from_an_entry() -> None:
    entry = {
        "title": "T",
        "description": "D.",
        "dataset": "sketchy",
        "queries": {},
        "gallery": {},
        "distractors": [{"classes": ["sketchy-21.seen"]}, {"dataset": "pacs", "options": {"domain": "art"}}],
        "relevance": "class",
        "metrics": ["map@all"],
        "unseen": "classes",
    }
    assert parse("x", entry).distractors == (
        Distractors(classes=("sketchy-21.seen",)),
        Distractors(dataset="pacs", options={"domain": "art"}),
    )


@pytest.fixture
def midgrain(tmp_path: Path) -> Dataset:
    """Two sketches of one class and two kinds; four photos of the class, one of another."""
    rows = {
        "sketch": [(0, 0, "a.png"), (0, 1, "b.png")],
        "image": [(0, k, f"{n}.jpg") for n, k in enumerate("0012")],
    }
    rows["image"].append((-1, -1, "any.jpg"))
    for side, folder in (("sketch", "sketches"), ("image", "images")):
        lines = [f"{label},{kind},{name}" for label, kind, name in rows[side]]
        text = "\n".join(["class_label,midgrain_label,path", *lines])
        (tmp_path / f"{side}_list.txt").write_text(text, encoding="utf-8")
        (tmp_path / folder).mkdir()
        for _, _, name in rows[side]:
            (tmp_path / folder / name).touch()
    return load_dataset("midgrain65c", tmp_path)


def test_a_part_of_midgrain_is_asked_by_kind_and_refused_as_the_whole(midgrain: Dataset) -> None:
    whole = named("midgrain65c/variant:distractors")
    trial = prepare(replace(whole, queries=Part()), midgrain)
    assert trial.relevance().tolist() == [
        [True, True, False, False, False],
        [False, False, True, False, False],
    ]
    by_class = prepare(replace(whole, queries=Part(), relevance="class"), midgrain)
    assert by_class.relevance().tolist() == [[True, True, True, True, False]] * 2
    with pytest.raises(
        BadBenchmark, match="midgrain65c/variant:distractors: its queries should be 138 items, found 2"
    ):
        prepare(whole, midgrain)


def test_a_part_of_sketchy_extended_is_refused(tmp_path: Path) -> None:
    for place in ("256x256/sketch/tx_000000000000/bat/n1_1-1.png", "EXTEND_image_sketchy/bat/n1_1.jpg"):
        (tmp_path / place).parent.mkdir(parents=True)
        (tmp_path / place).touch()
    with pytest.raises(
        BadBenchmark, match=r"split sketchy-21\.unseen: 20 of its 21 classes are not in sketchy-ex"
    ):
        prepare(named("sketchy-extended/zero-shot-21"), load_dataset("sketchy-extended", tmp_path))
