"""What a model may have seen before: told from its card, for classes and for photos."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sketchseek._names import class_key
from sketchseek.data import SPLITS, Dataset, load_dataset, load_split
from sketchseek.evaluation.benchmarks import Benchmark, Part
from sketchseek.evaluation.benchmarks import benchmark as named
from sketchseek.evaluation.leaks import _imagenet, imagenet_kinds, warnings
from sketchseek.evaluation.trial import Trial, prepare
from sketchseek.images import PhotoInput
from sketchseek.model import Card, Source
from sketchseek.sketch import SketchInput

SKETCHY = Source("sketchy", "research use", "all of it")


def card(training: Mapping[str, Any], *sources: Source) -> Card:
    return Card("m", "m", 2, PhotoInput(), SketchInput(), sources=sources, training=training)


@pytest.fixture
def zero_shot(benchmark: Benchmark, dataset: Dataset) -> Trial:
    """The toy data set under names that ImageNet knows and does not know, all classes new."""
    names = {"bar": "airplane", "pole": "giraffe"}

    def renamed(text: str) -> str:
        return (
            text.replace("bar", "airplane")
            .replace("pole/test0", "giraffe/n02690373_1")
            .replace("pole", "giraffe")
        )

    items = tuple(
        replace(one, id=renamed(one.id), label=names[one.label], instance=renamed(one.instance or ""))
        for one in dataset
    )
    new = replace(benchmark, dataset="sketchy", unseen="classes", training=None, queries=Part(split="test"))
    return prepare(new, replace(dataset, name="sketchy", items=items))


def test_the_list_of_imagenet_is_whole() -> None:
    assert len(_imagenet()) == 1000
    listed = {key for _, classes in _imagenet().values() for key in classes}
    unseen = {class_key(e) for name in SPLITS if name.endswith("unseen") for e in load_split(name).entries}
    assert listed <= unseen
    assert imagenet_kinds("airplane") == ("airliner",)
    assert imagenet_kinds("teddy_bear") == ("teddy",)
    assert imagenet_kinds("fire hydrant") == ()
    absent = load_split("sketchy-21.unseen").entries  # of these, kinds at most
    assert {name for name in absent if imagenet_kinds(name)} == {"dolphin", "door"}
    lacking = {name for name in load_split("sketchy-25.unseen").entries if not imagenet_kinds(name)}
    assert lacking == {"bell", "deer", "scissors", "tree", "wheelchair", "windmill"}


def test_a_backbone_of_imagenet(zero_shot: Trial) -> None:
    held = {"backbone": "", "held_out": ["sketchy-21.unseen", "sketchy-25.unseen"]}
    classes, photos = warnings(zero_shot, card(held, SKETCHY))
    assert classes.startswith(
        "the backbone, MobileNetV2, learnt 1 of the 2 unseen classes, or kinds of them, "
    )
    assert classes.endswith("from ImageNet-1k: airplane (airliner)")
    assert photos.startswith(
        "1 of the 6 photos are of synsets of ImageNet-1k: the backbone, MobileNetV2, may"
    )


@pytest.mark.parametrize(
    ("backbone", "message"),
    [
        (
            "openai/clip-vit-base-patch32",
            "the backbone, clip-vit-base-patch32, learnt from pictures of the web",
        ),
        ("facebook/dinov2-small", "the backbone, dinov2-small, learnt from pictures of the web"),
        ("/models/mine", "what the backbone, mine, learnt from is not known here"),
        ("timm/vgg16.tv_in1k", "the backbone, vgg16.tv_in1k, learnt 1 of the 2 unseen classes"),
    ],
)
def test_other_backbones(zero_shot: Trial, backbone: str, message: str) -> None:
    nested = {"first": {"backbone": backbone}, "held_out": ["sketchy-21.unseen", "sketchy-25.unseen"]}
    first, *_ = warnings(zero_shot, card(nested))
    assert first.startswith(message)


def test_classes_that_were_learnt(zero_shot: Trial) -> None:
    assert warnings(zero_shot, card({"held_out": ["sketchy-25.unseen"]}, SKETCHY)) == (
        "the model learnt from sketchy; its card does not tell from which classes",
    )
    assert warnings(zero_shot, card({})) == (
        "the model's card does not tell what it learnt from: the classes may not be new to it",
    )
    whole = {"data": {"dataset": "sketchy", "train": "", "val": ""}}
    told = "the model learnt from, or was chosen by, {} of the classes that should be new to it: {}"
    assert warnings(zero_shot, card(whole)) == (told.format(2, "airplane, giraffe"),)
    some = whole | {"held_out": ["sketchy-21.unseen"]}
    assert warnings(zero_shot, card(some)) == (told.format(1, "airplane"),)


def test_photos_that_were_learnt(zero_shot: Trial) -> None:
    photos = replace(zero_shot, benchmark=replace(zero_shot.benchmark, unseen="photos"))
    whole = {"data": {"dataset": "sketchy", "train": "", "val": ""}}
    (told,) = warnings(photos, card(whole))
    assert told.startswith(
        "the model learnt from, or was chosen by, 6 of the photos that should be new to it: "
    )
    lists = {"data": {"dataset": "sketchy", "train": "sketchy-subset.train", "val": "sketchy-subset.val"}}
    assert warnings(photos, card(lists, SKETCHY)) == ()
    assert warnings(photos, card({}, SKETCHY)) == (
        "the model learnt from sketchy; its card does not tell from which photos",
    )
    assert warnings(photos, card({"data": {"dataset": "pacs"}}, Source("pacs", "", ""))) == ()
    assert warnings(photos, card({})) == ()


def test_photos_of_seen_classes_that_were_learnt(zero_shot: Trial) -> None:
    """In the gallery of a generalised benchmark they are never right, and the model knows them."""
    asked = tuple(item for item in zero_shot.queries if item.label == "airplane")
    generalised = replace(zero_shot, queries=asked)
    beside = [item for item in zero_shot.gallery if item.label == "giraffe"]
    data: dict[str, Any] = {"dataset": "sketchy", "unseen": "sketchy-25.unseen"}
    (told,) = warnings(generalised, card({"data": data}, SKETCHY))
    assert told.startswith(
        f"the model learnt from, or was chosen by, {len(beside)} of the {len(beside)} photos of seen classes "
        f"in the gallery, which are never right: "
    )
    data["photos"] = ["sketchy-subset.train", "sketchy-subset.val"]
    assert warnings(generalised, card({"data": data}, SKETCHY)) == ()


@pytest.mark.parametrize(
    ("unlabelled", "message"),
    [
        ("sketchy", "photos of sketchy without their classes: they may not be new to it"),
        ("/home/me/Pictures", "photos of Pictures without a class: what they show is not known"),
        ("caltech101", None),
        ("", None),
    ],
)
def test_photos_that_were_learnt_without_their_class(
    zero_shot: Trial, unlabelled: str, message: str | None
) -> None:
    told = warnings(zero_shot, card({"data": {"dataset": "tuberlin", "unlabelled": unlabelled}}))
    found = [one for one in told if "without" in one]
    assert len(found) == (message is not None)
    assert message is None or message in found[0]


def test_what_is_drawn_from_a_seed_is_new_to_all() -> None:
    trial = prepare(named("synthetic/category"))
    learnt = {"data": {"dataset": "synthetic", "train": "", "val": ""}}
    assert warnings(trial, card(learnt, Source("synthetic", "", ""))) == ()
    learnt["data"]["options"] = {"seed": 9000, "instances": 2}  # type: ignore[assignment]
    (said,) = warnings(trial, card(learnt, Source("synthetic", "", "")))
    assert said.startswith("the model learnt from, or was chosen by, 224 of the photos that should be new")


@pytest.mark.data
def test_models_that_learnt_from_the_real_subset(data_root: Path) -> None:
    data = load_dataset("sketchy", data_root / "sketchy")
    new, val, test = (
        prepare(named(f"sketchy-subset/{name}"), data)
        for name in ("zero-shot-21", "category:val", "category")
    )
    anchored = {"include_val": True, "held_out": []}
    lists = {"data": {"dataset": "sketchy", "train": "sketchy-subset.train", "val": "sketchy-subset.val"}}
    for training in (anchored, lists):
        assert "chosen by, 21 of the classes" in warnings(new, card(training, SKETCHY))[0]
        assert "chosen by, 125 of the photos" in warnings(val, card(training, SKETCHY))[0]
        assert warnings(test, card(training, SKETCHY)) == ()
    assert warnings(new, card(anchored | {"held_out": ["sketchy-21.unseen"]}, SKETCHY)) == ()
