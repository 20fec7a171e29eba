"""WordNet as semantics: which sense a class gets, SAKE's rule, agreement with the published matrices."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from semantic_files import write_imagenet, write_wordnet

from sketchseek.errors import BadSemantics
from sketchseek.semantics import (
    Concept,
    concepts,
    imagenet_classes,
    load_semantics,
    photo_senses,
    read_senses,
)
from sketchseek.semantics.concepts import SENSES
from sketchseek.semantics.lexical import WordNetSemantics
from sketchseek.semantics.wordnet import DEBIAN

real = pytest.mark.skipif(
    not (DEBIAN / "data.noun").exists(), reason="needs WordNet: apt install wordnet-base"
)


@pytest.fixture
def small(tmp_path: Path) -> tuple[WordNetSemantics, dict[str, int]]:
    offsets = write_wordnet(tmp_path)
    return WordNetSemantics(tmp_path), offsets


def test_classes_get_senses(small: tuple[WordNetSemantics, dict[str, int]]) -> None:
    wordnet, at = small
    assert wordnet.senses(Concept("dog")) == ((at["dog"],), "")
    assert wordnet.senses(Concept("dogs")) == ((at["dog"],), "")
    assert wordnet.senses(Concept("hound", ("puppy", "domestic dog"))) == ((at["dog"],), "")
    assert wordnet.senses(Concept("standing bird")) == ((at["bird"],), "bird")
    assert wordnet.senses(Concept("dog with cricket bat")) == ((at["dog"],), "dog")
    assert wordnet.senses(Concept("bat", (), ("bat.n.02", "owl.n.01"))) == ((at["club"], at["owl"]), "")
    assert wordnet.senses(Concept("sponge bob")) == ((), "")


def test_the_rule_of_links(small: tuple[WordNetSemantics, dict[str, int]]) -> None:
    wordnet, _ = small
    others = ["dog", "pug", "mammal", "bat", "owl", "cricket bat"]
    row = wordnet.similarity(["dog"], others)
    # itself, a kind, its own kind, two steps apart, four (1/5 is no link), six
    np.testing.assert_allclose(row.values, [[1, 1, 1, 1 / 3, 0, 0]], atol=1e-7)
    assert row.values.dtype == np.float32
    two = wordnet.similarity([Concept("bat", (), ("bat.n.01", "bat.n.02"))], others)
    np.testing.assert_allclose(two.values, [[1 / 3, 1 / 4, 1, 1, 0, 1]], atol=1e-7)  # the nearer sense


def test_other_measures_and_itself(tmp_path: Path) -> None:
    write_wordnet(tmp_path)
    path = load_semantics("wordnet", tmp_path, measure="path").similarity(["dog", "owl", "bat"])
    np.testing.assert_allclose(np.diag(path.values), 1)
    np.testing.assert_allclose(path.values, path.values.T)
    assert path.values[0, 1] == pytest.approx(1 / 5)
    wup = load_semantics("wordnet", tmp_path, measure="wup").similarity(["dog", "owl"])
    assert wup.values[0, 1] == pytest.approx(6 / 10)


def test_what_is_missing_is_told_or_zero(small: tuple[WordNetSemantics, dict[str, int]]) -> None:
    wordnet, _ = small
    with pytest.raises(BadSemantics, match="knows nothing of 'sponge bob'"):
        wordnet.similarity(["dog", "sponge bob"])
    rows = wordnet.similarity(["dog", "sponge bob", "flying bird"], ["dog"], missing="zero")
    assert rows.values.tolist() == [[1], [0], [0.25]]
    assert rows.coverage.missing == ("sponge bob",)
    assert rows.coverage.by_words == {"flying bird": ("bird",)}
    with pytest.raises(BadSemantics, match="senses of 'dog'"):
        wordnet.similarity([Concept("dog", (), ("dog.n.07",))], missing="zero")
    with pytest.raises(BadSemantics, match="has no vectors"):
        wordnet.vectors(["dog"])


def test_enriched_classes_carry_words_and_senses(small: tuple[WordNetSemantics, dict[str, int]]) -> None:
    wordnet, at = small
    bat, club, bob = wordnet.enrich([Concept("bat"), Concept("x", (), (f"n{at['club']:08d}",)), "sponge bob"])
    assert bat == Concept("bat", ("bat", "chiropteran"), ("bat.n.01",))
    assert club == Concept("x", ("bat", "club"), ("bat.n.02",))
    assert bob == Concept("sponge bob")


def test_teacher_classes_have_all_names_and_the_sense(tmp_path: Path) -> None:
    offsets = write_wordnet(tmp_path)
    wanted = write_imagenet(tmp_path / "list.txt", offsets, ["pug", "cricket bat"])
    teacher = imagenet_classes(tmp_path / "list.txt")
    assert teacher == wanted
    row = WordNetSemantics(tmp_path).similarity(["bat"], teacher)
    assert row.others == ("pug", "cricket bat")
    np.testing.assert_allclose(row.values, [[1 / 4, 0]])


@pytest.mark.parametrize(
    "text", ["", "{", "[1, 2]", "{1: {'id': '1-n', 'label': 'a'}}", "{0: {'id': '1-v', 'label': 'run'}}", "5"]
)
def test_a_broken_list_of_teacher_classes(tmp_path: Path, text: str) -> None:
    (tmp_path / "list.txt").write_text(text)
    with pytest.raises(BadSemantics, match="is no list of ImageNet's classes"):
        imagenet_classes(tmp_path / "list.txt")
    with pytest.raises(BadSemantics, match="cannot be read"):
        imagenet_classes(tmp_path / "none.txt")


@real
@pytest.mark.parametrize("name", SENSES)
def test_every_listed_sense_exists_and_is_a_thing_to_draw(name: str) -> None:
    wordnet = WordNetSemantics().wordnet
    physical, drawn = wordnet.resolve("physical_entity.n.01"), read_senses(name)
    assert len(drawn) > 20
    drawn.pop("present", None)  # a gift is a possession there, which is abstract
    for label, senses in drawn.items():
        for sense in senses:
            assert physical in wordnet.ancestors(wordnet.resolve(sense)), label


@real
@pytest.mark.data
@pytest.mark.parametrize(("name", "first", "listed"), [("sketchy", 48, 63), ("tuberlin", 149, 171)])
def test_rows_of_the_published_matrix_come_out(data_root: Path, name: str, first: int, listed: int) -> None:
    with np.load(data_root / "semantics" / f"sake_wordnet_{name}.npz") as table:
        names, published = [str(label) for label in table["classes"]], table["similarity"]
    wordnet, teacher = WordNetSemantics(), imagenet_classes(data_root / "semantics" / "imagenet_synsets.txt")
    plain = wordnet.similarity(names, teacher, missing="zero").values
    agree = (plain == published).all(axis=1)
    assert agree.sum() == first
    chosen = [row for row, concept in enumerate(concepts(names, name)) if concept.senses]
    better = wordnet.similarity(concepts([names[row] for row in chosen], name), teacher).values
    agree[chosen] = (better == published[chosen]).all(axis=1)
    assert agree.sum() == listed


@real
@pytest.mark.data
def test_the_photos_own_senses_agree_best(data_root: Path) -> None:
    with np.load(data_root / "semantics" / "sake_wordnet_sketchy.npz") as table:
        names, published = [str(label) for label in table["classes"]], table["similarity"]
    folder = data_root / "sketchy" / "256x256" / "photo" / "tx_000000000000"
    senses = photo_senses((path.parent.name, path.name) for path in folder.glob("*/*.jpg"))
    teacher = imagenet_classes(data_root / "semantics" / "imagenet_synsets.txt")
    found = WordNetSemantics().similarity(concepts(names, senses), teacher).values
    assert (found == published).all(axis=1).sum() == 69
