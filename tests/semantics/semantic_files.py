"""Small files of the documented layouts: a WordNet, word vectors of every kind, ConceptNet's dump."""

from __future__ import annotations

import gzip
import json
import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sketchseek.semantics.concepts import Concept

LICENCE = "  1 This software and database is provided by nobody in particular.  \n" * 3

# name -> words, parents; in the order of the file. The words' senses are ranked in this order, too.
ANIMALS: dict[str, tuple[list[str], list[str]]] = {
    "entity": (["entity"], []),
    "thing": (["thing"], ["entity"]),
    "animal": (["animal", "beast"], ["thing"]),
    "bird": (["bird"], ["animal"]),
    "mammal": (["mammal"], ["animal"]),
    "bat": (["bat", "chiropteran"], ["mammal"]),
    "dog": (["dog", "domestic_dog"], ["mammal"]),
    "pug": (["pug", "pug-dog"], ["dog"]),
    "owl": (["owl"], ["bird"]),
    "artifact": (["artifact"], ["thing"]),
    "club": (["bat", "club"], ["artifact"]),
    "cricket bat": (["cricket_bat"], ["club"]),
    "Rover": (["Rover"], ["@i dog"]),
    "nowhere": (["nowhere"], []),
}


def write_wordnet(folder: Path, nouns: dict[str, tuple[list[str], list[str]]] = ANIMALS) -> dict[str, int]:
    """Write index.noun and data.noun as wndb(5WN) says, and give name -> offset."""
    folder.mkdir(parents=True, exist_ok=True)
    offsets = dict.fromkeys(nouns, 0)
    for _ in range(2):  # lengths do not depend on the offsets, which have 8 digits
        text = LICENCE
        for name, (words, parents) in nouns.items():
            offsets[name] = len(text.encode())
            links = [(link.split()[-1], "@i" if link.startswith("@i") else "@") for link in parents]
            fields = [f"{offsets[name]:08d} 03 n {len(words):02x}"]
            fields += [f"{word} 0" for word in words]
            fields += [f"{len(links) + 1:03d}", "+ 00000001 v 0101"]
            fields += [f"{mark} {offsets[parent]:08d} n 0000" for parent, mark in links]
            text += f"{' '.join(fields)} | a kind of {name}  \n"
    (folder / "data.noun").write_text(text, encoding="utf-8")
    senses: dict[str, list[int]] = {}
    for name, (words, _) in nouns.items():
        for word in words:
            senses.setdefault(word.lower(), []).append(offsets[name])
    lines = [
        f"{word} n {len(found)} 2 @ ~ {len(found)} 0 {' '.join(f'{at:08d}' for at in found)}  \n"
        for word, found in sorted(senses.items())
    ]
    (folder / "index.noun").write_text(LICENCE + "".join(lines), encoding="utf-8")
    return offsets


def write_text(path: Path, rows: dict[str, NDArray[np.float32]], *, header: bool = False) -> Path:
    """word2vec's or fastText's text with a header, GloVe's without; .gz packs it."""
    dim = len(next(iter(rows.values())))
    lines = [f"{len(rows)} {dim}"] if header else []
    lines += [f"{word} {' '.join(f'{number:.6f}' for number in row)}" for word, row in rows.items()]
    text = ("\n".join(lines) + "\n").encode()
    path.write_bytes(gzip.compress(text) if path.suffix == ".gz" else text)
    return path


def write_binary(path: Path, rows: dict[str, NDArray[np.float32]], *, newline: bytes = b"\n") -> Path:
    """word2vec's binary form; some writers leave out the line ends."""
    dim = len(next(iter(rows.values())))
    body = b"".join(
        word.encode() + b" " + struct.pack(f"<{dim}f", *map(float, row)) + newline
        for word, row in rows.items()
    )
    path.write_bytes(f"{len(rows)} {dim}\n".encode() + body)
    return path


def some_vectors(words: list[str], dim: int = 5, seed: int = 0) -> dict[str, NDArray[np.float32]]:
    rng = np.random.default_rng(seed)
    return {word: rng.standard_normal(dim).astype(np.float32).round(4) for word in words}


def write_assertions(path: Path, edges: list[tuple[str, str, str, float]]) -> Path:
    """ConceptNet's dump: relation, start and end (without /c/), weight."""
    lines = []
    for relation, source, target, weight in edges:
        start, end = f"/c/{source}", f"/c/{target}"
        info = json.dumps({"dataset": "/d/made_up", "weight": weight})
        lines.append(f"/a/[/r/{relation}/,{start}/,{end}/]\t/r/{relation}\t{start}\t{end}\t{info}\n")
    text = "".join(lines).encode()
    path.write_bytes(gzip.compress(text) if path.suffix == ".gz" else text)
    return path


def write_imagenet(path: Path, offsets: dict[str, int], names: list[str]) -> tuple[Concept, ...]:
    """A list of teacher classes as ``imagenet_synsets.txt`` has it, and what should be read from it."""
    made = {i: {"id": f"{offsets[name]:08d}-n", "label": f"{name}, a {name}"} for i, name in enumerate(names)}
    path.write_text(repr(made), encoding="utf-8")
    return tuple(Concept(name, (f"a {name}",), (f"n{offsets[name]:08d}",)) for name in names)
