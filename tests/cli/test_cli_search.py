from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from commands import Commands
from make_model import make_model
from serving import SHAPES, index, make_library, picture, random_lines, served, teach, teach_kinds

from sketchseek.client import Client
from sketchseek.errors import BadToken
from sketchseek.library import Library
from sketchseek.server import open_socket

TOKEN = "a-token.of_our~own+/="  # noqa: S105 - of these tests alone


@pytest.fixture
def ask(run: Commands, shapes: Path, drawing: Path):
    def search(*arguments: str | Path):
        done = run("search", drawing, "--library", shapes / "library.sqlite", *arguments)
        return done.code, done.out.replace(str(shapes), "SHAPES"), done.err

    return search


def test_search_prints_ranks_scores_and_paths(ask) -> None:
    code, out, err = ask("-k", "3")
    lines = out.splitlines()
    assert (code, err, len(lines)) == (0, "", 3)
    assert lines[0] == "1  #.###  SHAPES/photos/cross.png"


def test_search_as_json(ask) -> None:
    code, out, _ = ask("-k", "1", "--json")
    out = out.replace("#.###", "0.5")  # so that it is JSON again
    assert code == 0
    assert json.loads(out) == {
        "drawing": "HERE/cross.svg",
        "words": None,
        "grain": None,
        "shortlist": 100,
        "library": "SHAPES/library.sqlite",
        "model": "tiny@ID",
        "hits": [
            {
                "rank": 1,
                "score": 0.5,
                "path": "SHAPES/photos/cross.png",
                "copies": [],
                "width": 240,
                "height": 240,
                "taken": "YYYY-MM-DD HH:MM:SS",
            }
        ],
    }


def test_search_as_csv(ask) -> None:
    _, out, _ = ask("-k", "1", "--csv")
    assert out == "rank,score,path\n1,#.###,SHAPES/photos/cross.png\n"


def test_search_writes_a_page_and_copies(ask, tmp_path: Path) -> None:
    code, _, err = ask("-k", "2", "--html", tmp_path / "page.html", "--copy-to", tmp_path / "found")
    assert (code, err) == (0, "page written: HERE/page.html\n2 photos copied to HERE/found\n")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert page.count("data:image/jpeg") == 3
    assert "cross.png" in page
    names = sorted(path.name for path in (tmp_path / "found").iterdir())
    assert names[0] == "1 cross.png"
    assert len(names) == 2


def test_search_takes_conditions(ask, shapes: Path) -> None:
    assert len(ask("--orientation", "square", "--in", shapes / "photos")[1].splitlines()) == 5
    assert ask("--after", "2999-01-01") == (0, "", "No photo of the library passes these conditions.\n")
    assert ask("--before", "soon")[0] == 2
    assert ask("--json", "--csv")[0] == 2


def test_names_that_are_not_utf8_go_out_as_they_are(run: Commands, tmp_path: Path, drawing: Path) -> None:
    library, photos, _ = make_library(tmp_path)
    try:
        (photos / "cross.png").rename(photos / os.fsdecode(b"cross\xff.png"))
    except OSError:
        pytest.skip("this file system takes no such names")
    run("index", "--library", library)
    asked = ("search", drawing, "--library", library, "-k", "1")
    assert run(*asked).out.endswith("cross\\udcff.png\n")
    assert json.loads(run(*asked, "--json").raw)["hits"][0]["path"].endswith("cross\udcff.png")
    command = [sys.executable, "-m", "sketchseek", *map(str, asked), "--csv"]
    raw = subprocess.run(command, capture_output=True, check=True).stdout
    assert raw.endswith(b"cross\xff.png\n")


def test_errors_are_one_line(run: Commands, drawing: Path, shapes: Path) -> None:
    library = shapes / "library.sqlite"
    done = run("search", "nowhere.svg", "--library", library)
    assert (done.code, done.out, done.err) == (1, "", "sketchseek: nowhere.svg: there is no such file\n")
    done = run("search", drawing)
    assert done.code == 1
    assert done.err.startswith("sketchseek: no library at HERE/home/library.sqlite; ")
    blank = run.here / "blank.svg"
    blank.write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    assert run("search", blank, "--library", library).code == 1
    done = run("search", drawing, "--library", library, "--html", run.here / "no" / "page.html")
    assert (done.code, done.err.count("\n")) == (1, 1)
    assert "No such file" in done.err
    assert run("search").code == 2


