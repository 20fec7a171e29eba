"""Running the command line inside a test, as a process would."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from sketchseek.cli import main


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    code: int
    out: str
    err: str
    raw: str  # stdout as it was


class Commands:
    """Runs commands; what differs from run to run is written as HERE, #.### and N in what they print."""

    def __init__(
        self, here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.here = here
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def __call__(self, *arguments: str | Path) -> Done:
        """Run ``sketchseek`` with arguments."""
        self._capsys.readouterr()
        self._monkeypatch.setattr(sys, "argv", ["sketchseek", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = self._capsys.readouterr()
        code = ended.value.code
        assert isinstance(code, int)
        return Done(code, self.plain(out), self.plain(err), raw=out)

    def plain(self, text: str) -> str:
        """``text`` without what differs from run to run."""
        text = text.replace(str(self.here), "HERE")
        text = re.sub(r"-?\d\.\d{3,}", "#.###", text)
        text = re.sub(r"tiny@[0-9a-f]{12}", "tiny@ID", text)
        text = re.sub(r"\d+ s, \d+ a second", "N s, N a second", text)
        return re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "YYYY-MM-DD HH:MM:SS", text)
