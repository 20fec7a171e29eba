"""What training tells while it runs: small events, handed to a callable."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Progress:
    """One step of a stage is done.

    Attributes:
        stage: what is being done, in words: "photo features", "stage 2".
        done: steps done, counted from 1.
        total: steps in all.
        figures: what is known so far: losses, validation metrics.
    """

    stage: str
    done: int
    total: int
    figures: Mapping[str, float] = field(default_factory=dict)


OnProgress = Callable[[Progress], None]


def silent(event: Progress) -> None:
    """Tell nobody."""
