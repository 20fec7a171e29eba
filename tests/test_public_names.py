from __future__ import annotations

import subprocess
import sys

import pytest

import sketchseek


@pytest.mark.parametrize("name", sketchseek.__all__)
def test_every_public_name_is_there_and_told(name: str) -> None:
    thing = getattr(sketchseek, name)
    assert name in dir(sketchseek)
    assert name == "__version__" or thing.__doc__


def test_other_names_are_not() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        sketchseek.nothing  # noqa: B018


def test_importing_costs_nothing() -> None:
    code = "import sys, sketchseek; print(sorted({'numpy', 'PIL', 'onnxruntime'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
