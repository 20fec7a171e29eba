"""Files of word vectors, read in one pass and little memory: word2vec's two kinds, GloVe, fastText's two."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

import numpy as np

from sketchseek.errors import BadSemantics
from sketchseek.semantics.fasttext import MAGIC, read_model
from sketchseek.semantics.space import Floats

_LINE = 1 << 20  # no line of a text table, and no word of a binary one, is longer
_BLOCK = 1 << 18


def read_word_vectors(path: Path, wanted: set[str]) -> dict[str, Floats]:
    """The vectors of the wanted words that a file has; of words that occur twice, the first.

    The layout is found by looking: a first line of two numbers (count, dimensions) is a header, as in
    word2vec and fastText; what follows is text if it reads as numbers, else float32 in little-endian order.
    Without a header each line is a word and its numbers, as in GloVe. fastText's own models (.bin) are known
    by their first bytes. A name ending in .gz is unpacked.

    Args:
        path: the file.
        wanted: words as the file writes them.

    Raises:
        BadSemantics: the file is missing, empty, cut short, damaged at a wanted word, or a quantised model.
    """
    with opened(path) as stream:
        if stream.read(len(MAGIC)) == MAGIC:
            stream.seek(0)
            return read_model(path, stream, wanted)
        stream.seek(0)
        first = stream.readline(_LINE)
        header = _header(first)
        if not first.strip():
            raise BadSemantics(f"{path} is empty: it holds no word vectors")
        if header is None:
            return _text(path, stream, wanted, first=first)
        count, dim = header
        block = stream.read(_BLOCK)
        if _is_text(block, dim):
            return _text(path, stream, wanted, first=block, count=count, dim=dim)
        return _binary(path, stream, wanted, block, count=count, dim=dim)


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """Open a file, unpacking .gz, and turn what goes wrong on reading into BadSemantics."""
    try:
        with path.open("rb") as raw:
            yield cast(IO[bytes], gzip.GzipFile(fileobj=raw)) if path.suffix == ".gz" else raw
    except (OSError, EOFError, zlib.error) as error:  # BadGzipFile is an OSError
        raise BadSemantics(f"{path} cannot be read: {error}") from error


def _header(line: bytes) -> tuple[int, int] | None:
    fields = line.split()
    if len(fields) == 2 and all(field.isdigit() for field in fields) and int(fields[1]) > 0:
        return int(fields[0]), int(fields[1])
    return None


def _is_text(block: bytes, dim: int) -> bool:
    """Whether a block begins with a word and ``dim`` numbers, as far as it shows them."""
    fields = block.split(b"\n", 1)[0].split()[1 : dim + 1]
    try:
        [float(field) for field in fields[: len(fields) if b"\n" in block else -1]]
    except ValueError:
        return False
    return bool(fields)


def _lines(stream: IO[bytes], first: bytes) -> Iterator[bytes]:
    """Lines of what was read ahead, then of the rest."""
    *whole, last = first.split(b"\n")
    yield from whole
    if last or not whole:
        yield last + stream.readline(_LINE)
    while line := stream.readline(_LINE):
        yield line


def _text(
    path: Path, stream: IO[bytes], wanted: set[str], *, first: bytes, count: int | None = None, dim: int = 0
) -> dict[str, Floats]:
    keys = {word.encode(): word for word in wanted}
    found: dict[str, Floats] = {}
    rows, last = 0, b""
    for line in _lines(stream, first):
        if len(line) >= _LINE:
            raise BadSemantics(
                f"{path}: row {rows + 1} is longer than any word vector. Is it a table of words?"
            )
        head = line.split(None, 1)
        if not head:
            continue
        rows, last = rows + 1, line
        dim = dim or len(line.split()) - 1
        word = keys.get(head[0])
        if word is not None and word not in found:
            found[word] = _numbers(path, line.split()[1:], dim, word)
    if rows < (count or 0) or len(last.split()) <= dim:
        raise BadSemantics(f"{path} is cut short after row {rows}" + (f" of {count}" if count else ""))
    return found


def _numbers(path: Path, fields: list[bytes], dim: int, word: str) -> Floats:
    try:
        vector = np.array([float(field) for field in fields], np.float32)
    except ValueError:
        vector = np.empty(0, np.float32)
    return _checked(path, vector, dim, word)


def _checked(path: Path, vector: Floats, dim: int, word: str) -> Floats:
    if vector.size != dim or dim < 1 or not np.isfinite(vector).all():
        raise BadSemantics(f"{path}: the vector of {word!r} is damaged; {dim} finite numbers were expected")
    return vector


def _binary(
    path: Path, stream: IO[bytes], wanted: set[str], block: bytes, *, count: int, dim: int
) -> dict[str, Floats]:
    """Word, space, ``dim`` float32, and a line end that some writers leave out; ``count`` times."""
    keys = {word.encode(): word for word in wanted}
    found: dict[str, Floats] = {}
    size, at = 4 * dim, 0
    for row in range(count):
        end = block.find(b" ", at)
        while end < 0 or end + 1 + size > len(block):
            more = stream.read(_BLOCK)
            if not more or (end < 0 and len(block) - at > _LINE):
                raise BadSemantics(f"{path} is cut short or damaged after {row} of {count} words")
            block, at = block[at:] + more, 0
            end = block.find(b" ")
        word = keys.get(block[at:end].lstrip(b"\n"))
        at = end + 1 + size
        if word is not None and word not in found:
            vector = np.frombuffer(block, "<f4", dim, end + 1).astype(np.float32)
            found[word] = _checked(path, vector, dim, word)
    return found
