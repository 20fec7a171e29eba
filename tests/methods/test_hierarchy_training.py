"""Hierarchical training on small scenes: the folder it writes, what that scores, a run that was stopped."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
import tiny  # noqa: E402
from PIL import Image, ImageDraw  # noqa: E402

from sketchseek import model as folders  # noqa: E402
from sketchseek.data import Dataset, load_dataset  # noqa: E402
from sketchseek.encoders import OnnxEncoder, encode_sketches  # noqa: E402
from sketchseek.errors import BadConfig, BadDataset, BadModel, UnknownName  # noqa: E402
from sketchseek.images import fit  # noqa: E402
from sketchseek.library import Library  # noqa: E402
from sketchseek.methods import method  # noqa: E402
from sketchseek.methods.hierarchy.config import Config  # noqa: E402
from sketchseek.methods.hierarchy.variants import VARIANTS  # noqa: E402
from sketchseek.rerankers.pairs import PairScorer  # noqa: E402
from sketchseek.rerankers.regions import contained, of_elements  # noqa: E402
from sketchseek.rerankers.shortlist import Reranking  # noqa: E402
from sketchseek.sketch import Sketch, to_svg  # noqa: E402
from sketchseek.training.config import from_dict, to_dict  # noqa: E402
from sketchseek.training.material import Data  # noqa: E402
from sketchseek.training.pictures import mirrored  # noqa: E402
from sketchseek.training.progress import Progress  # noqa: E402

PHOTOS = 10


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Photos of two to four boxes and discs, two stroke drawings of each, and a random backbone."""
    folder = tmp_path_factory.mktemp("scenes")
    tiny.backbone(folder / "backbone", "mobilenet_v2")
    rng = np.random.default_rng(0)
    for name in ("photos", "sketches"):
        (folder / "data" / name / "scene").mkdir(parents=True)
    around = np.linspace(0, 2 * np.pi, 16)
    for number in range(PHOTOS):
        photo = Image.new("RGB", (96, 96), (220, 220, 225))
        lines = []
        for place in range(int(rng.integers(2, 5))):
            corner, side = (
                np.array([place % 2, place // 2]) * 44 + rng.integers(4, 14, 2),
                int(rng.integers(16, 30)),
            )
            box, colour = (*corner.tolist(), *(corner + side).tolist()), ("red", "navy", "green")[place % 3]
            if rng.random() < 0.5:
                ImageDraw.Draw(photo).rectangle(box, fill=colour)
                corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]])
                lines.append(corner + side * corners)
            else:
                ImageDraw.Draw(photo).ellipse(box, fill=colour)
                lines.append(corner + side / 2 * (1 + np.stack([np.cos(around), np.sin(around)], 1)))
        photo.save(folder / "data" / "photos" / "scene" / f"{number}.png")
        for copy in range(2):
            shaken = Sketch(tuple((line + rng.normal(0, 1, line.shape)).astype(np.float32) for line in lines))
            path = folder / "data" / "sketches" / "scene" / f"{number}-{copy}.svg"
            path.write_text(to_svg(shaken), encoding="utf-8")
    return folder


def small(scenes: Path, **more: Any) -> Config:
    data = Data(dataset="folder", path=str(scenes / "data"), train="", val="")
    given = {
        "size": 64,
        "cut": 9,
        "regions": 4,
        "dim": 12,
        "hidden": 8,
        "batch": 8,
        "epochs": 3,
        "rate": 3e-3,
    }
    return Config(**{"data": data, "backbone": str(scenes / "backbone"), **given, **more})


def data(scenes: Path) -> Dataset:
    return load_dataset("folder", scenes / "data")


