from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from threading import Barrier

import numpy as np
import pytest

from sketchseek.errors import LibraryBusy, LibraryError, LibraryTooNew
from sketchseek.images import Limits
from sketchseek.library import Library
from sketchseek.library.care import problems
from sketchseek.library.scan import Found
from sketchseek.library.store import APPLICATION_ID, MIGRATIONS, SCHEMA, Store, below, connect, statements
from sketchseek.library.writer import Picture, Root, writing


@pytest.fixture
def file(tmp_path: Path) -> Path:
    Store(tmp_path / "a.sqlite", create=True).close()
    return tmp_path / "a.sqlite"


def picture(digest: bytes, dim: int = 4) -> Picture:
    return Picture(digest, 8, 6, "2020-01-02 03:04:05", b"thumbnail", np.full(dim, 0.5, np.float32))


def found(path: str, size: int = 1) -> Found:
    return Found(path, size, 2)


def test_a_new_library_is_a_wal_database_with_our_mark_and_schema(file: Path) -> None:
    store = Store(file)
    assert store.value("PRAGMA journal_mode") == "wal"
    assert store.value("PRAGMA user_version") == SCHEMA == len(MIGRATIONS)
    assert store.value("PRAGMA foreign_keys") == 1
    assert problems(store) == []
    store.close()


def test_a_library_has_an_identity_of_its_own_that_stays(tmp_path: Path) -> None:
    def identity(name: str) -> str:
        with Library.open(tmp_path / name, create=True) as library:
            return library.identity

    first = identity("a.sqlite")
    assert first == identity("a.sqlite")
    assert first != identity("b.sqlite")
    with sqlite3.connect(tmp_path / "a.sqlite") as db:  # as it was before libraries had one
        db.execute("DELETE FROM meta WHERE key = 'identity'")
        db.execute("PRAGMA user_version = 2")
        for table in ("regions", "next_regions"):
            db.execute(f"DROP TABLE {table}")
    db.close()
    assert len(identity("a.sqlite")) == 16


def test_a_library_of_the_first_version_keeps_its_photos(tmp_path: Path) -> None:
    path, a, b = tmp_path / "old.sqlite", b"a" * 32, b"b" * 32
    vectors = np.eye(2, 4, dtype="<f2")
    with sqlite3.connect(path) as db:
        for statement in statements(MIGRATIONS[0]):
            db.execute(statement)
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        db.execute("PRAGMA user_version = 1")
        db.executemany("INSERT INTO meta VALUES (?, ?)", [("model", "m"), ("dim", 4)])
        db.execute("INSERT INTO roots VALUES (?, '[]', 0)", [b"/p"])
        for number, digest in enumerate((a, b), 1):
            db.execute("INSERT INTO pictures VALUES (?, ?, 8, 6, '2020-01-02 03:04:05')", [number, digest])
            db.execute("INSERT INTO vectors VALUES (?, ?)", [number, vectors[number - 1].tobytes()])
            db.execute("INSERT INTO thumbnails VALUES (?, ?)", [number, b"thumbnail"])
        photos = [(b"/p/1.jpg", 1, 2, 1), (b"/p/2.jpg", 3, 4, 2), (b"/p/copy.jpg", 1, 5, 1)]
        db.executemany("INSERT INTO photos VALUES (?, ?, ?, ?)", photos)
        db.execute("INSERT INTO skipped VALUES (?, 6, 7, 'no picture')", [b"/p/3.txt"])
    db.close()
    store = Store(path)
    assert store.value("PRAGMA user_version") == SCHEMA
    assert problems(store) == []
    assert store.rows("SELECT * FROM photos ORDER BY path") == photos
    assert store.rows("SELECT id, hash FROM pictures") == [(1, a), (2, b)]
    kept = [np.frombuffer(vector, "<f2") for (vector,) in store.rows("SELECT vector FROM vectors")]
    assert np.array_equal(kept, vectors)
    assert store.rows("SELECT * FROM thumbnails") == [(1, b"thumbnail"), (2, b"thumbnail")]
    assert store.rows("SELECT * FROM skipped") == [(b"/p/3.txt", 6, 7, "no picture")]
    assert store.rows("SELECT * FROM roots") == [(b"/p", "[]", 0)]
    facts = store.meta()
    assert len(facts.pop("identity")) == 16
    assert facts == {"model": "m", "dim": 4, "generation": 0}
    store.close()
    with writing(path) as writer:  # and it goes on as any other
        assert writer.known(Path("/p"))[0].keys() == {each for each, *_ in photos}
        assert writer.drop([b"/p/2.jpg"]) == 1


