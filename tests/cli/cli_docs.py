"""Writes docs/cli.md: what each command says of itself. Run it after a change: ``make fix``."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

FILE = Path(__file__).parents[2] / "docs" / "cli.md"
_BLOCK = re.compile(r"(<!-- help: (.*?) -->\n```text\n).*?(```\n)", re.DOTALL)


def help_of(command: str) -> str:
    """What ``sketchseek COMMAND --help`` prints."""
    names = [] if command == "sketchseek" else [command]
    done = subprocess.run(
        [sys.executable, "-m", "sketchseek", *names, "--help"],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"COLUMNS": "100", "TERMINAL_WIDTH": "", "NO_COLOR": "1"},
    )
    return done.stdout


def commands(text: str) -> list[str]:
    """The commands that a document shows the help of."""
    return [command for _, command, _ in _BLOCK.findall(text)]


def renewed(text: str) -> str:
    """The document with every help as it is now."""
    return _BLOCK.sub(lambda block: block[1] + help_of(block[2]) + block[3], text)


if __name__ == "__main__":
    FILE.write_text(renewed(FILE.read_text(encoding="utf-8")), encoding="utf-8")
