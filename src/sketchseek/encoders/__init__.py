"""Pictures and drawings -> embeddings: what every encoder offers, and how to get one by name."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Literal, Protocol, TypeVar, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from sketchseek import images
from sketchseek import model as folders
from sketchseek.encoders.onnx import OnnxEncoder
from sketchseek.errors import UnknownName
from sketchseek.images import PhotoInput
from sketchseek.registry import check_name, resolve
from sketchseek.sketch import Sketch, SketchInput

__all__ = [
    "BASELINES",
    "Changed",
    "Chosen",
    "Encoder",
    "Fittable",
    "OnnxEncoder",
    "Pictures",
    "encode_photos",
    "encode_sketches",
    "encode_words",
    "find_encoder",
    "load_encoder",
]

_T = TypeVar("_T")

BASELINES: Mapping[str, str] = {
    "backbone": "sketchseek.encoders.baselines.backbone:make",
    "category": "sketchseek.encoders.baselines.category:make",
    "centred": "sketchseek.encoders.baselines.centred:make",
    "edges": "sketchseek.encoders.baselines.edges:make",
    "gf-hog": "sketchseek.encoders.baselines.gf_hog:make",
}
"""Encoders that train nothing: name -> what makes one from the words behind its colon."""


class Encoder(Protocol):
    """Turns pixels into embeddings that compare by inner product; may be called from several threads."""

    @property
    def model_id(self) -> str:
        """The model's identity, stored beside every vector."""
        ...

    @property
    def source(self) -> str:
        """What `load_encoder` takes to get this encoder again: a packaged name or an absolute path."""
        ...

    @property
    def dim(self) -> int:
        """Length of an embedding."""
        ...

    @property
    def photo(self) -> PhotoInput:
        """What the model expects of photos."""
        ...

    @property
    def sketch(self) -> SketchInput:
        """What the model expects of drawings."""
        ...

    def embed_photos(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """(N, S, S, 3) uint8 -> (N, D) float32, rows of unit length."""
        ...

    def embed_sketches(self, rasters: NDArray[np.uint8]) -> NDArray[np.float32]:
        """(N, S, S) uint8 -> (N, D) float32, rows of unit length."""
        ...


class Pictures(Protocol):
    """Pictures of one domain, each opened when it is asked for by its place."""

    def __len__(self) -> int:
        """How many there are."""
        ...

    def __getitem__(self, place: int, /) -> NDArray[np.uint8]:
        """(S, S, 3) of a photo, (S, S) of a drawing."""
        ...


@runtime_checkable
class Fittable(Protocol):
    """What becomes an encoder once it has seen pictures: it needs a codebook, or a mean, but no training."""

    @property
    def photo(self) -> PhotoInput:
        """How it wants to see photos."""
        ...

    @property
    def sketch(self) -> SketchInput:
        """How it wants to see drawings."""
        ...

    def fitted(self, photos: Pictures, sketches: Pictures) -> Encoder:
        """An encoder whose identity covers what it has seen.

        Args:
            photos: what a method may learn from, never what is tested by.
            sketches: likewise; may be empty.
        """
        ...


@runtime_checkable
class Chosen(Protocol):
    """An encoder that was made by settings; those called ``seed`` tell runs of one method apart."""

    @property
    def settings(self) -> Mapping[str, object]:
        """Name -> value."""
        ...


@runtime_checkable
class Changed(Protocol):
    """An encoder that changes what another one gives."""

    @property
    def inner(self) -> Encoder:
        """The other one."""
        ...

    @property
    def changed(self) -> str:
        """What is done to its embeddings, in a word or two."""
        ...

    def change(self, rows: NDArray[np.float32], domain: Literal["photo", "sketch"]) -> NDArray[np.float32]:
        """The other one's embeddings (N, D) of one domain -> this one's."""
        ...


def find_encoder(name: str) -> Encoder | Fittable:
    """The encoder of a model, as `load_encoder`, or a baseline by its name: what can be measured.

    ``NAME`` or ``NAME:ARGUMENT``, as in ``gf-hog:seed=1``, ``backbone:google/vit-base-patch16-224`` and
    ``centred:default``. A folder that is called as a baseline is named by its path, ``./edges``.

    Raises:
        UnknownName: neither; the message names the nearest.
        MissingExtra: a baseline needs a package that is not installed.
        BadModel, BadConfig: the model, or what stands behind the colon, cannot be used.
    """
    kind, _, argument = name.partition(":")
    if kind in BASELINES:
        found: Encoder | Fittable = resolve(kind, BASELINES, "baseline")(argument)
        return found
    if not (name in folders.PACKAGED or os.sep in name or Path(name).expanduser().exists()):
        check_name(kind, dict.fromkeys((*folders.PACKAGED, *BASELINES)), "model or baseline")
    return load_encoder(name)


def load_encoder(name: str | Path, *, threads: int | None = None) -> OnnxEncoder:
    """The encoder of a model folder, by packaged name or path; graphs are loaded when first used.

    Args:
        name: ``"default"``, or a folder.
        threads: how many threads it may use; all cores where not given.

    Raises:
        BadModel: there is no such model, or it is broken.
    """
    return OnnxEncoder(folders.load(name), threads=threads)


def encode_sketches(encoder: Encoder, sketches: Iterable[Sketch], *, batch: int = 32) -> NDArray[np.float32]:
    """Render and embed drawings: (N, D) float32, rows of unit length.

    Raises:
        EmptySketch: one of them has no ink.
    """
    found = [
        encoder.embed_sketches(np.stack([sketch.render(encoder.sketch) for sketch in some]))
        for some in _batches(sketches, batch)
    ]
    return np.concatenate(found) if found else np.empty((0, encoder.dim), np.float32)


def encode_photos(encoder: Encoder, photos: Iterable[Image.Image], *, batch: int = 32) -> NDArray[np.float32]:
    """Fit and embed pictures that `images.open_picture` has opened: (N, D) float32, rows of unit length."""
    found = [
        encoder.embed_photos(np.stack([images.fit(photo, encoder.photo) for photo in some]))
        for some in _batches(photos, batch)
    ]
    return np.concatenate(found) if found else np.empty((0, encoder.dim), np.float32)


def encode_words(encoder: OnnxEncoder, text: str) -> NDArray[np.float32]:
    """What a text asks for: (D,) float32 of unit length, among the encoder's embeddings.

    Raises:
        UnknownName: the model knows no words, or not these; the message lists near ones.
        BadModel: its file of words is broken.
    """
    if encoder.model.words is None:
        raise UnknownName(f"the model {encoder.model.card.name!r} knows no words: ask with a drawing alone")
    vector = encoder.model.words.vector(text)
    unit: NDArray[np.float32] = vector / np.linalg.norm(vector)
    return unit


def _batches(items: Iterable[_T], size: int) -> Iterator[Sequence[_T]]:
    iterator = iter(items)
    while some := list(islice(iterator, size)):
        yield some
