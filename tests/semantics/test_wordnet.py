"""WordNet: senses, ancestors and measures on a small tree, known values on the real files."""

from __future__ import annotations

from pathlib import Path

import pytest
from semantic_files import ANIMALS, write_wordnet

from sketchseek.errors import BadSemantics
from sketchseek.semantics.wordnet import DEBIAN, WordNet


@pytest.fixture
def offsets(tmp_path: Path) -> dict[str, int]:
    return write_wordnet(tmp_path)


def test_senses_come_in_their_order(tmp_path: Path, offsets: dict[str, int]) -> None:
    wordnet = WordNet(tmp_path)
    assert wordnet.senses("bat") == (offsets["bat"], offsets["club"])
    assert wordnet.senses("Cricket  Bat") == (offsets["cricket bat"],)
    assert wordnet.senses("unicorn") == ()
    bat = wordnet.synset(offsets["bat"])
    assert bat.words == ("bat", "chiropteran")
    assert bat.parents == (offsets["mammal"],)
    assert bat.gloss == "a kind of bat"
    assert wordnet.resolve(bat.wnid) == offsets["bat"]
    assert wordnet.resolve("bat.n.02") == offsets["club"]
    assert wordnet.label(offsets["club"]) == "bat.n.02"


def test_ancestors_and_kinds(tmp_path: Path, offsets: dict[str, int]) -> None:
    wordnet = WordNet(tmp_path)
    names = ["pug", "dog", "mammal", "animal", "thing", "entity"]
    assert wordnet.ancestors(offsets["pug"]) == {offsets[name]: steps for steps, name in enumerate(names)}
    below = {offsets[name] for name in ("dog", "pug", "Rover")}  # an instance is below its class, too
    assert set(wordnet.kinds(offsets["dog"], offsets.values())) == below
    assert wordnet.related(offsets["pug"], offsets["animal"])
    assert wordnet.related(offsets["animal"], offsets["pug"])
    assert not wordnet.related(offsets["pug"], offsets["owl"])


@pytest.mark.parametrize(
    ("one", "other", "steps", "wup"),
    [
        ("dog", "dog", 0, 1),
        ("pug", "dog", 1, 10 / 11),  # dog is the fifth from the root: 2·5 / (2·5 + 1)
        ("dog", "bat", 2, 8 / 10),
        ("pug", "owl", 5, 6 / 11),
        ("dog", "club", 5, 4 / 9),
    ],
)
def test_measures_by_hand(
    tmp_path: Path, offsets: dict[str, int], one: str, other: str, steps: int, wup: float
) -> None:
    wordnet = WordNet(tmp_path)
    for a, b in ((offsets[one], offsets[other]), (offsets[other], offsets[one])):
        assert wordnet.distance(a, b) == steps
        assert wordnet.path_similarity(a, b) == pytest.approx(1 / (1 + steps))
        assert wordnet.wup_similarity(a, b) == pytest.approx(wup)


def test_without_a_common_ancestor_nothing_is_near(tmp_path: Path, offsets: dict[str, int]) -> None:
    wordnet = WordNet(tmp_path)
    assert wordnet.distance(offsets["dog"], offsets["nowhere"]) is None
    assert wordnet.path_similarity(offsets["dog"], offsets["nowhere"]) == 0
    assert wordnet.wup_similarity(offsets["dog"], offsets["nowhere"]) == 0


def test_the_shortest_of_several_ways_up_counts(tmp_path: Path) -> None:
    nouns = {
        **ANIMALS,
        "guard dog": (["guard_dog"], ["dog", "guard"]),
        "guard": (["guard"], ["thing"]),
    }
    offsets = write_wordnet(tmp_path, nouns)
    wordnet = WordNet(tmp_path)
    assert wordnet.ancestors(offsets["guard dog"])[offsets["thing"]] == 2  # by guard, not by dog
    assert wordnet.distance(offsets["guard dog"], offsets["artifact"]) == 3


def test_no_wordnet_says_where_and_how(tmp_path: Path) -> None:
    with pytest.raises(BadSemantics, match=r"no WordNet in .*index\.noun.*wordnet-base"):
        WordNet(tmp_path / "none")


def test_an_empty_index_is_an_error(tmp_path: Path, offsets: dict[str, int]) -> None:
    (tmp_path / "index.noun").write_text("  1 only a licence\n")
    with pytest.raises(BadSemantics, match="holds no nouns"):
        WordNet(tmp_path)


def test_senses_that_do_not_exist(tmp_path: Path, offsets: dict[str, int]) -> None:
    wordnet = WordNet(tmp_path)
    with pytest.raises(BadSemantics, match="2 senses of 'bat'"):
        wordnet.resolve("bat.n.03")
    with pytest.raises(BadSemantics, match="another version"):
        wordnet.resolve("n00000007")
    with pytest.raises(BadSemantics, match=r"write it as n02084071 or as dog\.n\.01"):
        wordnet.resolve("dog")


def test_damaged_lines_are_named(tmp_path: Path, offsets: dict[str, int]) -> None:
    index = (tmp_path / "index.noun").read_text()
    (tmp_path / "index.noun").write_text(index.replace("owl n 1 2 @ ~ 1 0", "owl n 3 2 @ ~ 1 0"))
    data = (tmp_path / "data.noun").read_text()
    (tmp_path / "data.noun").write_text(data.replace("01 pug 0", "zz pug 0").replace("02 pug 0", "zz pug 0"))
    wordnet = WordNet(tmp_path)
    with pytest.raises(BadSemantics, match="the line of 'owl' is damaged"):
        wordnet.senses("owl")
    with pytest.raises(BadSemantics, match=r"line at byte \d+ is damaged"):
        wordnet.synset(offsets["pug"])


@pytest.mark.skipif(not (DEBIAN / "data.noun").exists(), reason="needs WordNet: apt install wordnet-base")
def test_known_values_of_wordnet_3_0() -> None:
    wordnet = WordNet()
    dog, cat = wordnet.resolve("dog.n.01"), wordnet.resolve("cat.n.01")
    assert wordnet.synset(dog).wnid == "n02084071"  # as ImageNet numbers it
    assert wordnet.synset(dog).words == ("dog", "domestic dog", "Canis familiaris")
    assert wordnet.path_similarity(dog, cat) == pytest.approx(0.2)  # the values NLTK's manual gives
    assert wordnet.wup_similarity(dog, cat) == pytest.approx(0.857142857)
    assert wordnet.senses("hot-air balloon") == (wordnet.resolve("hot-air_balloon.n.01"),)
