"""How names of classes and words are compared, whoever wrote them."""

from __future__ import annotations

import re


def words_of(name: str) -> list[str]:
    """The lower-case words of a name: "jack-o'-lantern" is jack, o, lantern."""
    return re.findall(r"[^\W_]+", name.replace("'", "").casefold())


def class_key(label: str) -> str:
    """The form in which class names of different data sets are compared.

    Lower-case words with single spaces: "alarm_clock", "Alarm clock" and "alarm-clock" are one class, and
    "car_(sedan)" is "car sedan". Plurals and synonyms stay apart.
    """
    return " ".join(words_of(label))
