"""Nothing leaves the machine: what the run time of models would report is never collected."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from make_model import make_model

EMBED = """
import sys, numpy as np
from pathlib import Path
from sketchseek import load_encoder
print(load_encoder(Path(sys.argv[1])).embed_photos(np.zeros((1, 64, 64, 3), np.uint8)).shape)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the identifier is kept elsewhere there")
def test_the_run_time_keeps_no_identifier_and_sends_nothing(tmp_path: Path) -> None:
    model = make_model(tmp_path / "model")
    home = tmp_path / "home"
    home.mkdir()
    # Automatic builds and tests are told by such names, and are left alone by themselves.
    plain = {
        name: os.environ[name] for name in ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH") if name in os.environ
    }
    done = subprocess.run(
        [sys.executable, "-c", EMBED, str(model)],
        env=plain | {"HOME": str(home)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "(1, 32)\n"
    assert list(home.rglob("*")) == []
