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
from sketchseek.model import CARD, WEIGHTS, Card, RegionInput, read_card, write_card
from sketchseek.sketch import SketchInput

_FLOAT = TensorProto.FLOAT


def make_model(folder: Path, *, name: str = "tiny", size: int = 64, dim: int = 32, seed: int = 0) -> Path:
    """Write a model folder as `sketchseek.model` describes it, float16 weights included, and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    weights = {
        "edges": _edges(),
        "projection": rng.standard_normal((64, dim)).astype(np.float16),
        "grey": np.full((1, 3, 1, 1), 1 / 3, np.float32),
    }
    save_file(weights, folder / WEIGHTS)
    places = _places(folder / WEIGHTS)
    for domain in ("photo", "sketch"):
        path = folder / f"{domain}.onnx"
        onnx.save_model(_graph(domain, size, dim, weights, places), path)
        onnx.checker.check_model(path)
    sketch = SketchInput(size=size, line_width=2.0)
    write_card(Card(name, "test", dim, PhotoInput(size=size), sketch, summary="averages of edges"), folder)
    return folder


def make_pair_model(folder: Path) -> Path:
    """Add graphs to `make_model`'s that compare boxes: a region looks at the nearest, the rest follows.

    What lies in what is merged. The score is minus the squared distance of the mean boxes.
    """
    make_model(folder)
    for domain in ("photo", "sketch"):
        ports = [helper.make_tensor_value_info(name, _FLOAT, ["N", "R", 4]) for name in ("boxes", "regions")]
        node = helper.make_node("Identity", ["boxes"], ["regions"])
        graph = helper.make_graph([node], domain, ports[:1], ports[1:])
        onnx.save_model(_ready(graph), folder / f"{domain}_regions.onnx")
    onnx.save_model(_ready(_pair()), folder / "pair.onnx")
    onnx.checker.check_model(folder / "pair.onnx")
    card = read_card(folder / CARD)
    write_card(replace(card, regions=RegionInput(most=6, merges="contained")), folder)
    return folder


def _pair() -> onnx.GraphProto:
    node, value = helper.make_node, helper.make_tensor_value_info
    nodes = [node("Identity", [f"{one}_order"], [f"{one}_merges"]) for one in ("sketch", "photo")]
    for one, other, out in (("sketches", "photos", "to_photos"), ("photos", "sketches", "to_sketches")):
        nodes += [
            node("Unsqueeze", [one, "two"], [f"{out}.left"]),
            node("Unsqueeze", [other, "one"], [f"{out}.right"]),
            node("Sub", [f"{out}.left", f"{out}.right"], [f"{out}.off"]),
            node("ReduceSumSquare", [f"{out}.off", "three"], [f"{out}.far"], keepdims=0),
            node("Mul", [f"{out}.far", "sharp"], [f"{out}.near"]),
            node("ReduceMax", [f"{out}.right", "three"], [f"{out}.reach"], keepdims=0),
            node("Greater", [f"{out}.reach", "zero"], [f"{out}.there"]),  # zeros stand behind the last
            node("Where", [f"{out}.there", f"{out}.near", "never"], [f"{out}.logits"]),
            node("Softmax", [f"{out}.logits"], [out], axis=2),
        ]
    nodes += [
        *(node("ReduceMean", [side, "one"], [f"{side}.mean"], keepdims=0) for side in ("sketches", "photos")),
        node("Sub", ["sketches.mean", "photos.mean"], ["apart"]),
        node("ReduceSumSquare", ["apart", "one"], ["distance"], keepdims=0),
        node("Neg", ["distance"], ["score"]),
    ]
    sides = [value(side, _FLOAT, ["N", f"{side}.R", 4]) for side in ("sketches", "photos")]
    orders = [value(f"{one}_order", TensorProto.INT64, ["N", f"{one}.M", 2]) for one in ("sketch", "photo")]
    merges = [value(f"{one}_merges", TensorProto.INT64, ["N", f"{one}.M", 2]) for one in ("sketch", "photo")]
    looks = [value(name, _FLOAT, ["N", "A", "B"]) for name in ("to_photos", "to_sketches")]
    axes = [
        helper.make_tensor(name, TensorProto.INT64, [1], [number])
        for name, number in (("one", 1), ("two", 2), ("three", 3))
    ]
    numbers = [
        helper.make_tensor(name, _FLOAT, [], [number])
        for name, number in (("sharp", -20.0), ("zero", 0.0), ("never", -1e9))
    ]
    outputs = [value("score", _FLOAT, ["N"]), *merges, *looks]
    return helper.make_graph(nodes, "pair", [*sides, *orders], outputs, [*axes, *numbers])


def _ready(graph: onnx.GraphProto) -> onnx.ModelProto:
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)


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
    cell = size // 8
    photo = domain == "photo"
    used = ["edges", "projection", *(["grey"] if photo else [])]
    node = helper.make_node
    if photo:
        start = [
            node("Cast", ["pixels"], ["floats"], to=_FLOAT),
            node("Transpose", ["floats"], ["channels"], perm=[0, 3, 1, 2]),
            node("Conv", ["channels", "grey.f32"], ["plane"]),
        ]
    else:
        start = [
            node("Cast", ["pixels"], ["floats"], to=_FLOAT),
            node("Unsqueeze", ["floats", "one"], ["plane"]),
        ]
    nodes = [
        *(node("Cast", [tensor], [f"{tensor}.f32"], to=_FLOAT) for tensor in used),
        *start,
        node("Conv", ["plane", "edges.f32"], ["slopes"], pads=[1, 1, 1, 1]),
        node("Abs", ["slopes"], ["steepness"]),
        node("ReduceSum", ["steepness", "one"], ["lines"], keepdims=1),
        node("AveragePool", ["lines"], ["cells"], kernel_shape=[cell, cell], strides=[cell, cell]),
        node("Flatten", ["cells"], ["flat"]),
        node("ReduceMean", ["flat", "one"], ["mean"], keepdims=1),
        node("Sub", ["flat", "mean"], ["centred"]),
        node("MatMul", ["centred", "projection.f32"], ["projected"]),
        node("Add", ["projected", "least"], ["shifted"]),  # a blank picture too has a length
        node("LpNormalization", ["shifted"], ["embedding"], axis=1, p=2),
    ]
    shape = ["batch", size, size, 3] if photo else ["batch", size, size]
    graph = helper.make_graph(
        nodes,
        domain,
        [helper.make_tensor_value_info("pixels", TensorProto.UINT8, shape)],
        [helper.make_tensor_value_info("embedding", _FLOAT, ["batch", dim])],
        [
            *(_external(tensor, weights[tensor], places[tensor]) for tensor in used),
            helper.make_tensor("one", TensorProto.INT64, [1], [1]),
            helper.make_tensor("least", _FLOAT, [1], [1e-3]),
        ],
    )
    return _ready(graph)


def _external(name: str, array: NDArray[np.generic], place: tuple[int, int]) -> onnx.TensorProto:
    """An initializer that is only a reference into the weights file."""
    tensor = TensorProto(name=name, dims=array.shape, data_type=helper.np_dtype_to_tensor_dtype(array.dtype))
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in (("location", WEIGHTS), ("offset", place[0]), ("length", place[1])):
        tensor.external_data.add(key=key, value=str(value))
    return tensor
