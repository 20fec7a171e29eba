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

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from sketchseek._aside import aside
from sketchseek.errors import BadModel, UnknownName
from sketchseek.images import PhotoInput
from sketchseek.sketch import SketchInput
from sketchseek.vocabulary import Vocabulary, read_words

CARD = "card.json"
WEIGHTS = "weights.safetensors"
FORMAT = 1
PACKAGED = ("default", "exact")
PAIRS = ("photo_regions", "sketch_regions", "pair")
"""The graphs of a model that compares pairs, beside those of its embeddings."""

Finder = Literal["edges", "grid", "elements", "cells"]
Merges = Literal["chosen", "contained"]
Grain = Literal["category", "look", "exact"]
"""How alike things are that count as the same: of one category, of one look within it, the very one."""


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
    ``grain`` is what it was trained to rank by, "exact" where it compares pairs.
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
        return read_words(self.path, self.card.dim)

    @property
    def grains(self) -> tuple[Grain, ...]:
        """What it can rank by, from coarse to fine; the last is its own.

        One that compares pairs ranks by the look, as its embeddings lie, and by the very one, as pairs are
        scored. One that was made for something finer than category can ask for that, too, where it knows
        words.

        Raises:
            BadModel: the file of words is broken.
        """
        own: tuple[Grain, ...] = ("look", "exact") if self.card.regions else (self.card.grain,)
        return own if own == ("category",) or self.words is None else ("category", *own)

    def asking(self, queries: NDArray[np.float32], grain: Grain | None) -> NDArray[np.float32]:
        """Queries (N, D) as they rank by a grain, by the model's own where none is named.

        What is compared pair by pair is first ranked by the look.

        Raises:
            UnknownName: the model does not rank by this grain.
            BadModel: the file of words is broken.
        """
        if grain is None or grain == self.grains[-1]:
            return queries
        if grain not in self.grains:
            raise UnknownName(
                f"the model {self.card.name!r} does not rank by {grain!r}: it ranks by "
                f"{' and '.join(map(repr, self.grains))}"
            )
        return self.words.named(queries) if grain == "category" and self.words else queries

    def compares(self, grain: Grain | None) -> bool:
        """Whether a grain, the model's own where none is named, asks to compare pairs."""
        return self.card.regions is not None and grain in (None, "exact")

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


def _tuples(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in raw.items()}
