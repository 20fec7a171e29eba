"""From two torch towers to a model folder: ONNX graphs over one safetensors file."""

from __future__ import annotations

import copy
import hashlib
import importlib.metadata
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, external_data_helper, helper, numpy_helper
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from sketchseek import model as folders
from sketchseek._aside import aside
from sketchseek.errors import BadModel
from sketchseek.model import WEIGHTS, Card
from sketchseek.training.graphs import TOLERANCE, beside_torch, to_graph
from sketchseek.vocabulary import Vocabulary, write_words

DOMAINS = ("photo", "sketch")
_ALIASES = "aliases"
_CONSTANT = "constant."
_INLINE = 1024  # bytes; smaller constants that are no weights stay in the graph
_LIBRARIES = ("torch", "onnx", "onnxruntime", "transformers", "numpy")


@dataclass(frozen=True)
class Graph:
    """A further graph of a model folder.

    Attributes:
        module: what it computes.
        inputs: their names, in order.
        outputs: likewise.
        examples: a tensor an input, of two pictures or pairs at least, to compare torch and graph on.
    """

    module: nn.Module
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    examples: tuple[Tensor, ...]


def export_model(
    photo: nn.Module,
    sketch: nn.Module,
    card: Card,
    folder: Path,
    *,
    half: bool = True,
    samples: Mapping[str, NDArray[np.uint8]] | None = None,
    words: Vocabulary | None = None,
    further: Mapping[str, Graph] | None = None,
) -> Path:
    """Write a model folder from two towers and prove that its graphs compute what torch computes.

    The folder is written aside and renamed, so that it exists whole or not at all; an older folder of the
    same name is replaced.

    Args:
        photo: uint8 (N, S, S, 3) -> float32 (N, D) of unit length.
        sketch: uint8 (N, S, S) -> the same. Modules shared with ``photo`` are stored once.
        card: its ``dim`` and input sizes must be those of the towers; library versions are added.
        folder: where to.
        half: store weight matrices as float16; torch is rounded alike before it is compared.
        samples: real pictures of each domain to compare on, at least two; else drawn noise.
        words: those that the model knows, if any.
        further: graphs beside the two, by name; weights that they share with the towers are stored once.

    Raises:
        BadModel: outputs differ by more than 1e-3, are not of unit length, or do not depend on the input.
    """
    pixels = samples or {domain: _noise(domain, card) for domain in DOMAINS}
    shown = {domain: (torch.from_numpy(np.ascontiguousarray(pixels[domain])),) for domain in DOMAINS}
    whole = {
        "photo": Graph(photo, ("pixels",), ("embedding",), shown["photo"]),
        "sketch": Graph(sketch, ("pixels",), ("embedding",), shown["sketch"]),
        **(further or {}),
    }
    modules = {name: copy.deepcopy(graph.module).eval() for name, graph in whole.items()}
    if half:
        for module in modules.values():
            round_to_half(module)
    graphs = {
        name: to_graph(
            modules[name],
            *(example[:2] for example in graph.examples),
            inputs=graph.inputs,
            outputs=graph.outputs,
        )
        for name, graph in whole.items()
    }
    folder = Path(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with aside(folder) as written:
        written.mkdir()
        own = {name: set(module.state_dict()) for name, module in modules.items()}
        _write_graphs(graphs, own, written, half=half)
        for name, graph in whole.items():
            found = beside_torch(modules[name], written / f"{name}.onnx", graph.examples)
            if name in DOMAINS:
                _check(name, found[0], card.dim)
        if words is not None:
            write_words(words, written)
        folders.write_card(replace(card, versions=dict(card.versions) | _versions()), written)
    return folder


def _versions() -> dict[str, str]:
    """The libraries that a model's graphs were made with, and their versions."""
    return {name: importlib.metadata.version(name) for name in _LIBRARIES}


def load_weights(folder: Path) -> dict[str, Tensor]:
    """The tensors of a model folder in float32, named ``photo.<name>`` and ``sketch.<name>``.

    ``<name>`` is the name in the tower's own state dict, so that training can go on from a folder.
    """
    path = Path(folder) / WEIGHTS
    with safe_open(path, framework="pt") as file:
        aliases: dict[str, str] = json.loads((file.metadata() or {}).get(_ALIASES, "{}"))
    tensors = {name: tensor.float() for name, tensor in load_file(path).items()}
    tensors |= {alias: tensors[name] for alias, name in aliases.items()}
    return {name: tensor for name, tensor in tensors.items() if not name.startswith(_CONSTANT)}


def round_to_half(module: nn.Module) -> None:
    """Round in place every tensor that would be stored as float16 to what float16 holds."""
    with torch.no_grad():
        for tensor in [*module.parameters(), *module.buffers()]:
            if fits_half(tensor):
                tensor.copy_(tensor.half().float())


def fits_half(tensor: Tensor) -> bool:
    """Whether a tensor is stored as float16: matrices are; vectors (few, and sensitive) and overflows not."""
    return (
        tensor.dtype == torch.float32 and tensor.squeeze().dim() >= 2 and bool(tensor.half().isfinite().all())
    )


def _write_graphs(
    graphs: Mapping[str, onnx.ModelProto], own: Mapping[str, set[str]], folder: Path, *, half: bool
) -> None:
    """Move the graphs' weights (those named in ``own``, and large constants) into one file; save all of them.

    Equal tensors are stored once; the file's metadata lists the other names that weights go by.
    """
    tensors: dict[str, Tensor] = {}
    aliases: dict[str, str] = {}
    names: dict[tuple[str, str], str] = {}  # (domain, initializer) -> name in the file
    stored: dict[str, str] = {}  # content -> name in the file
    for domain, graph in graphs.items():
        for initializer in graph.graph.initializer:
            weight = initializer.name in own[domain]
            if initializer.data_type != TensorProto.FLOAT or not (
                weight or len(initializer.raw_data) > _INLINE
            ):
                continue
            tensor = torch.from_numpy(numpy_helper.to_array(initializer).copy())
            tensor = tensor.half() if half and fits_half(tensor) else tensor
            name = f"{domain if weight else _CONSTANT + domain}.{initializer.name}"
            place = stored.setdefault(_content(tensor), name)
            names[domain, initializer.name] = place
            if place == name:
                tensors[name] = tensor
            elif weight:
                aliases[name] = place
    save_file(tensors, folder / WEIGHTS, metadata={_ALIASES: json.dumps(aliases)} if aliases else None)
    (folder / WEIGHTS).chmod(0o644)
    places = _places(folder / WEIGHTS)
    for domain, graph in graphs.items():
        _refer(graph.graph, {name: places[place] for (d, name), place in names.items() if d == domain})
        onnx.save_model(graph, folder / f"{domain}.onnx")


def _content(tensor: Tensor) -> str:
    return f"{tensor.dtype} {tuple(tensor.shape)} {hashlib.sha256(tensor.numpy().tobytes()).hexdigest()}"


def _places(path: Path) -> dict[str, tuple[str, int, int]]:
    """Of a safetensors file: tensor name -> (dtype, offset in the file, bytes)."""
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        raw: dict[str, Any] = json.loads(file.read(length))
    raw.pop("__metadata__", None)
    start = 8 + length
    return {
        name: (
            entry["dtype"],
            start + entry["data_offsets"][0],
            entry["data_offsets"][1] - entry["data_offsets"][0],
        )
        for name, entry in raw.items()
    }


def _refer(graph: onnx.GraphProto, places: Mapping[str, tuple[str, int, int]]) -> None:
    """Turn initializers into references; a float16 one gets a Cast, which is folded when a session loads."""
    casts = []
    for initializer in graph.initializer:
        if initializer.name not in places:
            continue
        dtype, offset, length = places[initializer.name]
        if dtype == "F16":
            casts.append(
                helper.make_node(
                    "Cast", [f"{initializer.name}.f16"], [initializer.name], to=TensorProto.FLOAT
                )
            )
            initializer.name += ".f16"
            initializer.data_type = TensorProto.FLOAT16
        external_data_helper.set_external_data(initializer, WEIGHTS, offset=offset, length=length)
        initializer.ClearField("raw_data")
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)


