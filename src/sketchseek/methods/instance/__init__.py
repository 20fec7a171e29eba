"""The very photo by contrast: one network for drawings and photos, tuned on drawings of these photos.

Ours, from parts that others have shown to work: a drawing and its photo against all other photos of the
batch, both ways (InfoNCE: van den Oord et al., 2018); one network for both domains, each with batch norm of
its own, in which drawings are brought to the statistics of photos (Li et al., 2016); both in the mirror at
once; one projection, which starts at the principal axes of what the backbone sees, so that training begins
with what it knows; and before it, the same task on photos of anything, whose line drawings nobody had to
draw (`before`).
"""

from __future__ import annotations

from sketchseek.methods import Method
from sketchseek.methods.instance.config import Config
from sketchseek.methods.instance.train import train

__all__ = ["INSTANCE", "Config", "train"]

INSTANCE = Method(
    name="instance",
    summary="The very photo by contrast, on a lightly tuned backbone; ours.",
    config=Config,
    train=train,
)