def test_debug_shows_where_an_error_comes_from(run: Commands) -> None:
    from sketchseek.cli.app import app
    from sketchseek.errors import BadSketch

    with pytest.raises(BadSketch):
        app(args=["--debug", "search", "nowhere.svg"])


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is sent as a signal of Unix")
def test_serve_says_where_and_ends_on_ctrl_c(shapes: Path) -> None:
    command = [sys.executable, "-m", "sketchseek", "serve", "--port", "0"]
    process = subprocess.Popen(
        [*command, "--library", str(shapes / "library.sqlite")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    address = process.stdout.readline().strip()
    try:
        assert address.startswith("http://127.0.0.1:")
        with urllib.request.urlopen(address, timeout=60) as page:  # noqa: S310
            assert b"<html" in page.read()
    finally:
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 0
    assert err == "Open this address in a browser. Ctrl-C ends it.\nended\n"


@pytest.fixture(scope="session")
def running(shapes: Path) -> Iterator[str]:
    with served(shapes / "library.sqlite", token=TOKEN) as address:
        yield address


@pytest.mark.parametrize(
    "arguments",
    [
        ("-k", "3"),
        ("-k", "2", "--json"),
        ("--csv",),
        ("--orientation", "square", "--after", "2001-01-01"),
        ("--orientation", "portrait"),
    ],
)
def test_a_server_gives_what_its_library_gives(
    run: Commands,
    ask,
    running: str,
    drawing: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    shapes: Path,
) -> None:
    monkeypatch.setenv("SKETCHSEEK_TOKEN", TOKEN)
    code, out, err = ask(*arguments)
    there = run("search", drawing, "--server", running, *arguments)
    expected = out.replace("SHAPES/library.sqlite", running).replace("tiny@ID", "tiny")
    assert (there.code, there.out.replace(str(shapes), "SHAPES"), there.err) == (code, expected, err)


def test_a_server_asks_for_its_token_and_lends_its_photos(
    run: Commands, running: str, drawing: Path, monkeypatch: pytest.MonkeyPatch, shapes: Path
) -> None:
    asked = ("search", drawing, "--server", running)
    done = run(*asked)
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert "SKETCHSEEK_TOKEN" in done.err
    monkeypatch.setenv("SKETCHSEEK_TOKEN", TOKEN)
    done = run(*asked, "-k", "1", "--html", "page.html", "--copy-to", "found")
    assert (done.code, done.err) == (0, "page written: page.html\n1 photo copied to found\n")
    page = (run.here / "page.html").read_text(encoding="utf-8")
    assert page.count("data:image/jpeg") == 2
    assert f"{running}/api/originals/" in page
    copied = run.here / "found" / "1 cross.png"
    assert copied.read_bytes() == (shapes / "photos" / "cross.png").read_bytes()
    scan = run.here / "scan.png"
    picture("circle").save(scan)
    assert "circle.png" in run("search", scan, "--server", running, "-k", "1").out
    assert run(*asked, "--library", "x.sqlite").code == 2


def test_a_server_that_is_not_there_or_has_nothing_is_told(run: Commands, drawing: Path) -> None:
    with open_socket("127.0.0.1", 0) as listener:
        nobody = f"http://127.0.0.1:{listener.getsockname()[1]}"
    done = run("search", drawing, "--server", nobody)
    assert (done.code, done.err.count("\n")) == (1, 1)
    assert "start one with `sketchseek serve`" in done.err
    Library.open(run.here / "empty.sqlite", create=True).close()
    with served(run.here / "empty.sqlite", make_model(run.here / "model")) as site:
        done = run("search", drawing, "--server", site)
    assert (done.code, done.err.count("\n")) == (1, 1)
    assert "is empty; run `sketchseek index FOLDER`" in done.err


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is sent as a signal of Unix")
def test_serve_lets_others_in_with_the_token_of_a_file(shapes: Path, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    command = [sys.executable, "-m", "sketchseek", "serve", "--port", "0", "--host", "0.0.0.0"]  # noqa: S104
    asked = ["--token-file", str(tmp_path / "token"), "--library", str(shapes / "library.sqlite")]
    for more, told in ((asked, "Open this"), (asked[2:], "Whoever has this address can see the photos")):
        with subprocess.Popen(
            [*command, *more], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            address = process.stdout.readline().strip()
            try:
                port = urlsplit(address).port
                token = TOKEN if more == asked else urlsplit(address).fragment.removeprefix("token=")
                here = f"http://127.0.0.1:{port}"
                assert Client(here, token=token).status().photos == len(SHAPES)
                with pytest.raises(BadToken):
                    Client(here).status()
            finally:
                process.send_signal(signal.SIGINT)
                _, err = process.communicate(timeout=60)
        assert process.returncode == 0
        assert err.startswith(told)
        assert token not in err


def test_serve_takes_no_short_token(run: Commands, shapes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKETCHSEEK_TOKEN", "secret")
    done = run("serve", "--library", shapes / "library.sqlite")
    assert (done.code, done.err.count("\n")) == (1, 1)
    assert "16 to 256" in done.err


def test_words_are_searched_for_alike_in_a_library_and_on_a_server(
    run: Commands, tmp_path: Path, drawing: Path
) -> None:
    library, _, model = make_library(tmp_path)
    teach(model)

    def found(*asked: str | Path) -> list[tuple[str, float]]:
        told = json.loads(run("search", *asked, "--json").raw)
        assert told["words"] == "square"
        return [(hit["path"], hit["score"]) for hit in told["hits"]]

    with served(library, model) as site:
        for asked in (["--words", "square"], [drawing, "--words", "square"]):
            there = found(*asked, "--server", site)
            here = found(*asked, "--library", library)
            assert [path for path, _ in here] == [path for path, _ in there]
            assert [score for _, score in here] == pytest.approx([score for _, score in there], abs=1e-5)
            assert {Path(path).name for path, _ in here[: len(asked) - 1]} <= {"square.png", "cross.png"}
        far = run("search", "--words", "squire", "--server", site)
    near = run("search", "--words", "squire", "--library", library)
    assert (
        near.err
        == far.err
        == ("sketchseek: the model knows 5 words, but not 'squire'. Did you mean 'square'?\n")
    )
    assert (near.code, far.code) == (1, 1)
    page = run("search", "--words", "square", "--library", library, "--html", tmp_path / "page.html")
    assert page.code == 0
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "<h2>square</h2>" in text
    assert 'alt="query' not in text


def test_a_grain_is_asked_for_alike_in_a_library_and_on_a_server(
    run: Commands, tmp_path: Path, drawing: Path
) -> None:
    library, _, model = make_library(tmp_path)
    teach_kinds(model)

    def found(*asked: str | Path) -> list[tuple[str, float]]:
        return [
            (hit["path"], hit["score"])
            for hit in json.loads(run("search", drawing, *asked, "--json").raw)["hits"]
        ]

    with served(library, model) as site:
        for grain in ("category", "look"):
            there, here = (
                found("--grain", grain, "--server", site),
                found("--grain", grain, "--library", library),
            )
            assert [path for path, _ in here] == [path for path, _ in there]
            assert [score for _, score in here] == pytest.approx([score for _, score in there], abs=1e-5)
        far = run("search", drawing, "--grain", "exact", "--server", site)
    near = run("search", drawing, "--grain", "exact", "--library", library)
    told = "sketchseek: the model 'tiny' does not rank by 'exact': it ranks by 'category' and 'look'\n"
    assert (near.err, far.err, near.code, far.code) == (told, told, 1, 1)
    assert found("--grain", "look", "--library", library) == found("--library", library)
    assert found("--grain", "category", "--library", library) != found("--library", library)
    assert run("search", drawing, "--grain", "kind").code == 2


def test_a_shortlist_is_compared_alike_in_a_library_and_on_a_server(
    run: Commands, tmp_path: Path, drawing: Path
) -> None:
    library, photos, model = make_library(tmp_path, pairs=True)
    random_lines(photos / "lines", 12)
    index(library, photos, model)
    paper = tmp_path / "cross.png"
    picture("cross").save(paper)

    def found(*asked: str | Path) -> tuple[list[str], list[float]]:
        hits = json.loads(run("search", *asked, "-k", "17", "--json").raw)["hits"]
        return [hit["path"] for hit in hits], [hit["score"] for hit in hits]

    here, orders = ("--library", library), set()
    with served(library, model) as site:
        for ask in (drawing, paper):
            for more in ((), ("--shortlist", "6"), ("--shortlist", "0"), ("--grain", "look")):
                near, far = found(ask, *more, *here), found(ask, *more, "--server", site)
                assert near[0] == far[0]
                assert near[1] == pytest.approx(far[1], abs=1e-5)
                assert near[1] == sorted(near[1], reverse=True)
                orders.add((ask, *near[0]))
    assert len(orders) == 6
    assert found(drawing, "--shortlist", "0", *here) == found(drawing, "--grain", "look", *here)
    assert found(drawing, *here) == found(drawing, "--grain", "exact", "--shortlist", "500", *here)
    assert run("search", drawing, "--shortlist", "501", *here).code == 2
    assert run("search", drawing, "--shortlist", "-1", *here).code == 2


def test_something_has_to_be_asked(run: Commands, shapes: Path) -> None:
    assert run("search", "--words", "").code == run("search", "--words", "x" * 101).code == 2
    assert "or both" in run("search").err.replace("\n", " ")
    unknown = run("search", "--words", "cat", "--library", shapes / "library.sqlite")
    assert unknown.err == "sketchseek: the model 'tiny' knows no words: ask with a drawing alone\n"
