"""WordNet's nouns, read in place from the files of any WNDB folder (``index.noun`` and ``data.noun``)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sketchseek.errors import BadSemantics

# Where Debian and its relatives install the package wordnet-base.
DEBIAN = Path("/usr/share/wordnet")
_WNID = re.compile(r"n(\d{8})")
_SENSE = re.compile(r"(.+)\.n\.(\d+)")


@dataclass(frozen=True)
class Synset:
    """A sense: the words that share it, and the senses it is a kind (or an instance) of."""

    offset: int
    words: tuple[str, ...]
    parents: tuple[int, ...]
    gloss: str

    @property
    def wnid(self) -> str:
        """The sense as ImageNet writes it, such as ``n02084071``."""
        return f"n{self.offset:08d}"


class WordNet:
    """Nouns of a WNDB folder: senses of a word, what a sense is a kind of, how near two senses are.

    The layout is that of the manual page wndb(5WN): a sense's id is the byte at which its line starts, so
    only the lines that are asked for are parsed. The ids, and so ImageNet's, are those of one version:
    ImageNet's belong to WordNet 3.0.

    Raises:
        BadSemantics: the folder lacks a file, or a file is of another layout.
    """

    def __init__(self, folder: str | Path = DEBIAN) -> None:
        self.folder = Path(folder)
        self._index = _read_index(_read(self.folder, "index.noun"))
        self._data = _read(self.folder, "data.noun")
        self.synset = lru_cache(maxsize=None)(self._parse)
        self.ancestors = lru_cache(maxsize=None)(self._ancestors)
        if not self._index:
            raise BadSemantics(f"{self.folder / 'index.noun'} holds no nouns")

    def senses(self, word: str) -> tuple[int, ...]:
        """Senses of a word or collocation, the most frequent first; () where it has none.

        Case does not matter; spaces and underscores are the same.
        """
        entry = self._index.get("_".join(word.casefold().split()))
        if entry is None:
            return ()
        try:
            fields = entry.split()
            count, pointers = int(fields[1]), int(fields[2])
            senses = tuple(int(field) for field in fields[5 + pointers :])
            if count != len(senses):
                raise ValueError("sense count")
        except (ValueError, IndexError) as error:
            raise BadSemantics(f"{self.folder / 'index.noun'}: the line of {word!r} is damaged") from error
        return senses

    def resolve(self, name: str) -> int:
        """The sense that ``n02084071`` (ImageNet) or ``dog.n.01`` (its word and rank there) names.

        Raises:
            BadSemantics: there is no such sense here.
        """
        if match := _WNID.fullmatch(name):
            return self.synset(int(match[1])).offset
        match = _SENSE.fullmatch(name)
        if match is None:
            raise BadSemantics(f"{name!r} names no sense: write it as n02084071 or as dog.n.01")
        senses = self.senses(match[1])
        rank = int(match[2])
        if not 1 <= rank <= len(senses):
            raise BadSemantics(
                f"WordNet in {self.folder} has {len(senses)} senses of {match[1]!r}, not {rank}"
            )
        return senses[rank - 1]

    def label(self, sense: int) -> str:
        """A sense by its first word and its rank there, such as ``dog.n.01``."""
        word = self.synset(sense).words[0].casefold()
        return f"{word.replace(' ', '_')}.n.{self.senses(word).index(sense) + 1:02d}"

    def distance(self, one: int, other: int) -> int | None:
        """Steps on the shortest way up from both to a sense they are kinds of; None without any."""
        ups, others = self.ancestors(one), self.ancestors(other)
        return min((steps + others[up] for up, steps in ups.items() if up in others), default=None)

    def path_similarity(self, one: int, other: int) -> float:
        """1 / (1 + steps), in 0..1: 1 for the same sense, 0 without a common ancestor."""
        steps = self.distance(one, other)
        return 0.0 if steps is None else 1 / (1 + steps)

    def wup_similarity(self, one: int, other: int) -> float:
        """Wu and Palmer's, ACL 1994: 2 d / (2 d + a + b), in 0..1.

        d: the depth, in senses from the root, of the common ancestor; a and b: the steps up to it. Of several
        ancestors the one that gives most.
        """
        ups, others = self.ancestors(one), self.ancestors(other)
        depths = {up: 2 * self._depth(up) for up in ups if up in others}
        return max((d / (d + ups[up] + others[up]) for up, d in depths.items()), default=0.0)

    def related(self, one: int, other: int) -> bool:
        """Whether one is the other or a kind of it, or the other way round."""
        return other in self.ancestors(one) or one in self.ancestors(other)

    def kinds(self, sense: int, among: Iterable[int]) -> tuple[int, ...]:
        """The hyponym closure of a sense, within ``among``: itself and all that are kinds of it."""
        return tuple(other for other in among if sense in self.ancestors(other))

    def _parse(self, offset: int) -> Synset:
        where = f"{self.folder / 'data.noun'}: no sense starts at byte {offset}"
        if not self._data.startswith(b"%08d " % offset, offset):
            raise BadSemantics(f"{where}. Is it another version of WordNet?")
        line = self._data[offset : self._data.find(b"\n", offset)].decode("utf-8", "replace")
        facts, _, gloss = line.partition(" | ")
        fields = facts.split()
        try:
            words, at = int(fields[3], 16), 4
            names = tuple(fields[at + 2 * i].replace("_", " ") for i in range(words))
            at += 2 * words
            pointers = [fields[at + 1 + 4 * i : at + 5 + 4 * i] for i in range(int(fields[at]))]
            ups = tuple(
                int(there) for kind, there, part, _ in pointers if kind in {"@", "@i"} and part == "n"
            )
        except (ValueError, IndexError) as error:
            raise BadSemantics(
                f"{self.folder / 'data.noun'}: the line at byte {offset} is damaged"
            ) from error
        return Synset(offset, names, ups, gloss.strip())

    def _ancestors(self, sense: int) -> dict[int, int]:
        """All that a sense is a kind of, itself included -> the fewest steps up to it."""
        steps, level = {sense: 0}, [sense]
        while level:
            far = steps[level[0]] + 1
            level = [up for at in level for up in self.synset(at).parents if up not in steps]
            steps.update(dict.fromkeys(level, far))
        return steps

    def _depth(self, sense: int) -> int:
        """The number of senses on the longest way from the root."""
        return 1 + max((self._depth(up) for up in self.synset(sense).parents), default=0)


def _read(folder: Path, name: str) -> bytes:
    try:
        return (folder / name).read_bytes()
    except OSError as error:
        raise BadSemantics(
            f"no WordNet in {folder}: {name} cannot be read. Give the folder with index.noun and data.noun "
            "(on Debian: apt install wordnet-base)"
        ) from error


def _read_index(text: bytes) -> dict[str, str]:
    """Word -> the rest of its line; the licence's lines start with spaces."""
    lines = (line.partition(" ") for line in text.decode("utf-8", "replace").splitlines())
    return {word: rest for word, _, rest in lines if word}