def _check(domain: str, found: NDArray[np.generic], dim: int) -> None:
    """What embeddings have to be beside torch's: of the promised length, and not all the same."""
    got = found.astype(np.float32)
    if got.shape[1:] != (dim,):
        raise BadModel(f"{domain}.onnx: embeddings of shape {got.shape}, the card promises (N, {dim})")
    if not np.allclose(np.linalg.norm(got, axis=1), 1, atol=TOLERANCE):
        raise BadModel(f"{domain}.onnx: its embeddings are not of unit length")
    if np.ptp(got, axis=0).max() < TOLERANCE:
        raise BadModel(f"{domain}.onnx: the same embedding for every picture: is the tower trained?")


def _noise(domain: str, card: Card) -> NDArray[np.uint8]:
    """Four unlike pictures: soft blobs for photos, random lines for drawings."""
    rng = np.random.default_rng(0)
    side = card.photo.size if domain == "photo" else card.sketch.size
    cells = rng.integers(0, 256, (4, 7, 7, 3), dtype=np.uint8)
    index = np.arange(side) * 7 // side
    pictures: NDArray[np.uint8] = cells[:, index][:, :, index]
    if domain == "photo":
        return pictures
    return np.where(pictures[..., 0] > 200, 0, 255).astype(np.uint8)
