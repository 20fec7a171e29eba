from __future__ import annotations

import io
import zipfile
from pathlib import Path

from sketchseek.server.bundle import PIECE, zipped


def test_equal_names_are_told_apart_and_lost_files_left_out(tmp_path: Path) -> None:
    files = []
    for number in range(3):
        (tmp_path / str(number)).mkdir()
        files.append(tmp_path / str(number) / ("a.JPG" if number == 1 else "a.jpg"))
        files[-1].write_bytes(bytes([number]) * 10)
    lost = tmp_path / "lost.jpg"
    archive = zipfile.ZipFile(io.BytesIO(b"".join(zipped([files[0], lost, *files[1:]]))))
    assert archive.namelist() == ["a.jpg", "a (2).JPG", "a (3).jpg"]
    assert [archive.read(name)[0] for name in archive.namelist()] == [0, 1, 2]


def test_it_is_written_piece_by_piece(tmp_path: Path) -> None:
    large = tmp_path / "large.bin"
    large.write_bytes(b"x" * (5 * PIECE + 7))
    pieces = list(zipped([large]))
    assert max(map(len, pieces)) <= PIECE + 200
    assert zipfile.ZipFile(io.BytesIO(b"".join(pieces))).read("large.bin") == large.read_bytes()


def test_no_name_leads_out_of_the_folder_it_is_unpacked_in(tmp_path: Path) -> None:
    odd = tmp_path / "..\\..\\evil\n.jpg"
    odd.write_bytes(b"1")
    (name,) = zipfile.ZipFile(io.BytesIO(b"".join(zipped([odd])))).namelist()
    assert name == ".._.._evil_n.jpg"
