"""Names to things, lazily: plain tables of ``name -> "module:attribute"``."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Mapping
from typing import Any

from sketchseek.errors import MissingExtra, UnknownName

EXTRAS = {
    "train": ("torch", "lightning", "transformers", "safetensors", "onnx", "onnxscript", "tomli_w", "psutil"),
    "heic": ("pillow_heif",),
    "report": ("matplotlib",),
    "baselines": ("sklearn", "skimage", "scipy"),
}
"""The packages, as they are imported, that each extra brings."""


def check_name(name: str, known: Mapping[str, object], kind: str) -> str:
    """Return ``name`` if ``known`` holds it.

    Raises:
        UnknownName: otherwise; the message lists the nearest names and all known ones.
    """
    if name in known:
        return name
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    hint = f" Did you mean {' or '.join(repr(n) for n in near)}?" if near else ""
    raise UnknownName(f"unknown {kind} {name!r}.{hint} Known: {', '.join(sorted(known)) or 'none'}.")


def resolve(name: str, table: Mapping[str, str], kind: str) -> Any:
    """Import and return what ``table[name]`` points to, as ``"module:attribute"``.

    Raises:
        UnknownName: ``table`` has no such name.
        MissingExtra: the module needs a package that is not installed.
    """
    module, _, attribute = table[check_name(name, table, kind)].partition(":")
    try:
        return getattr(importlib.import_module(module), attribute)
    except ModuleNotFoundError as error:
        raise missing_extra(error, f"{kind} {name!r}") from error


def missing_extra(error: ModuleNotFoundError, wanted: str) -> Exception:
    """Turn a failed import into a MissingExtra that names the extra, or give the error back."""
    package = (error.name or "").partition(".")[0]
    for extra, packages in EXTRAS.items():
        if package in packages:
            return MissingExtra(
                f"{wanted} needs {package}, which is not installed. Run: pip install 'sketchseek[{extra}]'"
            )
    return error
