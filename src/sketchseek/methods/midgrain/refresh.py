"""Alignment and pools anew every few epochs, beside training, which does not wait for them.

The publication names the frozen training during refresh as its main open problem. Here, unless training is to
stop for it, the refresh that an epoch asks for is computed in a thread from the weights at the epoch's start,
while training goes on with the pools there are, and is used from the next epoch on. Each is written down, and
a stop waits for the one under way, so that a run goes on with the very pools that it would have had; after a
kill it may have to find them from later weights.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from sketchseek._aside import aside
from sketchseek.methods.midgrain.pools import Pool, Pools

Find = Callable[[], Callable[[], Pools]]
"""Takes what the weights give now, and returns what finds the pools from it, in any thread."""

_COST = "refresh.json"


@dataclass(frozen=True)
class Cost:
    """What refreshing took, over all sittings of a run.

    Attributes:
        refreshes: how often pools were found.
        found: seconds of finding them, in whichever thread.
        waited: seconds that training stood still for them, embedding the training items included. The first
            pools are always waited for.
        total: seconds of the epochs, from the first one's pools to the last one's last step.
    """

    refreshes: int = 0
    found: float = 0.0
    waited: float = 0.0
    total: float = 0.0

    @property
    def share(self) -> float:
        """Of the epochs' time, how much training stood still."""
        return self.waited / self.total if self.total else 0.0

    @property
    def share_found(self) -> float:
        """How long finding took, be it beside training, as a share of the same."""
        return self.found / self.total if self.total else 0.0


def cost(folder: Path) -> Cost:
    """What is written of it in a folder of pools; nothing was spent where nothing is."""
    try:
        told = json.loads((folder / _COST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return Cost()
    return Cost(**{each.name: told[each.name] for each in fields(Cost)})


class Refresher:
    """The pools of each epoch.

    Args:
        find: looks at the network.
        every: epochs from one refresh to the next.
        folder: where pools and their cost are written.
        epochs: of the whole training: for later ones nothing is found. None: it has no end.
        background: find pools beside training, from the weights of the epoch before; else training stops.
        clock: gives seconds.
    """

    def __init__(
        self,
        find: Find,
        every: int,
        folder: Path,
        *,
        epochs: int | None = None,
        background: bool = True,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._find = find
        self._every = every
        self._folder = folder
        self._epochs = epochs
        self._background = background
        self._clock = clock
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sketchseek-refresh")
        self._coming: Future[Pools] | None = None
        self._pools: Pools | None = None
        self._before = cost(folder)
        self._began: float | None = None
        self._until = 0.0
        self._refreshes = 0
        self._found = 0.0
        self._waited = 0.0

    def pools(self, epoch: int) -> Pools:
        """The pools to train an epoch with; asks for those of the next one where they are due."""
        began = self._clock()
        self._began = began if self._began is None else self._began
        due = epoch // self._every * self._every  # the epoch that these are used from
        if self._coming is not None and due == epoch:
            self._pools, self._coming = self._coming.result(), None
        elif self._pools is None or (due == epoch and not self._background):
            kept = self._file(due)
            self._pools = read(kept) if kept.is_file() else self._made(self._find(), due)
        after = epoch + 1
        if self._background and after % self._every == 0 and after != self._epochs:
            self._coming = self._thread.submit(self._made, self._find(), after)
        self.tick()
        self._waited += self._until - began
        return self._pools

    def tick(self) -> None:
        """Training has come to here."""
        self._until = self._clock()

    @property
    def cost(self) -> Cost:
        """What refreshing took until now, earlier sittings included."""
        before, trained = self._before, self._until - self._began if self._began is not None else 0.0
        return Cost(
            before.refreshes + self._refreshes,
            before.found + self._found,
            before.waited + self._waited,
            before.total + trained,
        )

    def close(self) -> None:
        """Stop, and write down what refreshing cost."""
        self._thread.shutdown(wait=True, cancel_futures=True)
        spent = self.cost
        told = {**asdict(spent), "share": spent.share, "share_found": spent.share_found}
        with aside(self._folder / _COST) as path:
            path.write_text(
                json.dumps({key: round(value, 4) for key, value in told.items()}, indent=2) + "\n",
                encoding="utf-8",
            )

    def _made(self, find: Callable[[], Pools], epoch: int) -> Pools:
        """Pools for the epochs from one on, written down."""
        began = self._clock()
        found = find()
        write(found, self._file(epoch))
        self._found += self._clock() - began
        self._refreshes += 1
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