def test_the_result_scores_pairs_and_tells_why(scenes: Path, tmp_path: Path) -> None:
    config, told = small(scenes), []
    made = method("hierarchy").train(
        config, tmp_path / "run", cache_dir=scenes / "cache", on_progress=told.append
    )
    found = folders.load(made)
    card = found.card
    assert (card.method, card.dim, card.photo.fit) == ("hierarchy", 12, "pad")
    assert from_dict(Config, card.training) == config
    assert 0 < card.figures["validation"]["map@all"] <= 1
    figures = [event.figures for event in told if event.stage == "training"]
    assert len(figures) == 3
    assert figures[0].keys() >= {"loss", "score", "acc@1", "acc@5", "acc@10"}

    scorer, dataset = PairScorer(found, threads=1), data(scenes)
    pixels = np.stack([fit(dataset.photo(item), scorer.photo) for item in dataset.photos])
    photos = scorer.photos(pixels)
    drawn = [dataset.sketch(item) for item in dataset.sketches[:6]]
    sketches = scorer.sketches(drawn)
    assert [len(groups) for groups in sketches.strokes] == sketches.sizes.tolist()
    scores = scorer.scores(sketches, photos)
    assert scores.shape == (6, PHOTOS)
    assert np.ptp(scores) > 1e-3
    assert scores.max() <= 0
    one, other = sketches.take(np.array([4])), photos.take(np.array([7]))
    why = scorer.reasons(one, other)
    assert why.score == pytest.approx(scores[4, 7], abs=1e-5)  # alone as in a batch
    for merges, size in ((why.sketch_merges, one.sizes[0]), (why.photo_merges, other.sizes[0])):
        assert sorted(merges.ravel().tolist()) == list(range(2 * size - 2))
    np.testing.assert_allclose(why.to_photo.sum(1), 1, atol=1e-5)
    np.testing.assert_allclose(why.to_sketch.sum(1), 1, atol=1e-5)
    kept = scorer.unpacked(photos.packed())
    assert kept.sizes.tolist() == photos.sizes.tolist()
    np.testing.assert_allclose(kept.boxes, photos.boxes, atol=1e-3)
    np.testing.assert_allclose(scorer.scores(sketches, kept), scores, atol=5e-3)

    encoder = OnnxEncoder(found, threads=1)
    cosines = encoder.embed_sketches(np.stack([one.render(scorer.sketch) for one in drawn]))
    cosines = cosines @ encoder.embed_photos(pixels).T
    assert cosines.shape == scores.shape
    assert np.ptp(cosines) > 1e-3

    with Library.open(tmp_path / "library.sqlite", create=True) as library:
        list(library.index([scenes / "data" / "photos"], encoder=encoder, workers=1))
        (embedding,) = encode_sketches(encoder, drawn[:1])
        by = Reranking.by(scorer, drawn[0], embedding)
        hits = library.search(embedding, PHOTOS, model=found.identity, reranking=by)
    names = [item.path.name for item in dataset.photos if item.path]
    told = dict(zip(names, scorer.scores(sketches, kept)[0].tolist(), strict=True))
    assert [hit.path.name for hit in hits] == sorted(names, key=lambda name: -told[name])


def test_an_explicit_hierarchy_merges_what_lies_in_what(tmp_path: Path, scenes: Path) -> None:
    data = Data(dataset="screens", train="", val="", options={"instances": 12, "sketches_per_screen": 2})
    config = small(scenes, data=data, regions=6, finder="elements", merges="contained", epochs=1)
    made = method("hierarchy").train(config, tmp_path / "run", cache_dir=tmp_path / "cache")
    scorer, dataset = PairScorer(folders.load(made), threads=1), load_dataset("screens", instances=12)
    pictures = [dataset.photo(item) for item in dataset.photos[:3]]
    boxes = [
        of_elements(dataset.elements(item), picture.size, scorer.photo, 6)
        for item, picture in zip(dataset.photos, pictures, strict=False)
    ]
    pixels = np.stack([fit(picture, scorer.photo) for picture in pictures])
    photos, sketches = scorer.photos(pixels, boxes), scorer.sketches([dataset.sketch(dataset.sketches[0])])
    assert photos.sizes.tolist() == [len(some) for some in boxes]
    for number in range(3):
        why = scorer.reasons(sketches, photos.take(np.array([number])))
        assert why.photo_merges.tolist() == contained(boxes[number]).tolist()
        assert why.sketch_merges.tolist() == contained(sketches.boxes[0, : sketches.sizes[0]]).tolist()
    by_edges = scorer.photos(pixels)
    assert not np.array_equal(by_edges.boxes, photos.boxes)
    assert scorer.scores(sketches, by_edges).shape == (1, 3)


def test_elements_have_to_be_told(tmp_path: Path, scenes: Path) -> None:
    with pytest.raises(BadDataset, match="folder does not tell what stands where in it"):
        method("hierarchy").train(small(scenes, finder="elements"), tmp_path / "run")


