"""A torch module as an ONNX graph, and the proof that a written graph computes what its module does."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from sketchseek.errors import BadModel

TOLERANCE = 1e-3


def to_graph(
    module: nn.Module,
    *examples: Tensor,
    inputs: tuple[str, ...] = ("pixels",),
    outputs: tuple[str, ...] = ("embedding",),
) -> onnx.ModelProto:
    """A module as an ONNX graph, by default of one input ("pixels" -> "embedding"), with a dynamic batch.

    Its initializers are named as in the module's state dict. ``examples``, one of each input, hold at least
    two pictures.
    """
    from onnxscript import optimizer

    with _quiet():
        program = torch.onnx.export(
            module.eval(),
            examples,
            dynamo=True,
            input_names=list(inputs),
            # Some networks name a tensor of theirs as an output is named, which the exporter does not see.
            output_names=[_unnamed(name) for name in outputs],
            dynamic_shapes=({0: torch.export.Dim("batch")},) * len(examples),
            # The exporter's own optimiser fuses batch norm into the weights; then the stored tensors
            # would no longer be those of the state dict. ONNX Runtime fuses them when it loads.
            optimize=False,
            verbose=False,
        )
        assert program is not None  # noqa: S101 - export without a file always returns one
        optimizer.fold_constants(program.model)
        optimizer.remove_unused_nodes(program.model)
        _name_outputs(program.model.graph, outputs)
        graph = program.model_proto
    _strip(graph)
    return graph


def beside_torch(
    module: nn.Module, path: Path, inputs: tuple[Tensor, ...]
) -> tuple[NDArray[np.generic], ...]:
    """The outputs of a written graph, which are those of its module: for one input alone and for all at once.

    Raises:
        BadModel: they differ by more than 1e-3 of the module's greatest, or of 1 where that is less.
    """
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    names = [port.name for port in session.get_inputs()]
    with torch.inference_mode():
        found = module(*inputs)
    wanted = [value.numpy() for value in (found if isinstance(found, tuple) else (found,))]
    got: tuple[NDArray[np.generic], ...] = ()
    for part in (slice(1), slice(None)):
        fed = {name: value[part].numpy() for name, value in zip(names, inputs, strict=True)}
        got = tuple(session.run(None, fed))
        for ours, whole in zip(got, wanted, strict=True):
            theirs = whole[part]
            scale = max(1.0, float(np.abs(theirs).max(initial=0)))
            worst = (
                float(np.abs(ours - theirs).max(initial=0)) / scale if ours.shape == theirs.shape else np.inf
            )
            if not worst <= TOLERANCE:
                raise BadModel(
                    f"{path.name}: its outputs differ from torch's by {worst:.2g}, more than {TOLERANCE:g}"
                )
    return got


def _unnamed(name: str) -> str:
    return f"{name}.output"


def _name_outputs(graph: Any, names: tuple[str, ...]) -> None:
    """Name the outputs; what else has such a name gets another."""
    inner = [value for node in graph for value in node.outputs] + list(graph.initializers.values())
    for value in inner:
        if value.name in names:
            value.name = f"{value.name}.inner"
    for value, name in zip(graph.outputs, names, strict=True):
        value.name = name


def _strip(graph: onnx.ModelProto) -> None:
    """Take out the exporter's notes: source paths and stack traces, nine tenths of a graph's bytes."""
    graph.graph.ClearField("value_info")
    for part in (
        graph,
        graph.graph,
        *graph.graph.node,
        *graph.graph.initializer,
        *graph.graph.input,
        *graph.graph.output,
    ):
        part.ClearField("doc_string")
        part.ClearField("metadata_props")


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence the exporter's warnings about operators that are not used here."""
    loggers = [logging.getLogger(name) for name in ("torch.onnx", "onnxscript", "onnx_ir")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
