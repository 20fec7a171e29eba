"""A real, tiny model for tests: a few kilobytes, milliseconds to make, no torch.

Both towers average the picture's edges over a grid of cells, project them by the same random matrix and scale
the result to unit length. So a drawing lies near the photo that shows the same lines in the same place.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper
from safetensors.numpy import save_file

from sketchseek.images import PhotoInput
from sketchseek.model import WEIGHTS, Card, RegionInput, write_card
from sketchseek.sketch import SketchInput

_FLOAT = TensorProto.FLOAT
_SIDES = ("sketches", "photos")
node = helper.make_node


def make_model(
    folder: Path, *, name: str = "tiny", size: int = 64, dim: int = 32, seed: int = 0, pairs: bool = False
) -> Path:
    """Write a model folder as `sketchseek.model` describes it, float16 weights included, and return it.

    With ``pairs`` it compares these, too: by how far their cells are apart, line by strong line.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    weights = {
        "edges": _edges(),
        "projection": rng.standard_normal((64, dim)).astype(np.float16),
        "grey": np.full((1, 3, 1, 1), 1 / 3, np.float32),
    }
    save_file(weights, folder / WEIGHTS)
    places = _places(folder / WEIGHTS)
    graphs = {domain: _graph(domain, size, dim, weights, places) for domain in ("photo", "sketch")}
    if pairs:
        graphs |= {f"{domain}_regions": _regions(domain, size, weights, places) for domain in tuple(graphs)}
        graphs["pair"] = _pair()
    for graph, proto in graphs.items():
        onnx.save_model(proto, folder / f"{graph}.onnx")
        onnx.checker.check_model(folder / f"{graph}.onnx")
    sketch = SketchInput(size=size, line_width=2.0)
    card = Card(name, "test", dim, PhotoInput(size=size), sketch, summary="averages of edges")
    if pairs:
        card = replace(card, grain="exact", regions=RegionInput(most=6))
    write_card(card, folder)
    return folder


def _edges() -> NDArray[np.float16]:
    """Two 3 x 3 filters: how fast the picture changes along x and along y."""
    across = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], np.float16) / 8
    return np.stack([across, across.T])[:, None]


def _places(path: Path) -> dict[str, tuple[int, int]]:
    """Of a safetensors file: tensor name -> (offset in the file, bytes)."""
    raw = path.read_bytes()
    length = int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8 : 8 + length])
    return {
        tensor: (8 + length + entry["data_offsets"][0], entry["data_offsets"][1] - entry["data_offsets"][0])
        for tensor, entry in header.items()
        if tensor != "__metadata__"
    }


def _graph(
    domain: str,
    size: int,
    dim: int,
    weights: dict[str, NDArray[np.generic]],
    places: dict[str, tuple[int, int]],
) -> onnx.ModelProto:
    used, start = _lines(domain, size)
    nodes = [
        *start,
        node("Cast", ["projection"], ["projection.f32"], to=_FLOAT),
        node("ReduceMean", ["flat", "one"], ["mean"], keepdims=1),
        node("Sub", ["flat", "mean"], ["centred"]),
        node("MatMul", ["centred", "projection.f32"], ["projected"]),
        node("Add", ["projected", "least"], ["shifted"]),  # a blank picture too has a length
        node("LpNormalization", ["shifted"], ["embedding"], axis=1, p=2),
    ]
    used.append("projection")
    return _model(
        domain,
        nodes,
        [_pixels(domain, size)],
        [helper.make_tensor_value_info("embedding", _FLOAT, ["batch", dim])],
        [
            *(_external(tensor, weights[tensor], places[tensor]) for tensor in used),
            helper.make_tensor("one", TensorProto.INT64, [1], [1]),
            helper.make_tensor("least", _FLOAT, [1], [1e-3]),
        ],
    )


