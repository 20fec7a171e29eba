"""Class names over several data sets: one name a class, and which give an unseen class away."""

from __future__ import annotations

from collections.abc import Iterable

from sketchseek._names import class_key
from sketchseek.data import load_split

# Other data sets' words for classes of Sketchy.
_SAME = {
    "airplanes": "airplane",
    "binocular": "binoculars",
    "car side": "car sedan",
    "car": "car sedan",
    "cellphone": "cell phone",
    "crocodile": "crocodilian",
    "crocodile head": "crocodilian",
    "faces easy": "face",
    "flamingo": "wading bird",
    "flamingo head": "wading bird",
    "headphone": "headphones",
    "hot dog": "hotdog",
    "ibis": "wading bird",
    "motorbike": "motorcycle",
    "motorbikes": "motorcycle",
    "pigeon": "songbird",
    "revolver": "pistol",
    "rhino": "rhinoceros",
    "rooster": "chicken",
    "tennis racquet": "racket",
    "watch": "wristwatch",
    "windsor chair": "chair",
}
# Classes that say too much about an unseen one to be trained on beside it.
_NEAR = {
    "songbird": ("bird",),
    "seagull": ("bird",),
    "parrot": ("bird",),
    "cup": ("mug", "coffee cup"),
    "tree": ("palm tree", "bonsai", "joshua tree"),
    "cabin": ("house", "barn"),
    "deer": ("gerenuk",),
}


def canonical(label: str) -> str:
    """The one name of a class over all data sets: words in lower case with single spaces."""
    key = class_key(label)
    return _SAME.get(key, key)


def unseen(lists: Iterable[str]) -> frozenset[str]:
    """The classes of the named lists, and those that are near to giving them away."""
    named = {canonical(entry) for name in lists for entry in load_split(name).entries}
    return frozenset(named | {near for name in named for near in _NEAR.get(name, ())})
