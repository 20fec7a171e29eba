"""Many pictures as one zip, written while it is read: nothing is held but the piece under way."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath
from typing import BinaryIO, cast

from sketchseek.images import printable

PIECE = 256 * 1024  # bytes


class _Spool:
    """A file to write into whose bytes are taken out at the other end; zipfile needs no more of one."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Nothing is held back."""

    def taken(self) -> bytes:
        """What was written since the last time."""
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


def zipped(files: Iterable[Path]) -> Iterator[bytes]:
    """The bytes of a zip of files, stored as they are; a file that cannot be read any more is left out.

    Files of one name from several folders are told apart by a number.
    """
    spool, names = _Spool(), set[str]()
    with zipfile.ZipFile(cast("BinaryIO", spool), "w", zipfile.ZIP_STORED) as archive:
        for path in files:
            try:
                about = zipfile.ZipInfo.from_file(path, strict_timestamps=False)
                source = path.open("rb")
            except OSError:
                continue
            # a backslash is part of a name here, and parts folders where the zip may be unpacked
            about.filename = _free(printable(path.name).replace("\\", "_"), names)
            with source, archive.open(about, "w", force_zip64=True) as target:
                while piece := source.read(PIECE):
                    target.write(piece)
                    yield spool.taken()
            yield spool.taken()
    yield spool.taken()


def _free(name: str, names: set[str]) -> str:
    """A name that is not used yet, and remember it."""
    plain, number = PurePath(name), 1
    while name.lower() in names:
        number += 1
        name = f"{plain.stem} ({number}){plain.suffix}"
    names.add(name.lower())
    return name