def _lines(domain: str, size: int) -> tuple[list[str], list[onnx.NodeProto]]:
    """The tensors used, and what makes "flat" of "pixels": how steep a picture is in each of 8 x 8 cells."""
    cell = size // 8
    nodes = [
        node("Cast", ["edges"], ["edges.f32"], to=_FLOAT),
        node("Cast", ["pixels"], ["floats"], to=_FLOAT),
    ]
    if domain == "photo":
        nodes += [
            node("Cast", ["grey"], ["grey.f32"], to=_FLOAT),
            node("Transpose", ["floats"], ["channels"], perm=[0, 3, 1, 2]),
            node("Conv", ["channels", "grey.f32"], ["plane"]),
        ]
    else:
        nodes.append(node("Unsqueeze", ["floats", "one"], ["plane"]))
    nodes += [
        node("Conv", ["plane", "edges.f32"], ["slopes"], pads=[1, 1, 1, 1]),
        node("Abs", ["slopes"], ["steepness"]),
        node("ReduceSum", ["steepness", "one"], ["lines"], keepdims=1),
        node("AveragePool", ["lines"], ["cells"], kernel_shape=[cell, cell], strides=[cell, cell]),
        node("Flatten", ["cells"], ["flat"]),
    ]
    return ["edges", *(["grey"] if domain == "photo" else [])], nodes


def _regions(
    domain: str, size: int, weights: dict[str, NDArray[np.generic]], places: dict[str, tuple[int, int]]
) -> onnx.ModelProto:
    """Every region of a picture is told by the cells of all of it."""
    used, start = _lines(domain, size)
    nodes = [
        *start,
        node("ReduceMax", ["boxes", "two"], ["ends"], keepdims=1),
        node("Ceil", ["ends"], ["there"]),
        node("Unsqueeze", ["flat", "one"], ["whole"]),
        node("Mul", ["whole", "there"], ["regions"]),
    ]
    return _model(
        f"{domain}_regions",
        nodes,
        [_pixels(domain, size), helper.make_tensor_value_info("boxes", _FLOAT, ["batch", "most", 4])],
        [helper.make_tensor_value_info("regions", _FLOAT, ["batch", "most", 64])],
        [
            *(_external(tensor, weights[tensor], places[tensor]) for tensor in used),
            helper.make_tensor("one", TensorProto.INT64, [1], [1]),
            helper.make_tensor("two", TensorProto.INT64, [1], [2]),
        ],
    )


def _pair() -> onnx.ModelProto:
    """Minus the mean distance of the first region of either."""
    sides = [helper.make_tensor_value_info(name, _FLOAT, ["pairs", "most", 64]) for name in _SIDES]
    nodes = [
        node("Sub", list(_SIDES), ["apart"]),
        node("Gather", ["apart", "first"], ["wholes"], axis=1),
        node("Abs", ["wholes"], ["distances"]),
        node("ReduceMean", ["distances", "one"], ["far"], keepdims=0),
        node("Neg", ["far"], ["score"]),
    ]
    constants = [
        helper.make_tensor("first", TensorProto.INT64, [], [0]),
        helper.make_tensor("one", TensorProto.INT64, [1], [1]),
    ]
    return _model(
        "pair", nodes, sides, [helper.make_tensor_value_info("score", _FLOAT, ["pairs"])], constants
    )


def _pixels(domain: str, size: int) -> onnx.ValueInfoProto:
    shape = ["batch", size, size, 3] if domain == "photo" else ["batch", size, size]
    return helper.make_tensor_value_info("pixels", TensorProto.UINT8, shape)


def _model(name: str, *parts: list) -> onnx.ModelProto:
    nodes, inputs, outputs, constants = parts
    graph = helper.make_graph(nodes, name, inputs, outputs, constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)


def _external(name: str, array: NDArray[np.generic], place: tuple[int, int]) -> onnx.TensorProto:
    """An initializer that is only a reference into the weights file."""
    tensor = TensorProto(name=name, dims=array.shape, data_type=helper.np_dtype_to_tensor_dtype(array.dtype))
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in (("location", WEIGHTS), ("offset", place[0]), ("length", place[1])):
        tensor.external_data.add(key=key, value=str(value))
    return tensor
