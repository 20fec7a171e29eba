"""Figures as others printed them, from `published.toml`: shown beside our own, never mixed with them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from sketchseek.registry import check_name


@dataclass(frozen=True)
class Figure:
    """One printed number.

    Attributes:
        system: what was measured.
        venue: where and when it was published.
        setting: what it was measured on, a name in `settings`.
        printed_as: the metric's name as printed.
        metric: the metric here that is defined alike; empty where the definition is not known.
        value: 0..1.
        read_in: where the number was read.
        note: what to know before comparing.
    """

    system: str
    venue: str
    setting: str
    printed_as: str
    metric: str
    value: float
    read_in: str
    note: str = ""


@dataclass(frozen=True)
class Setting:
    """What a group of figures was measured on."""

    title: str
    about: str


@cache
def settings() -> Mapping[str, Setting]:
    """All settings by name."""
    return {
        name: Setting(entry["title"], " ".join(entry["about"].split()))
        for name, entry in _data()["settings"].items()
    }


def published(setting: str) -> tuple[Figure, ...]:
    """The figures of a setting, in the order of the file.

    Raises:
        UnknownName: no such setting; the message names the nearest.
    """
    check_name(setting, settings(), "setting of published figures")
    return tuple(figure for figure in _figures() if figure.setting == setting)


@cache
def _figures() -> tuple[Figure, ...]:
    return tuple(
        Figure(
            **{key: value for key, value in report.items() if key != "figures"},
            printed_as=printed_as,
            value=value,
            metric=metric,
        )
        for report in _data()["reports"]
        for printed_as, value, metric in report["figures"]
    )


@cache
def _data() -> Mapping[str, Any]:
    return tomllib.loads(files(__package__).joinpath("published.toml").read_text(encoding="utf-8"))


def beside(settings: Iterable[str]) -> list[dict[str, Any]]:
    """The figures of several settings as plain data, to stand beside one's own."""
    return [asdict(figure) for setting in settings for figure in published(setting)]
