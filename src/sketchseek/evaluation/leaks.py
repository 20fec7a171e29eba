"""What a model may have seen of a benchmark before: warnings, since a card cannot prove that it has not.

`trial` refuses a benchmark that leaks by its own rules. Here a model's card is asked: what its backbone
learnt from, and what the model itself did. `imagenet1k.txt` holds the 1,000 synsets of ImageNet-1k (ILSVRC
2012), each with the classes of the published lists of unseen classes that it is, or is a kind of: by WordNet
3.0, in the sense that is drawn.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from sketchseek._names import class_key
from sketchseek.data import DATASETS, SPLITS, Item, load_split
from sketchseek.evaluation.trial import Trial, mark
from sketchseek.model import Card

_DEFAULT = "MobileNetV2"  # what an empty name stands for
# What backbones learnt from, by parts of their names; the first that fits counts.
_WEB = ("clip", "siglip", "dino", "align", "laion", "openai")
_IMAGENET = (
    "mobilenet",
    "vgg",
    "resnet",
    "inception",
    "googlenet",
    "efficientnet",
    "densenet",
    "in1k",
    "convnext",
)
_SYNSET = re.compile(r"(n\d{8})_")


def warnings(trial: Trial, card: Card) -> tuple[str, ...]:
    """What to know of the model before its figures on the trial are believed, a sentence each."""
    found = (_of_training, _of_distractors, _of_unlabelled, _of_backbone)
    return tuple(sentence for each in found for sentence in each(trial, card))


def imagenet_kinds(label: str) -> tuple[str, ...]:
    """The synsets of ImageNet-1k that are this class of a published list, or kinds of it, by first names."""
    key = class_key(label)
    return tuple(name for name, classes in _imagenet().values() if key in classes)


def _of_backbone(trial: Trial, card: Card) -> Iterator[str]:
    """What the weights that training began with have seen."""
    named = _backbone(card.training)
    if named is None:
        return
    name = Path(named).name or _DEFAULT
    classes = sorted({item.label for item in trial.queries}) if trial.benchmark.unseen == "classes" else []
    if any(part in name.casefold() for part in _WEB):
        if classes:
            yield f"the backbone, {name}, learnt from pictures of the web: no class is surely new to it"
    elif any(part in name.casefold() for part in _IMAGENET):
        yield from _of_imagenet(trial, name, classes)
    elif classes:
        yield f"what the backbone, {name}, learnt from is not known here: the classes may not be new to it"


def _of_imagenet(trial: Trial, name: str, classes: Sequence[str]) -> Iterator[str]:
    known = [f"{label} ({', '.join(kinds[:2])})" for label in classes if (kinds := imagenet_kinds(label))]
    if known:
        yield (
            f"the backbone, {name}, learnt {len(known)} of the {len(classes)} unseen classes, or kinds of "
            f"them, from ImageNet-1k: {_some(known)}"
        )
    photos = [item for item in trial.gallery if (of := _SYNSET.search(item.id)) and of[1] in _imagenet()]
    if photos:
        yield (
            f"{len(photos):,} of the {len(trial.gallery):,} photos are of synsets of ImageNet-1k: the "
            f"backbone, {name}, may have learnt from the very photos"
        )


def _of_training(trial: Trial, card: Card) -> Iterator[str]:
    """What the model learnt from or was chosen by, beyond its backbone."""
    benchmark, kind = trial.benchmark, trial.benchmark.unseen
    if "seed" in benchmark.options and benchmark.options["seed"] != _drawn_with(benchmark.dataset, card):
        return  # drawn anew for every seed
    tested = {mark(item, kind) for item in _tested(trial)}
    if kind == "classes":
        held = {class_key(entry) for name in _held_out(card) for entry in load_split(name).entries}
        tested = {label for label in tested if class_key(label) not in held}
    sources = [source.name for source in card.sources]
    learnt = _learnt(trial, card)
    if learnt is not None:
        if shared := sorted(tested & {mark(item, kind) for item in learnt}):
            yield (
                f"the model learnt from, or was chosen by, {len(shared):,} of the {kind} that should be "
                f"new to it: {_some(shared)}"
            )
    elif tested and (benchmark.dataset in sources or (kind == "classes" and sources)):
        yield f"the model learnt from {_some(sources)}; its card does not tell from which {kind}"
    elif kind == "classes" and tested and not card.training:
        yield "the model's card does not tell what it learnt from: the classes may not be new to it"


def _of_distractors(trial: Trial, card: Card) -> Iterator[str]:
    """Photos that are never right, and that the model learnt to tell from what is asked for."""
    if any(part.dataset for part in trial.benchmark.distractors) or trial.benchmark.unseen != "classes":
        return
    tested = {item.id for item in _tested(trial)}
    beside = {item.id for item in trial.gallery} - tested
    learnt = {item.id for item in _learnt(trial, card) or ()}
    if shared := sorted(beside & learnt):
        yield (
            f"the model learnt from, or was chosen by, {len(shared):,} of the {len(beside):,} photos of seen "
            f"classes in the gallery, which are never right: {_some(shared)}"
        )


def _of_unlabelled(trial: Trial, card: Card) -> Iterator[str]:
    """Photos that were learnt from without their class."""
    data = card.training.get("data")
    named = data.get("unlabelled") if isinstance(data, Mapping) else None
    if not named:
        return
    if named == trial.benchmark.dataset:
        yield f"the model learnt from photos of {named} without their classes: they may not be new to it"
    elif trial.benchmark.unseen == "classes" and named not in DATASETS:
        yield (
            f"the model learnt from photos of {Path(named).name} without a class: what they show is not "
            "known here, and the classes may not be new to it"
        )


def _held_out(card: Card) -> list[str]:
    """The lists of classes that the method left out."""
    named, data = card.training.get("held_out", ()), card.training.get("data")
    lists = list(named) if isinstance(named, list | tuple) else []
    lists += [data.get("unseen")] if isinstance(data, Mapping) else []
    return [name for name in lists if name in SPLITS]


def _learnt(trial: Trial, card: Card) -> Iterable[Item] | None:
    """The items of the trial's data set that training or the choice of a model touched, if the card tells."""
    dataset, data = trial.benchmark.dataset, card.training.get("data")
    if isinstance(data, Mapping) and data.get("dataset") == dataset:
        lists = [name for name in (data.get("train"), data.get("val")) if name]
        whole = not data.get("train")
    elif "include_val" in card.training and dataset == "sketchy":  # the anchored method parts it by itself
        lists, whole = ["sketchy-subset.train", "sketchy-subset.val"], False
    else:
        return None
    if whole:
        held = {class_key(entry) for name in _held_out(card) for entry in load_split(name).entries}
        learnt = [item for item in trial.dataset if class_key(item.label) not in held]
        photos = _entries(data.get("photos", ())) if isinstance(data, Mapping) else set()
        return [item for item in learnt if item.instance in photos] if photos else learnt
    entries = _entries(lists)
    return [item for item in trial.dataset if item.instance in entries]


