"""The model folder: a card, weights and exported graphs, with the model's own input contract.

    my-model/
        card.json             what it is, what it expects, how it was made, what it was measured at
        weights.safetensors   every tensor of both graphs, once
        photo.onnx            pictures (N, S, S, 3) uint8  -> embeddings (N, D) float32, unit length
        sketch.onnx           drawings (N, S, S) uint8     -> embeddings (N, D) float32, unit length
        words.npz             if it knows any: names (V,) and their vectors (V, D) float16

A model that compares pairs, too, has three further graphs: photo_regions.onnx and sketch_regions.onnx part a
picture, and pair.onnx scores what they give: see ``sketchseek.rerankers.pairs``.

The graphs hold no weights: each tensor is a reference into ``weights.safetensors`` (ONNX external data),
so the file that torch reads is the file that the run time reads.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from sketchseek._aside import aside
from sketchseek._names import class_key
from sketchseek.errors import BadModel, UnknownName
from sketchseek.images import PhotoInput
from sketchseek.sketch import SketchInput

CARD = "card.json"
WEIGHTS = "weights.safetensors"
WORDS = "words.npz"
FORMAT = 1
PACKAGED = ("default",)
PAIRS = ("photo_regions", "sketch_regions", "pair")
"""The graphs of a model that compares pairs, beside those of its embeddings."""

Finder = Literal["edges", "grid", "elements", "cells"]
Merges = Literal["chosen", "contained"]
Grain = Literal["category", "look", "exact"]
"""How alike things are that count as the same: of one category, of one look within it, the very one."""

_NEAREST = 0.05  # temperature at which a query is held against words, as cosines


@dataclass(frozen=True)
class Source:
    """One data set that a model was trained on."""

    name: str
    licence: str
    used: str  # which part, in words: "1,541 photos, 1,359 sketches of the train split"


@dataclass(frozen=True)
class RegionInput:
    """How a model that compares pairs wants pictures parted: `sketchseek.rerankers.regions`.

    Attributes:
        most: regions of a picture, at most.
        finder: of a photo's: "edges", "grid", or "elements" where these are told (else by edges); "cells":
            both pictures are the cells of one grid, row by row, ``most`` of them.
        merges: what becomes one: what the model chooses, or what lies in what.
    """

    most: int = 16
    finder: Finder = "edges"
    merges: Merges = "chosen"


@dataclass(frozen=True)
class Card:
    """What a model is, what it expects and how it was made.

    ``figures`` maps a benchmark's name to its metrics; ``training`` is the method's whole configuration, and
    ``recipe`` the name of the recipe that it came from, if any; ``regions`` is there where it compares pairs;
    ``grain`` is what it was trained to rank by.
    """

    name: str
    method: str
    dim: int
    photo: PhotoInput
    sketch: SketchInput
    summary: str = ""
    licence: str = ""
    sources: tuple[Source, ...] = ()
    figures: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    training: Mapping[str, Any] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    recipe: str = ""
    regions: RegionInput | None = None
    grain: Grain = "category"
    format: int = FORMAT


@dataclass(frozen=True)
class Vocabulary:
    """Words that a model knows, as vectors among its embeddings.

    A vector added to a sketch's unit embedding, and the sum brought to unit length, asks for both; alone, at
    unit length, it asks for the word.

    Attributes:
        names: V of them, in lower case.
        vectors: (V, D) float32, of any length but 0.
    """

    names: tuple[str, ...]
    vectors: NDArray[np.float32]

    def vector(self, text: str) -> NDArray[np.float32]:
        """What a text adds, (D,): its own vector, else the mean of those of its words that are known.

        Raises:
            UnknownName: none of its words is known; the message lists near ones.
        """
        wanted = class_key(text)
        where = {class_key(name): place for place, name in enumerate(self.names)}
        rows = [where[word] for word in (wanted, *wanted.split()) if word in where]
        if not rows:
            near = difflib.get_close_matches(wanted, where, n=3, cutoff=0.6)
            hint = f"Did you mean {' or '.join(map(repr, near))}?" if near else "Try a plainer word."
            raise UnknownName(f"the model knows {len(self.names):,} words, but not {text!r}. {hint}")
        vector: NDArray[np.float32] = self.vectors[rows[:1] if wanted in where else rows].mean(0)
        return vector

    def named(self, queries: NDArray[np.float32]) -> NDArray[np.float32]:
        """Queries with the word added that each is nearest to: they ask for the category, less for its look.

        What is added is the words' vectors, each weighted by how near the query is to it (softmax of the
        cosines), at the query's own length.

        Args:
            queries: (N, D) float32 of unit length.

        Returns:
            (N, D) float32 of unit length.
        """
        units = self.vectors / np.linalg.norm(self.vectors, axis=1, keepdims=True)
        near = queries @ units.T / _NEAREST
        weights = np.exp(near - near.max(axis=1, keepdims=True))
        words = weights @ units
        both = queries + words / np.linalg.norm(words, axis=1, keepdims=True)
        found: NDArray[np.float32] = both / np.linalg.norm(both, axis=1, keepdims=True)
        return found.astype(np.float32)


@dataclass(frozen=True)
class Model:
    """A model folder that has been read and checked; nothing heavy is loaded yet."""

    path: Path
    card: Card

    @cached_property
    def identity(self) -> str:
        """``name@digest``: equal for equal weights, graphs and input contract, whatever the folder is called.

        Stored beside every vector, so that vectors of two models never meet.
        """
        digest = hashlib.sha256()
        contract = {
            "photo": asdict(self.card.photo),
            "sketch": asdict(self.card.sketch),
            "dim": self.card.dim,
        }
        if self.card.regions:
            contract["regions"] = asdict(self.card.regions)
        digest.update(json.dumps(contract, sort_keys=True).encode())
        for name in self._files:
            with (self.path / name).open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
        return f"{self.card.name}@{digest.hexdigest()[:12]}"

    @property
    def _files(self) -> tuple[str, ...]:
        graphs = ("photo", "sketch", *(PAIRS if self.card.regions else ()))
        return (WEIGHTS, *(f"{graph}.onnx" for graph in graphs))

    @cached_property
    def words(self) -> Vocabulary | None:
        """The words it knows; None where it knows none.

        Raises:
            BadModel: the file of words is broken.
        """
        path = self.path / WORDS
        if not path.is_file():
            return None
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as table:
                found = Vocabulary(tuple(map(str, table["names"])), table["vectors"].astype(np.float32))
        except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile) as error:
            raise BadModel(f"{path} cannot be read as a model's words: {error}") from error
        if found.vectors.shape != (len(found.names), self.card.dim):
            raise BadModel(f"{path}: {len(found.names)} words, vectors of shape {found.vectors.shape}")
        return found

    @property
    def grains(self) -> tuple[Grain, ...]:
        """What it can rank by, from coarse to fine; the last is its own.

        One that was trained for something finer can still ask for the category, where it knows words.

        Raises:
            BadModel: the file of words is broken.
        """
        own = self.card.grain
        return (own,) if own == "category" or self.words is None else ("category", own)

    def asking(self, queries: NDArray[np.float32], grain: Grain | None) -> NDArray[np.float32]:
        """Queries (N, D) as they rank by a grain, by the model's own where none is named.

        Raises:
            UnknownName: the model does not rank by this grain.
            BadModel: the file of words is broken.
        """
        if grain is None or grain == self.card.grain:
            return queries
        if grain not in self.grains or self.words is None:
            raise UnknownName(
                f"the model {self.card.name!r} does not rank by {grain!r}: it ranks by "
                f"{' and '.join(map(repr, self.grains))}"
            )
        return self.words.named(queries)

    def graph(self, name: str) -> Path:
        """The ONNX graph ``"photo"`` or ``"sketch"`` or, where it compares pairs, one of `PAIRS`."""
        return self.path / f"{name}.onnx"

    def check(self) -> None:
        """See that all its files are there.

        Raises:
            BadModel: one is missing.
        """
        for file in self._files:
            if not (self.path / file).is_file():
                raise BadModel(
                    f"model {self.path} is incomplete: {file} is missing. Copy the whole folder again."
                )


def find(name: str | Path) -> Path:
    """The folder of a packaged model's name, or of a path.

    Raises:
        BadModel: there is no such folder.
    """
    if str(name) in PACKAGED:
        return Path(str(files("sketchseek") / "packaged" / str(name)))
    path = Path(name).expanduser()
    if not path.is_dir():
        raise BadModel(
            f"no model {str(name)!r}: neither a packaged model ({', '.join(PACKAGED)}) nor a folder. "
            f"`sketchseek models` lists what there is; `sketchseek train` makes one."
        )
    return path


def load(name: str | Path) -> Model:
    """Read and check a model folder by packaged name or path.

    Raises:
        BadModel: a file is missing or the card cannot be read.
    """
    path = find(name)
    try:
        card = read_card(path / CARD)
    except FileNotFoundError as error:
        raise BadModel(f"{path} is no model folder: it has no {CARD}") from error
    model = Model(path, card)
    model.check()
    return model


def read_card(path: Path) -> Card:
    """Read a card; unknown fields are an error, so that a newer format is never half understood.

    Raises:
        BadModel: not a card of this format.
    """
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        if raw.get("format") != FORMAT:
            raise BadModel(f"{path}: card format {raw.get('format')!r}, this sketchseek reads {FORMAT}")
        if raw.get("grain", "category") not in get_args(Grain):
            raise BadModel(
                f"{path}: grain {raw['grain']!r}, this sketchseek knows {', '.join(get_args(Grain))}"
            )
        return Card(
            **raw
            | {
                "photo": PhotoInput(**_tuples(raw["photo"])),
                "sketch": SketchInput(**_tuples(raw["sketch"])),
                "sources": tuple(Source(**source) for source in raw.get("sources", ())),
                "regions": RegionInput(**raw["regions"]) if raw.get("regions") else None,
            }
        )
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise BadModel(f"{path} cannot be read as a model card: {error}") from error


def write_card(card: Card, folder: Path) -> Path:
    """Write ``card.json`` into ``folder`` and return its path."""
    path = folder / CARD
    with aside(path) as written:
        written.write_text(json.dumps(asdict(card), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def write_words(words: Vocabulary, folder: Path) -> Path:
    """Write ``words.npz`` into ``folder`` and return its path; vectors as float16."""
    path = folder / WORDS
    with aside(path) as written, written.open("wb") as file:
        np.savez_compressed(file, names=np.array(words.names), vectors=words.vectors.astype(np.float16))
    return path


def _tuples(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in raw.items()}
