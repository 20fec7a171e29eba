"""``python -m sketchseek``: the same as the command ``sketchseek``."""

from __future__ import annotations

from sketchseek.cli import main

if __name__ == "__main__":
    main()
