"""Encoders that train nothing: what a model has to beat. `BASELINES` of `sketchseek.encoders` lists them.

Each module makes one from what stands behind its name's colon. Those that must see pictures first, for a
codebook or a mean, are `Fittable`.
"""

from __future__ import annotations

import hashlib
from dataclasses import fields
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from sketchseek.errors import BadConfig
from sketchseek.registry import check_name

_Settings = TypeVar("_Settings")


def settings(kind: type[_Settings], text: str) -> _Settings:
    """Settings from ``key=value,key=value``, each value of its default's kind; none where empty.

    Raises:
        BadConfig: not of that form, or a value that the settings refuse.
        UnknownName: a key that they have not.
    """
    known: dict[str, Any] = {one.name: type(one.default) for one in fields(kind)}  # type: ignore[arg-type]
    found: dict[str, Any] = {}
    for word in filter(None, text.split(",")):
        key, equals, value = word.partition("=")
        check_name(key, known, "setting")
        try:
            found[key] = known[key](value)
        except ValueError:
            equals = ""
        if not equals:
            raise BadConfig(f"setting {word!r}: write {key}=NUMBER, for example {kind()}")
    return kind(**found)


def identity(name: str, *parts: object) -> str:
    """``name@digest``: equal for equal settings and for equal arrays, what was learnt from pictures."""
    digest = hashlib.sha256()
    for part in parts:
        told = part.tobytes() if isinstance(part, np.ndarray) else str(part).encode()
        digest.update(len(told).to_bytes(8, "little") + told)
    return f"{name}@{digest.hexdigest()[:12]}"


def units(rows: NDArray[np.floating]) -> NDArray[np.float32]:
    """Rows of unit length, float32; a row of zeros becomes one of equal numbers, near to nothing."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    even = rows.shape[1] ** -0.5
    return np.where(lengths > 0, rows / np.where(lengths > 0, lengths, 1), even).astype(np.float32)


def evenly(rows: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """At most ``most`` of the rows, evenly spread over them."""
    return rows if len(rows) <= most else rows[np.linspace(0, len(rows) - 1, most).astype(np.int64)]
