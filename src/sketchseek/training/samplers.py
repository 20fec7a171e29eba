"""Which items meet in a batch: pairs and triplets drawn beforehand, or whole classes; as positions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from sketchseek.data import Item
from sketchseek.errors import BadDataset

Positions = NDArray[np.int64]
Keys = Sequence[str] | NDArray[Any]


@dataclass(frozen=True)
class Pairs:
    """N pairs: sketch and photo by position, and whether they are the same meaning (bool)."""

    sketches: Positions
    photos: Positions
    same: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.same)

    def batches(self, size: int, rng: np.random.Generator) -> Iterator[Pairs]:
        """The pairs in random order, ``size`` at a time; a smaller rest is kept."""
        order = rng.permutation(len(self))
        for start in range(0, len(order), size):
            part = order[start : start + size]
            yield Pairs(self.sketches[part], self.photos[part], self.same[part])


def draw_pairs(
    sketch_keys: Keys,
    photo_keys: Keys,
    rng: np.random.Generator,
    *,
    positives: int = 10,
    negatives: int = 10,
) -> Pairs:
    """For each sketch draw photos with the same key and photos with another, without repeats while they last.

    The published rule (10 + 10 a sketch): walk the shuffled photos and take the first ten of either kind.
    Where a key has fewer photos than asked for, its photos are repeated, so that both kinds stay balanced.

    Args:
        sketch_keys: what each sketch means: its class, or its instance.
        photo_keys: the same of the photos.
        rng: what draws.
        positives: pairs a sketch of the same key.
        negatives: pairs a sketch of another.

    Raises:
        BadDataset: a sketch has no photo of its key, or no other.
    """
    sketches, photos, same = [], [], []
    for position, alike, other in _walk(sketch_keys, photo_keys):
        drawn = np.concatenate([_draw(alike, positives, rng), _draw(other, negatives, rng)])
        sketches.append(np.full(len(drawn), position))
        photos.append(drawn)
        same.append(np.arange(len(drawn)) < positives)
    return Pairs(np.concatenate(sketches), np.concatenate(photos), np.concatenate(same))


def draw_triplets(
    sketch_keys: Keys, photo_keys: Keys, rng: np.random.Generator, *, each: int = 10
) -> NDArray[np.int64]:
    """For each sketch ``each`` photos with the same key beside as many with another: (N, 3) positions.

    Columns are sketch, positive, negative; rows are in random order.

    Raises:
        BadDataset: a sketch has no photo of its key, or no other.
    """
    rows = [
        np.stack([np.full(each, position), _draw(alike, each, rng), _draw(other, each, rng)], axis=1)
        for position, alike, other in _walk(sketch_keys, photo_keys)
    ]
    return rng.permutation(np.concatenate(rows))


def meanings(items: Iterable[Item], kind: Literal["class", "instance"]) -> list[str]:
    """What each item means: its class, or the photo that it is or was drawn from."""
    return [item.label if kind == "class" else item.instance or item.id for item in items]


def class_batches(
    sketch_keys: Keys, photo_keys: Keys, rng: np.random.Generator, *, classes: int, each: int
) -> Iterator[tuple[Positions, Positions]]:
    """Batches of ``each`` sketches and ``each`` photos of ``classes`` keys: two (classes * each,) positions.

    Keys are drawn evenly, whatever their number of items; all items of a key are drawn before one is drawn
    again. An epoch has as many sketches as there are, rounded up to whole batches.

    Raises:
        BadDataset: fewer keys than ``classes`` have both sketches and photos.
    """
    sides = [_members(keys) for keys in (sketch_keys, photo_keys)]
    both = sorted(set(sides[0]) & set(sides[1]))
    if len(both) < classes:
        raise BadDataset(f"batches of {classes} classes, but {len(both)} have both sketches and photos")
    decks: list[dict[str, list[int]]] = [{}, {}]
    for _ in range(0, len(sketch_keys), classes * each):
        chosen = rng.permutation(len(both))[:classes]
        drawn = [
            [_deal(decks[side], both[key], members, rng) for key in chosen for _ in range(each)]
            for side, members in enumerate(sides)
        ]
        yield np.array(drawn[0], np.int64), np.array(drawn[1], np.int64)


def _members(keys: Keys) -> dict[str, Positions]:
    names, code = np.unique(keys, return_inverse=True)
    return {str(name): np.flatnonzero(code == n) for n, name in enumerate(names)}


def _deal(
    decks: dict[str, list[int]], key: str, members: Mapping[str, Positions], rng: np.random.Generator
) -> int:
    """The next item of a key's shuffled deck, shuffled anew when it is empty."""
    if not decks.get(key):
        decks[key] = rng.permutation(members[key]).tolist()
    return decks[key].pop()


def _walk(sketch_keys: Keys, photo_keys: Keys) -> Iterator[tuple[int, Positions, Positions]]:
    """For each sketch the photos of its key and all others, by position."""
    names, code = np.unique([*sketch_keys, *photo_keys], return_inverse=True)
    photo_code = code[len(sketch_keys) :]
    for position, key in enumerate(code[: len(sketch_keys)]):
        alike, other = np.flatnonzero(photo_code == key), np.flatnonzero(photo_code != key)
        if not len(alike) or not len(other):
            which = "photo of" if not len(alike) else "photo but those of"
            raise BadDataset(f"no {which} {str(names[key])!r} to pair its sketches with")
        yield position, alike, other


def _draw(pool: Positions, count: int, rng: np.random.Generator) -> Positions:
    rounds = -(-count // len(pool))
    return np.concatenate([rng.permutation(pool) for _ in range(rounds)])[:count] if count else pool[:0]
