"""Features of a frozen backbone, computed once by ONNX Runtime and cached on disk.

A file of the cache is named by what its content depends on: the backbone's weights, the input contract, the
augmentation and its seed, and the bytes of the pictures. A changed picture or setting is another file, so
nothing in the cache can be stale; it may be deleted at any time.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from numpy.typing import NDArray

from sketchseek.data import Dataset, Item
from sketchseek.encoders.huggingface import Backbone
from sketchseek.images import PhotoInput
from sketchseek.training.export import to_graph
from sketchseek.training.pictures import Augment, Contract, pixels
from sketchseek.training.progress import OnProgress, Progress, silent

_BATCH = 16
_FORMAT = 1  # raise when the same inputs would give other features


class Features:
    """The frozen features of a backbone, from the cache where it has them.

    ONNX Runtime computes them: on CPUs it is four to eight times faster than torch, and in less memory.
    """

    def __init__(self, backbone: Backbone, cache_dir: Path, *, threads: int | None = None) -> None:
        self.dim = backbone.dim
        self.cache_dir = Path(cache_dir)
        self.cache_dir.mkdir(parents=True, exist_ok=True)
        self._digest = backbone.digest()
        self._threads = threads
        self._graph = self._exported(backbone)
        self._session: onnxruntime.InferenceSession | None = None

    def of(
        self,
        dataset: Dataset,
        items: Sequence[Item],
        contract: Contract,
        *,
        augment: Augment | None = None,
        view: int = 0,
        seed: int = 0,
        on_progress: OnProgress = silent,
    ) -> NDArray[np.float16]:
        """One feature vector an item, (N, dim).

        Args:
            dataset: opens the items.
            items: all photos or all sketches, as the contract says.
            contract: how they are brought to pixels.
            augment: how they are varied; None for the plain view.
            view: which of the varied views.
            seed: of the views; unused without ``augment``.
            on_progress: told after every batch.
        """
        varied = None if augment is None else {**asdict(augment), "view": view, "seed": seed}
        key = self._key((_content(dataset.name, item) for item in items), contract, varied)
        path = self.cache_dir / f"{key}.npy"
        try:
            found: NDArray[np.float16] = np.load(path, allow_pickle=False, mmap_mode="r")
            if found.shape == (len(items), self.dim):
                return found
        except (OSError, ValueError):
            pass  # absent, or cut short by a full disk: computed below
        domain = "photo" if isinstance(contract, PhotoInput) else "sketch"
        vectors = np.empty((len(items), self.dim), np.float16)
        for start in range(0, len(items), _BATCH):
            part = items[start : start + _BATCH]
            batch = [
                pixels(dataset, item, contract, augment, (seed, view, start + n))
                for n, item in enumerate(part)
            ]
            vectors[start : start + len(part)] = self._run(np.stack(batch), contract)
            on_progress(Progress(f"{domain} features, view {view}", start + len(part), len(items)))
        _save(path, vectors)
        return vectors

    def _run(self, batch: NDArray[np.uint8], contract: Contract) -> NDArray[np.float16]:
        values: NDArray[np.float32] = batch.astype(np.float32) / np.float32(255)
        values = np.repeat(values[..., None], 3, axis=3) if values.ndim == 3 else values
        mean, std = (np.array(value, np.float32) for value in (contract.mean, contract.std))
        values = (values - mean) / std
        if self._session is None:
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = self._threads or 0
            self._session = onnxruntime.InferenceSession(
                str(self._graph), options, providers=["CPUExecutionProvider"]
            )
        output = self._session.run(None, {"pixels": np.ascontiguousarray(values.transpose(0, 3, 1, 2))})[0]
        # float16 holds pooled features to three digits, far finer than what one view differs from the next.
        half: NDArray[np.float16] = np.clip(output, -65504, 65504).astype(np.float16)
        return half

    def _exported(self, backbone: Backbone) -> Path:
        path = self.cache_dir / f"backbone-{self._digest}.onnx"
        if not path.is_file():
            example = torch.zeros(2, 3, backbone.size, backbone.size)
            aside = path.with_suffix(f".{os.getpid()}")
            onnx.save_model(to_graph(backbone, example), aside)
            aside.replace(path)
        return path

    def _key(self, contents: Iterable[str], contract: Contract, varied: dict[str, Any] | None) -> str:
        what = [_FORMAT, self._digest, type(contract).__name__, asdict(contract), varied]
        digest = hashlib.sha256(json.dumps(what, sort_keys=True).encode())
        for content in contents:
            digest.update(content.encode())
        return digest.hexdigest()[:32]


def _content(dataset: str, item: Item) -> str:
    """What an item's picture depends on: its file's bytes, or what it is drawn from."""
    return f"{_file_digest(item.path) if item.path else f'{dataset} {item.id} {item.variant}'} {item.key}\n"


@cache
def _file_digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _save(path: Path, vectors: NDArray[np.float16]) -> None:
    """Write aside, then rename: a kill leaves the old state or the new one."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", suffix=".npy", delete=False) as file:
        np.save(file, vectors)
    Path(file.name).replace(path)
