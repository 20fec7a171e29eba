"""Alignment and pools anew every few epochs, beside training, which does not wait for them.

The publication names the frozen training during refresh as its main open problem. Here the refresh that an
epoch asks for is computed in a thread from the weights at the epoch's start, while training goes on with the
pools there are, and is used from the next epoch on. Each is written down, and a stop waits for the one under
way, so that a run goes on with the very pools that it would have had; after a kill it may have to find them
from later weights.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from sketchseek._aside import aside
from sketchseek.methods.midgrain.pools import Pool, Pools

Find = Callable[[], Callable[[], Pools]]
"""Takes what the weights give now, and returns what finds the pools from it, in any thread."""


class Refresher:
    """The pools of each epoch.

    Args:
        find: looks at the network.
        every: epochs from one refresh to the next.
        folder: where pools and their cost are written.
    """

    def __init__(self, find: Find, every: int, folder: Path) -> None:
        self._find = find
        self._every = every
        self._folder = folder
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sketchseek-refresh")
        self._coming: Future[Pools] | None = None
        self._pools: Pools | None = None
        self._began = time.perf_counter()
        self._found = 0.0  # seconds of finding pools, beside training but for the first
        self._waited = 0.0  # seconds that training stood still

    def pools(self, epoch: int) -> Pools:
        """The pools to train an epoch with; asks for those of the next one where they are due."""
        began = time.perf_counter()
        due = epoch // self._every * self._every  # the epoch that these are used from
        if self._coming is not None and due == epoch:
            self._pools, self._coming = self._coming.result(), None
        elif self._pools is None:
            kept = self._file(due)
            self._pools = read(kept) if kept.is_file() else self._made(self._find(), due)
        if (epoch + 1) % self._every == 0:
            self._coming = self._thread.submit(self._made, self._find(), epoch + 1)
        self._waited += time.perf_counter() - began
        return self._pools

    def close(self) -> None:
        """Stop, and write down what refreshing cost beside ``total`` seconds of this sitting."""
        self._thread.shutdown(wait=True, cancel_futures=True)
        total = time.perf_counter() - self._began
        told = {"found": self._found, "waited": self._waited, "total": total}
        with aside(self._folder / "refresh.json") as path:
            path.write_text(
                json.dumps({key: round(value, 3) for key, value in told.items()}), encoding="utf-8"
            )

    def _made(self, find: Callable[[], Pools], epoch: int) -> Pools:
        """Pools for the epochs from one on, written down."""
        began = time.perf_counter()
        found = find()
        write(found, self._file(epoch))
        self._found += time.perf_counter() - began
        return found

    def _file(self, epoch: int) -> Path:
        return self._folder / f"pools-{epoch:03}.npz"


def write(pools: Pools, path: Path) -> None:
    """Write pools as plain arrays."""
    arrays: dict[str, Any] = {
        "sketches": np.concatenate([pool.sketches for pool in pools.pools]),
        "photos": np.concatenate([pool.photos for pool in pools.pools]),
        "typical_sketches": np.concatenate([pool.typical[0] for pool in pools.pools]),
        "typical_photos": np.concatenate([pool.typical[1] for pool in pools.pools]),
        "sketches_ends": np.cumsum([len(pool.sketches) for pool in pools.pools]),
        "photos_ends": np.cumsum([len(pool.photos) for pool in pools.pools]),
        "labels": pools.labels,
        "centres": pools.centres,
        "impostors": pools.impostors,
        "variance": np.array(pools.variance),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    with aside(path) as part:
        np.savez(part, **arrays)


def read(path: Path) -> Pools:
    """Read what `write` wrote."""
    with np.load(path, allow_pickle=False) as kept:
        sides = [
            [np.split(kept[name], kept[f"{side}_ends"][:-1]) for name in (side, f"typical_{side}")]
            for side in ("sketches", "photos")
        ]
        pools = tuple(
            Pool(int(label), sketches, photos, (drawn, shown))
            for label, sketches, drawn, photos, shown in zip(
                kept["labels"].tolist(), *sides[0], *sides[1], strict=True
            )
        )
        return Pools(pools, kept["centres"], kept["impostors"], float(kept["variance"]))
