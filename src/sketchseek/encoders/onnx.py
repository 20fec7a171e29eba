"""A model folder's graphs in ONNX Runtime, on the CPU."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from sketchseek.errors import BadModel
from sketchseek.images import PhotoInput
from sketchseek.model import PACKAGED, WEIGHTS, Model
from sketchseek.sketch import SketchInput

Domain = Literal["photo", "sketch"]

CHUNK = 8
"""Pictures in one run of a graph: enough to share its overhead, few enough that activations stay in cache."""

_UNIT_TOLERANCE = 1e-2

# On Windows the system may collect what the run time reports; the variable set against it has no say there.
ort.disable_telemetry_events()


class OnnxEncoder:
    """Embeds photos and drawings with a model folder; may be called from several threads.

    Photos come in numbers, so each run of their graph stays in the thread that calls it, and runs go side by
    side: none waits for another, and threads that decode need no core kept free. A drawing comes alone, so
    its graph shares out each operation among all threads.

    Args:
        model: the folder; its graphs are loaded when first used, each once.
        threads: how many threads a call may use; all that this process may use where not given.
    """

    def __init__(self, model: Model, *, threads: int | None = None) -> None:
        if threads is not None and threads < 1:
            raise ValueError(f"threads must be at least 1, got {threads}")
        self.model = model
        self.threads = threads or usable_cores()
        self._lock = threading.Lock()
        self._sessions: dict[Domain, ort.InferenceSession] = {}

    @cached_property
    def model_id(self) -> str:
        """The model's identity; reads the weights once to find it."""
        return self.model.identity

    @property
    def source(self) -> str:
        """What `load_encoder` takes to get this encoder again."""
        packaged = self.model.path.name in PACKAGED and self.model.path.parent.name == "packaged"
        return self.model.path.name if packaged else str(self.model.path.resolve())

    @property
    def dim(self) -> int:
        """Length of an embedding."""
        return self.model.card.dim

    @property
    def photo(self) -> PhotoInput:
        """What the model expects of photos."""
        return self.model.card.photo

    @property
    def sketch(self) -> SketchInput:
        """What the model expects of drawings."""
        return self.model.card.sketch

    def embed_photos(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """(N, S, S, 3) uint8 -> (N, D) float32, rows of unit length.

        Raises:
            BadModel: the graph cannot be loaded or run, or breaks its card's promises.
        """
        return self._embed("photo", pixels, (self.photo.size, self.photo.size, 3))

    def embed_sketches(self, rasters: NDArray[np.uint8]) -> NDArray[np.float32]:
        """(N, S, S) uint8 -> (N, D) float32, rows of unit length.

        Raises:
            BadModel: the graph cannot be loaded or run, or breaks its card's promises.
        """
        return self._embed("sketch", rasters, (self.sketch.size, self.sketch.size))

    def _embed(
        self, domain: Domain, pixels: NDArray[np.uint8], shape: tuple[int, ...]
    ) -> NDArray[np.float32]:
        if pixels.dtype != np.uint8 or pixels.shape[1:] != shape:
            raise ValueError(
                f"{domain} pixels must be uint8 (N, {', '.join(map(str, shape))}), got {pixels.shape}"
            )
        session = self._session(domain, shape)
        parts = [pixels[start : start + CHUNK] for start in range(0, len(pixels), CHUNK)]
        if domain == "sketch" or len(parts) < 2 or self.threads == 1:
            found = [self._run(session, part) for part in parts]
        else:
            with ThreadPoolExecutor(min(self.threads, len(parts))) as pool:
                found = list(pool.map(lambda part: self._run(session, part), parts))
        return np.concatenate(found) if found else np.empty((0, self.dim), np.float32)

    def _run(self, session: ort.InferenceSession, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        try:
            (found,) = session.run(["embedding"], {"pixels": pixels})
        except Exception as error:  # the run time raises its own kinds, none of them public
            raise BadModel(f"model {self.model.path} cannot be run: {first_line(error)}") from error
        lengths = np.linalg.norm(found, axis=1)
        if not bool((np.abs(lengths - 1) < _UNIT_TOLERANCE).all()):  # also where they are not numbers
            worst = lengths[np.argmax(np.abs(lengths - 1))]
            raise BadModel(
                f"model {self.model.path} is broken: an embedding has length {worst}, not 1. "
                f"Copy the whole folder again, or train it anew."
            )
        result: NDArray[np.float32] = found
        return result

    def _session(self, domain: Domain, shape: tuple[int, ...]) -> ort.InferenceSession:
        with self._lock:
            if domain not in self._sessions:
                self._sessions[domain] = self._load(domain, shape)
            return self._sessions[domain]

    def _load(self, domain: Domain, shape: tuple[int, ...]) -> ort.InferenceSession:
        graph = self.model.graph(domain)
        session = open_session(graph, self.threads if domain == "sketch" else 1)
        _check("input", session.get_inputs(), ("pixels", "tensor(uint8)", (None, *shape)), graph)
        _check("output", session.get_outputs(), ("embedding", "tensor(float)", (None, self.dim)), graph)
        return session


def open_session(graph: Path, threads: int) -> ort.InferenceSession:
    """A model's graph, ready to run on the CPU.

    Args:
        graph: its file, with the weights beside it.
        threads: how many threads share out each operation; 0 for as many as ONNX Runtime likes.

    Raises:
        BadModel: it cannot be loaded.
    """
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 4  # what is wrong is raised, and told once
    # Threads that spin while they wait take the cores from those that decode.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return ort.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the run time raises its own kinds, none of them public
        raise BadModel(
            f"{graph} cannot be loaded with {WEIGHTS} beside it: {first_line(error)}. "
            f"Copy the whole folder again."
        ) from error


def usable_cores() -> int:
    """How many cores this process may use: fewer than the machine has, in a container or under `taskset`."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _check(
    kind: str, ports: Sequence[ort.NodeArg], wanted: tuple[str, str, tuple[int | None, ...]], graph: Path
) -> None:
    """Hold a graph's one input or output against its card; sizes that the graph leaves open are fine."""
    found = [
        (port.name, port.type, tuple(n if isinstance(n, int) else None for n in port.shape)) for port in ports
    ]
    if len(found) == 1:
        name, dtype, shape = found[0]
        fits = len(shape) == len(wanted[2]) and all(
            a is None or b is None or a == b for a, b in zip(shape, wanted[2], strict=True)
        )
        if (name, dtype) == wanted[:2] and shape[0] is None and fits:
            return
    raise BadModel(
        f"{graph} has the {kind} {found}, its card promises {wanted}. Copy the whole folder again."
    )


def first_line(error: Exception) -> str:
    """What the run time says is wrong, without its trace."""
    return str(error).strip().partition("\n")[0]
