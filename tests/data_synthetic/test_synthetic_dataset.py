"""The synthetic data set as a table: items, keys, options, and as a folder on disk."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from sketchseek.data import load_dataset
from sketchseek.data.synthetic import CLASSES, LEVELS, Spec, draw, gallery, load, render_photo, write
from sketchseek.errors import BadConfig, BadDataset, UnknownName


def test_it_is_registered_and_all_its_items_open() -> None:
    dataset = load_dataset("synthetic", classes=["key", "apple"], instances=2, size=48)
    assert dataset.classes == ("apple", "key")
    assert len(dataset.photos) == 4
    assert len(dataset.sketches) == 12
    for item in dataset:
        if item.domain == "photo":
            assert dataset.photo(item).size == (48, 48)
        else:
            assert not dataset.sketch(item).is_empty


def test_labels_instances_and_variants_agree() -> None:
    dataset = load(instances=12)
    photos = {item.instance: item for item in dataset.photos}
    assert len(photos) == 12 * len(CLASSES)
    assert dataset.classes == tuple(sorted(CLASSES))
    for item in dataset:
        photo = photos[item.instance]
        assert (item.label, item.variant) == (photo.label, photo.variant)
        assert str(item.instance).startswith(f"{item.label}/")
        assert item.variant in CLASSES[item.label].variants
    for label, figure in CLASSES.items():
        times = Counter(item.variant for item in dataset.photos if item.label == label)
        assert len(times) == min(12, len(figure.variants))
        assert max(times.values()) - min(times.values()) <= 1


def test_levels_come_in_turn() -> None:
    dataset = load(classes=["cup"], instances=1, sketches_per_photo=4)
    levels = [Spec.of(str(item.key)).level for item in dataset.sketches]
    assert levels == [*LEVELS, "detailed"]
    assert not load(classes=["cup"], instances=1, sketches_per_photo=0).sketches


def test_a_table_is_a_matter_of_its_seed_only() -> None:
    assert load(seed=3, instances=2).items == load(seed=3, instances=2).items
    assert load(seed=3, instances=2).items != load(seed=4, instances=2).items
    one, other = (load(seed=seed, classes=["owl"], instances=1, size=64) for seed in (3, 4))
    assert one.photo(one.photos[0]).tobytes() != other.photo(other.photos[0]).tobytes()


def test_more_instances_leave_the_first_as_they_were() -> None:
    few, many = load(classes=["hat"], instances=2), load(classes=["hat"], instances=9)
    assert few.photos == many.photos[:2]


@pytest.mark.parametrize(
    "spec",
    [Spec(0, "hot-air_balloon", "plain/front", 7), Spec(9, "car_(sedan)", "old/left", 1, 64, "coarse", 5)],
)
def test_a_key_says_it_all(spec: Spec) -> None:
    assert Spec.of(spec.key) == spec


@pytest.mark.parametrize(
    "key",
    [
        "",
        "photo.jpg",
        "0/cup/mug/right/1",
        "x/cup/mug/right/1/256",
        "0/cup/mug/upside-down/1/256",
        "0/cup/mug/right/1/256/scribbled/0",
        "0/cup/mug/right/1/256/plain",
    ],
)
def test_another_key_is_refused(key: str) -> None:
    with pytest.raises(BadDataset):
        Spec.of(key)


def test_an_unknown_class_lists_the_near_ones() -> None:
    with pytest.raises(UnknownName, match="'teapot'"):
        load(classes=["teepot"])
    with pytest.raises(UnknownName, match="synthetic class"):
        Spec.of("0/unicorn/mug/right/1/256")


@pytest.mark.parametrize(
    "options", [{"instances": 0}, {"seed": -1}, {"size": 8}, {"size": 4096}, {"sketches_per_photo": -1}]
)
def test_numbers_out_of_range_are_refused(options: dict[str, int]) -> None:
    with pytest.raises(BadConfig):
        load(**options)


def test_a_photo_is_not_a_sketch() -> None:
    dataset = load(classes=["axe"], instances=1)
    with pytest.raises(BadDataset, match="is a photo"):
        draw(dataset.photos[0])


def test_a_gallery_covers_all_classes() -> None:
    photos = gallery(120).items
    assert {item.label for item in photos} == set(CLASSES)
    assert {item.domain for item in photos} == {"photo"}
    assert abs(len(photos) - 120) < len(CLASSES)


def test_it_reads_back_from_a_folder(tmp_path: Path) -> None:
    made = load(seed=2, classes=["car_(sedan)", "fish", "ice_cream"], instances=2, size=64)
    read = load_dataset("folder", write(made, tmp_path / "out"))
    assert read.classes == made.classes
    assert {item.instance for item in read.photos} == {item.instance for item in made.photos}
    pairs = Counter(item.instance for item in read.sketches)
    assert pairs == Counter(item.instance for item in made.sketches)
    ours = {(item.domain, item.instance, item.id.rpartition("-")[2]): item for item in made}
    for item in read.sketches:
        source = ours["sketch", item.instance, Path(item.id).stem.rpartition("-")[2]]
        back, drawn = read.sketch(item).strokes, made.sketch(source).strokes
        assert len(back) == len(drawn)
        for a, b in zip(back, drawn, strict=True):
            np.testing.assert_allclose(a[[0, -1], :2], b[[0, -1], :2], atol=0.6)
    for item in read.photos:
        spec = next(Spec.of(str(photo.key)) for photo in made.photos if photo.instance == item.instance)
        gap = np.asarray(read.photo(item), dtype=float) - np.asarray(render_photo(spec), dtype=float)
        assert np.abs(gap).mean() < 6
