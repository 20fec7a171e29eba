"""What words mean: class names -> vectors, and similarities of classes with each other or a teacher's."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sketchseek.errors import BadConfig
from sketchseek.registry import resolve
from sketchseek.semantics.concepts import Concept, Coverage, concepts, photo_senses, read_senses
from sketchseek.semantics.shaping import shape
from sketchseek.semantics.space import Semantics, Similarity, Vectors
from sketchseek.semantics.teacher import imagenet_classes

__all__ = [
    "SEMANTICS",
    "Concept",
    "Coverage",
    "Semantics",
    "Similarity",
    "Vectors",
    "concepts",
    "imagenet_classes",
    "load_semantics",
    "photo_senses",
    "read_senses",
    "shape",
]

SEMANTICS: dict[str, str] = {
    "clip-vocabulary": "sketchseek.semantics.sources:clip_vocabulary",
    "conceptnet": "sketchseek.semantics.conceptnet:ConceptNetGraph",
    "fasttext": "sketchseek.semantics.sources:word_file",
    "glove": "sketchseek.semantics.sources:glove",
    "none": "sketchseek.semantics.controls:NoSemantics",
    "numberbatch": "sketchseek.semantics.conceptnet:numberbatch",
    "shuffled": "sketchseek.semantics.sources:shuffled",
    "table": "sketchseek.semantics.sources:table",
    "text": "sketchseek.semantics.text_encoder:text_encoder",
    "word2vec": "sketchseek.semantics.sources:word2vec",
    "wordnet": "sketchseek.semantics.lexical:WordNetSemantics",
}


def load_semantics(name: str, path: str | Path | None = None, **options: Any) -> Semantics:
    """A provider by name.

    Args:
        name: one of ``SEMANTICS``.
        path: its file or folder, or the hub name of a text model; some have one of their own.
        options: those of the provider, such as ``measure`` of wordnet or ``of`` and ``seed`` of shuffled.

    Raises:
        UnknownName: no such provider; the message lists the near ones.
        BadConfig: it needs a path, or has no such option.
        BadSemantics: its file is missing or broken.
        MissingExtra: it needs a package that is not installed.
    """
    make: Callable[..., Semantics] = resolve(name, SEMANTICS, "semantics")
    known = inspect.signature(make).parameters
    given = options if path is None else {"path": path, **options}
    passed_on = any(option.kind is option.VAR_KEYWORD for option in known.values())
    if not passed_on and (unknown := sorted(set(given) - set(known))):
        raise BadConfig(
            f"semantics {name!r} takes no {unknown[0]!r}. It takes: {', '.join(known) or 'nothing'}."
        )
    free = {word for word, option in known.items() if option.default is option.empty} - {"options"}
    needed = sorted(free - set(given))
    if needed:
        raise BadConfig(f"semantics {name!r} needs its {needed[0]!r}")
    return make(**given)
