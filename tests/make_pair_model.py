"""A model of pairs without torch, whose reasons can be told by hand: its regions are their boxes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import onnx
from make_model import make_model
from onnx import TensorProto, helper

from sketchseek.model import CARD, RegionInput, read_card, write_card

_FLOAT = TensorProto.FLOAT


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
