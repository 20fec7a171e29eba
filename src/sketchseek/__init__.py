"""Draw what you remember; find the picture."""

from __future__ import annotations

__version__ = "0.1.0"