def test_training_teaches_which_photo_was_drawn(scenes: Path, tmp_path: Path) -> None:
    """Few scenes are learnt by heart; what chooses the epoch are others, which say nothing here."""
    told: list[Progress] = []
    config = small(scenes, mirror=False, regions=3, epochs=40)
    method("hierarchy").train(config, tmp_path / "run", cache_dir=scenes / "cache", on_progress=told.append)
    losses = [event.figures["loss"] for event in told if event.stage == "training"]
    assert len(losses) == 40
    assert np.mean(losses[-10:]) < 0.5 * np.mean(losses[:3])


def test_a_stopped_run_ends_in_the_same_model(scenes: Path, tmp_path: Path) -> None:
    def stop(event: Progress) -> None:
        if event.stage == "training" and event.done == 2:
            raise KeyboardInterrupt

    train, config = method("hierarchy").train, small(scenes, rate_top=1e-4, adapt=True)
    whole = train(config, tmp_path / "whole", cache_dir=scenes / "cache")
    with pytest.raises(KeyboardInterrupt):
        train(config, tmp_path / "run", cache_dir=scenes / "cache", on_progress=stop)
    again = train(config, tmp_path / "run", cache_dir=scenes / "cache")
    assert folders.load(again).identity.split("@")[1] == folders.load(whole).identity.split("@")[1]
    assert train(config, tmp_path / "run") == again  # finished: not run again


@pytest.mark.parametrize("variant", sorted(set(VARIANTS) - {"hierarchy"}))
def test_every_variant_is_trained_and_exported_alike(scenes: Path, tmp_path: Path, variant: str) -> None:
    config = small(scenes, variant=variant, epochs=1, finder="grid")
    scorer = PairScorer(
        folders.load(method("hierarchy").train(config, tmp_path / "run", cache_dir=scenes / "cache"))
    )
    assert scorer.regions.finder == "grid"
    dataset = data(scenes)
    photos = scorer.photos(np.stack([fit(dataset.photo(item), scorer.photo) for item in dataset.photos[:3]]))
    sketches = scorer.sketches([dataset.sketch(item) for item in dataset.sketches[:2]])
    assert np.ptp(scorer.scores(sketches, photos)) > 0
    assert scorer.reasons(sketches.take(np.array([0])), photos.take(np.array([0]))).score < 0


def test_a_mirrored_data_set_shows_everything_mirrored(scenes: Path) -> None:
    dataset = data(scenes)
    turned = mirrored(dataset)
    for item, other in zip(dataset.items, turned.items, strict=True):
        assert (item.instance, item.label, item.path) == (other.instance, other.label, other.path)
        assert item.key != other.key
    photo = np.asarray(dataset.photo(dataset.photos[3]))
    assert (np.asarray(turned.photo(turned.photos[3])) == photo[:, ::-1]).all()
    sketch, mirror = dataset.sketch(dataset.sketches[3]), turned.sketch(turned.sketches[3])
    for one, two in zip(sketch.strokes, mirror.strokes, strict=True):
        np.testing.assert_array_equal(one[:, 1:], two[:, 1:])
        np.testing.assert_array_equal(one[:, 0], -two[:, 0])
    raster = Sketch((), np.tile(np.arange(8, dtype=np.uint8) * 30, (8, 1)))
    drawn = replace(dataset, items=dataset.sketches[:1], sketch_reader=lambda _: raster)
    other = mirrored(drawn)
    assert raster.raster is not None
    assert (other.sketch(other.items[0]).raster == raster.raster[:, ::-1]).all()


def test_settings_are_checked(scenes: Path, tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="hierarchy"):
        Config(variant="hierarchie")
    with pytest.raises(BadConfig, match="regions = 1: at least 2"):
        Config(regions=1)
    with pytest.raises(BadConfig, match=r"coldest = 0: above 0"):
        Config(coldest=0)
    assert from_dict(Config, to_dict(Config(rate_top=0.1))) == Config(rate_top=0.1)
    temperatures = [Config(epochs=5, temperature=1.0, coldest=0.25).warmth(epoch) for epoch in range(5)]
    np.testing.assert_allclose(temperatures, [1, 2**-0.5, 0.5, 2**-1.5, 0.25])
    tiny.backbone(tmp_path / "vit", "vit")
    with pytest.raises(BadConfig, match="feature maps"):
        method("hierarchy").train(
            small(scenes, backbone=str(tmp_path / "vit"), size=32, cut=1), tmp_path / "run"
        )


def test_only_models_of_pairs_score_pairs() -> None:
    with pytest.raises(BadModel, match="compares no pairs"):
        PairScorer(folders.load("default"))
