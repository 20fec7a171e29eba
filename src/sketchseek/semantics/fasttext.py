"""fastText's own models (.bin): a dictionary, and a matrix of words and their parts.

The layout is that of fastText 0.9 (`Args`, `Dictionary` and `DenseMatrix`, in little-endian order). A word's
vector is the mean of its own row and those of its runs of letters, which is what a .vec file lists.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np

from sketchseek.errors import BadSemantics
from sketchseek.semantics.space import Floats

MAGIC = struct.pack("<i", 793712314)
_END = b"</s>"  # the end of a line counts as a word and has no parts
_SUPERVISED = 3
_OLD = 11  # files of this version say that classifiers use runs of letters; they do not
_LONGEST = 1 << 16  # no word is longer
_ENTRY = struct.Struct("<qb")  # how often, and whether it is a word (0) or a label


@dataclass(frozen=True)
class _Parts:
    """Which runs of letters count, and in how many rows they are sorted by their hash."""

    shortest: int
    longest: int
    rows: int


class _Reader:
    """What follows in a file, which must be there."""

    def __init__(self, path: Path, stream: IO[bytes]) -> None:
        self.path, self.stream = path, stream

    def take(self, count: int) -> bytes:
        found = self.stream.read(count)
        if len(found) < count:
            raise BadSemantics(f"{self.path} is cut short: no whole model of fastText")
        return found

    def unpack(self, form: str) -> tuple[Any, ...]:
        return struct.unpack(form, self.take(struct.calcsize(form)))

    def word(self) -> bytes:
        """Up to the next zero byte."""
        letters = bytearray()
        while (letter := self.take(1)) != b"\0":
            letters += letter
            if len(letters) > _LONGEST:
                raise BadSemantics(f"{self.path}: a word without an end. Is it a model of fastText?")
        return bytes(letters)


def read_model(path: Path, stream: IO[bytes], wanted: set[str]) -> dict[str, Floats]:
    """The vectors (dim,) of the wanted words that a model has.

    Args:
        path: for messages.
        stream: the file from its start; it must be able to seek.
        wanted: words as the file writes them.

    Raises:
        BadSemantics: the file is cut short, damaged, or a quantised model.
    """
    reader = _Reader(path, stream)
    reader.take(len(MAGIC))
    (version,) = reader.unpack("<i")
    dim, _, _, _, _, _, _, model, rows, shortest, longest, _, _ = reader.unpack("<12id")
    if version == _OLD and model == _SUPERVISED:
        longest = 0
    places, words = _dictionary(reader, {word.encode() for word in wanted})
    (quantised,) = reader.unpack("<?")
    if quantised:
        raise BadSemantics(
            f"{path} is a quantised model of fastText: take the whole model (.bin) or its text table (.vec)"
        )
    height, width = reader.unpack("<2q")
    if width != dim or dim < 1 or height < words:
        raise BadSemantics(f"{path} is damaged: {words} words, but a matrix of {height} x {width}")
    if longest > 0 and height != words + rows:
        raise BadSemantics(f"{path} is damaged: {words} words and {rows} rows of parts in one of {height}")
    parts = _Parts(shortest, longest, rows)
    needed = {word: [place, *(words + n for n in _parts(word, parts))] for word, place in places.items()}
    matrix = _rows(reader, dim, {row for some in needed.values() for row in some})
    found = {word.decode(): np.mean([matrix[n] for n in some], axis=0) for word, some in needed.items()}
    for name, vector in found.items():
        if not np.isfinite(vector).all():
            raise BadSemantics(f"{path}: the vector of {name!r} is damaged; finite numbers were expected")
    return found


def _dictionary(reader: _Reader, wanted: set[bytes]) -> tuple[dict[bytes, int], int]:
    """Where the wanted words stand, and how many words there are."""
    size, words, _, _, pruned = reader.unpack("<3i2q")
    places: dict[bytes, int] = {}
    for place in range(size):
        word = reader.word()
        label = _ENTRY.unpack(reader.take(_ENTRY.size))[1]
        if word in wanted and not label:
            places.setdefault(word, place)
    if pruned >= 0:
        raise BadSemantics(
            f"{reader.path} is a pruned model of fastText: take the whole model (.bin) or its table (.vec)"
        )
    return places, words


def _parts(word: bytes, parts: _Parts) -> Iterator[int]:
    """The rows, behind those of words, of a word's runs of letters, the marks of its ends among them."""
    if word == _END or parts.rows < 1:
        return
    letters = [letter.encode() for letter in f"<{word.decode()}>"]
    for start in range(len(letters)):
        for length in range(max(1, parts.shortest), parts.longest + 1):
            end = start + length
            if end > len(letters):
                break
            if length > 1 or 0 < start < len(letters) - 1:
                yield _hash(b"".join(letters[start:end])) % parts.rows


def _hash(text: bytes) -> int:
    """FNV-1a, 32 bits; bytes count as signed, as in fastText."""
    value = 2166136261
    for byte in text:
        signed = byte if byte < 128 else byte | 0xFFFFFF00
        value = (value ^ signed) * 16777619 & 0xFFFFFFFF
    return value


def _rows(reader: _Reader, dim: int, wanted: set[int]) -> dict[int, Floats]:
    """Rows of the matrix that begins here, in the order of the file."""
    start, size = reader.stream.tell(), 4 * dim
    found = {}
    for row in sorted(wanted):
        reader.stream.seek(start + row * size)
        found[row] = np.frombuffer(reader.take(size), "<f4").astype(np.float32)
    return found
