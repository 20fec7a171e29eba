"""Zero-shot systems: learnt on seen classes, asked for others."""

from __future__ import annotations

from sketchseek.methods.zero_shot.composed import COMPOSED
from sketchseek.methods.zero_shot.contrastive import CONTRASTIVE
from sketchseek.methods.zero_shot.doodle2search import DOODLE2SEARCH
from sketchseek.methods.zero_shot.sake import SAKE

__all__ = ["COMPOSED", "CONTRASTIVE", "DOODLE2SEARCH", "SAKE"]