def test_without_create_a_library_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match=r"no library at .*sketchseek index FOLDER"):
        Store(tmp_path / "none.sqlite")
    assert list(tmp_path.iterdir()) == []


def test_a_newer_schema_is_refused_and_left_alone(file: Path) -> None:
    with sqlite3.connect(file) as db:
        db.execute(f"PRAGMA user_version = {SCHEMA + 1}")
    db.close()
    with pytest.raises(LibraryTooNew, match="Upgrade sketchseek"):
        Store(file)


def test_another_database_or_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    other = tmp_path / "other.sqlite"
    with sqlite3.connect(other) as db:
        db.execute("CREATE TABLE photos (mine)")
    db.close()
    text = tmp_path / "notes.txt"
    text.write_text("not a database, but long enough to have a header of its own" * 20)
    for path in (other, text):
        before = path.read_bytes()
        with pytest.raises(LibraryError, match=r"no library of sketchseek|not a library"):
            Store(path, create=True)
        assert path.read_bytes() == before


def test_an_empty_file_as_a_kill_can_leave_it_becomes_a_library(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    path.touch()
    store = Store(path)
    assert problems(store) == []
    store.close()


def test_many_may_make_the_same_library_at_once(tmp_path: Path) -> None:
    def make(file: Path, ready: Barrier) -> None:
        ready.wait()
        Store(file, create=True).close()

    with ThreadPoolExecutor(6) as threads:
        for turn in range(60):
            ready = Barrier(6)
            made = [threads.submit(make, tmp_path / f"{turn}.sqlite", ready) for _ in range(6)]
            for one in made:
                one.result()


def test_a_damaged_library_is_told(file: Path) -> None:
    with writing(file) as writer:
        writer.commit([picture(bytes([i]) * 32) for i in range(200)], [])
    raw = bytearray(file.read_bytes())
    raw[5000:9000] = os.urandom(4000)
    file.write_bytes(raw)
    try:
        store = Store(file)
        told = problems(store)
        store.close()
    except LibraryError as error:
        told = [str(error)]
    assert told
    assert "ok" not in told


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LibraryError, match="cannot make the folder"):
        Store(tmp_path / "file" / "sub" / "a.sqlite", create=True)


def test_a_full_disk_is_told_and_what_was_committed_is_kept(file: Path) -> None:
    with writing(file) as writer:
        writer.adopt("m", "m", 4)
        writer.commit([picture(b"a" * 32)], [(found("/p/a.jpg"), b"a" * 32)])
        pages = writer._db.execute("PRAGMA page_count").fetchone()[0]
        writer._db.execute(f"PRAGMA max_page_count = {pages}")
        large = Picture(b"b" * 32, 1, 1, "", b"x" * 100_000, np.zeros(4, np.float32))
        with pytest.raises(LibraryError, match=r"disk is full; make room and run again"):
            writer.commit([large], [(found("/p/b.jpg"), b"b" * 32)])
        assert b"b" * 32 not in writer.hashes
    store = Store(file)
    assert store.rows("SELECT path FROM photos") == [(b"/p/a.jpg",)]
    assert problems(store) == []
    store.close()


WRITER = """
import sys
from pathlib import Path
from sketchseek.library.writer import writing
try:
    with writing(Path(sys.argv[1])):
        print("in")
except Exception as error:
    print(type(error).__name__)
"""


def test_one_writer_at_a_time_many_readers(file: Path) -> None:
    with writing(file) as writer:
        with pytest.raises(LibraryBusy, match="another process is indexing into it"), writing(file):
            pass
        asked = [sys.executable, "-c", WRITER, str(file)]
        assert subprocess.run(asked, capture_output=True, text=True, check=True).stdout == "LibraryBusy\n"
        reader = Store(file)
        writer.commit([picture(b"a" * 32)], [(found("/p/a.jpg"), b"a" * 32)])
        assert reader.value("SELECT count(*) FROM pictures") == 1
        reader.close()
    assert subprocess.run(asked, capture_output=True, text=True, check=True).stdout == "in\n"