def _entries(lists: Iterable[str]) -> set[str]:
    return {entry for name in lists if name in SPLITS for entry in load_split(name).entries}


def _drawn_with(dataset: str, card: Card) -> Any:
    """The seed of the pictures that the model learnt from, where they are of a data set that is drawn."""
    data = card.training.get("data")
    if not isinstance(data, Mapping) or data.get("dataset") != dataset:
        return None
    options = data.get("options")
    return options.get("seed", 0) if isinstance(options, Mapping) else 0


def _tested(trial: Trial) -> Iterator[Item]:
    """Queries and what is right for them: distractors may well be known."""
    asked = {mark(item, trial.benchmark.unseen) for item in trial.queries}
    yield from trial.queries
    yield from (item for item in trial.gallery if mark(item, trial.benchmark.unseen) in asked)


def _backbone(training: Mapping[str, Any]) -> str | None:
    """The backbone that a method's settings name, at whatever depth; None where they name none."""
    if isinstance(training.get("backbone"), str):
        return str(training["backbone"])
    inner = (_backbone(value) for value in training.values() if isinstance(value, Mapping))
    return next((name for name in inner if name is not None), None)


def _some(names: Sequence[str], most: int = 5) -> str:
    return ", ".join(names[:most]) + (", …" if len(names) > most else "")


@cache
def _imagenet() -> Mapping[str, tuple[str, frozenset[str]]]:
    """Synset -> its first name, and the classes it is a kind of."""
    text = files(__package__).joinpath("imagenet1k.txt").read_text(encoding="utf-8")
    found = {}
    for line in text.splitlines():
        synset, _, rest = line.partition(" ")
        name, _, classes = rest.partition(": ")
        found[synset] = (name, frozenset(classes.split(", ")) - {""})
    return found
