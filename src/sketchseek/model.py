"""The model folder: a card, weights and exported graphs, with the model's own input contract.

    my-model/
        card.json             what it is, what it expects, how it was made, what it was measured at
        weights.safetensors   every tensor of both graphs, once
        photo.onnx            pictures (N, S, S, 3) uint8  -> embeddings (N, D) float32, unit length
        sketch.onnx           drawings (N, S, S) uint8     -> embeddings (N, D) float32, unit length

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
from typing import Any

from sketchseek._aside import aside
from sketchseek.errors import BadModel
from sketchseek.images import PhotoInput
from sketchseek.sketch import SketchInput

CARD = "card.json"
WEIGHTS = "weights.safetensors"
FORMAT = 1
PACKAGED = ("default",)


@dataclass(frozen=True)
class Source:
    """One data set that a model was trained on."""

    name: str
    licence: str
    used: str  # which part, in words: "1,541 photos, 1,359 sketches of the train split"


@dataclass(frozen=True)
class Card:
    """What a model is, what it expects and how it was made.

    ``figures`` maps a benchmark's name to its metrics; ``training`` is the method's whole configuration, and
    ``recipe`` the name of the recipe that it came from, if any.
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
        digest.update(json.dumps(contract, sort_keys=True).encode())
        for name in (WEIGHTS, "photo.onnx", "sketch.onnx"):
            with (self.path / name).open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
        return f"{self.card.name}@{digest.hexdigest()[:12]}"

    def graph(self, domain: str) -> Path:
        """The ONNX graph for ``"photo"`` or ``"sketch"``."""
        return self.path / f"{domain}.onnx"


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
    for file in (WEIGHTS, "photo.onnx", "sketch.onnx"):
        if not (path / file).is_file():
            raise BadModel(f"model {path} is incomplete: {file} is missing. Copy the whole folder again.")
    return Model(path, card)


def read_card(path: Path) -> Card:
    """Read a card; unknown fields are an error, so that a newer format is never half understood.

    Raises:
        BadModel: not a card of this format.
    """
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        if raw.get("format") != FORMAT:
            raise BadModel(f"{path}: card format {raw.get('format')!r}, this sketchseek reads {FORMAT}")
        return Card(
            **raw
            | {
                "photo": PhotoInput(**_tuples(raw["photo"])),
                "sketch": SketchInput(**_tuples(raw["sketch"])),
                "sources": tuple(Source(**source) for source in raw.get("sources", ())),
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
