"""What the zero-shot systems may learn from: seen classes, their photos and sketches, and their names."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tiny
from PIL import Image, ImageFilter
from unseen import CLASSES, SEEN, data, settings

from sketchseek import model as folders
from sketchseek.data import load_split
from sketchseek.errors import BadConfig, BadDataset, BadSemantics, UnknownName
from sketchseek.methods import method
from sketchseek.methods.zero_shot import contrastive
from sketchseek.methods.zero_shot.seen import UNKNOWN, Part, Wider, gather
from sketchseek.methods.zero_shot.sides import sides
from sketchseek.methods.zero_shot.words import Words, similarity, vectors
from sketchseek.semantics import Concept
from sketchseek.training.pictures import LINES
from sketchseek.training.progress import Progress
from sketchseek.training.run import Run


def test_only_seen_classes_are_learnt_from(unseen_place: Path) -> None:
    known = gather(data(unseen_place), seed=0)
    chosen = known.material.val.classes
    assert len(known.classes) == 4
    assert sorted((*known.classes, *chosen)) == sorted(SEEN)
    assert set(known.material.train.classes) == set(known.classes)
    codes = known.codes(known.photos)
    kept = {item.label for item, code in zip(known.photos.items, codes, strict=True) if code >= 0}
    assert kept == set(known.classes)
    assert any(gather(data(unseen_place), seed).material.val.classes != chosen for seed in range(1, 5))


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"unseen": "sketchy-subset.train"}, "is a list of photos; a list of classes is wanted"),
        ({"unseen": "qmul-chairv2.test"}, "is a list of photos"),
        ({"unseen": "tuberlin-30.unseen"}, "none of the classes of tuberlin-30.unseen: nothing would be"),
        ({"lines": True}, "no line drawings under SKETCHSEEK_DATA"),
    ],
)
def test_a_split_that_leaves_nothing_out_is_refused(
    at_hand: Path, more: dict[str, Any], message: str
) -> None:
    with pytest.raises(BadConfig, match=message):
        gather(data(at_hand, **more), seed=0)


def test_without_a_list_all_classes_are_seen(unseen_place: Path) -> None:
    known = gather(data(unseen_place, unseen=""), seed=0)
    chosen = set(known.material.val.classes)
    assert set(CLASSES) > set(SEEN)
    assert (set(known.classes) | chosen, set(known.classes) & chosen) == (set(CLASSES), set())


def test_other_bad_splits_are_refused(at_hand: Path, tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match=r"sketchy-25\.unseen"):
        gather(data(at_hand, unseen="sketchy-25.unsen"), seed=0)
    with pytest.raises(BadConfig, match="of the 6 seen classes of folder, 1 to 4 can choose the model"):
        gather(replace(data(at_hand), choosing=5), seed=0)
    with pytest.raises(BadDataset):
        gather(replace(data(at_hand), quickdraw=True), seed=0)
    poor = tiny.pictures(tmp_path / "poor", photos=2, classes=CLASSES)
    for drawing in (poor / "sketches" / "dog").iterdir():
        drawing.unlink()
    with pytest.raises(BadConfig, match=r"folder: no sketches of the seen class 'dog'\. Add some"):
        gather(replace(data(at_hand), path=str(poor)), seed=0)


def test_photos_that_are_not_listed_are_not_learnt_from(tmp_path: Path) -> None:
    """Half of the photos, and the sketches of them, have names of the list."""
    names: dict[str, list[str]] = {}
    for entry in load_split("sketchy-subset.train").entries:
        label, _, name = entry.partition("/")
        names.setdefault(label, []).append(name)
    for path in sorted(tiny.pictures(tmp_path / "data", photos=4, classes=CLASSES).rglob("*.png")):
        number, mark, copy = path.stem.partition("-")
        if int(number) < 2:
            path.rename(path.with_name(f"{names[path.parent.name][int(number)]}{mark}{copy}.png"))
    known = gather(data(tmp_path, photos=("sketchy-subset.train",)), seed=0)
    for part, count in ((known.photos, 8), (known.sketches[0], 16)):
        kept = [item for item, code in zip(part.items, known.codes(part), strict=True) if code >= 0]
        assert len(kept) == count
        assert all(str(item.instance).partition("/")[2].startswith("n") for item in kept)
    assert (len(known.material.train.photos), len(known.material.val.photos)) == (8, 4)
    assert (len(known.material.train.sketches), len(known.material.val.sketches)) == (16, 8)
    with pytest.raises(BadConfig, match="no photos of the seen class 'bear' and 5 others"):
        gather(data(tmp_path, photos=("sketchy-subset.val",)), seed=0)
    with pytest.raises(BadConfig, match=r"photos = 'sketchy-21\.seen' is a list of classes"):
        gather(data(tmp_path, photos=("sketchy-21.seen",)), seed=0)


def draw_lines(root: Path, folder: Path) -> None:
    """Keep a line drawing of each photo of a folder below the root of all data."""
    for photo in sorted((folder / "photos").rglob("*.png")):
        lines = root / "lines" / photo.relative_to(root)
        lines.parent.mkdir(parents=True, exist_ok=True)
        with Image.open(photo) as picture:
            edges = picture.convert("L").filter(ImageFilter.FIND_EDGES)
            edges.point(lambda value: 255 if value < 20 else 0).save(lines)


@pytest.fixture
def undrawn(unseen_place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Photos without a single sketch, the lines of each, and everything else that is at hand."""
    draw_lines(tmp_path, tiny.pictures(tmp_path / "data", photos=4, sketches=0, classes=CLASSES))
    (tmp_path / "semantics").symlink_to(unseen_place / "semantics")
    (tmp_path / "backbone").symlink_to(unseen_place / "backbone")
    monkeypatch.setenv("SKETCHSEEK_DATA", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("sketches", [True, False])
def test_photos_and_their_lines_are_enough(undrawn: Path, sketches: bool) -> None:
    known = gather(data(undrawn, lines=True, sketches=sketches), seed=0)
    assert [{item.variant for item in part.items} for part in known.sketches] == [{LINES}]
    assert len(known.material.val.sketches) == len(known.material.val.photos) == 8
    config = settings("contrastive", undrawn, data=data(undrawn, lines=True, sketches=sketches), epochs=1)
    made = folders.load(method("contrastive").train(config, undrawn / "run"))
    assert made.card.figures["validation"]["map@all of seen classes held out"] > 0


def test_photos_of_whatever_are_learnt_from_without_a_class(undrawn: Path) -> None:
    """Those of an unseen class are left out: airplane."""
    more = undrawn / "more"
    draw_lines(
        undrawn, tiny.pictures(more, photos=3, sketches=0, classes={"lion": "box", "airplane": "disc"})
    )
    wider = Wider("folder", str(undrawn / "data"), choosing=2, quickdraw=False, lines=True)
    wider = replace(wider, unlabelled=str(more))
    known = gather(wider, seed=0)
    (beside,) = known.beside
    assert [len(beside.items), len(known.sketches[-1].items)] == [3, 3]
    assert {item.label for item in (*beside.items, *known.sketches[-1].items)} == {"lion"}
    assert known.sources[-1].used == "3 photos and their line drawings, without their classes"
    config = settings("contrastive", undrawn, data=wider, batch=12, steps=4, epochs=1)
    run = Run(undrawn / "run", "contrastive", config, cache_dir=None)
    sketches, photos = sides(run, known)
    network, batches = contrastive.build(config, sketches, photos, known)
    network.log_dict = lambda *_, **__: None  # type: ignore[method-assign]
    for batch in batches(0):
        _, _, of_sketches, of_photos, own, _ = batch
        unknown = of_sketches == UNKNOWN
        assert unknown.any()
        assert (own[unknown] >= 0).all()
        assert (of_photos[own[unknown]] == UNKNOWN).all()
        assert set(of_photos.tolist()) <= {*range(4), UNKNOWN}
        assert network.training_step(batch).isfinite()
    with pytest.raises(BadConfig, match="unlabelled = 'folder' is learnt from with its classes"):
        gather(replace(wider, unlabelled="folder"), seed=0)


def test_drawings_by_hand_can_be_left_out(undrawn: Path, unseen_place: Path) -> None:
    tiny.pictures(undrawn / "data", photos=4, classes=CLASSES)
    known = gather(data(undrawn, lines=True), seed=0)
    assert [len(part.items) for part in known.sketches] == [72, 36]
    assert {item.variant for item in known.material.val.sketches} != {LINES}
    known = gather(data(undrawn, lines=True, sketches=False), seed=0)
    assert [len(part.items) for part in known.sketches] == [36]
    for items in (known.material.train.sketches, known.material.val.sketches):
        assert {item.variant for item in items} == {LINES}
    with pytest.raises(BadConfig, match=r"data\.sketches = false leaves nothing .* set data\.lines true"):
        gather(data(undrawn, sketches=False), seed=0)


def word_file(folder: Path, words: str) -> str:
    """A file of vectors of these words, in two dimensions."""
    rows = words.split()
    file = folder / "words.vec"
    lines = [f"{word} {np.cos(n)} {np.sin(n)}" for n, word in enumerate(rows)]
    file.write_text("\n".join([f"{len(rows)} 2", *lines, ""]), encoding="utf-8")
    return str(file)


def test_names_that_are_not_found_are_told(at_hand: Path, tmp_path: Path) -> None:
    """Once while training, and on the model's card."""
    words = Words("fasttext", word_file(tmp_path, "bear bicycle cat crab duck"))
    config = settings("composed", at_hand, words=words, epochs=1)
    events: list[Progress] = []
    seed = next(n for n in range(9) if "dog" in gather(config.data, n).classes)
    train = method("composed").train
    made = train(
        replace(config, seed=seed), tmp_path / "run", cache_dir=at_hand / "cache", on_progress=events.append
    )
    told = [event for event in events if event.stage.startswith("names of classes")]
    assert [event.stage for event in told] == ["names of classes, 3 found; 1 missing: dog"]
    assert told[0].figures == {"found": 3, "by their words": 0, "missing": 1}
    assert folders.load(made).card.summary.endswith("Names of classes, 3 found; 1 missing: dog.")


def test_senses_are_those_of_the_data_set_or_of_its_photos(tmp_path: Path) -> None:
    """Sketchy's list says which seal is meant, photos named after ImageNet which crane."""
    folder = tiny.pictures(tmp_path / "data", photos=3, classes={**CLASSES, "crane": "box"})
    for number, synset in enumerate(("n02012849", "n99999999", "n02012849")):
        (folder / "photos" / "crane" / f"{number}.png").rename(
            folder / "photos" / "crane" / f"{synset}_{number}.png"
        )
    known = gather(data(tmp_path), seed=0)
    assert known.senses == {"crane": ("n02012849", "n99999999")}
    for name, listed in (("sketchy", "sketchy"), ("sketchy-extended", "sketchy"), ("quickdraw-extended", {})):
        photos = Part(replace(known.photos.dataset, name=name), known.photos.items[:1])
        assert replace(known, photos=photos).senses == listed
    words = Words("wordnet")
    try:
        vectors(words, ["dog"], "")
    except BadSemantics as error:
        if "no vectors" not in str(error):
            pytest.skip("no WordNet here")
    for label, sense, senses in (("seal", "seal.n.09", "sketchy"), ("crane", "crane.n.05", known.senses)):
        wanted = [Concept(label, senses=(sense,))]
        assert similarity(words, [label], senses, wanted).values.item() == 1
        assert similarity(words, [label], "", wanted).values.item() < 1


def test_wordnet_measures_in_several_ways() -> None:
    words = Words("wordnet")
    try:
        similarity(words, ["dog"], "", ["cat"])
    except BadSemantics:
        pytest.skip("no WordNet here")
    measured = similarity(replace(words, measure="wup"), ["dog"], "", ["cat"]).values.item()
    assert 0 < similarity(replace(words, measure="path"), ["dog"], "", ["cat"]).values.item() < measured
    with pytest.raises(UnknownName, match="WordNet measure"):
        vectors(replace(words, measure="pth"), ["dog"], "")
    with pytest.raises(BadConfig, match="takes no 'measure'"):
        vectors(Words("none", measure="path"), ["dog"], "")


def test_a_prior_keeps_what_stands_out(tmp_path: Path) -> None:
    file = tmp_path / "words.vec"
    file.write_text("4 2\ncat 1 0\ndog 0.9 0.4\nlion 1 0.1\nship 0 1\n", encoding="utf-8")
    words = Words("fasttext", str(file))
    found = vectors(words, ["cat", "dog", "zyzzyva"], "")
    assert found.values.shape == (3, 2)
    assert not found.values[2].any()
    assert found.coverage.missing == ("zyzzyva",)
    whole = similarity(words, ["cat", "ship"], "", ["lion", "dog", "ship"]).values
    assert (whole > 0).sum() == 6 - (whole <= 0).sum()
    kept = similarity(replace(words, top=1), ["cat", "ship"], "", ["lion", "dog", "ship"]).values
    assert kept.tolist() == [[1, 0, 0], [0, 0, 1]]
    shuffled = similarity(
        replace(words, source="shuffled:fasttext"), ["cat", "ship"], "", ["lion", "dog", "ship"]
    ).values
    np.testing.assert_allclose(shuffled, whole[::-1], atol=1e-6)
    with pytest.raises(UnknownName, match="word2vec"):
        vectors(Words("word2vek"), ["cat"], "")