def test_a_batch_is_written_whole_or_not_at_all(file: Path) -> None:
    with writing(file) as writer:
        twice = [picture(b"a" * 32), picture(b"a" * 32)]  # the second breaks the rule that hashes are unique
        with pytest.raises(LibraryError):
            writer.commit(twice, [(found("/p/a.jpg"), b"a" * 32)])
        assert writer.hashes == {}
    store = Store(file)
    for table in ("pictures", "vectors", "thumbnails", "photos"):
        assert store.rows(f"SELECT * FROM {table}") == []  # noqa: S608
    store.close()


def test_readers_learn_of_every_change_that_can_take_a_vector_away_or_bring_it_back(file: Path) -> None:
    store = Store(file)
    generations = []
    a, b = b"a" * 32, b"b" * 32
    with writing(file) as writer:
        writer.commit([picture(a)], [(found("/p/1.jpg"), a)])
        generations.append(store.meta()["generation"])
        writer.commit([picture(b)], [(found("/p/2.jpg"), b)])
        assert store.meta()["generation"] == generations[-1]  # something new: no need to load all again
        for photos in ([("/p/1.jpg", b)], [("/p/3.jpg", a)]):  # a is replaced, then found again elsewhere
            writer.commit([], [(found(path), digest) for path, digest in photos])
            generations.append(store.meta()["generation"])
        assert writer.drop([b"/p/3.jpg"]) == 1
        generations.append(store.meta()["generation"])
    assert generations == sorted(set(generations))
    assert store.rows("SELECT hash FROM pictures") == [(b,)]
    assert store.value("SELECT count(*) FROM thumbnails") == 1
    store.close()


def test_what_is_dropped_leaves_no_trace_in_the_file(file: Path) -> None:
    secret = b"a-face-nobody-should-see"
    with writing(file) as writer:
        face = Picture(b"a" * 32, 1, 1, "", secret * 50, np.zeros(4, np.float32))
        writer.commit([face], [(found("/p/a.jpg"), b"a" * 32)])
        writer.drop([b"/p/a.jpg"])
    assert secret not in file.read_bytes()


@pytest.mark.parametrize("change", ["version", "limits", "formats"])
def test_other_rules_give_skipped_files_another_chance(
    file: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    with writing(file) as writer:
        writer.judge_by(Limits())
        writer.commit([], [], [(found("/p/a.heic"), "no reader")])
    with writing(file) as writer:
        writer.judge_by(Limits())
        assert writer.known(Path("/p")) == ({}, {b"/p/a.heic": (1, 2)})
    if change == "version":
        monkeypatch.setattr("sketchseek.library.writer.__version__", "99")
    if change == "formats":
        there = find_spec("pillow_heif")
        monkeypatch.setattr("sketchseek.library.writer.find_spec", lambda _: None if there else object())
    with writing(file) as writer:
        writer.judge_by(Limits(max_pixels=1) if change == "limits" else Limits())
        assert writer.known(Path("/p")) == ({}, {})


def test_roots_are_kept_with_how_they_are_walked(file: Path) -> None:
    with writing(file) as writer:
        writer.add_root(Root(Path("/p"), ("*.tif",), hidden=True))
        writer.add_root(Root(Path("/p")))
    store = Store(file)
    assert store.rows("SELECT * FROM roots") == [(b"/p", "[]", 0)]
    store.close()


def test_below_holds_what_lies_in_a_folder_and_nothing_beside_it() -> None:
    start, end = below(Path("/a/b"))
    inside = [b"/a/b/c", b"/a/b/\xff\xff", b"/a/b/c/d"]
    beside = [b"/a/b", b"/a/b.jpg", b"/a/bc/d", b"/a/c", b"/a/b!"]
    assert all(start <= path < end for path in inside)
    assert not any(start <= path < end for path in beside)
    assert below(Path("/"))[0] == b"/"


def test_statements_keep_triggers_whole() -> None:
    script = (
        "CREATE TABLE a (b); CREATE TRIGGER c AFTER DELETE ON a BEGIN DELETE FROM a; SELECT 1; END; SELECT 2"
    )
    assert len(list(statements(script))) == 3


def test_an_error_in_making_the_tables_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sketchseek.library.store.MIGRATIONS", (MIGRATIONS[0] + "; CREATE NONSENSE",))
    with pytest.raises(LibraryError):
        connect(tmp_path / "a.sqlite")
    monkeypatch.undo()
    db = connect(tmp_path / "a.sqlite")
    assert db.execute("SELECT count(*) FROM meta").fetchone() == (2,)
    db.close()
