"""What is asked: classes as words know them, how their names are spelt, and how much of them was found."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.resources import files as package_files
from pathlib import Path

from sketchseek._names import class_key, words_of
from sketchseek.errors import BadSemantics

SENSES = ("sketchy", "tuberlin")
# Words that join others and mean little by themselves: "flower with stem", "pipe (for smoking)".
JOINING = frozenset({"a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "the", "with"})


@dataclass(frozen=True)
class Concept:
    """A class: its name, further names that mean the same, and its WordNet senses where they are known.

    A sense is written as ``n02139199`` (ImageNet's id, of WordNet 3.0) or as ``bat.n.01``.
    """

    name: str
    lemmas: tuple[str, ...] = ()
    senses: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The name and all further ones, each once."""
        return tuple(dict.fromkeys((self.name, *self.lemmas)))


@dataclass(frozen=True)
class Coverage:
    """Which names were found, and how.

    Attributes:
        whole: found as they are, or by their sense.
        by_words: not found, but put together from these words of theirs.
        missing: not found at all.
    """

    whole: tuple[str, ...] = ()
    by_words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    missing: tuple[str, ...] = ()

    def __str__(self) -> str:
        parts = [f"{len(self.whole)} found"]
        if self.by_words:
            named = ", ".join(f"{name} ({' + '.join(words)})" for name, words in self.by_words.items())
            parts.append(f"{len(self.by_words)} by their words: {named}")
        if self.missing:
            parts.append(f"{len(self.missing)} missing: {', '.join(self.missing)}")
        return "; ".join(parts)

    @classmethod
    def of(cls, found: Iterable[tuple[str, bool, tuple[str, ...]]]) -> Coverage:
        """From each name, whether it was found, and the words it was put together from, if it was."""
        rows = list(found)
        return cls(
            tuple(name for name, hit, words in rows if hit and not words),
            {name: words for name, hit, words in rows if hit and words},
            tuple(name for name, hit, _ in rows if not hit),
        )

    def require(self, source: str) -> None:
        """Raise unless every name was found.

        Raises:
            BadSemantics: some are missing; the message names them.
        """
        if self.missing:
            some = ", ".join(map(repr, self.missing[:5])) + (", …" if len(self.missing) > 5 else "")
            raise BadSemantics(
                f"{source} knows nothing of {some} ({len(self.missing)} of {self.total} names). Give further "
                'names or a sense (Concept), leave them out, or take zeros for them: missing="zero"'
            )

    @property
    def total(self) -> int:
        """How many names were asked for."""
        return len(self.whole) + len(self.by_words) + len(self.missing)


def parts_of(name: str) -> tuple[str, ...]:
    """The words that a name may be put together from: all but those that only join."""
    words = tuple(word for word in words_of(name) if word not in JOINING)
    return words if len(words_of(name)) > 1 else ()


def spellings(name: str) -> tuple[str, ...]:
    """How a table of words may write a name, the likeliest first.

    ``hot-air_balloon`` -> hot-air_balloon, hot_air_balloon, hot-air-balloon, hotairballoon and the same with
    capital letters; words in brackets stay: ``car_(sedan)`` -> car_sedan.
    """
    plain = "_".join(re.sub(r"[()]", " ", name).replace("_", " ").split())
    words = words_of(name)
    joined = [plain, plain.lower(), *(mark.join(words) for mark in ("_", "-", ""))]
    capital = ["_".join(word.capitalize() for word in words), plain.upper()]
    return tuple(dict.fromkeys(text for text in (*joined, *capital) if text))


def concepts(
    names: Iterable[str | Concept], senses: str | Path | Mapping[str, Sequence[str]] = ""
) -> tuple[Concept, ...]:
    """Classes by name, with the senses that a list gives them.

    Args:
        names: names; a `Concept` stays as it is unless it has no sense and the list has one.
        senses: ``"sketchy"`` or ``"tuberlin"`` (lists of this package, of the classes whose first sense in
            WordNet is another thing or that WordNet does not name so), a file of the same layout, or a
            mapping of name -> senses. Empty: none.

    Raises:
        BadSemantics: the list cannot be read.
    """
    listed = senses if isinstance(senses, Mapping) else read_senses(senses) if senses else {}
    chosen = {class_key(name): tuple(found) for name, found in listed.items()}
    made = (name if isinstance(name, Concept) else Concept(name) for name in names)
    return tuple(
        concept if concept.senses else replace(concept, senses=chosen.get(class_key(concept.name), ()))
        for concept in made
    )


def read_senses(source: str | Path) -> dict[str, tuple[str, ...]]:
    """Read a list of ``class name = sense [sense …]`` lines; ``#`` starts a comment.

    Raises:
        BadSemantics: it is missing, or a line is of another form.
    """
    try:
        if source in SENSES:
            text = (package_files("sketchseek.semantics") / "senses" / f"{source}.txt").read_text("utf-8")
        else:
            text = Path(source).expanduser().read_text("utf-8")
    except (OSError, UnicodeError) as error:
        raise BadSemantics(
            f"the list of senses {str(source)!r} cannot be read: name a file, or {' or '.join(SENSES)}"
        ) from error
    return dict(_sense_lines(text, str(source)))


def _sense_lines(text: str, source: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.partition("#")[0].strip()
        if not line:
            continue
        name, mark, senses = line.partition("=")
        if not mark or not name.strip() or not senses.split():
            raise BadSemantics(f"{source}, line {number}: expected 'class name = sense', found {line!r}")
        yield name.strip(), tuple(senses.split())


def photo_senses(photos: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Class -> WordNet ids that its photos' names begin with (``n02691156_10151``), the commonest first.

    For data sets whose photos come from ImageNet: Sketchy, TU-Berlin's extension.

    Args:
        photos: class and photo name.
    """
    counts: dict[str, Counter[str]] = {}
    for label, photo in photos:
        if match := re.match(r"n\d{8}(?=_)", photo):
            counts.setdefault(label, Counter())[match[0]] += 1
    return {label: tuple(wnid for wnid, _ in count.most_common()) for label, count in counts.items()}


def data_folder() -> Path:
    """The folder of small tables beside the data sets.

    Raises:
        BadSemantics: the environment variable SKETCHSEEK_DATA is not set.
    """
    named = os.environ.get("SKETCHSEEK_DATA")
    if not named:
        raise BadSemantics("give a path, or set SKETCHSEEK_DATA to the folder of all data sets")
    return Path(named) / "semantics"
