"""Newline-delimited JSON drawings: listed by byte offset in one pass, parsed one by one when asked for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sketchseek.errors import BadSketch

# The fields that come before the strokes in the published files; the strokes are most of a line.
_KEY_ID = re.compile(rb'"key_id"\s*:\s*"?(\d+)"?')
_WORD = re.compile(rb'"word"\s*:\s*"([^"\\]*)"')
_RECOGNIZED = re.compile(rb'"recognized"\s*:\s*(true|false)')


@dataclass(frozen=True, slots=True)
class Record:
    """One drawing of an .ndjson file: where it starts and what is said about it."""

    offset: int  # bytes from the start of the file
    key_id: str
    word: str | None
    recognized: bool | None


def list_records(path: Path) -> Iterator[Record]:
    """Go through the records of ``path`` without parsing their strokes.

    Raises:
        BadSketch: a line is not a JSON object; the message names its line number.
    """
    offset = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                yield _record(line, offset, path, number)
            offset += len(line)


def _record(line: bytes, offset: int, path: Path, number: int) -> Record:
    head = line.partition(b'"drawing"')[0]
    key_id, word, recognized = _KEY_ID.search(head), _WORD.search(head), _RECOGNIZED.search(head)
    if key_id and word and recognized:
        return Record(offset, key_id[1].decode(), word[1].decode(), recognized[1] == b"true")
    fields = _parse(line, f"{path}, line {number}")  # another order of fields, an escape, or fields left out
    return Record(
        offset,
        str(fields.get("key_id", f"line-{number}")),
        fields.get("word"),
        fields.get("recognized"),
    )


def read_record(path: Path, offset: int) -> dict[str, Any]:
    """Parse the record of ``path`` that starts at byte ``offset``.

    Raises:
        BadSketch: no JSON object starts there.
    """
    with path.open("rb") as file:
        file.seek(offset)
        return _parse(file.readline(), f"{path}, byte {offset}")


def _parse(line: bytes, where: str) -> dict[str, Any]:
    try:
        fields = json.loads(line)
    except ValueError as error:
        raise BadSketch(f"{where}: not a line of JSON ({error})") from error
    if not isinstance(fields, dict):
        raise BadSketch(f"{where}: expected a JSON object, found {type(fields).__name__}")
    return fields
